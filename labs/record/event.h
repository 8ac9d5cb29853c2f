// Everything that happens in a world is an Event. A run is the ordered list of them; every view, check and export reads
// that list and nothing else.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace record {

enum class EventKind : std::uint8_t {
  command,    // Somebody or a script did something to the world. body: the command's text. type: empty, or which command
              // had it done: "flap", "stop", ...
  send,       // node -> peer. type: the message's name. ref: the event that began the step. body: the message.
  deliver,    // node <- peer. type: the message's name. ref: the send. body: none, it is the send's.
  drop,       // A message ended on its way. node: where; peer: the other end. type: why. ref: the send.
  timer,      // A timer rang at node. type: the timer's name. value: its key.
  persist,    // node wrote durably. type: the write's name. ref: the event that began the step. body: the write.
  note,       // node said something. ref: the event that began the step. body: text.
  refuse,     // node would not do something, and says why. As note.
  metric,     // type: the metric's name. value: total of a counter, value of a gauge, one timing.
  show,       // What node shows of itself changed. type: its role. value: its epoch. body: its Shown.
  invoke,     // A client operation began at node. ref: the operation's id. type: its function. body: core::Invocation.
  complete,   // It ended. ref: the operation's id. type: the outcome. body: core::Completion.
  crash,      // node stopped and lost its memory. body: why.
  restart,    // node began again from what its disk holds. Also the first start.
  pause,      // node stands still.
  resume,     // node goes on.
  violation,  // A promise was broken. type: the kind of node. node: whose step showed it. body: the reason.
  arm,        // node set a timer, or cancelled it. type: the timer's name. ref: the event that began the step. body:
              // record::Armed.
  link,       // What is wrong with the link node -> peer changed. body: world::LinkFaults.
  around,     // What is wrong around node, its clock, its disk, its speed, changed. body: world::Around.
};
constexpr auto names(EventKind) {
  return std::array<std::string_view, 20>{"command", "send",   "deliver", "drop",   "timer",  "persist",  "note",
                                          "refuse",  "metric", "show",    "invoke", "complete", "crash",  "restart",
                                          "pause",   "resume", "violation", "arm",  "link",   "around"};
}

// A timer as its host knows it: by the world's clock.
struct Armed {
  std::uint64_t key{};
  core::Time due{};      // kStart: it is cancelled.
  FIELDS(Armed, key, due)
};

// A word that occurs often (a message's name, a metric's, a reason) is written once and then named by its number.
// 0 is the empty word. Numbers are given in the order of first use.
using NameId = std::uint32_t;

struct Event {
  core::Time at{};             // By the world's own clock.
  std::uint64_t id{};          // Counts all events of the run from 1, recorded or not.
  EventKind kind{};
  core::NodeId node{};         // Where it happened; nobody: to the world.
  core::NodeId peer{};
  NameId type{};
  std::uint64_t ref{};         // The id of the event that this one follows from, or of the operation; 0: none.
  double value{};
  std::uint64_t stamp{};       // Lamport's: greater than that of everything that came before it, at its node or by a
                               // message or a command from elsewhere. 0: of a run from before there were stamps.
  FIELDS(Event, at, id, kind, node, peer, type, ref, value, stamp)
};

// Whoever wants to hear of events: a recording, a check, a progress line. Hearing them changes nothing in the world.
class Listener {
 public:
  virtual ~Listener() = default;
  // `id` is about to be used for the first time.
  virtual void on_name(NameId id, std::string_view name) = 0;
  // `body` is only valid during the call.
  virtual void on_event(const Event& event, core::BytesView body) = 0;
};

// How much of a run is kept.
enum class Level : std::uint8_t {
  bodies,    // Everything, with the bodies of messages and writes.
  events,    // Everything, but send and persist events have no body.
  outline,   // No send, deliver, timer, arm, persist: metrics, notes, commands, operations, what nodes show, faults.
};
constexpr auto names(Level) { return std::array<std::string_view, 3>{"bodies", "events", "outline"}; }

struct NodeInfo {
  core::NodeId id{};
  std::string name;   // "S1"
  std::string kind;   // "raft": finds what decodes its messages and what it shows.
  std::string group;  // The lab file's name for its group: "servers".
  FIELDS(NodeInfo, id, name, kind, group)
};

// What a run is made from, and what is needed to make it again.
struct RunHeader {
  std::string program;   // "faultline 0.1.0"
  std::string lab;       // The lab's name.
  std::string lab_text;  // The whole lab file.
  std::string world;     // "simulated" or "loopback"
  std::uint64_t seed{};
  std::vector<std::string> settings;  // name=value, beyond what the lab file says.
  Level level{};
  std::vector<NodeInfo> nodes;
  FIELDS(RunHeader, program, lab, lab_text, world, seed, settings, level, nodes)
};

}  // namespace record
