#include "mechanisms/traffic/workload/workload.h"

#include <algorithm>

#include "mechanisms/core/real.h"
#include "mechanisms/core/text.h"

namespace workload {
namespace {

double seconds(core::Duration d) { return static_cast<double>(d.count()) / 1e9; }

// `k7` or `k10..k19`: false if these are no numbered keys.
bool read_range(std::string_view words, std::uint64_t& first, std::uint64_t& last) {
  const auto dots = words.find("..");
  const std::string_view low = words.substr(0, dots), high = dots == std::string_view::npos ? low : words.substr(dots + 2);
  if (!low.starts_with('k') || !high.starts_with('k')) return false;
  return core::parse(low.substr(1), first) && core::parse(high.substr(1), last) && first <= last;
}

}  // namespace

// --- When.

std::string ArrivalSettings::conflict() const {
  if (burst_every > core::Duration{} && burst_for >= burst_every) return "a burst would still last when the next begins";
  if (ramp_over > core::Duration{} && ramp_to <= 0) return "a ramp needs a rate that it leads to";
  return {};
}

double Arrivals::rate_at(core::Time now) const {
  const core::Duration passed = now - began_;
  double rate = rate_;
  if (settings_.ramp_over > core::Duration{})
    rate += (settings_.ramp_to - rate_) * std::clamp(seconds(passed) / seconds(settings_.ramp_over), 0.0, 1.0);
  // Quiet first, so that a burst is seen to begin.
  if (settings_.burst_every > core::Duration{} && passed % settings_.burst_every >= settings_.burst_every - settings_.burst_for)
    rate *= settings_.burst_factor;
  return rate;
}

double Arrivals::peak() const {
  const double most = settings_.ramp_over > core::Duration{} ? std::max(rate_, settings_.ramp_to) : rate_;
  return settings_.burst_every > core::Duration{} ? most * settings_.burst_factor : most;
}

core::Duration Arrivals::until_next(core::Rng& rng, core::Time now) const {
  if (settings_.rhythm == Rhythm::even) return core::Duration(static_cast<core::Duration::rep>(1e9 / rate_at(now)));
  const double most = peak();
  const core::Duration gap(static_cast<core::Duration::rep>(1e9 / most));
  core::Duration wait{};
  do wait += rng.exponential(gap);
  while (rng.unit() * most >= rate_at(now + wait));
  return wait;
}

// --- Of which keys.

Zipf::Zipf(std::uint64_t n, double skew) : n_(static_cast<double>(n)), skew_(skew) {
  low_ = area(1.5) - 1;
  high_ = area(n_ + 0.5);
  near_ = 2 - position(area(2.5) - height(2));
}

double Zipf::area(double x) const {
  const double rest = 1 - skew_;
  if (rest > -1e-6 && rest < 1e-6) return core::log(x);
  return (core::power(x, rest) - 1) / rest;
}

double Zipf::position(double a) const {
  const double rest = 1 - skew_;
  if (rest > -1e-6 && rest < 1e-6) return core::exp(a);
  // With a skew above 1 the area stays below a bound, which rounding may reach.
  const double base = 1 + a * rest;
  return base <= 0 ? n_ : core::power(base, 1 / rest);
}

double Zipf::height(double x) const { return core::power(x, -skew_); }

std::uint64_t Zipf::draw(core::Rng& rng) const {
  if (skew_ <= 0) return rng.below(static_cast<std::uint64_t>(n_));
  while (true) {
    const double a = high_ + rng.unit() * (low_ - high_);
    const double x = position(a);
    const double k = std::clamp(static_cast<double>(static_cast<std::uint64_t>(x + 0.5)), 1.0, n_);
    if (k - x <= near_ || a >= area(k + 0.5) - height(k)) return static_cast<std::uint64_t>(k) - 1;
  }
}

std::string KeySettings::conflict() const {
  std::uint64_t first = 0, last = 0;
  const bool numbered = read_range(hot, first, last);
  if (!numbered && hot.find("..") != std::string::npos) return "`hot` takes a key, or a range such as k10..k19";
  if (numbered && last >= count) return "the hot keys end behind the last key";
  if (hot_share > 0 && hot.empty()) return "`hot` does not say which key is hot";
  return {};
}

Keys::Keys(const KeySettings& settings)
    : settings_(settings), count_(settings.count), width_(std::to_string(settings.count - 1).size()),
      zipf_(settings.count, settings.skew), trace_(core::split_words(settings.trace)) {
  if (!read_range(settings.hot, hot_first_, hot_last_)) hot_first_ = 1, hot_last_ = 0;
}

std::string Keys::name(std::uint64_t number) const {
  std::string digits = std::to_string(number);
  if (digits.size() < width_) digits.insert(0, width_ - digits.size(), '0');
  return "k" + digits;
}

std::string Keys::pick(core::Rng& rng) {
  if (!trace_.empty()) return trace_[traced_++ % trace_.size()];
  if (rng.chance(settings_.hot_share))
    return hot_first_ <= hot_last_ ? name(hot_first_ + rng.below(hot_last_ - hot_first_ + 1)) : settings_.hot;
  const std::uint64_t rank = zipf_.draw(rng);
  // Some ranks meet at one key, as with YCSB's scrambled keys: that takes nothing from the skew.
  return name(settings_.scatter ? core::derive_seed(0, "scatter", rank) % settings_.count : rank);
}

std::string Keys::pick_latest(core::Rng& rng) const { return name(count_ - 1 - std::min(zipf_.draw(rng), count_ - 1)); }

std::string Keys::random(core::Rng& rng) const { return name(rng.below(count_)); }

std::string Keys::add() { return name(count_++); }

// --- What of them.

std::string MixSettings::conflict() const {
  return appends + deletes + scans > 1 ? "appends, deletes and scans are more than all that is left beside the reads" : "";
}

Action draw_action(core::Rng& rng, const MixSettings& mix) {
  const double at = rng.unit();
  switch (mix.mix) {
    case Mix::ycsb_a: return at < 0.5 ? Action::read : Action::update;
    case Mix::ycsb_b: return at < 0.95 ? Action::read : Action::update;
    case Mix::ycsb_c: return Action::read;
    case Mix::ycsb_d: return at < 0.95 ? Action::read : Action::insert;
    case Mix::ycsb_e: return at < 0.95 ? Action::scan : Action::insert;
    case Mix::ycsb_f: return at < 0.5 ? Action::read : Action::read_modify_write;
    case Mix::own: break;
  }
  if (at < mix.reads) return Action::read;
  const double other = rng.unit();
  if (other < mix.appends) return Action::append;
  if (other < mix.appends + mix.deletes) return Action::remove;
  if (other < mix.appends + mix.deletes + mix.scans) return Action::scan;
  return Action::update;
}

}  // namespace workload
