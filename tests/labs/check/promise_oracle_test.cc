// The checkers against searches of all orders on small random histories; against stores of known strength; and against
// each other: what keeps a stronger promise keeps the weaker ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "labs/check/promise.h"
#include "labs/check/sessions.h"
#include "labs/check/stores.h"
#include "labs/check/witness.h"
#include "tests/labs/check/told_history.h"

namespace {

using check::History;
using check::Model;
using check::Operation;
using check::Promise;
using check::Store;
using Answer = check::Verdict::Answer;

constexpr Promise kGuarantees[] = {Promise::read_your_writes, Promise::monotonic_reads, Promise::monotonic_writes, Promise::writes_follow_reads};

// A few operations of a few processes on two keys; what was read was written by somebody, or is nothing. All values differ.
History small(core::Rng& rng, std::size_t operations, bool versions) {
  std::vector<std::string> lines;
  std::vector<std::vector<std::string>> written(2);
  std::vector<std::size_t> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  std::vector<std::pair<std::string, bool>> plan;
  for (std::size_t i = 0; i < operations; ++i) {
    const auto key = rng.below(2);
    const bool writes = rng.chance(0.45);
    if (writes) written[key].push_back(std::string(1, static_cast<char>('a' + i)));
    plan.emplace_back(key == 0 ? "x" : "y", writes);
  }
  std::map<std::string, std::string> version;
  std::size_t next[2] = {0, 0};
  std::string text;
  for (const auto& [key, writes] : plan) {
    const auto& values = written[key == "x" ? 0 : 1];
    text += std::to_string(1 + rng.below(3)) + (writes ? " w " : " r ") + key + " ";
    std::string value = "-";
    if (writes) value = values[next[key == "x" ? 0 : 1]++];
    else if (const auto pick = rng.below(values.size() + 1); pick < values.size()) value = values[pick];
    text += value;
    if (versions && writes) {
      const auto at = rng.below(numbers.size());
      text += " @1." + std::to_string(numbers[at]);
      numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(at));
    }
    text += "; ";
  }
  return told::history(text);
}

std::map<std::uint64_t, std::vector<const Operation*>> by_process(const History& history) {
  std::map<std::uint64_t, std::vector<const Operation*>> all;
  for (const auto& o : history.operations()) all[o.process].push_back(&o);
  return all;
}

// Every order of all operations with each process's own in its order; true when `visit` is for one.
bool any_order(std::map<std::uint64_t, std::vector<const Operation*>> left, std::vector<const Operation*>& order, std::size_t all,
               const std::function<bool(const std::vector<const Operation*>&)>& visit) {
  if (order.size() == all) return visit(order);
  for (auto& [process, operations] : left) {
    if (operations.empty()) continue;
    const Operation* const o = operations.front();
    operations.erase(operations.begin());
    order.push_back(o);
    if (any_order(left, order, all, visit)) return true;
    order.pop_back();
    operations.insert(operations.begin(), o);
  }
  return false;
}

bool sequential_by_all_orders(const History& history) {
  std::vector<const Operation*> order;
  return any_order(by_process(history), order, history.operations().size(), [](const auto& one) {
    std::map<std::string, std::string> copy;
    for (const Operation* o : one) {
      if (!check::is_read(*o)) copy[o->key] = o->value;
      else if (copy.count(o->key) == 0 ? o->result.has_value() : o->result != copy[o->key]) return false;
    }
    return true;
  });
}

