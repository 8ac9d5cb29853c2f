// Users, a proxy and those behind it: what is balanced at which layer, draining and weights, health checks by real queues,
// and what each flaw does to a whole path.
#include "mechanisms/balancing/proxy.h"

#include <gtest/gtest.h>

#include "tests/mechanisms/serving/path_world.h"

namespace {

using namespace path_world;
using balancing::Layer;
using balancing::Policy;
using balancing::Proxy;
using serving::Function;
using serving::Health;
using serving::Service;
using serving::Status;
using serving::Users;

constexpr core::NodeId kCrowd(1), kFront(2), kA(3), kB(4), kC(5), kBehind(6);

serving::ServiceSettings backend(std::uint32_t workers, core::Duration time) {
  serving::ServiceSettings settings;
  settings.door.work.workers = workers, settings.door.work.time = time, settings.door.work.shape = serving::Shape::constant;
  return settings;
}

// Three backends that answer at once behind a proxy; the test asks.
struct Front {
  explicit Front(balancing::ProxySettings settings = {}) {
    world.script(kCrowd);
    for (const auto id : {kA, kB, kC})
      world.script(id, [this, id](auto& step, auto from, const auto& r) {
        if (mute.count(id) == 0) reply(step, from, r, says, "from " + std::to_string(id));
      });
    world.put<Proxy>(kFront, settings, {{kA, kB, kC}});
  }
  // Over which connection, and who answered.
  std::string asked(std::uint64_t connection, core::Duration wait = 10ms) {
    auto r = request(++last, Function::get, "k");
    r.connection = connection;
    world.ask(kCrowd, kFront, r);
    world.run_for(wait);
    const auto& heard = world.scripted(kCrowd).heard;
    return heard.empty() ? "" : heard.back().value;
  }
  std::size_t had(core::NodeId id) { return world.scripted(id).asked.size(); }
  void set(const balancing::ProxySettings& settings) {
    world.step(kFront, [&](auto& node, auto& step) { node.template as<Proxy>().on_settings(step, settings); });
  }

