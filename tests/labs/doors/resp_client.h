// A client of Redis' protocol and the clusters he talks to, in the world's own loop: nothing of it waits, the test lets time pass.
#pragma once
#include <gtest/gtest.h>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "labs/catalog/kinds.h"
#include "labs/doors/resp.h"
#include "labs/doors/resp_words.h"
#include "mechanisms/core/text.h"

namespace resp_test {

using namespace std::chrono_literals;
using asio::ip::tcp;

// The answer at the beginning of `bytes` as a person reads it, and how long it is: OK, (nil), 5, "text", [a b], -ERR ...
inline std::optional<std::pair<std::string, std::size_t>> read_answer(std::string_view bytes) {
  const auto end = bytes.find("\r\n");
  if (end == bytes.npos) return std::nullopt;
  const std::string line(bytes.substr(1, end - 1));
  std::size_t at = end + 2;
  switch (bytes[0]) {
    case '+':
    case ':': return std::pair{line, at};
    case '-': return std::pair{"-" + line, at};
    case '$': {
      if (line == "-1") return std::pair{std::string("(nil)"), at};
      const auto length = static_cast<std::size_t>(std::stoul(line));
      if (bytes.size() < at + length + 2) return std::nullopt;
      return std::pair{'"' + std::string(bytes.substr(at, length)) + '"', at + length + 2};
    }
    case '*': {
      if (line == "-1") return std::pair{std::string("(nil)"), at};
      std::string all = "[";
      for (long i = 0; i < std::stol(line); ++i) {
        const auto one = read_answer(bytes.substr(at));
        if (!one) return std::nullopt;
        all += (i > 0 ? " " : "") + one->first;
        at += one->second;
      }
      return std::pair{all + "]", at};
    }
    default: ADD_FAILURE() << "no answer: " << bytes.substr(0, 40); return std::pair{std::string("?"), bytes.size()};
  }
}

inline std::string request(const std::vector<std::string>& words) {
  std::vector<std::string> bulks;
  for (const auto& word : words) bulks.push_back(doors::resp_bulk(word));
  return doors::resp_array(bulks);
}

class Client {
 public:
  Client(world::LoopbackWorld& world, std::uint16_t port, bool reads = true) : inside_(std::make_shared<Inside>(world.loop())) {
    std::error_code failed;
    inside_->socket.connect({asio::ip::address_v4::loopback(), port}, failed);
    inside_->closed = static_cast<bool>(failed);
    inside_->socket.non_blocking(true, failed);
    if (reads) inside_->read();
  }
  ~Client() { leave(); }
  void leave() {
    std::error_code ignored;
    inside_->socket.close(ignored);
  }
  // Bytes as they are.
  void send(std::string bytes) { inside_->send(std::move(bytes)); }
  void ask(const std::vector<std::string>& words) { send(request(words)); }
  void read() { inside_->read(); }
  void say_no_more() {
    std::error_code ignored;
    inside_->socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  // Taken away from what has come.
  std::optional<std::string> answer() {
    auto one = read_answer(inside_->in);
    if (!one) return std::nullopt;
    inside_->in.erase(0, one->second);
    return one->first;
  }
  std::size_t bytes() const { return inside_->all; }
  bool closed() const { return inside_->closed; }

 private:
  struct Inside : std::enable_shared_from_this<Inside> {
    explicit Inside(asio::io_context& loop) : socket(loop) {}
    void send(std::string bytes) {
      out += bytes;
      if (!writing) write();
    }
    void write() {
      if (out.empty()) return;
      writing = true;
      const auto now = std::make_shared<std::string>(std::exchange(out, {}));
      asio::async_write(socket, asio::buffer(*now), [self = shared_from_this(), now](const std::error_code& failed, std::size_t) {
        self->writing = false;
        if (failed) self->closed = true;
        else self->write();
      });
    }
    void read() {
      socket.async_read_some(asio::buffer(buffer), [self = shared_from_this()](const std::error_code& failed, std::size_t more) {
        self->in.append(self->buffer, more);
        self->all += more;
        if (failed) self->closed = true;
        else self->read();
      });
    }
    tcp::socket socket;
    char buffer[16384];
    std::string in, out;
    std::size_t all = 0;
    bool writing = false, closed = false;
  };
  std::shared_ptr<Inside> inside_;
};

// A world with a door to the first of its clients.
struct Cluster {
  world::LoopbackWorld world;
  doors::Asker asker;
  doors::Turns turns;
  doors::Doors others;             // None.
  std::unique_ptr<doors::Door> door;

  Cluster(const world::System& system, core::NodeId client, const doors::Limits& limits = {})
      : world(system, 1), asker(world, client), turns(world.loop()), others(world), door(doors::open_resp({world, asker, turns, others}, 0, limits)) {}

  std::uint16_t port() const { return door->ports().front(); }
  // Until it holds, or the time is over.
  template <class Holds>
  bool comes(const Holds& holds, std::chrono::milliseconds within = 10s) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!holds()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      world.run_for(2ms);
    }
    return true;
  }
  // Words as on a command line: `SET k "a b"`.
  std::string ask(Client& client, const std::string& line) { return ask(client, core::split_words(line)); }
  std::string ask(Client& client, const std::vector<std::string>& words) {
    client.ask(words);
    return next(client);
  }
  std::string next(Client& client) {
    std::optional<std::string> answer;
    comes([&] { return (answer = client.answer()).has_value() || client.closed(); });
    return answer.value_or(client.closed() ? "(closed)" : "(silence)");
  }
};

inline world::System raft_of_three(const world::SettingValues& clients = {}) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {}});
  world::SettingValues settings{{"active", "off"}};
  settings.insert(settings.end(), clients.begin(), clients.end());
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, settings});
  system.disk.files = false;
  return system;
}

}  // namespace resp_test
