#include "labs/timeline/pyramid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "labs/timeline/parts.h"

namespace timeline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

// A NaN is in no block's bounds: no comparison with it is true.
void Pyramid::Bounds::add(const Bounds& other) {
  least = other.least < least ? other.least : least;
  greatest = other.greatest > greatest ? other.greatest : greatest;
}

void Pyramid::append(core::Time at, double value) {
  const std::int64_t t = at.time_since_epoch().count();
  at_.push_back(at_.empty() ? t : std::max(t, at_.back()));   // A foreign file's may go back; a search must not get lost.
  values_.push_back(value);
  std::size_t count = values_.size();
  for (std::size_t k = 0; count % kFan == 0; ++k, count /= kFan) {
    Bounds block{kInfinity, -kInfinity};
    if (k == 0) add_raw(values_.size() - kFan, values_.size(), block);
    else for (std::size_t i = count - kFan; i < count; ++i) block.add(levels_[k - 1][i]);
    if (levels_.size() == k) levels_.emplace_back();
    levels_[k].push_back(block);
  }
}

std::size_t Pyramid::first_at_or_after(core::Time time) const {
  return at_.first_not_before(time.time_since_epoch().count());
}

// From the guess in steps that grow, until the sample lies between two of them: samples come more or less regularly, and
// a search through all would wait for memory at each of its steps.
std::size_t Pyramid::first_at_or_after(core::Time time, std::size_t begin, std::size_t guess) const {
  const std::int64_t t = time.time_since_epoch().count();
  std::size_t low = begin, high = size();   // What is wanted is in [low, high].
  guess = std::clamp(guess, low, high);
  std::size_t step = 8;
  if (guess < high && at_[guess] < t) {
    low = guess + 1;
    while (high - low > step && at_[low + step] < t) low += step + 1, step *= 4;
    high = std::min(high, low + step);
  } else {
    high = guess;
    while (high - low > step && at_[high - step] >= t) high -= step, step *= 4;
    if (high - low > step) low = high - step + 1;
  }
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at_[middle] < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

bool Pyramid::value_at(core::Time time, double& value) const {
  const std::size_t after = time == core::Time::max() ? size() : first_at_or_after(time + core::Duration(1));
  if (after == 0) return false;
  value = values_[after - 1];
  return true;
}

void Pyramid::add_raw(std::size_t begin, std::size_t end, Bounds& all) const {
  if (begin >= end) return;
  const double* const values = values_.run(begin);
  for (std::size_t i = 0; i < end - begin; ++i) all.add({values[i], values[i]});
}

// The ragged ends at each level, then what is left a level higher. The left and the right ends are compared apart, so that
// the processor does both at once.
Pyramid::Bounds Pyramid::bounds(std::size_t begin, std::size_t end) const {
  const std::size_t first = std::min(end, (begin + kFan - 1) / kFan * kFan);
  const std::size_t last = std::max(first, end / kFan * kFan);
  Bounds left{kInfinity, -kInfinity}, right = left;
  add_raw(begin, first, left);
  add_raw(last, end, right);
  begin = first / kFan, end = last / kFan;
  for (std::size_t k = 0; begin < end; ++k) {
    const Blocks<Bounds>& level = levels_.data()[k];
    const std::size_t stop = std::min(end, (begin + kFan - 1) / kFan * kFan);
    if (begin < stop)
      for (const Bounds* at = level.run(begin); begin < stop; ++begin) left.add(*at++);
    const std::size_t rest = std::max(begin, end / kFan * kFan);
    if (rest < end)
      for (const Bounds* at = level.run(rest) + (end - rest); end > rest; --end) right.add(*--at);
    begin /= kFan, end /= kFan;
  }
  left.add(right);
  return left;
}

void Pyramid::bounds(std::size_t begin, std::size_t end, double& least, double& greatest) const {
  if (begin >= end) return;
  Bounds all{least, greatest};
  all.add(bounds(begin, end));
  least = all.least, greatest = all.greatest;
}

void Pyramid::columns(core::Time from, core::Time to, std::vector<Column>& out) const {
  const Parts parts(from, to, out.size());
  std::size_t begin = first_at_or_after(from), before = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t end = first_at_or_after(core::Time(core::Duration(parts.begin(i + 1))), begin, begin + before);
    before = end - begin;
    out[i] = {};
    if (begin < end) {
      const Bounds all = bounds(begin, end);
      const bool numbers = all.least <= all.greatest;
      out[i] = {numbers ? all.least : kNoNumber, numbers ? all.greatest : kNoNumber, values_[begin], values_[end - 1], end - begin};
    }
    begin = end;
  }
}

bool Pyramid::range(core::Time from, core::Time to, double& least, double& greatest) const {
  const std::size_t end = first_at_or_after(to);
  std::size_t begin = from == core::Time::max() ? size() : first_at_or_after(from + core::Duration(1));
  if (begin > 0) --begin;   // What is in force at `from`.
  if (begin >= end && (begin >= size() || time(begin) > from)) return false;
  const Bounds all = bounds(begin, std::max(end, begin + 1));
  if (!(all.least <= all.greatest)) return false;
  least = all.least, greatest = all.greatest;
  return true;
}

std::size_t Pyramid::memory() const {
  std::size_t bytes = at_.memory() + values_.memory();
  for (const auto& level : levels_) bytes += level.memory();
  return bytes;
}

}  // namespace timeline
