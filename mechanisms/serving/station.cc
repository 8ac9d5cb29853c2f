#include "mechanisms/serving/station.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace serving {

void Station::account(core::Time now) {
  worked_ = worked(now);
  since_ = now;
}

Station::Arrival Station::arrive(core::Time now, Ticket ticket, std::optional<core::Time> until) {
  if (busy_ < settings_.workers && queue_.empty()) {
    account(now);
    ++busy_;
    return Arrival::begins;
  }
  if (queue_.size() >= settings_.queue) return Arrival::refused;
  queue_.push_back({ticket, now, until});
  return Arrival::waits;
}

Station::Next Station::release(core::Time now) {
  CHECK(busy_ > 0);
  account(now);
  --busy_;
  return begin_next(now);
}

Station::Next Station::begin_next(core::Time now) {
  Next next;
  while (busy_ < settings_.workers && !queue_.empty() && !next.begins) {
    const bool first = settings_.order == Order::fifo;
    const Waiting one = first ? queue_.front() : queue_.back();
    first ? queue_.pop_front() : queue_.pop_back();
    if (settings_.drop_late && one.until && *one.until <= now) {
      next.late.push_back(one.ticket);
      continue;
    }
    account(now);
    ++busy_;
    next.begins = one.ticket;
    next.waited = now - one.since;
  }
  return next;
}

bool Station::forget(Ticket ticket) {
  const auto it = std::find_if(queue_.begin(), queue_.end(), [&](const Waiting& w) { return w.ticket == ticket; });
  if (it == queue_.end()) return false;
  queue_.erase(it);
  return true;
}

core::Duration Station::draw(core::Rng& rng) const {
  core::Duration took = settings_.time;
  if (settings_.shape == Shape::uniform) took = rng.between({}, 2 * settings_.time);
  if (settings_.shape == Shape::exponential) took = rng.exponential(settings_.time);
  if (rng.chance(settings_.slow_share))
    took = core::Duration(static_cast<core::Duration::rep>(static_cast<double>(took.count()) * settings_.slow_factor));
  return took;
}

}  // namespace serving
