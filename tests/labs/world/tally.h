// A node kind for the worlds' tests: every tick a leader tells the others a number, they count what they hear and keep
// the count durable. Small enough to foresee every event.
#pragma once
#include <array>
#include <string>
#include <variant>

#include "mechanisms/core/check.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"

namespace tally {

struct Tick {
  std::uint64_t number{};
  FIELDS(Tick, number)
};
struct Heard {
  std::uint64_t number{};
  FIELDS(Heard, number)
};
using Message = std::variant<Tick, Heard>;

enum class Alarm : std::uint8_t { tick };
constexpr auto names(Alarm) { return std::array<std::string_view, 1>{"tick"}; }

struct Count {
  std::uint64_t total{};
  FIELDS(Count, total)
};

struct Settings {
  core::Duration period = std::chrono::milliseconds(10);
  bool active = true;
  double rate = 0;
  FIELDS(Settings, period, active, rate)
  static constexpr auto kDeclared =
      std::array{core::Setting{"period", "1ms", "10s", "", "How often the leader ticks."},
                 core::Setting{"active", "", "", "", "Whether it ticks at all."},
                 core::Setting{"rate", "0", "1000", "/s", "Not used but to be set."}};
  std::string conflict() const {
    if (period == std::chrono::seconds(9) && rate == 9) return "a period of 9s and a rate of 9 exclude each other";
    return {};
  }
};

struct Shown {
  std::uint64_t total{};
  std::uint64_t volatile_total{};
  FIELDS(Shown, total, volatile_total)
};

inline constexpr core::Metric kHeard{"tally_heard_total", core::Metric::Kind::counter, "", "Numbers heard."};
inline constexpr core::Metric kLast{"tally_last", core::Metric::Kind::gauge, "", "The last number."};

class Node {
 public:
  using Message = tally::Message;
  using Timer = core::Timer<Alarm>;
  using Write = std::variant<Count>;
  using Settings = tally::Settings;
  using Shown = tally::Shown;
  using Step = core::Step<Message, Timer, Write>;
  struct Durable {
    std::uint64_t total = 0;
    void apply(const Write& write) { total = std::get<Count>(write).total; }
    std::vector<Write> image() const { return {Count{total}}; }
  };
  // Nobody may count beyond 1,000.
  struct Invariants {
    std::string after(std::span<const Node* const> all, std::size_t stepped) {
      return all[stepped] && all[stepped]->durable_.total > 1000 ? "somebody counted beyond 1,000" : "";
    }
  };
  static constexpr std::array kTells{core::Tell{"tick", "Tick now."}, core::Tell{"bug", "Break a CHECK."}};

  Node(const core::Roster& roster, const Settings& settings, Durable durable)
      : roster_(roster), settings_(settings), durable_(durable) {}

  void start(Step& step) {
    if (leads()) step.set_timer({Alarm::tick}, settings_.period);
  }
  void on_message(Step& step, core::NodeId from, const Tick& tick) {
    step.persist(Count{++durable_.total});
    ++volatile_total_;
    step.count(kHeard);
    step.gauge(kLast, static_cast<double>(tick.number));
    step.send(from, Heard{tick.number});
  }
  void on_message(Step&, core::NodeId, const Heard&) { ++volatile_total_; }
  void on_timer(Step& step, Timer) {
    step.set_timer({Alarm::tick}, settings_.period);
    if (settings_.active) tick(step);
  }
  void on_settings(Step&, const Settings& settings) { settings_ = settings; }
  std::string on_tell(Step& step, std::string_view words) {
    if (words == "bug") CHECK(words.empty());
    if (words != "tick") return "expected tick";
    if (!leads()) return "not the leader";
    tick(step);
    return "";
  }
  Shown show() const { return {durable_.total, volatile_total_}; }
  core::Face face() const { return {leads() ? "leader" : "follower", 1}; }

 private:
  bool leads() const { return roster_.self == roster_.peers.front(); }
  void tick(Step& step) {
    ++sent_;
    for (const auto peer : roster_.peers)
      if (peer != roster_.self) step.send(peer, Tick{sent_});
  }

  core::Roster roster_;
  Settings settings_;
  Durable durable_;
  std::uint64_t volatile_total_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace tally
