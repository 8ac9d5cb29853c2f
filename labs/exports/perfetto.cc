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

using namespace std::string_view_literals;   // Their sizes are known: it is millions of times that they are appended.
using record::Event;
using Kind = record::EventKind;

constexpr std::int64_t kMicrosecond = 1000;
constexpr std::size_t kUsual = 256;      // Bytes that an event takes, or fewer.
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
    States states(*this);
    const auto make = [this](std::size_t from, std::size_t to) {
      Stretch stretch;
      stretch.text.reserve((to - from) * kUsual);
      e_.run.visit(from, to, [&](const Event& event, core::BytesView body) { put(stretch, event, body); });
      return stretch;
    };
    e_.each_stretch(make, [&](const Stretch& stretch) {
      e_.out.write(stretch.text);
      std::string text;
      for (const Event& change : stretch.changes) states.put(text, change);
      e_.out.write(text);
    });
    std::string rest;
    states.end(rest, e_.begin == e_.end ? core::kStart : e_.run.at(e_.end - 1).event.at);
    e_.out.write(rest);
    // A comma stands before every event but the first, which is the metadata of the world.
    e_.out.write("\n]}\n");
  }

 private:
  // "pid": nodes have their own numbers, the world has 0.
  static void begin(std::string& out, char phase, const Event& event, int track) {
    (out += ",\n{\"ph\":\""sv) += phase;
    put_number(out += "\",\"pid\":"sv, event.node);
    put_number(out += ",\"tid\":"sv, track);
    put_time(out += ",\"ts\":"sv, event.at, kMicrosecond);
  }
  static void put_string(std::string& out, std::string_view key, std::string_view text) {
    ((out += ",\""sv) += key) += "\":"sv;
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

  // What a stretch of the run says: slices, flows and counters; and the events that change what a node is.
  struct Stretch {
    std::string text;
    std::vector<Event> changes;
  };
  // What each node shows and whether it is up, from one change to the next: slices that end where the next begins.
  class States {
   public:
    explicit States(const Perfetto& all) : run_(all.e_.run) {}
    void put(std::string& out, const Event& change) {
      const std::string role = change.kind == Kind::crash    ? "down"
                               : change.kind == Kind::pause  ? "paused"
                               : change.kind == Kind::resume ? "resumed"
                                                             : run_.name(change.type);
      const auto it = open_.find(change.node);
      if (change.kind == Kind::show && it != open_.end() && it->second.role == role && it->second.since.value == change.value)
        return;   // Only what else it shows has changed.
      if (it != open_.end()) put_slice(out, it->second, change.at);
      open_[change.node] = {change, role};
    }
    void end(std::string& out, core::Time at) const {
      for (const auto& [node, state] : open_) put_slice(out, state, at);
    }

   private:
    struct State {
      Event since;
      std::string role;
    };
    static void put_slice(std::string& out, const State& state, core::Time until) {
      begin(out, 'X', state.since, kStates);
      put_time(out += ",\"dur\":", core::Time(until - state.since.at), kMicrosecond);
      put_string(out, "name", state.role);
      put_string(out, "cat", "state");
      put_json_real(out += ",\"args\":{\"epoch\":", state.since.value);
      out += "}}";
    }
    const record::Recording& run_;
    std::map<core::NodeId, State> open_;
  };

  // "name":"deliver RequestVote". Both words are plain: kinds are ours, types are escaped already.
  void put_name(std::string& out, std::string_view verb, const Event& event) const {
    (out += ",\"name\":\""sv) += verb;
    if (event.type != 0) out += ' ';
    out.append(named_.name(event.type), 1);
  }
  void put_slice(std::string& out, std::string_view verb, const Event& event, core::BytesView body) const {
    begin(out, 'X', event, kSteps);
    out += ",\"dur\":0.001"sv;
    put_name(out, verb, event);
    ((out += ",\"cat\":\""sv) += core::name_of(event.kind)) += '"';
    put_number(out += ",\"args\":{\"event\":"sv, event.id);
    if (event.ref != 0) put_number(out += ",\"cause\":"sv, event.ref);
    if (event.stamp != 0) put_number(out += ",\"lamport\":"sv, event.stamp);
    if (!body.empty()) put_string(out, "body", e_.body(event, body));
    out += "}}"sv;
  }
  void put_flow(std::string& out, char phase, const Event& event, std::uint64_t message) const {
    begin(out, phase, event, kSteps);
    put_number(out += R"(,"cat":"message","name":"message","id":)"sv, message);
    if (phase == 'f') out += R"(,"bp":"e")"sv;
    out += '}';
  }
  void put_instant(std::string& out, std::string_view verb, const Event& event, core::BytesView body) const {
    begin(out, 'i', event, kStates);
    out += event.node == core::kNobody ? ",\"s\":\"g\"" : ",\"s\":\"t\"";
    put_name(out, verb, event);
    put_number(out += ",\"args\":{\"event\":"sv, event.id);
    if (!body.empty()) put_string(out, "body", e_.body(event, body));
    out += "}}"sv;
  }
  void put_operation(std::string& out, char phase, const Event& event, core::BytesView body) const {
    begin(out, phase, event, kStates);
    put_number(out += R"(,"cat":"operation","name":"operation","id":)"sv, event.ref);
    put_json(out += ",\"args\":{\"what\":"sv, e_.body(event, body));
    out += "}}"sv;
  }
  void put(Stretch& stretch, const Event& event, core::BytesView body) const {
    std::string& out = stretch.text;
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
      case Kind::crash: put_instant(out, "crash", event, body), stretch.changes.push_back(event); break;
      case Kind::violation: put_instant(out, "broken promise", event, body); break;
      case Kind::link: put_instant(out, "link", event, body); break;
      case Kind::around: put_instant(out, "around", event, body); break;
      case Kind::invoke: put_operation(out, 'b', event, body); break;
      case Kind::complete: put_operation(out, 'e', event, body); break;
      case Kind::metric: put_counter(out, event); break;
      case Kind::show: case Kind::pause: case Kind::resume: stretch.changes.push_back(event); break;
      case Kind::arm: break;   // It rings.
    }
  }
  void put_counter(std::string& out, const Event& event) const {
    if (!std::isfinite(event.value)) return;
    begin(out, 'C', event, kStates);
    (out += ",\"name\":"sv) += named_.name(event.type);
    put_real(out += ",\"args\":{\"value\":"sv, event.value);
    out += "}}"sv;
  }

  Export& e_;
  const Named named_;
};

}  // namespace

void write_perfetto(Export& e) { Perfetto(e).write(); }

}  // namespace exports
