// The memcached door over a cluster of real sockets, and how its values lie there.
#include <gtest/gtest.h>

#include "labs/doors/memcached_words.h"
#include "mechanisms/core/rng.h"
#include "visitor.h"

namespace {

using namespace std::chrono_literals;
using visits::Town;
using visits::Visitor;

// What is answered to all of these, one after the other; the last answer is that to `version`.
std::string cached(Visitor& visitor, const std::string& lines) {
  const std::string end = "VERSION 1.6.0\r\n";
  std::string all = visitor.ask(lines + "version\r\n", end);
  EXPECT_TRUE(all.ends_with(end)) << all;
  return all.substr(0, all.size() - std::min(all.size(), end.size()));
}
std::string set(const std::string& key, const std::string& value, const std::string& flags_and_time = "0 0") {
  return "set " + key + " " + flags_and_time + " " + std::to_string(value.size()) + "\r\n" + value + "\r\n";
}
std::string unique_of(Visitor& visitor, const std::string& key) {
  const std::string line = cached(visitor, "gets " + key + "\r\n");
  const auto end = line.find("\r\n"), begin = line.rfind(' ', end);
  return line.substr(begin + 1, end - begin - 1);
}

class MemcachedDoor : public ::testing::TestWithParam<bool> {
 protected:
  Town town{GetParam() ? visits::raft_of_three() : visits::users_before_a_cache()};
  std::uint16_t port = town.open("memcached");
  Visitor visitor = town.visitor(port);
};
INSTANTIATE_TEST_SUITE_P(Worlds, MemcachedDoor, ::testing::Bool(), [](const auto& one) { return one.param ? "Raft" : "ServingPath"; });

TEST_P(MemcachedDoor, ValuesAreKeptWithTheirFlags) {
  EXPECT_EQ(cached(visitor, "get a\r\n"), "END\r\n");
  EXPECT_EQ(cached(visitor, set("a", "one\r\ntwo", "4294967295 0") + "get a\r\n"), "STORED\r\nVALUE a 4294967295 8\r\none\r\ntwo\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, set("b", "") + "get b c a\r\n"), "STORED\r\nVALUE b 0 0\r\n\r\nVALUE a 4294967295 8\r\none\r\ntwo\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, "delete a\r\ndelete a\r\nget a\r\n"), "DELETED\r\nNOT_FOUND\r\nEND\r\n");
}

