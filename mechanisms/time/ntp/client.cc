#include "mechanisms/time/ntp/client.h"

#include <algorithm>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace ntp {

Client::Client(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), names_(roster.names), settings_(settings), discipline_(durable.drift_ppb) {
  for (const core::NodeId id : roster.servers()) servers_.emplace_back().id = id;
  CHECK(!servers_.empty());
}

void Client::start(Step& step) {
  last_ = step.now;
  discipline_.retune(step.now, settings_);
  for (std::size_t i = 0; i < servers_.size(); ++i) on_timer(step, {Alarm::poll, i});
}

void Client::on_timer(Step& step, Timer timer) {
  last_ = step.now;
  Server& server = servers_.at(timer.key);
  step.set_timer(timer, settings_.poll);
  server.reach = static_cast<std::uint8_t>(server.reach << 1);
  server.asked = step.now;
  step.send(server.id, Request{step.now});
  if (server.reach == 0 && !server.filter.empty()) {
    // Eight polls without an answer: what it said long ago counts no more (section 13).
    server.filter = {};
    compare_servers(step);
  }
  publish(step);
}

void Client::on_message(Step& step, core::NodeId from, const Reply& m) {
  last_ = step.now;
  const auto server = std::find_if(servers_.begin(), servers_.end(), [&](const Server& one) { return one.id == from; });
  if (server == servers_.end()) return;
  // A reply that was duplicated, or that answers an earlier request, would measure a delay that nothing had (section 8,
  // packet tests 1 and 2).
  auto sample = server->asked == m.origin ? measure(m, step.now, max_drift_ppb()) : std::nullopt;
  if (!sample) return step.count(kBogus);
  server->asked.reset();
  server->reach |= 1;
  if (settings_.flaws.ignore_delay) sample->offset = m.transmit - step.now;
  server->filter.add(*sample, settings_.filter);
  // The clock filter may go on to choose a sample that was used already: it says nothing new (section 10).
  if (const core::Time taken = chosen(*server).taken; taken != server->used) {
    server->used = taken;
    compare_servers(step);
  }
  publish(step);
}

const Sample& Client::chosen(const Server& server) const {
  return settings_.flaws.trust_first ? server.filter.newest() : server.filter.best();
}

std::int64_t Client::max_drift_ppb() const {
  constexpr std::int64_t kMillion = 1'000'000, kThousand = 1000;
  const std::int64_t ppm = settings_.max_drift_ppm;
  return (ppm * kMillion * kThousand + (kMillion - ppm) - 1) / (kMillion - ppm);
}

core::Duration Client::growth(core::Duration passed) const {
  // What was learned of the drift may be wrong. Made up for wrongly, it adds to what the clock itself drifts.
  const std::int64_t ppb = max_drift_ppb() + std::abs(discipline_.drift_ppb());
  return scaled(std::max(passed, core::Duration{}), ppb);
}

std::optional<core::Duration> Client::error_bound(core::Time own) const {
  if (!bound_) return {};
  return *bound_ + growth(own - updated_) + std::chrono::abs(discipline_.left(own));
}

bool Client::believes(core::NodeId server) const {
  return std::any_of(believed_.begin(), believed_.end(), [&](const Candidate& one) { return one.server == server; });
}

void Client::compare_servers(Step& step) {
  candidates_.clear();
  for (const Server& server : servers_) {
    if (server.filter.empty()) continue;
    const Sample& sample = chosen(server);
    const core::Duration age = step.now - sample.taken;
    candidates_.push_back({server.id, sample.offset + scaled(age, discipline_.drift_ppb()), sample.distance() + growth(age)});
  }
  const bool agreed = !believed_.empty();
  const std::vector<Candidate> before = std::exchange(believed_, settings_.flaws.believe_liar ? candidates_ : select(candidates_));
  for (const Candidate& one : before)
    if (!believes(one.server) && !believed_.empty())
      step.note("no longer believes " + names_.of(one.server) + ": a majority of the servers contradicts it, or it is silent");
  if (believed_.empty()) {
    if (agreed) step.note("no majority of the servers agrees: keeps its clock by itself");
    return;
  }
  const Combined all = combine(believed_);
  offset_ = all.offset - discipline_.correction(step.now);
  if (discipline_.update(step.now, all.offset, settings_)) {
    ++steps_;
    step.count(kSteps);
    step.note("sets its clock by " + core::text(std::chrono::duration_cast<std::chrono::microseconds>(offset_)));
  }
  if (discipline_.learned_drift()) step.persist(KeepDrift{discipline_.drift_ppb()});
  bound_ = all.bound;
  updated_ = step.now;
}

void Client::publish(Step& step) {
  const core::Time now = step.now;
  if (const auto bound = error_bound(now)) step.gauge(kErrorBound, core::in_ms(*bound));
  if (!bound_) return;
  step.gauge(kOffset, core::in_ms(offset_));
  step.gauge(kCorrection, core::in_ms(discipline_.correction(now)));
  step.gauge(kDrift, -static_cast<double>(discipline_.drift_ppb()) / 1e3);
  step.gauge(kSelected, static_cast<double>(believed_.size()));
  step.gauge(kFalsetickers, static_cast<double>(candidates_.size() - believed_.size()));
  const Server* nearest = nullptr;
  for (const Server& server : servers_)
    if (believes(server.id) && (!nearest || chosen(server).delay < chosen(*nearest).delay)) nearest = &server;
  if (nearest == nullptr) return;
  step.gauge(kDelay, core::in_ms(chosen(*nearest).delay));
  step.gauge(kJitter, core::in_ms(nearest->filter.jitter(chosen(*nearest))));
}

void Client::on_settings(Step& step, const Settings& settings) {
  last_ = step.now;
  // What had grown by the old settings stays.
  if (bound_) *bound_ += growth(step.now - updated_), updated_ = step.now;
  settings_ = settings;
  discipline_.retune(step.now, settings_);
  for (std::size_t i = 0; i < servers_.size(); ++i) step.set_timer({Alarm::poll, i}, settings_.poll);
}

core::Face Client::face() const {
  if (!bound_) return {"unsynchronised", 0};
  return {believed_.empty() ? "adrift" : "synchronised", 0};
}

Client::Shown Client::show() const {
  Shown shown{discipline_.correction(last_), error_bound(last_).value_or(core::Duration{}), -discipline_.drift_ppb() / 1000, steps_, {}};
  for (const Server& server : servers_) {
    const bool heard = !server.filter.empty();
    const Sample sample = heard ? chosen(server) : Sample{};
    shown.servers.push_back({names_.of(server.id), !heard ? "silent" : believes(server.id) ? "believed" : "falseticker",
                             sample.offset, sample.delay});
  }
  return shown;
}

}  // namespace ntp
