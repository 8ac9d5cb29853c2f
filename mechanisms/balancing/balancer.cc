#include "mechanisms/balancing/balancer.h"

#include <algorithm>
#include <cmath>

#include "mechanisms/core/check.h"
#include "mechanisms/core/fingerprint.h"

namespace balancing {

void Balancer::join(Backend backend) {
  CHECK(!has(backend.id) && backend.weight > 0);
  members_.insert(members_.begin() + index_of(backend.id), Member{backend});
  if (settings_.policy == Policy::bounded_hash) ring_.join(backend.id);
  membership_changed();
}

void Balancer::leave(core::NodeId id) {
  CHECK(has(id));
  members_.erase(members_.begin() + index_of(id));
  if (settings_.policy == Policy::bounded_hash) ring_.leave(id);
  membership_changed();
}

void Balancer::set_eligible(core::NodeId id, bool eligible) {
  Member* member = find(id);
  CHECK(member);
  if (member->eligible == eligible) return;
  member->eligible = eligible;
  // What it had saved up, or still owed, was of other company: with it a newcomer would get a burst, or nothing at all.
  member->current = 0;
  eligibility_changed();
}

void Balancer::set_weight(core::NodeId id, double weight) {
  Member* member = find(id);
  CHECK(member && weight > 0);
  if (member->backend.weight == weight) return;
  member->backend.weight = weight;
  eligibility_changed();
}

void Balancer::membership_changed() {
  of_point_.clear();
  for (const auto& point : ring_.points()) of_point_.push_back(index_of(point.node));
  eligibility_changed();
}

void Balancer::eligibility_changed() {
  eligible_.clear();
  weights_ = 0, open_eligible_ = 0;
  for (Index i = 0; i < members_.size(); ++i) {
    if (!members_[i].eligible) continue;
    eligible_.push_back(i);
    weights_ += members_[i].backend.weight, open_eligible_ += members_[i].open;
  }
}

Balancer::Index Balancer::index_of(core::NodeId id) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), id, [](const Member& member, core::NodeId wanted) { return member.backend.id < wanted; });
  return static_cast<Index>(at - members_.begin());
}

const Balancer::Member* Balancer::find(core::NodeId id) const {
  const Index i = index_of(id);
  return i < members_.size() && members_[i].backend.id == id ? &members_[i] : nullptr;
}

Balancer::Member* Balancer::find(core::NodeId id) {
  const Index i = index_of(id);
  return i < members_.size() && members_[i].backend.id == id ? &members_[i] : nullptr;
}

bool Balancer::has(core::NodeId id) const { return find(id) != nullptr; }

bool Balancer::eligible(core::NodeId id) const {
  const Member* member = find(id);
  return member && member->eligible;
}

std::uint32_t Balancer::open(core::NodeId id) const {
  const Member* member = find(id);
  return member ? member->open : 0;
}

void Balancer::begin(core::NodeId id) {
  Member* member = find(id);
  CHECK(member);
  ++member->open;
  if (member->eligible) ++open_eligible_;
}

void Balancer::end(core::NodeId id) {
  Member* member = find(id);
  if (!member || member->open == 0) return;
  --member->open;
  if (member->eligible) --open_eligible_;
}

core::NodeId Balancer::pick(core::Rng& rng, std::uint64_t hash) {
  if (eligible_.empty()) return core::kNobody;
  Index picked = 0;
  switch (settings_.policy) {
    case Policy::round_robin: picked = eligible_[next_turn()]; break;
    case Policy::weighted_round_robin: picked = pick_weighted(); break;
    case Policy::least_connections: picked = pick_least(); break;
    case Policy::two_choices: picked = pick_of_choices(rng); break;
    case Policy::ip_hash: picked = pick_hashed(hash); break;
    case Policy::bounded_hash: picked = pick_bounded(hash); break;
    case Policy::modulo: picked = eligible_[hash % eligible_.size()]; break;
    case Policy::random: picked = eligible_[rng.below(eligible_.size())]; break;
  }
  return last_ = members_[picked].backend.id;
}

// By its id and not by its place: when others come and go, nobody's turn comes twice and nobody is passed over.
std::size_t Balancer::next_turn() const {
  const auto at = std::upper_bound(eligible_.begin(), eligible_.end(), last_, [this](core::NodeId last, Index i) { return last < members_[i].backend.id; });
  return at == eligible_.end() ? 0 : static_cast<std::size_t>(at - eligible_.begin());
}

Balancer::Index Balancer::pick_weighted() {
  Index best = eligible_.front();
  for (const Index i : eligible_) {
    members_[i].current += members_[i].backend.weight;
    if (members_[i].current > members_[best].current) best = i;
  }
  members_[best].current -= weights_;
  return best;
}

// Which would have fewer requests for its weight, with this one: an idle heavy backend comes before an idle light one.
bool Balancer::lighter(const Member& a, const Member& b) const {
  return (a.open + 1.0) * b.backend.weight < (b.open + 1.0) * a.backend.weight;
}

Balancer::Index Balancer::pick_least() {
  std::size_t at = next_turn();
  Index best = eligible_[at];
  for (std::size_t met = 1; met < eligible_.size(); ++met) {
    if (++at == eligible_.size()) at = 0;
    if (lighter(members_[eligible_[at]], members_[best])) best = eligible_[at];
  }
  return best;
}

Balancer::Index Balancer::pick_of_choices(core::Rng& rng) const {
  Index best = eligible_[rng.below(eligible_.size())];
  for (std::uint32_t i = 1; i < settings_.choices; ++i) {
    const Index other = eligible_[rng.below(eligible_.size())];
    if (lighter(members_[other], members_[best])) best = other;
  }
  return best;
}

// Over all backends, eligible or not: a client whose backend is well must not notice that another's is not. After twenty
// tries nginx gives up hashing; then any eligible one is as good.
Balancer::Index Balancer::pick_hashed(std::uint64_t hash) const {
  for (std::uint64_t attempt = 0; attempt < 20; ++attempt) {
    const auto i = static_cast<Index>(core::fingerprint(attempt, hash) % members_.size());
    if (members_[i].eligible) return i;
  }
  return eligible_[hash % eligible_.size()];
}

// Section 2 of the paper. With this request there are open + 1; the capacities sum up to more than that, so somebody has room.
Balancer::Index Balancer::pick_bounded(std::uint64_t hash) const {
  const double allowed = settings_.bound * static_cast<double>(open_eligible_ + 1) / weights_;
  std::size_t at = ring_.arc_of(hash);
  for (std::size_t met = 0; met < of_point_.size(); ++met) {
    const Member& member = members_[of_point_[at]];
    if (member.eligible && member.open + 1.0 <= std::ceil(allowed * member.backend.weight)) return of_point_[at];
    if (++at == of_point_.size()) at = 0;
  }
  return eligible_.front();   // Only when rounding ate the room, with a bound of 1 and odd weights.
}

}  // namespace balancing
