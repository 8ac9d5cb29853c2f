// The metrics page of a running world.
#include <gtest/gtest.h>

#include <sstream>

#include "visitor.h"

namespace {

using namespace std::chrono_literals;
using visits::Town;
using visits::Visitor;

std::string scrape(Town& town, std::uint16_t port, const std::string& headers = "", const std::string& request = "GET /metrics") {
  town.world.run_for(25ms);   // A page is made anew every 20 ms.
  Visitor visitor = town.visitor(port);
  visitor.say(request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n");
  return visitor.hear_out();
}
// The value behind these words at the beginning of a line; -1: there is no such line.
double value_of(const std::string& page, const std::string& words) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(words + " ")) return std::stod(line.substr(words.size() + 1));
  return -1;
}

class MetricsDoor : public ::testing::Test {
 protected:
  MetricsDoor() {
    world::System system = visits::raft_of_three();
    system.groups[1].settings = {{"sessions", "2"}, {"think", "5ms"}};
    town.emplace(system, 0ms);
    port = town->open("metrics");
    town->world.run_for(1500ms);
  }
  std::optional<Town> town;
  std::uint16_t port = 0;
};

TEST_F(MetricsDoor, SaysOfEveryNodeWhatItMeasured) {
  const std::string page = scrape(*town, port);
  EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\n")) << page.substr(0, 200);
  EXPECT_NE(page.find("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), page.npos);
  EXPECT_GE(value_of(page, R"(consensus_term{node="S1",kind="raft",group="servers"})"), 1);
  const double done = value_of(page, R"(client_operations_total{node="C1",kind="raft-client",group="clients"})");
  EXPECT_GT(done, 10) << page;
  EXPECT_EQ(value_of(page, R"(client_latency_seconds_count{node="C1",kind="raft-client",group="clients"})"), done);
  EXPECT_EQ(value_of(page, R"(client_latency_seconds_bucket{node="C1",kind="raft-client",group="clients",le="+Inf"})"), done);
  EXPECT_NE(page.find("\n# TYPE client_latency_seconds histogram\n"), page.npos);
  EXPECT_NE(page.find("\n# HELP client_operations_total "), page.npos);
  EXPECT_EQ(page.find("# EOF"), page.npos);
  town->world.run_for(300ms);
  EXPECT_GT(value_of(scrape(*town, port), R"(client_operations_total{node="C1",kind="raft-client",group="clients"})"), done);
}

TEST_F(MetricsDoor, SpeaksOpenMetricsToWhoAsksForIt) {
  const std::string page = scrape(*town, port, "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n");
  EXPECT_NE(page.find("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"), page.npos);
  EXPECT_TRUE(page.ends_with("\n# EOF\n"));
  EXPECT_NE(page.find("\n# TYPE client_operations counter\n"), page.npos);
  EXPECT_NE(page.find("\n# UNIT client_latency_seconds seconds\n"), page.npos);
  EXPECT_GT(value_of(page, R"(client_operations_total{node="C1",kind="raft-client",group="clients"})"), 10);
}

TEST_F(MetricsDoor, WhatANodeMeasuredIsGoneWhenItHasCrashed) {
  const std::string term = R"(consensus_term{node="S2",kind="raft",group="servers"})", up = R"(faultline_node_up{node="S2",kind="raft",group="servers"})";
  EXPECT_GE(value_of(scrape(*town, port), term), 1);
  EXPECT_EQ(value_of(scrape(*town, port), up), 1);
  town->world.apply("crash S2");
  EXPECT_EQ(value_of(scrape(*town, port), term), -1);
  EXPECT_EQ(value_of(scrape(*town, port), up), 0);
  town->world.apply("restart S2");
  town->world.run_for(600ms);
  EXPECT_GE(value_of(scrape(*town, port), term), 1);
  EXPECT_EQ(value_of(scrape(*town, port), up), 1);
}

TEST_F(MetricsDoor, CountsWhatComesInByTheDoors) {
  const auto http = town->open("http");
  Visitor visitor = town->visitor(http);
  visitor.ask("PUT /kv/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", "\r\n\r\n");
  scrape(*town, http, "", "GET http://evil.example/kv/a");
  const std::string page = scrape(*town, port), door = R"({door="http",address="127.0.0.1:)" + std::to_string(http) + "\"}";
  EXPECT_EQ(value_of(page, "faultline_door_operations_total" + door), 1) << page;
  EXPECT_EQ(value_of(page, "faultline_door_connections" + door), 1);
  EXPECT_EQ(value_of(page, "faultline_door_refused_total" + door), 1);
  EXPECT_EQ(value_of(page, "faultline_door_cut_off_total" + door), 0);
  EXPECT_EQ(value_of(page, R"(faultline_door_connections{door="metrics",address="127.0.0.1:)" + std::to_string(port) + "\"}"), 1) << "who asks";
}

TEST_F(MetricsDoor, IsReadOnlyAndForThisMachineOnly) {
  EXPECT_TRUE(scrape(*town, port, "", "HEAD /metrics").ends_with("\r\n\r\n"));
  const std::string post = scrape(*town, port, "", "POST /metrics");
  EXPECT_TRUE(post.starts_with("HTTP/1.1 405 ")) << post;
  EXPECT_NE(post.find("\r\nAllow: GET, HEAD\r\n"), post.npos);
  EXPECT_TRUE(scrape(*town, port, "", "GET /kv/a").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(scrape(*town, port, "", "GET /").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(scrape(*town, port, "", "GET http://evil.example/metrics").starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(scrape(*town, port, "Sec-Fetch-Site: cross-site\r\n").starts_with("HTTP/1.1 403 "));
  EXPECT_EQ(town->doors.seen().front().refused, 2u);
}

TEST(MetricsDoorAlone, NeedsNoClientToLeadTo) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {}});
  Town town(system, 0ms);
  const auto seen = town.doors.open(doors::parse_wish("metrics"));
  EXPECT_EQ(seen.node, "");
  EXPECT_THROW(town.doors.open(doors::parse_wish("http")), world::BadCommand);
}

}  // namespace
