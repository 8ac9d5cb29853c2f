#include "labs/guide/condition.h"

#include <algorithm>
#include <cmath>
#include <span>

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
constexpr std::pair<std::string_view, Term> kCalls[] = {
    {"count", Term::count}, {"sum", Term::sum},       {"max", Term::max},
    {"min", Term::min},     {"gained", Term::gained}, {"p50", Term::p50},
    {"p99", Term::p99},     {"sent", Term::sent},     {"dropped", Term::dropped}};
constexpr std::string_view kOps[] = {"==", "!=", "<", "<=", ">", ">="};

// Reads the words of one side of a comparison from the front; returns how many, or 0 when they are none.
std::size_t read_operand(std::span<const std::string> words, std::string_view line, int number,
                         Condition::Operand& o) {
  if (words.empty()) return 0;
  std::string name, inside;
  if (call(words[0], name, inside)) {
    std::vector<std::string> all;
    for (const auto& [known, term] : kCalls) {
      all.emplace_back(known);
      if (known != name) continue;
      o.term = term == Term::max && inside == "epoch" ? Term::max_epoch : term;
      o.what = inside;
      return 1;
    }
    const std::string near = core::nearest(name, all);
    fail(line, number,
         "there is no `" + name + "(..)`" + (near.empty() ? "" : ", did you mean `" + near + "(..)`?"));
  }
  if (words[0] == "elapsed") {
    o.term = Term::elapsed;
    return 1;
  }
  if (words[0] == "ops" && words.size() > 1) {
    core::Outcome outcome{};
    if (!core::parse(words[1], outcome)) fail(line, number, "expected ops ok, ops failed or ops unknown");
    o.term = Term::ops;
    o.what = words[1];
    return 2;
  }
  if (words.size() > 2 && words[1] == "of") {
    o.term = words[0] == "epoch" ? Term::epoch_of : Term::of_node;
    o.what = words[0];
    o.node = words[2];
    return 3;
  }
  core::Duration duration{};
  if (core::parse(words[0], o.value)) return 1;
  if (!core::parse(words[0], duration)) return 0;
  o.value = static_cast<double>(duration.count()) / 1e6;
  return 1;
}

void read_comparison(std::span<const std::string> words, std::string_view line, int number, Condition& c) {
  const std::size_t left = read_operand(words, line, number, c.left);
  if (left == 0 || c.left.term == Term::number)
    fail(line, number,
         "expected a term such as count(leader), METRIC of S1, gained(METRIC), ops ok or elapsed");
  words = words.subspan(left);
  if (words.size() < 2) fail(line, number, "expected TERM OP VALUE [for DURATION]");
  const auto op = std::find(std::begin(kOps), std::end(kOps), words[0]);
  if (op == std::end(kOps)) fail(line, number, "expected ==, !=, <, <=, > or >=, not `" + words[0] + "`");
  c.op = static_cast<Condition::Op>(op - std::begin(kOps));
  words = words.subspan(1);
  const std::size_t right = read_operand(words, line, number, c.right);
  if (right == 0) fail(line, number, "expected a number, a duration or a term, not `" + words[0] + "`");
  if (right != words.size()) fail(line, number, "`" + words[right] + "` is too much");
}

bool compare(double a, Condition::Op op, double b) {
  using Op = Condition::Op;
  switch (op) {
    case Op::eq:
      return a == b;
    case Op::ne:
      return a != b;
    case Op::lt:
      return a < b;
    case Op::le:
      return a <= b;
    case Op::gt:
      return a > b;
    case Op::ge:
      return a >= b;
  }
  return false;
}

std::string number_text(double value) {
  return value == std::floor(value) && std::abs(value) < 1e15 ? core::text(static_cast<std::int64_t>(value))
                                                              : core::text(std::round(value * 100) / 100);
}

