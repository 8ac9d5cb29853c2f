#include "mechanisms/serving/station.h"

#include "mechanisms/core/check.h"

namespace serving {

void Station::account(core::Time now) {
  worked_ = worked(now);
  since_ = now;
}

Station::Arrival Station::arrive(core::Time now, Ticket ticket, std::optional<core::Time> until,
                                  resilience::Criticality criticality) {
  if (busy_ < settings_.workers && queue_.size() == 0) {
    account(now);
    ++busy_;
    return {true, std::nullopt};
  }
  const std::optional<Ticket> shed = queue_.push(now, ticket, criticality);
  if (until) until_[ticket] = *until;
  if (shed) until_.erase(*shed);
  return {false, shed};
}

Station::Next Station::release(core::Time now) {
  CHECK(busy_ > 0);
  account(now);
  --busy_;
  return begin_next(now);
}

Station::Next Station::begin_next(core::Time now) {
  Next next;
  while (busy_ < settings_.workers && !next.begins) {
    const auto served = queue_.pop(now);
    for (const Ticket ticket : served.shed) {
      until_.erase(ticket);
      next.shed.push_back(ticket);
    }
    if (!served.next) break;
    const auto it = until_.find(*served.next);
    const bool late = it != until_.end() && it->second <= now;
    if (it != until_.end()) until_.erase(it);
    if (late && settings_.drop_late) {
      next.late.push_back(*served.next);
      continue;
    }
    account(now);
    ++busy_;
    next.begins = served.next;
    next.waited = served.delay;
  }
  return next;
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
