// The remedies against stampedes and late fills, each as its source says it (read_path.h), and what each flaw breaks.
#include "mechanisms/caching/paths/read_path.h"

#include <gtest/gtest.h>

#include <set>

namespace caching {
namespace {

using namespace std::chrono_literals;
using Answer = ReadPath::Answer;
using Fill = ReadPath::Fill;

struct ReadPathTest : ::testing::Test {
  ReadSettings settings;
  CacheSettings cache;
  core::Rng rng{1};
  core::Time now = core::kStart + 1h;
  ReadPath path{settings, cache};

  void begin() { path = ReadPath(settings, cache); }
  ReadPath::Lookup look(const std::string& key = "k") { return path.look(key, now, rng); }
  Fill fill(Lease lease, const std::string& value, Version version = 0, core::Duration took = 100ms) { return path.fill("k", lease, value, version, took, now, rng); }
  // What is served; nothing: it has to be fetched or waited for.
  std::string served() {
    const auto found = look();
    return found.kept == nullptr ? "" : found.kept->value;
  }
};

TEST_F(ReadPathTest, AMissFetchesAndWhatIsFilledIsServedUntilItsTime) {
  const auto miss = look();
  EXPECT_EQ(miss.answer, Answer::fetch);
  EXPECT_EQ(miss.kept, nullptr);
  EXPECT_EQ(fill(miss.lease, "v"), Fill::stored);
  now += settings.ttl - 1ns;
  EXPECT_EQ(look().answer, Answer::hit);
  EXPECT_EQ(served(), "v");
  now += 1ns;
  EXPECT_EQ(look().answer, Answer::fetch);
  EXPECT_EQ(path.counts().hits, 2u);
  EXPECT_EQ(path.counts().misses, 2u);
  EXPECT_EQ(path.counts().hit_rate_percent(), 50);
}

// Nishtala et al., section 3.2.1, thundering herds: one token in so much time, the others are told to wait.
TEST_F(ReadPathTest, WithALockOneOfAThousandFetches_Leases321) {
  std::set<Lease> leases;
  for (int i = 0; i < 1000; ++i) {
    const auto found = look();
    EXPECT_EQ(found.answer, i == 0 ? Answer::fetch : Answer::wait);
    if (found.lease != 0) leases.insert(found.lease);
  }
  EXPECT_EQ(leases.size(), 1u);
  EXPECT_EQ(path.counts().waits, 999u);
  EXPECT_EQ(look("other").answer, Answer::fetch);   // A lease is of one key.
  EXPECT_EQ(fill(*leases.begin(), "v"), Fill::stored);
  EXPECT_EQ(look().answer, Answer::hit);
}

TEST_F(ReadPathTest, WithoutALockAllOfThemFetch) {
  settings.lock = false;
  begin();
  std::set<Lease> leases;
  for (int i = 0; i < 1000; ++i) leases.insert(look().lease);
  EXPECT_EQ(leases.size(), 1000u);
  EXPECT_EQ(leases.count(0), 0u);
  EXPECT_EQ(path.counts().fetches, 1000u);
}

TEST_F(ReadPathTest, ALeaseTimesOutAndAnotherLeads) {
  const Lease first = look().lease;
  now += settings.lock_timeout - 1ns;
  EXPECT_EQ(look().answer, Answer::wait);
  now += 1ns;
  const Lease second = look().lease;
  EXPECT_NE(second, 0u);
  EXPECT_NE(second, first);
  EXPECT_EQ(look().answer, Answer::wait);
  // Nothing has changed meanwhile: the first one's value is as good as the second's will be.
  EXPECT_EQ(fill(first, "v"), Fill::stored);
  EXPECT_EQ(look().answer, Answer::hit);
}

TEST_F(ReadPathTest, WhoFailedToFetchMakesWayForTheNext) {
  path.fail("k", look().lease);
  const auto next = look();
  EXPECT_EQ(next.answer, Answer::fetch);
  path.fail("k", next.lease - 1);   // Not the one who leads.
  EXPECT_EQ(look().answer, Answer::wait);
}

// Nishtala et al., section 3.2.1, stale sets: a delete between the miss and the set invalidates the token.
TEST_F(ReadPathTest, AFillFromBeforeAnInvalidationIsRefused_Leases321) {
  const Lease early = look().lease;
  path.invalidate("k", 0, now);
  EXPECT_EQ(look("k").answer, Answer::fetch);   // Nobody waits for one who will be refused.
  EXPECT_EQ(fill(early, "old"), Fill::late);
  EXPECT_EQ(path.counts().late_fills, 1u);
  EXPECT_EQ(served(), "");
}

TEST_F(ReadPathTest, WithTheFlawALateFillResurrectsTheOldValue) {
  settings.flaws.fill_without_lease = true;
  begin();
  const Lease early = look().lease;
  path.invalidate("k", 0, now);
  EXPECT_EQ(fill(early, "old"), Fill::stored);
  EXPECT_EQ(served(), "old");
}

TEST_F(ReadPathTest, ALateFillIsTakenIfItsVersionSaysThatItIsNew) {
  const Lease early = look().lease;
  path.invalidate("k", 7, now);
  EXPECT_EQ(fill(early, "v6", 6), Fill::late);
  EXPECT_EQ(fill(early, "v7", 7), Fill::stored);
  EXPECT_EQ(served(), "v7");
}

// A write-back cache knows of what it is told what it is, and not yet which version: the one that it has heard of is older.
TEST_F(ReadPathTest, AFillFromBeforeAChangeOfUnknownVersionIsLateWhateverItsVersionIs) {
  path.invalidate("k", 5, now);
  const Lease early = look().lease;
  EXPECT_EQ(path.write("k", "new", 0, now, rng), Fill::stored);
  EXPECT_EQ(fill(early, "v5", 5), Fill::late);
  EXPECT_EQ(served(), "new");
}

// A write is sent again, and what came of it was overwritten, read, and dropped meanwhile.
TEST_F(ReadPathTest, WhatIsSeenAndRefusedDropsWhatIsOlder) {
  const Lease early = look().lease;
  path.invalidate("k", 0, now);   // Somebody's write, of which nobody knows how it ended.
  EXPECT_EQ(fill(look().lease, "old", 319), Fill::stored);
  EXPECT_EQ(fill(early, "new", 321), Fill::late);
  EXPECT_EQ(served(), "") << "who fetched the new one has read it";
  const Lease before = look().lease;
  path.invalidate("k", 0, now);
  EXPECT_EQ(fill(before, "newer", 323), Fill::late);
  EXPECT_EQ(fill(look().lease, "new", 321), Fill::older) << "also when nothing was here";
}

TEST_F(ReadPathTest, AVersionThatWasHereDoesNotGiveWayToAnOlderOneWhenItIsDropped) {
  EXPECT_EQ(path.write("k", "v6", 6, now, rng), Fill::stored);
  path.invalidate("k", 0, now);
  EXPECT_EQ(fill(look().lease, "v7", 7), Fill::stored);
  path.invalidate("k", 0, now);
  EXPECT_EQ(path.write("k", "v6", 6, now, rng), Fill::older);
  EXPECT_EQ(served(), "");
}

TEST_F(ReadPathTest, ALeaseOfAnEarlierLifeIsLateWhateverItsKey) {
  path.begin(1000);
  const Lease early = look().lease;
  begin();   // A crash: which keys were changed is forgotten.
  path.begin(2000);
  EXPECT_EQ(fill(early, "old"), Fill::late);
  EXPECT_EQ(fill(look().lease, "new"), Fill::stored);
}

// A replica that lags answers whoever asks after the invalidation with what was before it.
TEST_F(ReadPathTest, AGoodLeaseDoesNotExcuseAnOldVersion) {
  path.invalidate("k", 7, now);
  EXPECT_EQ(fill(look().lease, "v6", 6), Fill::older);
  EXPECT_EQ(served(), "");
}

TEST_F(ReadPathTest, AnOlderVersionNeverOverwritesANewerAndWithTheFlawItDoes) {
  for (const bool flaw : {false, true}) {
    settings.flaws.older_overwrites = flaw;
    settings.lock = false;
    begin();
    const Lease one = look().lease, two = look().lease;
    EXPECT_EQ(fill(two, "v9", 9), Fill::stored);
    EXPECT_EQ(fill(one, "v8", 8), flaw ? Fill::stored : Fill::older);
    EXPECT_EQ(served(), flaw ? "v8" : "v9");
    EXPECT_EQ(path.write("k", "v7", 7, now, rng), flaw ? Fill::stored : Fill::older);
    EXPECT_EQ(path.write("k", "v10", 10, now, rng), Fill::stored);
    EXPECT_EQ(served(), "v10");
  }
}

TEST_F(ReadPathTest, AnInvalidationBehindItsOwnValueDropsNothing) {
  EXPECT_EQ(fill(look().lease, "v9", 9), Fill::stored);
  path.invalidate("k", 9, now);
  path.invalidate("k", 8, now);
  EXPECT_EQ(served(), "v9");
  path.invalidate("k", 10, now);
  EXPECT_EQ(served(), "");
}

// A write through the cache, evicted again before the fill of somebody who read the old value comes in.
TEST_F(ReadPathTest, AWriteVoidsTheLeasesOfItsKeyEvenWhenItsValueIsEvicted) {
  cache.entries = 1;
  begin();
  const Lease early = look().lease;
  EXPECT_EQ(path.write("k", "new", 0, now, rng), Fill::stored);
  path.write("other", "v", 0, now, rng);
  ASSERT_EQ(served(), "");
  EXPECT_EQ(fill(early, "old"), Fill::late);
}

TEST_F(ReadPathTest, AForgottenTombstoneRefusesWhatIsOlderWhateverItsKey) {
  for (const bool by_count : {false, true}) {
    settings.tombstones = by_count ? 10 : 1000;
    begin();
    const Lease early = look().lease, bystander = look("bystander").lease;
    path.invalidate("k", 0, now);
    if (by_count)
      for (int i = 0; i < 20; ++i) path.invalidate("n" + std::to_string(i), 0, now);
    else
      now += settings.tombstone, path.expire(now);
    EXPECT_LE(path.tombstones(), 10u);
    EXPECT_EQ(fill(early, "old"), Fill::late);
    EXPECT_EQ(path.fill("bystander", bystander, "v", 0, 1ms, now, rng), Fill::late);   // The price of it.
    EXPECT_EQ(fill(look().lease, "new"), Fill::stored);
    EXPECT_EQ(served(), "new");
  }
}

// RFC 5861, section 3: within the window the stale value is served, and one revalidates in the background.
TEST_F(ReadPathTest, StaleWhileRevalidateServesAndFetches_Rfc5861Section3) {
  settings.stale_while_revalidate = 30s;
  begin();
  fill(look().lease, "old");
  now += settings.ttl;
  const auto first = look();
  EXPECT_EQ(first.answer, Answer::stale);
  EXPECT_EQ(first.kept->value, "old");
  EXPECT_NE(first.lease, 0u);
  const auto second = look();
  EXPECT_EQ(second.answer, Answer::stale);
  EXPECT_EQ(second.lease, 0u);
  EXPECT_EQ(fill(first.lease, "new"), Fill::stored);
  EXPECT_EQ(look().answer, Answer::hit);
  EXPECT_EQ(served(), "new");
  now += settings.ttl + 30s;
  EXPECT_EQ(look().answer, Answer::fetch);   // The window is over.
}

// RFC 5861, section 4: only when the origin fails.
TEST_F(ReadPathTest, StaleIfErrorServesOnlyInPlaceOfAnError_Rfc5861Section4) {
  settings.stale_if_error = 5min;
  begin();
  fill(look().lease, "old");
  now += settings.ttl;
  const auto found = look();
  EXPECT_EQ(found.answer, Answer::fetch);
  path.fail("k", found.lease);
  ASSERT_NE(path.in_place_of_error("k", now), nullptr);
  EXPECT_EQ(path.in_place_of_error("k", now)->value, "old");
  now += 5min;
  EXPECT_EQ(path.in_place_of_error("k", now), nullptr);
}

TEST_F(ReadPathTest, RefreshAheadFetchesOnceOnTheFirstHitBehindItsPart) {
  settings.refresh_ahead_percent = 80;
  begin();
  fill(look().lease, "old");
  now += 48s - 1ns;
  EXPECT_EQ(look().answer, Answer::hit);
  now += 1ns;
  const auto ahead = look();
  EXPECT_EQ(ahead.answer, Answer::refresh);
  EXPECT_EQ(ahead.kept->value, "old");
  EXPECT_EQ(look().answer, Answer::hit);
  EXPECT_EQ(fill(ahead.lease, "new"), Fill::stored);
  now += 47s;
  EXPECT_EQ(served(), "new");   // Its time began anew.
  EXPECT_EQ(path.counts().refreshes, 1u);
}

// Vattani et al., section 3: the chance of an early refresh is exp(-(time left) / (beta * delta)).
TEST_F(ReadPathTest, EarlyRefreshIsAsLikelyAsXFetchSays_Section3) {
  settings.early_beta = 1;
  settings.lock = false;
  begin();
  fill(look().lease, "v", 0, 2s);
  now += settings.ttl - 2s;   // exp(-1) = 0.368.
  int early = 0;
  for (int i = 0; i < 20'000; ++i) early += look().answer == Answer::refresh ? 1 : 0;
  EXPECT_NEAR(early / 20'000.0, 0.3679, 0.012);
  settings.early_beta = 2;   // More eager: exp(-1/2) = 0.607.
  path.tune(settings, cache, now);
  early = 0;
  for (int i = 0; i < 20'000; ++i) early += look().answer == Answer::refresh ? 1 : 0;
  EXPECT_NEAR(early / 20'000.0, 0.6065, 0.012);
}

TEST_F(ReadPathTest, AValueThatIsQuickToFetchIsSeldomRefreshedEarly) {
  settings.early_beta = 1;
  begin();
  fill(look().lease, "v", 0, 1ms);
  now += settings.ttl - 2s;
  for (int i = 0; i < 20'000; ++i) EXPECT_EQ(look().answer, Answer::hit);
}

TEST_F(ReadPathTest, JitterSpreadsTheEndsOfWhatWasFilledTogether) {
  for (const std::uint32_t jitter : {0u, 20u}) {
    settings.jitter_percent = jitter;
    begin();
    for (int i = 0; i < 1000; ++i) path.fill("k" + std::to_string(i), look("k" + std::to_string(i)).lease, "v", 0, 1ms, now, rng);
    std::set<core::Time> ends;
    core::Time first = core::Time::max(), last{};
    path.cache().each([&](const std::string&, const ReadPath::Kept& kept, std::uint64_t, core::Time) {
      ends.insert(kept.fresh_until);
      first = std::min(first, kept.fresh_until), last = std::max(last, kept.fresh_until);
    });
    if (jitter == 0) {
      EXPECT_EQ(ends.size(), 1u);
      EXPECT_EQ(last, now + settings.ttl);
      continue;
    }
    EXPECT_EQ(ends.size(), 1000u);
    EXPECT_GE(first, now + 48s);
    EXPECT_LE(last, now + 60s);
    EXPECT_GT(last - first, 11s);
  }
}

TEST_F(ReadPathTest, WhatIsOverIsDroppedAndCopiesAreEqual) {
  for (int i = 0; i < 50; ++i) path.fill("k" + std::to_string(i), look("k" + std::to_string(i)).lease, "v", 0, 1ms, now, rng);
  look("led");
  path.invalidate("gone", 0, now);
  const ReadPath copy = path;
  EXPECT_EQ(copy, path);
  now += 10min;
  path.expire(now);
  EXPECT_EQ(path.cache().entries(), 0u);
  EXPECT_EQ(path.leases(), 0u);
  EXPECT_EQ(path.tombstones(), 0u);
  EXPECT_NE(copy, path);
  EXPECT_EQ(copy.cache().entries(), 50u);
}

// Many readers and writers in any order, the readers' fetches slow: with all guards on nobody ever reads, after a change was
// told to the cache, what was there before it. With a flaw on somebody does.
int stale_reads(const ReadSettings& settings, bool versions, std::uint64_t seed) {
  CacheSettings small;
  small.entries = 6;
  ReadPath path(settings, small);
  core::Rng rng(seed);
  core::Time now = core::kStart;
  struct Fetch {
    std::string key;
    Lease lease;
    Version read;
  };
  std::vector<Fetch> under_way;
  std::map<std::string, Version> origin;
  int stale = 0;
  for (int step = 0; step < 20'000; ++step) {
    now += core::Duration(rng.below(20'000'000));
    const std::string key = "k" + std::to_string(rng.below(10));
    if (rng.chance(0.1)) {
      ++origin[key];
      const Version version = versions ? origin[key] : 0;
      if (rng.chance(0.5)) path.invalidate(key, version, now);
      else path.write(key, std::to_string(origin[key]), version, now, rng);
    } else if (rng.chance(0.4) && !under_way.empty()) {
      const std::size_t which = rng.below(under_way.size());
      const Fetch fetch = under_way[which];
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
      path.fill(fetch.key, fetch.lease, std::to_string(fetch.read), versions ? fetch.read : 0, 10ms, now, rng);
    } else {
      const auto found = path.look(key, now, rng);
      if (found.kept != nullptr) stale += found.kept->value != std::to_string(origin[key]) ? 1 : 0;
      if (found.lease != 0) under_way.push_back({key, found.lease, origin[key]});
    }
  }
  return stale;
}

TEST(ReadPathHistories, NobodyReadsWhatWasThereBeforeAChangeAndWithAFlawSomebodyDoes) {
  int with_late = 0, with_older = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    for (const bool lock : {false, true}) {
      ReadSettings settings;
      settings.ttl = 2s, settings.lock = lock, settings.lock_timeout = 100ms, settings.tombstone = 200ms, settings.tombstones = 4;
      settings.refresh_ahead_percent = 50;
      EXPECT_EQ(stale_reads(settings, false, seed), 0);
      EXPECT_EQ(stale_reads(settings, true, seed), 0);
      settings.flaws.fill_without_lease = true;
      with_late += stale_reads(settings, false, seed);
      settings.flaws.older_overwrites = true;
      with_older += stale_reads(settings, true, seed);
    }
  EXPECT_GT(with_late, 100);
  EXPECT_GT(with_older, 100);
}

TEST(ReadPathSettings, AreDeclared) {
  EXPECT_EQ(core::describe_settings<ReadSettings>().size(), 12u);
  ReadSettings settings;
  EXPECT_EQ(core::set_setting(settings, "flaw.fill_without_lease", "on"), "");
  EXPECT_TRUE(settings.flaws.fill_without_lease);
}

}  // namespace
}  // namespace caching