// Whether each operation, in this order, has a causal past - closed, and with its process's own - in which each read fits.
// Writes need no more past than their process; a read may have any past that is closed. `fits` is asked of operation
// past.size() - 1.
template <class Fits>
bool some_pasts(const std::vector<const Operation*>& order, std::vector<std::set<std::size_t>>& past, const Fits& fits) {
  const std::size_t i = past.size();
  if (i == order.size()) return true;
  std::set<std::size_t> least;
  for (std::size_t j = 0; j < i; ++j)
    if (order[j]->process == order[i]->process) least.insert(j), least.insert(past[j].begin(), past[j].end());
  const bool reads = check::is_read(*order[i]);
  for (std::size_t subset = 0; subset < (reads ? std::size_t{1} << i : 1); ++subset) {
    std::set<std::size_t> mine = least;
    for (std::size_t j = 0; j < i; ++j)
      if ((subset >> j & 1) != 0) mine.insert(j);
    const auto open = [&](std::size_t j) { return !std::includes(mine.begin(), mine.end(), past[j].begin(), past[j].end()); };
    if (std::any_of(mine.begin(), mine.end(), open)) continue;
    past.push_back(mine);
    if ((!reads || fits(past)) && some_pasts(order, past, fits)) return true;
    past.pop_back();
  }
  return false;
}
// By the definition of causal convergence, not by its bad patterns: there is one order of all operations, and a causal past
// of each within it, such that each read returns the last write of its past in that order.
bool returns_the_last(const std::vector<const Operation*>& order, const std::vector<std::set<std::size_t>>& past) {
  const Operation& read = *order[past.size() - 1];
  std::optional<std::string> value;
  for (const std::size_t j : past.back())
    if (!check::is_read(*order[j]) && order[j]->key == read.key) value = order[j]->value;
  return value == read.result;
}
// Weak causality and causal memory by their definitions: there is a causal past of each operation, closed and with its
// process's own, such that each read by itself (or all that its process has read up to it) fits an order of its past.
bool in_some_order(std::vector<std::size_t> left, std::map<std::string, std::string> copy, const std::vector<const Operation*>& all,
                   const std::vector<std::set<std::size_t>>& past, const std::set<std::size_t>& seen) {
  if (left.empty()) return true;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::size_t o = left[i];
    const auto waits = [&](std::size_t other) { return past[o].count(other) > 0; };
    if (std::any_of(left.begin(), left.end(), waits)) continue;
    std::map<std::string, std::string> after = copy;
    const bool reads = check::is_read(*all[o]);
    if (!reads) after[all[o]->key] = all[o]->value;
    const auto value = copy.find(all[o]->key);
    if (reads && seen.count(o) > 0 && (value == copy.end() ? std::nullopt : std::optional(value->second)) != all[o]->result) continue;
    std::vector<std::size_t> rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (in_some_order(rest, after, all, past, seen)) return true;
  }
  return false;
}
bool fits_an_order(const std::vector<const Operation*>& order, const std::vector<std::set<std::size_t>>& past, bool memory) {
  const std::size_t i = past.size() - 1;
  std::set<std::size_t> seen{i};
  for (const std::size_t j : past[i])
    if (memory && order[j]->process == order[i]->process) seen.insert(j);
  std::vector<std::size_t> all(past[i].begin(), past[i].end());
  all.push_back(i);
  return in_some_order(all, {}, order, past, seen);
}
template <class Fits>
bool in_some_order_of_all(const History& history, const Fits& fits) {
  std::vector<const Operation*> order;
  return any_order(by_process(history), order, history.operations().size(), [&](const auto& one) {
    std::vector<std::set<std::size_t>> past;
    return some_pasts(one, past, [&](const auto& pasts) { return fits(one, pasts); });
  });
}
bool explained_by_definition(const History& history, bool memory) {
  return in_some_order_of_all(history, [&](const auto& order, const auto& past) { return fits_an_order(order, past, memory); });
}
bool causal_by_definition(const History& history) { return in_some_order_of_all(history, returns_the_last); }

// Whether some order of a key's writes has all that the guarantee demands of every two operations of a session.
bool order_fits(const std::vector<const Operation*>& order, const std::vector<const Operation*>& of_key, Promise guarantee) {
  const auto rank = [&](const Operation& o) -> int {
    for (std::size_t i = 0; i < order.size(); ++i)
      if (check::is_read(o) ? o.result == order[i]->value : order[i] == &o) return static_cast<int>(i) + 1;
    return 0;
  };
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      const Operation &a = *order[i], &b = *order[j];
      if (!a.version.empty() && check::read_version(b.version) < check::read_version(a.version)) return false;
      if (a.version.empty() && a.process == b.process && b.call < a.call) return false;
    }
  for (const Operation* a : of_key)
    for (const Operation* b : of_key) {
      if (a->process != b->process || a->call >= b->call) continue;
      const bool first = guarantee == Promise::monotonic_reads || guarantee == Promise::writes_follow_reads;
      const bool second = guarantee == Promise::monotonic_reads || guarantee == Promise::read_your_writes;
      if (check::is_read(*a) == first && check::is_read(*b) == second && rank(*a) > rank(*b)) return false;
    }
  return true;
}
bool guaranteed_by_all_orders(const History& history, Promise guarantee) {
  for (const char* key : {"x", "y"}) {
    std::vector<const Operation*> of_key, writes;
    for (const auto& o : history.operations())
      if (o.key == key) {
        of_key.push_back(&o);
        if (!check::is_read(o)) writes.push_back(&o);
      }
    std::sort(writes.begin(), writes.end());
    bool fits = false;
    do fits = fits || order_fits(writes, of_key, guarantee);
    while (std::next_permutation(writes.begin(), writes.end()));
    if (!fits) return false;
  }
  return true;
}

