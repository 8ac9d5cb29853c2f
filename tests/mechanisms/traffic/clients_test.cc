// What clients of all stores share: words, numbers that are never used twice, values of which no two are the same, and the
// mix that settings ask for.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "mechanisms/core/text.h"
#include "mechanisms/traffic/clients/clients.h"

namespace clients {
namespace {

using namespace std::chrono_literals;

Ask read(const std::string& line) {
  Ask ask;
  EXPECT_TRUE(read_ask(core::split_words(line), ask)) << line;
  return ask;
}

TEST(ClientsInWords, EachFormIsRead) {
  EXPECT_EQ(read("get k").function, Function::get);
  const Ask put = read("put k 'v");
  EXPECT_EQ(put.function, Function::put);
  EXPECT_EQ(put.key + "=" + put.value + "/" + put.expected, "k='v/");
  const Ask cas = read("cas k old new");
  EXPECT_EQ(cas.function, Function::cas);
  EXPECT_EQ(cas.key + ": " + cas.expected + " to " + cas.value, "k: old to new");
  EXPECT_EQ(read("append k x").value, "x");
  EXPECT_EQ(read("delete k").value, "");
  const Ask create = read("create k v");
  EXPECT_EQ(create.function, Function::create);
  EXPECT_EQ(create.key + "=" + create.value, "k=v");
}

TEST(ClientsInWords, WhatIsNoFormIsNot) {
  Ask ask;
  for (const char* line : {"", "get", "get a b", "put k", "put k v w", "cas k v", "delete", "del k", "create k", "create k a b", "GET k", "drop k"})
    EXPECT_FALSE(read_ask(core::split_words(line), ask)) << line;
  EXPECT_EQ(expected_one_of(std::array{kGet, kPut}), "expected one of: get K, put K V");
}

// A step as Numbers uses it.
struct Disk {
  Taken durable;
  int writes = 0;
  void persist(const TakeNumbers& write) { durable.apply(write), ++writes; }
};

TEST(ClientsNumbers, NoneIsTakenTwiceWheneverItCrashes) {
  Disk disk;
  std::set<std::uint64_t> taken;
  // After each crash what was not used of the block is lost: so a block less one, a block, and one more.
  for (const int before_the_crash : {1, 63, 64, 65, 130}) {
    Numbers numbers(disk.durable);
    for (int i = 0; i < before_the_crash; ++i) {
      const auto next = numbers.next();
      EXPECT_EQ(numbers.take(disk), next);
      EXPECT_TRUE(taken.insert(next).second) << next;
      EXPECT_LT(next, disk.durable.next) << "it is used before it is taken durably";
    }
  }
  EXPECT_EQ(disk.writes, 1 + 1 + 1 + 2 + 3) << "a write for a block of 64, not for each number";
  EXPECT_EQ(Taken{}.next, 1u) << "0 stands for no number";
  Taken again;
  for (const auto& write : disk.durable.image()) again.apply(write);
  EXPECT_EQ(again, disk.durable);
}

TEST(ClientsSource, NoTwoValuesAreTheSameAmongClientsAndLives) {
  std::set<std::string> seen;
  for (const core::NodeId id : {1u, 12u, 2u})
    for (const std::uint64_t life : {1u, 65u, 2u}) {
      Source source(id);
      for (int i = 0; i < 300; ++i) EXPECT_TRUE(seen.insert(source.value(life, 0)).second);
    }
  EXPECT_EQ(Source(3).value(1, 16), "3.1.1-----------") << "filled up to the size";
}

Mix half_and_half() {
  Mix mix;
  mix.keys = 5, mix.reads = 0.5, mix.appends = 0.2, mix.cas = 0.3, mix.deletes = 0.1;
  return mix;
}

TEST(ClientsSource, TheMixIsWhatWasAskedFor) {
  core::Rng rng(7);
  Source source(4);
  std::map<Function, double> drawn;
  std::map<std::string, int> keys;
  constexpr int kMany = 20000;
  for (int i = 0; i < kMany; ++i) {
    const Ask ask = source.draw(rng, half_and_half(), 1);
    drawn[ask.function] += 1.0 / kMany;
    ++keys[ask.key];
    EXPECT_EQ(ask.value.empty(), ask.function == Function::get || ask.function == Function::del);
    EXPECT_EQ(ask.expected.empty(), ask.function != Function::cas);
  }
  // Of the half that does not read: 0.2, 0.3, 0.1 and the rest.
  EXPECT_NEAR(drawn[Function::get], 0.5, 0.02);
  EXPECT_NEAR(drawn[Function::append], 0.1, 0.01);
  EXPECT_NEAR(drawn[Function::cas], 0.15, 0.01);
  EXPECT_NEAR(drawn[Function::del], 0.05, 0.01);
  EXPECT_NEAR(drawn[Function::put], 0.2, 0.02);
  ASSERT_EQ(keys.size(), 5u);
  for (const auto& [key, times] : keys) EXPECT_NEAR(times, kMany / 5, kMany / 50) << key;
}

TEST(ClientsSource, ACompareAndSwapGuessesOneOfItsOwnLastValues) {
  core::Rng rng(7);
  Source source(4);
  Mix mix;
  mix.cas = 1, mix.value_bytes = 12;
  std::vector<std::string> own;
  for (int i = 0; i < 200; ++i) {
    const Ask ask = source.draw(rng, mix, 3);
    const auto last = own.size() < 5 ? own.begin() : own.end() - 4;
    if (own.size() >= 5) {
      EXPECT_NE(std::find(last, own.end(), ask.expected), own.end()) << ask.expected;
    }
    EXPECT_EQ(ask.expected.size(), 12u) << "as long as what it wants to find";
    own.push_back(ask.value);
  }
}

TEST(ClientsArrival, TheMeanIsTheRate) {
  core::Rng rng(1);
  core::Duration all{};
  for (int i = 0; i < 10000; ++i) all += until_arrival(rng, 200);
  EXPECT_NEAR(std::chrono::duration<double>(all).count() / 10000, 0.005, 0.0002);
}

}  // namespace
}  // namespace clients
