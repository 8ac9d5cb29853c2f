#include "mechanisms/resilience/idempotency.h"

#include "mechanisms/core/check.h"

namespace resilience {

IdempotencyKeys::Begun IdempotencyKeys::begin(core::Time now, const std::string& key, std::uint64_t fingerprint) {
  while (!done_.empty() && now >= done_.front().until) forget_oldest();
  const auto known = known_.find(key);
  if (known != known_.end()) {
    if (known->second.fingerprint != fingerprint) return {Told::conflict, {}};
    if (!known->second.done) return {Told::in_progress, {}};
    return {Told::replay, known->second.answer};
  }
  if (known_.size() >= settings_.keys) {
    // What is being done must not be forgotten: the same request would be done a second time beside it.
    if (done_.empty()) return {Told::full, {}};
    forget_oldest();
    ++forgotten_;
  }
  known_.emplace(key, Known{fingerprint, false, {}});
  return {Told::perform, {}};
}

void IdempotencyKeys::finish(core::Time now, const std::string& key, std::string answer) {
  const auto known = known_.find(key);
  CHECK(known != known_.end() && !known->second.done);
  known->second.done = true;
  known->second.answer = std::move(answer);
  done_.push_back({now + settings_.kept, key});
}

void IdempotencyKeys::abandon(const std::string& key) {
  const auto known = known_.find(key);
  CHECK(known != known_.end() && !known->second.done);
  known_.erase(known);
}

void IdempotencyKeys::forget_oldest() {
  known_.erase(done_.front().key);
  done_.pop_front();
}

}  // namespace resilience
