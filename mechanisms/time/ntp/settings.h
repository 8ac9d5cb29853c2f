// What can be tuned on NTP's servers and clients, and the known bugs of clients that can be switched on.
#pragma once
#include <array>
#include <string>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace ntp {

// Known bugs, each read at exactly one `if`.
struct Flaws {
  bool trust_first{};
  bool ignore_delay{};
  bool believe_liar{};
  FIELDS(Flaws, trust_first, ignore_delay, believe_liar)
  static constexpr auto kDeclared = std::array{
      core::Setting{"trust_first", "", "", "", "Believes the newest sample, however long it was under way: no clock filter."},
      core::Setting{"ignore_delay", "", "", "", "Takes the server's time for now, as if the reply had needed no time to come."},
      core::Setting{"believe_liar", "", "", "", "Averages over all servers, also those that a majority contradicts."}};
};

struct ClientSettings {
  core::Duration poll = std::chrono::seconds(1);
  std::uint32_t filter = 8;
  core::Duration step_threshold = std::chrono::milliseconds(128);
  std::uint32_t slew_ppm = 500;
  std::uint32_t max_drift_ppm = 500;
  bool compensate_drift = true;
  core::Duration drift_interval = std::chrono::seconds(16);
  Flaws flaws;
  FIELDS(ClientSettings, poll, filter, step_threshold, slew_ppm, max_drift_ppm, compensate_drift, drift_interval, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"poll", "10ms", "1h", "", "How often each server is asked."},
      core::Setting{"filter", "1", "64", "samples", "The clock filter chooses among so many samples of a server the one of least delay."},
      core::Setting{"step_threshold", "0", "1h", "", "A clock that is further off is set at once; one that is nearer is slewed."},
      core::Setting{"slew_ppm", "1", "100000", "ppm", "How much faster or slower the kept clock may run to make up for an offset."},
      core::Setting{"max_drift_ppm", "0", "100000", "ppm",
                    "Its own clock drifts at most so much. By this the error bound grows between samples."},
      core::Setting{"compensate_drift", "", "", "", "Learn how fast its own clock drifts, and make up for it also between samples."},
      core::Setting{"drift_interval", "10ms", "1h", "", "Drift is what the offset has changed by over at least this time."}};

  std::string conflict() const {
    if (compensate_drift && drift_interval < poll)
      return "drift_interval (" + core::text(drift_interval) + ") must not be shorter than poll (" + core::text(poll) +
             "): drift shows between two samples";
    return "";
  }
};

struct ServerSettings {
  core::Duration dispersion = std::chrono::microseconds(100);
  FIELDS(ServerSettings, dispersion)
  static constexpr auto kDeclared = std::array{
      core::Setting{"dispersion", "0", "16s", "", "It says that its clock is at most so far from the true time."}};
};

}  // namespace ntp
