// The linearizability checker: against a search of all orders, against histories of known verdict, within its limits.
#include "labs/check/linearizability.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "labs/check/generate.h"
#include "labs/check/promise.h"
#include "labs/check/read_history.h"
#include "mechanisms/core/text.h"

namespace {

using check::History;
using check::Model;
using check::Operation;
using Answer = check::Verdict::Answer;
using core::Outcome;

// Writes histories as a person would: one client's operation after the other.
struct Story {
  History history;
  std::uint64_t id = 0;
  std::uint64_t begin(std::uint64_t process, std::string function, std::string key, std::string value = "", std::string expected = "") {
    history.begin({++id, process, std::move(function), std::move(key), std::move(value), std::move(expected)});
    return id;
  }
  void end(std::uint64_t operation, Outcome outcome = Outcome::ok, std::optional<std::string> value = {}) {
    history.end({operation, outcome, std::move(value)});
  }
  void put(std::string key, std::string value) { end(begin(1, "put", std::move(key), std::move(value))); }
  void get(std::string key, std::optional<std::string> value) {
    end(begin(2, "get", std::move(key)), Outcome::ok, std::move(value));
  }
  check::Verdict verdict() const { return check::linearizable(history, Model::kv); }
};

TEST(Linearizability, AReadThatSeesAnOverwrittenValueIsRefused) {
  Story s;
  s.put("x", "1"), s.put("x", "2"), s.get("x", "1");
  const auto verdict = s.verdict();
  EXPECT_EQ(verdict.answer, Answer::broken);
  EXPECT_EQ(verdict.prefix, 6u);
  EXPECT_NE(verdict.reason.find("get x -> \"1\" by process 2"), std::string::npos) << verdict.reason;
  EXPECT_NE(verdict.reason.find("could only be \"2\""), std::string::npos) << verdict.reason;
}

TEST(Linearizability, OverlappingOperationsMayTakeEffectInEitherOrder) {
  for (const char* seen : {"1", "2"}) {
    Story s;
    const auto a = s.begin(1, "put", "x", "1"), b = s.begin(3, "put", "x", "2");
    s.end(a), s.end(b);
    s.get("x", seen);
    EXPECT_EQ(s.verdict().answer, Answer::kept);
  }
  Story s;
  const auto a = s.begin(1, "put", "x", "1"), b = s.begin(3, "put", "x", "2");
  s.end(a), s.end(b);
  s.get("x", "1"), s.get("x", "2");
  EXPECT_EQ(s.verdict().answer, Answer::broken) << "but all must see the same order";
}

TEST(Linearizability, AnUnknownWriteMayHappenMuchLaterOrNever) {
  Story late;
  const auto w = late.begin(9, "put", "x", "9");
  late.end(w, Outcome::unknown);
  late.put("x", "1"), late.get("x", "1"), late.get("x", "9");
  EXPECT_EQ(late.verdict().answer, Answer::kept);
  late.get("x", "1");
  EXPECT_EQ(late.verdict().answer, Answer::broken) << "it happens once";
  Story never;
  never.end(never.begin(9, "put", "x", "9"), Outcome::unknown);
  never.put("x", "1"), never.get("x", "1");
  EXPECT_EQ(never.verdict().answer, Answer::kept);
}

TEST(Linearizability, AnAppendThatIsAppliedTwiceIsSeen) {
  Story s;
  s.end(s.begin(1, "append", "x", "a;"));
  s.get("x", "a;a;");
  EXPECT_EQ(s.verdict().answer, Answer::broken);
}

TEST(Linearizability, AFailedCasIsAnObservation) {
  Story s;
  s.put("x", "1");
  s.end(s.begin(3, "cas", "x", "2", "1"), Outcome::failed);
  EXPECT_EQ(s.verdict().answer, Answer::broken);
}

TEST(Linearizability, KeysAreIndependentAndTheEarliestOffenceIsNamed) {
  Story s;
  s.put("a", "1"), s.put("b", "1"), s.get("b", "7"), s.get("a", "7");
  const auto verdict = s.verdict();
  EXPECT_EQ(verdict.answer, Answer::broken);
  EXPECT_EQ(verdict.prefix, 6u);
  EXPECT_EQ(s.history.operations()[verdict.operation].key, "b");
}

// --- Against a search of all orders.

bool fits(Model model, const std::vector<const Operation*>& order) {
  std::optional<std::string> value;
  for (const Operation* o : order) {
    const bool reads = o->function == "read" || o->function == "get";
    if (reads && o->outcome == Outcome::ok && o->result != value) return false;
    if (o->function == "write" || o->function == "put") value = o->value;
    if (o->function == "append") value = value.value_or("") + o->value;
    if (o->function == "cas") {
      const bool can = value == o->expected;
      if (o->outcome == Outcome::ok && !can) return false;
      if (o->outcome == Outcome::failed && can) return false;
      if (can) value = o->value;
    }
    if (o->function == "create") {
      if (o->outcome == Outcome::ok && value) return false;
      if (o->outcome == Outcome::failed && !value) return false;
      if (!value) value = o->value;
    }
    if (o->function == "delete") {
      if (o->outcome == Outcome::ok && !value) return false;
      if (o->outcome == Outcome::failed && value) return false;
      value.reset();
    }
  }
  static_cast<void>(model);
  return true;
}

bool search_orders(Model model, std::vector<const Operation*>& order, std::vector<const Operation*>& rest) {
  if (!fits(model, order)) return false;
  if (std::all_of(rest.begin(), rest.end(), [](const Operation* o) { return o->end == Operation::kNever; })) return true;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const Operation* next = rest[i];
    // Nothing may be done before something that had ended when it began.
    if (std::any_of(rest.begin(), rest.end(), [&](const Operation* o) { return o->end < next->call; })) continue;
    order.push_back(next);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const bool found = search_orders(model, order, rest);
    rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(i), next);
    order.pop_back();
    if (found) return true;
  }
  return false;
}

