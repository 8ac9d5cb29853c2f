#include "labs/check/promise.h"

#include <algorithm>
#include <set>

#include "labs/check/causal.h"
#include "labs/check/convergence.h"
#include "labs/check/object.h"
#include "labs/check/sequential.h"
#include "labs/check/session_guarantees.h"
#include "labs/check/witness.h"
#include "mechanisms/core/text.h"

namespace check {
namespace {

using Answer = Verdict::Answer;

// What a checker has found, before the witness is made small.
struct Found {
  Answer answer = Answer::kept;
  std::vector<std::size_t> operations;  // That break it, perhaps with others.
  std::string why;                      // In words: what is wrong with them, or why nobody knows.
  Verdict told;                         // Of linearizable(): which operation, and the shortest prefix.
};

// A part that is made smaller is judged many times: so many operations in all, then it is small enough.
constexpr std::size_t kOperationsJudged = 300'000;

std::string conclusion(Promise guarantee) {
  switch (guarantee) {
    case Promise::read_your_writes: return "it does not see its own write";
    case Promise::monotonic_reads: return "what it reads goes back in time";
    case Promise::monotonic_writes: return "what one process wrote is not in the order in which it wrote";
    default: return "what it wrote is not after what it had read";
  }
}

class Judge {
 public:
  Judge(const History& history, Promise promise, Model model, const Limits& limits)
      : history_(history), promise_(promise), model_(model), limits_(limits), work_(Work::Clock::now() + limits.time, limits.stop) {}

  Verdict run() {
    Found found = find(history_);
    // What cannot be matched may still be plain: what is linearizable keeps every promise that speaks of what was read.
    if (found.answer == Answer::unknown && promise_ > Promise::sequential && promise_ < Promise::convergent && no_siblings(history_) &&
        linearizable(history_, model_, limits_).answer == Answer::kept)
      found = {};
    Verdict verdict;
    verdict.answer = found.answer;
    if (found.answer == Answer::unknown) verdict.reason = found.why;
    if (found.answer == Answer::broken) explain(found, verdict);
    return verdict;
  }

 private:
  Found find(const History& history) {
    switch (promise_) {
      case Promise::linearizable: return one_copy(history);
      case Promise::sequential: return sequential(history);
      case Promise::causal: return causal(history, Causal::convergent);
      case Promise::causal_memory: return causal(history, Causal::memory);
      case Promise::weak_causal: return causal(history, Causal::weak);
      case Promise::convergent: {
        const Convergence c = convergence(history, model_);
        return {c.answer, c.operations, c.answer == Answer::broken ? "nobody writes any more, and still they do not read the same" : c.reason, {}};
      }
      default: return guarantee(history);
    }
  }

  static bool no_siblings(const History& history) {
    return std::all_of(history.operations().begin(), history.operations().end(), [](const Operation& o) { return o.siblings.empty(); });
  }

  // One copy that does one thing at a time never holds two values.
  static Found siblings(const History& history) {
    for (std::size_t i = 0; i < history.operations().size(); ++i) {
      const Operation& o = history.operations()[i];
      if (o.outcome == core::Outcome::ok && o.siblings.size() + o.result.has_value() > 1)
        return {Answer::broken, {i}, "one copy never holds two values at once", {}};
    }
    return {};
  }

  Found one_copy(const History& history) {
    if (Found found = siblings(history); found.answer == Answer::broken) return found;
    const Verdict verdict = linearizable(history, model_, limits_);
    Found found{verdict.answer, {}, verdict.reason, verdict};
    if (verdict.answer != Answer::broken) return found;
    // Linearizability is local: what other keys did is of no matter.
    const auto& all = history.operations();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].key == all[verdict.operation].key && all[i].call < verdict.prefix) found.operations.push_back(i);
    return found;
  }

  Found sequential(const History& history) {
    if (Found found = siblings(history); found.answer == Answer::broken) return found;
    Limits some = limits_;
    some.time = limits_.time / 4;
    if (linearizable(history, model_, some).answer == Answer::kept) return {};
    if (Found found = causal(history, Causal::convergent); found.answer == Answer::broken) return found;
    const Verdict verdict = search_one_order(history, model_, limits_, work_);
    Found found{verdict.answer, {}, verdict.reason, {}};
    if (verdict.answer != Answer::broken) return found;
    found.why = "no order of these explains them all, with each process's own in its order";
    for (std::size_t i = 0; i < history.operations().size(); ++i) found.operations.push_back(i);
    return found;
  }

  Found causal(const History& history, Causal strength) {
    const Sessions sessions(history, model_);
    const CausalFinding finding = bad_pattern(sessions, strength, limits_, work_);
    if (!finding.operations.empty()) return {Answer::broken, finding.operations, finding.why, {}};
    if (!finding.gave_up.empty()) return {Answer::unknown, {}, "gave up: " + finding.gave_up, {}};
    const std::string& why = sessions.unclear.empty() ? sessions.joined : sessions.unclear;
    return {why.empty() ? Answer::kept : Answer::unknown, {}, why, {}};
  }

  Found guarantee(const History& history) {
    const Sessions sessions(history, model_);
    const auto operations = breaks_guarantee(sessions, promise_);
    if (!operations.empty()) return {Answer::broken, operations, conclusion(promise_), {}};
    if (!sessions.unwritten.empty()) {
      const auto& u = sessions.unwritten.front();
      return {Answer::unknown, {}, "nobody can say which write " + words(history.operations()[u.operation]) + " saw: " + (u.failed ? "the only write of that failed" : "nobody wrote that"), {}};
    }
    return {sessions.unclear.empty() ? Answer::kept : Answer::unknown, {}, sessions.unclear, {}};
  }

