// What users ask for, and when: the arrivals of an open loop, the keys that they pick, and the mixes of YCSB. Plain objects:
// traffic for a request path, a trace for a cache, a histogram in a test.
//
// Arrivals are a Poisson process whose rate may change with time, drawn by thinning (Lewis and Shedler, 1979), or come at
// even intervals. Keys are picked by Zipf's law: the k-th most wanted key is wanted k^-skew as often as the first; drawn
// by rejection-inversion (Hoermann and Derflinger, 1996), which needs no table whatever the number of keys. Mixes A to F
// are those of Cooper and others, Benchmarking Cloud Serving Systems with YCSB (SoCC 2010), table 2.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"

namespace workload {

// --- When.

enum class Rhythm : std::uint8_t { poisson, even };
constexpr auto names(Rhythm) { return std::array<std::string_view, 2>{"poisson", "even"}; }

struct ArrivalSettings {
  Rhythm rhythm = Rhythm::poisson;
  core::Duration burst_every{};
  core::Duration burst_for = std::chrono::seconds(1);
  double burst_factor = 5;
  double ramp_to = 0;
  core::Duration ramp_over{};
  FIELDS(ArrivalSettings, rhythm, burst_every, burst_for, burst_factor, ramp_to, ramp_over)
  static constexpr auto kDeclared = std::array{
      core::Setting{"rhythm", "", "", "", "Whether requests come at random moments or at even intervals."},
      core::Setting{"burst_every", "0", "24h", "", "How often a burst begins; 0: there are none."},
      core::Setting{"burst_for", "1ms", "24h", "", "How long a burst lasts,"},
      core::Setting{"burst_factor", "1", "1000", "times", "and how many times the rate it brings."},
      core::Setting{"ramp_to", "0", "1000000", "/s", "The rate grows or falls to this one,"},
      core::Setting{"ramp_over", "0", "24h", "", "over so long; 0: it stays as it is."}};
  std::string conflict() const;
};

class Arrivals {
 public:
  // From now on. `rate` a second, more than 0.
  Arrivals(const ArrivalSettings& settings, double rate, core::Time now) : settings_(settings), rate_(rate), began_(now) {}
  // How long from `now` until the next request.
  core::Duration until_next(core::Rng& rng, core::Time now) const;
  double rate_at(core::Time now) const;
  friend bool operator==(const Arrivals&, const Arrivals&) = default;

 private:
  double peak() const;

  ArrivalSettings settings_;
  double rate_;
  core::Time began_;
};

// --- Of which keys.

// Ranks 0 to n-1, the first the likeliest.
class Zipf {
 public:
  Zipf(std::uint64_t n, double skew);
  std::uint64_t draw(core::Rng& rng) const;
  friend bool operator==(const Zipf&, const Zipf&) = default;

 private:
  double area(double x) const;      // Under the law from 1 to x,
  double position(double a) const;  // and back.
  double height(double x) const;

  double n_, skew_;
  double low_, high_, near_;
};

struct KeySettings {
  std::uint32_t count = 100;
  double skew = 0;
  bool scatter = false;
  std::string hot;
  double hot_share = 0;
  std::string trace;
  FIELDS(KeySettings, count, skew, scatter, hot, hot_share, trace)
  static constexpr auto kDeclared = std::array{
      core::Setting{"count", "1", "10000000", "keys", "How many keys there are."},
      core::Setting{"skew", "0", "3", "", "Zipf's exponent: 0, all are wanted alike; 1, the second half as often as the first."},
      core::Setting{"scatter", "", "", "", "Which keys are wanted most is random; else k0, k1, and so on."},
      core::Setting{"hot", "", "", "", "A key (`k7`) or a range of keys (`k10..k19`) that is wanted beside all others,"},
      core::Setting{"hot_share", "0", "1", "", "and its share of all requests."},
      core::Setting{"trace", "", "", "", "These keys, one after the other, again and again, instead of random ones."}};
  std::string conflict() const;
};

class Keys {
 public:
  explicit Keys(const KeySettings& settings);
  std::string pick(core::Rng& rng);
  // The newest are the likeliest (YCSB's `latest`).
  std::string pick_latest(core::Rng& rng) const;
  std::string random(core::Rng& rng) const;   // All alike.
  std::string add();                          // A key that was not there.
  // All of one length, so that their order is that of their numbers.
  std::string name(std::uint64_t number) const;
  std::uint64_t count() const { return count_; }
  friend bool operator==(const Keys&, const Keys&) = default;

 private:
  KeySettings settings_;
  std::uint64_t count_;
  std::size_t width_;
  Zipf zipf_;
  std::uint64_t hot_first_ = 0, hot_last_ = 0;   // Of a range.
  std::vector<std::string> trace_;
  std::size_t traced_ = 0;
};

// --- What of them.

enum class Action : std::uint8_t { read, update, insert, append, remove, scan, read_modify_write };
constexpr auto names(Action) {
  return std::array<std::string_view, 7>{"read", "update", "insert", "append", "remove", "scan", "read_modify_write"};
}

enum class Mix : std::uint8_t { own, ycsb_a, ycsb_b, ycsb_c, ycsb_d, ycsb_e, ycsb_f };
constexpr auto names(Mix) {
  return std::array<std::string_view, 7>{"own", "ycsb_a", "ycsb_b", "ycsb_c", "ycsb_d", "ycsb_e", "ycsb_f"};
}

struct MixSettings {
  Mix mix = Mix::own;
  double reads = 0.9;
  double appends = 0;
  double deletes = 0;
  double scans = 0;
  FIELDS(MixSettings, mix, reads, appends, deletes, scans)
  static constexpr auto kDeclared = std::array{
      core::Setting{"mix", "", "", "", "One of YCSB's mixes; own: by the shares below."},
      core::Setting{"reads", "0", "1", "", "Share of gets."},
      core::Setting{"appends", "0", "1", "", "Share of appends among the rest."},
      core::Setting{"deletes", "0", "1", "", "Share of deletes among the rest."},
      core::Setting{"scans", "0", "1", "", "Share of scans among the rest; what is left are puts."}};
  std::string conflict() const;
};
Action draw_action(core::Rng& rng, const MixSettings& mix);

}  // namespace workload
