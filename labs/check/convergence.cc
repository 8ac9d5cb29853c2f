#include "labs/check/convergence.h"

#include <algorithm>
#include <map>

#include "labs/check/object.h"

namespace check {
namespace {

using Kind = Action::Kind;
using Answer = Verdict::Answer;

bool writes(const Operation& o, Model model) {
  const Kind kind = kind_of(o, model);
  return kind != Kind::get && kind != Kind::not_cas && kind != Kind::not_del && o.outcome != core::Outcome::failed;
}

// All that a read returned, whatever the order.
std::vector<std::string> returned(const Operation& o, const History& history) {
  std::vector<std::string> all = o.siblings;
  if (o.result && !(o.result->empty() && history.empty_is_absent)) all.push_back(*o.result);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

struct Key {
  std::vector<std::size_t> operations;
  std::uint64_t written = 0;      // When the last write had ended,
  bool open = false;              // or one never did,
  bool marked = false;            // and whether somebody said that there was time.
};

Key key_of(const History& history, Model model, const std::vector<std::size_t>& operations) {
  Key key{operations, 0, false, history.quiet_since().has_value()};
  for (const std::size_t i : operations) {
    const Operation& o = history.operations()[i];
    if (!writes(o, model)) continue;
    // Who writes after the mark makes it void.
    if (key.marked && o.call > *history.quiet_since()) key.marked = false;
  }
  for (const std::size_t i : operations) {
    const Operation& o = history.operations()[i];
    if (!writes(o, model)) continue;
    if (o.end != Operation::kNever) key.written = std::max(key.written, o.end);
    else key.open = true;
  }
  if (key.marked) key.written = std::max(key.written, *history.quiet_since());
  return key;
}

}  // namespace

Convergence convergence(const History& history, Model model) {
  const auto& all = history.operations();
  std::map<std::string, std::vector<std::size_t>> keys;
  for (std::size_t i = 0; i < all.size(); ++i) keys[all[i].key].push_back(i);
  Convergence found{Answer::unknown, {}, "no key was read by two processes after its last write"};
  bool doubtful = false;
  for (const auto& [name, operations] : keys) {
    const Key key = key_of(history, model, operations);
    if (key.open && !key.marked) continue;  // It may still be done between two reads.
    std::map<std::uint64_t, std::size_t> last;
    for (const std::size_t i : operations)
      if (is_read(all[i]) && all[i].outcome == core::Outcome::ok && all[i].result_known && all[i].call > key.written) last[all[i].process] = i;
    if (last.size() < 2) continue;
    const std::size_t one = last.begin()->second;
    const auto other = std::find_if(last.begin(), last.end(), [&](const auto& l) { return returned(all[l.second], history) != returned(all[one], history); });
    if (other == last.end()) {
      if (!doubtful) found.answer = Answer::kept, found.reason.clear();
      continue;
    }
    if (!key.marked) {
      doubtful = true;
      found = {Answer::unknown, {}, words(all[one]) + ", but " + words(all[other->second]) + ": whether there was time for every write to get everywhere, no mark `quiet` says"};
      continue;
    }
    found = {Answer::broken, {}, ""};
    for (const std::size_t i : operations)
      if (i == one || i == other->second || writes(all[i], model)) found.operations.push_back(i);
    return found;
  }
  return found;
}

}  // namespace check
