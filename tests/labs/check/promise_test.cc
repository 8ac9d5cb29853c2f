// What a reader is promised: histories of which the papers say what they keep, and the words and witnesses of what they
// break.
#include "labs/check/promise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "labs/check/witness.h"
#include "tests/labs/check/promises.h"
#include "tests/labs/check/told_history.h"

namespace {

using namespace promises;
using check::History;
using check::Model;
using check::Promise;
using Answer = check::Verdict::Answer;

check::Verdict judged(const std::string& text, Promise promise) { return check::judge(told::history(text), promise, Model::kv); }

struct Known {
  const char* name;
  const char* history;
  std::vector<Promise> broken;     // All others but `convergent` are kept.
};

class KnownHistory : public testing::TestWithParam<Known> {};

TEST_P(KnownHistory, KeepsAndBreaksWhatItIsKnownFor) {
  for (const Promise promise : {kLin, kSeq, kCausal, kMemory, kWeak, kRyw, kMr, kMw, kWfr}) {
    const auto& broken = GetParam().broken;
    const bool expected = std::find(broken.begin(), broken.end(), promise) == broken.end();
    const auto verdict = judged(GetParam().history, promise);
    EXPECT_EQ(verdict.answer, expected ? Answer::kept : Answer::broken) << core::text(promise) << ": " << verdict.reason;
    EXPECT_EQ(verdict.reason.empty(), expected) << verdict.reason;
  }
}

const Known kBouajjani[] = {
    // Figure 3 of Bouajjani and others, 2017; y and z begin with nothing.
    {"Figure3a_CausalMemoryButNotConvergent", "1 w x 1; 2 w x 2; 1 r x 2; 2 r x 1", {kLin, kSeq, kCausal, kRyw}},
    {"Figure3b_ConvergentButNotCausalMemory", "1 w z 1; 1 w x 1; 1 w y 1; 2 w x 2; 2 r z -; 2 r y 1; 2 r x 2", {kLin, kSeq, kMemory}},
    {"Figure3c_OnlyWeakCausal", "1 w x 1; 2 w x 2; 2 r x 1; 2 r x 2", {kLin, kSeq, kCausal, kMemory}},
    {"Figure3d_CausalButNotSequential", "1 w x 1; 1 r y -; 1 w y 1; 1 r x 1; 2 w x 2; 2 r y -; 2 w y 2; 2 r x 2", {kLin, kSeq}},
    {"Figure3e_NotEvenWeakCausal", "1 w x 1; 1 w y 1; 2 r y 1; 2 w x 2; 3 r x 2; 3 r x 1", {kLin, kSeq, kCausal, kMemory, kWeak}},
    {"WriteCOInitRead", "1 w x 1; 1 w y 1; 2 r y 1; 2 r x -", {kLin, kSeq, kCausal, kMemory, kWeak}},
    {"CyclicCO", "1 r x 1; 1 w y 1; 2 r y 1; 2 w x 1", {kLin, kSeq, kCausal, kMemory, kWeak}}};

const Known kPapers[] = {
    // Lamport 1979: each sets its own and looks at the other's; then both may not see nothing.
    {"LamportBothEnterTheCriticalSection", "1 w a 1; 2 w b 1; 1 r b -; 2 r a -", {kLin, kSeq}},
    {"LamportOneSeesTheOther", "1 w a 1; 1 r b -; 2 w b 1; 2 r a 1", {}},
    {"SequentialIsNotOfRealTime", "1 w x 1; 2 r x -; 2 r x 1", {kLin}},
    // Terry and others 1994, section 3: the password that was just changed.
    {"TerryThePasswordJustChangedIsRefused", "1 w password old; 1 w password new; 1 r password old", {kLin, kSeq, kCausal, kMemory, kWeak, kRyw}},
    // The appointment that was there, and is gone when one looks again.
    {"TerryTheAppointmentIsGoneAgain", "1 w monday noon; 2 r monday noon; 2 r monday -", {kLin, kSeq, kCausal, kMemory, kWeak, kMr}},
    // The editor saves twice, and the first copy wins.
    {"TerryTheOlderCopyWins", "1 w file v1 @1.2; 1 w file v2 @1.1", {kMw}},
    // A reply is put before what it replies to.
    {"TerryTheReplyIsBeforeThePost", "1 w board post @1.5; 2 r board post @1.5; 2 w board reply @1.4", {kWfr}},
    {"TerryTheReplyIsSeenWithoutThePost", "1 w post p; 2 r post p; 2 w reply r; 3 r reply r; 3 r post -", {kLin, kSeq, kCausal, kMemory, kWeak}}};

const Known kOrders[] = {
    {"NobodyKnowsWhichCameFirst", "1 w x a; 2 w x b; 3 r x b; 3 r x a", {kLin}},
    {"TheVersionsTellWhichCameFirst", "1 w x a @1.1; 2 w x b @1.2; 3 r x b @1.2; 3 r x a @1.1", {kLin, kMr}},
    {"AVersionIsComparedNumberByNumber", "1 w x a @1.9; 2 w x b @1.10; 1 r x b @1.10; 3 r x b @1.10", {}},
    {"AnotherEpochIsLaterWhateverThePosition", "1 w x a @1.9; 2 w x b @2.1; 1 r x b; 3 r x a; 3 r x b", {kLin}},
    {"WhatAFailoverLostIsNotRead", "1 w x a @1.9; 2 w x b @1.8; 1 r x b @1.8", {kRyw}},
    {"ALaterWriteOfOthersHidesMine", "1 w x a; 2 w x b; 1 r x b", {}},
    {"TwoReadersDisagreeForEver", "1 w x a; 2 w x b; 3 r x a; 3 r x b; 4 r x b; 4 r x a", {kLin, kSeq, kCausal, kMr}},
    {"BackAndForth", "1 w x a; 2 w x b; 3 r x a; 3 r x b; 3 r x a", {kLin, kSeq, kCausal, kMemory, kMr}},
    {"ThreeInACircle", "1 w x a; 2 w x b; 3 w x c; 1 r x b; 2 r x c; 3 r x a", {kLin, kSeq, kCausal, kRyw}},
    {"AWriteThatNobodyAnsweredMayBeDone", "1 w? x a; 2 r x -; 2 r x a", {}},
    {"AWriteThatNobodyAnsweredIsDoneOnce", "1 w? x a; 2 w x b; 2 r x a; 2 r x b; 2 r x a", {kLin, kSeq, kCausal, kMemory, kMr}},
    {"WhatACasComparedWithItRead", "1 w x a; 2 cas x a b; 3 r x b; 3 r x a", {kLin, kSeq, kCausal, kMemory, kWeak, kMr}},
    {"TwoMadeWhatOnlyOneCanMake", "1 new x a; 2 new x b", {kLin, kSeq}},
    {"WhoFoundItThereDidNotMakeIt", "1 new x a; 2 new! x b; 2 r x a", {}},
    {"WhoFoundItThereThoughNobodyMadeIt", "1 r x -; 2 new! x b; 1 w x c", {kLin}},
    {"AKeyThatOneHasWrittenCannotBeMade", "1 w x a; 1 new x b; 2 r x b", {kLin, kSeq, kCausal, kMemory, kWeak, kRyw}},
    {"OneCopyNeverHoldsTwo", "1 w x a; 2 w x b; 3 r x a|b", {kLin, kSeq}},
    {"ItsOwnTwoWritesAreSiblings", "1 w x a; 1 w x b; 2 r x a|b", {kLin, kSeq, kCausal, kMemory, kWeak, kMw}},
    {"WhatItHadReadIsASibling", "1 w x a; 2 r x a; 2 w x b; 3 r x a|b", {kLin, kSeq, kCausal, kMemory, kWeak, kWfr}},
    {"MyWriteIsOneOfTheSiblings", "1 w x a; 2 w x b; 1 r x a|b; 3 r x a|b", {kLin, kSeq}}};

INSTANTIATE_TEST_SUITE_P(Bouajjani, KnownHistory, testing::ValuesIn(kBouajjani), [](const auto& known) { return std::string(known.param.name); });
INSTANTIATE_TEST_SUITE_P(Papers, KnownHistory, testing::ValuesIn(kPapers), [](const auto& known) { return std::string(known.param.name); });
INSTANTIATE_TEST_SUITE_P(Orders, KnownHistory, testing::ValuesIn(kOrders), [](const auto& known) { return std::string(known.param.name); });

// --- Nobody knows

TEST(Promises, AReadOfWhatNobodyWroteIsNotCausalAndTellsNothingOfASession) {
  for (const char* text : {"1 r x 1", "1 r x 1; 2 w! x 1"}) {
    for (const Promise promise : {kLin, kSeq, kCausal, kMemory, kWeak}) EXPECT_EQ(judged(text, promise).answer, Answer::broken) << text;
    for (const Promise promise : {kRyw, kMr, kMw, kWfr}) EXPECT_EQ(judged(text, promise).answer, Answer::unknown) << text;
  }
  EXPECT_EQ(judged("1 r x 1", kCausal).reason, "process 1 read x -> \"1\": nobody ever wrote that");
}

TEST(Promises, WhereTheWriterIsNotClearTheAnswerIsUnknownAndSaysWhy) {
  // Two wrote the same; not linearizable, so that nothing else tells.
  const std::string text = "1 w x a; 2 w x a; 1 w y b; 3 r y b; 3 r y -; 3 r x a";
  for (const Promise promise : {kRyw, kMw, kWfr}) {
    const auto verdict = judged(text, promise);
    EXPECT_EQ(verdict.answer, Answer::unknown) << core::text(promise);
    EXPECT_NE(verdict.reason.find("several wrote the same value"), std::string::npos) << verdict.reason;
  }
  EXPECT_EQ(judged(text, kMr).answer, Answer::broken) << "what is clear is enough";
}

TEST(Promises, AnAppendedTextTellsWhoWroteItAndInWhichOrder) {
  const auto answer = [](const std::string& text, Promise promise) { return judged(text, promise).answer; };
  EXPECT_EQ(answer("1 app x a; 2 app x b; 3 r x ab; 3 r x a", kMr), Answer::broken);
  EXPECT_EQ(answer("1 app x a; 2 app x b; 3 r x a; 3 r x ab", kMr), Answer::kept);
  EXPECT_EQ(answer("1 app x a; 2 app x b; 1 r x b; 1 r x ba", kRyw), Answer::broken) << "its own is not there, and nothing was replaced";
  EXPECT_EQ(answer("1 app x a; 2 w x c; 2 app x b; 1 r x cb", kRyw), Answer::kept) << "c may have come after it";
  EXPECT_EQ(answer("1 app x a; 1 app x b; 2 r x ba", kMw), Answer::broken);
  EXPECT_EQ(answer("1 w x c; 1 app x a; 2 r x ca; 2 app x b; 3 r x b", kWfr), Answer::broken) << "b was there when nothing else was";
  EXPECT_EQ(answer("1 w x c; 1 app x a; 2 w x d; 2 app x b; 3 r x c; 3 r x db; 4 r x d; 4 r x ca", kMr), Answer::broken) << "of two runs the one is before the other";
}

TEST(Promises, AnAppendedTextThatCouldBeMadeInTwoWaysTellsNothing) {
  const auto why = [](const std::string& text, Promise promise) {
    const auto verdict = judged(text, promise);
    EXPECT_EQ(verdict.answer, Answer::unknown) << text;
    return verdict.reason;
  };
  // None of these is linearizable: that would tell all.
  EXPECT_NE(why("1 app x a; 2 app x aa; 3 r x aaa; 3 w y 1; 4 r y -", kMr).find("several ways"), std::string::npos);
  EXPECT_NE(why("1 app x a; 2 app x b; 3 r x ab; 4 r x ba", kMr).find("in another order"), std::string::npos);
  EXPECT_NE(why("1 app x a @2.1; 2 app x b @1.2; 1 w x c @2.2; 3 r x ab @1.2; 1 r x ab", kRyw).find("their versions tell one"), std::string::npos);
  EXPECT_NE(why("1 app x a; 2 r x a; 2 app x b; 2 del x; 2 r x b", kMr).find("deleted the key"), std::string::npos);
  EXPECT_NE(why("1 app x a; 2 app x b; 3 r x bab", kMr).find("several ways"), std::string::npos) << "b is there twice";
  EXPECT_NE(why("1 app x a; 2 r x c", kRyw).find("nobody wrote that"), std::string::npos);
  // Of causality it shows more than is asked.
  EXPECT_NE(why("1 app x a; 2 app x b; 3 r x b; 3 r x ba", kCausal).find("shows all that it should"), std::string::npos);
  EXPECT_EQ(judged("1 app x a; 1 r x a; 1 app x b; 2 r x ab; 2 r x -", kCausal).answer, Answer::broken) << "but what is clear is enough";
}

TEST(Promises, AVersionTellsWhoWroteWhatSeveralWrote) {
  EXPECT_EQ(judged("1 w x a @1.1; 2 w x b @1.2; 3 w x a @1.3; 4 r x b @1.2; 4 r x a @1.3", kMr).answer, Answer::kept);
  EXPECT_EQ(judged("1 w x a @1.1; 2 w x b @1.2; 3 w x a @1.3; 4 r x b @1.2; 4 r x a @1.1", kMr).answer, Answer::broken);
}

TEST(Promises, WhatIsLinearizableIsKeptAlsoWhereTheWriterIsNotClear) {
  for (const Promise promise : {kSeq, kCausal, kMemory, kWeak, kRyw, kMr, kMw, kWfr})
    EXPECT_EQ(judged("1 w x a; 2 w x a; 3 r x a; 3 del x; 3 r x -", promise).answer, Answer::kept) << core::text(promise);
}

// --- Limits

// Writers of whom nobody can say who wrote what was read, and at the end what no order explains (Lamport's two processes that
// both see nothing): only when all orders of what came before have been tried is that certain.
History hard() {
  std::string text;
  for (int i = 0; i < 12; ++i)
    for (int process = 1; process <= 8; ++process) text += std::to_string(process) + " w x " + std::to_string((process + i) % 3) + "; ";
  for (int i = 0; i < 20; ++i) text += "9 r x " + std::to_string(i % 3) + "; ";
  for (int process = 1; process <= 8; ++process) text += std::to_string(process) + " w x " + std::to_string(process % 3) + "; ";
  return told::history(text + "1 w a 1; 2 w b 1; 1 r b -; 2 r a -");
}

TEST(Promises, BeyondTheLimitsTheAnswerIsUnknownAndSaysWhy) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += std::to_string(i) + " w k" + std::to_string(i) + " v; ";
  const History many = told::history(text + "1 r k0 -; 1 r k0 v");
  check::Limits limits;
  limits.bytes = 1000;
  const auto memory = check::judge(many, kCausal, Model::kv, limits);
  EXPECT_EQ(memory.answer, Answer::unknown);
  EXPECT_NE(memory.reason.find("MiB"), std::string::npos) << memory.reason;
  limits = {};
  limits.configurations = 1000;
  const auto ways = check::judge(hard(), kSeq, Model::kv, limits);
  EXPECT_EQ(ways.answer, Answer::unknown);
  EXPECT_NE(ways.reason.find("more than 1000 ways to go on"), std::string::npos) << ways.reason;
}

