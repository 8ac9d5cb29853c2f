// The checkers: operations a second on generated histories; of every promise beside linearizability's in the same run.
#include <chrono>

#include "app/bench/bench.h"
#include "labs/check/stores.h"
#include "mechanisms/core/text.h"

namespace bench {
namespace {

Figure judged(const std::string& name, const check::History& history, check::Promise promise) {
  const auto began = std::chrono::steady_clock::now();
  check::Limits limits;
  limits.smallest = false;  // The verdict is measured, not the search for a small witness.
  const auto verdict = check::judge(history, promise, check::Model::kv, limits);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const bool unknown = verdict.answer == check::Verdict::Answer::unknown;
  return {name + ": " + (unknown ? core::text(promise) + " unknown" : check::answer_text(promise, verdict.answer)),
          static_cast<double>(history.operations().size()) / seconds, "operations/s", ""};
}

}  // namespace

std::vector<Figure> checker_bench() {
  std::vector<Figure> figures;
  const std::pair<const char*, check::Shape> shapes[] = {{"kv, 10 clients x 10,000, 20 keys", {10, 10'000, 20, 0}},
                                                         {"kv, 10 clients x 10,000, 20 keys, 0.1 % unknown", {10, 10'000, 20, 0.001}},
                                                         {"kv, 10 clients x 10,000, 1 key", {10, 10'000, 1, 0}}};
  for (const auto& [name, shape] : shapes) {
    core::Rng rng(1);
    const check::History good = check::generate(check::Model::kv, shape, rng), bad = check::spoil(good, rng);
    for (const auto* history : {&good, &bad}) figures.push_back(judged(name, *history, check::Promise::linearizable));
  }
  // A store that is no stronger than its name, so that nothing is kept only because it is linearizable.
  for (const check::Store store : {check::Store::sequential, check::Store::causal, check::Store::eventual}) {
    core::Rng rng(1);
    const check::History history = check::generate(store, {10, 1'000, 20, 0}, rng);
    for (const check::Promise promise : check::promises_of("all")) figures.push_back(judged(core::text(store) + " store, 10 clients x 1,000, 20 keys", history, promise));
  }
  return figures;
}

}  // namespace bench
