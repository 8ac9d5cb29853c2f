// Write-back: what is flushed when, what a crash loses, and which writes the flaws lose without one.
#include "mechanisms/caching/paths/write_back.h"

#include <gtest/gtest.h>

#include "mechanisms/caching/policies/cache.h"
#include "mechanisms/core/rng.h"

namespace caching {
namespace {

using namespace std::chrono_literals;

struct WriteBackTest : ::testing::Test {
  WriteBackSettings settings;
  core::Time now = core::kStart;
  WriteBack buffer{settings};
  core::Rng rng{1};
  void begin() { buffer = WriteBack(settings); }
  bool write(const std::string& key, const std::string& value) { return buffer.write(key, {value, 0}, now); }
  // Keys and values of one flush, `a1 b2`.
  std::string taken() {
    std::string all;
    for (const auto& flush : buffer.take(now, rng)) all += (all.empty() ? "" : " ") + flush.key + flush.value.value;
    return all;
  }
};

TEST_F(WriteBackTest, AWriteWaitsItsTimeAndNoLonger) {
  EXPECT_EQ(buffer.next_due(), std::nullopt);
  write("a", "1");
  EXPECT_EQ(buffer.next_due(), core::kStart + 1s);
  now += 1s - 1ns;
  EXPECT_EQ(taken(), "");
  now += 1ns;
  EXPECT_EQ(taken(), "a1");
  EXPECT_EQ(taken(), "");            // Under way.
  EXPECT_EQ(buffer.dirty(), 1u);     // And not stored yet.
  buffer.done("a");
  EXPECT_EQ(buffer.dirty(), 0u);
  EXPECT_EQ(buffer.find("a"), nullptr);
}

TEST_F(WriteBackTest, WritesOfOneKeyBecomeOneFlushOfTheLast) {
  for (const char* value : {"1", "2", "3"}) write("a", value), now += 400ms;
  EXPECT_EQ(buffer.find("a")->value, "3");
  EXPECT_EQ(buffer.at_risk(now).writes, 3u);
  EXPECT_EQ(taken(), "a3");   // A second after the first, not after the last.
  EXPECT_EQ(buffer.counts().coalesced, 2u);
}

TEST_F(WriteBackTest, WithTheFlawWhatIsWrittenAllTheTimeIsNeverFlushed) {
  for (const bool flaw : {false, true}) {
    settings.flaws.age_from_last_write = flaw;
    begin();
    int flushes = 0;
    for (int i = 0; i < 100; ++i) {
      write("a", std::to_string(i));
      now += 100ms;
      for (const auto& flush : buffer.take(now, rng)) buffer.done(flush.key), ++flushes;
    }
    EXPECT_EQ(flushes, flaw ? 0 : 10);
  }
}

TEST_F(WriteBackTest, ManyKeysAreFlushedBeforeTheirTimeInBatches) {
  settings.flush_count = 5, settings.batch = 3;
  begin();
  for (const char* key : {"a", "b", "c", "d"}) write(key, "1");
  EXPECT_EQ(taken(), "");
  write("e", "1");
  EXPECT_EQ(buffer.next_due(), now);
  EXPECT_EQ(taken(), "a1 b1 c1");
  EXPECT_EQ(taken(), "");   // Two wait, which is not many.
}

TEST_F(WriteBackTest, AKeyThatIsWrittenAgainDuringItsFlushStaysDirtyAndWithTheFlawItsWriteIsLost) {
  for (const bool flaw : {false, true}) {
    settings.flaws.forget_rewrite = flaw;
    begin();
    write("a", "1");
    now += 1s;
    EXPECT_EQ(taken(), "a1");
    write("a", "2");
    now += 1s;
    EXPECT_EQ(taken(), "");   // It must not overtake the flush under way.
    buffer.done("a");
    EXPECT_EQ(buffer.dirty(), flaw ? 0u : 1u);
    EXPECT_EQ(taken(), flaw ? "" : "a2");
  }
}

TEST_F(WriteBackTest, AFailedFlushIsTriedAgainWithTheNewestValueAndItsAge) {
  write("a", "1");
  now += 1s;
  write("b", "1");
  EXPECT_EQ(taken(), "a1");
  write("a", "2");
  buffer.failed("a");
  EXPECT_EQ(buffer.at_risk(now), (WriteBack::Risk{2, 3, 1s}));
  EXPECT_EQ(taken(), "a2");
  buffer.done("a");
  EXPECT_EQ(buffer.dirty(), 1u);
}

TEST_F(WriteBackTest, AFlushThatMayHaveBeenStoredIsSentAgainAsItWasBeforeAnythingNewer) {
  write("a", "1");
  now += 1s;
  const auto first = buffer.take(now, rng);
  ASSERT_EQ(first.size(), 1u);
  write("a", "2");
  now += 5s;
  EXPECT_EQ(buffer.next_due(), std::nullopt) << "one of a key is under way at a time";
  buffer.unsure("a");
  EXPECT_LE(buffer.next_due(), now);
  EXPECT_EQ(buffer.take(now, rng), first) << "under the same number, so that it is done once";
  EXPECT_EQ(taken(), "");
  EXPECT_EQ(buffer.find("a")->value, "2");
  buffer.done("a");
  const auto second = buffer.take(now, rng);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].value.value, "2");
  EXPECT_NE(second[0].number, first[0].number);
}