TEST(Promises, NobodyNeedWaitLongForASearch) {
  check::Limits limits;
  limits.time = std::chrono::milliseconds(300);
  const auto began = std::chrono::steady_clock::now();
  const auto verdict = check::judge(hard(), kSeq, Model::kv, limits);
  EXPECT_EQ(verdict.answer, Answer::unknown);
  EXPECT_NE(verdict.reason.find("the time is over"), std::string::npos) << verdict.reason;
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3));
}

// --- Convergence

TEST(Convergence, AfterTheMarkAllWhoReadMustAgree) {
  const auto answer = [](const std::string& text) { return judged(text, Promise::convergent).answer; };
  EXPECT_EQ(answer("1 w x a; 2 w x b; quiet; 1 r x b; 2 r x b"), Answer::kept);
  EXPECT_EQ(answer("1 w x a; 2 w x b; quiet; 1 r x a; 2 r x b"), Answer::broken);
  EXPECT_EQ(answer("1 w x a; 2 w x b; quiet; 1 r x a|b; 2 r x b|a"), Answer::kept) << "siblings have no order";
  EXPECT_EQ(answer("1 w x a; 2 w x b; quiet; 1 r x a|b; 2 r x b"), Answer::broken);
  EXPECT_EQ(answer("1 w x a; 2 w x b; 1 r x a; quiet; 1 r x b; 2 r x b"), Answer::kept) << "before the mark they may differ";
  EXPECT_EQ(answer("1 w x a; quiet; 1 r x -; 1 r x a; 2 r x a"), Answer::kept) << "the last read counts";
  EXPECT_EQ(answer("1 w? x a; 2 w x b; quiet; 1 r x a; 3 r x b"), Answer::broken) << "after the mark nothing is still to be done";
}

