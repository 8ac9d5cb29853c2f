// The workload `broadcast`: clients tell any node a value, and every node knows all of them in the end. The mechanism is
// mechanisms/gossip/broadcast.h; here its parcels become messages of type `gossip`, answered by `gossip_ok`.
#pragma once
#include <vector>

#include "labs/doors/maelstrom.h"
#include "mechanisms/gossip/broadcast.h"

namespace doors {

class MaelstromBroadcast final : public MaelstromWork {
 public:
  MaelstromBroadcast(const MaelstromCluster& cluster, std::uint64_t chance);
  void on_message(core::Time now, const MaelstromMessage& message, MaelstromOut& out) override;
  void on_time(core::Time now, MaelstromOut& out) override;
  core::Time due() const override { return broadcast_.next(); }

 private:
  core::NodeId peer(const std::string& name) const;
  void topology(const MaelstromMessage& message);

  MaelstromCluster cluster_;
  gossip::Broadcast broadcast_;
};

}  // namespace doors
