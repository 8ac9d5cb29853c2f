#include "mechanisms/partitioning/heavy_hitters.h"

#include "mechanisms/core/check.h"

namespace partitioning {

HeavyHitters::HeavyHitters(std::size_t counters) : counters_(counters) { CHECK(counters > 0); }

void HeavyHitters::count(std::string_view key) {
  ++total_;
  const auto it = by_key_.find(key);
  if (it != by_key_.end()) {
    auto known = by_count_.extract({it->second.first, it->first});
    known.value().first = ++it->second.first;
    by_count_.insert(std::move(known));
    return;
  }
  std::uint64_t least = 0;
  if (by_key_.size() == counters_) {
    // The newcomer takes the place of the smallest, and may have been asked for as often as that before.
    const auto smallest = by_count_.begin();
    least = smallest->first;
    by_key_.erase(smallest->second);
    by_count_.erase(smallest);
  }
  by_key_.emplace(key, std::pair{least + 1, least});
  by_count_.emplace(least + 1, key);
}

std::vector<HeavyHitters::Hitter> HeavyHitters::top(std::size_t most) const {
  std::vector<Hitter> found;
  auto end = by_count_.end();
  while (end != by_count_.begin() && found.size() < most) {
    // All with the same count, forwards.
    const auto first = by_count_.lower_bound({std::prev(end)->first, ""});
    for (auto it = first; it != end && found.size() < most; ++it) found.push_back({it->second, it->first, by_key_.find(it->second)->second.second});
    end = first;
  }
  return found;
}

std::vector<HeavyHitters::Hitter> HeavyHitters::above(double part) const {
  std::vector<Hitter> found = top(counters_);
  std::erase_if(found, [&](const Hitter& hitter) { return static_cast<double>(hitter.at_least()) <= part * static_cast<double>(total_); });
  return found;
}

void HeavyHitters::halve() {
  total_ /= 2;
  by_count_.clear();
  for (auto it = by_key_.begin(); it != by_key_.end();) {
    auto& [count, error] = it->second;
    count /= 2, error /= 2;
    if (count == 0) {
      it = by_key_.erase(it);
      continue;
    }
    by_count_.emplace(count, it->first);
    ++it;
  }
}

}  // namespace partitioning