TEST(Convergence, WithoutAMarkWhatDiffersMayStillBeUnderway) {
  const auto verdict = judged("1 w x a; 1 r x a; 2 r x -", Promise::convergent);
  EXPECT_EQ(verdict.answer, Answer::unknown);
  EXPECT_NE(verdict.reason.find("no mark `quiet`"), std::string::npos) << verdict.reason;
  EXPECT_EQ(judged("1 w x a; 1 r x a; 2 r x a", Promise::convergent).answer, Answer::kept);
  EXPECT_EQ(judged("1 w x a; quiet; 2 w x b; 1 r x a; 2 r x b", Promise::convergent).answer, Answer::unknown) << "who writes after the mark makes it void";
  EXPECT_EQ(judged("1 w x a; 1 r x a", Promise::convergent).answer, Answer::unknown) << "one reader is no proof";
  EXPECT_EQ(judged("1 w? x a; 1 r x -; 2 r x a", Promise::convergent).answer, Answer::unknown) << "it may be done in between";
}

// --- Witnesses

bool breaks(const History& history, Promise promise) { return check::judge(history, promise, Model::kv).answer == Answer::broken; }

History without(const check::Part& part, std::size_t i) {
  std::vector<bool> kept(part.operations.size(), true);
  kept[i] = false;
  return check::part_of(part.history, Model::kv, kept).history;
}