// An operation that was not seen to end in the prefix is open.
bool prefix_fits(Model model, const History& history, std::uint64_t prefix) {
  std::vector<Operation> cut;
  for (Operation o : history.operations()) {
    if (o.call > prefix) continue;
    if (o.end > prefix) o.end = Operation::kNever, o.outcome = Outcome::unknown;
    const bool certainly_not = o.outcome == Outcome::failed && o.function != "cas" && o.function != "create" && o.function != "delete";
    if (!certainly_not) cut.push_back(o);
  }
  std::vector<const Operation*> order, rest;
  for (const auto& o : cut) rest.push_back(&o);
  return search_orders(model, order, rest);
}

// Small histories of random answers: about half of them make sense.
History random_history(Model model, core::Rng& rng) {
  History history;
  const std::vector<std::string> functions = model == Model::kv ? std::vector<std::string>{"get", "put", "append", "cas", "create", "delete"}
                                             : model == Model::reg ? std::vector<std::string>{"read", "write"}
                                                                   : std::vector<std::string>{"read", "write", "cas"};
  struct Open {
    std::uint64_t id;
    std::string function;
  };
  std::map<std::uint64_t, Open> open;
  std::uint64_t id = 0, fresh_process = 10;
  std::vector<std::uint64_t> process{0, 1, 2};
  const auto value = [&] { return std::to_string(rng.below(3)); };
  for (int events = 0; events < 14; ++events) {
    const std::size_t client = rng.below(3);
    const auto it = open.find(process[client]);
    if (it == open.end()) {
      if (id == 7) continue;
      const std::string& function = functions[rng.below(functions.size())];
      const bool reads = function == "get" || function == "read" || function == "delete";
      history.begin({++id, process[client], function, "", reads ? "" : value(), function == "cas" ? value() : ""});
      open[process[client]] = {id, function};
      continue;
    }
    const bool reads = it->second.function == "get" || it->second.function == "read";
    const auto luck = rng.below(10);
    const bool may_fail = it->second.function == "cas" || it->second.function == "create" || it->second.function == "delete";
    const Outcome outcome = luck == 0 ? Outcome::unknown : luck < 4 && may_fail ? Outcome::failed : Outcome::ok;
    history.end({it->second.id, outcome, reads && rng.below(4) > 0 ? std::optional(value()) : std::nullopt});
    open.erase(it);
    if (outcome == Outcome::unknown) process[client] = fresh_process++;
  }
  return history;
}

