#include "labs/doors/doors.h"

#include <algorithm>

#include "labs/doors/http.h"
#include "labs/doors/memcached.h"
#include "labs/doors/metrics.h"
#include "labs/doors/resp.h"
#include "mechanisms/core/text.h"

namespace doors {
namespace {

class Single final : public Door {
 public:
  Single(asio::io_context& loop, std::uint16_t port, Meet meet, const Limits& limits) : connections_(loop, port, std::move(meet), limits) {}
  std::vector<std::uint16_t> ports() const override { return {connections_.port()}; }
  std::size_t clients() const override { return connections_.clients(); }
  std::uint64_t cut_off() const override { return connections_.cut_off() + connections_.turned_away(); }

 private:
  Connections connections_;
};

std::string names_of_protocols() {
  std::string all;
  for (const auto& one : protocols()) all += (all.empty() ? "" : ", ") + one.name;
  return all;
}

}  // namespace

const std::vector<Protocol>& protocols() {
  static const std::vector<Protocol> all{
      {"resp", "Redis' protocol, for redis-cli, redis-benchmark and other clients of Redis", open_resp},
      {"http", "HTTP: every key is a resource, for curl, wrk and browsers", open_http},
      {"memcached", "memcached's text protocol, for every client of memcached", open_memcached},
      {"metrics", "a page of all metrics, as Prometheus scrapes them", open_metrics, false},
  };
  return all;
}

std::unique_ptr<Door> single(asio::io_context& loop, std::uint16_t port, Meet meet, const Limits& limits) {
  return std::make_unique<Single>(loop, port, std::move(meet), limits);
}

Wish parse_wish(std::string_view words) {
  Wish wish;
  if (const auto at = words.find('@'); at != words.npos) {
    wish.node = words.substr(at + 1);
    words = words.substr(0, at);
    if (wish.node.empty()) throw world::BadCommand("after @ a client node is named, as in resp@C1");
  }
  const auto colon = words.find(':');
  wish.protocol = words.substr(0, colon);
  const auto& all = protocols();
  if (std::none_of(all.begin(), all.end(), [&](const Protocol& one) { return one.name == wish.protocol; }))
    throw world::BadCommand("there is no door `" + wish.protocol + "`; there are: " + names_of_protocols());
  if (colon == words.npos) return wish;
  std::string_view where = words.substr(colon + 1);
  if (const auto last = where.rfind(':'); last != where.npos) {
    const std::string_view address = where.substr(0, last);
    if (address != "127.0.0.1" && address != "localhost")
      throw world::BadCommand("a door opens at 127.0.0.1 only, not at " + std::string(address));
    where = where.substr(last + 1);
  }
  std::uint32_t port = 0;
  if (!core::parse(where, port) || port > 65535)
    throw world::BadCommand("`" + std::string(where) + "` is no port: 1 to 65535, or 0 for any that is free");
  wish.port = static_cast<std::uint16_t>(port);
  return wish;
}

core::NodeId Doors::client(const std::string& wished) const {
  std::string clients;
  for (const auto& node : world_.nodes()) {
    if (!world_.kind(node.id).takes_asks) continue;
    if (wished.empty() || node.name == wished) return node.id;
    clients += (clients.empty() ? "" : ", ") + node.name;
  }
  if (wished.empty()) throw world::BadCommand("this lab has no clients by whom a door could lead to the cluster");
  throw world::BadCommand("a door leads to a client, and `" + wished + "` is none" + (clients.empty() ? "" : "; there are: " + clients));
}

Seen Doors::open(const Wish& wish) {
  const auto& all = protocols();
  const auto protocol = std::find_if(all.begin(), all.end(), [&](const Protocol& one) { return one.name == wish.protocol; });
  if (protocol == all.end()) throw world::BadCommand("there is no door `" + wish.protocol + "`; there are: " + names_of_protocols());
  Open one;
  one.protocol = wish.protocol;
  one.asker = std::make_unique<Asker>(world_, protocol->asks ? client(wish.node) : core::kNobody);
  one.turns = std::make_unique<Turns>(world_.loop());
  one.door = protocol->open({world_, *one.asker, *one.turns, *this}, wish.port);
  open_.push_back(std::move(one));
  return seen(open_.back());
}

bool Doors::close(std::string_view protocol) {
  return std::erase_if(open_, [&](const Open& one) { return one.protocol == protocol; }) > 0;
}

Seen Doors::seen(const Open& one) const {
  const core::NodeId node = one.asker->node();
  Seen seen{one.protocol, node == core::kNobody ? "" : world_.nodes()[node - 1].name, {}, one.door->clients(), one.asker->asked(), one.door->cut_off(), one.door->refused()};
  for (const std::uint16_t port : one.door->ports()) seen.addresses.push_back("127.0.0.1:" + std::to_string(port));
  return seen;
}

std::vector<Seen> Doors::seen() const {
  std::vector<Seen> all;
  for (const auto& one : open_) all.push_back(seen(one));
  return all;
}

}  // namespace doors