TEST_F(WriteBackTest, WhatACrashLosesIsWhatWasAcknowledgedAndNotYetStored) {
  write("a", "1");
  now += 300ms;
  write("a", "2"), write("b", "1");
  EXPECT_EQ(buffer.at_risk(now), (WriteBack::Risk{2, 3, 300ms}));
  now += 700ms;
  EXPECT_EQ(taken(), "a2");
  EXPECT_EQ(buffer.at_risk(now), (WriteBack::Risk{2, 3, 1s}));   // Sent is not stored.
  buffer.done("a");
  EXPECT_EQ(buffer.at_risk(now), (WriteBack::Risk{1, 1, 700ms}));
}

TEST_F(WriteBackTest, ADirtyVictimOfTheCacheInFrontIsFlushedNextAndStillFound) {
  CacheSettings small;
  small.entries = 2;
  Cache<std::string, std::string> cache(small);
  for (const char* key : {"a", "b", "c"}) {
    write(key, "1");
    cache.put(key, "1", 1, kNever, now, [&](const std::string& gone, std::string&&, Why) { buffer.evicted(gone); });
  }
  ASSERT_EQ(cache.peek("a", now), nullptr);
  ASSERT_NE(buffer.find("a"), nullptr);
  EXPECT_EQ(buffer.next_due(), now);
  EXPECT_EQ(taken(), "a1");
  EXPECT_EQ(taken(), "");
}

TEST_F(WriteBackTest, TooManyDirtyKeysRefuseANewOneAndNotARewrite) {
  settings.dirty_limit = 2, settings.flush_count = 2;
  begin();
  EXPECT_TRUE(write("a", "1"));
  EXPECT_TRUE(write("b", "1"));
  EXPECT_FALSE(write("c", "1"));
  EXPECT_TRUE(write("a", "2"));
  EXPECT_EQ(taken(), "a2 b1");
  EXPECT_FALSE(write("c", "1"));
  buffer.done("b");
  EXPECT_TRUE(write("c", "1"));
  settings.flush_count = 3;
  EXPECT_NE(settings.conflict(), "");
}

// Whatever happens in whatever order: the store ends with every key's last write, unless a crash came, and then only writes
// that were said to be at risk are missing.
TEST(WriteBackHistories, NothingIsLostButWhatIsCountedAndWithTheFlawMoreIs) {
  for (const bool flaw : {false, true}) {
    std::uint64_t lost_in_all = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      WriteBackSettings settings;
      settings.flush_count = 8, settings.batch = 4, settings.flaws.forget_rewrite = flaw;
      WriteBack buffer(settings);
      core::Rng rng(seed);
      core::Time now = core::kStart;
      std::map<std::string, std::string> written, stored;
      std::vector<WriteBack::Flush> under_way;
      for (int step = 0; step < 3000; ++step) {
        now += core::Duration(rng.below(200'000'000));
        const std::string key = "k" + std::to_string(rng.below(20));
        if (rng.chance(0.5) && buffer.write(key, {std::to_string(step), 0}, now)) written[key] = std::to_string(step);
        if (rng.chance(0.1)) buffer.evicted(key);
        for (auto& flush : buffer.take(now, rng)) under_way.push_back(std::move(flush));
        if (under_way.empty() || rng.chance(0.6)) continue;
        const std::size_t which = rng.below(under_way.size());
        const auto flush = under_way[which];
        under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
        if (const auto outcome = rng.below(10); outcome < 2) {
          buffer.failed(flush.key);
        } else if (outcome < 4) {
          if (rng.chance(0.5)) stored[flush.key] = flush.value.value;
          buffer.unsure(flush.key);
        } else {
          stored[flush.key] = flush.value.value;
          buffer.done(flush.key);
        }
        for (const auto& [name, value] : written)
          if (const auto* dirty = buffer.find(name); dirty != nullptr) { EXPECT_EQ(dirty->value, value); }
      }
      std::uint64_t lost = 0;
      for (const auto& [name, value] : written) lost += stored[name] != value && buffer.find(name) == nullptr ? 1 : 0;
      EXPECT_GT(buffer.at_risk(now).keys, 0u);   // The crash comes in the middle of things.
      if (!flaw) { EXPECT_EQ(lost, 0u) << seed; }
      lost_in_all += lost;
    }
    if (flaw) { EXPECT_GT(lost_in_all, 0u); }
  }
}

TEST(WriteBackSettingsTest, AreDeclared) { EXPECT_EQ(core::describe_settings<WriteBackSettings>().size(), 6u); }

}  // namespace
}  // namespace caching
