// A write is done once, however often it comes: as resilience::IdempotencyKeys says it, for a node that does a write within one
// step. So nothing is ever in progress.
#pragma once
#include "mechanisms/resilience/idempotency.h"
#include "mechanisms/serving/messages.h"

namespace serving {

class Once {
 public:
  using Settings = resilience::IdempotencyKeys::Settings;

  explicit Once(const Settings& settings) : remembered_(settings) {}
  // What it was answered when it came first, or that its number is another's. Nothing: it is to be done, and then done() or
  // abandoned() is said.
  std::optional<Reply> before(Step& step, const Request& request);
  void done(Step& step, const Request& request, const Reply& reply);
  void abandoned(const Request& request);
  friend bool operator==(const Once&, const Once&) = default;

 private:
  resilience::IdempotencyKeys remembered_;
};

}  // namespace serving
