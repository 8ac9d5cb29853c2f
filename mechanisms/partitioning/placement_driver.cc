#include "mechanisms/partitioning/placement_driver.h"

#include <algorithm>

#include "mechanisms/core/text.h"
#include "mechanisms/partitioning/invariants.h"

namespace partitioning {
namespace {

// Separated by commas.
std::vector<std::string> read_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

// The table with which the cluster begins; of a disk that holds one already, that one.
Table first_table(const Table& kept, const DriverSettings& settings, const std::vector<core::NodeId>& servers) {
  if (!kept.shards.empty() || servers.empty()) return kept;
  if (settings.order == Order::key) return range_table(read_list(settings.cuts), servers, settings.replicas);
  return even_table(settings.order, settings.shards, servers, settings.replicas);
}

}  // namespace

std::string DriverSettings::conflict() const {
  if (order == Order::key) {
    const auto parts = read_list(cuts);
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (parts[i].empty() || (i > 0 && parts[i] <= parts[i - 1])) return "the cuts must ascend, and none may be empty";
  } else if (!cuts.empty()) {
    return "only a store in the order of its keys can be cut at keys (order)";
  }
  return "";
}

void PlacementDriver::Durable::apply(const serving::Write& write) {
  if (const auto* taken = std::get_if<clients::TakeNumbers>(&write)) return ids.apply(*taken);
  if (const auto* all = std::get_if<Kept>(&write)) table = all->known;
  if (const auto* one = std::get_if<Learned>(&write); one != nullptr && table.absorb(one->shard)) ++table.version;
}

PlacementDriver::PlacementDriver(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), names_(roster.names), settings_(settings), servers_(roster.servers()), founding_(durable.table.shards.empty()),
      placement_(first_table(durable.table, settings, servers_), durable.ids.next, settings.rules) {}

void PlacementDriver::start(Step& step) {
  if (founding_ && !table().shards.empty()) {
    step.persist(Kept{table(), {}, {}, {}});
    ShardId last = 0;
    for (const Shard& shard : table().shards) last = std::max(last, shard.id);
    step.persist(clients::TakeNumbers{last + 1});
    placement_ = Placement(table(), last + 1, settings_.rules);
  }
  tell_table(step);
  step.set_timer({serving::Alarm::place}, settings_.interval);
}

void PlacementDriver::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  placement_.set(settings_.rules);
  ordered_.rested.reset();   // It was judged by the cool-down of then.
  step.set_timer({serving::Alarm::place}, settings_.interval);
}

void PlacementDriver::on_timer(Step& step, Timer timer) {
  if (timer.kind != serving::Alarm::place) return;
  step.set_timer({serving::Alarm::place}, settings_.interval);
  const auto nodes = up(step.now);
  if (settings_.active) {
    const auto orders = placement_.decide(step.now, nodes);
    send(step, orders);
    ordered_.rested.reset();
    ordered_.count += orders.size();
    for (const auto& one : orders)
      std::visit([&](const auto& order) {
        ShardId shard{};
        if constexpr (requires { order.shard; }) shard = order.shard;
        else shard = order.left;
        const auto changed = placement_.changed(shard);
        if (changed && (!ordered_.rested || step.now - *changed < *ordered_.rested)) ordered_.rested = step.now - *changed, ordered_.shard = shard;
      }, one.order);
  }
  tell_table(step);
  show_all(step, nodes);
}

void PlacementDriver::show_all(Step& step, const std::vector<core::NodeId>& nodes) const {
  step.gauge(kMovesInProgress, static_cast<double>(placement_.moves_in_progress()));
  step.gauge(kImbalance, placement_.imbalance(nodes));
  step.gauge(kShards, static_cast<double>(table().shards.size()));
  step.gauge(kServersUp, static_cast<double>(nodes.size()));
  step.gauge(kTableVersion, static_cast<double>(table().version));
}

void PlacementDriver::tell_table(Step& step) const {
  for (const auto server : servers_) step.send(server, table());
}

std::vector<core::NodeId> PlacementDriver::up(core::Time now) const {
  std::vector<core::NodeId> all;
  for (const auto& [node, at] : heard_)
    if (now - at <= settings_.interval * kMissed) all.push_back(node);
  return all;
}

