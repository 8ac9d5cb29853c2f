// Guards of one replica alone: what it must not believe, what it must not forget, what a crash must not undo. Each of them
// was taken away once to see who notices; what only the fuzz search noticed has its story here.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

Entry put(Epoch epoch, std::uint64_t session, const std::string& value = "v") {
  return {epoch, Command{session, 1, 1, Function::put, "k", value, "", {}}};
}

// A disk with a log of these epochs.
Durable disk_of(SaveEpoch epoch, const std::vector<Epoch>& log, Index acknowledged = 0) {
  Durable disk;
  disk.apply(epoch);
  SaveEntries save{1, {}, acknowledged};
  for (const Epoch of : log) save.entries.push_back(put(of, save.entries.size() + 1));
  disk.apply(save);
  return disk;
}

// Node 2 of three, or another, which hears what the test says and answers into `step`.
struct Alone {
  explicit Alone(Durable found, const Settings& settings = {}, core::NodeId id = 2)
      : disk(found), node({id, {1, 2, 3}, {}}, settings, std::move(found)) {
    step.rng = &rng;
    step.now = core::kStart + 10s;
    node.start(step);
  }
  template <class M>
  void hear(core::NodeId from, const M& m) {
    step.clear();
    node.on_message(step, from, m);
    for (const auto& write : step.writes) disk.apply(write);
  }
  void heartbeat() {
    step.clear();
    node.on_timer(step, {Alarm::heartbeat});
  }
  template <class M>
  bool has_said() const {
    return std::any_of(step.sends.begin(), step.sends.end(), [](const auto& send) { return std::holds_alternative<M>(send.message); });
  }
  template <class M>
  M said() const {
    for (const auto& send : step.sends)
      if (const auto* m = std::get_if<M>(&send.message)) return *m;
    ADD_FAILURE() << "it did not say that";
    return {};
  }
  core::Rng rng{7};
  Replica::Step step;
  Durable disk;
  Replica node;
};

Append append(Epoch epoch, Position prev, std::vector<Entry> entries) {
  const Index last = prev.index + entries.size();
  return {epoch, prev, last, 0, core::kStart + 9s, std::move(entries)};
}

TEST(SingleLeaderGuards, AnEntryOfAnotherEpochAtTheSamePlaceIsNotTheEntryBefore) {
  Alone one(disk_of({1, false}, {1, 1}));
  one.hear(3, append(2, {2, 2}, {put(2, 9)}));
  EXPECT_FALSE(one.said<AppendReply>().success);
  EXPECT_EQ(in_words(one.node.log().end()), "1.2");
}

TEST(SingleLeaderGuards, WhatIsPartOfItsSnapshotCannotBeTakenOutOfIt) {
  Durable disk = disk_of({1, false}, {1, 1, 1});
  Store store;
  for (Index i = 1; i <= 3; ++i) store.apply(i, put(1, i));
  disk.apply(SaveSnapshot{3, 1, 20, {{1, 1}}, core::encode(store), false, false});
  Alone one(disk);
  one.hear(3, append(2, {1, 2}, {put(2, 9)}));
  EXPECT_TRUE(one.said<AppendReply>().rebuild) << "its log could go back to entry 2, its data cannot";
  EXPECT_FALSE(one.said<AppendReply>().success);
  EXPECT_EQ(in_words(one.node.log().end()), "1.3");
}

TEST(SingleLeaderGuards, WhatItHasThrownAwayIsNotCountedAsLostAgain) {
  Alone one(disk_of({1, false}, {1, 1, 1}, 3));
  one.hear(3, append(2, {1, 2}, {put(2, 9)}));
  EXPECT_EQ(one.node.acknowledged(), 2u);
  EXPECT_EQ(one.disk.acknowledged, 2u);
}

Snapshot snapshot_at(Index index, Epoch epoch, bool by_hand) {
  return {epoch, index, 100, {{epoch, 1}}, 0, true, by_hand, core::kStart + 9s, core::encode(Store())};
}

TEST(SingleLeaderGuards, ASnapshotSaysNothingOfWhatItHadAcknowledgedAndAllOfWhatWasChangedByHand) {
  Alone one(disk_of({1, false}, {1, 1, 1}, 3));
  one.hear(3, snapshot_at(8, 2, true));
  ASSERT_TRUE(one.said<SnapshotReply>().installed);
  EXPECT_EQ(one.node.acknowledged(), 0u);
  EXPECT_TRUE(one.node.by_hand());
  const Alone again(one.disk);
  EXPECT_EQ(again.node.applied(), 8u) << "from its disk";
  EXPECT_TRUE(again.node.by_hand());
}

TEST(SingleLeaderGuards, WhatIsNotAppliedYetIsKeptHoweverShortTheLogShouldBe) {
  Settings settings;
  settings.keep_entries = 4;
  settings.apply_cost = 1h;
  Alone one(disk_of({1, false}, {}), settings);
  std::vector<Entry> entries;
  for (std::uint64_t i = 1; i <= 20; ++i) entries.push_back(put(1, i));
  one.hear(1, append(1, {}, std::move(entries)));
  EXPECT_EQ(one.node.applied(), 0u);
  EXPECT_TRUE(one.node.log().holds(1));
}

