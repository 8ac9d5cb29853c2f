#include "labs/doors/maelstrom_works.h"

#include "labs/doors/maelstrom_broadcast.h"
#include "labs/doors/maelstrom_raft.h"

namespace doors {
namespace {

// The workload `echo`: says what it was told.
class Echo final : public MaelstromWork {
 public:
  void on_message(core::Time, const MaelstromMessage& message, MaelstromOut& out) override {
    if (message.type != "echo") not_supported(message);
    out.reply(message, "echo_ok", {{"echo", maelstrom_member(message, "echo")}});
  }
};

// The workload `unique-ids`: a node's name, this life of it, and a count. Nobody need be asked, and who comes back after a
// crash, with no memory of what it counted, lives another life.
class UniqueIds final : public MaelstromWork {
 public:
  UniqueIds(const MaelstromCluster& cluster, std::uint64_t chance) : prefix_(cluster.self + "-" + std::to_string(chance) + "-") {}
  void on_message(core::Time, const MaelstromMessage& message, MaelstromOut& out) override {
    if (message.type != "generate") not_supported(message);
    out.reply(message, "generate_ok", {{"id", prefix_ + std::to_string(++count_)}});
  }

 private:
  std::string prefix_;
  std::uint64_t count_ = 0;
};

// As `faultline run` takes them.
raft::Settings raft_settings(const std::vector<std::string>& assignments, const guide::Kinds& kinds) {
  world::System system;
  system.groups.push_back({"raft", kinds.find("raft"), 1, {}, {}});
  guide::apply_settings(system, assignments);
  raft::Settings settings;
  for (const auto& [name, value] : system.groups.front().settings) core::set_setting(settings, name, value);
  return settings;
}

}  // namespace

const std::vector<std::string>& maelstrom_mechanisms() {
  static const std::vector<std::string> all{"raft", "echo", "unique-ids", "broadcast"};
  return all;
}

MaelstromNode::MakeWork maelstrom_work(const std::string& mechanism, const std::vector<std::string>& settings, const guide::Kinds& kinds,
                                       std::uint64_t chance) {
  if (mechanism != "raft" && !settings.empty()) throw guide::BadLab("only raft has settings, not " + mechanism);
  const raft::Settings tuned = raft_settings(settings, kinds);
  return [=](const MaelstromCluster& cluster) -> std::unique_ptr<MaelstromWork> {
    if (mechanism == "raft") return std::make_unique<MaelstromRaft>(cluster, tuned, chance);
    if (mechanism == "unique-ids") return std::make_unique<UniqueIds>(cluster, chance);
    if (mechanism == "broadcast") return std::make_unique<MaelstromBroadcast>(cluster, chance);
    return std::make_unique<Echo>();
  };
}

}  // namespace doors
