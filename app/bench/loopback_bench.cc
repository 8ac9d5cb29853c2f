// Raft over real sockets: operations a second and their latency, beside what two sockets of the same library can do that
// only send 64 bytes to and fro; and asynchronous single-leader replication, which waits for nobody, beside Raft.
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <chrono>

#include "app/bench/bench.h"
#include "app/bench/meter.h"
#include "labs/catalog/kinds.h"
#include "labs/world/loopback/loopback.h"

namespace bench {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
constexpr auto kMeasured = std::chrono::milliseconds(1500);

// Reads 64 bytes and sends them back, until the time is over.
struct Player {
  tcp::socket& socket;
  std::array<char, 64> ball{};
  std::uint64_t hits = 0;
  Clock::time_point end;

  void receive() {
    asio::async_read(socket, asio::buffer(ball), [this](const asio::error_code& failed, std::size_t) {
      if (!failed && Clock::now() < end) hit();
    });
  }
  void hit() {
    ++hits;
    asio::async_write(socket, asio::buffer(ball), [this](const asio::error_code& failed, std::size_t) {
      if (!failed) receive();
    });
  }
};

struct Served {
  double rate = 0, p50 = 0, p99 = 0;
};

// Three servers of a kind, and clients who only write.
Served serve(const char* kind, world::SettingValues settings, std::uint32_t clients, bool files) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind(kind), 3, {}, std::move(settings)});
  system.groups.push_back({"clients", catalog::find_kind(std::string(kind) + "-client"), 1, {"servers"},
                           {{"sessions", std::to_string(clients)}, {"reads", "0"}, {"value_bytes", "100"}, {"keys", "1000"}}});
  system.disk.files = files;
  system.judge = false;  // Measured is the mechanism, not its invariants.
  world::LoopbackWorld world(system, 1);
  world.run_for(std::chrono::seconds(1));  // Somebody leads, and all caches are warm.
  Meter meter("client_latency_ms");
  world.listen(&meter);
  const auto began = world.now();
  world.run_for(kMeasured);
  const double seconds = std::chrono::duration<double>(world.now() - began).count();
  return {static_cast<double>(meter.count()) / seconds, meter.percentile(0.5), meter.percentile(0.99)};
}

// One message at a time to each follower: what comes meanwhile shares the next. On a network without delay that costs
// nobody anything and makes the largest batches.
Served raft(std::uint32_t clients, bool files) { return serve("raft", {{"max_in_flight", "1"}}, clients, files); }
Served single_leader(std::uint32_t clients, bool files) {
  return serve("replica", {{"mode", "async"}, {"max_in_flight", "1"}}, clients, files);
}

}  // namespace

double ping_pong_rate() {
  asio::io_context io{1};
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  tcp::socket here(io), there(io);
  here.connect(acceptor.local_endpoint());
  acceptor.accept(there);
  for (auto* socket : {&here, &there}) socket->set_option(tcp::no_delay(true));
  Player first{here, {}, 0, Clock::now() + kMeasured}, second{there, {}, 0, Clock::now() + kMeasured};
  second.receive();
  first.hit();
  const auto began = Clock::now();
  io.run_until(first.end);
  return static_cast<double>(first.hits) / std::chrono::duration<double>(Clock::now() - began).count();
}

std::vector<Figure> loopback_bench() {
  std::vector<Figure> figures;
  double before = ping_pong_rate();
  for (const bool files : {false, true})
    for (const std::uint32_t clients : {64u, 8u, 1u}) {
      const std::string of = ", " + std::to_string(clients) + (clients == 1 ? " client, " : " clients, ") + (files ? "synced files" : "memory disk");
      const Served measured = raft(clients, files);
      const double after = ping_pong_rate(), bare = (before + after) / 2;
      before = after;
      figures.push_back({"bare ping-pong beside it" + of, bare, "round trips/s", ""});
      figures.push_back({"Raft of 3, max_in_flight=1" + of, measured.rate, "operations/s", ""});
      figures.push_back({"p50" + of, measured.p50, "ms", ""});
      figures.push_back({"p99" + of, measured.p99, "ms", ""});
      figures.push_back({"Raft / bare" + of, measured.rate / bare, "", files || clients == 8 ? "" : clients == 64 ? ">= 1.8" : ">= 0.2"});
      if (clients != 64) continue;
      const Served single = single_leader(clients, files);
      figures.push_back({"single-leader, asynchronous, 3 nodes" + of, single.rate, "writes/s", ""});
      figures.push_back({"p50" + of, single.p50, "ms", ""});
      figures.push_back({"p99" + of, single.p99, "ms", ""});
      figures.push_back({"single-leader / Raft" + of, single.rate / measured.rate, "", ""});
    }
  return figures;
}

}  // namespace bench
