// What a key-value cluster costs behind a door: fifty clients who SET and GET through Redis' protocol, as redis-benchmark's do,
// beside the same fifty at a server that sends them back what they sent. They run in a thread of their own, with sockets of the
// same library, and each asks again when it was answered.
#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <thread>

#include "app/bench/bench.h"
#include "labs/catalog/kinds.h"
#include "labs/doors/doors.h"
#include "labs/world/loopback/loopback.h"
#include "mechanisms/core/check.h"

namespace bench {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kCrowd = 50;
constexpr auto kWarming = std::chrono::milliseconds(300);
constexpr auto kCounted = std::chrono::milliseconds(1500);
constexpr auto kSlice = std::chrono::milliseconds(20);

struct Crowded {
  double rate = 0, p50 = 0, p99 = 0;
};

// One who asks, waits for so many bytes, and asks again.
class Asking {
 public:
  Asking(asio::io_context& loop, std::uint16_t port, const std::string& request, std::size_t reply, std::vector<double>& times)
      : socket_(loop), request_(request), reply_(reply), times_(times) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(tcp::no_delay(true));
    ask();
  }

 private:
  void ask() {
    began_ = Clock::now();
    come_ = 0;
    asio::async_write(socket_, asio::buffer(request_), [this](const asio::error_code& failed, std::size_t) {
      if (!failed) hear();
    });
  }
  void hear() {
    socket_.async_read_some(asio::buffer(buffer_), [this](const asio::error_code& failed, std::size_t more) {
      CHECK(!failed);
      CHECK(buffer_[0] != '-' || come_ > 0);   // An error: what is measured would not be the work.
      come_ += more;
      if (come_ < reply_) return hear();
      times_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began_).count());
      ask();
    });
  }

  tcp::socket socket_;
  const std::string& request_;
  std::size_t reply_, come_ = 0;
  std::vector<double>& times_;
  std::array<char, 4096> buffer_{};
  Clock::time_point began_{};
};

Crowded figures_of(std::vector<double> times, double seconds) {
  if (times.empty()) return {};
  const auto at = [&](double part) {
    const auto nth = times.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
    std::nth_element(times.begin(), nth, times.end());
    return *nth;
  };
  const double p50 = at(0.5), p99 = at(0.99);
  return {static_cast<double>(times.size()) / seconds, p50, p99};
}

// Fifty in their own thread, while `serve` is called again and again in this one.
Crowded crowd_at(std::uint16_t port, const std::string& request, std::size_t reply, const std::function<void()>& serve) {
  std::atomic<bool> over{false};
  Crowded served;
  std::exception_ptr broken;
  std::thread thread([&] {
    try {
      asio::io_context loop{1};
      std::vector<double> times;
      std::vector<std::unique_ptr<Asking>> crowd;
      for (std::size_t i = 0; i < kCrowd; ++i) crowd.push_back(std::make_unique<Asking>(loop, port, request, reply, times));
      loop.run_for(kWarming);
      times.clear();
      const auto began = Clock::now();
      loop.run_for(kCounted);
      served = figures_of(std::move(times), std::chrono::duration<double>(Clock::now() - began).count());
    } catch (...) {
      broken = std::current_exception();
    }
    over = true;
  });
  while (!over) serve();
  thread.join();
  if (broken) std::rethrow_exception(broken);
  return served;
}

// Sends back what came.
class Echo {
 public:
  explicit Echo(asio::io_context& loop) : acceptor_(loop, {asio::ip::address_v4::loopback(), 0}) { accept(); }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Guest : std::enable_shared_from_this<Guest> {
    explicit Guest(tcp::socket of) : socket(std::move(of)) {}
    void read() {
      socket.async_read_some(asio::buffer(buffer), [self = shared_from_this()](const asio::error_code& failed, std::size_t come) {
        if (failed) return;
        asio::async_write(self->socket, asio::buffer(self->buffer.data(), come), [self](const asio::error_code& broke, std::size_t) {
          if (!broke) self->read();
        });
      });
    }
    tcp::socket socket;
    std::array<char, 4096> buffer{};
  };
  void accept() {
    acceptor_.async_accept([this](const asio::error_code& failed, tcp::socket socket) {
      if (failed) return;
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Guest>(std::move(socket))->read();
      accept();
    });
  }
  tcp::acceptor acceptor_;
};

Crowded echo_of(const std::string& request) {
  asio::io_context loop{1};
  Echo echo(loop);
  return crowd_at(echo.port(), request, request.size(), [&] { loop.run_for(kSlice); });
}

// Three servers without delay between them, and one client node that does nothing but what comes by the door.
world::System raft_behind_a_door(bool files) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {{"max_in_flight", "1"}}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, {{"active", "off"}}});
  system.disk.files = files;
  system.judge = false;
  return system;
}

// As redis-benchmark's: one key, three bytes.
const std::string kSet = "*3\r\n$3\r\nSET\r\n$16\r\nkey:__rand_int__\r\n$3\r\nxxx\r\n";
const std::string kGet = "*2\r\n$3\r\nGET\r\n$16\r\nkey:__rand_int__\r\n";
constexpr std::size_t kSaid = 5, kFound = 9;   // +OK, and $3 xxx.

}  // namespace

std::vector<Figure> doors_bench() {
  std::vector<Figure> figures;
  for (const bool files : {false, true}) {
    world::LoopbackWorld world(raft_behind_a_door(files), 1);
    doors::Doors doors(world);
    const std::string address = doors.open(doors::parse_wish("resp")).addresses.at(0);
    const auto port = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
    world.run_for(std::chrono::seconds(1));  // Somebody leads.
    for (const bool sets : {true, false}) {
      const std::string& request = sets ? kSet : kGet;
      const std::string of = std::string(sets ? ", SET, " : ", GET, ") + (files ? "synced files" : "memory disk");
      const double before = echo_of(request).rate;
      const Crowded served = crowd_at(port, request, sets ? kSaid : kFound, [&] { world.run_for(kSlice); });
      const double echo = (before + echo_of(request).rate) / 2;
      figures.push_back({"Asio echo beside it, 50 clients" + of, echo, "round trips/s", ""});
      figures.push_back({"RESP door to Raft of 3, 50 clients" + of, served.rate, "requests/s", ""});
      figures.push_back({"p50" + of, served.p50, "ms", ""});
      figures.push_back({"p99" + of, served.p99, "ms", ""});
      figures.push_back({"RESP door / echo" + of, served.rate / echo, "", files ? "" : ">= 0.1"});
    }
  }
  return figures;
}

}  // namespace bench
