// The HTTP door: GETs a second over 50 connections that each ask, wait and ask again, through users and a service, and through
// Raft; beside a bare server of the same library, which answers the same number of bytes with the same number of bytes.
#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <thread>

#include "app/bench/bench.h"
#include "labs/catalog/kinds.h"
#include "labs/doors/doors.h"
#include "labs/world/loopback/loopback.h"

namespace bench {
namespace {

using asio::ip::tcp;
using DoorClock = std::chrono::steady_clock;
constexpr std::size_t kConnections = 50;
constexpr auto kAsking = std::chrono::milliseconds(1500);
const std::string kGet = "GET /kv/key HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kPut = "PUT /kv/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'v');

// One connection that asks and waits, again and again.
struct Asking {
  explicit Asking(asio::io_context& io) : socket(io) {}
  void ask() {
    began = DoorClock::now();
    asio::async_write(socket, asio::buffer(kGet), [this](const asio::error_code& failed, std::size_t) {
      if (!failed) hear();
    });
  }
  void hear() {
    asio::async_read(socket, asio::buffer(answer), [this](const asio::error_code& failed, std::size_t) {
      if (failed) return;
      took_ms.push_back(std::chrono::duration<double, std::milli>(DoorClock::now() - began).count());
      ask();
    });
  }
  tcp::socket socket;
  std::string answer;
  DoorClock::time_point began;
  std::vector<double> took_ms;
};

struct Asked {
  double rate = 0, p50 = 0, p99 = 0;
};

// On a thread of its own, against whoever is served at that port by `serve` in this one. All answers to a GET have one length.
Asked ask_at(std::uint16_t port, std::size_t answer_bytes, const std::function<void(std::atomic<bool>& over)>& serve) {
  std::atomic<bool> over{false};
  std::vector<double> took;
  std::thread crowd([&] {
    asio::io_context io{1};
    std::deque<Asking> all;
    for (std::size_t i = 0; i < kConnections; ++i) {
      Asking& one = all.emplace_back(io);
      one.socket.connect({asio::ip::address_v4::loopback(), port});
      one.socket.set_option(tcp::no_delay(true));
      one.answer.resize(answer_bytes);
      one.ask();
    }
    io.run_for(kAsking);
    for (const auto& one : all) took.insert(took.end(), one.took_ms.begin(), one.took_ms.end());
    over = true;
  });
  serve(over);
  crowd.join();
  if (took.empty()) return {};
  std::sort(took.begin(), took.end());
  const auto at = [&](double share) { return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))]; };
  return {static_cast<double>(took.size()) / std::chrono::duration<double>(kAsking).count(), at(0.5), at(0.99)};
}

// What one request is answered with, by a door whose world is run meanwhile.
std::string answered(world::LoopbackWorld& world, std::uint16_t port, const std::string& request) {
  std::atomic<bool> over{false};
  std::string text;
  std::thread one([&] {
    asio::io_context io;
    tcp::socket socket(io);
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
  return text;
}

Asked through_door(const world::System& system, std::size_t& answer_bytes) {
  world::LoopbackWorld world(system, 1);
  doors::Doors doors(world);
  world.run_for(std::chrono::seconds(1));   // Somebody leads.
  const std::string address = doors.open(doors::parse_wish("http")).addresses.front();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
  answered(world, port, kPut);
  answer_bytes = answered(world, port, kGet).size();
  return ask_at(port, answer_bytes, [&](std::atomic<bool>& over) {
    while (!over) world.run_for(std::chrono::milliseconds(20));
  });
}

// Reads a request's length and sends an answer's.
struct Echo {
  explicit Echo(tcp::socket of) : socket(std::move(of)) {}
  void hear() {
    asio::async_read(socket, asio::buffer(request), [this](const asio::error_code& failed, std::size_t) {
      if (!failed) say();
    });
  }
  void say() {
    asio::async_write(socket, asio::buffer(answer), [this](const asio::error_code& failed, std::size_t) {
      if (!failed) hear();
    });
  }
  tcp::socket socket;
  std::string request = kGet, answer;
};

Asked bare(std::size_t answer_bytes) {
  asio::io_context io{1};
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  std::deque<Echo> all;
  const std::function<void()> accept = [&] {
    acceptor.async_accept([&](const asio::error_code& failed, tcp::socket socket) {
      if (failed) return;
      socket.set_option(tcp::no_delay(true));
      Echo& one = all.emplace_back(std::move(socket));
      one.answer.resize(answer_bytes);
      one.hear();
      accept();
    });
  };
  accept();
  return ask_at(acceptor.local_endpoint().port(), answer_bytes, [&](std::atomic<bool>& over) {
    while (!over) io.run_for(std::chrono::milliseconds(20));
  });
}

world::System one_service() {
  world::System system;
  system.groups.push_back({"services", catalog::find_kind("service"), 1, {}, {{"time", "0"}, {"workers", "1000"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"services"}, {{"active", "false"}}});
  return system;
}
world::System three_servers() {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {{"max_in_flight", "1"}}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, {{"active", "false"}}});
  return system;
}

void measure_door(const std::string& through, world::System system, std::vector<Figure>& figures) {
  system.disk.files = false;
  system.judge = false;   // Measured is the door and the way, not the invariants.
  std::size_t answer_bytes = 0;
  const Asked door = through_door(system, answer_bytes);
  const Asked raw = bare(answer_bytes);
  const std::string what = "GET by HTTP through " + through + ", 50 connections";
  figures.push_back({"bare Asio beside it, the same bytes, 50 connections", raw.rate, "round trips/s", ""});
  figures.push_back({what, door.rate, "requests/s", ""});
  figures.push_back({what + ", p50", door.p50, "ms", ""});
  figures.push_back({what + ", p99", door.p99, "ms", ""});
  figures.push_back({what + " / bare", door.rate / raw.rate, "", ""});
}

}  // namespace

std::vector<Figure> http_door_bench() {
  std::vector<Figure> figures;
  measure_door("users and a service", one_service(), figures);
  measure_door("Raft of 3", three_servers(), figures);
  return figures;
}

}  // namespace bench
