// Deadlines that are passed on: each server is told how much of the client's patience is left, and does not begin what
// nobody will wait for. Beyer et al., Site Reliability Engineering (2016), chapter 22, "Deadline propagation"; gRPC passes a
// remaining time (grpc-timeout) and no point of time, because clocks differ, and so do we.
//
// Guarantees
//   1. What is passed on is never more than what is left, less `margin` for the way back.
//   2. With less than `least` left, the call is refused at once.
#pragma once
#include <array>
#include <optional>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace resilience {

inline constexpr core::Metric kDeadlineRefused{"deadline_refused_total", core::Metric::Kind::counter, "requests", "Requests that came with too little time left to be worth beginning."};
inline constexpr core::Metric kDeadlineExceeded{"deadline_exceeded_total", core::Metric::Kind::counter, "requests", "Requests whose time was over before they were answered."};

class Deadline {
 public:
  struct Settings {
    bool pass_on = true;
    core::Duration timeout = std::chrono::seconds(1);
    core::Duration least = std::chrono::milliseconds(1);
    core::Duration margin{};
    FIELDS(Settings, pass_on, timeout, least, margin)
    static constexpr auto kDeclared = std::array{
        core::Setting{"pass_on", "", "", "", "Whether calls onward get what is left of the caller's time, or the whole timeout again."},
        core::Setting{"timeout", "1us", "1h", "", "How long a call may take whose caller did not say."},
        core::Setting{"least", "0", "1h", "", "With less time left a call is refused at once."},
        core::Setting{"margin", "0", "1h", "", "Kept back of what is passed on, for the way back."}};
  };

  // A call came in with so much time left; nothing: its caller did not say.
  Deadline(const Settings& settings, core::Time now, std::optional<core::Duration> left = std::nullopt)
      : settings_(settings), at_(now + (settings.pass_on && left ? *left : settings.timeout)) {}

  core::Time at() const { return at_; }
  core::Duration left(core::Time now) const { return at_ - now; }
  bool over(core::Time now) const { return now >= at_; }
  // What a call onward may take; nothing: it is not worth beginning.
  std::optional<core::Duration> onward(core::Time now) const {
    // Without passing on, nobody downstream knows that the client has long gone: they work for nobody.
    const core::Duration may_take = settings_.pass_on ? left(now) - settings_.margin : settings_.timeout;
    if (may_take < settings_.least || may_take.count() <= 0) return std::nullopt;
    return may_take;
  }

  friend bool operator==(const Deadline&, const Deadline&) = default;

 private:
  Settings settings_;
  core::Time at_;
};

}  // namespace resilience
