#include "labs/guide/condition.h"

#include <algorithm>
#include <cmath>

#include "labs/check/linearizability.h"
#include "labs/guide/system_toml.h"
#include "mechanisms/core/text.h"

namespace guide {
namespace {

[[noreturn]] void fail(std::string_view line, int number, const std::string& why) {
  throw BadLab("line " + std::to_string(number) + ": `" + std::string(line) + "`: " + why);
}

// `name(inside)`; false when the word has not this form.
bool call(const std::string& word, std::string& name, std::string& inside) {
  const auto open = word.find('(');
  if (open == std::string::npos || word.back() != ')') return false;
  name = word.substr(0, open);
  inside = word.substr(open + 1, word.size() - open - 2);
  return !inside.empty();
}

using Term = Condition::Term;
constexpr std::pair<std::string_view, Term> kCalls[] = {{"count", Term::count}, {"sum", Term::sum},   {"max", Term::max},
                                                        {"min", Term::min},     {"gained", Term::gained}, {"p50", Term::p50},
                                                        {"p99", Term::p99},     {"sent", Term::sent}, {"dropped", Term::dropped}};
constexpr std::string_view kOps[] = {"==", "!=", "<", "<=", ">", ">="};

// Reads the words of a term from the front; returns how many.
std::size_t read_term(const std::vector<std::string>& words, std::string_view line, int number, Condition& c) {
  std::string name, inside;
  if (call(words[0], name, inside)) {
    for (const auto& [known, term] : kCalls)
      if (known == name) {
        c.term = term;
        c.what = inside;
        if (term == Term::max && inside == "epoch") c.term = Term::max_epoch;
        return 1;
      }
    std::vector<std::string> all;
    for (const auto& [known, term] : kCalls) all.emplace_back(known);
    const std::string near = core::nearest(name, all);
    fail(line, number, "there is no `" + name + "(..)`" + (near.empty() ? "" : ", did you mean `" + near + "(..)`?"));
  }
  if (words[0] == "elapsed") {
    c.term = Term::elapsed;
    return 1;
  }
  if (words[0] == "ops" && words.size() > 1) {
    core::Outcome outcome{};
    if (!core::parse(words[1], outcome)) fail(line, number, "expected ops ok, ops failed or ops unknown");
    c.term = Term::ops;
    c.what = words[1];
    return 2;
  }
  if (words.size() > 2 && words[1] == "of") {
    c.term = words[0] == "epoch" ? Term::epoch_of : Term::of_node;
    c.what = words[0];
    c.node = words[2];
    return 3;
  }
  fail(line, number, "expected a term such as count(leader), METRIC of S1, gained(METRIC), ops ok or elapsed");
}

void read_value(const std::string& word, std::string_view line, int number, Condition& c) {
  core::Duration duration{};
  if (core::parse(word, c.value)) return;
  if (!core::parse(word, duration)) fail(line, number, "expected a number or a duration, not `" + word + "`");
  c.value = static_cast<double>(duration.count()) / 1e6;
}

bool compare(double a, Condition::Op op, double b) {
  using Op = Condition::Op;
  switch (op) {
    case Op::eq: return a == b;
    case Op::ne: return a != b;
    case Op::lt: return a < b;
    case Op::le: return a <= b;
    case Op::gt: return a > b;
    case Op::ge: return a >= b;
  }
  return false;
}

std::string number_text(double value) {
  return value == std::floor(value) && std::abs(value) < 1e15 ? core::text(static_cast<std::int64_t>(value)) : core::text(std::round(value * 100) / 100);
}

// The term's present value; false: there is none, because nobody is meant or nothing was measured.
bool value_of(const Condition& c, const Facts& facts, double& value) {
  value = 0;
  switch (c.term) {
    case Term::count: value = static_cast<double>(facts.count_role(c.what)); return true;
    case Term::gained: value = facts.gained(c.what); return true;
    case Term::p50: value = facts.percentile(c.what, 0.5); return true;
    case Term::p99: value = facts.percentile(c.what, 0.99); return true;
    case Term::sent: value = static_cast<double>(facts.sent(c.what)); return true;
    case Term::dropped: value = static_cast<double>(facts.dropped(c.what)); return true;
    case Term::elapsed: value = static_cast<double>(facts.elapsed().count()) / 1e6; return true;
    case Term::ops: {
      core::Outcome outcome{};
      core::parse(c.what, outcome);
      value = static_cast<double>(facts.operations(outcome));
      return true;
    }
    case Term::max_epoch:
      for (const auto& info : facts.nodes()) value = std::max(value, facts.face(info.id).epoch);
      return true;
    case Term::epoch_of: {
      const auto* node = facts.find(c.node);
      if (node == nullptr) return false;
      value = facts.face(node->id).epoch;
      return true;
    }
    case Term::of_node:
    case Term::sum:
    case Term::max:
    case Term::min: break;
  }
  const auto* values = facts.metric(c.what);
  if (values == nullptr || values->empty()) return false;
  if (c.term == Term::of_node) {
    const auto* node = facts.find(c.node);
    if (node == nullptr || values->count(node->id) == 0) return false;
    value = values->at(node->id);
    return true;
  }
  value = c.term == Term::sum ? 0 : values->begin()->second;
  for (const auto& [node, one] : *values)
    value = c.term == Term::sum ? value + one : c.term == Term::max ? std::max(value, one) : std::min(value, one);
  return true;
}

}  // namespace

Condition read_condition(std::string_view line, int number) {
  std::vector<std::string> words = core::split_words(line);
  Condition c;
  c.text = line;
  c.line = number;
  if (words.empty()) fail(line, number, "expected a condition");
  if (words.size() > 2 && words[words.size() - 2] == "for") {
    if (!core::parse(words.back(), c.hold) || c.hold <= core::Duration{}) fail(line, number, "`for` needs a duration such as 3s");
    words.resize(words.size() - 2);
  }
  const auto is = [&](std::initializer_list<std::string_view> wanted) { return std::equal(words.begin(), words.end(), wanted.begin(), wanted.end()); };
  c.negated = words[0] == "no" || words[0] == "not";
  if (is({"violation"}) || is({"no", "violation"})) {
    c.kind = Condition::Kind::violation;
  } else if (is({"linearizable"}) || is({"not", "linearizable"})) {
    c.kind = Condition::Kind::linearizable;
  } else if (words[0] == "heard") {
    const auto open = line.find('/'), close = line.rfind('/');
    if (open == std::string_view::npos || close <= open + 1) fail(line, number, "expected heard /TEXT/");
    c.kind = Condition::Kind::heard;
    c.what = line.substr(open + 1, close - open - 1);
  } else if (words.size() >= 3 && words[1] == "is") {
    c.kind = Condition::Kind::is_role;
    c.node = words[0];
    c.negated = words[2] == "not";
    if (words.size() != (c.negated ? 4u : 3u)) fail(line, number, "expected NODE is ROLE, or NODE is not ROLE");
    c.what = words.back();
  } else {
    c.kind = Condition::Kind::compare;
    const std::size_t used = read_term(words, line, number, c);
    if (words.size() != used + 2) fail(line, number, "expected TERM OP VALUE [for DURATION]");
    const auto op = std::find(std::begin(kOps), std::end(kOps), words[used]);
    if (op == std::end(kOps)) fail(line, number, "expected ==, !=, <, <=, > or >=, not `" + words[used] + "`");
    c.op = static_cast<Condition::Op>(op - std::begin(kOps));
    read_value(words[used + 1], line, number, c);
  }
  return c;
}

State evaluate(const Condition& c, const Facts& facts) {
  switch (c.kind) {
    case Condition::Kind::violation:
      return {facts.violation().empty() == c.negated, facts.violation().empty() ? "none" : facts.violation()};
    case Condition::Kind::heard: return {facts.heard(c.what), facts.heard(c.what) ? "yes" : "not yet"};
    case Condition::Kind::linearizable: {
      const auto verdict = check::linearizable(facts.history(), check::Model::kv);
      using Answer = check::Verdict::Answer;
      const bool holds = verdict.answer == (c.negated ? Answer::not_linearizable : Answer::linearizable);
      return {holds, std::string(check::answer_text(verdict.answer)) + (verdict.reason.empty() ? "" : ": " + verdict.reason)};
    }
    case Condition::Kind::is_role: {
      const auto* node = facts.find(c.node);
      if (node == nullptr) return {c.negated, "nobody"};
      const auto& face = facts.face(node->id);
      const std::string role = face.up ? face.role : "down";
      // `leader is not S3` asks who the leader is; `S3 is leader` what S3 is.
      const bool same = role == c.what || node->name == c.what;
      return {same != c.negated, node->name == c.node ? role : node->name};
    }
    case Condition::Kind::compare: {
      double value = 0;
      if (!value_of(c, facts, value)) return {false, "nothing yet"};
      return {compare(value, c.op, c.value), number_text(value) + (c.term == Term::elapsed ? " ms" : "")};
    }
  }
  return {};
}

}  // namespace guide
