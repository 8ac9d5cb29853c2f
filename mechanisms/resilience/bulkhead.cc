#include "mechanisms/resilience/bulkhead.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace resilience {

Bulkhead::Entry Bulkhead::enter(core::Time now, Id id) {
  if (inside_ < room()) {
    ++inside_;
    return Entry::entered;
  }
  const bool may_wait = settings_.by == BulkheadBy::pool ? queue_.size() < settings_.queue : settings_.wait.count() > 0;
  if (!may_wait) return Entry::rejected;
  queue_.push_back({id, now + settings_.wait});
  return Entry::waits;
}

std::optional<Bulkhead::Id> Bulkhead::leave(core::Time now) {
  CHECK(inside_ > 0);
  // Who waited too long is not let in at the last moment: its caller is about to say that he gives up.
  const auto next = std::find_if(queue_.begin(), queue_.end(), [&](const Waiting& w) { return settings_.by == BulkheadBy::pool || now < w.until; });
  if (next == queue_.end()) {
    --inside_;
    return std::nullopt;
  }
  const Id id = next->id;
  queue_.erase(next);
  return id;
}

bool Bulkhead::abandon(Id id) {
  const auto at = std::find_if(queue_.begin(), queue_.end(), [id](const Waiting& w) { return w.id == id; });
  if (at == queue_.end()) return false;
  queue_.erase(at);
  return true;
}

}  // namespace resilience
