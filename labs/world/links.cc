#include "labs/world/links.h"

#include <algorithm>

namespace world {

Links::Links(std::uint64_t seed, std::size_t nodes, const LinkShape& shape) : nodes_(nodes), shape_(shape) {
  states_.resize(nodes * nodes);
  faulty_.resize(nodes * nodes);
  draw_anew(seed);
}

void Links::draw_anew(std::uint64_t seed) {
  for (core::NodeId from = 1; from <= nodes_; ++from)
    for (core::NodeId to = 1; to <= nodes_; ++to) states_[at(from, to)].rng = core::Rng(core::derive_seed(seed, "link", from, to));
}

void Links::set_faults(core::NodeId from, core::NodeId to, const LinkFaults& faults) {
  std::uint32_t& faulty = faulty_[at(from, to)];
  if (faults == LinkFaults{}) {
    if (faulty != 0) free_faults_.push_back(faulty);
    faulty = 0;
    return;
  }
  if (faulty == 0) {
    if (free_faults_.empty()) {
      faulty = static_cast<std::uint32_t>(faults_.size());
      faults_.emplace_back();
    } else {
      faulty = free_faults_.back();
      free_faults_.pop_back();
    }
  }
  faults_[faulty] = faults;
}

// A message waits until those before it have left, then takes its size over the bandwidth to leave.
core::Time Links::transmitted(std::size_t index, std::uint64_t bandwidth, std::size_t bytes, core::Time now) {
  if (bandwidth == 0) return now;
  if (busy_until_.empty()) busy_until_.resize(states_.size());
  core::Time& busy_until = busy_until_[index];
  const std::uint64_t ns = (static_cast<std::uint64_t>(bytes) * 1'000'000'000ULL) / bandwidth;
  busy_until = std::max(busy_until, now) + core::Duration(static_cast<core::Duration::rep>(ns));
  return busy_until;
}

Passage Links::pass_with_care(std::size_t index, std::size_t bytes, core::Time now) {
  State& link = states_[index];
  const LinkFaults& faults = faults_[faulty_[index]];
  if (faults.cut) return {Passage::Fate::cut, now, {}};
  if (link.rng.chance(faults.loss)) return {Passage::Fate::lost, now, {}};
  const auto bandwidth = faults.bandwidth != 0 ? faults.bandwidth : shape_.bandwidth;
  const core::Duration jitter = shape_.jitter + faults.jitter;
  const auto travel = [&] { return shape_.delay + faults.delay + link.rng.between({}, jitter); };

  Passage passage;
  passage.arrival = transmitted(index, bandwidth, bytes, now) + travel();
  if (link.rng.chance(faults.reorder)) {
    // Overtaking needs room to overtake in: a reordered message may be late by as much again as it travels.
    passage.arrival += link.rng.between({}, std::max<core::Duration>(passage.arrival - now, std::chrono::milliseconds(1)));
  } else {
    passage.arrival = link.last_arrival = std::max(passage.arrival, link.last_arrival);
  }
  if (link.rng.chance(faults.duplicate)) passage.duplicate = passage.arrival + travel() + core::Duration(1);
  if (link.rng.chance(faults.corrupt)) passage.fate = Passage::Fate::corrupt;
  if (faults.clogged) passage.fate = Passage::Fate::held;
  return passage;
}

}  // namespace world
