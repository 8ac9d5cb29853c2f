// CLUSTER: who has which slot, in the forms that clients of Redis Cluster read.
#include <map>

#include "labs/doors/resp_server.h"
#include "mechanisms/partitioning/slots.h"

namespace doors::resp {
namespace {

using partitioning::kSlots;
using Rows = std::vector<RespSlots::Row>;

const std::string& name_of(const RespCall& c, core::NodeId node) { return c.door().house.world.nodes()[node - 1].name; }

// Forty hexadecimal digits, as Redis names its nodes: here only the number of the node.
std::string id_of(core::NodeId node) {
  const std::string number = std::to_string(node);
  return std::string(40 - number.size(), '0') + number;
}

std::map<core::NodeId, Rows> rows_by_node(const RespCall& c) {
  std::map<core::NodeId, Rows> all;
  for (const core::NodeId node : RespSlots::nodes_of(c.door().house.world)) all[node];
  for (const auto& row : c.door().slots->rows()) all[row.owner].push_back(row);
  return all;
}

// How many slots have an owner, and how many of these one that is up.
struct Counted {
  std::uint32_t assigned = 0, served = 0, owners = 0;
};
Counted counted(const RespCall& c) {
  Counted all;
  for (const auto& [node, rows] : rows_by_node(c)) {
    std::uint32_t slots = 0;
    for (const auto& row : rows) slots += row.last - row.first + 1u;
    all.assigned += slots;
    all.owners += slots > 0 ? 1 : 0;
    all.served += c.door().up(node) ? slots : 0;
  }
  return all;
}

bool no_cluster(const RespCall& c) {
  if (c.door().cluster()) return false;
  c.answer(resp_error(kNoCluster));
  return true;
}

}  // namespace

void cluster_slots(const RespCall& c) {
  if (no_cluster(c)) return;
  std::vector<std::string> told;
  for (const auto& row : c.door().slots->rows())
    told.push_back(resp_array({resp_integer(row.first), resp_integer(row.last),
                               resp_array({resp_bulk("127.0.0.1"), resp_integer(c.door().port(row.owner)), resp_bulk(id_of(row.owner)), resp_array({})})}));
  c.answer(resp_array(told));
}

void cluster_shards(const RespCall& c) {
  if (no_cluster(c)) return;
  std::vector<std::string> told;
  for (const auto& [node, rows] : rows_by_node(c)) {
    std::vector<std::string> slots;
    for (const auto& row : rows) slots.push_back(resp_integer(row.first)), slots.push_back(resp_integer(row.last));
    const std::string of_node =
        resp_array({resp_bulk("id"), resp_bulk(id_of(node)), resp_bulk("port"), resp_integer(c.door().port(node)), resp_bulk("ip"), resp_bulk("127.0.0.1"),
                    resp_bulk("endpoint"), resp_bulk("127.0.0.1"), resp_bulk("role"), resp_bulk("master"), resp_bulk("replication-offset"), resp_integer(0),
                    resp_bulk("health"), resp_bulk(c.door().up(node) ? "online" : "fail")});
    told.push_back(resp_array({resp_bulk("slots"), resp_array(slots), resp_bulk("nodes"), resp_array({of_node})}));
  }
  c.answer(resp_array(told));
}

// id, address, flags, master, ping sent, pong received, epoch, link, slots.
void cluster_nodes(const RespCall& c) {
  if (no_cluster(c)) return;
  std::string lines;
  for (const auto& [node, rows] : rows_by_node(c)) {
    const std::string port = std::to_string(c.door().port(node));
    const bool up = c.door().up(node);
    lines += id_of(node) + " 127.0.0.1:" + port + "@" + port + "," + name_of(c, node) + (node == c.session.node ? " myself,master" : " master") +
             (up ? "" : ",fail") + " - 0 0 " + std::to_string(c.door().slots->epoch()) + (up ? " connected" : " disconnected");
    for (const auto& row : rows) lines += " " + std::to_string(row.first) + (row.last == row.first ? "" : "-" + std::to_string(row.last));
    lines += "\n";
  }
  c.answer(resp_bulk(lines));
}

void cluster_info(const RespCall& c) {
  if (no_cluster(c)) return;
  const Counted is = counted(c);
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  std::string lines;
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"cluster_enabled", "1"},
           {"cluster_state", is.served == kSlots ? "ok" : "fail"},
           {"cluster_slots_assigned", number(is.assigned)},
           {"cluster_slots_ok", number(is.served)},
           {"cluster_slots_pfail", "0"},
           {"cluster_slots_fail", number(is.assigned - is.served)},
           {"cluster_known_nodes", number(rows_by_node(c).size())},
           {"cluster_size", number(is.owners)},
           {"cluster_current_epoch", number(c.door().slots->epoch())}})
    lines += name + ":" + value + "\r\n";
  c.answer(resp_bulk(lines));
}

void cluster_key_slot(const RespCall& c) {
  if (!no_cluster(c)) c.answer(resp_integer(partitioning::slot_of(c.words[2])));
}

void cluster_my_id(const RespCall& c) {
  if (!no_cluster(c)) c.answer(resp_bulk(id_of(c.session.node)));
}

}  // namespace doors::resp
