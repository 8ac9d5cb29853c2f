#include "mechanisms/time/ntp/invariants.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace ntp {

std::string believes_only_a_majority(const Client& client) {
  const auto& all = client.candidates();
  // Between which points a majority could be right. select() looks for the most agreement there is; this only for enough.
  core::Duration low = core::Duration::max(), high = core::Duration::min();
  for (const Candidate& one : all)
    for (const core::Duration point : {one.low(), one.high()}) {
      const auto holds = [&](const Candidate& other) { return other.low() <= point && point <= other.high(); };
      if (2 * std::count_if(all.begin(), all.end(), holds) <= static_cast<std::ptrdiff_t>(all.size())) continue;
      low = std::min(low, point), high = std::max(high, point);
    }
  for (const Candidate& one : client.believed())
    if (one.low() > high || one.high() < low)
      return "Majority: it believes server " + std::to_string(one.server) + ", which " +
             (low > high ? "no majority agrees with" : "a majority contradicts");
  return "";
}

std::string chooses_least_delay(const Client& client) {
  for (const auto& server : client.servers()) {
    if (server.filter.empty()) continue;
    const core::Duration chosen = client.chosen(server).delay;
    for (const Sample& sample : server.filter.samples())
      if (sample.delay < chosen)
        return "Clock filter: of server " + std::to_string(server.id) + " it uses a sample of delay " + core::text(chosen) +
               " and has one of " + core::text(sample.delay);
  }
  return "";
}

std::string runs_on(const Reading& before, const Reading& after) {
  const core::Duration own = after.own - before.own;
  // A clock that was set back by somebody takes the kept one along.
  if (!before.known || before.steps != after.steps || own < core::Duration{}) return "";
  const core::Duration gained = (after.kept - before.kept) - own;
  const core::Duration most = scaled(own, std::max(before.slew_ppb, after.slew_ppb) + std::max(std::abs(before.drift_ppb), std::abs(after.drift_ppb)));
  // Divisions round by a nanosecond each.
  if (std::chrono::abs(gained) <= most + core::Duration(4)) return "";
  return "Slewing: in " + core::text(own) + " of its own clock the kept clock ran " + core::text(own + gained) + " without a step";
}

std::string Invariants::after(std::span<const Client* const> all, std::size_t stepped) {
  readings_.resize(all.size());
  Reading& before = readings_[stepped];
  const Client* client = all[stepped];
  if (client == nullptr) {
    before = {};
    return "";
  }
  const core::Time own = client->last_seen();
  const Reading now{true, own, client->kept(own), client->steps(), std::int64_t{client->settings().slew_ppm} * 1000,
                    client->discipline().drift_ppb()};
  std::string broken = runs_on(before, now);
  before = now;
  if (broken.empty()) broken = believes_only_a_majority(*client);
  if (broken.empty()) broken = chooses_least_delay(*client);
  return broken;
}

}  // namespace ntp