class AgainstAllOrders : public testing::TestWithParam<Model> {};

TEST_P(AgainstAllOrders, TheVerdictAndTheShortestPrefixAgree) {
  core::Rng rng(11);
  std::size_t yes = 0, no = 0;
  for (int round = 0; round < 4000; ++round) {
    const History history = random_history(GetParam(), rng);
    const auto verdict = check::linearizable(history, GetParam());
    ASSERT_NE(verdict.answer, Answer::unknown);
    const bool expected = prefix_fits(GetParam(), history, history.events());
    ASSERT_EQ(verdict.answer == Answer::kept, expected) << "round " << round;
    ++(expected ? yes : no);
    if (expected) continue;
    ASSERT_FALSE(prefix_fits(GetParam(), history, verdict.prefix)) << "round " << round;
    ASSERT_TRUE(prefix_fits(GetParam(), history, verdict.prefix - 1)) << "round " << round;
  }
  EXPECT_GT(yes, 300u);
  EXPECT_GT(no, 300u);
}
INSTANTIATE_TEST_SUITE_P(Models, AgainstAllOrders, testing::Values(Model::reg, Model::cas_register, Model::kv));

TEST(Linearizability, GeneratedHistoriesAreAndSpoiledOnesAreNot) {
  for (const Model model : {Model::reg, Model::cas_register, Model::kv})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      core::Rng rng(seed);
      const History good = check::generate(model, {5, 60, 3, 0.05}, rng);
      EXPECT_EQ(check::linearizable(good, model).answer, Answer::kept) << seed;
      EXPECT_EQ(check::linearizable(check::spoil(good, rng), model).answer, Answer::broken) << seed;
    }
}

TEST(Linearizability, AHundredThousandOperationsTakeSeconds) {
  core::Rng rng(1);
  const History history = check::generate(Model::kv, {10, 10000, 20, 0}, rng);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(check::linearizable(history, Model::kv).answer, Answer::kept);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(Linearizability, AHundredThousandOperationsWithUnknownOutcomesTakeSeconds) {
  for (const Model model : {Model::cas_register, Model::kv}) {
    core::Rng rng(1);
    const History history = check::generate(model, {10, 10000, 20, 0.01}, rng);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(check::linearizable(history, model).answer, Answer::kept);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  }
}

TEST(Linearizability, BeyondItsLimitsTheAnswerIsUnknown) {
  History history;
  for (std::uint64_t i = 1; i <= 40; ++i) history.begin({i, i, "append", "x", std::to_string(i) + ";", ""});
  for (std::uint64_t i = 1; i <= 40; ++i) history.end({i, Outcome::ok, {}});
  const auto verdict = check::linearizable(history, Model::kv, {1000, std::chrono::seconds(5)});
  EXPECT_EQ(verdict.answer, Answer::unknown);
  EXPECT_NE(verdict.reason.find("gave up"), std::string::npos);
}

// Appends that all overlap: every order of every part of them makes another value, and all of them were seen.
History many_orders() {
  History history;
  for (std::uint64_t i = 1; i <= 60; ++i) history.begin({i, i, "cas", "x", std::to_string(i % 7), std::to_string(i % 5)});
  std::uint64_t id = 100;
  for (int i = 0; i < 7; ++i) {
    history.begin({++id, id, "put", "x", std::to_string(i), ""});
    history.begin({++id, id, "get", "x", "", ""});
    history.end({id, Outcome::ok, std::to_string(i)});
    history.end({id - 1, Outcome::ok, {}});
  }
  for (std::uint64_t i = 1; i <= 60; ++i) history.end({i, Outcome::ok, {}});
  return history;
}

TEST(Linearizability, TheTimeLimitIsKept) {
  for (const auto limit : {std::chrono::milliseconds(0), std::chrono::milliseconds(300)}) {
    const auto began = std::chrono::steady_clock::now();
    const auto verdict = check::linearizable(many_orders(), Model::kv, {std::size_t{1} << 40, limit, std::size_t{1} << 40});
    EXPECT_LT(std::chrono::steady_clock::now() - began, limit + std::chrono::milliseconds(500));
    EXPECT_EQ(verdict.answer, Answer::unknown);
    EXPECT_NE(verdict.reason.find("the time is over"), std::string::npos) << verdict.reason;
  }
}

TEST(Linearizability, TheTimeLimitIsKeptWhereEachStepIsSmall) {
  core::Rng rng(1);
  const History history = check::generate(Model::kv, {10, 10000, 20, 0.01}, rng);
  const auto began = std::chrono::steady_clock::now();
  const auto verdict = check::linearizable(history, Model::kv, {2'000'000, std::chrono::milliseconds(1)});
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1001));
  EXPECT_EQ(verdict.answer, Answer::unknown);
}

