// The promises by short names, for tables of what is kept and what is lost.
#pragma once
#include "labs/check/promise.h"

namespace promises {

using check::Promise;

inline constexpr auto kLin = Promise::linearizable, kSeq = Promise::sequential, kCausal = Promise::causal, kMemory = Promise::causal_memory,
                      kWeak = Promise::weak_causal, kRyw = Promise::read_your_writes, kMr = Promise::monotonic_reads,
                      kMw = Promise::monotonic_writes, kWfr = Promise::writes_follow_reads;

}  // namespace promises