void PlacementDriver::learn(Step& step, const Shard& shard) {
  const auto before = table().version;
  placement_.learn(step.now, shard);
  if (table().version != before) step.persist(Learned{shard});
}

void PlacementDriver::on_message(Step& step, core::NodeId from, const ShardReport& m) {
  heard_[from] = step.now;
  learn(step, m.shard);
  placement_.on(step.now, m);
  up_ = up(step.now).size();
}

void PlacementDriver::on_message(Step& step, core::NodeId from, const Table& m) {
  heard_[from] = step.now;
  for (const Shard& shard : m.shards) learn(step, shard);
}

// It is asked by mistake, and says so: whoever asks should not wait in vain.
void PlacementDriver::on_message(Step& step, core::NodeId from, const serving::Request& m) {
  serving::Reply reply;
  reply.id = m.id, reply.status = serving::Status::failed;
  step.send(from, std::move(reply));
}

void PlacementDriver::send(Step& step, const std::vector<Instruction>& orders) {
  if (orders.empty()) return;
  step.persist(clients::TakeNumbers{placement_.fresh()});
  for (const Instruction& one : orders)
    std::visit([&](const auto& order) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(order)>, MoveShard>) {
        step.count(kMovesOrdered);
        step.note("orders " + names_.of(one.to) + " to move shard " + std::to_string(order.shard) + " to " + names_.of(order.to));
      }
      step.send(one.to, order);
    }, one.order);
}

// --- By hand.

core::NodeId PlacementDriver::server(std::string_view name) const {
  const core::NodeId node = names_.find(name);
  return std::find(servers_.begin(), servers_.end(), node) == servers_.end() ? core::kNobody : node;
}

std::string PlacementDriver::copy(core::Time now, ShardId shard, std::string_view list, std::vector<Instruction>& orders) {
  std::vector<core::NodeId> nodes;
  if (list != "none")
    for (const auto& name : read_list(list)) {
      nodes.push_back(server(name));
      if (nodes.back() == core::kNobody) return "there is no shard server `" + name + "`";
    }
  return placement_.copy(now, shard, std::move(nodes), orders);
}

std::string PlacementDriver::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  std::vector<Instruction> orders;
  std::string why;
  ShardId one = 0, other = 0;
  const bool numbered = words.size() > 1 && core::parse(words[1], one);
  if (numbered && words[0] == "split" && (words.size() == 2 || (words.size() == 4 && words[2] == "at"))) {
    std::string at;
    if (words.size() == 4) at = cut_at(table().order, point_of(table().order, words[3]));
    why = placement_.split(step.now, one, at, orders);
  } else if (numbered && words[0] == "merge" && words.size() == 3 && core::parse(words[2], other)) {
    why = placement_.merge(step.now, one, other, orders);
  } else if (numbered && words[0] == "move" && words.size() == 3) {
    const core::NodeId to = server(words[2]);
    why = to == core::kNobody ? "there is no shard server `" + words[2] + "`" : placement_.move(step.now, one, to, orders);
  } else if (numbered && words[0] == "copy" && words.size() == 3) {
    why = copy(step.now, one, words[2], orders);
  } else {
    return clients::expected_one_of(kTells);
  }
  send(step, orders);
  return why;
}

// --- What is watched.

std::string DriverInvariants::after(std::span<const PlacementDriver* const> all, std::size_t stepped) {
  const PlacementDriver* node = all[stepped];
  if (node == nullptr) return "";
  if (const auto why = not_a_partition(node->table()); !why.empty() && !node->table().shards.empty()) return why;
  Table& known = known_[stepped];
  if (known.shards != node->table().shards) {
    if (const auto why = went_back(known, node->table()); !why.empty()) return why;
    known = node->table();
  }
  const auto& ordered = node->ordered();
  if (ordered.rested && *ordered.rested < node->settings().rules.cool_down)
    return "shard " + std::to_string(ordered.shard) + " got an order " + core::text(*ordered.rested) + " after it had changed, before it was cool";
  return "";
}

}  // namespace partitioning
