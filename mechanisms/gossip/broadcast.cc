#include "mechanisms/gossip/broadcast.h"

#include <algorithm>

namespace gossip {
namespace {

constexpr std::size_t kParcelBytes = 256u << 10;   // About so much goes at once, and at least one value.

}  // namespace

void Broadcast::connect(const std::vector<core::NodeId>& neighbours) {
  std::erase_if(neighbours_, [&](const auto& known) {
    return std::find(neighbours.begin(), neighbours.end(), known.first) == neighbours.end();
  });
  for (const core::NodeId id : neighbours) {
    const auto [it, fresh] = neighbours_.try_emplace(id);
    for (std::size_t i = 0; fresh && i < values_.size(); ++i) it->second.owed.insert(i);
  }
}

bool Broadcast::learn(const std::string& value, core::NodeId from) {
  const auto [it, fresh] = position_.emplace(value, values_.size());
  const std::size_t position = it->second;
  if (fresh) {
    values_.push_back(value);
    for (auto& [id, neighbour] : neighbours_) neighbour.owed.insert(position);
  }
  // Who tells it knows it.
  if (const auto told = neighbours_.find(from); told != neighbours_.end()) told->second.owed.erase(position);
  return fresh;
}

void Broadcast::on_received(core::NodeId from, std::uint64_t number) {
  const auto it = neighbours_.find(from);
  if (it == neighbours_.end() || it->second.under_way.empty() || it->second.number != number) return;
  for (const std::size_t position : it->second.under_way) it->second.owed.erase(position);
  it->second.under_way.clear();
}

std::vector<Broadcast::Parcel> Broadcast::due(core::Time now) {
  std::vector<Parcel> parcels;
  for (auto& [id, neighbour] : neighbours_) {
    if (!neighbour.under_way.empty() && now < neighbour.again) continue;
    if (neighbour.under_way.empty()) {
      std::size_t bytes = 0;
      for (const std::size_t position : neighbour.owed) {
        if (bytes > kParcelBytes) break;
        bytes += values_[position].size();
        neighbour.under_way.push_back(position);
      }
      if (neighbour.under_way.empty()) continue;
      neighbour.number = next_number_++;
    }
    // The same parcel under the same number again: an answer that takes longer than our patience counts.
    neighbour.again = now + retry_;
    parcels.push_back(packed(id, neighbour));
  }
  return parcels;
}

Broadcast::Parcel Broadcast::packed(core::NodeId to, const Neighbour& neighbour) const {
  Parcel parcel{to, neighbour.number, {}};
  for (const std::size_t position : neighbour.under_way) parcel.values.push_back(values_[position]);
  return parcel;
}

core::Time Broadcast::next() const {
  core::Time next = core::Time::max();
  for (const auto& [id, neighbour] : neighbours_) {
    if (!neighbour.under_way.empty()) next = std::min(next, neighbour.again);
    else if (!neighbour.owed.empty()) next = core::Time{};
  }
  return next;
}

}  // namespace gossip
