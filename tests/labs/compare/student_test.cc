// Student's t against published tables, and the confidence interval against what it claims.
#include "labs/compare/student.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mechanisms/core/rng.h"

namespace compare {
namespace {

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
TEST(Student, QuantilesAreThoseOfTheTables) {
  struct {
    double probability, degrees, t;
  } const table[] = {{0.975, 1, 12.706}, {0.975, 2, 4.303},  {0.975, 5, 2.571},  {0.975, 9, 2.262},  {0.975, 10, 2.228}, {0.975, 30, 2.042},
                     {0.975, 100, 1.984}, {0.95, 3, 2.353},  {0.99, 7, 2.998},   {0.999, 20, 3.552}, {0.9, 4, 1.533},    {0.5, 8, 0}};
  for (const auto& row : table) EXPECT_NEAR(student_quantile(row.probability, row.degrees), row.t, 0.0005) << row.probability << " " << row.degrees;
  EXPECT_NEAR(student_quantile(0.975, 1e7), 1.959964, 1e-5) << "with many degrees it is the normal distribution";
  EXPECT_NEAR(student_quantile(0.025, 5), -student_quantile(0.975, 5), 1e-12);
  EXPECT_NEAR(student_quantile(0.9999, 1), 3183.0988, 0.001) << "tan of 0.4999 pi: Cauchy's distribution";
}

TEST(Student, TheQuantileUndoesTheDistribution) {
  for (const double degrees : {1.0, 2.0, 3.5, 12.0, 200.0})
    for (double p = 0.01; p < 1; p += 0.07) EXPECT_NEAR(student_cdf(student_quantile(p, degrees), degrees), p, 1e-9) << degrees;
}

TEST(Student, OneValueSaysNothingOfTheMean) {
  EXPECT_EQ(mean_interval({3}).mean, 3);
  EXPECT_TRUE(std::isinf(mean_interval({3}).low) && std::isinf(mean_interval({3}).high));
  const auto same = mean_interval({2, 2, 2});
  EXPECT_EQ(same.low, 2);
  EXPECT_EQ(same.high, 2);
  // By hand: mean 2, standard error 1 / sqrt(3), t of 2 degrees 4.3027.
  EXPECT_NEAR(mean_interval({1, 2, 3}).high, 2 + 4.302653 / std::sqrt(3), 1e-5);
}

// Of how many of 1,000 samples the interval holds the true mean.
template <class Draw>
int held(std::size_t size, double mean, const Draw& draw) {
  core::Rng rng(7);
  int held = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<double> values;
    while (values.size() < size) values.push_back(draw(rng));
    const auto interval = mean_interval(values);
    held += interval.low <= mean && mean <= interval.high ? 1 : 0;
  }
  return held;
}

// The marks are three standard deviations of a count of 1,000 with a share of 95 %: 950 +- 21.
TEST(Student, TheIntervalHoldsTheMeanInNineteenOfTwentySamples) {
  const auto normal = [](core::Rng& rng) {   // Box and Muller, 1958.
    const double u = 1 - rng.unit();
    const double v = rng.unit();
    return 5 + 2 * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::acos(-1.0) * v);
  };
  for (const std::size_t size : {2u, 3u, 10u, 40u}) EXPECT_NEAR(held(size, 5, normal), 950, 21) << size;
  EXPECT_NEAR(held(30, 0.5, [](core::Rng& rng) { return rng.unit(); }), 950, 21) << "uniform";
  EXPECT_NEAR(held(50, 0.5, [](core::Rng& rng) { return rng.chance(0.5) ? 1.0 : 0.0; }), 950, 25) << "a fair coin";
}

}  // namespace
}  // namespace compare
