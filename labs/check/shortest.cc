#include "labs/check/shortest.h"

#include <algorithm>
#include <numeric>

namespace check {

std::vector<std::size_t> shortest(std::size_t count, const std::function<bool(const std::vector<std::size_t>&)>& fails) {
  std::vector<std::size_t> kept(count);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  for (std::size_t chunk = std::max<std::size_t>(1, count / 2);; chunk = (chunk + 1) / 2) {
    bool shorter = false;
    for (std::size_t begin = 0; begin < kept.size();) {
      std::vector<std::size_t> candidate = kept;
      const auto first = candidate.begin() + static_cast<std::ptrdiff_t>(begin);
      candidate.erase(first, candidate.begin() + static_cast<std::ptrdiff_t>(std::min(begin + chunk, kept.size())));
      if (fails(candidate)) {
        kept = std::move(candidate);
        shorter = true;
      } else {
        begin += chunk;
      }
    }
    if (chunk == 1 && !shorter) return kept;
  }
}

}  // namespace check
