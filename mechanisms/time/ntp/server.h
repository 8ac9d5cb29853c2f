// An NTP server of stratum 1: what its own clock shows is the time. It keeps nothing of its clients (RFC 5905, section 5).
// Skew its clock, and it is a falseticker that knows nothing of it.
//
// Left out: servers that are clients of others (higher strata) - a client here is a leaf -, and peers that ask each other.
#pragma once
#include <array>

#include "mechanisms/core/step.h"
#include "mechanisms/time/ntp/messages.h"
#include "mechanisms/time/ntp/metrics.h"
#include "mechanisms/time/ntp/settings.h"

namespace ntp {

class Server {
 public:
  enum class Alarm : std::uint8_t { unused };
  friend constexpr auto names(Alarm) { return std::array<std::string_view, 1>{"unused"}; }
  struct Shown {
    std::uint64_t answered{};
    FIELDS(Shown, answered)
  };
  using Message = ntp::Message;
  using Timer = core::Timer<Alarm>;
  using Write = core::Nothing;
  using Durable = core::Nothing;
  using Settings = ServerSettings;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kMetrics{&kRequests};

  Server(const core::Roster&, const Settings& settings, Durable) : settings_(settings) {}

  void start(Step&) {}
  void on_message(Step& step, core::NodeId from, const Request& m) {
    ++answered_;
    step.count(kRequests);
    // A step takes no time by the node's clock, so T2 and T3 are one. A slow node is slow on the way there.
    step.send(from, Reply{m.origin, step.now, step.now, settings_.dispersion});
  }
  void on_message(Step&, core::NodeId, const Reply&) {}  // For clients.
  void on_timer(Step&, Timer) {}
  void on_settings(Step&, const Settings& settings) { settings_ = settings; }
  Shown show() const { return {answered_}; }
  core::Face face() const { return {"server", 0}; }
  friend bool operator==(const Server&, const Server&) = default;

 private:
  Settings settings_;
  std::uint64_t answered_ = 0;
};

}  // namespace ntp