TEST_P(MemcachedDoor, WhatDependsOnWhatIsThereLooksFirst) {
  EXPECT_EQ(cached(visitor, "replace a 0 0 1\r\nx\r\nappend a 0 0 1\r\nx\r\nprepend a 0 0 1\r\nx\r\n"), "NOT_STORED\r\nNOT_STORED\r\nNOT_STORED\r\n");
  EXPECT_EQ(cached(visitor, "add a 5 0 1\r\nb\r\nadd a 6 0 1\r\nx\r\n"), "STORED\r\nNOT_STORED\r\n");
  EXPECT_EQ(cached(visitor, "append a 9 0 1\r\nc\r\nprepend a 9 0 1\r\na\r\nget a\r\n"), "STORED\r\nSTORED\r\nVALUE a 5 3\r\nabc\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, "replace a 7 0 1\r\nz\r\nget a\r\n"), "STORED\r\nVALUE a 7 1\r\nz\r\nEND\r\n");
}

TEST_P(MemcachedDoor, CountersCountAndStayWithin64Bits) {
  EXPECT_EQ(cached(visitor, "incr n 1\r\ndecr n 1\r\n"), "NOT_FOUND\r\nNOT_FOUND\r\n");
  EXPECT_EQ(cached(visitor, set("n", "18446744073709551615", "3 0") + "incr n 3\r\nincr n 40\r\ndecr n 2\r\ndecr n 100\r\nget n\r\n"),
            "STORED\r\n2\r\n42\r\n40\r\n0\r\nVALUE n 3 1\r\n0\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, set("n", "12a") + "incr n 1\r\nincr n x\r\n"),
            "STORED\r\nCLIENT_ERROR cannot increment or decrement non-numeric value\r\nCLIENT_ERROR invalid numeric delta argument\r\n");
}

TEST_P(MemcachedDoor, ACasStoresOnlyWhatNobodyHasChanged) {
  EXPECT_EQ(cached(visitor, "cas a 0 0 1 5\r\nx\r\n"), "NOT_FOUND\r\n");
  cached(visitor, set("a", "1"));
  const std::string unique = unique_of(visitor, "a");
  EXPECT_EQ(cached(visitor, "cas a 0 0 1 " + std::to_string(std::stoull(unique) ^ 1) + "\r\nx\r\n"), "EXISTS\r\n");
  EXPECT_EQ(cached(visitor, "cas a 0 0 1 " + unique + "\r\n2\r\ncas a 0 0 1 " + unique + "\r\n3\r\nget a\r\n"), "STORED\r\nEXISTS\r\nVALUE a 0 1\r\n2\r\nEND\r\n");
  const std::string before = unique_of(visitor, "a");
  cached(visitor, set("a", "2"));
  EXPECT_NE(unique_of(visitor, "a"), before) << "the same value again is another one";
}

TEST_P(MemcachedDoor, ValuesExpireWhenTheirTimeIsOver) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  cached(visitor, set("soon", "1", "0 1") + set("at", "1", "0 " + std::to_string(now + 3600)) + set("over", "1", "0 -1") + set("then", "1", "0 " + std::to_string(now - 1)));
  cached(visitor, set("kept", "1", "0 1") + set("cut", "1"));
  EXPECT_EQ(cached(visitor, "get soon at over then\r\n"), "VALUE soon 0 1\r\n1\r\nVALUE at 0 1\r\n1\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, "touch kept 3600\r\ntouch none 1\r\ngat -1 cut\r\n"), "TOUCHED\r\nNOT_FOUND\r\nVALUE cut 0 1\r\n1\r\nEND\r\n");
  town.world.run_for(1100ms);
  EXPECT_EQ(cached(visitor, "get soon kept cut\r\n"), "VALUE kept 0 1\r\n1\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, "add soon 0 0 1\r\n2\r\nreplace over 0 0 1\r\n2\r\ndelete over\r\nincr over 1\r\n"), "STORED\r\nNOT_STORED\r\nNOT_FOUND\r\nNOT_FOUND\r\n");
  EXPECT_TRUE(cached(visitor, "gats 0 soon\r\n").starts_with("VALUE soon 0 1 "));
}

TEST_P(MemcachedDoor, FlushHidesAllThatWasWrittenBefore) {
  cached(visitor, set("a", "1") + set("b", "2"));
  EXPECT_EQ(cached(visitor, "flush_all\r\nget a b\r\n"), "OK\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, "add a 0 0 1\r\n3\r\nget a b\r\n"), "STORED\r\nVALUE a 0 1\r\n3\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, "flush_all 1\r\nget a\r\n"), "OK\r\nVALUE a 0 1\r\n3\r\nEND\r\n");
  cached(visitor, set("b", "4"));
  town.world.run_for(1100ms);
  EXPECT_EQ(cached(visitor, "get a b\r\n"), "END\r\n") << "also what was written after the words, and before the time";
  EXPECT_EQ(cached(visitor, set("a", "5") + "flush_all 1000 noreply\r\nget a\r\n"), "STORED\r\nVALUE a 0 1\r\n5\r\nEND\r\n");
}

TEST_P(MemcachedDoor, WhoWantsNoReplyGetsNone) {
  EXPECT_EQ(cached(visitor, "set a 0 0 1 noreply\r\n1\r\nadd a 0 0 1 noreply\r\nx\r\nincr a 4 noreply\r\nappend a 0 0 1 noreply\r\n0\r\nget a\r\n"),
            "VALUE a 0 2\r\n50\r\nEND\r\n") << "and they are done in their order";
  EXPECT_EQ(cached(visitor, "delete a noreply\r\ndelete a noreply\r\ntouch a 1 noreply\r\nflush_all noreply\r\nverbosity 1 noreply\r\nget a\r\n"), "END\r\n");
  EXPECT_EQ(cached(visitor, "set a 0 0 2000000 noreply\r\n" + std::string(2'000'000, 'x') + "\r\nset a x 0 1 noreply\r\nx\r\nget a\r\n"), "END\r\n");
}

TEST_P(MemcachedDoor, WhatIsBehindVersionIsNotLookedAt) {
  EXPECT_EQ(visitor.ask("version foo bar\r\nversion noreply\r\n", "0\r\nVERSION 1.6.0\r\n"), "VERSION 1.6.0\r\nVERSION 1.6.0\r\n");
}

TEST_P(MemcachedDoor, TheLabsOwnValuesHaveFlags0) {
  const std::string client = town.doors.seen().front().node;
  town.world.apply("tell " + client + " put own word");
  town.world.run_for(200ms);
  EXPECT_EQ(cached(visitor, "get own\r\nappend own 0 0 1\r\ns\r\nget own\r\n"), "VALUE own 0 4\r\nword\r\nEND\r\nSTORED\r\nVALUE own 0 5\r\nwords\r\nEND\r\n");
  cached(visitor, set("shared", "a", "7 0"));
  const std::string before = unique_of(visitor, "shared");
  town.world.apply("tell " + client + " append shared b");
  town.world.run_for(200ms);
  EXPECT_EQ(cached(visitor, "cas shared 0 0 1 " + before + "\r\nx\r\nget shared\r\n"), "EXISTS\r\nVALUE shared 7 2\r\nab\r\nEND\r\n");
}

TEST_P(MemcachedDoor, ManyClientsWhoCountLoseNothing) {
  cached(visitor, set("n", "0"));
  std::vector<Visitor> many;
  for (int i = 0; i < 20; ++i) many.push_back(town.visitor(port));
  for (int round = 0; round < 5; ++round)
    for (auto& one : many) one.say("incr n 1\r\n");
  for (auto& one : many) EXPECT_NE(cached(one, ""), "");
  EXPECT_EQ(cached(visitor, "get n\r\n"), "VALUE n 0 3\r\n100\r\nEND\r\n");
}

// Two doors know nothing of each other: only the store can say who came first.
TEST(MemcachedDoors, OfAllWhoAddAKeyOneDoes) {
  auto system = visits::raft_of_three();
  system.groups.back().count = 2;
  Town town(system);
  const std::uint16_t ports[] = {town.open("memcached@C1"), town.open("memcached@C2")};
  std::vector<Visitor> many;
  for (std::size_t i = 0; i < 20; ++i) many.push_back(town.visitor(ports[i % 2]));
  constexpr int kKeys = 10;
  for (int key = 0; key < kKeys; ++key)
    for (auto& one : many) one.says("add k" + std::to_string(key) + " 0 0 1\r\nx\r\n");
  int stored = 0;
  for (auto& one : many) {
    const std::string all = cached(one, "");
    EXPECT_EQ(all.find("ERROR"), all.npos) << all;
    for (std::size_t at = 0; (at = all.find("STORED\r\n", at)) != all.npos; ++at) stored += at == 0 || all[at - 1] == '\n';
  }
  EXPECT_EQ(stored, kKeys) << "each was stored once, and all others heard NOT_STORED";
}

TEST_P(MemcachedDoor, AClusterThatIsCutOffIsAServerErrorAndIsWellAgainAfterwards) {
  cached(visitor, set("a", "1"));
  town.cut_off_the_client();
  EXPECT_EQ(cached(visitor, set("a", "2")), "SERVER_ERROR nobody can say whether it was done\r\n");
  EXPECT_EQ(cached(visitor, "incr a 1\r\n"), "SERVER_ERROR nobody answered in time\r\n");
  town.world.apply("heal");
  EXPECT_EQ(cached(visitor, set("a", "3") + "get a\r\n"), "STORED\r\nVALUE a 0 1\r\n3\r\nEND\r\n");
}

TEST_P(MemcachedDoor, ErrorsAreSaidInMemcachedsWords) {
  const std::string bad = "CLIENT_ERROR bad command line format\r\n", error = "ERROR\r\n";
  EXPECT_EQ(cached(visitor, "what\r\n\r\nget\r\nset a\r\nincr a\r\nGET a\r\ngat 1\r\n"), error + error + error + error + error + error + error);
  EXPECT_EQ(cached(visitor, "get " + std::string(251, 'k') + "\r\nget " + std::string(250, 'k') + "\r\nget a\tb\r\n"), bad + "END\r\n" + bad);
  EXPECT_EQ(cached(visitor, "set a x 0 1\r\n1\r\nset a 4294967296 0 1\r\n1\r\nset a 0 x 0\r\n\r\nadd " + std::string(251, 'k') + " 0 0 5\r\nget a\r\n"), bad + bad + bad + bad)
      << "the value behind a line that is wrong is no request";
  EXPECT_EQ(cached(visitor, "set a 0 0 3\r\nabcde\r\n"), "CLIENT_ERROR bad data chunk\r\nERROR\r\n" + std::string()) << "as memcached does: what is too long is another line";
  EXPECT_EQ(cached(visitor, set("a", std::string(1'048'577, 'x')) + "get a\r\n"), "SERVER_ERROR object too large for cache\r\nEND\r\n");
  EXPECT_EQ(cached(visitor, set("a", std::string(1'048'576, 'x')) + "append a 0 0 1\r\nx\r\n"), "STORED\r\nSERVER_ERROR object too large for cache\r\n");
  EXPECT_EQ(cached(visitor, "delete a 5\r\n"), "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n");
  EXPECT_EQ(cached(visitor, "touch a b\r\ngat x a\r\nverbosity\r\nverbosity x\r\nflush_all x\r\n"),
            "CLIENT_ERROR invalid exptime argument\r\nCLIENT_ERROR invalid exptime argument\r\n" + error + bad + bad);
  const std::string stats = cached(visitor, "stats\r\nstats items\r\nstats reset\r\nstats what\r\n");
  EXPECT_NE(stats.find("STAT get_misses "), stats.npos);
  EXPECT_TRUE(stats.ends_with("END\r\nEND\r\nRESET\r\nERROR\r\n")) << stats;
}

TEST_P(MemcachedDoor, WhoSpeaksAnotherProtocolOrSaysQuitIsLeftAlone) {
  const auto heard = [&](const std::string& words) {
    Visitor one = town.visitor(port);
    one.say(words);
    const std::string all = one.hear_out();
    return one.is_here() ? "stays" : all;
  };
  EXPECT_EQ(heard("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nset page 0 0 1\r\nx\r\n"), "ERROR\r\n");
  EXPECT_EQ(heard("\x80\x01\x02"), "CLIENT_ERROR only the text protocol is spoken here\r\n");
  EXPECT_EQ(heard("set a 0 0 -1\r\nget a\r\n"), "CLIENT_ERROR bad command line format\r\n") << "nobody can say where the next request begins";
  EXPECT_EQ(heard("set a 0 0 99999999999999999999\r\n"), "CLIENT_ERROR bad command line format\r\n");
  EXPECT_EQ(heard("get " + std::string(70'000, 'k')), "CLIENT_ERROR line too long\r\n");
  EXPECT_EQ(heard("version\r\nquit\r\nversion\r\n"), "VERSION 1.6.0\r\n");
  EXPECT_EQ(cached(visitor, "get page\r\n"), "END\r\n");
}

TEST(MemcachedWords, AValueLiesBehindALineThatPeopleCanRead) {
  const std::string stored = doors::stored_text({3, 5, 7, "a\nb"});
  EXPECT_EQ(stored, "memcached 3 5 7\na\nb");
  const auto item = doors::read_stored(stored);
  EXPECT_EQ(item.flags, 3u);
  EXPECT_EQ(item.until, 5);
  EXPECT_EQ(item.written, 7);
  EXPECT_EQ(item.value, "a\nb");
  for (const char* raw : {"", "word", "memcached", "memcached 1 2 3", "memcached 1 2\n", "memcached 1 2 x\nv", "memcached 1 2 3 4\nv", "memcached -1 2 3\nv"}) {
    const auto own = doors::read_stored(raw);
    EXPECT_EQ(own.value, raw);
    EXPECT_EQ(own.flags, 0u);
    EXPECT_EQ(own.until, 0);
    EXPECT_EQ(own.written, 0);
  }
}

TEST(MemcachedWords, TimesAreFromNowUpTo30DaysAndElseSince1970) {
  constexpr std::int64_t kSecond = 1'000'000'000, kNow = 1'700'000'000 * kSecond;
  EXPECT_EQ(doors::memcached_until(0, kNow), 0);
  EXPECT_EQ(doors::memcached_until(-5, kNow), 1);
  EXPECT_EQ(doors::memcached_until(2'592'000, kNow), kNow + 2'592'000 * kSecond);
  EXPECT_EQ(doors::memcached_until(2'592'001, kNow), 2'592'001 * kSecond);
  EXPECT_GT(doors::memcached_until(std::numeric_limits<std::int64_t>::max(), kNow), kNow * 5);
}

TEST(MemcachedWords, NoBytesWhateverTheyAreDoAnythingElse) {
  core::Rng rng(11);
  const std::string requests[] = {"set key 1 0 5\r\nhello\r\n", "get a b c\r\n", "cas k 1 2 3 4 noreply\r\nabc\r\n", "gat 10 a b\r\n", "incr n 5\r\n", "delete k 0\r\n", "flush_all 10 noreply\r\n"};
  int read = 0, refused = 0, open = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = requests[rng.below(std::size(requests))];
    for (std::uint64_t change = rng.below(4); change > 0 && !text.empty(); --change) {
      const std::size_t at = rng.below(text.size());
      const std::uint64_t kind = rng.below(3);
      if (kind == 0) text[at] = static_cast<char>(rng.below(256));
      else if (kind == 1) text.erase(at, rng.below(4) + 1);
      else text.insert(at, std::to_string(rng.below(1'000'000'000)));
    }
    std::size_t taken = 0;
    try {
      const auto request = doors::read_memcached(text, taken);
      request ? ++read : ++open;
      if (request) { ASSERT_TRUE(taken > 0 && taken <= text.size()); }
      for (std::size_t key = 0; request && key < request->keys.size(); ++key) ASSERT_LE(request->keys[key].size(), 250u);
    } catch (const doors::BadMemcached& bad) {
      ASSERT_TRUE(bad.ends || bad.length > 0) << text;
      ++refused;
    }
  }
  EXPECT_GT(read, 1000);
  EXPECT_GT(refused, 1000);
  EXPECT_GT(open, 1000);
}

}  // namespace
