// A request path over real sockets: users, a proxy, services behind it.
#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "labs/guide/facts.h"
#include "labs/world/loopback/loopback.h"

namespace {

world::System path() {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("service"), 3, {}, {{"time", "1ms"}}});
  system.groups.push_back({"proxies", catalog::find_kind("proxy"), 1, {"servers"}, {{"call.checking", "on"}, {"call.health.interval", "200ms"},
                                                                                 {"call.health.timeout", "150ms"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"proxies"}, {{"rate", "200"}}});
  return system;
}

double sum_of(const guide::Facts& facts, std::string_view metric) {
  double sum = 0;
  if (const auto* all = facts.metric(metric))
    for (const auto& [node, value] : *all) sum += value;
  return sum;
}

TEST(LoopbackPath, UsersAreAnsweredThroughAProxyAndGoOnBeingSoWhenAServerIsLost) {
  using namespace std::chrono_literals;
  world::LoopbackWorld world(path(), 1);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  world.run_for(2s);
  EXPECT_GT(sum_of(facts, "user_answers_total"), 200);
  EXPECT_EQ(sum_of(facts, "upstream_healthy"), 3);
  ASSERT_NE(facts.metric("requests_answered_total"), nullptr);
  EXPECT_EQ(facts.metric("requests_answered_total")->size(), 4u);   // The three, and the proxy.
  world.apply("crash S1");
  for (int i = 0; i < 500 && sum_of(facts, "upstream_healthy") != 2; ++i) world.run_for(10ms);
  EXPECT_EQ(sum_of(facts, "upstream_healthy"), 2);
  const double answered = sum_of(facts, "user_answers_total");
  world.run_for(1s);
  EXPECT_GT(sum_of(facts, "user_answers_total"), answered + 50);
}

}  // namespace
