// What strangers may do to the doors of HTTP, of metrics and of memcached: whatever they send, or do not, or for how long, the
// others are served, and the cluster goes on.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "labs/doors/http.h"
#include "labs/doors/memcached.h"
#include "labs/doors/metrics.h"
#include "labs/guide/facts.h"
#include "mechanisms/core/rng.h"
#include "visitor.h"

namespace {

using namespace std::chrono_literals;
using visits::Town;
using visits::Visitor;

struct Spoken {
  std::string protocol, request, answer;   // What a good client asks, and how the answer to that begins.
};
void PrintTo(const Spoken& of, std::ostream* out) { *out << of.protocol; }
const Spoken kSpoken[] = {{"http", "PUT /kv/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 204 "},
                          {"metrics", "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 "},
                          {"memcached", "set k 0 0 1\r\nx\r\n", "STORED\r\n"}};

// A door with limits that a test can wait for, before a Raft cluster.
class Strangers : public ::testing::TestWithParam<Spoken> {
 protected:
  void open(std::chrono::milliseconds slow) {
    doors::Limits limits = doors::http_site_limits();
    limits.slow = slow;
    auto& loop = town.world.loop();
    if (GetParam().protocol == "http") door = doors::open_site(loop, 0, doors::key_values(house), limits);
    if (GetParam().protocol == "metrics") door = doors::open_site(loop, 0, doors::metrics_page(house), limits);
    if (GetParam().protocol == "memcached") door = doors::single(loop, 0, doors::meet_memcached(house), limits);
    port = door->ports().front();
  }
  bool is_served(Visitor& visitor) { return visitor.ask(GetParam().request, GetParam().answer).ends_with(GetParam().answer); }
  bool somebody_is_served() {
    Visitor visitor = town.visitor(port);
    return is_served(visitor);
  }

