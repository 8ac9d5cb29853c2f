#include "labs/timeline/link_states.h"

#include <algorithm>

#include "mechanisms/core/codec.h"

namespace timeline {

void LinkStates::apply(const Change& change, Wrong& wrong) {
  if (change.state.faults == 0) wrong.erase(change.link);
  else wrong[change.link] = change.state;
}

void LinkStates::read(std::size_t row, const record::Event& event, core::BytesView body) {
  if (event.node - 1 >= nodes_ || event.peer - 1 >= nodes_) return;
  core::Bytes bytes(body.begin(), body.end());
  auto known = known_.find(bytes);
  if (known == known_.end()) {
    world::LinkFaults faults;
    try {
      core::decode_into(faults, body);
    } catch (const core::Malformed&) {   // A foreign file's: as if it were not there.
      return;
    }
    const bool wrong = !(faults == world::LinkFaults{});
    if (wrong) faults_.push_back(faults);
    known = known_.emplace(std::move(bytes), wrong ? static_cast<std::uint32_t>(faults_.size() - 1) : 0).first;
  }
  changes_.push_back({row, {event.node, event.peer}, {event.at, known->second}});
  apply(changes_.back(), wrong_);
  if (changes_.size() < next_look_) return;
  checkpoints_.push_back({changes_.size(), wrong_});
  next_look_ = changes_.size() + std::max(kSpacing, 2 * wrong_.size());
}

std::vector<LinkState> LinkStates::at(std::size_t rows) const {
  const auto end = static_cast<std::size_t>(
      std::lower_bound(changes_.begin(), changes_.end(), rows, [](const Change& c, std::size_t r) { return c.row < r; }) -
      changes_.begin());
  if (end == last_end_) return last_;
  const auto after = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), end,
                                      [](std::size_t changes, const Checkpoint& c) { return changes < c.changes; });
  Wrong wrong;
  std::size_t i = 0;
  if (after != checkpoints_.begin()) wrong = (after - 1)->wrong, i = (after - 1)->changes;
  for (; i < end; ++i) apply(changes_[i], wrong);
  last_.clear();
  last_.reserve(wrong.size());
  for (const auto& [link, state] : wrong) last_.push_back({link.first, link.second, state.since, faults_[state.faults]});
  last_end_ = end;
  return last_;
}

std::size_t LinkStates::memory() const {
  constexpr std::size_t entry = sizeof(Wrong::value_type) + 32;
  std::size_t bytes = last_.capacity() * sizeof(LinkState) + changes_.capacity() * sizeof(Change) + faults_.capacity() * sizeof(world::LinkFaults) + wrong_.size() * entry;
  for (const auto& checkpoint : checkpoints_) bytes += sizeof(Checkpoint) + checkpoint.wrong.size() * entry;
  for (const auto& [bytes_of, number] : known_) bytes += bytes_of.capacity() + 64;
  return bytes;
}

}  // namespace timeline