TEST(Witness, NothingInItCanBeSparedAndItIsWrongByItself) {
  for (const std::span<const Known> table : {std::span<const Known>(kBouajjani), std::span<const Known>(kPapers), std::span<const Known>(kOrders)})
    for (const Known& row : table)
      for (const Promise promise : row.broken) {
        const History history = told::history(row.history);
        const auto verdict = check::judge(history, promise, Model::kv);
        std::vector<bool> kept(history.operations().size());
        for (const std::size_t i : verdict.relevant) kept[i] = true;
        const check::Part part = check::part_of(history, Model::kv, kept);
        ASSERT_EQ(part.operations, verdict.relevant) << row.name;
        EXPECT_TRUE(breaks(part.history, promise)) << row.name << " " << core::text(promise);
        for (std::size_t i = 0; i < part.operations.size(); ++i)
          EXPECT_FALSE(breaks(without(part, i), promise)) << row.name << " " << core::text(promise) << " can spare " << check::words(part.history.operations()[i]);
        EXPECT_NE(std::find(verdict.relevant.begin(), verdict.relevant.end(), verdict.operation), verdict.relevant.end());
      }
}

TEST(Witness, IsToldSoThatAStudentUnderstandsIt) {
  const std::string noise = "5 w z 1; 6 w z 2; 7 r z 2; 5 w z 3; 7 r z 3; ";
  EXPECT_EQ(judged(noise + "3 w k1 a; 3 r k1 -", kRyw).reason, "process 3 wrote k1 = \"a\", then read k1 -> nothing: it does not see its own write");
  EXPECT_EQ(judged(noise + "3 w k1 a; 4 r k1 a; 4 r k1 -", kMr).reason,
            "process 3 wrote k1 = \"a\"; process 4 read k1 -> \"a\", then read k1 -> nothing: what it reads goes back in time");
  EXPECT_EQ(judged(noise + "3 w k1 a @1.4; 3 w k1 b @1.3", kMw).reason,
            "process 3 wrote k1 = \"a\" (version 1.4), then wrote k1 = \"b\" (version 1.3): what one process wrote is not in the order in which it wrote");
  EXPECT_EQ(judged(noise + "1 w x 1; 1 w y 1; 2 r y 1; 2 r x -", kCausal).reason,
            "process 1 wrote x = \"1\", then wrote y = \"1\"; process 2 read y -> \"1\", then read x -> nothing: it read nothing, though a write that it "
            "should know of came before it");
  EXPECT_EQ(judged(noise + "1 w a 1; 2 w b 1; 1 r b -; 2 r a -", kSeq).reason,
            "process 1 wrote a = \"1\", then read b -> nothing; process 2 wrote b = \"1\", then read a -> nothing: no order of these explains them all, with "
            "each process's own in its order");
}