  World world;
  std::set<core::NodeId> mute;
  Status says = Status::ok;
  std::uint64_t last = 0;
};

balancing::ProxySettings of_connections(core::Duration life = {}) {
  balancing::ProxySettings settings;
  settings.layer = Layer::connections, settings.connection_life = life;
  return settings;
}

TEST(Proxy, PassesEachRequestToTheNextAndItsAnswerBack) {
  Front front;
  std::set<std::string> who;
  for (int i = 0; i < 3; ++i) who.insert(front.asked(1));
  EXPECT_EQ(who, (std::set<std::string>{"from 3", "from 4", "from 5"}));
  ASSERT_EQ(front.world.scripted(kCrowd).heard.size(), 3u);
  for (std::uint64_t id = 1; id <= 3; ++id) EXPECT_EQ(front.world.scripted(kCrowd).heard[id - 1].id, id);
}

TEST(Proxy, OfConnectionsGivesAllOfOneToTheSame) {
  Front front(of_connections());
  const std::string first = front.asked(1), second = front.asked(2);
  EXPECT_NE(first, second);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(front.asked(1), first);
  EXPECT_EQ(front.asked(2), second);
}

TEST(Proxy, OfConnectionsTellsClientsApartThatNumberThemAlike) {
  Front front(of_connections());
  front.asked(1);
  front.world.script(kBehind);
  auto r = request(1, Function::get, "k");
  r.connection = 1;
  front.world.ask(kBehind, kFront, r);
  front.world.run_for(10ms);
  EXPECT_EQ(front.had(kA) + front.had(kB) + front.had(kC), 2u);
  EXPECT_EQ(std::max({front.had(kA), front.had(kB), front.had(kC)}), 1u);
}

TEST(Proxy, OfConnectionsBalancesOneAnewWhenItHasLivedLongEnough) {
  Front front(of_connections(100ms));
  const std::string first = front.asked(1);
  EXPECT_EQ(front.asked(1), first);
  front.world.run_for(100ms);
  EXPECT_NE(front.asked(1), first);
}

TEST(Proxy, OfConnectionsBalancesOneAnewWhenNobodyAnsweredOnIt) {
  auto settings = of_connections();
  settings.call.timeout = 50ms;
  settings.call.retry.attempts = 5;   // It cannot: it does not know where a request begins and ends.
  Front front(settings);
  const std::string first = front.asked(1);
  front.mute = {kA, kB, kC};
  front.asked(1, 200ms);
  EXPECT_EQ(front.world.scripted(kCrowd).heard.back().status, Status::timed_out);
  EXPECT_EQ(front.had(kA) + front.had(kB) + front.had(kC), 2u);
  front.mute.clear();
  EXPECT_NE(front.asked(1), first);
}

TEST(Proxy, OfConnectionsSeesNoErrorsAndEjectsOnlyWhoIsSilent) {
  for (const auto layer : {Layer::requests, Layer::connections}) {
    auto settings = of_connections();
    settings.layer = layer, settings.call.ejecting = true, settings.call.outliers.consecutive_failures = 3;
    Front front(settings);
    front.says = Status::failed;
    for (std::uint64_t i = 0; i < 30; ++i) front.asked(i);
    EXPECT_EQ(front.world.sampled(kFront, balancing::kEjections), layer == Layer::requests ? 1 : 0);
  }
}

// Six connections, two on each. One carries a hundred requests, the others one each: the layer decides who has them.
TEST(Proxy, FewLongConnectionsMakeAnUnevenLoad) {
  for (const auto layer : {Layer::requests, Layer::connections}) {
    auto settings = of_connections();
    settings.layer = layer, settings.call.balance.policy = Policy::least_connections;
    Front front(settings);
    for (std::uint64_t c = 1; c <= 6; ++c) front.asked(c);
    for (int i = 0; i < 99; ++i) front.asked(1);
    const auto most = std::max({front.had(kA), front.had(kB), front.had(kC)});
    EXPECT_EQ(most, layer == Layer::requests ? 35u : 101u);
  }
}

TEST(Proxy, AnotherPolicyEndsNoConnectionAndForgetsNoWeightAndNoDraining) {
  auto settings = of_connections();
  Front front(settings);
  for (std::uint64_t c = 1; c <= 3; ++c) front.asked(c);
  EXPECT_EQ(front.world.tell(kFront, "drain 3"), "");
  EXPECT_EQ(front.world.tell(kFront, "weigh 4 9"), "");
  settings.call.balance.policy = Policy::weighted_round_robin;
  front.set(settings);
  front.world.scripted(kA).asked.clear(), front.world.scripted(kB).asked.clear(), front.world.scripted(kC).asked.clear();
  for (std::uint64_t c = 4; c <= 23; ++c) front.asked(c);
  EXPECT_EQ(front.had(kA), 0u);
  EXPECT_EQ(front.had(kB), 18u);
  EXPECT_EQ(front.had(kC), 2u);
  for (std::uint64_t c = 1; c <= 3; ++c) front.asked(c);
  EXPECT_EQ(front.had(kA), 1u) << "who was there before stays";
}

TEST(Proxy, DrainsAndTakesBack) {
  Front front;
  front.mute = {kA};
  EXPECT_EQ(front.asked(1), "");        // A has one that it does not answer yet.
  EXPECT_EQ(front.world.tell(kFront, "drain 3"), "");
  for (std::uint64_t i = 0; i < 10; ++i) front.asked(i);
  EXPECT_EQ(front.had(kA), 1u);
  EXPECT_FALSE(front.world.noted(kFront, "node 3 is drained"));
  front.world.run_for(1s);             // Its request has timed out.
  EXPECT_TRUE(front.world.noted(kFront, "node 3 is drained"));
  front.mute.clear();
  EXPECT_EQ(front.world.tell(kFront, "ready 3"), "");
  for (std::uint64_t i = 0; i < 6; ++i) front.asked(i);
  EXPECT_EQ(front.had(kA), 3u);
}

TEST(Proxy, GrowsByASpareOneAndShrinksAgain) {
  balancing::ProxySettings settings;
  settings.call.pool.spare = 1, settings.call.checking = true;
  Front front(settings);
  for (std::uint64_t i = 0; i < 10; ++i) front.asked(i);
  EXPECT_EQ(front.had(kC), 0u);
  EXPECT_FALSE(front.world.noted(kFront, "drained"));
  EXPECT_EQ(front.world.tell(kFront, "ready 5"), "");
  for (std::uint64_t i = 0; i < 9; ++i) front.asked(i);
  EXPECT_EQ(front.had(kC), 3u);
  EXPECT_EQ(front.world.tell(kFront, "maint 5"), "");
  EXPECT_TRUE(front.world.noted(kFront, "node 5 is drained"));
  for (std::uint64_t i = 0; i < 9; ++i) front.asked(i);
  EXPECT_EQ(front.had(kC), 3u);
}

TEST(Service, TakesACacheOutOfItsPoolAndBackWhenItIsTold) {
  World world;
  for (const auto id : {kA, kB}) world.script(id, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::absent); });
  world.script(kBehind, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok, "v"); });
  world.script(kCrowd);
  world.put<Service>(kFront, backend(4, 1ms), {{kA, kB}, {kBehind}});
  EXPECT_EQ(world.tell(kFront, "maint 3"), "");
  for (std::uint64_t i = 1; i <= 6; ++i) world.ask(kCrowd, kFront, request(i, Function::get, "k")), world.run_for(10ms);
  EXPECT_EQ(world.scripted(kA).asked.size(), 0u);
  EXPECT_EQ(world.tell(kFront, "ready 3"), "");
  for (std::uint64_t i = 7; i <= 12; ++i) world.ask(kCrowd, kFront, request(i, Function::get, "k")), world.run_for(10ms);
  EXPECT_GT(world.scripted(kA).asked.size(), 0u);
  EXPECT_NE(world.tell(kFront, "maint 1"), "") << "whom it does not call";
}

