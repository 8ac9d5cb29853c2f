#include "app/bench/crowd.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <thread>
#include <vector>

#include "labs/world/loopback/loopback.h"
#include "mechanisms/core/check.h"

namespace bench {
namespace {

using asio::ip::tcp;
using CrowdClock = std::chrono::steady_clock;

constexpr std::size_t kCrowd = 50;
constexpr auto kWarming = std::chrono::milliseconds(300), kCounted = std::chrono::milliseconds(1500);
constexpr auto kSlice = std::chrono::milliseconds(20);

// One of them.
class OfCrowd {
 public:
  OfCrowd(asio::io_context& loop, std::uint16_t port, const std::string& request, std::size_t answer, std::vector<double>& times)
      : socket_(loop), request_(request), answer_(answer, '\0'), times_(times) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(tcp::no_delay(true));
    ask();
  }

 private:
  void ask() {
    began_ = CrowdClock::now();
    asio::async_write(socket_, asio::buffer(request_), [this](const asio::error_code& failed, std::size_t) {
      if (!failed) hear();
    });
  }
  void hear() {
    asio::async_read(socket_, asio::buffer(answer_), [this](const asio::error_code& failed, std::size_t) {
      CHECK(!failed);
      times_.push_back(std::chrono::duration<double, std::milli>(CrowdClock::now() - began_).count());
      // An error begins otherwise: what is measured would not be the work.
      if (first_.empty()) first_ = answer_.substr(0, 12);
      CHECK(answer_.starts_with(first_) && answer_[0] != '-');
      ask();
    });
  }

  tcp::socket socket_;
  const std::string& request_;
  std::string answer_, first_;
  std::vector<double>& times_;
  CrowdClock::time_point began_{};
};

Crowded figures_of(std::vector<double> times, double seconds) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) { return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))]; };
  return {static_cast<double>(times.size()) / seconds, at(0.5), at(0.99)};
}

// Reads a request's length, and sends an answer's.
struct Bare {
  Bare(tcp::socket of, std::size_t request_bytes, std::size_t answer_bytes) : socket(std::move(of)), request(request_bytes, '\0'), answer(answer_bytes, 'x') {}
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
  std::string request, answer;
};

}  // namespace

Crowded crowd_at(std::uint16_t port, const std::string& request, std::size_t answer, const std::function<void()>& serve) {
  std::atomic<bool> over{false};
  Crowded served;
  std::exception_ptr broken;
  std::thread thread([&] {
    try {
      asio::io_context loop{1};
      std::vector<double> times;
      std::deque<OfCrowd> crowd;
      for (std::size_t i = 0; i < kCrowd; ++i) crowd.emplace_back(loop, port, request, answer, times);
      loop.run_for(kWarming);
      times.clear();
      const auto began = CrowdClock::now();
      loop.run_for(kCounted);
      served = figures_of(std::move(times), std::chrono::duration<double>(CrowdClock::now() - began).count());
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

Crowded crowd_at_door(world::LoopbackWorld& world, std::uint16_t port, const std::string& request, std::size_t answer) {
  return crowd_at(port, request, answer, [&] { world.run_for(kSlice); });
}

Crowded crowd_beside(const std::string& request, std::size_t answer) {
  asio::io_context loop{1};
  tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
  std::deque<Bare> all;
  const std::function<void()> accept = [&] {
    acceptor.async_accept([&](const asio::error_code& failed, tcp::socket socket) {
      if (failed) return;
      socket.set_option(tcp::no_delay(true));
      all.emplace_back(std::move(socket), request.size(), answer).hear();
      accept();
    });
  };
  accept();
  return crowd_at(acceptor.local_endpoint().port(), request, answer, [&] { loop.run_for(kSlice); });
}

std::uint16_t port_of(const std::string& address) { return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1))); }

}  // namespace bench
