#include "mechanisms/core/real.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"

namespace {

TEST(Real, LogarithmAndExponentialAreTheLibrarysToTwelveDigits) {
  core::Rng rng(1);
  for (int i = 0; i < 20000; ++i) {
    const double x = std::pow(10, rng.unit() * 40 - 20);
    EXPECT_NEAR(core::log(x), std::log(x), 1e-12 * std::max(1.0, std::fabs(std::log(x)))) << x;
    const double y = rng.unit() * 1400 - 700;
    EXPECT_NEAR(core::exp(y) / std::exp(y), 1, 1e-12) << y;
    const double z = rng.unit() * 6 - 3;
    EXPECT_NEAR(core::power(x, z) / std::pow(x, z), 1, 1e-11) << x << "^" << z;
  }
  EXPECT_EQ(core::exp(0), 1);
  EXPECT_EQ(core::exp(-1000), 0);
  EXPECT_TRUE(std::isinf(core::exp(1000)));
}

}  // namespace
