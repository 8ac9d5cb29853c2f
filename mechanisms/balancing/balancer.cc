#include "mechanisms/balancing/balancer.h"

#include <algorithm>
#include <cmath>

#include "mechanisms/core/check.h"
#include "mechanisms/core/fingerprint.h"
#include "mechanisms/partitioning/point.h"

namespace balancing {

bool Balancer::Choice::bars(Index i) const { return std::binary_search(barred.begin(), barred.end(), i); }

Balancer::Index Balancer::Choice::operator[](std::size_t number) const {
  for (const Index one : barred)
    if (static_cast<std::size_t>(std::lower_bound(eligible.begin(), eligible.end(), one) - eligible.begin()) <= number) ++number;
  return eligible[number];
}

void Balancer::set(const Settings& settings) {
  settings_ = settings;
  ring_ = partitioning::Ring(settings.points);
  if (settings.policy == Policy::bounded_hash)
    for (const Member& member : members_) ring_.join(member.backend.id);
  savings_.clear(), fullness_.clear();
  membership_changed(std::vector<std::int64_t>(members_.size(), 0));
}

void Balancer::join(Backend backend) {
  CHECK(!has(backend.id) && backend.weight > 0);
  auto savings = take_savings();
  const Index at = index_of(backend.id);
  savings.insert(savings.begin() + at, 0);
  Member member{backend};
  if (const auto before = gone_.extract(backend.id)) member.open = before.mapped();
  members_.insert(members_.begin() + at, member);
  if (settings_.policy == Policy::bounded_hash) ring_.join(backend.id);
  membership_changed(savings);
}

void Balancer::leave(core::NodeId id) {
  CHECK(has(id));
  auto savings = take_savings();
  const Index at = index_of(id);
  savings.erase(savings.begin() + at);
  if (members_[at].open > 0) gone_[id] = members_[at].open;
  members_.erase(members_.begin() + at);
  if (settings_.policy == Policy::bounded_hash) ring_.leave(id);
  membership_changed(savings);
}

void Balancer::set_eligible(core::NodeId id, bool eligible) {
  Member* member = find(id);
  CHECK(member);
  if (member->eligible == eligible) return;
  member->eligible = eligible;
  // What it had saved up, or still owed, was of other company: with it a newcomer would get a burst, or nothing at all.
  eligible ? enlist(index_of(id), 0) : delist(index_of(id));
  eligibility_changed();
}

void Balancer::set_weight(core::NodeId id, double weight) {
  Member* member = find(id);
  CHECK(member && weight > 0);
  if (member->backend.weight == weight) return;
  const Index at = index_of(id);
  std::int64_t saved = 0;
  if (member->eligible && settings_.policy == Policy::weighted_round_robin) saved = savings_.remove(at);
  else if (member->eligible) delist(at);
  member->backend.weight = weight;
  if (member->eligible) enlist(at, saved);
  eligibility_changed();
}

std::vector<std::int64_t> Balancer::take_savings() {
  std::vector<std::int64_t> all(members_.size(), 0);
  if (settings_.policy == Policy::weighted_round_robin)
    for (const Index i : eligible_) all[i] = savings_.remove(i);
  fullness_.clear();
  return all;
}

void Balancer::membership_changed(const std::vector<std::int64_t>& savings) {
  of_point_.clear();
  for (const auto& point : ring_.points()) of_point_.push_back(index_of(point.node));
  for (Index i = 0; i < members_.size(); ++i)
    if (members_[i].eligible) enlist(i, savings[i]);
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

void Balancer::enlist(Index i, std::int64_t saved) {
  if (settings_.policy == Policy::weighted_round_robin) savings_.add(i, whole(members_[i].backend.weight), saved);
  load_changed(i);
}

void Balancer::delist(Index i) {
  if (settings_.policy == Policy::weighted_round_robin) savings_.remove(i);
  if (settings_.policy == Policy::least_connections) fullness_.remove(i);
}

void Balancer::load_changed(Index i) {
  if (settings_.policy == Policy::least_connections) fullness_.put(i, members_[i].open, whole(members_[i].backend.weight));
}

Balancer::Index Balancer::index_of(core::NodeId id) const {
  const auto before = [](const Member& member, core::NodeId wanted) { return member.backend.id < wanted; };
  return static_cast<Index>(std::lower_bound(members_.begin(), members_.end(), id, before) - members_.begin());
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
  if (const Member* member = find(id)) return member->open;
  const auto gone = gone_.find(id);
  return gone == gone_.end() ? 0 : gone->second;
}

void Balancer::begin(core::NodeId id) {
  Member* member = find(id);
  CHECK(member);
  ++member->open;
  if (!member->eligible) return;
  ++open_eligible_;
  load_changed(static_cast<Index>(member - members_.data()));
}

void Balancer::end(core::NodeId id) {
  Member* member = find(id);
  if (member == nullptr) {
    const auto gone = gone_.find(id);
    if (gone != gone_.end() && --gone->second == 0) gone_.erase(gone);
    return;
  }
  if (member->open == 0) return;
  --member->open;
  if (!member->eligible) return;
  --open_eligible_;
  load_changed(static_cast<Index>(member - members_.data()));
}

core::NodeId Balancer::pick(core::Rng& rng, std::uint64_t hash, std::span<const core::NodeId> but) {
  Choice choice{eligible_, {}};
  for (const auto id : but)
    if (eligible(id)) choice.barred.push_back(index_of(id));
  if (choice.barred.size() > 1) {
    std::sort(choice.barred.begin(), choice.barred.end());
    choice.barred.erase(std::unique(choice.barred.begin(), choice.barred.end()), choice.barred.end());
  }
  if (choice.size() == 0) return core::kNobody;
  Index picked = 0;
  switch (settings_.policy) {
    case Policy::round_robin: picked = pick_next(choice); break;
    case Policy::weighted_round_robin: picked = pick_weighted(choice); break;
    case Policy::least_connections: picked = pick_least(choice); break;
    case Policy::two_choices: picked = pick_of_choices(rng, choice); break;
    case Policy::ip_hash: picked = pick_hashed(hash, choice); break;
    case Policy::bounded_hash: picked = pick_bounded(hash, choice); break;
    case Policy::modulo: picked = choice[partitioning::modulo_of(hash, choice.size())]; break;
    case Policy::random: picked = choice[rng.below(choice.size())]; break;
  }
  return last_ = members_[picked].backend.id;
}

// By its id and not by its place: when others come and go, nobody's turn comes twice and nobody is passed over.
Balancer::Index Balancer::behind_last() const {
  const auto behind = [](core::NodeId last, const Member& member) { return last < member.backend.id; };
  return static_cast<Index>(std::upper_bound(members_.begin(), members_.end(), last_, behind) - members_.begin());
}

Balancer::Index Balancer::pick_next(const Choice& choice) const {
  auto at = std::lower_bound(eligible_.begin(), eligible_.end(), behind_last());
  for (;; ++at) {
    if (at == eligible_.end()) at = eligible_.begin();
    if (!choice.bars(*at)) return *at;
  }
}

// Who is barred gains nothing and pays nothing this time.
Balancer::Index Balancer::pick_weighted(const Choice& choice) {
  std::vector<std::int64_t> kept;
  for (const Index i : choice.barred) kept.push_back(savings_.remove(i));
  const Index picked = savings_.pick();
  for (std::size_t k = 0; k < kept.size(); ++k) enlist(choice.barred[k], kept[k]);
  return picked;
}

// Fewest requests for its weight, with this one: an idle heavy backend comes before an idle light one.
Balancer::Index Balancer::pick_least(const Choice& choice) {
  for (const Index i : choice.barred) fullness_.remove(i);
  const Index picked = fullness_.pick(behind_last());
  for (const Index i : choice.barred) load_changed(i);
  return picked;
}

bool Balancer::lighter(const Member& a, const Member& b) const {
  return (a.open + 1.0) * b.backend.weight < (b.open + 1.0) * a.backend.weight;
}

Balancer::Index Balancer::pick_of_choices(core::Rng& rng, const Choice& choice) const {
  Index best = choice[rng.below(choice.size())];
  for (std::uint32_t i = 1; i < settings_.choices; ++i) {
    const Index other = choice[rng.below(choice.size())];
    if (lighter(members_[other], members_[best])) best = other;
  }
  return best;
}

// Over all backends, eligible or not: a client whose backend is well must not notice that another's is not. After twenty
// tries nginx gives up hashing; then any eligible one is as good.
Balancer::Index Balancer::pick_hashed(std::uint64_t hash, const Choice& choice) const {
  for (std::uint64_t attempt = 0; attempt < 20; ++attempt) {
    const auto i = static_cast<Index>(core::fingerprint(attempt, hash) % members_.size());
    if (members_[i].eligible && !choice.bars(i)) return i;
  }
  return choice[hash % choice.size()];
}

// Section 2 of the paper. With this request there are open + 1; the capacities sum up to more than that, so somebody has room.
Balancer::Index Balancer::pick_bounded(std::uint64_t hash, const Choice& choice) const {
  double weights = weights_;
  std::uint64_t open = open_eligible_;
  for (const Index i : choice.barred) weights -= members_[i].backend.weight, open -= members_[i].open;
  const double allowed = settings_.bound * static_cast<double>(open + 1) / weights;
  std::size_t at = ring_.arc_of(hash);
  for (std::size_t met = 0; met < of_point_.size(); ++met) {
    const Index i = of_point_[at];
    const Member& member = members_[i];
    const bool room = member.open + 1.0 <= std::ceil(allowed * member.backend.weight);
    if (member.eligible && room && !choice.bars(i)) return i;
    if (++at == of_point_.size()) at = 0;
  }
  return choice[0];   // Only when rounding ate the room, with a bound of 1 and odd weights.
}

}  // namespace balancing