TEST(Proxy, IsToldOnlyOfThoseBehindItAndOfWeightsThatAreSome) {
  Front front;
  EXPECT_NE(front.world.tell(kFront, "drain 1"), "");
  EXPECT_NE(front.world.tell(kFront, "weigh 3 0"), "");
  EXPECT_NE(front.world.tell(kFront, "weigh 3 nan"), "");
  EXPECT_NE(front.world.tell(kFront, "weigh 3"), "");
  EXPECT_NE(front.world.tell(kFront, "boil 3"), "");
}

TEST(Proxy, CanBeTheBottleneckItself) {
  balancing::ProxySettings settings;
  settings.door.work.workers = 1, settings.door.work.time = 10ms, settings.door.work.shape = serving::Shape::constant;
  World world;
  world.put<Proxy>(kFront, settings, {{kA, kB}});
  for (const auto id : {kA, kB}) world.put<Service>(id, backend(4, 10ms));
  serving::UsersSettings users;
  users.rate = 200, users.patience = 60s, users.call.timeout = 60s;
  world.put<Users>(kCrowd, users, {{kFront}});
  world.run_for(5s);
  EXPECT_NEAR(world.sampled(kCrowd, serving::kServed), 500, 20);   // One worker, 10 ms: a hundred a second, of 200.
  EXPECT_NEAR(world.sampled(kFront, serving::kUtilisation), 100, 1);
  EXPECT_LT(world.sampled(kA, serving::kUtilisation), 25);
}

TEST(Proxy, LimitsEachUserAtItsDoor) {
  balancing::ProxySettings settings;
  settings.door.limiting = true, settings.door.limits.per = resilience::LimitPer::user;
  settings.door.limit.limit = 10, settings.door.limit.burst = 1;
  Front front(settings);
  for (int i = 0; i < 100; ++i) {
    auto r = request(++front.last, Function::get, "k");
    r.user = i % 10 == 0 ? 2 : 1;   // One asks 90 times a second, the other 10 times.
    front.world.ask(kCrowd, kFront, r);
    front.world.run_for(10ms);
  }
  EXPECT_NEAR(front.world.sampled(kFront, resilience::kRateLimited), 80, 3);
}

