#include "app/window/folds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/app/window/plot_run.h"

namespace window {
namespace {

TEST(PlotAxis, TheTimeUnderTheCursorStaysOnItsPixelThroughAnyNumberOfZooms) {
  TimeAxis axis{{ms(2000), ms(12000)}, 40, 440};
  for (const float x : {40.0f, 113.0f, 300.5f, 439.0f})
    for (const double factor : {0.8, 1.25, 0.5, 0.8, 0.8, 1.25}) {
      const core::Time under = axis.at(x);
      axis.shown = zoomed(axis.shown, under, factor, ms(60'000));
      EXPECT_NEAR(axis.x(under), x, 1.0f);
    }
}

TEST(PlotAxis, ZoomingHasAnEndInBothDirections) {
  Stretch now{ms(0), ms(10'000)};
  for (int i = 0; i < 500; ++i) now = zoomed(now, ms(5000), 0.5, ms(10'000));
  EXPECT_GE(now.length().count(), 10);
  for (int i = 0; i < 500; ++i) now = zoomed(now, ms(5000), 2, ms(10'000));
  EXPECT_LE(now.length(), std::chrono::seconds(30));
}

TEST(PlotAxis, APanKeepsTheLengthAndSomeOfTheRunInSight) {
  const Stretch now{ms(0), ms(4000)};
  EXPECT_EQ(panned(now, std::chrono::milliseconds(500), ms(10'000)), (Stretch{ms(500), ms(4500)}));
  EXPECT_LT(panned(now, std::chrono::hours(5), ms(10'000)).from, ms(10'000));
  EXPECT_GT(panned(now, -std::chrono::hours(5), ms(10'000)).to, ms(0));
}

TEST(PlotAxis, FollowingGrowsFromTheLeftAndThenKeepsTheMomentAtEightyFivePercent) {
  const Stretch first{ms(0), ms(10'000)};
  EXPECT_EQ(following(first, ms(300)), first);
  EXPECT_EQ(following(first, ms(8500)), first);
  EXPECT_EQ(following(first, ms(20'000)), (Stretch{ms(11'500), ms(21'500)}));
  EXPECT_EQ(following({ms(11'500), ms(21'500)}, ms(1000)), first);   // Back before what is shown.
}

TEST(PlotAxis, TicksOfTimeAreRoundAndNoMoreThanWished) {
  const auto ticks = time_ticks({ms(0), ms(10'000)}, 6);
  ASSERT_EQ(ticks.size(), 6u);
  EXPECT_EQ(ticks[1].text, "2 s");
  const auto fine = time_ticks({ms(1200), ms(1300)}, 5);
  ASSERT_FALSE(fine.empty());
  EXPECT_EQ(fine[0].text, "1.20 s");
  EXPECT_EQ(time_ticks({ms(0), ms(3'600'000)}, 6)[1].text, "10:00");
  for (std::int64_t length = 1; length < 4'000'000'000; length *= 3) EXPECT_LE(time_ticks({ms(17), ms(17 + length)}, 7).size(), 8u);
}

TEST(PlotAxis, CoarseLengthsAreAtMostHalfAsLongAgain) {
  for (std::int64_t length = 2; length < 1'000'000'000'000; length = length * 21 / 20 + 1) {
    const auto coarse = coarse_up(core::Duration(length)).count();
    EXPECT_GE(coarse, length);
    EXPECT_LE(coarse, length * 3 / 2 + 1);
  }
}

TEST(PlotAxis, TicksOfValuesHoldAllThatIsShownAndAreOneTwoOrFive) {
  for (const double greatest : {0.003, 1.0, 7.0, 99.0, 1234.0, 5e7}) {
    const auto scale = value_scale(0, greatest, false, true, 3);
    EXPECT_EQ(scale.axis.least, 0);
    EXPECT_GE(scale.axis.greatest, greatest * (1 - 1e-9));
    EXPECT_LE(scale.axis.greatest, greatest * 3);
    const double step = scale.ticks[1].value, mantissa = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    EXPECT_TRUE(std::abs(mantissa - 1) < 1e-6 || std::abs(mantissa - 2) < 1e-6 || std::abs(mantissa - 5) < 1e-6) << step;
  }
}

TEST(PlotAxis, ValuesFarAboveZeroAreNotPressedAgainstIt) {
  EXPECT_GT(value_scale(980, 1000, false, false, 3).axis.least, 900);
  EXPECT_EQ(value_scale(980, 1000, false, true, 3).axis.least, 0);
}

TEST(PlotAxis, OneValueOrNoneStillMakesAnAxis) {
  for (const double v : {0.0, 3.0, -3.0}) {
    const auto scale = value_scale(v, v, false, false, 3);
    EXPECT_LT(scale.axis.least, scale.axis.greatest);
    EXPECT_LE(scale.axis.least, v);
    EXPECT_GE(scale.axis.greatest, v);
  }
  const auto none = value_scale(std::nan(""), std::nan(""), false, false, 3);
  EXPECT_LT(none.axis.least, none.axis.greatest);
}

TEST(PlotAxis, ALogScaleHasPowersOfTenAndTakesZeroForItsLowerEdge) {
  auto scale = value_scale(0, 900, true, true, 4);
  EXPECT_TRUE(scale.axis.log);
  EXPECT_GT(scale.axis.least, 0);
  scale.axis.top = 0, scale.axis.bottom = 100;
  EXPECT_FLOAT_EQ(scale.axis.y(0), 100);
  EXPECT_FLOAT_EQ(scale.axis.y(1000), 0);
}

}  // namespace
}  // namespace window
