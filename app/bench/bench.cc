#include "app/bench/bench.h"

#include <algorithm>

namespace bench {
namespace {

std::vector<Figure> window_bench() {
  std::vector<Figure> all;
  for (const auto part : {topology_bench, space_time_bench, plots_bench, shell_bench})
    for (auto& figure : part()) all.push_back(std::move(figure));
  return all;
}

}  // namespace

double median(std::vector<double> of) {
  const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::nth_element(of.begin(), middle, of.end());
  return of.empty() ? 0 : *middle;
}

const std::vector<Bench>& all() {
  static const std::vector<Bench> list = {
      {"world", world_bench}, {"checker", checker_bench}, {"record", record_bench}, {"fuzz", fuzz_bench},
      {"loopback", loopback_bench}, {"doors", doors_bench}, {"leaderless", leaderless_bench}, {"caches", caches_bench}, {"calls", calls_bench}, {"serving", serving_bench}, {"sweep", sweep_bench},
      {"exports", exports_bench},
      {"timeline", timeline_bench}, {"window", window_bench}};
  return list;
}

}  // namespace bench
