// The log that ShiViz reads: two lines an event, what happened and then the node with its vector clock. Its rules: a clock
// holds its own host; a host's own counts begin with 1 and rise by 1; every count that is named is somebody's. So the
// clocks are made here, from the messages of the range, and know nothing of what was before it. ShiViz's time grows with
// the square of the events: 5,000 take it a second, 60,000 three minutes.
#include <map>
#include <set>

#include "labs/exports/writers.h"

namespace exports {
namespace {

using record::Event;
using Kind = record::EventKind;

constexpr std::size_t kManyEvents = 5000;

class ShiViz {
 public:
  explicit ShiViz(Export& e) : e_(e) {
    std::set<std::string> taken;
    for (const auto& node : e_.run.header().nodes) {
      std::string name = node.name.empty() ? "node" : node.name;
      for (char& c : name)
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '{') c = '_';
      while (!taken.insert(name).second) name += "_";
      put_json(hosts_[node.id], name);
    }
  }
  void write() {
    e_.each([&](std::string& out, const Event& event, core::BytesView body) {
      if (hosts_.count(event.node) == 0 || !is_shown(event.kind)) return;
      std::map<core::NodeId, std::uint64_t>& clock = clocks_[event.node];
      if (event.kind == Kind::deliver)
        if (const auto sent = sent_.find(event.ref); sent != sent_.end())
          for (const auto& [node, count] : sent->second) clock[node] = std::max(clock[node], count);
      ++clock[event.node];
      if (event.kind == Kind::send) sent_[event.id] = clock;
      put_line(out, event, body);
      put_clock(out, event.node, clock);
      ++events_;
    });
    if (events_ > kManyEvents) e_.warning = "ShiViz takes long for more than 5,000 events, and these are " + std::to_string(events_) + ": --from and --to choose a stretch";
  }

 private:
  static bool is_shown(Kind kind) {
    switch (kind) {
      case Kind::send: case Kind::deliver: case Kind::timer: case Kind::note: case Kind::crash: case Kind::restart: case Kind::show:
      case Kind::invoke: case Kind::complete: case Kind::violation: return true;
      default: return false;
    }
  }
  // One line, whatever is in the body.
  void put_line(std::string& out, const Event& event, core::BytesView body) const {
    const std::size_t from = out.size();
    out += core::name_of(event.kind);
    if (event.type != 0) (out += ' ') += e_.run.name(event.type);
    if (event.kind == Kind::send || event.kind == Kind::deliver)
      if (const auto* peer = e_.run.node(event.peer)) (out += event.kind == Kind::send ? " to " : " from ") += peer->name;
    if (const std::string said = e_.body(event, body); !said.empty()) (out += ' ') += said;
    for (std::size_t i = from; i < out.size(); ++i)
      if (static_cast<unsigned char>(out[i]) < ' ') out[i] = ' ';
    out += '\n';
  }
  void put_clock(std::string& out, core::NodeId node, const std::map<core::NodeId, std::uint64_t>& clock) const {
    const std::string& host = hosts_.at(node);
    out.append(host, 1, host.size() - 2);
    out += " {";
    for (const auto& [of, count] : clock) {
      if (out.back() != '{') out += ", ";
      put_number((out += hosts_.at(of)) += ':', count);
    }
    out += "}\n";
  }

  Export& e_;
  std::map<core::NodeId, std::string> hosts_;   // In quotes.
  std::map<core::NodeId, std::map<core::NodeId, std::uint64_t>> clocks_;
  std::map<std::uint64_t, std::map<core::NodeId, std::uint64_t>> sent_;   // By the event that sent.
  std::size_t events_ = 0;
};

}  // namespace

void write_shiviz(Export& e) { ShiViz(e).write(); }

}  // namespace exports
