#include "labs/timeline/filter.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <regex>

#include "labs/timeline/filter_inside.h"
#include "labs/timeline/text_tree.h"
#include "mechanisms/core/text.h"

namespace timeline {
namespace {

using record::Event;
using record::EventKind;

// A regular expression walks the text by calls within calls: a long body would use up the stack.
constexpr std::size_t kMostText = 4096;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `low` is in small letters already.
bool holds(std::string_view text, std::string_view low) {
  return std::search(text.begin(), text.end(), low.begin(), low.end(), [](char a, char b) { return lower(a) == b; }) != text.end();
}

template <class T>
bool compares(Compare how, const T& a, const T& b) {
  switch (how) {
    case Compare::equal: return a == b;
    case Compare::unequal: return a != b;
    case Compare::less: return a < b;
    case Compare::at_most: return a <= b;
    case Compare::more: return a > b;
    case Compare::at_least: return a >= b;
  }
  return false;
}

// The row of an event by its number, which rises with the rows but may have gaps.
std::size_t row_of(const record::Recording& recording, std::uint64_t id, std::size_t before) {
  std::size_t low = 0, high = before;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (recording.at(middle).event.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

}  // namespace

bool glob(std::string_view pattern, std::string_view word) {
  std::size_t p = 0, w = 0, star = std::string_view::npos, back = 0;
  while (w < word.size()) {
    if (p < pattern.size() && pattern[p] == '*') star = p++, back = w;
    else if (p < pattern.size() && lower(pattern[p]) == lower(word[w])) ++p, ++w;
    else if (star != std::string_view::npos) p = star + 1, w = ++back;
    else return false;
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

Operand read_operand(std::string_view text, const record::Recording& recording) {
  Operand operand;
  operand.words = text;
  for (const auto& node : recording.header().nodes)
    if (node.name == text) operand.node = node.id;
  double number = 0;
  core::Duration lasts{};
  if (core::parse(text, number)) operand.number = number;
  else if (core::parse(text, lasts)) operand.number = static_cast<double>(lasts.count()), operand.length = true;
  return operand;
}

bool Operand::compare(Compare how, std::string_view value) const {
  double have = 0;
  core::Duration lasts{};
  if (node != core::kNobody && core::parse(value, have)) return compares(how, have, static_cast<double>(node));
  if (number && !length && core::parse(value, have)) return compares(how, have, *number);
  if (number && length && core::parse(value, lasts)) return compares(how, static_cast<double>(lasts.count()), *number);
  if (how == Compare::equal) return glob(words, value);
  if (how == Compare::unequal) return !glob(words, value);
  // A word is neither more nor less than a number.
  return !number && compares(how, value, std::string_view(words));
}

// Names are told as the run goes on: each is tried once, when it first occurs.
bool NameTest::operator()(const record::Recording& recording, record::NameId id) const {
  if (id >= known_.size()) known_.resize(std::max<std::size_t>(id + 1, recording.names()), Unknown);
  if (known_[id] == Unknown) known_[id] = test_(recording.name(id)) ? Yes : No;
  return known_[id] == Yes;
}

bool Filter::Inside::way(const Event& e, const std::vector<bool>& set, bool from) const {
  const auto in = [&](core::NodeId node) { return node < set.size() && set[node]; };
  switch (e.kind) {
    case EventKind::send:
    case EventKind::link: return in(from ? e.node : e.peer);
    case EventKind::deliver: return in(from ? e.peer : e.node);
    case EventKind::drop: {
      if (!in(e.node) && !in(e.peer)) return false;
      // It may have been lost at either end: only its send says which way it went.
      const std::size_t row = row_of(recording, e.ref, recording.size());
      if (row >= recording.size()) return false;
      const Event send = recording.at(row).event;
      return send.id == e.ref && in(from ? send.node : send.peer);
    }
    default: return false;
  }
}

std::string Filter::Inside::body_words(const Event& e, core::BytesView body) const { return decode ? decode(e, body) : std::string(); }

// What is said of an event beside its body.
bool Filter::Inside::heading_holds(const Part& part, const Event& e) const {
  const auto node_holds = [&](core::NodeId id) { return id < part.nodes.size() && part.nodes[id]; };
  return (part.kinds >> static_cast<unsigned>(e.kind) & 1u) != 0 || node_holds(e.node) || node_holds(e.peer) || part.name(recording, e.type);
}

bool Filter::Inside::regex_holds(const Part& part, const Event& e, core::BytesView body) const {
  if (heading_holds(part, e)) return true;
  std::string text = body_words(e, body);
  if (text.size() > kMostText) text.resize(kMostText);
  try {
    return std::regex_search(text, *part.regex);
  } catch (const std::regex_error&) {
    return false;                      // It would take too long: of this event nothing is found.
  }
}

bool Filter::Inside::holds_for(const Part& part, std::size_t row, const Event& e, core::BytesView body) const {
  switch (part.what) {
    case Part::all: return std::all_of(part.parts.begin(), part.parts.end(), [&](const Part& p) { return holds_for(p, row, e, body); });
    case Part::any: return std::any_of(part.parts.begin(), part.parts.end(), [&](const Part& p) { return holds_for(p, row, e, body); });
    case Part::negated: return !holds_for(part.parts.front(), row, e, body);
    case Part::kind: return part.kinds >> static_cast<unsigned>(e.kind) & 1u;
    case Part::node:
      return (e.node < part.nodes.size() && part.nodes[e.node]) || (e.peer < part.nodes.size() && part.nodes[e.peer]);
    case Part::from: return way(e, part.nodes, true);
    case Part::to: return way(e, part.nodes, false);
    case Part::type: return part.name(recording, e.type);
    case Part::time: return compares(part.how, static_cast<double>(e.at.time_since_epoch().count()), *part.operand.number);
    case Part::row: return compares(part.how, static_cast<double>(row), *part.operand.number);
    case Part::stamp: return compares(part.how, static_cast<double>(e.stamp), *part.operand.number);
    case Part::value:
      // Of those kinds the value is no field of a body, but it means something.
      if (e.kind == EventKind::metric && part.words == "value") return part.operand.number && compares(part.how, e.value, *part.operand.number);
      return any_field(body_words(e, body), part.words, [&](std::string_view v) { return part.operand.compare(part.how, v); });
    case Part::text: return heading_holds(part, e) || holds(body_words(e, body), part.words);
    case Part::regular: return regex_holds(part, e, body);
  }
  return false;
}

bool Filter::matches(std::size_t row, const Event& event, core::BytesView body) const {
  return !inside_ || inside_->holds_for(inside_->root, row, event, body);
}

bool Filter::reads_bodies() const { return inside_ && inside_->root.costly; }

const std::vector<FilterExample>& filter_examples() {
  static const std::vector<FilterExample> all{
      {"node:S1", "all that happened at S1, and its messages"},
      {"from:S1 to:S2", "messages on one way"},
      {"kind:drop", "what was lost; also send, deliver, note, crash, ..."},
      {"kind:crash,restart,pause,resume", "one of several"},
      {"type:RequestVote", "by name, or by what it begins with"},
      {"term>=3", "a field of the body, compared"},
      {"t>2s t<3.5s", "a stretch of time"},
      {"stamp<100", "by Lamport's clock: what happened before has the smaller stamp"},
      {"/lead(er)?/", "a regular expression, in all that is said"},
      {"-kind:metric,arm,show", "all but these"},
      {"(kind:drop or kind:refuse) node:S3", "either, and another thing beside"},
  };
  return all;
}

}  // namespace timeline
