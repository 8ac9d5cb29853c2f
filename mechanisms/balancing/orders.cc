#include "mechanisms/balancing/orders.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mechanisms/core/check.h"

namespace balancing {

Weight whole(double weight) { return std::max<Weight>(1, std::llround(weight * 1e6)); }

void Savings::add(Place place, Weight weight, std::int64_t saved) {
  if (known_.size() <= place) known_.resize(place + 1);
  CHECK(known_[place].weight == 0);
  Class& alike = classes_[weight];
  known_[place] = {weight, saved - alike.gained};
  alike.members.insert({known_[place].apart, place});
  weights_ += weight;
}

std::int64_t Savings::remove(Place place) {
  CHECK(place < known_.size() && known_[place].weight != 0);
  const Known gone = std::exchange(known_[place], Known{});
  const auto alike = classes_.find(gone.weight);
  const std::int64_t saved = alike->second.gained + gone.apart;
  alike->second.members.erase({gone.apart, place});
  if (alike->second.members.empty()) classes_.erase(alike);
  weights_ -= gone.weight;
  return saved;
}

Place Savings::pick() {
  CHECK(!classes_.empty());
  Class* best = nullptr;
  std::int64_t most = 0;
  for (auto& [weight, alike] : classes_) {
    alike.gained += weight;
    const Rich& first = *alike.members.begin();
    const std::int64_t has = alike.gained + first.apart;
    if (best != nullptr && (has < most || (has == most && first.place > best->members.begin()->place))) continue;
    best = &alike, most = has;
  }
  auto payer = best->members.extract(best->members.begin());
  payer.value().apart -= weights_;
  const Place picked = payer.value().place;
  known_[picked].apart = payer.value().apart;
  best->members.insert(std::move(payer));
  return picked;
}

void Fullness::put(Place place, std::uint32_t open, Weight weight) {
  if (known_.size() <= place) known_.resize(place + 1);
  const Load before = std::exchange(known_[place], Load{std::int64_t{open} + 1, weight, place});
  if (before.with_one_more == 0) {
    loads_.insert(known_[place]);
    return;
  }
  auto moved = loads_.extract(before);
  moved.value() = known_[place];
  loads_.insert(std::move(moved));
}

void Fullness::remove(Place place) {
  CHECK(place < known_.size() && known_[place].with_one_more != 0);
  loads_.erase(std::exchange(known_[place], Load{}));
}

Place Fullness::pick(Place from) const {
  CHECK(!loads_.empty());
  const Load& emptiest = *loads_.begin();
  const auto behind = loads_.lower_bound({emptiest.with_one_more, emptiest.weight, from});
  return behind != loads_.end() && !emptiest.lighter(*behind) ? behind->place : emptiest.place;
}

}  // namespace balancing