// The present value of one side; false: there is none, because nobody is meant or nothing was measured.
bool value_of(const Condition::Operand& o, const Facts& facts, double& value) {
  value = 0;
  switch (o.term) {
    case Term::number:
      value = o.value;
      return true;
    case Term::count:
      value = static_cast<double>(facts.count_role(o.what));
      return true;
    case Term::gained:
      value = facts.gained(o.what);
      return true;
    case Term::p50:
      value = facts.percentile(o.what, 0.5);
      return facts.samples(o.what) > 0;
    case Term::p99:
      value = facts.percentile(o.what, 0.99);
      return facts.samples(o.what) > 0;
    case Term::sent:
      value = static_cast<double>(facts.sent(o.what));
      return true;
    case Term::dropped:
      value = static_cast<double>(facts.dropped(o.what));
      return true;
    case Term::elapsed:
      value = static_cast<double>(facts.elapsed().count()) / 1e6;
      return true;
    case Term::ops: {
      core::Outcome outcome{};
      core::parse(o.what, outcome);
      value = static_cast<double>(facts.operations(outcome));
      return true;
    }
    case Term::max_epoch:
      for (const auto& info : facts.nodes()) value = std::max(value, facts.face(info.id).epoch);
      return true;
    case Term::epoch_of: {
      const auto* node = facts.find(o.node);
      if (node == nullptr || !facts.face(node->id).up) return false;
      value = facts.face(node->id).epoch;
      return true;
    }
    case Term::of_node:
    case Term::sum:
    case Term::max:
    case Term::min:
      break;
  }
  const auto* values = facts.metric(o.what);
  if (values == nullptr || values->empty()) return false;
  if (o.term == Term::of_node) {
    const auto* node = facts.find(o.node);
    if (node == nullptr || values->count(node->id) == 0) return false;
    value = values->at(node->id);
    return true;
  }
  value = o.term == Term::sum ? 0 : values->begin()->second;
  for (const auto& [node, one] : *values)
    value = o.term == Term::sum   ? value + one
            : o.term == Term::max ? std::max(value, one)
                                  : std::min(value, one);
  return true;
}

}  // namespace

Condition read_condition(std::string_view line, int number) {
  Condition c;
  c.text = line;
  c.line = number;
  std::vector<std::string> words = core::split_words(line);
  if (words.empty()) fail(line, number, "expected a condition");
  if (words[0] == "heard") {
    // What stands between the slashes is text, whatever its words are.
    const auto open = line.find('/'), close = line.rfind('/');
    if (open == std::string_view::npos || close <= open + 1) fail(line, number, "expected heard /TEXT/");
    c.kind = Condition::Kind::heard;
    c.what = line.substr(open + 1, close - open - 1);
    words = core::split_words(line.substr(close + 1));
    words.insert(words.begin(), "heard");
  }
  if (words.size() > 2 && words[words.size() - 2] == "for") {
    if (!core::parse(words.back(), c.hold) || c.hold <= core::Duration{})
      fail(line, number, "`for` needs a duration such as 3s");
    words.resize(words.size() - 2);
  }
  const auto is = [&](std::initializer_list<std::string_view> wanted) {
    return std::equal(words.begin(), words.end(), wanted.begin(), wanted.end());
  };
  c.negated = words[0] == "no" || words[0] == "not";
  if (is({"violation"}) || is({"no", "violation"})) {
    c.kind = Condition::Kind::violation;
  } else if (words.size() == (words[0] == "not" ? 2u : 1u) && core::parse(words.back(), c.promise)) {
    c.kind = Condition::Kind::promise;
  } else if (words[0] == "heard") {
    if (words.size() > 1) fail(line, number, "`" + words[1] + "` is too much");
  } else if (words.size() >= 3 && words[1] == "is") {
    c.kind = Condition::Kind::is_role;
    c.node = words[0];
    c.negated = words[2] == "not";
    if (words.size() != (c.negated ? 4u : 3u))
      fail(line, number, "expected NODE is ROLE, or NODE is not ROLE");
    c.what = words.back();
  } else {
    c.kind = Condition::Kind::compare;
    read_comparison(words, line, number, c);
  }
  return c;
}

State evaluate(const Condition& c, const Facts& facts) {
  switch (c.kind) {
    case Condition::Kind::violation:
      return {facts.violation().empty() == c.negated, facts.violation().empty() ? "none" : facts.violation()};
    case Condition::Kind::heard:
      return {facts.heard(c.what), facts.heard(c.what) ? "yes" : "not yet"};
    case Condition::Kind::promise: {
      check::Limits limits;
      limits.smallest = false;  // It is asked again and again while the run goes on.
      const auto verdict = check::judge(facts.history(), c.promise, check::Model::kv, limits);
      using Answer = check::Verdict::Answer;
      const bool holds = verdict.answer == (c.negated ? Answer::broken : Answer::kept);
      return {holds, check::answer_text(c.promise, verdict.answer) +
                         (verdict.reason.empty() ? "" : ": " + verdict.reason)};
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
      double left = 0, right = 0;
      if (!value_of(c.left, facts, left)) return {false, "nothing yet"};
      if (!value_of(c.right, facts, right))
        return {false, number_text(left) + ", and nothing yet to compare with"};
      std::string now = number_text(left) + (c.left.term == Term::elapsed ? " ms" : "");
      if (c.right.term != Term::number) now += " and " + number_text(right);
      return {compare(left, c.op, right), now};
    }
  }
  return {};
}

}  // namespace guide