// Keys that are appended to. There is an order of each key's writes, and every read returns what is there at some point of it.
History appending(core::Rng& rng, std::size_t operations) {
  struct Line {
    std::uint64_t process;
    char what;
    std::string key, value;
  };
  std::vector<Line> lines;
  std::map<std::string, std::vector<std::size_t>> writes;
  for (std::size_t i = 0; i < operations; ++i) {
    const std::string key = rng.chance(0.8) ? "x" : "y";
    const char what = rng.chance(0.5) ? 'r' : rng.chance(0.25) ? 'w' : 'a';
    if (what != 'r') writes[key].push_back(i);
    lines.push_back({1 + rng.below(3), what, key, std::string(1, static_cast<char>('a' + i))});
  }
  std::map<std::string, std::vector<std::string>> states;
  for (auto& [key, order] : writes) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
    std::string state;
    states[key].push_back("-");
    for (const std::size_t w : order) states[key].push_back(state = lines[w].what == 'a' ? state + lines[w].value : lines[w].value);
  }
  std::string text;
  for (const Line& l : lines) {
    const auto known = states.find(l.key);
    const std::string read = known == states.end() ? "-" : known->second[rng.below(known->second.size())];
    text += std::to_string(l.process) + (l.what == 'r' ? " r " : l.what == 'w' ? " w " : " app ") + l.key + " " + (l.what == 'r' ? read : l.value) + "; ";
  }
  return told::history(text);
}

// After how many writes of the order a read returns that; a write: where it is.
std::optional<std::size_t> place_in(const std::vector<const Operation*>& order, const Operation& o) {
  std::optional<std::string> state;
  for (std::size_t i = 0;; ++i) {
    if (check::is_read(o) && state == o.result) return i;
    if (i == order.size()) return std::nullopt;
    state = order[i]->function == "append" ? state.value_or("") + order[i]->value : order[i]->value;
    if (order[i] == &o) return i + 1;
  }
}

// Whether an order of a key's writes explains what was read of it and has what the guarantee demands. If nobody appends to
// it, the writes of a session are besides in its order.
bool appended_fits(const std::vector<const Operation*>& order, const std::vector<const Operation*>& of_key, Promise guarantee, bool appended) {
  const bool first = guarantee == Promise::monotonic_reads || guarantee == Promise::writes_follow_reads;
  const bool second = guarantee == Promise::monotonic_reads || guarantee == Promise::read_your_writes;
  for (const Operation* o : of_key)
    if (!place_in(order, *o)) return false;
  for (const Operation* a : of_key)
    for (const Operation* b : of_key) {
      if (a->process != b->process || a->call >= b->call) continue;
      const bool given = !appended && !check::is_read(*a) && !check::is_read(*b);
      const bool demanded = check::is_read(*a) == first && check::is_read(*b) == second;
      if ((given || demanded) && *place_in(order, *a) > *place_in(order, *b)) return false;
    }
  return true;
}
bool appended_by_all_orders(const History& history, Promise guarantee) {
  for (const char* key : {"x", "y"}) {
    std::vector<const Operation*> of_key, writes;
    bool appended = false;
    for (const auto& o : history.operations()) {
      if (o.key != key) continue;
      of_key.push_back(&o);
      if (!check::is_read(o)) writes.push_back(&o);
      appended = appended || o.function == "append";
    }
    std::sort(writes.begin(), writes.end());
    bool fits = false;
    do fits = fits || appended_fits(writes, of_key, guarantee, appended);
    while (std::next_permutation(writes.begin(), writes.end()));
    if (!fits) return false;
  }
  return true;
}

// --- against all orders

struct Count {
  std::size_t kept = 0, broken = 0;
};

// The witness is wrong by itself, and nothing in it can be spared.
void expect_smallest(const History& history, Promise promise, const check::Verdict& verdict) {
  std::vector<bool> kept(history.operations().size());
  for (const std::size_t i : verdict.relevant) kept[i] = true;
  const check::Part part = check::part_of(history, Model::kv, kept);
  const auto breaks = [&](const History& some) { return check::judge(some, promise, Model::kv).answer == Answer::broken; };
  EXPECT_TRUE(breaks(part.history)) << told::line(part.history);
  for (std::size_t i = 0; i < part.operations.size(); ++i) {
    std::vector<bool> rest(part.operations.size(), true);
    rest[i] = false;
    EXPECT_FALSE(breaks(check::part_of(part.history, Model::kv, rest).history)) << core::text(promise) << ": " << told::line(part.history) << " can spare " << i;
  }
}

