#include "app/window/decode.h"

#include <cstdio>
#include <cstring>

#include "app/window/folds.h"
#include "labs/catalog/body_text.h"
#include "labs/timeline/text_tree.h"
#include "labs/world/disk.h"
#include "labs/world/links.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

using record::Event;
using Kind = record::EventKind;

// A longer line is cut: bodies may hold whole logs.
constexpr std::size_t kLongestLine = 110;

std::string cut(std::string line) {
  if (line.size() <= kLongestLine) return line;
  std::size_t end = kLongestLine;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0u) == 0x80u) --end;
  return line.substr(0, end) + "\u2026";
}

// `has at hand` in a cell: a spreadsheet takes what begins with these for a formula.
std::string csv_cell(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\0') c = ' ';
  if (!text.empty() && std::strchr("=+-@\t", text[0]) != nullptr) text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string kind_of(const record::Recording& run, core::NodeId id) {
  const auto* node = run.node(id);
  return node != nullptr ? node->kind : "";
}

}  // namespace

std::string node_name(const record::Recording& recording, core::NodeId id) {
  if (id == core::kNobody) return "\u2013";
  const auto* const node = recording.node(id);
  return node != nullptr ? node->name : "node " + std::to_string(id);
}

std::string sentence(const timeline::Timeline& line, const Event& e) {
  const auto& run = line.recording();
  const std::string node = node_name(run, e.node), peer = node_name(run, e.peer), type = run.name(e.type);
  const auto number = [](double v) { return core::text(v); };
  switch (e.kind) {
    case Kind::command: return type.empty() ? "a command" : "a command of " + type;
    case Kind::send: return node + " sends " + type + " to " + peer;
    case Kind::deliver: return node + " gets " + type + " from " + peer;
    case Kind::drop: {
      const std::size_t send = line.row_of(e.ref);
      if (send == timeline::kNone) return "a message between " + node + " and " + peer + " is lost: " + type;
      const Event sent = run.at(send).event;
      return run.name(sent.type) + " from " + node_name(run, sent.node) + " to " + node_name(run, sent.peer) + " is lost: " + type;
    }
    case Kind::timer: return "timer " + type + " rings at " + node;
    case Kind::persist: return node + " writes " + type + " durably";
    case Kind::note: return node + " says";
    case Kind::refuse: return node + " refuses";
    case Kind::metric: return type + " of " + node + " is " + number(e.value);
    case Kind::show: return node + " is " + (type.empty() ? "there" : type) + (e.value > 0 ? ", " + epoch_word(kind_of(run, e.node)) + " " + number(e.value) : "");
    case Kind::invoke: return node + " begins " + type;
    case Kind::complete: return "an operation of " + node + " ends: " + type;
    case Kind::crash: return node + " crashes";
    case Kind::restart: return node + " starts";
    case Kind::pause: return node + " stands still";
    case Kind::resume: return node + " goes on";
    case Kind::violation: return "a promise is broken at " + node;
    case Kind::arm: return node + " sets timer " + type;
    case Kind::link: return "the link " + node + " \u2192 " + peer + " changes";
    case Kind::around: return "what is around " + node + " changes";
  }
  return node;
}

std::string exact_time_text(core::Time at) {
  const auto ns = at.time_since_epoch().count();
  char out[48];
  std::snprintf(out, sizeof out, "%lld.%03lld %03lld %03lld s", static_cast<long long>(ns / 1'000'000'000), static_cast<long long>(ns / 1'000'000 % 1000),
                static_cast<long long>(ns / 1000 % 1000), static_cast<long long>(ns % 1000));
  return out;
}

namespace {

// Runs from before there were stamps have none.
std::string stamp_words(const Event& event) { return event.stamp == 0 ? "" : "   Lamport " + std::to_string(event.stamp); }

}  // namespace

std::string event_card(const timeline::Timeline& line, std::size_t row, std::size_t at_most) {
  if (row >= line.rows()) return "";
  const auto at = line.recording().at(row);
  const std::string said = said_text(line, at.event, at.body);
  std::string card = cut(sentence(line, at.event)) + "\n" + exact_time_text(at.event.at) + "   event " + std::to_string(row + 1) + stamp_words(at.event) + wall_below(line.recording(), at.event.at);
  const auto tree = timeline::read_text_tree(said);
  if (tree.shape != timeline::TextTree::Shape::structure) return said.empty() ? card : card + "\n" + cut(said);
  std::size_t lines = 0;
  for (const auto& part : tree.parts) {
    if (lines++ == at_most) return card + "\n\u2026 and " + std::to_string(tree.parts.size() - at_most) + " more";
    card += "\n" + cut(part.name + "  " + part.value);
  }
  return card;
}

std::string csv_head() { return "row,time_s,node,kind,type,peer,text\n"; }

std::string csv_line(const timeline::Timeline& line, std::size_t row) {
  const auto& run = line.recording();
  const auto at = run.at(row);
  const Event& e = at.event;
  char time[48];
  std::snprintf(time, sizeof time, "%.9f", static_cast<double>(e.at.time_since_epoch().count()) / 1e9);
  const auto name = [&](core::NodeId id) { return id == core::kNobody ? "" : csv_cell(node_name(run, id)); };
  std::string said = said_text(line, e, at.body);
  if (said.empty() && e.kind == Kind::metric) said = core::text(e.value);
  return std::to_string(row + 1) + "," + time + "," + name(e.node) + "," + std::string(core::name_of(e.kind)) + "," + csv_cell(run.name(e.type)) + "," +
         name(e.peer) + "," + csv_cell(std::move(said)) + "\n";
}

}  // namespace window