TEST(SingleLeaderGuards, AChunkOfAnotherPrimarysSnapshotIsNotTheNextOfThisOne) {
  Alone one(disk_of({1, false}, {}));
  Snapshot first = snapshot_at(8, 1, false), second = snapshot_at(8, 2, false);
  first.done = second.done = false;
  first.data = second.data = {1, 2, 3};
  one.hear(1, first);
  EXPECT_EQ(one.said<SnapshotReply>().wanted, 3u);
  second.offset = 3;
  one.hear(3, second);
  EXPECT_EQ(one.said<SnapshotReply>().wanted, 0u) << "they are images of different data";
}

TEST(SingleLeaderGuards, WhoHasFollowedAnotherSinceDoesNotSayThatItsLogIsWhatItWasWhenItLed) {
  for (const bool followed : {false, true}) {
    Alone one(disk_of({1, true}, {1, 1}, 2));
    ASSERT_TRUE(one.node.leads());
    if (followed) one.hear(3, append(3, {1, 1}, {put(3, 9)}));
    one.hear(50, Fence{8});
    EXPECT_TRUE(one.said<FenceReply>().granted);
    EXPECT_EQ(one.said<FenceReply>().led, followed ? 0u : 1u);
  }
}

TEST(SingleLeaderGuards, HowOldItsDataIsIsUnknownUntilTheNewPrimaryHasSaidHowFarItsLogReaches) {
  Alone one(disk_of({1, false}, {1, 1}));
  one.hear(1, append(1, {1, 2}, {}));
  one.heartbeat();
  const auto lag_is_known = [&] {
    return std::any_of(one.step.samples.begin(), one.step.samples.end(), [](const auto& s) { return s.metric == &kLagMs; });
  };
  EXPECT_TRUE(lag_is_known());
  one.hear(3, append(2, {2, 9}, {}));
  one.heartbeat();
  EXPECT_FALSE(lag_is_known()) << "node 3 has another clock, and other entries";
}

// --- What a primary sends, and what it believes.

TEST(SingleLeaderGuards, NoMoreEntriesInAMessageAndNoMoreMessagesUnansweredThanItMay) {
  Settings settings;
  settings.max_batch_entries = 2;
  settings.max_in_flight = 3;
  Alone one(disk_of({1, true}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), settings, 1);
  const auto entries_sent = [&] {
    std::vector<std::size_t> sizes;
    for (const auto& send : one.step.sends)
      if (const auto* m = std::get_if<Append>(&send.message)) sizes.push_back(m->entries.size());
    return sizes;
  };
  one.hear(2, AppendReply{1, false, 0, {}, false, 0, core::kStart + 10s});
  EXPECT_EQ(entries_sent(), (std::vector<std::size_t>{2, 2, 2}));
  one.hear(2, AppendReply{1, true, 2, {}, false, 0, core::kStart + 10s});
  EXPECT_EQ(entries_sent(), (std::vector<std::size_t>{2})) << "one is answered, so one more goes out";
}

TEST(SingleLeaderGuards, AnAnswerToWhatATornWriteHasMadeItForgetAcknowledgesNothing) {
  Alone one(disk_of({1, true}, {1, 1}), with_mode(Mode::semi_sync), 1);
  one.hear(2, AppendReply{1, true, 9, {}, false, 9, core::kStart + 10s});
  EXPECT_EQ(one.node.commit(), 0u) << "its log ends at 2";
  one.hear(2, AppendReply{1, true, 2, {}, false, 2, core::kStart + 10s});
  EXPECT_EQ(one.node.commit(), 2u);
}

// --- Who may lead.

TEST(SingleLeaderGuards, AFenceForAnEpochThatSomebodyHasBegunIsNotGranted) {
  Alone began_it(disk_of({1, false}, {1, 3}));
  began_it.hear(50, Fence{3});
  EXPECT_FALSE(began_it.said<FenceReply>().granted) << "its own log says so";
  Alone heard_of_it(disk_of({1, false}, {1}));
  heard_of_it.hear(3, append(3, {1, 1}, {}));
  heard_of_it.hear(50, Fence{3});
  EXPECT_FALSE(heard_of_it.said<FenceReply>().granted) << "it has heard the primary";
}

TEST(SingleLeaderGuards, AnOldPromotionMakesNoSecondPrimaryOfItsEpoch) {
  Alone one(disk_of({1, false}, {1}));
  one.hear(3, append(3, {1, 1}, {}));
  one.hear(50, Promote{3, 2, 0});
  EXPECT_FALSE(one.node.leads());
}

TEST(SingleLeaderGuards, TheFirstEpochIsBegunOnlyByWhoStandsFirstAndHasHeardOfNoOther) {
  Alone second(disk_of({}, {}));
  second.hear(3, FenceReply{1, true, {}, 0});
  EXPECT_FALSE(second.node.leads()) << "it has not asked";
  Alone late(disk_of({}, {}), {}, 1);
  late.hear(50, Fence{4});
  late.hear(3, FenceReply{1, true, {}, 0});
  EXPECT_FALSE(late.node.leads()) << "the group is older than it thought";
}

