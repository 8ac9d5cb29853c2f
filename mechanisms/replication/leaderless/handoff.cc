// Section 4.6: who is taken for dead, and what is kept for those until they are back. There is no oracle: a node that does
// not answer in time is suspected, left alone for a while, and asked again.
#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {

void Replica::heard(Step& step, core::NodeId peer) {
  heard_at_[peer] = step.now;
  const auto waits = [peer](const Passing& passing) { return passing.to == peer; };
  for (const Passing& passing : passing_)
    if (waits(passing)) step.send(peer, Forward{passing.client, passing.request});
  std::erase_if(passing_, waits);
  const bool was_watched = watched_.erase(peer) > 0, was_suspected = suspicions_.erase(peer) > 0;
  if (was_watched || was_suspected) step.cancel_timer({Alarm::probe, peer});
  if (!was_suspected) return;
  step.note(names_.of(peer) + " is back");
  hand_off(step, peer);
  sample(step);
}

void Replica::suspect(Step& step, core::NodeId peer) {
  if (suspects(peer)) return;
  watched_.erase(peer);
  suspicions_[peer] = settings_.suspect;
  step.set_timer({Alarm::probe, peer}, settings_.suspect);
  step.note("suspects " + names_.of(peer));
  sample(step);
  // What waited for it goes to the next.
  std::vector<Passing> waited;
  for (auto it = passing_.begin(); it != passing_.end();) {
    if (it->to == peer) waited.push_back(*it);
    it = it->to == peer ? passing_.erase(it) : it + 1;
  }
  for (const Passing& passing : waited) coordinate(step, passing.client, passing.request, false);
}

void Replica::watch(Step& step, core::NodeId peer) {
  if (suspects(peer) || !watched_.insert(peer).second) return;
  step.send(peer, Ping{});
  step.set_timer({Alarm::probe, peer}, settings_.timeout);
}

void Replica::probe(Step& step, core::NodeId peer) {
  if (watched_.count(peer) != 0) return suspect(step, peer);
  const auto it = suspicions_.find(peer);
  if (it == suspicions_.end()) return;
  step.send(peer, Ping{});
  it->second = std::min(2 * it->second, settings_.suspect_most);
  step.set_timer({Alarm::probe, peer}, it->second);
}

void Replica::on_message(Step& step, core::NodeId from, const Ping&) {
  heard(step, from);
  step.send(from, Pong{});
}

void Replica::on_message(Step& step, core::NodeId from, const Pong&) { heard(step, from); }

void Replica::keep_hint(Step& step, core::NodeId owner, const std::string& key, const Versions& versions) {
  Hint& hint = hints_[{owner, key}];
  hint.versions.sync(versions);
  hint.since = step.now;
  ++changes_;
  if (!settings_.flaws.forget_hints) step.persist(SaveHint{owner, key, hint.versions, hint.since});
  step.count(kHintsCreated);
}

void Replica::hand_off(Step& step, core::NodeId owner) {
  for (auto it = hints_.lower_bound({owner, ""}); it != hints_.end() && it->first.first == owner; ++it)
    step.send(owner, Handoff{it->first.second, it->second.versions});
}

void Replica::on_message(Step& step, core::NodeId from, const Handoff& m) {
  heard(step, from);
  asked_for_.erase(m.key);
  keep(step, m.key, m.versions);
  step.send(from, HandedOff{m.key, digest_of(m.key, m.versions)});
  sample(step);
}

void Replica::on_message(Step& step, core::NodeId from, const HandedOff& m) {
  heard(step, from);
  confirm(step, from, m.key, m.digest);
  const auto it = hints_.find({from, m.key});
  if (it == hints_.end() || digest_of(m.key, it->second.versions) != m.digest) return;
  hints_.erase(it);
  ++changes_;
  step.persist(DropHint{from, m.key});
  step.count(kHintsDelivered);
  sample(step);
}

void Replica::expire_hints(Step& step) {
  for (auto it = hints_.begin(); it != hints_.end();) {
    if (step.now - it->second.since < settings_.hint_expiry) {
      ++it;
      continue;
    }
    step.persist(DropHint{it->first.first, it->first.second});
    step.count(kHintsExpired);
    ++hints_expired_, ++changes_;
    it = hints_.erase(it);
  }
}

}  // namespace leaderless
