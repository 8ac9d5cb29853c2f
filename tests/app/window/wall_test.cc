// When a moment was, by the clock on the wall: of sockets the moment itself, of simulated time when the run was made.
#include "app/window/folds.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <optional>
#include <string>

namespace window {
namespace {

// Somewhere with an offset of its own.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    if (const char* before = ::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone, 1), ::tzset();
  }
  ~TimeZone() {
    if (before_) ::setenv("TZ", before_->c_str(), 1);
    else ::unsetenv("TZ");
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> before_;
};

record::Recording began_run(const std::string& world) {
  record::RunHeader header;
  header.world = world;
  return record::Recording(header);
}

constexpr record::WallTime kBegan{std::chrono::seconds(1'795'280'640)};   // 2026-11-21 17:04:00 UTC

TEST(Wall, IsLocalWithItsDistanceFromUtc) {
  const TimeZone there("XYZ-5:30");
  EXPECT_EQ(wall_text(kBegan), "2026-11-21 22:34:00 +0530");
}

TEST(Wall, OfSimulatedTimeItSaysWhenTheRunWasMadeAndOfSocketsWhichMomentItWas) {
  const TimeZone there("XYZ3");
  record::Recording simulated = began_run("simulated"), loopback = began_run("loopback");
  const core::Time at = core::kStart + std::chrono::milliseconds(90'500);
  EXPECT_EQ(wall_below(simulated, at), "") << "its file does not say";
  simulated.began(kBegan), loopback.began(kBegan);
  EXPECT_EQ(wall_below(simulated, at), "\nbegan 2026-11-21 14:04:00 -0300");
  EXPECT_EQ(wall_below(loopback, at), "\n2026-11-21 14:05:30 -0300");
}

}  // namespace
}  // namespace window
