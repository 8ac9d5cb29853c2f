#include "mechanisms/balancing/pool.h"

#include <algorithm>
#include <utility>

#include "mechanisms/core/check.h"

namespace balancing {
namespace {

// A share grows in so many steps: between them, a pick costs nothing more.
constexpr int kSteps = 100;

}  // namespace

Pool::Pool(const Settings& settings, const Balancer::Settings& balancer, const HealthCheck::Settings& health,
           const Outliers::Settings& outliers)
    : settings_(settings), health_(health), balancer_(balancer), outliers_(outliers) {}

const Pool::Member* Pool::find(core::NodeId id) const {
  const auto before = [](const Member& m, core::NodeId wanted) { return m.backend.id < wanted; };
  const auto at = std::lower_bound(members_.begin(), members_.end(), id, before);
  return at != members_.end() && at->backend.id == id ? &*at : nullptr;
}

Pool::Member* Pool::find(core::NodeId id) { return const_cast<Member*>(std::as_const(*this).find(id)); }

void Pool::set(core::Time now, const Settings& settings, const Balancer::Settings& balancer, const HealthCheck::Settings& health,
               const Outliers::Settings& outliers) {
  settings_ = settings, health_ = health;
  if (balancer_.settings() != balancer) balancer_.set(balancer);
  for (Member& m : members_) m.health.set(health);
  outliers_.set(outliers);
  grow(now);
  choose_eligible();
}

void Pool::join(core::Time now, Backend backend, State state) {
  CHECK(!find(backend.id));
  const auto at = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.backend.id > backend.id; });
  Member& member = *members_.insert(at, Member{backend, HealthCheck(health_), state, now, false});
  if (state == State::maint) return;
  enter(now, member);
  // Those of the beginning need no slow start: somebody has to take the load.
  member.growing = now > core::kStart;
  grow(now);
  choose_eligible();
}

void Pool::enter(core::Time now, Member& member) {
  balancer_.join(member.backend);
  outliers_.join(member.backend.id);
  member.since = now, member.growing = true;
}

void Pool::set_state(core::Time now, core::NodeId id, State state) {
  Member* member = find(id);
  CHECK(member);
  const State before = std::exchange(member->state, state);
  if (before == state) return;
  if (state == State::maint) {
    balancer_.leave(id);
    outliers_.leave(id);
    member->health = HealthCheck(health_);
  } else if (before == State::maint) {
    enter(now, *member);
  } else if (state == State::ready) {
    member->since = now, member->growing = true;
  }
  grow(now);
  choose_eligible();
}

void Pool::give_up_checks(core::Time now) {
  for (Member& m : members_) {
    if (!m.health.up()) m.since = now, m.growing = true;
    m.health = HealthCheck(health_);
  }
  grow(now);
  choose_eligible();
}

void Pool::weigh(core::Time now, core::NodeId id, double weight) {
  Member* member = find(id);
  CHECK(member && weight > 0);
  member->backend.weight = weight;
  if (member->state != State::maint && !member->growing) balancer_.set_weight(id, weight);
  grow(now);
}

core::NodeId Pool::pick(core::Time now, core::Rng& rng, std::uint64_t hash, std::span<const core::NodeId> but) {
  advance(now);
  const core::NodeId picked = balancer_.pick(rng, hash, but);
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
  if (!member || member->state == State::maint || !member->health.on_check(now, passed)) return false;
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
    if (!m.growing || m.state == State::maint) continue;
    const core::Duration grown = now - m.since;
    m.growing = grown < settings_.slow_start;
    const double share = m.growing ? core::in_ms(grown) / core::in_ms(settings_.slow_start) : 1;
    const double part = std::max(settings_.slow_start_least / 100, share);
    balancer_.set_weight(m.backend.id, m.backend.weight * part);
    if (m.growing) next_look_ = std::min(next_look_, now + std::max(settings_.slow_start / kSteps, core::Duration(1)));
  }
}

void Pool::choose_eligible() {
  double all = 0, fit_ones = 0;
  for (const Member& m : members_) all += m.state != State::maint, fit_ones += fit(m);
  panicking_ = 100 * fit_ones < settings_.panic * all;
  for (const Member& m : members_)
    if (m.state != State::maint) balancer_.set_eligible(m.backend.id, panicking_ ? m.state == State::ready : fit(m));
}

State Pool::state(core::NodeId id) const {
  const Member* member = find(id);
  return member ? member->state : State::maint;
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
  return member && member->state != State::ready && balancer_.open(id) == 0;
}

}  // namespace balancing
