#include "app/window/panels/guide_words.h"

#include "app/window/folds.h"

namespace window {
namespace {

using guide::Condition;
using Term = Condition::Term;

std::string node_words(const std::string& node) {
  // A role is `the leader`; a name is itself.
  return !node.empty() && node[0] >= 'a' && node[0] <= 'z' ? "the " + node : node;
}

// `exactly 2`, `more than 100`; of two terms: `is more than the other`.
std::string amount(Condition::Op op, const std::string& value) {
  switch (op) {
    case Condition::Op::eq: return value;
    case Condition::Op::ne: return "not " + value;
    case Condition::Op::lt: return "less than " + value;
    case Condition::Op::le: return "at most " + value;
    case Condition::Op::gt: return "more than " + value;
    case Condition::Op::ge: return "at least " + value;
  }
  return value;
}

std::string number_words(const Condition& c, double value) {
  const auto timing = [](const Condition::Operand& o) {
    return o.term == Term::elapsed || o.what.ends_with("_ms");
  };
  return timing(c.left) ? seconds_text(core::Duration(static_cast<std::int64_t>(value * 1e6))) : count_text(value);
}

// What is measured, as the subject of a sentence that goes on with `: AMOUNT`.
std::string subject(const Condition::Operand& o) {
  switch (o.term) {
    case Term::sum: return metric_words(o.what) + " of all nodes together";
    case Term::max: return "the highest " + metric_words(o.what);
    case Term::min: return "the lowest " + metric_words(o.what);
    case Term::of_node: return metric_words(o.what) + " of " + node_words(o.node);
    case Term::gained: return metric_words(o.what) + " since the step began";
    case Term::p50: return "half of all " + metric_words(o.what);
    case Term::p99: return "99 of 100 " + metric_words(o.what);
    case Term::epoch_of: return "the term of " + node_words(o.node);
    case Term::max_epoch: return "the highest term";
    case Term::elapsed: return "time since the step began";
    default: return o.what;
  }
}

std::string compare_words(const Condition& c) {
  const Condition::Operand& o = c.left;
  if (c.right.term != Term::number)
    return subject(o) + ": " + (c.op == Condition::Op::eq ? "the same as " : c.op == Condition::Op::ne ? "not " : amount(c.op, "")) + subject(c.right);
  const bool one = c.op == Condition::Op::eq && c.right.value == 1;
  const bool none = c.op == Condition::Op::eq && c.right.value == 0;
  const std::string much = none ? "no" : amount(c.op, number_words(c, c.right.value));
  switch (o.term) {
    case Term::count:
      if (o.what == "down") return much + (none || one ? " node is down" : " nodes are down");
      if (none || one) return much + " node is " + o.what;
      return much + " nodes are " + o.what + "s";
    case Term::ops: {
      const std::string how = o.what == "ok" ? "answered" : o.what == "failed" ? "refused" : "left without an answer";
      const bool some = c.op == Condition::Op::gt && c.right.value == 0;
      return (some ? "some" : much) + (one ? " operation is " : " operations are ") + how;
    }
    case Term::sent:
      return much + (o.what == "any" ? "" : " " + o.what) + (one ? " message is sent" : " messages are sent");
    case Term::dropped:
      return much + (one ? " message is lost" : " messages are lost") + (o.what == "any" ? "" : ": " + o.what);
    default: return subject(o) + ": " + (none ? "0" : much);
  }
}

}  // namespace

std::string metric_words(const std::string& metric) {
  std::string words = metric;
  for (const char* const unit : {"_total", "_ms", "_percent", "_bytes", "_seconds"})
    if (words.ends_with(unit) && words.size() > std::string(unit).size()) {
      words.resize(words.size() - std::string(unit).size());
      break;
    }
  for (char& c : words)
    if (c == '_') c = ' ';
  return words;
}

std::string condition_words(const Condition& c) {
  switch (c.kind) {
    case Condition::Kind::compare: return compare_words(c);
    case Condition::Kind::is_role: return node_words(c.node) + (c.negated ? " is not " : " is ") + c.what;
    case Condition::Kind::heard: return "a node says \"" + c.what + "\"";
    case Condition::Kind::violation: return c.negated ? "no promise is broken" : "a promise is broken";
    case Condition::Kind::promise:
      return "the clients' history is " + check::answer_text(c.promise, c.negated ? check::Verdict::Answer::broken : check::Verdict::Answer::kept);
  }
  return c.text;
}

}  // namespace window
