#include "mechanisms/core/rng.h"

#include "mechanisms/core/real.h"

namespace core {

Duration Rng::exponential(Duration mean) {
  const double u = 1.0 - unit();  // In (0, 1]: the logarithm is finite.
  return Duration(static_cast<Duration::rep>(-log(u) * static_cast<double>(mean.count())));
}

std::uint64_t derive_seed(std::uint64_t seed, std::string_view what, std::uint64_t a, std::uint64_t b) {
  Rng mix(seed);
  std::uint64_t h = mix.next();
  for (const char c : what) h = Rng(h ^ static_cast<unsigned char>(c)).next();
  h = Rng(h ^ a).next();
  return Rng(h ^ (b * 0xff51afd7ed558ccdULL)).next();
}

}  // namespace core
