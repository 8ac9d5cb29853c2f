// Somebody who comes in by a door: a socket. The world goes on while he waits, in the same thread.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "labs/catalog/kinds.h"
#include "labs/doors/doors.h"
#include "labs/world/loopback/loopback.h"

namespace visits {

class Visitor {
 public:
  Visitor(world::LoopbackWorld& world, std::uint16_t port) : world_(world), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET, where.sin_port = htons(port), where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    here_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  ~Visitor() {
    if (socket_ >= 0) ::close(socket_);
  }
  Visitor(Visitor&& other) noexcept : world_(other.world_), socket_(std::exchange(other.socket_, -1)), here_(other.here_), heard_(std::move(other.heard_)) {}
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  // False: the other side did not take all of it.
  bool say(std::string_view words) {
    const auto end = Clock::now() + kPatience;
    while (!words.empty() && Clock::now() < end) {
      const ssize_t sent = ::send(socket_, words.data(), words.size(), MSG_NOSIGNAL);
      if (sent > 0) words.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno != EAGAIN) return false;
      else world_.run_for(std::chrono::milliseconds(1));
    }
    return words.empty();
  }
  // As much of it as is taken at once.
  void says(std::string_view words) { [[maybe_unused]] const ssize_t ignored = ::send(socket_, words.data(), words.size(), MSG_NOSIGNAL); }
  // Does not wait for anything, so that another thread may call it.
  void forgets_what_came() {
    char bytes[65536];
    while (::recv(socket_, bytes, sizeof bytes, 0) > 0) {}
  }
  void says_no_more() { ::shutdown(socket_, SHUT_WR); }

  // All that comes up to these words, and they; or until the other side hangs up, or nothing comes for long.
  std::string hear(std::string_view until) {
    const auto end = Clock::now() + kPatience;
    std::size_t found;
    while ((found = heard_.find(until)) == heard_.npos && here_ && Clock::now() < end) listen();
    return hear_bytes(found == heard_.npos ? heard_.size() : found + until.size());
  }
  std::string hear_bytes(std::size_t count) {
    const auto end = Clock::now() + kPatience;
    while (heard_.size() < count && here_ && Clock::now() < end) listen();
    const std::string words = heard_.substr(0, count);
    heard_.erase(0, count);
    return words;
  }
  std::string ask(std::string_view words, std::string_view until) {
    say(words);
    return hear(until);
  }
  // All that comes until the other side hangs up.
  std::string hear_out() {
    const auto end = Clock::now() + kPatience;
    while (here_ && Clock::now() < end) listen();
    return std::exchange(heard_, "");
  }
  bool is_here() {
    listen();
    return here_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kPatience = std::chrono::seconds(20);

  void listen() {
    world_.run_for(std::chrono::milliseconds(1));
    char bytes[65536];
    for (;;) {
      const ssize_t more = ::recv(socket_, bytes, sizeof bytes, 0);
      if (more > 0) {
        heard_.append(bytes, static_cast<std::size_t>(more));
        continue;
      }
      if (more == 0 || errno != EAGAIN) here_ = false;
      return;
    }
  }

  world::LoopbackWorld& world_;
  int socket_;
  bool here_ = false;   // The other side has not hung up.
  std::string heard_;
};

// A Raft cluster of three, and one client who does nothing by himself.
inline world::System raft_of_three() {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, {{"active", "false"}, {"give_up", "1s"}}});
  system.disk.files = false;
  return system;
}
// Users before a cache, that fetches from a store what is missing.
inline world::System users_before_a_cache() {
  world::System system;
  system.groups.push_back({"store", catalog::find_kind("service"), 1, {}, {{"time", "100us"}}});
  system.groups.push_back({"cache", catalog::find_kind("cache"), 1, {"store"}, {{"mode", "write_through"}, {"ttl", "1h"}, {"time", "10us"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"cache"}, {{"active", "false"}, {"patience", "1s"}, {"call.timeout", "1s"}}});
  system.disk.files = false;
  return system;
}

// A world with its doors, that has been running for a moment.
struct Town {
  explicit Town(const world::System& system, std::chrono::milliseconds moment = std::chrono::milliseconds(600)) : world(system, 1), doors(world) {
    world.run_for(moment);
  }
  std::uint16_t open(const std::string& wish) {
    const auto seen = doors.open(doors::parse_wish(wish));
    return static_cast<std::uint16_t>(std::stoi(seen.addresses.front().substr(seen.addresses.front().rfind(':') + 1)));
  }
  Visitor visitor(std::uint16_t port) { return Visitor(world, port); }
  // The client of the first door hears nobody any more, until `heal`.
  void cut_off_the_client() {
    const std::string client = doors.seen().front().node;
    std::string others;
    for (const auto& node : world.nodes())
      if (node.name != client) others += " " + node.name;
    world.apply("partition " + client + " |" + others);
  }

  world::LoopbackWorld world;
  doors::Doors doors;
};

}  // namespace visits
