#include "labs/doors/resp_slots.h"

#include <algorithm>
#include <charconv>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"
#include "mechanisms/partitioning/point.h"
#include "mechanisms/serving/messages.h"

namespace doors {
namespace {

using partitioning::Slot;

// A point of the order by slot begins with the slot, in hexadecimal digits; shards are cut between slots.
std::uint32_t slot_at(std::string_view point) {
  const std::size_t letters = partitioning::first_of(Slot{0}).size();
  std::uint32_t slot = 0;
  std::from_chars(point.data(), point.data() + std::min(point.size(), letters), slot, 16);
  return std::min(slot, partitioning::kSlots);
}

}  // namespace

std::vector<core::NodeId> RespSlots::nodes_of(const world::World& world) {
  std::vector<core::NodeId> shards;
  bool by_slot = false;
  for (const auto& node : world.nodes()) {
    if (node.kind == "shard") shards.push_back(node.id);
    by_slot = by_slot || (node.kind == "placement" && world.setting(node.id, "order") == core::name_of(partitioning::Order::slot));
  }
  return by_slot ? shards : std::vector<core::NodeId>{};
}

core::NodeId RespSlots::owner(Slot slot) const {
  const auto* shard = table_.find(partitioning::first_of(slot));
  return shard != nullptr ? shard->owner : core::kNobody;
}

std::vector<RespSlots::Row> RespSlots::rows() const {
  std::vector<Row> rows;
  for (const auto& shard : table_.shards) {
    const std::uint32_t from = slot_at(shard.range.from), until = shard.range.until.empty() ? partitioning::kSlots : slot_at(shard.range.until);
    if (from >= until) continue;
    const auto last = static_cast<Slot>(until - 1);
    if (!rows.empty() && rows.back().owner == shard.owner) rows.back().last = last;
    else rows.push_back({static_cast<Slot>(from), last, shard.owner});
  }
  return rows;
}

std::uint64_t RespSlots::epoch() const {
  std::uint64_t highest = 0;
  for (const auto& shard : table_.shards) highest = std::max(highest, shard.epoch.version + shard.epoch.conf_version);
  return highest;
}

void RespSlots::on_name(record::NameId id, std::string_view name) {
  if (name == "Table") table_name_ = id;
}

void RespSlots::on_event(const record::Event& event, core::BytesView body) {
  if (event.kind != record::EventKind::send || table_name_ == 0 || event.type != table_name_) return;
  const auto message = core::decode<serving::Message>(body);
  if (const auto* table = std::get_if<partitioning::Table>(&message); table != nullptr && table->order == partitioning::Order::slot)
    table_.absorb(*table);
}

}  // namespace doors
