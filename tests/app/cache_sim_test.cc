// `faultline cache-sim`: traces whose hits can be counted by hand, what the tables say of them, and which traces are refused.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

namespace {

using program::faultline;
using program::has;
using program::Ran;
using program::Words;

nlohmann::json sim_json(Words words) {
  words.insert(words.begin(), "cache-sim");
  words.push_back("--json");
  const Ran ran = faultline(words);
  EXPECT_EQ(ran.code, 0) << ran.err;
  return nlohmann::json::parse(ran.out);
}

void expect_trace_refused(const std::string& text, const std::string& why) {
  program::Folder folder;
  const Ran ran = faultline({"cache-sim", folder.file("t", text), "--size", "2"});
  EXPECT_EQ(ran.code, 65) << text.substr(0, 80);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(program::lines_of(ran.err).size(), 1u);
  EXPECT_TRUE(has(ran.err, why)) << why << ran.err;
}

void expect_words_refused(const Words& words, const std::string& why) {
  program::Folder folder;
  Words all{"cache-sim", folder.file("t", "a\n")};
  all.insert(all.end(), words.begin(), words.end());
  const Ran ran = faultline(all);
  EXPECT_EQ(ran.code, 64);
  EXPECT_EQ(ran.out, "");
  EXPECT_TRUE(has(ran.err, why)) << why << ran.err;
}

// Least recently used with room for two: a b A C(b goes) B(a goes) A(c goes) - of six requests one hits.
TEST(CacheSim, CountsTheHitsOfAHandMadeTrace) {
  program::Folder folder;
  const auto json = sim_json({folder.file("t", "a\nb\na\nc\nb\na\n"), "--policy", "lru,fifo", "--size", "1,2,3"});
  EXPECT_EQ(json["requests"], 6);
  std::vector<int> lru, fifo;
  for (const auto& one : json["results"]) (one["policy"] == "lru" ? lru : fifo).push_back(one["hits"]);
  EXPECT_EQ(lru, (std::vector<int>{0, 1, 3}));
  EXPECT_EQ(fifo, (std::vector<int>{0, 2, 3}));   // With two: b A(hit) C(a goes) B(hit) A.
  EXPECT_EQ(json["results"][2]["evictions"], 3);
  EXPECT_NEAR(json["results"][2]["hit_rate_percent"], 100.0 / 6, 1e-9);
  EXPECT_FALSE(json["results"][0].contains("byte_hit_rate_percent"));
}

TEST(CacheSim, CountsBytesWhereTheTraceHasSizes) {
  program::Folder folder;
  // 100 bytes hold a (60) and b (30); c (50) makes a go, and b stays.
  const std::string rows = "1,a,60\n2,b,30\n3,a,60\n4,b,30\n5,c,50\n6,b,30\n7,a,60\n";
  for (const std::string heading : {"", "time,key,size\n"}) {
    const auto json = sim_json({folder.file("t", heading + rows), "--policy", "lru", "--size", "100B"});
    EXPECT_EQ(json["bytes"], 320);
    EXPECT_EQ(json["results"][0]["hits"], 3);
    EXPECT_NEAR(json["results"][0]["byte_hit_rate_percent"], 100.0 * 120 / 320, 1e-9);
  }
  const auto json = sim_json({folder.file("u", "size,op,key,time\n60,get,a,1\n30,get,b,2\n60,get,a,3\n"), "--policy", "lru", "--size", "100B"});
  EXPECT_EQ(json["results"][0]["hits"], 1);
}

TEST(CacheSim, TakesPercentOfTheFootprint) {
  program::Folder folder;
  std::string keys, sized;
  for (int i = 0; i < 200; ++i) keys += "k" + std::to_string(i % 100) + "\n", sized += std::to_string(i) + ",k" + std::to_string(i % 100) + ",7\n";
  const auto objects = sim_json({folder.file("t", keys), "--policy", "lru", "--size", "99%,100%"});
  EXPECT_EQ(objects["footprint"]["objects"], 100);
  EXPECT_EQ(objects["results"][0]["capacity_objects"], 99);
  EXPECT_EQ(objects["results"][0]["hits"], 0);   // A cycle that is one too long for it.
  EXPECT_EQ(objects["results"][1]["hits"], 100);
  const auto bytes = sim_json({folder.file("u", sized), "--policy", "lru", "--size", "50%"});
  EXPECT_EQ(bytes["results"][0]["capacity_bytes"], 350);
}

TEST(CacheSim, PrintsATableOfEveryPolicyAndSize) {
  program::Folder folder;
  const Ran ran = faultline({"cache-sim", folder.file("t", "a\r\nb\r\na\r\n"), "--size", "1,2"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto lines = program::lines_of(ran.out);
  ASSERT_EQ(lines.size(), 2 + 2 * 8u) << ran.out;
  EXPECT_EQ(lines[0], "3 requests");
  for (const char* word : {"policy", "size", "hits %", "requests/s"}) EXPECT_TRUE(has(lines[1], word)) << lines[1];
  for (const char* policy : {"fifo", "clock", "lru", "lfu", "arc", "s3-fifo", "sieve", "w-tinylfu"}) EXPECT_TRUE(has(ran.out, policy));
  EXPECT_TRUE(has(ran.out, "33.33")) << ran.out;
  EXPECT_TRUE(has(ran.out, "2 objects")) << ran.out;
}

TEST(CacheSim, ReadsTheStandardInputOnce) {
  const Ran ran = program::run({"sh", "-c", "yes hello | head -n 300000 | " + std::string(FAULTLINE_BINARY) + " cache-sim - --size 1 --policy sieve --json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto json = nlohmann::json::parse(ran.out);
  EXPECT_EQ(json["requests"], 300000);
  EXPECT_EQ(json["results"][0]["hits"], 299999);
  expect_words_refused({"--size", "0"}, "--size takes");
  const Ran refused = faultline({"cache-sim", "-", "--size", "10%"});
  EXPECT_EQ(refused.code, 64);
  EXPECT_TRUE(has(refused.err, "the standard input comes once")) << refused.err;
}

TEST(CacheSim, RefusesABadLineWithItsNumber) {
  expect_trace_refused("", "there is no request in it");
  expect_trace_refused("time,key,size\n", "there is no request in it");
  expect_trace_refused("a\n\nb\n", "line 2: there is no key");
  expect_trace_refused("1,a,5\n2,b\n", "line 2: there is no size: it has 2 columns");
  expect_trace_refused("1,a,5\nx,b,5\n", "line 2: its time is `x`, which is no number");
  expect_trace_refused("1,a,5\n" + std::string(5000, 'x') + ",b,5\n", std::string(60, 'x') + "..`, which is no number");
  expect_trace_refused("time,key,size\n1,a,5\n1,b,many\n", "line 3: its size is `many`");
  expect_trace_refused("time,key,size\n1,a,-5\n", "line 2: its size is `-5`");
  expect_trace_refused("1,a,5\n2,,5\n", "line 2: there is no key");
  expect_trace_refused("1,a,5,6\n", "line 1: it has 4 columns without names");
  expect_trace_refused("a\n" + std::string(70000, 'x') + "\n", "line 2: it is longer than 64 KiB");
}

TEST(CacheSim, RefusesWordsThatItDoesNotKnow) {
  expect_words_refused({"--size", "2", "--policy", "lru,seive"}, "did you mean `sieve`?");
  expect_words_refused({"--size", "2", "--policy", "zzzzzzzzzz"}, "there are fifo, clock");
  expect_words_refused({"--size", "101%"}, "not `101%`");
  expect_words_refused({"--size", "many"}, "not `many`");
  expect_words_refused({"--size", "2,"}, "not ``");
  expect_words_refused({}, "--size is required");
  const Ran ran = faultline({"cache-sim", "/nonexistent", "--size", "2"});
  EXPECT_EQ(ran.code, 65);
  EXPECT_TRUE(has(ran.err, "there is no such file")) << ran.err;
}

}  // namespace
