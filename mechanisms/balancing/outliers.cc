#include "mechanisms/balancing/outliers.h"

#include <algorithm>
#include <cmath>

#include "mechanisms/core/check.h"

namespace balancing {

std::size_t Outliers::index_of(core::NodeId id) const {
  const auto at = std::lower_bound(watched_.begin(), watched_.end(), id, [](const Watched& w, core::NodeId wanted) { return w.id < wanted; });
  return static_cast<std::size_t>(at - watched_.begin());
}

bool Outliers::watches(core::NodeId id) const {
  const std::size_t i = index_of(id);
  return i < watched_.size() && watched_[i].id == id;
}

bool Outliers::ejected(core::NodeId id) const { return watches(id) && watched_[index_of(id)].out; }

void Outliers::join(core::NodeId id) {
  CHECK(!watches(id));
  watched_.insert(watched_.begin() + static_cast<std::ptrdiff_t>(index_of(id)), Watched{id});
}

void Outliers::set(const Settings& settings) {
  settings_ = settings;
  take_back_surplus();
}

void Outliers::leave(core::NodeId id) {
  CHECK(watches(id));
  const auto gone = watched_.begin() + static_cast<std::ptrdiff_t>(index_of(id));
  if (gone->out) --ejected_;
  watched_.erase(gone);
  take_back_surplus();
}

// One backend fewer, or a smaller share allowed, and too many are out: the one who has least left to wait comes back.
void Outliers::take_back_surplus() {
  const double allowed = off() ? 0 : settings_.ejected_most;
  while ((off() || !settings_.flaws.eject_everybody) && 100.0 * static_cast<double>(ejected_) > allowed * static_cast<double>(watched_.size())) {
    Watched* next = nullptr;
    for (Watched& w : watched_)
      if (w.out && (!next || w.until < next->until)) next = &w;
    next->out = false, --ejected_;
  }
}

bool Outliers::record(core::Time now, core::NodeId id, bool failed) {
  if (!watches(id)) return false;   // It has left meanwhile.
  Watched& w = watched_[index_of(id)];
  ++w.requests, w.failures += failed;
  w.in_a_row = failed ? w.in_a_row + 1 : 0;
  return settings_.consecutive_failures > 0 && w.in_a_row >= settings_.consecutive_failures && eject(now, w);
}

bool Outliers::eject(core::Time now, Watched& w) {
  if (w.out) return false;
  // Where all fail, the fault is not theirs: to eject them all would make of a slow service none.
  const bool room = 100.0 * static_cast<double>(ejected_ + 1) <= settings_.ejected_most * static_cast<double>(watched_.size());
  if (!room && !settings_.flaws.eject_everybody) return false;
  ++w.times;
  w.out = true, w.until = now + std::min(settings_.base_ejection * w.times, settings_.longest_ejection);
  w.in_a_row = 0;
  ++ejected_, ++ejections_;
  return true;
}

bool Outliers::advance(core::Time now) {
  bool changed = false;
  for (Watched& w : watched_)
    if (w.out && now >= w.until) w.out = false, w.in_a_row = 0, --ejected_, changed = true;
  if (now < interval_began_ + settings_.interval) return changed;
  changed |= compare(now);
  const auto gone_by = (now - interval_began_) / settings_.interval;
  interval_began_ += gone_by * settings_.interval;
  for (Watched& w : watched_) {
    w.requests = 0, w.failures = 0;
    if (!w.out) w.times -= static_cast<std::uint32_t>(std::min<std::int64_t>(w.times, gone_by));
  }
  return changed;
}

bool Outliers::compare(core::Time now) {
  const auto enough = [this](const Watched& w) { return !w.out && w.requests >= settings_.rate_requests; };
  const auto rate = [](const Watched& w) { return 1 - static_cast<double>(w.failures) / w.requests; };
  double backends = 0, sum = 0, squares = 0;
  for (const Watched& w : watched_)
    if (enough(w)) ++backends, sum += rate(w);
  if (settings_.stdev_factor == 0 || backends < settings_.rate_backends) return false;
  const double mean = sum / backends;
  for (const Watched& w : watched_)
    if (enough(w)) squares += (rate(w) - mean) * (rate(w) - mean);
  const double least = mean - settings_.stdev_factor * std::sqrt(squares / backends);
  bool changed = false;
  for (Watched& w : watched_)
    if (enough(w) && rate(w) < least) changed |= eject(now, w);
  return changed;
}

core::Time Outliers::changes_at() const {
  core::Time at = interval_began_ + settings_.interval;
  for (const Watched& w : watched_)
    if (w.out) at = std::min(at, w.until);
  return at;
}

}  // namespace balancing
