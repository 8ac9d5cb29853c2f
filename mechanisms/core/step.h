// What a node may see and do during one step. Inputs are values, outputs are data: the host (simulated or loopback)
// applies them only after the handler returned, what is durable first. So a step is atomic, a crash falls before or
// after it, and a test reads vectors and needs no mocks.
//
// A node kind is a copyable class that has:
//
//   using Message  = std::variant<...>;        FIELDS structs; what travels between nodes of this protocol
//   using Timer    = core::Timer<Alarm>;       Alarm is its own enum with names()
//   using Write    = std::variant<...>;        FIELDS structs; one durable change. core::Nothing: keeps nothing durable
//   struct Durable                             what a restart finds: apply(const Write&), image() -> the fewest Writes
//                                              that make it again (a host compacts a disk with it)
//   struct Settings                            see settings.h
//   struct Shown                               FIELDS; what it shows of itself in the inspector, small
//   using Step     = core::Step<Message, Timer, Write>;
//
//   Node(const core::Roster&, const Settings&, Durable);    a restart after a crash constructs it again
//   void start(Step&);
//   void on_message(Step&, core::NodeId from, const M&);    one overload for each alternative of Message
//   void on_timer(Step&, Timer);
//   Shown show() const;
//   core::Face face() const;
//   void on_settings(Step&, const Settings&);               a person moved a slider while it runs
//   std::string on_tell(Step&, std::string_view words);     optional: a request in words; returns why it is refused
//   std::uint64_t on_ask(Step&, clients::Ask);              optional, of clients: somebody outside wants this done now. Returns
//                                           the id of the operation that it invoked, or 0: the store behind cannot do that
//   static constexpr std::array kTells{core::Tell{...}};    with on_tell: what it understands
//   static constexpr std::array kMetrics{&kElections, ...}; optional: the metrics that its steps sample
//   static constexpr std::string_view kLeadingRole = "leader", kEpochWord = "term";   optional: the face() of the one whom
//                                           the others follow, and what its epoch is called
//
// labs/world/hosted.h makes any such class hostable; labs/catalog/kinds.cc lists the kinds.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/metric.h"
#include "mechanisms/core/operation.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/time.h"

namespace core {

// A timer is data. Setting one that is already set replaces it; key tells apart timers of the same kind.
template <class Kind>
struct Timer {
  Kind kind{};
  std::uint64_t key = 0;
  friend bool operator==(const Timer&, const Timer&) = default;
};

// The Write of a node that keeps nothing durable, and its Durable.
struct Nothing {
  FIELDS(Nothing)
  void apply(const Nothing&) {}
  std::vector<Nothing> image() const { return {}; }
};

// What everybody wants to know of a node at a glance. Selectors such as `leader` and `followers` go by it.
struct Face {
  std::string_view role;       // A word of the paper: "leader", "follower". From a constant.
  std::uint64_t epoch = 0;     // Orders two that claim the same role: the term. 0 where there is none.
};

// One request in words that a node understands: `transfer NODE`.
struct Tell {
  std::string_view form;
  std::string_view help;
};

template <class MessageT, class TimerT, class WriteT>
struct Step {
  using Message = MessageT;
  using Timer = TimerT;
  using Write = WriteT;

  struct Send {
    NodeId to;
    Message message;
  };
  struct TimerChange {
    Timer timer;
    bool set;        // false: cancelled.
    Duration after;  // By the node's own clock.
  };
  struct Sample {
    const Metric* metric;
    double value;
  };
  struct Note {
    std::string text;
    bool refusal;  // Says why something was not done; shown on the node.
  };

  // In.
  Time now;  // By this node's own clock, which may be skewed, drift, and jump.
  Rng* rng = nullptr;

  // Out, in the order in which the node said it.
  std::vector<Send> sends;
  std::vector<TimerChange> timers;
  std::vector<Write> writes;
  std::vector<Note> notes;
  std::vector<Sample> samples;
  std::vector<Invocation> invocations;
  std::vector<Completion> completions;
  std::vector<bool> ended;  // Invocations and completions in the order in which they were said: true for a completion.

  void send(NodeId to, Message message) { sends.push_back({to, std::move(message)}); }
  void set_timer(Timer timer, Duration after) { timers.push_back({timer, true, after}); }
  void cancel_timer(Timer timer) { timers.push_back({timer, false, {}}); }
  // Durable before any send of this step leaves the node.
  void persist(Write write) { writes.push_back(std::move(write)); }
  void note(std::string text) { notes.push_back({std::move(text), false}); }
  void refuse(std::string why) { notes.push_back({std::move(why), true}); }
  void count(const Metric& metric, double more = 1) { samples.push_back({&metric, more}); }
  void gauge(const Metric& metric, double value) { samples.push_back({&metric, value}); }
  void timing(const Metric& metric, double value) { samples.push_back({&metric, value}); }
  void invoke(Invocation operation) { invocations.push_back(std::move(operation)), ended.push_back(false); }
  void complete(Completion result) { completions.push_back(std::move(result)), ended.push_back(true); }

  // Empties what went out, keeping the memory.
  void clear() {
    sends.clear(), timers.clear(), writes.clear(), notes.clear(), samples.clear();
    invocations.clear(), completions.clear(), ended.clear();
  }
};

}  // namespace core