// --- Health checks.

// Its one worker is busy for a minute. Who says that it lives?
TEST(HealthChecks, ThatWaitInTheQueueAreMissedByWhoIsOverloaded) {
  for (const auto health : {Health::shallow, Health::queued, Health::deep}) {
    World world;
    auto busy = backend(1, 60s);
    busy.door.health = health;
    world.put<Service>(kA, busy);
    balancing::ProxySettings settings;
    settings.call.checking = true, settings.call.pool.panic = 0, settings.call.health.interval = 100ms, settings.call.health.timeout = 50ms;
    world.put<Proxy>(kFront, settings, {{kA}});
    world.script(kCrowd);
    world.ask(kCrowd, kA, request(1, Function::get, "k"));
    world.run_for(1s);
    EXPECT_EQ(world.sampled(kFront, serving::kUpstream.healthy), health == Health::queued ? 0 : 1);
    EXPECT_EQ(world.noted(kFront, "is down"), health == Health::queued);
    EXPECT_EQ(world.sampled(kFront, balancing::kHealthChanges), health == Health::queued ? 1 : 0);
  }
}

// Idle it answers the check in its turn; busy for a minute, it misses it.
template <class Node>
void expect_checks_to_wait() {
  for (const bool busy : {false, true}) {
    World world;
    typename Node::Settings settings;
    settings.door.work.workers = 1, settings.door.work.time = busy ? 60s : 1ms, settings.door.health = Health::queued;
    world.put<Node>(kA, settings);
    balancing::ProxySettings front;
    front.call.checking = true, front.call.health.interval = 100ms, front.call.health.timeout = 50ms;
    world.put<Proxy>(kFront, front, {{kA}});
    world.run_for(1s);
    EXPECT_EQ(world.sampled(kFront, serving::kUpstream.healthy), busy ? 0 : 1);
    EXPECT_EQ(world.sampled(kA, serving::kRequests), 0);
  }
}

TEST(HealthChecks, WaitAtTheDoorOfEveryKindOfNode) {
  expect_checks_to_wait<Service>();
  expect_checks_to_wait<Proxy>();
  expect_checks_to_wait<caching::Server>();
}

TEST(HealthChecks, ThatWaitAreAnsweredInTheirTurnAndFailWhenTheQueueIsFull) {
  World world;
  auto one = backend(1, 20ms);
  one.door.health = Health::queued, one.door.work.queue.length = 1;
  world.put<Service>(kA, one);
  std::vector<bool> said;
  world.script(kCrowd);
  world.outside = [&](const auto& packet) {
    const auto message = core::decode<serving::Message>(packet.bytes);
    if (const auto* answer = std::get_if<serving::ProbeReply>(&message)) said.push_back(answer->healthy);
  };
  const auto probe = [&](std::uint64_t id) {
    world.post({core::NodeId(99), kA, core::encode(serving::Message(serving::Probe{id}))}, 1ms);
  };
  world.ask(kCrowd, kA, request(1, Function::get, "k"));
  world.run_for(2ms);
  probe(1), probe(2);
  world.run_for(10ms);
  EXPECT_EQ(said, std::vector<bool>{false});          // The second: there is room for one.
  world.run_for(50ms);
  EXPECT_EQ(said, (std::vector<bool>{false, true}));  // The first, when the request was done and its own turn over.
  EXPECT_EQ(world.sampled(kA, serving::kRequests), 1);
  EXPECT_EQ(world.sampled(kA, serving::kRejected), 0);
}

