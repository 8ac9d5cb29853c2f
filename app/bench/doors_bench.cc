// What a key-value cluster costs behind a door: fifty clients who SET and GET through Redis' protocol, as redis-benchmark's do, and
// fifty who GET by HTTP, through Raft and through users and a service; beside the same fifty at a bare server.
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <thread>

#include "app/bench/bench.h"
#include "app/bench/crowd.h"
#include "labs/catalog/kinds.h"
#include "labs/doors/doors.h"
#include "labs/world/loopback/loopback.h"
#include "mechanisms/core/check.h"

namespace bench {
namespace {

// Three servers without delay between them, and one client node that does nothing but what comes by the door.
world::System raft_behind_a_door(bool files) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {{"max_in_flight", "1"}}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, {{"active", "off"}}});
  system.disk.files = files;
  system.judge = false;
  return system;
}

world::System one_service() {
  world::System system;
  system.groups.push_back({"services", catalog::find_kind("service"), 1, {}, {{"time", "0"}, {"workers", "1000"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"services"}, {{"active", "off"}}});
  system.disk.files = false;
  system.judge = false;   // Measured is the door and the way, not the invariants.
  return system;
}

// As redis-benchmark's: one key, three bytes.
const std::string kSet = "*3\r\n$3\r\nSET\r\n$16\r\nkey:__rand_int__\r\n$3\r\nxxx\r\n";
const std::string kGet = "*2\r\n$3\r\nGET\r\n$16\r\nkey:__rand_int__\r\n";
constexpr std::size_t kSaid = 5, kFound = 9;   // +OK, and $3 xxx.
const std::string kHttpGet = "GET /kv/key HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kHttpPut = "PUT /kv/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'v');

// A world that runs, with a door.
struct Opened {
  Opened(const world::System& system, const char* protocol) : world(system, 1), doors(world) {
    port = port_of(doors.open(doors::parse_wish(protocol)).addresses.at(0));
    world.run_for(std::chrono::seconds(1));  // Somebody leads.
  }
  world::LoopbackWorld world;
  doors::Doors doors;
  std::uint16_t port = 0;
};

// What one request is answered with, by a door whose world is run meanwhile.
std::string answered(world::LoopbackWorld& world, std::uint16_t port, const std::string& request) {
  std::atomic<bool> over{false};
  std::string text;
  std::thread one([&] {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer(request));
    const std::size_t head = asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n");
    const auto length = text.find("Content-Length: ");
    const std::size_t whole = head + (length < head ? std::stoul(text.substr(length + 16)) : 0);
    if (text.size() < whole) asio::read(socket, asio::dynamic_buffer(text), asio::transfer_exactly(whole - text.size()));
    over = true;
  });
  while (!over) world.run_for(std::chrono::milliseconds(1));
  one.join();
  CHECK(text.starts_with("HTTP/1.1 2"));
  return text;
}

// Before and after it the bare server is measured.
void measure(Opened& opened, const std::string& what, const std::string& request, std::size_t answer, const char* goal, std::vector<Figure>& figures) {
  const double before = crowd_beside(request, answer).rate;
  const Crowded served = crowd_at_door(opened.world, opened.port, request, answer);
  const double bare = (before + crowd_beside(request, answer).rate) / 2;
  figures.push_back({"bare Asio beside it, the same bytes, 50 clients", bare, "round trips/s", ""});
  figures.push_back({what + ", 50 clients", served.rate, "requests/s", ""});
  figures.push_back({"p50", served.p50, "ms", ""});
  figures.push_back({"p99", served.p99, "ms", ""});
  figures.push_back({what + " / bare", served.rate / bare, "", goal});
}

void measure_http(const world::System& system, const std::string& behind, std::vector<Figure>& figures) {
  Opened opened(system, "http");
  answered(opened.world, opened.port, kHttpPut);
  measure(opened, "HTTP GET through " + behind, kHttpGet, answered(opened.world, opened.port, kHttpGet).size(), "", figures);
}

}  // namespace

std::vector<Figure> doors_bench() {
  std::vector<Figure> figures;
  for (const bool files : {false, true}) {
    Opened opened(raft_behind_a_door(files), "resp");
    const std::string disks = files ? ", synced files" : ", disks in memory";
    measure(opened, "RESP SET to Raft of 3" + disks, kSet, kSaid, files ? "" : ">= 0.1", figures);
    measure(opened, "RESP GET from Raft of 3" + disks, kGet, kFound, files ? "" : ">= 0.1", figures);
  }
  measure_http(raft_behind_a_door(false), "Raft of 3", figures);
  measure_http(one_service(), "users and a service", figures);
  return figures;
}

}  // namespace bench
