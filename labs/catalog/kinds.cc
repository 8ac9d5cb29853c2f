#include "labs/catalog/kinds.h"

#include <memory>

#include "labs/world/kind_of.h"
#include "mechanisms/balancing/proxy.h"
#include "mechanisms/caching/server_invariants.h"
#include "mechanisms/consensus/raft/client.h"
#include "mechanisms/consensus/raft/invariants.h"
#include "mechanisms/partitioning/placement_driver.h"
#include "mechanisms/partitioning/server_invariants.h"
#include "mechanisms/replication/leaderless/client.h"
#include "mechanisms/replication/leaderless/invariants.h"
#include "mechanisms/replication/single_leader/client.h"
#include "mechanisms/replication/single_leader/invariants.h"
#include "mechanisms/replication/single_leader/monitor.h"
#include "mechanisms/serving/quorum_store.h"
#include "mechanisms/serving/service.h"
#include "mechanisms/serving/users.h"
#include "mechanisms/time/board/invariants.h"
#include "mechanisms/time/ntp/invariants.h"
#include "mechanisms/time/ntp/server.h"
#include "mechanisms/traffic/flood/flood.h"

namespace catalog {
namespace {

template <class Node>
std::unique_ptr<const world::Kind> kind(const char* name, const char* help) {
  return std::make_unique<world::KindOf<Node>>(name, help);
}

const std::vector<std::unique_ptr<const world::Kind>>& owned() {
  static const auto all = [] {
    std::vector<std::unique_ptr<const world::Kind>> list;
    list.push_back(kind<raft::Server>("raft", "A server of a Raft cluster."));
    list.push_back(kind<raft::Client>("raft-client", "Clients of a Raft cluster."));
    list.push_back(kind<single_leader::Replica>("replica", "A node of a group with one primary and replicas of its log."));
    list.push_back(kind<single_leader::Client>("replica-client", "Clients of a primary and its replicas."));
    list.push_back(kind<single_leader::Monitor>("monitor", "Watches a primary, and promotes a replica when it is dead."));
    list.push_back(kind<leaderless::Replica>("dynamo", "A node of a leaderless cluster, as Dynamo's."));
    list.push_back(kind<leaderless::Client>("dynamo-client", "Clients of a leaderless cluster."));
    list.push_back(kind<serving::Users>("users", "Users of a service: a crowd, or so many who each wait for their answers."));
    list.push_back(kind<balancing::Proxy>("proxy", "A proxy: passes requests, or whole connections, on to one of those behind it."));
    list.push_back(kind<serving::Service>("service", "A service with workers and a queue, that asks a cache and a store behind it."));
    list.push_back(kind<serving::QuorumStore>("quorum-store", "A store behind a service: every write goes through Raft."));
    list.push_back(kind<caching::Server>("cache", "A cache: beside a store, before it, or at the edge, before services."));
    list.push_back(kind<partitioning::Server>("shard", "A node of a sharded store: it keeps the shards that the placement gives it."));
    list.push_back(kind<partitioning::PlacementDriver>("placement", "Says which shard is on which node, and orders splits, merges and moves."));
    list.push_back(kind<board::Board>("board", "People post questions and answers; every post bears the stamps of four clocks."));
    list.push_back(kind<ntp::Server>("ntp-server", "An NTP server: what its own clock shows is the time."));
    list.push_back(kind<ntp::Client>("ntp-client", "Keeps its clock right by asking NTP servers."));
    list.push_back(kind<flood::Node>("flood", "Passes every message on to a random other."));
    return list;
  }();
  return all;
}

}  // namespace

const std::vector<const world::Kind*>& kinds() {
  static const auto all = [] {
    std::vector<const world::Kind*> list;
    for (const auto& one : owned()) list.push_back(one.get());
    return list;
  }();
  return all;
}

const world::Kind* find_kind(std::string_view name) {
  for (const auto* one : kinds())
    if (one->name == name) return one;
  return nullptr;
}

const core::Metric* find_metric(std::string_view name) {
  for (const auto* kind : kinds())
    for (const core::Metric* metric : kind->metrics)
      if (metric->name == name) return metric;
  return nullptr;
}

}  // namespace catalog
