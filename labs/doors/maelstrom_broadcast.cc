#include "labs/doors/maelstrom_broadcast.h"

namespace doors {
namespace {

// Parcels are counted in JSON, where a number is sure to be exact up to 2^53: from anywhere in its lower half.
constexpr std::uint64_t kNumbers = std::uint64_t{1} << 52;

}  // namespace

MaelstromBroadcast::MaelstromBroadcast(const MaelstromCluster& cluster, std::uint64_t chance) : cluster_(cluster), broadcast_(chance % kNumbers) {
  // Until a topology says otherwise.
  std::vector<core::NodeId> all;
  for (const auto& name : cluster_.nodes)
    if (name != cluster_.self) all.push_back(peer(name));
  broadcast_.connect(all);
}

core::NodeId MaelstromBroadcast::peer(const std::string& name) const {
  const std::size_t position = cluster_.position_of(name);
  if (position == cluster_.nodes.size()) throw MaelstromRefusal(MaelstromError::malformed, "there is no node of that name");
  return core::NodeId(position + 1);
}

void MaelstromBroadcast::topology(const MaelstromMessage& message) {
  const Json& topology = maelstrom_member(message, "topology");
  const auto mine = topology.is_object() ? topology.find(cluster_.self) : topology.end();
  if (mine == topology.end() || !mine->is_array())
    throw MaelstromRefusal(MaelstromError::malformed, "the topology must list the neighbours of every node");
  std::vector<core::NodeId> neighbours;
  for (const Json& name : *mine) {
    if (!name.is_string()) throw MaelstromRefusal(MaelstromError::malformed, "a node's name must be a text");
    if (name != cluster_.self) neighbours.push_back(peer(name.get<std::string>()));
  }
  broadcast_.connect(neighbours);
}

void MaelstromBroadcast::on_message(core::Time now, const MaelstromMessage& message, MaelstromOut& out) {
  if (message.type == "broadcast") {
    broadcast_.learn(maelstrom_text(message, "message"));
    out.reply(message, "broadcast_ok");
  } else if (message.type == "read") {
    Json messages = Json::array();
    for (const auto& value : broadcast_.known()) messages.push_back(Json::parse(value));
    out.reply(message, "read_ok", {{"messages", std::move(messages)}});
  } else if (message.type == "topology") {
    topology(message);
    out.reply(message, "topology_ok");
  } else if (message.type == "gossip") {
    const core::NodeId from = peer(message.src);
    const Json& values = maelstrom_member(message, "messages");
    if (!values.is_array()) throw MaelstromRefusal(MaelstromError::malformed, "`messages` must be a list");
    for (const Json& value : values) broadcast_.learn(value.dump(), from);
    out.send(message.src, {{"type", "gossip_ok"}, {"parcel", maelstrom_member(message, "parcel")}});
  } else if (message.type == "gossip_ok") {
    const Json& number = maelstrom_member(message, "parcel");
    if (number.is_number_unsigned()) broadcast_.on_received(peer(message.src), number.get<std::uint64_t>());
  } else {
    not_supported(message);
  }
  on_time(now, out);
}

void MaelstromBroadcast::on_time(core::Time now, MaelstromOut& out) {
  for (const auto& parcel : broadcast_.due(now)) {
    Json values = Json::array();
    for (const auto& value : parcel.values) values.push_back(Json::parse(value));
    out.send(cluster_.nodes[parcel.to - 1], {{"type", "gossip"}, {"parcel", parcel.number}, {"messages", std::move(values)}});
  }
}

}  // namespace doors
