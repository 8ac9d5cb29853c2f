// What clients of key-value stores have in common, whatever replicates the store: what they ask, at which moments, with
// which words a person makes them ask, and numbers and values of which no two are the same.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"
#include "mechanisms/traffic/clients/ask.h"

namespace clients {

// --- In words.

inline constexpr core::Tell kGet{"get K", "Read a key."}, kPut{"put K V", "Write a key."},
    kAppend{"append K V", "Append to a key's value."}, kCas{"cas K FROM TO", "Replace a value if it is FROM."},
    kDelete{"delete K", "Remove a key."}, kCreate{"create K V", "Write a key that has no value."};
// Whether these words are one of the six.
bool read_ask(const std::vector<std::string>& words, Ask& into);
// `expected one of: get K, put K V`
std::string expected_one_of(std::span<const core::Tell> forms);

// --- By themselves. The settings of these names mean the same to every kind of clients.

inline constexpr core::Setting kActive{"active", "", "", "", "Whether it issues operations by itself."},
    kSessions{"sessions", "1", "10000", "sessions", "How many operations can be open at once."},
    kRate{"rate", "0", "1000000", "/s",
          "Operations a second, at random moments; those that find no free session are not issued. 0: each session begins the "
          "next operation when the last has ended."},
    kThink{"think", "0", "1h", "", "How long a session rests between two operations."},
    kKeys{"keys", "1", "1000000", "keys", "How many keys there are."}, kReads{"reads", "0", "1", "", "Share of gets."},
    kAppends{"appends", "0", "1", "", "Share of appends among the rest."},
    kCasShare{"cas", "0", "1", "", "Share of compare-and-swaps among the rest."},
    kDeletes{"deletes", "0", "1", "", "Share of deletes among the rest."},
    kValueBytes{"value_bytes", "0", "64KiB", "bytes", "Values are filled up to this size."};

enum class Alarm : std::uint8_t {
  arrival,  // With a rate: the next operation begins.
  think,    // Of a session: it has rested.
  attempt,  // Of a session: no answer came.
  give_up,  // Of a session: nobody will say.
};
constexpr auto names(Alarm) { return std::array<std::string_view, 4>{"arrival", "think", "attempt", "give_up"}; }

// How long until the next operation of an open loop.
core::Duration until_arrival(core::Rng& rng, double rate);

// Numbers that are never used twice, also not after a crash: they are taken in blocks, durably.
struct TakeNumbers {
  std::uint64_t next{};
  FIELDS(TakeNumbers, next)
};
struct Taken {
  std::uint64_t next = 1;
  void apply(const TakeNumbers& write) { next = write.next; }
  std::vector<TakeNumbers> image() const { return {TakeNumbers{next}}; }
  friend bool operator==(const Taken&, const Taken&) = default;
};
class Numbers {
 public:
  explicit Numbers(const Taken& durable) : next_(durable.next), taken_until_(durable.next) {}

  template <class Step>
  std::uint64_t take(Step& step) {
    if (next_ >= taken_until_) step.persist(TakeNumbers{taken_until_ = next_ + kBlock});
    return next_++;
  }
  std::uint64_t next() const { return next_; }
  friend bool operator==(const Numbers&, const Numbers&) = default;

 private:
  static constexpr std::uint64_t kBlock = 64;
  std::uint64_t next_, taken_until_;
};

// What it draws from. Made of the settings of those names.
struct Mix {
  std::uint32_t keys = 1;
  double reads = 0, appends = 0, cas = 0, deletes = 0;
  std::uint32_t value_bytes = 0;
};
template <class Settings>
Mix mix_of(const Settings& s) {
  return {s.keys, s.reads, s.appends, s.cas, s.deletes, s.value_bytes};
}

// Makes values of which no two in the run are the same, so that a checker knows from each which write it is of. `life` is
// a number that is greater after each restart: what is counted here begins anew then.
class Source {
 public:
  explicit Source(core::NodeId id) : id_(id) {}

  static std::string key(core::Rng& rng, std::uint32_t keys) { return "k" + std::to_string(rng.below(keys)); }
  std::string value(std::uint64_t life, std::uint32_t bytes);
  Ask draw(core::Rng& rng, const Mix& mix, std::uint64_t life);
  friend bool operator==(const Source&, const Source&) = default;

 private:
  std::string numbered(std::uint64_t life, std::uint64_t number, std::uint32_t bytes) const;

  core::NodeId id_;
  std::uint64_t values_ = 0;
};

}  // namespace clients