TEST(Linearizability, BeyondItsMemoryTheAnswerIsUnknown) {
  const auto verdict = check::linearizable(many_orders(), Model::kv, {std::size_t{1} << 40, std::chrono::seconds(60), 8u << 20});
  EXPECT_EQ(verdict.answer, Answer::unknown);
  EXPECT_NE(verdict.reason.find("needs more than 8 MiB"), std::string::npos) << verdict.reason;
}

TEST(Linearizability, ALongWrongHistoryWithUnknownOutcomesIsDecidedInItsTime) {
  for (const Model model : {Model::cas_register, Model::kv})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      core::Rng rng(seed);
      const History wrong = check::spoil(check::generate(model, {10, 2000, 10, 0.01}, rng), rng);
      const auto began = std::chrono::steady_clock::now();
      const auto verdict = check::linearizable(wrong, model, {2'000'000, std::chrono::seconds(3)});
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      EXPECT_LT(took.count(), 3.5) << seed;
      EXPECT_NE(verdict.answer, Answer::kept) << seed;
      RecordProperty("seconds", std::to_string(took.count()));
    }
}

TEST(Linearizability, WhatIsNoHistoryIsSaidInWords) {
  Story s;
  s.begin(1, "put", "x", "1");
  EXPECT_THROW(s.begin(1, "get", "x"), check::BadHistory);
  EXPECT_THROW(s.end(99), check::BadHistory);
  Story other;
  other.end(other.begin(1, "frobnicate", "x"));
  EXPECT_THROW(other.verdict(), check::BadHistory);
  EXPECT_THROW(check::model_of("kvv"), check::UnknownModel);
}

// --- Histories from outside.

TEST(ReadHistory, EdnRegistersAreRead) {
  const History h = check::read_history(
      "[{:index 0, :time 1, :process 0, :type :invoke, :f :write, :value 3}\n"
      " {:process :nemesis, :type :info, :f :start, :value nil}\n"
      " {:process 0, :type :ok, :f :write, :value 3}\n"
      " {:process 1, :type :invoke, :f :cas, :value [3 4]}\n {:process 1, :type :ok, :f :cas, :value [3 4]}\n"
      " {:process 1, :type :invoke, :f :read, :value nil} {:process 1, :type :ok, :f :read, :value 4}]");
  ASSERT_EQ(h.operations().size(), 3u);
  EXPECT_EQ(h.operations()[1].expected, "3");
  EXPECT_EQ(check::linearizable(h, Model::cas_register).answer, Answer::kept);
}

TEST(ReadHistory, TuplesNameIndependentKeys) {
  const History h = check::read_history(
      "{:process 0, :type :invoke, :f :write, :value [7 3]}\n{:process 0, :type :ok, :f :write, :value [7 3]}\n"
      "{:process 0, :type :invoke, :f :cas, :value [7 [3 4]]}\n{:process 0, :type :fail, :f :cas, :value [7 [3 4]]}\n");
  EXPECT_EQ(h.operations()[0].key, "7");
  EXPECT_EQ(check::linearizable(h, Model::cas_register).answer, Answer::broken);
}

TEST(ReadHistory, ACasFromNilFindsAnUnsetRegister) {
  const History h = check::read_history(
      "{:process 0, :type :invoke, :f :cas, :value [nil 1]}\n{:process 0, :type :ok, :f :cas, :value [nil 1]}\n");
  EXPECT_EQ(check::linearizable(h, Model::cas_register).answer, Answer::kept);
}

