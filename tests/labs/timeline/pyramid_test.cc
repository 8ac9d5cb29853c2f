#include "labs/timeline/pyramid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "labs/timeline/parts.h"
#include "labs/timeline/quantiles.h"
#include "mechanisms/core/rng.h"
#include "tests/labs/record/made_run.h"

namespace timeline {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
core::Time at(std::int64_t ns) { return core::Time(core::Duration(ns)); }

struct Samples {
  std::vector<std::int64_t> times;
  std::vector<double> values;
  Pyramid pyramid;
  Quantiles quantiles;
  void append(std::int64_t time, double value) {
    times.push_back(time), values.push_back(value);
    pyramid.append(at(time), value);
    quantiles.append(value);
  }
};

Samples some(std::uint64_t seed, std::size_t count) {
  core::Rng rng(seed);
  Samples samples;
  std::int64_t now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // At times many at once, at times nothing for long; a spike now and then; what is no number hardly ever.
    if (!rng.chance(0.3)) now += static_cast<std::int64_t>(rng.below(rng.chance(0.01) ? 5'000 : 20));
    samples.append(now, rng.chance(0.002) ? 1e9 : rng.chance(0.01) ? kNotANumber : rng.unit() * 10 - 5);
  }
  return samples;
}

TEST(Pyramid, NoSpikeIsLostInAnyColumn) {
  for (int round = 0; round < record::trials(40, 1000); ++round) {
    core::Rng rng(static_cast<std::uint64_t>(round) + 1);
    const Samples samples = some(rng.next(), 1 + rng.below(20'000));
    const std::int64_t end = samples.times.back() + 50;
    for (int i = 0; i < 5; ++i) {
      const auto a = static_cast<std::int64_t>(rng.below(end)), b = static_cast<std::int64_t>(rng.below(end));
      std::vector<Column> found(1 + rng.below(300));
      samples.pyramid.columns(at(std::min(a, b)), at(std::max(a, b)), found);
      const Parts parts(at(std::min(a, b)), at(std::max(a, b)), found.size());
      for (std::size_t k = 0, s = 0; k < found.size(); ++k) {
        while (s < samples.times.size() && samples.times[s] < parts.begin(k)) ++s;
        Column expected{kNotANumber, kNotANumber, 0, 0, 0};
        for (; s < samples.times.size() && samples.times[s] < parts.begin(k + 1); ++s) {
          const double v = samples.values[s];
          if (expected.samples++ == 0) expected.first = v;
          expected.last = v;
          expected.least = std::fmin(expected.least, v), expected.greatest = std::fmax(expected.greatest, v);
        }
        const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
        ASSERT_EQ(found[k].samples, expected.samples);
        if (expected.samples == 0) continue;
        ASSERT_TRUE(same(found[k].least, expected.least) && same(found[k].greatest, expected.greatest));
        ASSERT_TRUE(same(found[k].first, expected.first) && same(found[k].last, expected.last));
      }
    }
  }
}

TEST(Pyramid, OfALongSeriesEverySpikeIsInItsColumnAndInNoOther) {
  const auto count = static_cast<std::int64_t>(record::trials(1'000'000, 10'000'000));
  core::Rng rng(7);
  std::vector<std::int64_t> spikes;
  for (int i = 0; i < 40; ++i) spikes.push_back(static_cast<std::int64_t>(rng.below(count)));
  std::sort(spikes.begin(), spikes.end());
  Pyramid pyramid;
  for (std::int64_t i = 0; i < count; ++i) pyramid.append(at(i * 10), std::binary_search(spikes.begin(), spikes.end(), i) ? 1e6 : rng.unit());
  for (int i = 0; i < 20; ++i) {
    std::int64_t from = static_cast<std::int64_t>(rng.below(count * 10)), to = static_cast<std::int64_t>(rng.below(count * 10));
    if (from > to) std::swap(from, to);
    std::vector<Column> columns(1600);
    pyramid.columns(at(from), at(to), columns);
    const Parts parts(at(from), at(to), columns.size());
    std::size_t samples = 0;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto first = std::lower_bound(spikes.begin(), spikes.end(), (parts.begin(k) + 9) / 10);
      const bool spike = first != spikes.end() && *first * 10 < parts.begin(k + 1);
      ASSERT_EQ(columns[k].greatest == 1e6, spike && columns[k].samples > 0) << k;
      ASSERT_EQ(spike && columns[k].samples == 0, false);
      samples += columns[k].samples;
    }
    ASSERT_EQ(samples, static_cast<std::size_t>((to + 9) / 10 - (from + 9) / 10));
  }
}

TEST(Pyramid, TheRangeHoldsWhatIsInForceWhenItBegins) {
  Pyramid pyramid;
  double least = 0, greatest = 0, value = 0;
  EXPECT_FALSE(pyramid.range(at(0), at(10), least, greatest));
  EXPECT_FALSE(pyramid.value_at(at(10), value));
  for (int i = 0; i < 100; ++i) pyramid.append(at(i * 10), i == 50 ? 7 : i % 3);
  EXPECT_TRUE(pyramid.range(at(505), at(509), least, greatest));
  EXPECT_EQ(least, 7);
  EXPECT_EQ(greatest, 7);
  EXPECT_TRUE(pyramid.range(at(505), at(600), least, greatest));
  EXPECT_EQ(least, 0);
  EXPECT_EQ(greatest, 7);
  EXPECT_TRUE(pyramid.range(at(510), at(600), least, greatest));
  EXPECT_EQ(greatest, 2);
  EXPECT_FALSE(pyramid.range(at(-20), at(0), least, greatest));
  EXPECT_TRUE(pyramid.range(core::Time::min(), core::Time::max(), least, greatest));
  EXPECT_EQ(greatest, 7);
  EXPECT_TRUE(pyramid.value_at(core::Time::max(), value));
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(pyramid.value_at(at(500), value));
  EXPECT_EQ(value, 7);
}

TEST(Pyramid, ASampleThatComesLateIsTakenAsOfNow) {
  Pyramid pyramid;
  pyramid.append(at(100), 1);
  pyramid.append(at(50), 2);
  EXPECT_EQ(pyramid.time(1), at(100));
  EXPECT_EQ(pyramid.first_at_or_after(at(60)), 0u);
}

TEST(Quantiles, KeysAreInTheOrderOfTheirValuesAndCloseToThem) {
  core::Rng rng(3);
  std::vector<double> values{0, -0.0, 1e-9, -1e-9, 1, 2, 3, 100, -100, 1e12, -1e12, 1e300, -1e300,
                             std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 2000; ++i) values.push_back(std::ldexp(rng.unit() - 0.5, static_cast<int>(rng.below(160)) - 80));
  std::sort(values.begin(), values.end());
  for (std::size_t i = 1; i < values.size(); ++i) ASSERT_LE(Quantiles::key_of(values[i - 1]), Quantiles::key_of(values[i]));
  for (const double v : values)
    if (std::abs(v) < 1e30) { ASSERT_NEAR(Quantiles::value_of(Quantiles::key_of(v)), v, std::abs(v) * 0.004); }
  for (int i = -256; i <= 256; ++i) ASSERT_EQ(Quantiles::value_of(Quantiles::key_of(i)), i);
  EXPECT_EQ(Quantiles::key_of(kNotANumber), Quantiles::kNaN);
  EXPECT_LT(Quantiles::key_of(1e300), Quantiles::kNaN);
}

TEST(Quantiles, FindTheSampleOfARankInAnyStretchesTakenTogether) {
  const Samples a = some(1, 30'000), b = some(2, 9'000), c = some(3, 100);
  core::Rng rng(4);
  for (int i = 0; i < record::trials(200, 5000); ++i) {
    Quantiles::Stretches stretches;
    std::vector<Quantiles::Key> keys;
    for (const Samples* s : {&a, &b, &c}) {
      std::size_t begin = rng.below(s->values.size()), end = rng.below(s->values.size() + 1);
      if (begin > end) std::swap(begin, end);
      stretches.add(s->quantiles, begin, end);
      for (; begin < end; ++begin) keys.push_back(Quantiles::key_of(s->values[begin]));
    }
    ASSERT_EQ(stretches.count(), keys.size());
    if (keys.empty()) continue;
    std::sort(keys.begin(), keys.end());
    ASSERT_EQ(stretches.count_nans(), static_cast<std::size_t>(std::count(keys.begin(), keys.end(), Quantiles::kNaN)));
    const std::size_t k = rng.below(keys.size());
    ASSERT_EQ(stretches.take(k), keys[k]);
  }
}

}  // namespace
}  // namespace timeline