void compare(const History& history, Promise promise, bool expected, Count& count) {
  const auto verdict = check::judge(history, promise, Model::kv);
  ASSERT_EQ(verdict.answer, expected ? Answer::kept : Answer::broken) << core::text(promise) << ": " << told::line(history) << verdict.reason;
  ++(expected ? count.kept : count.broken);
  if (expected) return;
  // Of a key that is appended to, a part of a part says more than a part of the whole: see witness.h on what rests on what.
  const auto& all = history.operations();
  if (std::any_of(all.begin(), all.end(), [](const Operation& o) { return o.function == "append"; })) {
    ASSERT_GE(verdict.relevant.size(), 2u) << verdict.reason;
    return;
  }
  expect_smallest(history, promise, verdict);
}

TEST(AgainstAllOrders, SequentialIsWhatOneOrderExplains) {
  core::Rng rng(1);
  Count count;
  for (int round = 0; round < 1500 && !HasFatalFailure(); ++round) {
    const History history = small(rng, 4 + rng.below(5), false);
    compare(history, Promise::sequential, sequential_by_all_orders(history), count);
  }
  EXPECT_GT(count.kept, 200u);
  EXPECT_GT(count.broken, 200u);
}

TEST(AgainstAllOrders, CausalIsWhatOneOrderAndPastsExplain) {
  core::Rng rng(2);
  Count count;
  for (int round = 0; round < 1000 && !HasFatalFailure(); ++round) {
    const History history = small(rng, 4 + rng.below(4), false);
    compare(history, Promise::causal, causal_by_definition(history), count);
  }
  EXPECT_GT(count.kept, 150u);
  EXPECT_GT(count.broken, 150u);
}

TEST(AgainstAllOrders, WeakCausalityAndCausalMemoryAreWhatPastsExplain) {
  for (const bool memory : {false, true}) {
    core::Rng rng(5);
    Count count;
    for (int round = 0; round < 400 && !HasFatalFailure(); ++round) {
      const History history = small(rng, 4 + rng.below(3), false);
      compare(history, memory ? Promise::causal_memory : Promise::weak_causal, explained_by_definition(history, memory), count);
    }
    EXPECT_GT(count.kept, 50u);
    EXPECT_GT(count.broken, 50u);
  }
}

TEST(AgainstAllOrders, AGuaranteeIsBrokenWhenNoOrderOfTheWritesFits) {
  for (const bool versions : {false, true})
    for (const Promise guarantee : kGuarantees) {
      core::Rng rng(3);
      Count count;
      for (int round = 0; round < 1500 && !HasFatalFailure(); ++round) {
        const History history = small(rng, 4 + rng.below(6), versions);
        compare(history, guarantee, guaranteed_by_all_orders(history, guarantee), count);
      }
      EXPECT_GT(count.kept, 100u);
      // Without versions, what clients see forces no order against these two.
      if (versions || guarantee == Promise::read_your_writes || guarantee == Promise::monotonic_reads) {
        EXPECT_GT(count.broken, 100u) << core::text(guarantee);
      }
    }
}

TEST(AgainstAllOrders, AppendedTextsShowTheOrderOfTheWrites) {
  for (const Promise guarantee : kGuarantees) {
    core::Rng rng(6);
    Count count;
    for (int round = 0; round < 1000 && !HasFatalFailure(); ++round) {
      const History history = appending(rng, 4 + rng.below(7));
      compare(history, guarantee, appended_by_all_orders(history, guarantee), count);
    }
    EXPECT_GT(count.kept, 50u) << core::text(guarantee);
    EXPECT_GT(count.broken, 50u) << core::text(guarantee);
  }
}

// --- each other

