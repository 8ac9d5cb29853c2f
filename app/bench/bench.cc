#include "app/bench/bench.h"

namespace bench {

const std::vector<Bench>& all() {
  static const std::vector<Bench> list = {
      {"world", world_bench}, {"checker", checker_bench}, {"record", record_bench}, {"fuzz", fuzz_bench},
      {"loopback", loopback_bench}, {"timeline", timeline_bench}, {"shell", shell_bench}, {"window", window_bench}};
  return list;
}

}  // namespace bench
