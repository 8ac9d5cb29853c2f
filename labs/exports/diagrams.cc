// Pictures that others draw from words: who spoke with whom as a graph (Graphviz), and a stretch of time as a sequence diagram
// (Mermaid).
#include <map>
#include <set>

#include "labs/exports/writers.h"

namespace exports {
namespace {

using record::Event;
using Kind = record::EventKind;

std::string text_of(core::BytesView body) { return {body.begin(), body.end()}; }

// In quotes, as Graphviz wants an id: only `"` and `\` are anything else than themselves.
void put_dot(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  out += '"';
}

// Mermaid ends a message at `;` and takes `#` for the beginning of a code; both have codes of their own.
void put_mermaid(std::string& out, std::string_view text) {
  for (const char c : text) switch (c) {
      case ';': out += "#59;"; break;
      case '#': out += "#35;"; break;
      case '<': out += "#lt;"; break;
      case '>': out += "#gt;"; break;
      case ':': out += "#58;"; break;
      case '%': out += "#37;"; break;
      case '{': out += "#123;"; break;
      case '}': out += "#125;"; break;
      default: out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
}

struct Link {
  std::map<std::string, std::size_t> sent;   // By the message's name.
  std::size_t arrived = 0, dropped = 0;
};

}  // namespace

void write_dot(Export& e) {
  std::map<std::pair<core::NodeId, core::NodeId>, Link> links;
  std::map<core::NodeId, std::string> roles;
  Underway underway;
  e.each([&](std::string&, const Event& event, core::BytesView) {
    const auto sent = underway.follow(event);
    if (event.kind == Kind::send) ++links[{event.node, event.peer}].sent[e.run.name(event.type)];
    if (event.kind == Kind::deliver) ++links[{event.peer, event.node}].arrived;
    if (event.kind == Kind::drop && sent) ++links[{sent->node, sent->peer}].dropped;
    if (event.kind == Kind::show) roles[event.node] = e.run.name(event.type);
    if (event.kind == Kind::crash) roles[event.node] = "down";
  });
  std::string out = "digraph ";
  put_dot(out, e.run.header().lab.empty() ? "run" : e.run.header().lab);
  out += " {\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (const auto& node : e.run.header().nodes) {
    put_number(out += "  n", node.id);
    put_dot(out += " [label=", roles.count(node.id) != 0 ? node.name + ": " + roles[node.id] : node.name);
    out += "];\n";
  }
  for (const auto& [ends, link] : links) {
    std::string label;
    for (const auto& [type, count] : link.sent) (label += label.empty() ? "" : ", ") += std::to_string(count) + " " + type;
    if (link.dropped > 0) label += (label.empty() ? "" : ", ") + std::to_string(link.dropped) + " lost";
    put_number(out += "  n", ends.first);
    put_number(out += " -> n", ends.second);
    put_dot(out += " [label=", label);
    if (link.arrived == 0) out += ", style=dashed";   // Nothing came through.
    out += "];\n";
  }
  e.out.write(out + "}\n");
}

// A message is a line when its fate is known, so that its place tells when it came; those still on their way are left out.
void write_mermaid(Export& e) {
  constexpr std::size_t kMostLines = 500, kMostLetters = 50'000;   // More than that Mermaid refuses where it is not told otherwise.
  std::map<core::NodeId, std::string> roles;
  std::size_t lines = 0, letters = 0;
  std::string head = "sequenceDiagram\n";
  for (const auto& node : e.run.header().nodes) {
    put_number(head += "  participant n", node.id);
    put_mermaid(head += " as ", node.name.empty() ? "node" : node.name);
    head += '\n';
  }
  e.out.write(head);
  const auto& nodes = e.run.header().nodes;
  if (nodes.empty()) return;
  const auto arrow = [&](std::string& out, core::NodeId from, std::string_view how, core::NodeId to, std::string_view words) {
    if (e.run.node(from) == nullptr || e.run.node(to) == nullptr) return;
    put_number(out += "  n", from);
    put_number((out += how) += 'n', to);
    put_mermaid(out += ": ", words.empty() ? "message" : words);
    out += '\n';
    ++lines;
  };
  const auto note = [&](std::string& out, core::NodeId node, std::string_view words) {
    if (node == core::kNobody) {
      put_number(out += "  Note over n", nodes.front().id);
      if (nodes.size() > 1) put_number(out += ",n", nodes.back().id);
    } else {
      if (e.run.node(node) == nullptr) return;
      put_number(out += "  Note over n", node);
    }
    put_mermaid(out += ": ", words);
    out += '\n';
    ++lines;
  };
  Underway underway;
  e.each([&](std::string& out, const Event& event, core::BytesView body) {
    const std::size_t before = out.size();
    const auto sent = underway.follow(event);
    switch (event.kind) {
      case Kind::deliver: arrow(out, event.peer, "->>", event.node, e.run.name(event.type)); break;
      case Kind::drop:
        if (sent) arrow(out, sent->node, "--x", sent->peer, e.run.name(sent->type) + " (" + e.run.name(event.type) + ")");
        break;
      case Kind::command: note(out, core::kNobody, text_of(body)); break;
      case Kind::show:
        if (std::string& role = roles[event.node]; role != e.run.name(event.type)) note(out, event.node, role = e.run.name(event.type));
        break;
      case Kind::crash: note(out, event.node, "crashes"); break;
      case Kind::restart: note(out, event.node, "starts"); break;
      case Kind::violation: note(out, event.node, "broken promise: " + text_of(body)); break;
      default: break;
    }
    letters += out.size() - before;
  });
  if (lines > kMostLines || letters > kMostLetters)
    e.warning = "Mermaid draws at most 500 lines and 50,000 letters where it is not told otherwise, and these are " + std::to_string(lines) + " and " +
                std::to_string(letters) + ": --from and --to choose a stretch";
}

}  // namespace exports