TEST(Lattice, WhatKeepsAStrongerPromiseKeepsTheWeakerOnes) {
  core::Rng rng(4);
  std::size_t only_sequential = 0, only_causal = 0, only_sessions = 0, only_memory = 0, only_weak = 0;
  for (int round = 0; round < 6000; ++round) {
    const History history = small(rng, 4 + rng.below(6), false);
    const auto keeps = [&](Promise promise) { return check::judge(history, promise, Model::kv).answer == Answer::kept; };
    const bool linearizable = keeps(Promise::linearizable), sequential = keeps(Promise::sequential), causal = keeps(Promise::causal);
    bool sessions = true;
    for (const Promise guarantee : kGuarantees) sessions = sessions && keeps(guarantee);
    ASSERT_LE(linearizable, sequential) << told::line(history);
    ASSERT_LE(sequential, causal) << told::line(history);
    ASSERT_LE(causal, sessions) << told::line(history);
    const bool memory = keeps(Promise::causal_memory), weak = keeps(Promise::weak_causal);
    ASSERT_LE(sequential, memory) << told::line(history);
    ASSERT_LE(causal || memory, weak) << told::line(history);
    only_sequential += sequential && !linearizable, only_causal += causal && !sequential, only_sessions += sessions && !causal;
    only_memory += memory && !causal, only_weak += weak && !causal && !memory;
  }
  EXPECT_GT(only_sequential, 50u) << "each step is a real one";
  EXPECT_GT(only_causal, 10u);
  EXPECT_GT(only_sessions, 50u);
  EXPECT_GT(only_memory, 10u);
  EXPECT_GT(only_weak, 0u);
}

// --- stores of known strength

class OfStore : public testing::TestWithParam<Store> {};

TEST_P(OfStore, KeepsWhatItsStorePromises) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    core::Rng rng(seed);
    const History history = check::generate(GetParam(), {2 + rng.below(4), 30, 1 + rng.below(4), 0}, rng);
    for (const Promise promise : check::promises_of(GetParam())) {
      const auto verdict = check::judge(history, promise, Model::kv);
      ASSERT_EQ(verdict.answer, Answer::kept) << "seed " << seed << " " << core::text(promise) << ": " << verdict.reason;
    }
  }
}

TEST_P(OfStore, IsNoStrongerThanItsName) {
  const auto broken = [&](Promise promise) {
    std::size_t count = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      core::Rng rng(seed);
      count += check::judge(check::generate(GetParam(), {6, 60, 5, 0}, rng), promise, Model::kv).answer == Answer::broken;
    }
    return count;
  };
  std::vector<Promise> some{Promise::linearizable};
  if (GetParam() != Store::sequential) some.push_back(Promise::sequential);
  if (GetParam() == Store::fifo || GetParam() == Store::eventual) some.push_back(Promise::causal);
  if (GetParam() == Store::eventual) some.insert(some.end(), {Promise::read_your_writes, Promise::monotonic_reads});
  for (const Promise promise : some) EXPECT_GT(broken(promise), 5u) << core::text(promise);
}

TEST_P(OfStore, WhatWasChangedToBreakAPromiseBreaksItWithAFewOperations) {
  std::size_t changed = 0;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    core::Rng rng(seed);
    const History history = check::generate(GetParam(), {3, 40, 2, 0}, rng);
    for (const Promise promise : {Promise::sequential, Promise::causal, Promise::read_your_writes, Promise::monotonic_reads, Promise::monotonic_writes,
                                  Promise::writes_follow_reads, Promise::convergent}) {
      const auto bad = check::broken(history, promise, rng);
      if (!bad) continue;
      ++changed;
      const auto verdict = check::judge(*bad, promise, Model::kv);
      ASSERT_EQ(verdict.answer, Answer::broken) << "seed " << seed << " " << core::text(promise) << ": " << verdict.reason;
      EXPECT_LE(verdict.relevant.size(), 6u) << core::text(promise) << ": " << verdict.reason;
    }
  }
  EXPECT_GT(changed, 80u);
}

TEST_P(OfStore, ALongHistoryIsJudgedInSeconds) {
  core::Rng rng(1);
  const History history = check::generate(GetParam(), {10, 3000, 20, 0}, rng);
  for (const Promise promise : check::promises_of("all")) {
    const auto began = std::chrono::steady_clock::now();
    const auto verdict = check::judge(history, promise, Model::kv);
    EXPECT_NE(verdict.answer, Answer::unknown) << core::text(promise) << ": " << verdict.reason;
    EXPECT_LE(verdict.relevant.size(), 12u) << core::text(promise) << ": " << verdict.reason;
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20)) << core::text(promise);
    // Also of thousands of operations, a witness has none that could be left out.
    if (verdict.answer == Answer::broken) expect_smallest(history, promise, verdict);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, OfStore, testing::Values(Store::sequential, Store::causal, Store::siblings, Store::fifo, Store::eventual),
                         [](const auto& param) { return core::text(param.param); });

}  // namespace