TEST(Witness, APartRestsOnNothingThatWasLeftOut) {
  const History whole = told::history("1 w x a; 1 w x b; 2 r x a; 2 del x; 3 r x -; 3 cas x a c");
  const auto part = [&](std::vector<std::size_t> operations) {
    std::vector<bool> kept(6);
    for (const std::size_t i : operations) kept[i] = true;
    return check::part_of(whole, Model::kv, kept).operations;
  };
  EXPECT_EQ(part({0, 2}), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(part({1, 2}), (std::vector<std::size_t>{1})) << "who wrote what was read is gone";
  EXPECT_EQ(part({0, 4}), (std::vector<std::size_t>{0})) << "who deleted it is gone";
  EXPECT_EQ(part({2, 3}), (std::vector<std::size_t>{})) << "what there was to delete is gone";
  std::vector<bool> kept{false, true, false, false, false, true};
  const auto cas = check::part_of(whole, Model::kv, kept);
  EXPECT_EQ(check::words(cas.history.operations().at(1)), "put x \"c\" by process 3") << "with what it compared is gone: it only writes";
}

// --- Names

TEST(Promises, AreNamedAsPeopleNameThem) {
  Promise promise{};
  for (const char* name : {"linearizable", "sequential", "causal", "causal-memory", "weak-causal", "read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads", "convergent"}) {
    EXPECT_TRUE(core::parse(name, promise)) << name;
    EXPECT_EQ(core::text(promise), name);
    EXPECT_EQ(check::answer_text(promise, Answer::kept), name);
    EXPECT_EQ(check::answer_text(promise, Answer::broken), std::string("not ") + name);
  }
}

}  // namespace
