#include "mechanisms/resilience/backoff.h"

#include <algorithm>

namespace resilience {

std::string Backoff::Settings::conflict() const {
  return cap < base ? "cap is shorter than base: every wait would be the same" : "";
}

std::optional<core::Duration> Backoff::next(core::Rng& rng) {
  if (attempts_ >= settings_.attempts) return std::nullopt;
  ++attempts_;
  const core::Duration most = std::min(ceiling_, settings_.cap);
  // Cut to the cap before it is a whole number again: an hour doubled sixty times does not fit into one.
  const double longer = static_cast<double>(most.count()) * settings_.factor;
  ceiling_ = longer < static_cast<double>(settings_.cap.count()) ? core::Duration(static_cast<core::Duration::rep>(longer)) : settings_.cap;
  switch (settings_.jitter) {
    case Jitter::none: break;
    case Jitter::full: return rng.between({}, most);
    case Jitter::equal: return most / 2 + rng.between({}, most - most / 2);
    case Jitter::decorrelated:
      last_ = std::min(settings_.cap, rng.between(settings_.base, last_ * 3));
      return last_;
  }
  return most;
}

}  // namespace resilience