  Town town{visits::raft_of_three()};
  doors::Asker asker{town.world, 4};
  doors::Turns turns{town.world.loop()};
  doors::House house{town.world, asker, turns, town.doors};
  std::unique_ptr<doors::Door> door;
  std::uint16_t port = 0;
};
INSTANTIATE_TEST_SUITE_P(Doors, Strangers, ::testing::ValuesIn(kSpoken), [](const auto& one) { return one.param.protocol; });

TEST_P(Strangers, RandomBytesAndBrokenRequestsHarmNobody) {
  open(10s);
  core::Rng rng(3);
  const std::string& good = GetParam().request;
  Visitor regular = town.visitor(port);
  for (int i = 0; i < 300; ++i) {
    Visitor stranger = town.visitor(port);
    std::string words;
    if (rng.chance(0.5)) {
      words = std::string(rng.below(3000), '\0');
      for (char& c : words) c = static_cast<char>(rng.below(256));
    } else {
      words = good + good;
      for (int change = 0; change < 3; ++change) words[rng.below(words.size())] = static_cast<char>(rng.below(256));
    }
    stranger.say(words);
    if (rng.chance(0.3)) stranger.says_no_more();
    if (i % 30 == 0) { EXPECT_TRUE(is_served(regular)) << i; }
  }
  EXPECT_TRUE(is_served(regular));
  town.world.run_for(100ms);
  EXPECT_EQ(door->clients(), 1u) << "who left is gone";
}

TEST_P(Strangers, EveryBeginningOfARequestIsWaitedForAndNotForEver) {
  open(400ms);
  const std::string& good = GetParam().request;
  std::vector<Visitor> many;
  for (std::size_t i = 1; i + 1 < good.size(); ++i) {
    many.push_back(town.visitor(port));
    many.back().say(std::string_view(good).substr(0, i));
  }
  town.world.run_for(100ms);
  EXPECT_EQ(door->clients(), many.size());
  EXPECT_TRUE(somebody_is_served());
  town.world.run_for(900ms);
  EXPECT_EQ(door->clients(), 0u);
  EXPECT_EQ(door->cut_off(), many.size());
}

TEST_P(Strangers, WhoSendsAByteOnceInAWhileIsCutOff) {
  open(300ms);
  std::vector<Visitor> many;
  for (int i = 0; i < 200; ++i) many.push_back(town.visitor(port));
  Visitor idle = town.visitor(port);   // He says nothing at all, as a connection that is kept, or wrk's first.
  for (int tick = 0; tick < 20; ++tick) {
    for (auto& one : many) one.say(GetParam().request.substr(static_cast<std::size_t>(tick) % 8, 1));
    town.world.run_for(40ms);
  }
  EXPECT_EQ(door->clients(), 1u);
  EXPECT_EQ(door->cut_off(), 200u);
  EXPECT_TRUE(is_served(idle));
}

TEST_P(Strangers, NothingThatIsEndlessIsReadToItsEnd) {
  open(10s);
  const bool memcached = GetParam().protocol == "memcached";
  const std::string put = "PUT /kv/a HTTP/1.1\r\nHost: localhost\r\n";
  const std::vector<std::pair<std::string, std::string>> endless =
      memcached ? std::vector<std::pair<std::string, std::string>>{{"get ", "kkkkkkkkkkkkkkkk"}, {"get", " k"}, {"", "a"}}
                : std::vector<std::pair<std::string, std::string>>{{"GET /", "aaaaaaaa"}, {put, "X: y\r\n"}, {put + "X: ", "aaaaaaaa"}, {"", "\r\n"},
                                                                   {put + "Transfer-Encoding: chunked\r\n\r\n", "00000000"},
                                                                   {put + "Transfer-Encoding: chunked\r\n\r\n", "1;a=b\r\nx\r\n"},
                                                                   {put + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "Trailer: x\r\n"}};
  for (const auto& [begin, more] : endless) {
    Visitor stranger = town.visitor(port);
    std::string flood;
    while (flood.size() < 60'000) flood += more;
    stranger.say(begin);
    std::size_t taken = 0;
    for (int i = 0; i < 1000 && stranger.say(flood) && stranger.is_here(); ++i) taken += flood.size();
    EXPECT_LT(taken, 16u << 20) << begin;
    EXPECT_FALSE(stranger.is_here()) << begin;
    EXPECT_TRUE(somebody_is_served());
  }
}

TEST_P(Strangers, WhoAsksForMuchAndReadsNothingIsCutOff) {
  open(500ms);
  // A large answer, many times.
  std::string wanted = GetParam().request;
  if (GetParam().protocol != "metrics") {
    Visitor writer = town.visitor(port);
    const std::string value(1 << 20, 'v');
    const bool http = GetParam().protocol == "http";
    const std::string length = std::to_string(value.size());
    const std::string done = writer.ask(http ? "PUT /kv/l HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n" + value : "set l 0 0 " + length + "\r\n" + value + "\r\n", GetParam().answer);
    ASSERT_TRUE(done.ends_with(GetParam().answer));
    wanted = http ? "GET /kv/l HTTP/1.1\r\nHost: localhost\r\n\r\n" : "get l\r\n";
  }
  std::string all;
  while (all.size() < 60'000 * wanted.size() && all.size() < 200'000) all += wanted;
  Visitor stranger = town.visitor(port);
  Visitor regular = town.visitor(port);
  for (int i = 0; i < 50 && door->cut_off() == 0; ++i) {
    if (i < 20) stranger.says(all);
    town.world.run_for(100ms);
    EXPECT_TRUE(is_served(regular));
  }
  EXPECT_EQ(door->cut_off(), 1u);
}

TEST_P(Strangers, ThreeThousandAtOnceAreServedAndTheClusterGoesOn) {
  open(10s);
  guide::Facts facts(town.world.nodes());
  town.world.listen(&facts);
  const auto role_changes = [&] {
    double sum = 0;
    if (const auto* all = facts.metric("consensus_leader_elections_total"))
      for (const auto& [node, count] : *all) sum += count;
    return sum;
  };
  const double before = role_changes();
  std::vector<Visitor> many;
  for (int i = 0; i < 3000; ++i) {
    many.push_back(town.visitor(port));
    if (i % 100 == 0) town.world.run_for(1ms);
  }
  while (door->clients() < many.size() && town.world.now() < core::Time(60s)) town.world.run_for(10ms);
  ASSERT_EQ(door->clients(), 3000u);
  for (auto& one : many) one.say(GetParam().request);
  std::size_t served = 0;
  for (auto& one : many) served += one.hear(GetParam().answer).ends_with(GetParam().answer);
  EXPECT_EQ(served, 3000u);
  EXPECT_EQ(role_changes(), before) << "nobody lost his leader over it";
  many.clear();
  town.world.run_for(300ms);
  EXPECT_EQ(door->clients(), 0u);
  town.world.stop_listening(&facts);
}

// What the door answers by itself, as fast as it is asked: the loop always has something to do for those who ask.
TEST_P(Strangers, WhoAskWithoutEndDoNotStopTheClusterTheyAskNothingOf) {
  open(10s);
  guide::Facts facts(town.world.nodes());
  town.world.listen(&facts);
  std::string cheap;
  for (int i = 0; i < 200; ++i) cheap += GetParam().protocol == "memcached" ? "version\r\n" : "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::atomic<bool> over{false};
  std::vector<Visitor> many;
  for (int i = 0; i < 20; ++i) many.push_back(town.visitor(port));
  std::thread asking([&] {
    const auto end = std::chrono::steady_clock::now() + 4s;   // So that the test ends though the world does not get its turn.
    while (!over && std::chrono::steady_clock::now() < end)
      for (auto& one : many) one.says(cheap), one.forgets_what_came();
  });
  const auto began = std::chrono::steady_clock::now();
  town.world.run_for(1s);
  const auto took = std::chrono::steady_clock::now() - began;
  over = true;
  asking.join();
  EXPECT_LT(took, 2500ms) << "a second of the world";
  EXPECT_EQ(facts.metric("consensus_leader_elections_total"), nullptr) << "nobody lost his leader over it";
  town.world.stop_listening(&facts);
}

class NoReplies : public Strangers {};
INSTANTIATE_TEST_SUITE_P(Doors, NoReplies, ::testing::Values(kSpoken[2]), [](const auto& one) { return one.param.protocol; });

TEST_P(NoReplies, AFloodOfWritesThatWantNoAnswerIsDoneOneByOneWhileOthersAreServed) {
  open(10s);
  Visitor stranger = town.visitor(port), regular = town.visitor(port);
  std::string flood = "set n 0 0 1 noreply\r\n0\r\n";
  for (int i = 0; i < 5000; ++i) flood += "incr n 1 noreply\r\n";
  EXPECT_TRUE(stranger.say(flood));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(is_served(regular));
  EXPECT_LT(asker.open(), 10u) << "they wait in his socket, not with us";
  EXPECT_EQ(stranger.ask("get n\r\n", "END\r\n"), "VALUE n 0 4\r\n5000\r\nEND\r\n");
}

}  // namespace
