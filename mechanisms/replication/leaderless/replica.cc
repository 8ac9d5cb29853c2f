// What joins the parts: start, timers, settings, what an operator may ask, what is shown.
#include "mechanisms/replication/leaderless/replica.h"

#include <algorithm>

namespace leaderless {

Replica::Replica(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self),
      names_(roster.names),
      settings_(settings),
      ring_(settings.points),
      keys_(std::move(durable.keys)),
      hints_(std::move(durable.hints)) {
  for (const core::NodeId node : roster.peers) {
    ring_.join(node);
    if (node != id_) peers_.push_back(node);
  }
  plant_trees();
}

void Replica::start(Step& step) {
  // Answers to operations from before a crash must not be taken for those to new ones.
  operations_made_ = step.rng->below(std::uint64_t{1} << 24) << 32;
  step.set_timer({Alarm::handoff}, settings_.handoff_every);
  arm_entropy(step);
  sample(step);
}

void Replica::arm_entropy(Step& step) {
  if (settings_.anti_entropy_every == core::Duration{}) return step.cancel_timer({Alarm::entropy});
  // Not all at once.
  step.set_timer({Alarm::entropy}, step.rng->between(settings_.anti_entropy_every / 2, settings_.anti_entropy_every * 3 / 2));
}

void Replica::on_settings(Step& step, const Settings& settings) {
  const bool other_keys = settings.n != settings_.n;
  settings_ = settings;
  if (other_keys) plant_trees();
  step.set_timer({Alarm::handoff}, settings_.handoff_every);
  arm_entropy(step);
}

void Replica::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::operation: return time_out(step, timer.key);
    case Alarm::probe: return probe(step, static_cast<core::NodeId>(timer.key));
    case Alarm::handoff:
      expire_hints(step);
      for (const core::NodeId peer : peers_)
        if (!suspects(peer)) hand_off(step, peer);
      step.set_timer({Alarm::handoff}, settings_.handoff_every);
      return sample(step);
    case Alarm::entropy: {
      std::vector<core::NodeId> healthy;
      for (const core::NodeId peer : peers_)
        if (!suspects(peer)) healthy.push_back(peer);
      if (!healthy.empty()) compare_with(step, healthy[step.rng->below(healthy.size())]);
      return arm_entropy(step);
    }
  }
}

std::string Replica::on_tell(Step& step, std::string_view words) {
  if (words != "repair" && words != "handoff") return "expected one of: repair, handoff";
  for (const core::NodeId peer : peers_)
    if (words == "repair")
      compare_with(step, peer);
    else
      hand_off(step, peer);
  return "";
}

Replica::Shown Replica::show() const {
  Shown shown{keys_.size(), siblings_, hints_.size(), open_.size(), {}};
  for (const auto& [peer, suspicion] : suspicions_) shown.suspected.push_back(peer);
  return shown;
}

}  // namespace leaderless
