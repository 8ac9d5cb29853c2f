#include "labs/folds/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "labs/folds/words.h"

namespace folds {
namespace {

using core::Duration;
using core::Time;

constexpr Duration kShortest{10};
constexpr double kFollowAt = 0.85;
constexpr float kFar = 1e6f;

double ns(Duration d) { return static_cast<double>(d.count()); }
Duration duration(double ns) { return Duration(static_cast<Duration::rep>(std::llround(ns))); }

}  // namespace

Stretch zoomed(const Stretch& now, Time around, double factor, Time end) {
  const double most = std::max(3 * ns(end - core::kStart), 30e9);
  const double length = std::clamp(ns(now.length()) * factor, ns(kShortest), std::max(most, ns(now.length())));
  // Of what is left of the moment so much as it was before: its pixel stays.
  const double before = now.length().count() == 0 ? 0 : ns(around - now.from) / ns(now.length());
  const Time from = around - duration(before * length);
  return {from, from + duration(length)};
}

Stretch panned(const Stretch& now, Duration by, Time end) {
  const Duration keep = now.length() / 8;
  const Time first = core::kStart - now.length() + keep;
  const Time last = std::max(core::kStart, end - keep);
  const Time from = std::clamp(now.from + by, std::min(first, now.from), std::max(last, now.from));
  return {from, from + now.length()};
}

Stretch following(const Stretch& now, Time at) {
  const Duration room = duration(ns(now.length()) * kFollowAt);
  if (at >= now.from && at <= now.from + room) return now;
  const Time from = std::max(core::kStart, at - room);
  return {from, from + now.length()};
}

Stretch whole(Time end) {
  const Duration length = std::max(end - core::kStart, kShortest);
  return {core::kStart, core::kStart + length + length / 50};
}

float TimeAxis::x(Time at) const {
  const double part = ns(at - shown.from) / std::max(1.0, ns(shown.length()));
  return std::clamp(static_cast<float>(static_cast<double>(left) + part * static_cast<double>(right - left)), -kFar, kFar);
}

Time TimeAxis::at(float x) const { return shown.from + of(x - left); }

Duration TimeAxis::of(float pixels) const {
  return duration(static_cast<double>(pixels) / std::max(1.0, static_cast<double>(right - left)) * ns(shown.length()));
}

Duration round_up(Duration length) {
  constexpr Duration::rep kMinute = 60'000'000'000;
  if (length.count() > kMinute / 2) {
    for (const Duration::rep minutes : {1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440})
      if (length.count() <= minutes * kMinute) return Duration(minutes * kMinute);
    return Duration((length.count() / (1440 * kMinute) + 1) * 1440 * kMinute);
  }
  for (Duration::rep power = 1;; power *= 10)
    for (const Duration::rep times : {1, 2, 5})
      if (length.count() <= times * power) return Duration(times * power);
}

Duration coarse_up(Duration length) {
  for (Duration::rep power = 1; power < (Duration::rep{1} << 60); power *= 2)
    for (const Duration::rep halves : {2, 3})
      if (length.count() <= power * halves / 2) return Duration(power * halves / 2);
  return length;
}

namespace {

std::string tick_text(Time at, Duration step) {
  const auto count = at.time_since_epoch().count();
  char out[48];
  if (step.count() >= 60'000'000'000) {
    const auto minutes = count / 60'000'000'000;
    std::snprintf(out, sizeof out, "%lld:%02lld", static_cast<long long>(minutes), static_cast<long long>(count / 1'000'000'000 % 60));
    return out;
  }
  // As many digits as tell two ticks apart.
  int digits = 0;
  for (Duration::rep unit = 1'000'000'000; unit > 1 && step.count() < unit; unit /= 10) ++digits;
  std::snprintf(out, sizeof out, "%.*f s", digits, static_cast<double>(count) / 1e9);
  return out;
}

// 1, 2, 5, 10, ...: the least not below `rough`.
double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double times : {1.0, 2.0, 5.0})
    if (times * power >= rough * (1 - 1e-9)) return times * power;
  return 10 * power;
}

}  // namespace

std::vector<TimeTick> time_ticks(const Stretch& shown, std::size_t at_most) {
  std::vector<TimeTick> ticks;
  const Duration step = round_up(shown.length() / static_cast<Duration::rep>(std::max<std::size_t>(1, at_most)));
  auto n = std::max<Duration::rep>(0, shown.from.time_since_epoch().count() / step.count());
  for (; core::kStart + step * n <= shown.to && ticks.size() <= at_most; ++n) {
    const Time at = core::kStart + step * n;
    if (at >= shown.from) ticks.push_back({at, tick_text(at, step)});
  }
  return ticks;
}

float ValueAxis::y(double value) const {
  const double low = log ? std::log10(least) : least, high = log ? std::log10(greatest) : greatest;
  const double v = log ? std::log10(std::max(value, least)) : value;
  const double part = high > low ? std::clamp((v - low) / (high - low), 0.0, 1.0) : 0.5;
  return bottom + static_cast<float>(part) * (top - bottom);
}

std::string value_text(double value) {
  if (std::isnan(value)) return "\u2013";
  if (std::isinf(value)) return value > 0 ? "\u2265 any" : "\u2264 any";
  char out[32];
  const double size = std::abs(value);
  if (size < 1e-12) return "0";
  if (size >= 1e15 || size < 1e-4) std::snprintf(out, sizeof out, "%.2g", value);
  else if (size >= 1e4) return count_text(value);
  else if (size >= 1000 || value == std::floor(value)) std::snprintf(out, sizeof out, "%.0f", value);
  else std::snprintf(out, sizeof out, "%.3g", value);
  return out;
}

namespace {

ValueScale log_scale(double least, double greatest, std::size_t at_most) {
  ValueScale scale;
  // What is not above zero has no place on such an axis, and lies at its lower edge.
  if (!(greatest > 0)) greatest = 1;
  if (!(least > 0)) least = greatest / 1000;
  const int low = static_cast<int>(std::floor(std::log10(least) + 1e-9));
  const int high = std::max(low + 1, static_cast<int>(std::ceil(std::log10(greatest) - 1e-9)));
  scale.axis.log = true;
  scale.axis.least = std::pow(10, low), scale.axis.greatest = std::pow(10, high);
  const int step = std::max(1, (high - low + static_cast<int>(at_most) - 1) / std::max(1, static_cast<int>(at_most)));
  for (int power = low; power <= high; power += step) scale.ticks.push_back({std::pow(10, power), value_text(std::pow(10, power))});
  return scale;
}

}  // namespace

ValueScale value_scale(double least, double greatest, bool log, bool from_zero, std::size_t at_most) {
  if (!(least <= greatest) || std::isinf(least) || std::isinf(greatest)) least = 0, greatest = 1;
  if (log) return log_scale(least, greatest, at_most);
  // Above zero by little: 98 to 100 tells more than 0 to 100 does.
  if (least > 0 && (from_zero || least < greatest * 0.6)) least = 0;
  if (greatest < 0 && greatest > least * 0.6) greatest = 0;
  if (greatest - least < std::max(std::abs(greatest), 1e-9) * 1e-9) {
    if (greatest > 0 && least >= 0) least = 0;
    else if (least < 0) greatest = 0;
    else greatest = 1;
  }
  const double step = round_step((greatest - least) / static_cast<double>(std::max<std::size_t>(1, at_most)));
  ValueScale scale;
  const double low = std::floor(least / step + 1e-9), high = std::ceil(greatest / step - 1e-9);
  scale.axis.least = low * step, scale.axis.greatest = high * step;
  for (double n = low; n <= high + 0.5; ++n) scale.ticks.push_back({n * step, value_text(n * step)});
  return scale;
}

}  // namespace folds
