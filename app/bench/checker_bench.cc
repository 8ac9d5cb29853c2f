// The linearizability checker: operations a second on generated histories.
#include <chrono>

#include "app/bench/bench.h"
#include "labs/check/generate.h"

namespace bench {

std::vector<Figure> checker_bench() {
  std::vector<Figure> figures;
  const std::pair<const char*, check::Shape> shapes[] = {{"kv, 10 clients x 10,000, 20 keys", {10, 10'000, 20, 0}},
                                                         {"kv, 10 clients x 10,000, 20 keys, 0.1 % unknown", {10, 10'000, 20, 0.001}},
                                                         {"kv, 10 clients x 10,000, 1 key", {10, 10'000, 1, 0}}};
  for (const auto& [name, shape] : shapes) {
    core::Rng rng(1);
    const check::History good = check::generate(check::Model::kv, shape, rng), bad = check::spoil(good, rng);
    for (const auto* history : {&good, &bad}) {
      const auto began = std::chrono::steady_clock::now();
      const auto verdict = check::linearizable(*history, check::Model::kv);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      figures.push_back({std::string(name) + ": " + std::string(check::answer_text(verdict.answer)),
                         static_cast<double>(history->operations().size()) / seconds, "operations/s", ""});
    }
  }
  return figures;
}

}  // namespace bench
