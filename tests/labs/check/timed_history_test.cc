// How old a read is: a history is judged as if each read had begun earlier.
#include "labs/check/timed_history.h"

#include <gtest/gtest.h>

#include "labs/check/promise.h"

namespace {

using namespace std::chrono_literals;

// One process after the other: each operation of `at` takes a millisecond.
struct Told {
  void put(core::Duration at, const std::string& value) { say(at, "put", value, std::nullopt); }
  void get(core::Duration at, const std::string& value) { say(at, "get", "", value); }
  void say(core::Duration at, const char* function, const std::string& value, std::optional<std::string> result) {
    history.begin(core::kStart + at, {++id, 1, function, "k", value, ""});
    history.end(core::kStart + at + 1ms, {id, core::Outcome::ok, std::move(result), {}, ""});
  }
  bool keeps(core::Duration oldest) {
    return check::judge(history.with_reads_earlier(oldest), check::Promise::linearizable, check::Model::kv).answer == check::Verdict::Answer::kept;
  }
  check::TimedHistory history;
  std::uint64_t id = 0;
};

TEST(TimedHistory, AReadMayBeAsOldAsIsSaidAndNotOlder) {
  Told told;
  told.put(0ms, "one"), told.put(100ms, "two");
  told.get(150ms, "one");   // It was overwritten 49 ms before this began.
  EXPECT_FALSE(told.keeps(0ms));
  EXPECT_FALSE(told.keeps(48ms));
  EXPECT_TRUE(told.keeps(50ms));
}

TEST(TimedHistory, WhatNobodyEverWroteIsWrongHoweverOldItIs) {
  Told told;
  told.put(0ms, "one"), told.get(10ms, "never");
  EXPECT_FALSE(told.keeps(1h));
}

TEST(TimedHistory, WritesStayWhereTheyWere) {
  Told told;
  told.put(0ms, "one"), told.put(100ms, "two");
  told.get(200ms, "two"), told.get(300ms, "one"), told.get(400ms, "two");
  EXPECT_FALSE(told.keeps(150ms));
  EXPECT_TRUE(told.keeps(210ms));
}

}  // namespace