TEST(ReadHistory, WhatIsWrongIsNamedWithItsLine) {
  const auto error = [](std::string_view text) -> std::string {
    try {
      check::read_history(text);
    } catch (const check::BadHistory& bad) {
      return bad.what();
    }
    return "";
  };
  EXPECT_NE(error("{:process 0, :type :invoke, :f :read}\n{:process 0, :type :invoke, :f :read}").find("line 2"), std::string::npos);
  EXPECT_NE(error("{:process 0, :type :ok, :f :read}").find("did not begin"), std::string::npos);
  EXPECT_NE(error("{:process 0, :type :maybe, :f :read}"), "");
  EXPECT_NE(error("hello"), "");
  EXPECT_NE(error(""), "");
  EXPECT_NE(error(std::string(10000, '[')), "");
  EXPECT_NE(error("{:process 0"), "");
}

TEST(ReadHistory, MutationsAreReadOrRefused) {
  const std::string good =
      "{:process 0, :type :invoke, :f :write, :value 3}\n{:process 0, :type :ok, :f :write, :value 3}\n"
      "{:process 1, :type :invoke, :f :cas, :value [3 4]}\n{:process 1, :type :info, :f :cas, :value [3 4]}\n";
  core::Rng rng(2);
  for (int round = 0; round < 20000; ++round) {
    std::string text = good;
    for (auto flips = 1 + rng.below(4); flips > 0; --flips) text[rng.below(text.size())] = static_cast<char>(rng.below(128));
    if (rng.chance(0.2)) text.resize(rng.below(text.size()));
    try {
      check::linearizable(check::read_history(text), Model::cas_register);
    } catch (const check::BadHistory&) {
    }
  }
}

const std::string kShared = SOURCE_DIR "/../shared/histories/";

TEST(SharedHistories, HaveTheVerdictsThatTheirReadmeStates) {
  if (!std::filesystem::exists(kShared)) GTEST_SKIP() << kShared << " is not here";
  for (const char* good : {"002", "005", "007", "018", "025", "031", "049"}) {
    const auto verdict = check::linearizable(check::read_history_file(kShared + "etcd_" + good + ".log"), Model::cas_register);
    EXPECT_EQ(verdict.answer, Answer::kept) << good << ": " << verdict.reason;
  }
  for (const char* bad : {"000", "060", "099"}) {
    const auto verdict = check::linearizable(check::read_history_file(kShared + "etcd_" + bad + ".log"), Model::cas_register);
    EXPECT_EQ(verdict.answer, Answer::broken) << bad;
  }
  EXPECT_EQ(check::linearizable(check::read_history_file(kShared + "c01-ok.txt"), Model::kv).answer, Answer::kept);
  EXPECT_EQ(check::linearizable(check::read_history_file(kShared + "c01-bad.txt"), Model::kv).answer, Answer::broken);
}

TEST(SharedHistories, ThatAreLinearizableKeepWhatThatImplies) {
  if (!std::filesystem::exists(kShared)) GTEST_SKIP() << kShared << " is not here";
  for (const char* good : {"etcd_002.log", "etcd_005.log", "etcd_007.log", "etcd_018.log", "etcd_025.log", "etcd_031.log", "etcd_049.log", "c01-ok.txt"})
    for (const auto promise : check::promises_of("all")) {
      if (promise == check::Promise::convergent) continue;
      const Model model = std::string_view(good).starts_with("etcd") ? Model::cas_register : Model::kv;
      const auto verdict = check::judge(check::read_history_file(kShared + good), promise, model);
      EXPECT_EQ(verdict.answer, Answer::kept) << good << " " << core::text(promise) << ": " << verdict.reason;
    }
}

TEST(SharedHistories, AreAllLookedAt) {
  if (!std::filesystem::exists(kShared)) GTEST_SKIP() << kShared << " is not here";
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kShared)) files += file.path().filename() != "README.md";
  EXPECT_EQ(files, 12u) << "a new one wants its verdict above";
}

}  // namespace
