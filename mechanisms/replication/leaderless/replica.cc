// What joins the parts: start, timers, settings, what an operator may ask, what is shown.
#include "mechanisms/replication/leaderless/replica.h"

#include <algorithm>

namespace leaderless {

Replica::Replica(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self),
      names_(roster.names),
      settings_(settings),
      points_(settings.points),
      keys_(std::move(durable.keys)),
      hints_(std::move(durable.hints)),
      minted_(durable.minted),
      widest_(durable.widest) {
  std::uint32_t place = 0;
  for (const core::NodeId node : roster.peers) {
    const bool at_first = settings.members == 0 || place++ < settings.members;
    members_[node] = {node, 0, at_first ? Standing::in : Standing::out};
    if (node != id_) peers_.push_back(node);
  }
  for (const auto& [node, member] : durable.members)
    if (members_.count(node) != 0) members_[node] = member;
  draw_rings();
}

void Replica::start(Step& step) {
  // Answers to operations from before a crash must not be taken for those to new ones.
  operations_made_ = step.rng->below(std::uint64_t{1} << 24) << 32;
  step.set_timer({Alarm::handoff}, settings_.handoff_every);
  arm_entropy(step);
  arm_gossip(step);
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
  if (other_keys) draw_rings();
  step.set_timer({Alarm::handoff}, settings_.handoff_every);
  arm_entropy(step);
  arm_gossip(step);
}

void Replica::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::operation: return time_out(step, timer.key);
    case Alarm::probe: return probe(step, static_cast<core::NodeId>(timer.key));
    case Alarm::handoff:
      expire_hints(step);
      for (const core::NodeId peer : peers_)
        if (!suspects(peer)) hand_off(step, peer);
      offer_keys(step);
      step.set_timer({Alarm::handoff}, settings_.handoff_every);
      return sample(step);
    case Alarm::entropy: {
      std::vector<core::NodeId> healthy;
      for (const core::NodeId peer : peers_)
        if (!suspects(peer)) healthy.push_back(peer);
      if (!healthy.empty()) compare_with(step, healthy[step.rng->below(healthy.size())]);
      return arm_entropy(step);
    }
    case Alarm::gossip:
      gossip(step);
      return arm_gossip(step);
  }
}

std::string Replica::on_tell(Step& step, std::string_view words) {
  if (words == "join" || words == "leave") return change_standing(step, words == "join");
  if (words != "repair" && words != "handoff") return "expected one of: repair, handoff, join, leave";
  for (const core::NodeId peer : peers_)
    if (words == "repair")
      compare_with(step, peer);
    else
      hand_off(step, peer);
  return "";
}

Replica::Shown Replica::show() const {
  Shown shown{standing(), keys_.size(), siblings_, hints_.size(), open_.size(), {}};
  for (const auto& [peer, suspicion] : suspicions_) shown.suspected.push_back(peer);
  return shown;
}

}  // namespace leaderless