  void explain(const Found& found, Verdict& verdict) {
    if (promise_ == Promise::linearizable && !limits_.smallest && found.told.prefix > 0) {
      verdict = found.told;
      return;
    }
    std::size_t judged = 0;
    const auto over = [&] { return judged > kOperationsJudged || work_.over(); };
    const auto breaks = [&](const History& some) {
      judged += some.operations().size() + 1;
      work_.done(1);
      return find(some).answer == Answer::broken;
    };
    // What was found, or all of its keys: what it read may have been written much later. Or simply all.
    Part part = part_with(found.operations, false);
    if (!breaks(part.history)) part = part_with(found.operations, true);
    if (!breaks(part.history)) part = whole();
    if (limits_.smallest) part = beginning(std::move(part), breaks);
    if (limits_.smallest) part = smallest(std::move(part), model_, breaks, over);
    const Found last = find(part.history);
    verdict.relevant = part.operations;
    verdict.operation = part.operations.back();
    verdict.prefix = found.told.prefix;
    for (const std::size_t i : part.operations) {
      const Operation& o = history_.operations()[i];
      if (found.told.prefix == 0) verdict.prefix = std::max(verdict.prefix, o.end == Operation::kNever ? o.call : o.end);
      if (is_read(o) && o.call >= history_.operations()[verdict.operation].call) verdict.operation = i;
    }
    constexpr std::size_t kTold = 12;
    const std::string why = last.answer == Answer::broken ? last.why : found.why;
    verdict.reason = part.operations.size() > kTold ? std::to_string(part.operations.size()) + " operations together: " + why : story(part.history) + ": " + why;
  }

  // A long history mostly shows early what is wrong: so little of its beginning as breaks the promise, to a factor of two.
  template <class Breaks>
  Part beginning(Part part, const Breaks& breaks) const {
    constexpr std::size_t kShort = 64;
    for (std::size_t length = kShort; length < part.operations.size(); length *= 2) {
      std::vector<bool> kept(part.operations.size());
      std::fill(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(length), true);
      Part some = part_of(part.history, model_, kept);
      if (!breaks(some.history)) continue;
      for (std::size_t& i : some.operations) i = part.operations[i];
      return some;
    }
    return part;
  }

  Part part_with(const std::vector<std::size_t>& operations, bool their_keys) const {
    const auto& all = history_.operations();
    std::vector<bool> kept(all.size());
    std::set<std::string> keys;
    for (const std::size_t i : operations) kept[i] = true, keys.insert(all[i].key);
    for (std::size_t i = 0; their_keys && i < all.size(); ++i) kept[i] = keys.count(all[i].key) > 0;
    return part_of(history_, model_, kept);
  }

  Part whole() const {
    Part part{history_, {}};
    for (std::size_t i = 0; i < history_.operations().size(); ++i) part.operations.push_back(i);
    return part;
  }

  const History& history_;
  const Promise promise_;
  const Model model_;
  const Limits& limits_;
  Work work_;
};

}  // namespace

Verdict judge(const History& history, Promise promise, Model model, const Limits& limits) {
  return Judge(history, promise, model, limits).run();
}

std::string_view meaning(Promise promise) {
  switch (promise) {
    case Promise::linearizable: return "One copy that does one thing at a time would have answered the same, at the times at which it was asked.";
    case Promise::sequential: return "One order explains everything, in which each process's own operations are in their order. Real time does not count.";
    case Promise::causal: return "Nobody sees an effect without its cause, and all agree which write replaced which (causal convergence).";
    case Promise::causal_memory: return "Nobody sees an effect without its cause, and each process by itself sees the writes in one order; two may disagree.";
    case Promise::weak_causal: return "Nobody sees an effect without its cause. Which of two writes replaced the other may change from read to read.";
    case Promise::read_your_writes: return "Who has written does not read anything older.";
    case Promise::monotonic_reads: return "What a process reads never goes back in time.";
    case Promise::monotonic_writes: return "What a process writes takes effect in the order in which it wrote.";
    case Promise::writes_follow_reads: return "What a process writes comes after what it had read.";
    case Promise::convergent: return "When nobody writes any more, and there was time enough (mark quiet), all read the same.";
  }
  return "";
}

std::vector<Promise> promises_of(std::string_view text) {
  std::vector<Promise> all;
  std::vector<std::string> known{"all"};
  for (const auto name : names(Promise{})) known.emplace_back(name);
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    Promise one{};
    if (word == "all") {
      for (std::size_t i = 0; i < names(Promise{}).size(); ++i) all.push_back(static_cast<Promise>(i));
    } else if (core::parse(word, one)) {
      all.push_back(one);
    } else {
      const std::string near = core::nearest(std::string(word), known);
      std::string list;
      for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
      throw UnknownPromise("there is no promise `" + std::string(word) + "`; " + (near.empty() ? "there are " + list : "did you mean `" + near + "`?"));
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  // Each once, from the strongest to the weakest.
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string answer_text(Promise promise, Verdict::Answer answer) {
  if (answer == Answer::unknown) return "unknown";
  return (answer == Answer::broken ? "not " : "") + core::text(promise);
}

}  // namespace check
