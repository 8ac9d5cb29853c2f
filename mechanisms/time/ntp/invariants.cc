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

namespace {

Premises::Clock server_clock(core::NodeId id, const core::Truth& truth) {
  return {truth.times_set(id), std::chrono::abs(truth.clock(id) - truth.now())};
}

// What the server said of its clock; measure() added the rest. A server takes no time, so the delay is how long it took.
core::Duration said_by_server(const Sample& sample, std::int64_t max_drift_ppb) {
  return sample.dispersion - scaled(sample.delay, max_drift_ppb) - core::Duration(2);
}

}  // namespace

void Premises::look_at_clock(const core::Truth& truth) {
  const std::uint64_t times_set = truth.times_set(id_);
  epoch_ += times_set != times_set_;
  times_set_ = times_set;
}

void Premises::look(const Client& client, const core::Truth& truth) {
  if (id_ == core::kNobody) id_ = client.id(), max_drift_ppb_ = client.max_drift_ppb();
  look_at_clock(truth);
  epoch_ += client.max_drift_ppb() != max_drift_ppb_;
  max_drift_ppb_ = client.max_drift_ppb();
  for (const auto& server : client.servers()) look_at(server, truth);

  // While nobody is believed the bound is the one of before, and grows.
  if (client.believed().empty()) return;
  std::size_t exact = 0;
  for (const Candidate& one : client.candidates()) {
    const auto server = std::find_if(client.servers().begin(), client.servers().end(), [&](const auto& s) { return s.id == one.server; });
    const auto& samples = lines_.at(one.server).samples;
    const auto heard = samples.find(server->used);
    exact += heard != samples.end() && heard->second.exact && heard->second.epoch == epoch_;
  }
  sound_ = 2 * exact > client.candidates().size() && std::abs(truth.drift_ppm(id_)) <= std::int64_t{client.settings().max_drift_ppm};
  sound_since_ = epoch_;
}

// When it starts again it knows nothing, but what was so before its first request is known here.
void Premises::forget(const core::Truth& truth) {
  sound_ = false;
  if (id_ == core::kNobody) return;
  look_at_clock(truth);
  for (auto& [server, line] : lines_) line = {server_clock(server, truth), epoch_, {}, {}, 0, {}};
}

void Premises::look_at(const Client::Server& server, const core::Truth& truth) {
  Line& line = lines_[server.id];
  const Clock now = server_clock(server.id, truth);
  if (server.filter.empty()) line.samples.clear();
  if (!server.filter.empty() && line.samples.count(server.filter.newest().taken) == 0) {
    const Sample& sample = server.filter.newest();
    const core::Duration said = said_by_server(sample, max_drift_ppb_);
    // A request that was not seen to leave has left since the client was looked at last.
    const Clock& before = line.asked ? line.before : line.last;
    const bool exact = before.times_set == now.times_set && before.off <= said && now.off <= said;
    line.samples[sample.taken] = {exact, line.asked ? line.before_epoch : line.last_epoch};
    const core::Time oldest = server.filter.samples().front().taken;
    std::erase_if(line.samples, [&](const auto& one) { return one.first < oldest; });
  }
  if (server.asked && server.asked != line.asked) line.before = line.last, line.before_epoch = line.last_epoch;
  line.asked = server.asked;
  line.last = now, line.last_epoch = epoch_;
}

std::string within_bound(const Client& client, const core::Truth& truth) {
  const core::Time own = truth.clock(client.id());
  const core::Duration off = std::chrono::abs(client.kept(own) - truth.now());
  const auto bound = client.error_bound(own);
  // Clocks and divisions round by a nanosecond each.
  if (!bound || off <= *bound + core::Duration(8)) return "";
  return "Error bound: the kept clock is " + core::text(off) + " from the true time, and says that it is " + core::text(*bound) + " at most";
}

std::string Invariants::after(std::span<const Client* const> all, std::size_t stepped, const core::Truth& truth) {
  watched_.resize(all.size());
  Reading& before = watched_[stepped].reading;
  Premises& premises = watched_[stepped].premises;
  const Client* client = all[stepped];
  if (client == nullptr) {
    before = {};
    premises.forget(truth);
    return "";
  }
  const core::Time own = client->last_seen();
  const Reading now{true, own, client->kept(own), client->steps(), std::int64_t{client->settings().slew_ppm} * 1000,
                    client->discipline().drift_ppb()};
  std::string broken = runs_on(before, now);
  before = now;
  if (broken.empty()) broken = believes_only_a_majority(*client);
  if (broken.empty()) broken = chooses_least_delay(*client);
  premises.look(*client, truth);
  if (broken.empty() && premises.hold()) broken = within_bound(*client, truth);
  return broken;
}

}  // namespace ntp
