// The log: entries behind a snapshot, and the configurations among them (sections 5.3, 6 and 7).
#include <gtest/gtest.h>

#include "mechanisms/consensus/raft/log.h"

namespace raft {
namespace {

Entry entry(Term term) { return {term, Noop{}}; }
Configuration members(std::vector<core::NodeId> ids) { return {std::move(ids), {}}; }

Log log_of(const std::vector<Term>& terms) {
  Log log(members({1, 2, 3}));
  for (const Term term : terms) log.append(entry(term));
  return log;
}

TEST(RaftLog, AnEmptyLogEndsBeforeTheFirstEntryAndKnowsItsMembers) {
  const Log log(members({1, 2, 3}));
  EXPECT_EQ(log.last(), 0u);
  EXPECT_EQ(log.last_term(), 0u);
  EXPECT_EQ(log.first(), 1u);
  EXPECT_FALSE(log.holds(0));
  EXPECT_TRUE(log.knows_term(0));
  EXPECT_EQ(log.term(0), 0u);
  EXPECT_FALSE(log.knows_term(1));
  EXPECT_EQ(log.config(), members({1, 2, 3}));
  EXPECT_EQ(log.config_index(), 0u);
}

TEST(RaftLog, EntriesAreCountedFromOne) {
  const Log log = log_of({1, 1, 4});
  EXPECT_EQ(log.last(), 3u);
  EXPECT_EQ(log.last_term(), 4u);
  EXPECT_EQ(log.term(2), 1u);
  EXPECT_EQ(log.at(3).term, 4u);
  EXPECT_TRUE(log.holds(1) && log.holds(3));
  EXPECT_FALSE(log.holds(4));
}

TEST(RaftLog, WhatItDoesNotHoldItDoesNotTell) {
  Log log = log_of({1, 1, 2, 2});
  EXPECT_ANY_THROW(log.at(0));
  EXPECT_ANY_THROW(log.at(5));
  EXPECT_ANY_THROW(log.term(5));
  log.compact(2, 1, log.config());
  EXPECT_ANY_THROW(log.at(2));
  EXPECT_ANY_THROW(log.term(1));
  EXPECT_EQ(log.term(2), 1u);
}

TEST(RaftLog, TruncatingRemovesAnEntryAndAllBehindIt) {
  Log log = log_of({1, 1, 2, 3});
  log.truncate(5);
  EXPECT_EQ(log.last(), 4u);
  log.truncate(3);
  EXPECT_EQ(log.last(), 2u);
  EXPECT_EQ(log.last_term(), 1u);
}

TEST(RaftLog, WhatASnapshotCoversIsNeverTruncated) {
  Log log = log_of({1, 1, 2, 3});
  log.compact(2, 1, log.config());
  EXPECT_ANY_THROW(log.truncate(2));
  log.truncate(3);
  EXPECT_EQ(log.last(), 2u);
  EXPECT_EQ(log.last_term(), 1u);
}

TEST(RaftLog, TheLatestConfigurationIsUsedCommittedOrNot) {
  Log log = log_of({1});
  log.append({1, members({1, 2})});
  log.append(entry(1));
  log.append({1, members({1})});
  EXPECT_EQ(log.config(), members({1}));
  EXPECT_EQ(log.config_index(), 4u);
  EXPECT_EQ(log.config_as_of(1), members({1, 2, 3}));
  EXPECT_EQ(log.config_as_of(2), members({1, 2}));
  EXPECT_EQ(log.config_as_of(3), members({1, 2}));
  EXPECT_EQ(log.config_as_of(4), members({1}));
}

TEST(RaftLog, AConfigurationThatIsTruncatedGivesWayToTheOneBefore) {
  Log log = log_of({1});
  log.append({1, members({1, 2})});
  log.append({1, members({1})});
  log.truncate(3);
  EXPECT_EQ(log.config(), members({1, 2}));
  log.truncate(2);
  EXPECT_EQ(log.config(), members({1, 2, 3}));
  EXPECT_EQ(log.config_index(), 0u);
}

TEST(RaftLog, ASnapshotKeepsTheEntriesThatFollowFromIt) {
  Log log = log_of({1, 1, 2, 3});
  const auto before = log.version();
  log.compact(3, 2, members({1, 2, 3}));
  EXPECT_EQ(log.base(), 3u);
  EXPECT_EQ(log.base_term(), 2u);
  EXPECT_EQ(log.last(), 4u);
  EXPECT_EQ(log.at(4).term, 3u);
  EXPECT_EQ(log.version(), before) << "nothing came or went at the end";
}

TEST(RaftLog, ASnapshotOfAnotherHistoryDiscardsTheLog) {
  Log log = log_of({1, 1, 2, 3});
  log.append({3, members({1})});
  const auto before = log.version();
  log.compact(3, 9, members({4, 5}));
  EXPECT_EQ(log.last(), 3u);
  EXPECT_EQ(log.last_term(), 9u);
  EXPECT_EQ(log.config(), members({4, 5})) << "the configuration went with the entries";
  EXPECT_NE(log.version(), before);
}

TEST(RaftLog, ASnapshotBeyondTheEndDiscardsTheLog) {
  Log log = log_of({1, 1});
  log.compact(7, 1, members({1, 2, 3}));
  EXPECT_EQ(log.base(), 7u);
  EXPECT_EQ(log.last(), 7u);
  log.append(entry(2));
  EXPECT_EQ(log.at(8).term, 2u);
}

TEST(RaftLog, AnOlderSnapshotChangesNothing) {
  Log log = log_of({1, 1, 2, 3});
  log.compact(3, 2, log.config());
  const Log before = log;
  log.compact(2, 1, members({9}));
  log.compact(3, 7, members({9}));
  EXPECT_EQ(log, before);
}

TEST(RaftLog, ASnapshotCarriesTheConfigurationAsOfItsLastEntry) {
  Log log = log_of({1});
  log.append({1, members({1, 2})});
  log.append(entry(1));
  log.append({1, members({1})});
  log.compact(3, 1, log.config_as_of(3));
  EXPECT_EQ(log.config(), members({1}));
  EXPECT_EQ(log.config_as_of(3), members({1, 2}));
  EXPECT_EQ(log.config_as_of(0), members({1, 2})) << "nothing older is known";
  log.truncate(4);
  EXPECT_EQ(log.config(), members({1, 2}));
  EXPECT_EQ(log.config_index(), 3u);
}

TEST(RaftLog, TheVersionChangesWithEveryChangeAtTheEnd) {
  Log log = log_of({1});
  auto before = log.version();
  log.append(entry(2));
  EXPECT_NE(log.version(), before);
  before = log.version();
  log.truncate(2);
  EXPECT_NE(log.version(), before);
  before = log.version();
  log.truncate(2);
  EXPECT_EQ(log.version(), before);
}

}  // namespace
}  // namespace raft
