// `faultline run --door metrics`, read by the real promtool and scraped by the real Prometheus.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "open_doors.h"

namespace {

using program::OpenDoors;
using program::has;

std::string page(const std::string& url) { return program::run({"curl", "-s", "-m", "10", url}).out; }

// One that nobody listens to just now.
std::string free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET, where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&where), size) != 0 || ::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size) != 0) ADD_FAILURE();
  ::close(socket);
  return std::to_string(ntohs(where.sin_port));
}

std::string busy_raft() {
  std::string lab = program::kRaftLab;
  const std::string idle = "active = false";
  return lab.replace(lab.find(idle), idle.size(), "sessions = 2, think = \"10ms\"");
}

TEST(DoorMetrics, PromtoolFindsNothingWrong) {
  OpenDoors doors(busy_raft(), {"metrics"});
  const std::string url = "http://" + doors.address("metrics") + "/metrics";
  ASSERT_TRUE(program::within_20_s([&] { return has(page(url), "client_latency_seconds_bucket{"); }));
  const program::Folder folder;
  const auto ran = program::run({"sh", "-c", "promtool check metrics < " + folder.file("page", page(url))});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.out + ran.err, "");
}

TEST(DoorMetrics, PrometheusScrapesIt) {
  OpenDoors doors(busy_raft(), {"metrics"}, "wait 4s\ncrash S2\n");
  const std::string target = doors.address("metrics"), port = free_port();
  const program::Folder folder;
  const std::string config = folder.file("prometheus.yml", "scrape_configs:\n- job_name: lab\n  scrape_interval: 250ms\n  scrape_timeout: 250ms\n  static_configs:\n  - targets: ['" + target + "']\n");
  program::Beside prometheus({"prometheus", "--config.file=" + config, "--storage.tsdb.path=" + (folder / "data"), "--web.listen-address=127.0.0.1:" + port, "--log.level=error"});
  const auto asked = [&](const std::string& query) {
    return program::run({"curl", "-s", "-m", "10", "-G", "--data-urlencode", "query=" + query, "http://127.0.0.1:" + port + "/api/v1/query"}).out;
  };
  EXPECT_TRUE(program::within_20_s([&] { return has(asked("up == 1"), "\"job\":\"lab\""); })) << asked("up");
  EXPECT_TRUE(program::within_20_s([&] { return has(asked("rate(client_operations_total[5s]) > 0"), R"("group":"clients","instance":")" + target + R"(","job":"lab","kind":"raft-client","node":"C1")"); }))
      << asked("client_operations_total");
  EXPECT_TRUE(program::within_20_s([&] { return has(asked("histogram_quantile(0.5, rate(client_latency_seconds_bucket[5s])) < 10"), "\"node\":\"C1\""); }));
  EXPECT_TRUE(program::within_20_s([&] { return has(asked("faultline_node_up == 0"), "\"node\":\"S2\""); })) << asked("faultline_node_up");
  EXPECT_FALSE(has(asked("consensus_term"), "\"node\":\"S2\"")) << "a node that is down measures nothing";
  EXPECT_TRUE(has(asked("consensus_term"), "\"node\":\"S1\""));
  EXPECT_TRUE(has(asked("faultline_door_connections"), "\"door\":\"metrics\""));
}

}  // namespace
