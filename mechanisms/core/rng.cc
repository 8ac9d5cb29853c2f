#include "mechanisms/core/rng.h"

#include <bit>

namespace core {
namespace {

// Natural logarithm by additions, multiplications and one division only: those are rounded the same everywhere,
// while a C library's log() may differ in the last bit from one machine to the next. Good to about 1e-15 relative.
double portable_log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0xfffffffffffffULL) | (std::uint64_t{1023} << 52));
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    ++exponent;
  }
  // log(m) = 2 atanh(s) with s = (m-1)/(m+1), |s| < 0.172: the series converges fast.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * s * sum + exponent * 0.6931471805599453;
}

}  // namespace

Duration Rng::exponential(Duration mean) {
  const double u = 1.0 - unit();  // In (0, 1]: the logarithm is finite.
  return Duration(static_cast<Duration::rep>(-portable_log(u) * static_cast<double>(mean.count())));
}

std::uint64_t derive_seed(std::uint64_t seed, std::string_view what, std::uint64_t a, std::uint64_t b) {
  Rng mix(seed);
  std::uint64_t h = mix.next();
  for (const char c : what) h = Rng(h ^ static_cast<unsigned char>(c)).next();
  h = Rng(h ^ a).next();
  return Rng(h ^ (b * 0xff51afd7ed558ccdULL)).next();
}

}  // namespace core
