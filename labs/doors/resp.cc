#include "labs/doors/resp.h"

#include "labs/doors/resp_session.h"

namespace doors {

RespDoor::RespDoor(House of, std::uint16_t port, const Limits& limit) : house(of), store(of), limits(limit) {
  auto nodes = RespSlots::nodes_of(house.world);
  if (nodes.empty()) nodes = {core::kNobody};
  else slots.emplace(house.world);
  if (port != 0 && port + nodes.size() - 1 > 65535)
    throw world::BadCommand("this cluster needs " + std::to_string(nodes.size()) + " ports, the first of them " + std::to_string(port) + ": the last would be more than 65535");
  for (const core::NodeId node : nodes) {
    auto meet = [this, node](std::shared_ptr<Line> line) { return std::make_unique<RespSession>(*this, node, std::move(line)); };
    const auto at = static_cast<std::uint16_t>(port == 0 ? 0 : port + ports_.size());
    ports_.push_back({node, std::make_unique<Connections>(house.world.loop(), at, meet, limits)});
  }
}

std::vector<std::uint16_t> RespDoor::ports() const {
  std::vector<std::uint16_t> all;
  for (const auto& one : ports_) all.push_back(one.connections->port());
  return all;
}

std::size_t RespDoor::clients() const {
  std::size_t all = 0;
  for (const auto& one : ports_) all += one.connections->clients();
  return all;
}

std::uint64_t RespDoor::came() const {
  std::uint64_t all = 0;
  for (const auto& one : ports_) all += one.connections->came();
  return all;
}

std::uint64_t RespDoor::cut_off() const {
  std::uint64_t all = refused;
  for (const auto& one : ports_) all += one.connections->cut_off() + one.connections->turned_away();
  return all;
}

std::uint16_t RespDoor::port(core::NodeId node) const {
  for (const auto& one : ports_)
    if (one.node == node) return one.connections->port();
  return 0;
}

std::unique_ptr<Door> open_resp(House house, std::uint16_t port) { return open_resp(house, port, {}); }
std::unique_ptr<Door> open_resp(House house, std::uint16_t port, const Limits& limits) {
  return std::make_unique<RespDoor>(house, port, limits);
}

}  // namespace doors
