// Chrome's trace format as JSON, which ui.perfetto.dev, chrome://tracing and speedscope read. A node is a process with three
// tracks: its steps, what it is and what befalls it, its clients' operations. A step takes no time, and so its slice
// is a nanosecond long; it is there to be seen and to be where the arrows of messages begin and end.
//
// What the readers ask for: times in microseconds, also broken; both ends of a flow inside a slice of that track and with
// the same name and category; slices of one track nested; `displayTimeUnit` before the events.
#include <cmath>
#include <map>

#include "labs/exports/writers.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"

namespace exports {
namespace {

using record::Event;
using Kind = record::EventKind;

constexpr std::int64_t kMicrosecond = 1000;
constexpr int kSteps = 1, kStates = 2;   // Tracks.

class Perfetto {
 public:
  explicit Perfetto(Export& e) : e_(e), named_(e.run, put_json) {}

  void write() {
    std::string head = "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"program\":";
    put_json(head, e_.run.header().program);
    put_json(head += ",\"lab\":", e_.run.header().lab);
    put_number(head += ",\"seed\":", e_.run.header().seed);
    head += "},\"traceEvents\":[\n";
    put_tracks(head);
    e_.out.write(head);
    e_.pass(0, 2);
    write_states();
    e_.pass(1, 2);
    e_.each_at_once([&](std::string& out, const Event& event, core::BytesView body) { put(out, event, body); });
    // A comma stands before every event but the first, which is the metadata of the world.
    e_.out.write("\n]}\n");
  }

 private:
  // "pid": nodes have their own numbers, the world has 0.
  static void begin(std::string& out, char phase, const Event& event, int track) {
    (out += ",\n{\"ph\":\"") += phase;
    put_number(out += "\",\"pid\":", event.node);
    put_number(out += ",\"tid\":", track);
    put_time(out += ",\"ts\":", event.at, kMicrosecond);
  }
  static void put_string(std::string& out, std::string_view key, std::string_view text) {
    ((out += ",\"") += key) += "\":";
    put_json(out, text);
  }
  void put_tracks(std::string& out) const {
    out += R"({"ph":"M","pid":0,"tid":0,"name":"process_name","args":{"name":"world"}})";
    for (const auto& node : e_.run.header().nodes) {
      const auto meta = [&](int track, std::string_view what, std::string_view name) {
        put_number(out += ",\n{\"ph\":\"M\",\"pid\":", node.id);
        put_number(out += ",\"tid\":", track);
        put_string(out, "name", what);
        put_json(out += ",\"args\":{\"name\":", name);
        out += "}}";
      };
      meta(0, "process_name", node.name);
      meta(kSteps, "thread_name", "steps");
      meta(kStates, "thread_name", "state");
      put_number(out += ",\n{\"ph\":\"M\",\"name\":\"process_sort_index\",\"tid\":0,\"pid\":", node.id);
      put_number(out += ",\"args\":{\"sort_index\":", node.id);
      out += "}}";
    }
  }

  // What each node shows and whether it is up, from one change to the next: slices that end where the next begins.
  void write_states() {
    std::map<core::NodeId, Event> open;
    std::map<core::NodeId, std::string> role;
    const auto close = [&](std::string& out, core::NodeId node, core::Time until) {
      const auto it = open.find(node);
      if (it == open.end()) return;
      begin(out, 'X', it->second, kStates);
      put_time(out += ",\"dur\":", core::Time(until - it->second.at), kMicrosecond);
      put_string(out, "name", role[node]);
      put_string(out, "cat", "state");
      put_json_real(out += ",\"args\":{\"epoch\":", it->second.value);
      out += "}}";
      open.erase(it);
    };
    e_.each([&](std::string& out, const Event& event, core::BytesView) {
      const bool down = event.kind == Kind::crash, stands = event.kind == Kind::pause, goes_on = event.kind == Kind::resume;
      if (event.kind != Kind::show && !down && !stands && !goes_on) return;
      if (event.kind == Kind::show && open.count(event.node) != 0 && role[event.node] == e_.run.name(event.type) &&
          open.at(event.node).value == event.value)
        return;   // Only what else it shows has changed.
      close(out, event.node, event.at);
      role[event.node] = down ? "down" : stands ? "paused" : goes_on ? "resumed" : e_.run.name(event.type);
      open[event.node] = event;
    });
    std::string rest;
    while (!open.empty()) close(rest, open.begin()->first, e_.begin == e_.end ? core::kStart : e_.run.at(e_.end - 1).event.at);
    e_.out.write(rest);
  }

