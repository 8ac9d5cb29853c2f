#include "mechanisms/partitioning/placement.h"

#include <algorithm>

namespace partitioning {

std::string PlacementSettings::conflict() const {
  // What is merged must not be split again at once, by either threshold.
  if (split_bytes != 0 && merge_bytes >= split_bytes) return "what is merged (merge_bytes) would be split again (split_bytes)";
  if (split_load != 0 && merge_bytes != 0 && merge_load >= split_load) return "what is merged (merge_load) would be split again (split_load)";
  return "";
}

void Placement::on(core::Time now, const ShardReport& report) {
  learn(now, report.shard);
  const auto known = reports_.find(report.shard.id);
  if (known == reports_.end() || known->second.shard.epoch <= report.shard.epoch) reports_[report.shard.id] = report;
}

void Placement::learn(core::Time now, const Shard& shard) {
  if (!table_.absorb(shard)) return;
  ++table_.version;
  shard_changed_[shard.id] = now;
  const auto pending = pending_.find(shard.id);
  if (pending == pending_.end() || shard.epoch <= pending->second.epoch) return;
  if (pending->second.to != core::kNobody) node_changed_[pending->second.from] = node_changed_[pending->second.to] = now;
  pending_.erase(pending);
}

// What was last said of a shard as it is now; null: nothing yet.
const ShardReport* Placement::report_of(const Shard& shard) const {
  const auto it = reports_.find(shard.id);
  return it != reports_.end() && it->second.shard == shard ? &it->second : nullptr;
}

double Placement::weight(const Shard& shard) const {
  if (settings_.balance == Balance::count) return 1;
  const ShardReport* report = report_of(shard);
  if (report == nullptr) return 0;
  return settings_.balance == Balance::size ? static_cast<double>(report->bytes) : report->load;
}

// What each node has, with what is on its way to it.
Placement::Sums Placement::sums(const std::vector<core::NodeId>& nodes) const {
  Sums all;
  for (const core::NodeId node : nodes) all[node] = 0;
  for (const Shard& shard : table_.shards) {
    const auto pending = pending_.find(shard.id);
    const bool moves = pending != pending_.end() && pending->second.to != core::kNobody;
    const auto node = all.find(moves ? pending->second.to : shard.owner);
    if (node != all.end()) node->second += weight(shard);
  }
  return all;
}

std::optional<core::Time> Placement::changed(ShardId shard) const {
  const auto it = shard_changed_.find(shard);
  return it == shard_changed_.end() ? std::nullopt : std::optional(it->second);
}

bool Placement::rested(core::Time now, const std::map<std::uint64_t, core::Time>& since, std::uint64_t who) const {
  if (settings_.flaws.no_cooldown) return true;
  const auto changed = since.find(who);
  return changed == since.end() || now - changed->second >= settings_.cool_down;
}

bool Placement::ready(core::Time now, const Shard& shard) const {
  return pending_.find(shard.id) == pending_.end() && report_of(shard) != nullptr && rested(now, shard_changed_, shard.id);
}

std::size_t Placement::busy(core::NodeId node) const {
  return static_cast<std::size_t>(std::count_if(pending_.begin(), pending_.end(), [node](const auto& one) {
    return one.second.to != core::kNobody && (one.second.from == node || one.second.to == node);
  }));
}

std::size_t Placement::moves_in_progress() const {
  return static_cast<std::size_t>(std::count_if(pending_.begin(), pending_.end(), [](const auto& one) { return one.second.to != core::kNobody; }));
}

bool Placement::may_move(core::Time now, core::NodeId from, core::NodeId to) const {
  return now >= next_move_ && moves_in_progress() < settings_.moves_at_once && busy(from) < settings_.moves_per_node &&
         busy(to) < settings_.moves_per_node;
}

void Placement::order_move(core::Time now, const Shard& shard, core::NodeId to, std::vector<Instruction>& out) {
  pending_[shard.id] = {shard.epoch, now, shard.owner, to};
  next_move_ = now + core::Duration(static_cast<core::Duration::rep>(60e9 / settings_.moves_per_minute));
  instruct(out, shard.owner, MoveShard{shard.id, shard.epoch, to});
}

std::vector<Instruction> Placement::decide(core::Time now, const std::vector<core::NodeId>& nodes) {
  std::vector<Instruction> out;
  forget_old(now);
  split(now, out);
  merge(now, out);
  copy(now, nodes, out);
  while (settings_.balance != Balance::nothing && balance(now, nodes, out)) {}
  return out;
}

void Placement::forget_old(core::Time now) {
  std::erase_if(pending_, [&](const auto& one) { return now - one.second.at >= settings_.patience; });
  // Ids of merged shards never come back.
  const auto gone = [this](const auto& one) {
    return std::none_of(table_.shards.begin(), table_.shards.end(), [&](const Shard& shard) { return shard.id == one.first; });
  };
  std::erase_if(reports_, gone), std::erase_if(shard_changed_, gone), std::erase_if(pending_, gone);
}

void Placement::split(core::Time now, std::vector<Instruction>& out) {
  for (const Shard& shard : table_.shards) {
    if (!ready(now, shard)) continue;
    const ShardReport& report = *report_of(shard);
    std::string at;
    if (settings_.split_bytes != 0 && report.bytes > settings_.split_bytes) at = report.size_cut;
    if (at.empty() && settings_.split_load != 0 && report.load > settings_.split_load) at = report.load_cut;
    if (at.empty()) continue;
    pending_[shard.id] = {shard.epoch, now, {}, {}};
    instruct(out, shard.owner, SplitShard{shard.id, shard.epoch, at, fresh_++});
  }
}

void Placement::merge(core::Time now, std::vector<Instruction>& out) {
  if (settings_.merge_bytes == 0) return;
  for (std::size_t i = 0; i + 1 < table_.shards.size(); ++i) {
    const Shard &left = table_.shards[i], &right = table_.shards[i + 1];
    if (!ready(now, left) || !ready(now, right)) continue;
    const ShardReport &a = *report_of(left), &b = *report_of(right);
    if (a.bytes + b.bytes > settings_.merge_bytes || a.load + b.load > settings_.merge_load) continue;
    if (left.owner != right.owner) {
      // First to the same node; a replica there would have to go elsewhere before.
      const bool copy = std::find(right.replicas.begin(), right.replicas.end(), left.owner) != right.replicas.end();
      if (!copy && may_move(now, right.owner, left.owner)) order_move(now, right, left.owner, out);
      continue;
    }
    pending_[left.id] = pending_[right.id] = {std::max(left.epoch, right.epoch), now, {}, {}};
    instruct(out, left.owner, MergeShards{left.id, left.epoch, right.id, right.epoch});
  }
}

// One key that everybody reads cannot be split. The copy goes to the node that has the least to do, as far as owners report it.
void Placement::copy(core::Time now, const std::vector<core::NodeId>& nodes, std::vector<Instruction>& out) {
  if (settings_.copy_reads == 0) return;
  std::map<core::NodeId, double> loads;
  for (const core::NodeId node : nodes) loads[node] = 0;
  for (const Shard& shard : table_.shards)
    if (const ShardReport* report = report_of(shard); report != nullptr && loads.count(shard.owner) != 0) loads[shard.owner] += report->load;
  for (const Shard& shard : table_.shards) {
    if (!ready(now, shard)) continue;
    const ShardReport& report = *report_of(shard);
    if (report.reads <= settings_.copy_reads || !report.load_cut.empty() || shard.replicas.size() >= settings_.copies) continue;
    core::NodeId best = core::kNobody;
    for (const auto& [node, load] : loads) {
      const bool has_it = node == shard.owner || std::find(shard.replicas.begin(), shard.replicas.end(), node) != shard.replicas.end();
      if (!has_it && (best == core::kNobody || load < loads.at(best))) best = node;
    }
    if (best == core::kNobody) continue;
    std::vector<core::NodeId> replicas = shard.replicas;
    replicas.push_back(best);
    loads.at(best) += report.reads / 2;
    pending_[shard.id] = {shard.epoch, now, {}, {}};
    instruct(out, shard.owner, CopyShard{shard.id, shard.epoch, std::move(replicas)});
  }
}

// Orders the move that helps most; false: none does, or none is allowed.
bool Placement::balance(core::Time now, const std::vector<core::NodeId>& nodes, std::vector<Instruction>& out) {
  const Sums all = sums(nodes);
  if (all.size() < 2) return false;
  double total = 0;
  for (const auto& [node, sum] : all) total += sum;
  const double mean = total / static_cast<double>(all.size());
  const Shard* best = nullptr;
  core::NodeId best_to{};
  double best_gap = 0;
  for (const auto& [from, full] : all) {
    if (full <= mean * (1 + settings_.tolerance)) continue;
    for (const auto& [to, empty] : all) {
      if (empty >= mean * (1 - settings_.tolerance) || !may_move(now, from, to)) continue;
      if (settings_.balance == Balance::load && (!rested(now, node_changed_, from) || !rested(now, node_changed_, to))) continue;
      for (const Shard& shard : table_.shards) {
        if (shard.owner != from || !ready(now, shard)) continue;
        const bool copy = std::find(shard.replicas.begin(), shard.replicas.end(), to) != shard.replicas.end();
        const double w = weight(shard);
        // How much closer to each other the two are afterwards. Not closer: the next decision would move it back.
        const double before = full - empty, after = before > 2 * w ? before - 2 * w : 2 * w - before;
        if (copy || w <= 0 || empty + w >= full || before - after <= best_gap) continue;
        best = &shard, best_to = to, best_gap = before - after;
      }
    }
  }
  if (best == nullptr) return false;
  order_move(now, *best, best_to, out);
  return true;
}

double Placement::imbalance(const std::vector<core::NodeId>& nodes) const {
  const Sums all = sums(nodes);
  double total = 0, most = 0;
  for (const auto& [node, sum] : all) total += sum, most = std::max(most, sum);
  return total > 0 ? (most * static_cast<double>(all.size()) / total - 1) * 100 : 0;
}

}  // namespace partitioning
