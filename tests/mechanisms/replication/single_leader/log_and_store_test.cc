// The parts: a log that knows where its epochs begin, the data, and what a disk holds.
#include <gtest/gtest.h>

#include "mechanisms/replication/single_leader/durable.h"
#include "mechanisms/replication/single_leader/store.h"

namespace single_leader {
namespace {

Entry put(Epoch epoch, const std::string& key, const std::string& value, std::uint64_t write = 1, std::uint64_t session = 0) {
  static std::uint64_t sessions = 0;
  return {epoch, Command{session != 0 ? session : ++sessions + 1000, write, write, Function::put, key, value, "", {}}};
}

Log log_of(const std::vector<Epoch>& epochs) {
  Log log;
  for (const Epoch epoch : epochs) log.append(put(epoch, "k", "v"));
  return log;
}

TEST(ReplicationLog, KnowsTheEpochOfEveryEntryAlsoOfThoseThatItNoLongerKeeps) {
  Log log = log_of({1, 1, 4, 4, 4, 8});
  log.forget(4);
  EXPECT_EQ(log.epoch(0), 0u);
  EXPECT_EQ(log.epoch(2), 1u);
  EXPECT_EQ(log.epoch(3), 4u);
  EXPECT_EQ(log.epoch(6), 8u);
  EXPECT_FALSE(log.holds(4));
  EXPECT_EQ(in_words(log.end()), "8.6");
}

TEST(ReplicationLog, FindsTheLastEntryThatTwoLogsShare) {
  const auto common = [](const std::vector<Epoch>& a, const std::vector<Epoch>& b) {
    const Log log = log_of(a), other = log_of(b);
    EXPECT_EQ(log.common(other.history(), other.last()), other.common(log.history(), log.last()));
    return log.common(other.history(), other.last());
  };
  EXPECT_EQ(common({1, 1, 1}, {1, 1, 1}), 3u);
  EXPECT_EQ(common({1, 1, 1}, {1}), 1u);
  EXPECT_EQ(common({1, 1, 1, 1}, {1, 1, 4, 4}), 2u);
  EXPECT_EQ(common({1, 1, 4, 4, 4}, {1, 1, 4, 8}), 3u);
  EXPECT_EQ(common({1, 4}, {1, 1, 4}), 1u);
  EXPECT_EQ(common({1, 1}, {}), 0u);
}

TEST(ReplicationLog, CountsBytesAlsoOfWhatIsGone) {
  Log log = log_of({1, 1, 1});
  const auto all = log.bytes(), first = log.bytes(1);
  log.forget(2);
  EXPECT_EQ(log.bytes(), all);
  log.truncate(3);
  log.append(put(4, "k", "v"));
  EXPECT_EQ(log.bytes(), all);
  EXPECT_EQ(all, 3 * first);
}

TEST(ReplicationLog, ForgetsTheBeginningOfAnEpochThatItTruncates) {
  Log log = log_of({1, 1, 4, 4});
  log.truncate(3);
  EXPECT_EQ(log.history().size(), 1u);
  log.append(put(8, "k", "v"));
  EXPECT_EQ(log.epoch(3), 8u);
}

TEST(ReplicatedStore, TheSameWritesGiveTheSameSumsInWhateverOrderKeysCome) {
  Store a, b;
  a.apply(1, put(1, "x", "1", 1, 5)), a.apply(2, put(1, "y", "2", 1, 6));
  b.apply(1, put(1, "y", "2", 1, 6)), b.apply(2, put(1, "x", "1", 1, 5));
  EXPECT_EQ(a.sums(), b.sums());
  EXPECT_NE(a.digest(), b.digest()) << "but what was done in which order differs";
}

TEST(ReplicatedStore, ChangingAndChangingBackGivesTheSameSums) {
  Store store;
  store.apply(1, put(1, "x", "1"));
  const Sums before = store.sums();
  store.apply(2, put(1, "x", "2"));
  EXPECT_NE(store.sums(), before);
  store.apply(3, put(1, "x", "1"));
  EXPECT_EQ(store.sums(), before);
}

TEST(ReplicatedStore, ARepairReplacesARangeAndNothingElse) {
  Store store;
  for (int i = 0; i < 50; ++i) store.apply(i + 1, put(1, "k" + std::to_string(i), "v"));
  const std::uint32_t range = Store::range_of("k7");
  const auto all = store.range(range);
  ASSERT_GT(all.size(), 1u);
  const Sums before = store.sums();
  store.change_by_hand("k7", "other");
  store.apply(51, {1, Repair{range, all}});
  EXPECT_EQ(store.sums(), before);
  EXPECT_EQ(store.keys(), 50u);
}

TEST(ReplicatedStore, CompareAndSwapDeleteAppendAndCreateDoWhatTheySay) {
  Store store;
  std::uint64_t write = 0;
  const auto run = [&](Function function, const std::string& value, const std::string& expected) {
    ++write;
    return store.apply(write, {1, Command{1, write, write, function, "k", value, expected, {}}}).result.status;
  };
  EXPECT_EQ(run(Function::cas, "a", "x"), Status::absent);
  EXPECT_EQ(run(Function::append, "a", ""), Status::ok);
  EXPECT_EQ(run(Function::append, "b", ""), Status::ok);
  EXPECT_EQ(run(Function::cas, "c", "x"), Status::mismatch);
  EXPECT_EQ(store.read("k").value, "ab");
  EXPECT_EQ(run(Function::cas, "c", "ab"), Status::ok);
  EXPECT_EQ(run(Function::del, "", ""), Status::ok);
  EXPECT_EQ(run(Function::del, "", ""), Status::absent);
  EXPECT_EQ(run(Function::create, "a", ""), Status::ok);
  EXPECT_EQ(run(Function::create, "b", ""), Status::mismatch);
  EXPECT_EQ(store.read("k").value, "a");
  EXPECT_EQ(run(Function::del, "", ""), Status::ok);
  EXPECT_EQ(store.sums(), Sums{});
}

TEST(ReplicatedStore, ASessionWhoseBeginningIsNotKnownIsToldSo) {
  Store store;
  EXPECT_EQ(store.apply(1, put(1, "k", "v", 2, 5)).result.status, Status::expired);
  EXPECT_EQ(store.apply(2, put(1, "k", "v", 1, 6)).result.status, Status::ok);
  EXPECT_EQ(store.apply(3, put(1, "k", "v", 3, 6)).result.status, Status::ok) << "a failover lost the second";
  EXPECT_EQ(store.apply(4, put(1, "k", "v", 1, 6)).result.status, Status::expired);
}

TEST(ReplicatedStore, TheLongestIdleSessionIsForgottenAndStaysForgotten) {
  Store store;
  const std::uint64_t client = std::uint64_t{3} << kSessionBits;
  for (std::uint64_t i = 1; i <= Store::kMaxSessions + 1; ++i) store.apply(i, put(1, "k", "v", 1, client + i));
  EXPECT_EQ(store.apply(5000, put(1, "k", "again", 1, client + 1)).result.status, Status::expired);
  EXPECT_EQ(store.apply(5001, put(1, "k", "again", 2, client + 2)).result.status, Status::ok);
}

TEST(ReplicationDisk, ItsImageMakesItAgain) {
  Durable disk;
  disk.apply(SaveEpoch{4, true});
  disk.apply(SaveEntries{1, {put(1, "a", "1"), put(1, "b", "2"), put(4, "c", "3")}, 2});
  disk.apply(SaveSnapshot{3, 2, 44, {{1, 1}}, {1, 2, 3}, true, false});
  disk.apply(SaveEntries{4, {put(4, "d", "4")}, 3});
  Durable again;
  for (const auto& write : disk.image()) again.apply(write);
  EXPECT_EQ(again.epoch, disk.epoch);
  EXPECT_EQ(again.snapshot, disk.snapshot);
  EXPECT_EQ(again.entries, disk.entries);
  EXPECT_EQ(again.entries.size(), 2u);
  EXPECT_EQ(again.acknowledged, 3u);
}

TEST(ReplicationDisk, ASnapshotFromThePrimaryReplacesAll) {
  Durable disk;
  disk.apply(SaveEntries{1, {put(1, "a", "1")}, 1});
  disk.apply(SaveSnapshot{30, 30, 900, {{1, 1}, {4, 20}}, {1}, false, true});
  EXPECT_TRUE(disk.entries.empty());
  EXPECT_EQ(disk.acknowledged, 0u);
  disk.apply(SaveEntries{31, {put(4, "b", "2")}, 0});
  EXPECT_EQ(disk.entries.size(), 1u);
}

}  // namespace
}  // namespace single_leader
