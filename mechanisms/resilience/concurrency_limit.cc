#include "mechanisms/resilience/concurrency_limit.h"

#include <algorithm>
#include <cmath>

#include "mechanisms/core/check.h"

namespace resilience {
namespace {

// How many digits the limit has beyond its first, at least one: concurrency-limits takes the logarithm in whole numbers, too.
double log10_of(double limit) {
  double digits = 0;
  for (double rest = limit; rest >= 10; rest /= 10) ++digits;
  return std::max(1.0, digits);
}

}  // namespace

bool ConcurrencyLimit::begin() {
  if (in_flight_ >= limit()) return false;
  ++in_flight_;
  return true;
}

void ConcurrencyLimit::ignore() {
  CHECK(in_flight_ > 0);
  --in_flight_;
}

void ConcurrencyLimit::end(core::Time now, core::Duration took, bool dropped) {
  const double used = in_flight_;   // With the one that ends: so many shared what it got.
  ignore();
  switch (settings_.algorithm) {
    case LimitAlgorithm::fixed: return;
    case LimitAlgorithm::aimd: aimd(used, took, dropped); break;
    case LimitAlgorithm::vegas: vegas(now, used, took, dropped); break;
    case LimitAlgorithm::gradient2: gradient2(used, took); break;
  }
  limit_ = std::clamp<double>(limit_, settings_.least, settings_.most);
}

void ConcurrencyLimit::aimd(double used, core::Duration took, bool dropped) {
  if (dropped || took > settings_.timeout)
    limit_ = std::floor(limit_ * settings_.backoff);
  else if (2 * used >= limit_)
    limit_ += 1;
}

void ConcurrencyLimit::vegas(core::Time now, double used, core::Duration took, bool dropped) {
  // What was the least time once may be out of reach for ever (another machine, a longer way): with it, every time would
  // look like a queue.
  if (least_time_.count() == 0 || took < least_time_ || now >= least_since_ + settings_.min_rtt_window) {
    least_time_ = std::max(took, core::Duration(1));
    least_since_ = now;
    return;
  }
  const double step = log10_of(limit_);
  const double queue = std::ceil(limit_ * (1 - static_cast<double>(least_time_.count()) / static_cast<double>(took.count())));
  double wanted = limit_;
  if (dropped) wanted -= step;
  else if (2 * used < limit_) return;
  else if (queue <= step) wanted += 6 * step;
  else if (queue < 3 * step) wanted += step;
  else if (queue > 6 * step) wanted -= step;
  limit_ = limit_ * (1 - settings_.smoothing) + wanted * settings_.smoothing;
}

void ConcurrencyLimit::gradient2(double used, core::Duration took) {
  const double time = std::max(1.0, static_cast<double>(took.count()));
  // The first ten are averaged alike; from then on exponentially.
  const double weight = samples_ < 10 ? 1.0 / ++samples_ : 2.0 / (settings_.long_window + 1);
  long_time_ += (time - long_time_) * weight;
  // After a time of overload the average is far too long; left alone, it would allow the next one.
  if (long_time_ > 2 * time) long_time_ *= 0.95;
  if (2 * used < limit_) return;
  const double gradient = std::clamp(settings_.tolerance * long_time_ / time, 0.5, 1.0);
  limit_ = limit_ * (1 - settings_.smoothing) + (limit_ * gradient + settings_.queue) * settings_.smoothing;
}

}  // namespace resilience
