#include "mechanisms/balancing/pool.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace balancing {
namespace {

// A share grows in so many steps: between them, a pick costs nothing more.
constexpr int kSteps = 100;

}  // namespace

Pool::Pool(const Settings& settings, const Balancer::Settings& balancer, const HealthCheck::Settings& health, const Outliers::Settings& outliers)
    : settings_(settings), health_(health), balancer_(balancer), outliers_(outliers) {}

Pool::Member* Pool::find(core::NodeId id) {
  const auto at = std::lower_bound(members_.begin(), members_.end(), id, [](const Member& m, core::NodeId wanted) { return m.backend.id < wanted; });
  return at != members_.end() && at->backend.id == id ? &*at : nullptr;
}

const Pool::Member* Pool::find(core::NodeId id) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), id, [](const Member& m, core::NodeId wanted) { return m.backend.id < wanted; });
  return at != members_.end() && at->backend.id == id ? &*at : nullptr;
}

void Pool::join(core::Time now, Backend backend) {
  CHECK(!find(backend.id));
  balancer_.join(backend);
  outliers_.join(backend.id);
  const auto at = std::lower_bound(members_.begin(), members_.end(), backend.id, [](const Member& m, core::NodeId wanted) { return m.backend.id < wanted; });
  // Those of the beginning need no slow start: somebody has to take the load.
  members_.insert(at, Member{backend, HealthCheck(health_), false, now, now > core::kStart});
  grow(now);
  choose_eligible();
}

void Pool::leave(core::NodeId id) {
  Member* gone = find(id);
  CHECK(gone);
  members_.erase(members_.begin() + (gone - members_.data()));
  balancer_.leave(id);
  outliers_.leave(id);
  choose_eligible();
}

void Pool::drain(core::Time now, core::NodeId id, bool draining) {
  Member* member = find(id);
  CHECK(member);
  if (member->draining && !draining) member->since = now, member->growing = true;
  member->draining = draining;
  grow(now);
  choose_eligible();
}

void Pool::weigh(core::Time now, core::NodeId id, double weight) {
  Member* member = find(id);
  CHECK(member && weight > 0);
  member->backend.weight = weight;
  if (!member->growing) balancer_.set_weight(id, weight);
  grow(now);
}

core::NodeId Pool::pick(core::Time now, core::Rng& rng, std::uint64_t hash, std::span<const core::NodeId> but) {
  advance(now);
  std::vector<core::NodeId> barred;
  for (const auto id : but)
    if (balancer_.eligible(id)) balancer_.set_eligible(id, false), barred.push_back(id);
  const core::NodeId picked = balancer_.pick(rng, hash);
  for (const auto id : barred) balancer_.set_eligible(id, true);
  if (picked != core::kNobody) balancer_.begin(picked);
  return picked;
}

void Pool::end(core::Time now, core::NodeId id, bool failed) {
  balancer_.end(id);
  record(now, id, failed);
}

void Pool::record(core::Time now, core::NodeId id, bool failed) {
  if (outliers_.record(now, id, failed)) {
    next_look_ = std::min(next_look_, outliers_.changes_at());
    choose_eligible();
  }
  advance(now);
}

bool Pool::on_check(core::Time now, core::NodeId id, bool passed) {
  Member* member = find(id);
  if (!member || !member->health.on_check(now, passed)) return false;
  if (member->health.up()) member->since = now, member->growing = true;
  grow(now);
  choose_eligible();
  return true;
}

void Pool::advance(core::Time now) {
  if (now < next_look_) return;
  std::vector<bool> out;
  for (const Member& m : members_) out.push_back(outliers_.ejected(m.backend.id));
  outliers_.advance(now);
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (out[i] && !outliers_.ejected(members_[i].backend.id)) members_[i].since = now, members_[i].growing = true;
  grow(now);
  choose_eligible();
}

void Pool::grow(core::Time now) {
  next_look_ = outliers_.changes_at();
  for (Member& m : members_) {
    if (!m.growing) continue;
    const core::Duration grown = now - m.since;
    m.growing = grown < settings_.slow_start;
    const double part = m.growing ? std::max(settings_.slow_start_least / 100, static_cast<double>(grown.count()) / static_cast<double>(settings_.slow_start.count())) : 1;
    balancer_.set_weight(m.backend.id, m.backend.weight * part);
    if (m.growing) next_look_ = std::min(next_look_, now + std::max(settings_.slow_start / kSteps, core::Duration(1)));
  }
}

void Pool::choose_eligible() {
  const auto all = static_cast<double>(members_.size());
  const auto fit_ones = static_cast<double>(std::count_if(members_.begin(), members_.end(), [this](const Member& m) { return fit(m); }));
  panicking_ = 100 * fit_ones < settings_.panic * all;
  for (const Member& m : members_) balancer_.set_eligible(m.backend.id, panicking_ ? !m.draining : fit(m));
}

bool Pool::fit(core::NodeId id) const {
  const Member* member = find(id);
  return member && fit(*member);
}

bool Pool::up(core::NodeId id) const {
  const Member* member = find(id);
  return member && member->health.up();
}

bool Pool::drained(core::NodeId id) const {
  const Member* member = find(id);
  return member && member->draining && balancer_.open(id) == 0;
}

}  // namespace balancing