TEST(HealthChecks, ThatAreDeepFailWhileTheStoreCannotBeReachedAndHealWithIt) {
  World world;
  auto deep = backend(4, 1ms);
  deep.door.health = Health::deep;
  deep.store.timeout = 50ms, deep.store.breaking = serving::Breaking::all;
  deep.store.breaker.window_calls = 10, deep.store.breaker.minimum_calls = 5, deep.store.breaker.open_for = 500ms;
  deep.store.breaker.half_open_calls = 1;
  world.put<Service>(kA, deep, {{kBehind}});
  bool well = true;
  world.script(kBehind, [&](auto& step, auto from, const auto& r) {
    if (well) reply(step, from, r, Status::ok);
  });
  balancing::ProxySettings settings;
  settings.call.checking = true, settings.call.pool.panic = 0, settings.call.health.interval = 100ms, settings.call.health.timeout = 50ms;
  world.put<Proxy>(kFront, settings, {{kA}});
  serving::UsersSettings users;
  users.rate = 100;
  world.put<Users>(kCrowd, users, {{kFront}});
  world.run_for(1s);
  EXPECT_EQ(world.sampled(kFront, serving::kUpstream.healthy), 1);
  well = false;
  world.run_for(800ms);
  EXPECT_EQ(world.sampled(kFront, serving::kUpstream.healthy), 0);
  EXPECT_GT(world.sampled(kFront, balancing::kNoneHealthy), 0);
  well = true;
  world.run_for(2s);
  EXPECT_EQ(world.sampled(kFront, serving::kUpstream.healthy), 1);
  EXPECT_EQ(world.sampled(kCrowd, serving::kSuccess), 100);
}

// --- Flaws, by what they do to users.

// What they all depend on fails for two seconds. With the flaw every backend is ejected, and stays so for half a minute.
TEST(ProxyFlaws, EjectEverybodyLeavesNobodyWhenTheFaultIsNotTheirs) {
  for (const bool flaw : {false, true}) {
    balancing::ProxySettings settings;
    settings.call.ejecting = true, settings.call.pool.panic = 0;
    settings.call.outliers.flaws.eject_everybody = flaw;
    World world;
    bool well = true;
    world.script(kBehind, [&](auto& step, auto from, const auto& r) { reply(step, from, r, well ? Status::ok : Status::failed); });
    for (const auto id : {kA, kB, kC}) world.put<Service>(id, backend(4, 1ms), {{kBehind}});
    world.put<Proxy>(kFront, settings, {{kA, kB, kC}});
    serving::UsersSettings users;
    users.rate = 100;
    world.put<Users>(kCrowd, users, {{kFront}});
    world.run_for(1s);
    well = false;
    world.run_for(2s);
    EXPECT_EQ(world.sampled(kFront, balancing::kEjected), flaw ? 3 : 1);
    well = true;
    world.run_for(5s);
    EXPECT_EQ(world.sampled(kCrowd, serving::kSuccess), flaw ? 0 : 100);
  }
}

// Who comes back can serve one at a time. By the rule it gets one probe; with the flaw the crowd.
TEST(ProxyFlaws, HalfOpenUnlimitedLetsTheCrowdFallUponWhoHasJustRecovered) {
  for (const bool flaw : {false, true}) {
    balancing::ProxySettings settings;
    settings.call.timeout = 100ms, settings.call.breaking = serving::Breaking::all;
    settings.call.breaker.window_calls = 20, settings.call.breaker.minimum_calls = 10, settings.call.breaker.open_for = 1s;
    settings.call.breaker.half_open_calls = 2, settings.call.breaker.flaws.half_open_unlimited = flaw;
    World world;
    std::size_t at_once = 0;
    bool well = true;
    world.script(kA, [&](auto& step, auto from, const auto& r) {
      if (well) return reply(step, from, r, Status::ok);
      ++at_once;
    });
    world.put<Proxy>(kFront, settings, {{kA}});
    serving::UsersSettings users;
    users.rate = 200;
    world.put<Users>(kCrowd, users, {{kFront}});
    world.run_for(1s);
    well = false;
    world.run_for(500ms);
    ASSERT_EQ(world.sampled(kFront, serving::kUpstream.breaker), 2);
    at_once = 0;
    world.run_for(750ms);   // Half open once in this time; it is asked for 100 ms, until the first one timed out.
    if (flaw) EXPECT_GT(at_once, 8u);
    else EXPECT_EQ(at_once, 2u);
  }
}

}  // namespace