  // "name":"deliver RequestVote". Both words are plain: kinds are ours, types are escaped already.
  void put_name(std::string& out, std::string_view verb, const Event& event) const {
    (out += ",\"name\":\"") += verb;
    if (event.type != 0) out += ' ';
    out.append(named_.name(event.type), 1);
  }
  void put_slice(std::string& out, std::string_view verb, const Event& event, core::BytesView body) const {
    begin(out, 'X', event, kSteps);
    out += ",\"dur\":0.001";
    put_name(out, verb, event);
    ((out += ",\"cat\":\"") += core::name_of(event.kind)) += '"';
    put_number(out += ",\"args\":{\"event\":", event.id);
    if (event.ref != 0) put_number(out += ",\"cause\":", event.ref);
    if (event.stamp != 0) put_number(out += ",\"lamport\":", event.stamp);
    if (!body.empty()) put_string(out, "body", e_.body(event, body));
    out += "}}";
  }
  void put_flow(std::string& out, char phase, const Event& event, std::uint64_t message) const {
    begin(out, phase, event, kSteps);
    put_number(out += R"(,"cat":"message","name":"message","id":)", message);
    if (phase == 'f') out += R"(,"bp":"e")";
    out += '}';
  }
  void put_instant(std::string& out, std::string_view verb, const Event& event, core::BytesView body) const {
    begin(out, 'i', event, kStates);
    out += event.node == core::kNobody ? ",\"s\":\"g\"" : ",\"s\":\"t\"";
    put_name(out, verb, event);
    put_number(out += ",\"args\":{\"event\":", event.id);
    if (!body.empty()) put_string(out, "body", e_.body(event, body));
    out += "}}";
  }
  void put_operation(std::string& out, char phase, const Event& event, core::BytesView body) const {
    begin(out, phase, event, kStates);
    put_number(out += R"(,"cat":"operation","name":"operation","id":)", event.ref);
    put_json(out += ",\"args\":{\"what\":", e_.body(event, body));
    out += "}}";
  }
  void put(std::string& out, const Event& event, core::BytesView body) const {
    switch (event.kind) {
      case Kind::send: put_slice(out, "send", event, body), put_flow(out, 's', event, event.id); break;
      case Kind::deliver: put_slice(out, "receive", event, body), put_flow(out, 'f', event, event.ref); break;
      case Kind::timer: put_slice(out, "timer", event, body); break;
      case Kind::persist: put_slice(out, "write", event, body); break;
      case Kind::restart: put_slice(out, "start", event, body); break;
      case Kind::drop: put_instant(out, "drop", event, body); break;
      case Kind::note: put_instant(out, "note", event, body); break;
      case Kind::refuse: put_instant(out, "refuse", event, body); break;
      case Kind::command: put_instant(out, "command", event, body); break;
      case Kind::crash: put_instant(out, "crash", event, body); break;
      case Kind::violation: put_instant(out, "broken promise", event, body); break;
      case Kind::link: put_instant(out, "link", event, body); break;
      case Kind::around: put_instant(out, "around", event, body); break;
      case Kind::invoke: put_operation(out, 'b', event, body); break;
      case Kind::complete: put_operation(out, 'e', event, body); break;
      case Kind::metric: put_counter(out, event); break;
      case Kind::show: case Kind::pause: case Kind::resume: case Kind::arm: break;   // As slices of states; an armed timer rings.
    }
  }
  void put_counter(std::string& out, const Event& event) const {
    if (!std::isfinite(event.value)) return;
    begin(out, 'C', event, kStates);
    (out += ",\"name\":") += named_.name(event.type);
    put_real(out += ",\"args\":{\"value\":", event.value);
    out += "}}";
  }

  Export& e_;
  const Named named_;
};

}  // namespace

void write_perfetto(Export& e) { Perfetto(e).write(); }

}  // namespace exports
