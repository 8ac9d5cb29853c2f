#include "mechanisms/serving/once.h"

#include "mechanisms/core/codec.h"
#include "mechanisms/core/fingerprint.h"

namespace serving {
namespace {

std::string number_of(const Request& request) { return std::to_string(request.operation); }

}  // namespace

std::optional<Reply> Once::before(Step& step, const Request& request) {
  using Told = resilience::IdempotencyKeys::Told;
  if (request.operation == 0) return std::nullopt;
  const std::uint64_t body = core::fingerprint(0, std::string(core::name_of(request.function)) + ' ' + request.key + ' ' + request.value);
  const auto begun = remembered_.begin(step.now, number_of(request), body);
  if (begun.told == Told::replay) {
    step.count(resilience::kIdempotentReplays);
    return core::decode<Reply>({reinterpret_cast<const std::uint8_t*>(begun.answer.data()), begun.answer.size()});
  }
  if (begun.told != Told::conflict) return std::nullopt;
  step.count(resilience::kIdempotencyConflicts);
  Reply conflict;
  conflict.status = Status::conflict;
  return conflict;
}

void Once::done(Step& step, const Request& request, const Reply& reply) {
  if (request.operation == 0) return;
  const core::Bytes answer = core::encode(reply);
  remembered_.finish(step.now, number_of(request), {answer.begin(), answer.end()});
}

void Once::abandoned(const Request& request) {
  if (request.operation != 0) remembered_.abandon(number_of(request));
}

}  // namespace serving
