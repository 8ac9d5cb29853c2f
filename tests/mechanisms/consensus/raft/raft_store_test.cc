// The state machine: a key-value store with sessions (section 8; thesis, section 6.3).
#include <gtest/gtest.h>

#include "mechanisms/consensus/raft/store.h"
#include "mechanisms/core/rng.h"

namespace raft {
namespace {

constexpr std::uint32_t kMany = 1024;

std::uint64_t session(std::uint64_t client, std::uint64_t number) { return client << kSessionBits | number; }

// A store that takes commands one after the other.
struct Applied {
  Store store;
  Index index = 0;
  std::uint32_t max_sessions = kMany;
  bool no_sessions = false;

  Result apply(std::uint64_t of, std::uint64_t serial, Function function, std::string key = "k",
               std::string value = "", std::string expected = "") {
    store.limit_sessions(max_sessions);
    return store.apply(++index, {of, serial, function, std::move(key), std::move(value), std::move(expected)}, no_sessions);
  }
  Result append(std::uint64_t of, std::uint64_t serial, std::string value = "a") {
    return apply(of, serial, Function::append, "k", std::move(value));
  }
  std::string value(const std::string& key = "k") const { return store.read(key).value.value_or("none"); }
};

TEST(RaftStore, DoesWhatItsFunctionsSay) {
  Applied s;
  EXPECT_EQ(s.apply(1, 1, Function::get), (Result{Status::ok, {}}));
  EXPECT_EQ(s.apply(1, 2, Function::put, "k", "a"), (Result{Status::ok, {}}));
  EXPECT_EQ(s.apply(1, 3, Function::append, "k", "b"), (Result{Status::ok, {}}));
  EXPECT_EQ(s.apply(1, 4, Function::get), (Result{Status::ok, "ab"}));
  EXPECT_EQ(s.apply(1, 5, Function::cas, "k", "c", "x"), (Result{Status::mismatch, {}}));
  EXPECT_EQ(s.value(), "ab");
  EXPECT_EQ(s.apply(1, 6, Function::cas, "k", "c", "ab"), (Result{Status::ok, {}}));
  EXPECT_EQ(s.value(), "c");
  EXPECT_EQ(s.apply(1, 7, Function::cas, "other", "c", ""), (Result{Status::absent, {}}));
  EXPECT_EQ(s.store.keys(), 1u);
  EXPECT_EQ(s.apply(1, 8, Function::del), (Result{Status::ok, {}}));
  EXPECT_EQ(s.apply(1, 9, Function::del), (Result{Status::absent, {}}));
  EXPECT_EQ(s.store.keys(), 0u);
  EXPECT_EQ(s.store.done(), 9u);
}

TEST(RaftStore, CreatePutsAValueOnlyWhereThereIsNone) {
  Applied s;
  EXPECT_EQ(s.apply(1, 1, Function::create, "k", "a"), (Result{Status::ok, {}}));
  EXPECT_EQ(s.apply(1, 2, Function::create, "k", "b"), (Result{Status::mismatch, {}}));
  EXPECT_EQ(s.value(), "a");
  EXPECT_EQ(s.apply(1, 1, Function::del).status, Status::expired) << "an earlier number does nothing";
  EXPECT_EQ(s.apply(1, 3, Function::del), (Result{Status::ok, {}}));
  EXPECT_EQ(s.apply(1, 4, Function::create, "k", "b"), (Result{Status::ok, {}}));
  EXPECT_EQ(s.value(), "b");
}

TEST(RaftStore, ARetryGetsTheAnswerOfTheFirstTimeAndDoesNothing) {
  Applied s;
  s.apply(1, 1, Function::put, "k", "a");
  s.apply(1, 2, Function::cas, "k", "b", "a");
  s.apply(2, 1, Function::put, "k", "c");
  EXPECT_EQ(s.apply(1, 2, Function::cas, "k", "b", "a").status, Status::ok)
      << "done again it would be a mismatch";
  EXPECT_EQ(s.value(), "c");
  EXPECT_EQ(s.store.done(), 3u);
}

TEST(RaftStore, ARetryOfARefusedCommandIsRefusedAgainAlsoIfItWouldWorkNow) {
  Applied s;
  EXPECT_EQ(s.apply(1, 1, Function::cas, "k", "b", "a").status, Status::absent);
  s.apply(2, 1, Function::put, "k", "a");
  EXPECT_EQ(s.apply(1, 1, Function::cas, "k", "b", "a").status, Status::absent);
  EXPECT_EQ(s.value(), "a");
}

TEST(RaftStore, ALateRetryOfAnEarlierCommandDoesNothing) {
  Applied s;
  s.append(1, 1);
  s.append(1, 2);
  EXPECT_EQ(s.append(1, 1).status, Status::expired);
  EXPECT_EQ(s.value(), "aa");
}

TEST(RaftStore, WithoutSessionsARetryIsDoneAgain) {
  Applied s;
  s.no_sessions = true;
  s.append(1, 1);
  s.append(1, 1);
  EXPECT_EQ(s.value(), "aa");
  EXPECT_EQ(s.store.done(), 2u);
}

TEST(RaftStore, GapsInASessionAreReadsThatTheStoreNeverSaw) {
  Applied s;
  s.append(1, 1);
  EXPECT_EQ(s.append(1, 7).status, Status::ok);
  EXPECT_EQ(s.append(1, 7).status, Status::ok);
  EXPECT_EQ(s.value(), "aa");
}

TEST(RaftStore, ASessionThatItDoesNotKnowBeginsWithItsFirstCommandOnly) {
  Applied s;
  EXPECT_EQ(s.append(1, 2).status, Status::expired);
  EXPECT_EQ(s.value(), "none");
  EXPECT_EQ(s.append(1, 1).status, Status::ok);
}

TEST(RaftStore, ForgetsTheSessionThatWasIdleLongest) {
  Applied s;
  s.max_sessions = 2;
  s.append(session(1, 1), 1);
  s.append(session(2, 1), 1);
  s.append(session(1, 1), 2);  // Now the second is idle longest.
  s.append(session(3, 1), 1);
  EXPECT_EQ(s.append(session(1, 1), 3).status, Status::ok);
  EXPECT_EQ(s.append(session(3, 1), 2).status, Status::ok);
  EXPECT_EQ(s.append(session(2, 1), 2).status, Status::expired);
  EXPECT_EQ(s.value(), "aaaaaa");
}

TEST(RaftStore, ARetryCountsAsUse) {
  Applied s;
  s.max_sessions = 2;
  s.append(session(1, 1), 1);
  s.append(session(2, 1), 1);
  s.append(session(1, 1), 1);
  s.append(session(3, 1), 1);
  EXPECT_EQ(s.append(session(1, 1), 1).status, Status::ok);
  EXPECT_EQ(s.append(session(2, 1), 1).status, Status::expired);
}

TEST(RaftStore, ARetryOfAForgottenSessionIsNotDoneAgain) {
  Applied s;
  s.max_sessions = 1;
  s.append(session(1, 1), 1);
  s.append(session(2, 1), 1);
  EXPECT_EQ(s.append(session(1, 1), 1).status, Status::expired);
  EXPECT_EQ(s.value(), "aa");
  // A later session of the same client is another matter; an earlier one may have been forgotten likewise.
  EXPECT_EQ(s.append(session(1, 2), 1).status, Status::ok);
}

TEST(RaftStore, NeverRemembersMoreSessionsThanItMay) {
  Applied s;
  s.max_sessions = 3;
  std::size_t size = 0;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    s.append(session(1, i), 1, "");
    if (i == 3) size = core::encode(s.store).size();
  }
  EXPECT_LE(core::encode(s.store).size(), size + 20)
      << "one number a client remembers all that were forgotten";
}

TEST(RaftStore, TheSameCommandsGiveTheSameStoreAlsoThroughASnapshotInTheMiddle) {
  core::Rng rng(1);
  Applied whole, resumed;
  whole.max_sessions = resumed.max_sessions = 4;
  for (int i = 0; i < 500; ++i) {
    const auto of = session(1 + rng.below(3), 1 + static_cast<std::uint64_t>(i) / 40 + rng.below(3));
    const auto serial = 1 + rng.below(4);
    const auto function = static_cast<Function>(rng.below(5));
    const auto key = std::to_string(rng.below(3));
    ASSERT_EQ(whole.apply(of, serial, function, key, "v", "v"),
              resumed.apply(of, serial, function, key, "v", "v"));
    if (rng.chance(0.2)) resumed.store = core::decode<Store>(core::encode(resumed.store));
  }
  EXPECT_EQ(whole.store, resumed.store);
  EXPECT_GT(whole.store.done(), 20u);
  EXPECT_LT(whole.store.done(), 500u);
}

TEST(RaftStore, AnEarlierSessionThatIsForgottenLaterLeavesTheLaterOneForgotten) {
  Applied s;
  s.max_sessions = 1;
  s.append(session(1, 2), 1);
  s.append(session(1, 1), 1);
  s.append(session(2, 1), 1);
  EXPECT_EQ(s.append(session(1, 2), 1).status, Status::expired);
  EXPECT_EQ(s.value(), "aaa") << "it must not be done twice";
}

TEST(RaftStore, TheDigestTellsApartWhatWasAppliedAndInWhichOrder) {
  Applied a, b, c, same;
  a.append(1, 1, "x"), a.append(2, 1, "y");
  b.append(2, 1, "y"), b.append(1, 1, "x");
  c.append(1, 1, "x"), c.append(2, 1, "z");
  same.append(1, 1, "x"), same.append(2, 1, "y");
  EXPECT_NE(a.store.digest(), b.store.digest());
  EXPECT_NE(a.store.digest(), c.store.digest());
  EXPECT_EQ(a.store.digest(), same.store.digest());
}

}  // namespace
}  // namespace raft
