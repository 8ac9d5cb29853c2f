#include "mechanisms/resilience/keyed_limiter.h"

namespace resilience {

Verdict KeyedLimiter::ask(core::Time now, Caller caller) {
  // Two a call: the table shrinks faster than it grows, and no call pays for a sweep.
  for (int i = 0; i < 2 && oldest_ != kNone && slots_[oldest_].limiter.idle(now); ++i) forget(oldest_);
  const std::uint64_t key = settings_.per == LimitPer::user ? caller.user : settings_.per == LimitPer::address ? caller.address : 0;
  const auto known = where_.find(key);
  Slot slot{};
  if (known != where_.end()) {
    slot = known->second;
    unlink(slot);
  } else {
    if (slots_.size() >= settings_.keys) ++evicted_, forget(oldest_);
    slot = static_cast<Slot>(slots_.size());
    slots_.push_back({key, fresh_, kNone, kNone});
    where_.emplace(key, slot);
  }
  make_newest(slot);
  return slots_[slot].limiter.ask(now);
}

void KeyedLimiter::unlink(Slot slot) {
  const Kept& kept = slots_[slot];
  (kept.older == kNone ? oldest_ : slots_[kept.older].newer) = kept.newer;
  (kept.newer == kNone ? newest_ : slots_[kept.newer].older) = kept.older;
}

void KeyedLimiter::make_newest(Slot slot) {
  slots_[slot].older = newest_, slots_[slot].newer = kNone;
  (newest_ == kNone ? oldest_ : slots_[newest_].newer) = slot;
  newest_ = slot;
}

// The last slot moves into the gap: no room is kept for what was forgotten.
void KeyedLimiter::forget(Slot slot) {
  unlink(slot);
  where_.erase(slots_[slot].key);
  const Slot last = static_cast<Slot>(slots_.size() - 1);
  if (slot != last) {
    slots_[slot] = std::move(slots_[last]);
    const Kept& moved = slots_[slot];
    where_[moved.key] = slot;
    (moved.older == kNone ? oldest_ : slots_[moved.older].newer) = slot;
    (moved.newer == kNone ? newest_ : slots_[moved.newer].older) = slot;
  }
  slots_.pop_back();
}

}  // namespace resilience