TEST(SingleLeaderGuards, WhoWasThePrimaryAndIsPromotedByHandSaysThatItKeepsWhatItHadAnswered) {
  Alone one(disk_of({1, true}, {1, 1}, 2));
  one.hear(50, Fence{8});
  one.step.clear();
  EXPECT_EQ(one.node.on_tell(one.step, "promote"), "");
  const Log& log = one.node.log();
  EXPECT_EQ(std::get<Promoted>(log.at(log.last()).payload).ended, 1u);
}

TEST(SingleLeaderGuards, APrimaryThatIsFencedTurnsItsWritersAwayAtOnce) {
  Alone one(disk_of({1, true}, {1}), with_mode(Mode::semi_sync));
  one.hear(kClient, Request{{7, 1, 1, Function::put, "k", "v", "", {}}, {}, false, 0});
  EXPECT_FALSE(one.has_said<Reply>()) << "no replica has it";
  one.hear(50, Fence{8});
  EXPECT_EQ(one.said<Reply>().result.status, Status::not_primary);
}

// --- Leases (8). Its clock says 10 s, unless the test moves it.

struct Leased : testing::Test {
  static Settings of_a_second(std::uint32_t replicas = 0) {
    Settings settings;
    settings.lease = 1s;
    settings.lease_replicas = replicas;
    return settings;
  }
  static Status status_of_a_write(Alone& one) {
    const std::uint64_t session = 100 + one.node.log().last();
    one.hear(kClient, Request{{session, 1, 1, Function::put, "k", "v", "", {}}, {}, false, 0});
    return one.said<Reply>().result.status;
  }
};

TEST_F(Leased, AMonitorThatKnowsOnlyAnEarlierEpochVouchesForNobody) {
  const core::Time ten = core::kStart + 10s;
  for (const Epoch epoch : {1u, 2u}) {
    Alone one(disk_of({2, true}, {1, 2}), of_a_second());
    one.hear(50, Health{epoch, ten});
    EXPECT_EQ(status_of_a_write(one), epoch == 1 ? Status::no_lease : Status::ok);
  }
}

TEST_F(Leased, ALeaseEndsEarlierByAsMuchAsClocksMayDiffer) {
  for (const auto later : {850ms, 950ms}) {
    Alone one(disk_of({2, true}, {1, 2}), of_a_second());
    one.hear(50, Health{2, core::kStart + 10s});
    one.step.now = core::kStart + 10s + later;
    EXPECT_EQ(status_of_a_write(one), later == 850ms ? Status::ok : Status::no_lease);
  }
}

TEST_F(Leased, ThatManyReplicasVouchAndNotOneLess) {
  Alone one(disk_of({2, true}, {1, 2}), of_a_second(2));
  one.hear(1, AppendReply{2, true, 2, {}, false, 2, core::kStart + 10s});
  EXPECT_EQ(status_of_a_write(one), Status::no_lease);
  one.hear(3, AppendReply{2, true, 2, {}, false, 2, core::kStart + 10s});
  EXPECT_EQ(status_of_a_write(one), Status::ok);
}

// --- Crashes.

TEST(SingleLeaderGuards, AnEpochThatItHasLeftStaysLeftAfterACrash) {
  Alone one(disk_of({1, false}, {1}));
  one.hear(50, Fence{8});
  EXPECT_TRUE(one.said<FenceReply>().granted);
  const Alone again(one.disk);
  EXPECT_EQ(again.node.epoch(), 8u);
}

TEST(SingleLeaderGuards, ACrashBetweenTheFirstEntryOfAnEpochAndTheNoteThatItLeadsMakesItAReplicaOfThatEpoch) {
  for (const bool led_before : {false, true}) {
    const Alone one(disk_of({1, led_before}, {1, 3}));
    EXPECT_EQ(one.node.epoch(), 3u);
    EXPECT_FALSE(one.node.leads()) << "what it led was epoch 1";
  }
}

TEST(SingleLeaderGuards, APrimaryThatRestartsShowsNothingOfItsEpochBeforeReplicasHaveIt) {
  const Alone one(disk_of({2, true}, {1, 2, 2}), with_mode(Mode::semi_sync));
  ASSERT_TRUE(one.node.leads());
  EXPECT_EQ(one.node.applied(), 1u);
}

// What it may have answered before the crash must not be missing from a get after it.
TEST(SingleLeaderGuards, APrimaryThatRestartsAnswersGetsWhenReplicasHaveAllThatItHad) {
  Alone one(disk_of({2, true}, {1, 2, 2}), with_mode(Mode::semi_sync));
  one.hear(kClient, Request{{7, 1, 0, Function::get, "k", "", "", {}}, {}, false, 0});
  for (const Index match : {2u, 3u}) {
    EXPECT_FALSE(one.has_said<Reply>());
    one.hear(1, AppendReply{2, true, match, {}, false, match, {}});
  }
  EXPECT_EQ(one.said<Reply>().at.index, 3u);
}

}  // namespace
}  // namespace single_leader
