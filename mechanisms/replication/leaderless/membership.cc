// Section 4.8.1: an operator says who is on the ring, and gossip tells everybody. A node that joins or leaves does so in two
// steps, so that it is asked for keys only while it has them (4.9).
#include "mechanisms/core/fingerprint.h"
#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {

void Replica::draw_rings() {
  ring_ = next_ = partitioning::Ring(points_);
  ring_digest_ = members_digest_ = 0;
  bool changing = false;
  for (const auto& [node, member] : members_) {
    changing = changing || member.standing == Standing::joining || member.standing == Standing::leaving;
    if (member.standing == Standing::in || member.standing == Standing::leaving) {
      ring_.join(node);
      ring_digest_ = core::fingerprint(ring_digest_, std::uint64_t{node});
    }
    members_digest_ = core::fingerprint(members_digest_, member.change);
  }
  next_ = ring_;
  for (const auto& [node, member] : members_) {
    if (member.standing == Standing::joining) next_.join(node);
    if (member.standing == Standing::leaving) next_.leave(node);
  }
  plant_trees();
  // What others confirmed they did by the old ring: they may have given it up since.
  offers_.clear(), batches_.clear(), handed_over_.clear();
  for (const auto& [place, versions] : keys_)
    if (changing || !tree_of(place.first) || is_deleted(versions)) offers_.try_emplace(place);
}

std::size_t Replica::on_ring() const {
  return static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(), [](const auto& one) {
    return one.second.standing == Standing::in || one.second.standing == Standing::leaving;
  }));
}

// Returns why not, or nothing.
std::string Replica::change_standing(Step& step, bool join) {
  const Standing now = standing();
  if (join && now != Standing::out) return names_.of(id_) + " is " + std::string(core::name_of(now)) + (now == Standing::in ? " already" : "");
  if (!join && (now == Standing::out || now == Standing::leaving)) return names_.of(id_) + " is " + std::string(core::name_of(now)) + " already";
  std::size_t others = 0;
  for (const auto& [node, member] : members_) others += node != id_ && member.standing == Standing::in ? 1 : 0;
  if (now == Standing::in && others < settings_.n)
    return "each key is kept by " + core::text(settings_.n) + " nodes, and only " + std::to_string(others) + " others are on the ring";
  // Who has not joined yet has nothing that others must wait for.
  set_standing(step, join ? Standing::joining : now == Standing::joining ? Standing::out : Standing::leaving);
  return "";
}

void Replica::set_standing(Step& step, Standing standing) {
  Member& mine = members_[id_];
  mine.standing = standing, ++mine.change;
  step.persist(SaveMember{mine});
  step.note(names_.of(id_) + " is " + std::string(core::name_of(standing)));
  draw_rings();
  // Who does not hear this hears it from others.
  for (const core::NodeId peer : peers_) step.send(peer, history());
  arm_gossip(step);
  offer_keys(step);
  sample(step);
}

// Of those that have ever changed: the rest everybody knows from the start.
Members Replica::history() const {
  Members all;
  for (const auto& [node, member] : members_)
    if (member.change > 0) all.history.push_back(member);
  return all;
}

// Nobody has anything to tell until the first has joined or left.
void Replica::arm_gossip(Step& step) {
  if (!history().history.empty()) step.set_timer({Alarm::gossip}, settings_.gossip_every);
}

void Replica::gossip(Step& step) {
  if (!peers_.empty()) step.send(peers_[step.rng->below(peers_.size())], history());
}

void Replica::on_message(Step& step, core::NodeId from, const Members& m) {
  heard(step, from);
  bool learned = false;
  std::map<core::NodeId, std::uint64_t> theirs;
  for (const Member& member : m.history) {
    theirs[member.node] = member.change;
    const auto mine = members_.find(member.node);
    if (mine == members_.end() || member.change <= mine->second.change) continue;
    mine->second = member;
    step.persist(SaveMember{member});
    step.note(names_.of(member.node) + " is " + std::string(core::name_of(member.standing)));
    learned = true;
  }
  bool knows_more = false;
  for (const auto& [node, member] : members_) knows_more = knows_more || member.change > theirs[node];
  if (knows_more) step.send(from, history());
  if (!learned) return;
  draw_rings();
  arm_gossip(step);
  offer_keys(step);
  sample(step);
}

// Who keeps, by now, any key that this node takes over.
std::set<core::NodeId> Replica::sources() const {
  std::set<core::NodeId> all;
  // Every stretch of keys with the same keepers before and after ends at a point of one of the two rings.
  for (const auto* ring : {&ring_, &next_})
    for (const auto& point : ring->points()) {
      if (!among(next_.preference(point.at, settings_.n), id_)) continue;
      for (const core::NodeId node : ring_.preference(point.at, settings_.n)) all.insert(node);
    }
  return all;
}

// The second step: nothing has to be handed over any more.
void Replica::complete_change(Step& step) {
  if (standing() == Standing::joining) {
    for (const core::NodeId node : sources())
      if (node != id_ && handed_over_.count(node) == 0) return;
    return set_standing(step, Standing::in);
  }
  if (standing() != Standing::leaving || next_.arcs() == 0) return;
  for (const auto& [place, confirmed] : offers_)
    if (errand_of(place, keys_.at(place), step.now).why == Errand::Why::hand_over) return;
  set_standing(step, Standing::out);
}

void Replica::on_message(Step& step, core::NodeId from, const HandedOver& m) {
  heard(step, from);
  // By another ring other keys are meant.
  if (standing() != Standing::joining || m.members != members_digest_) return;
  handed_over_.insert(from);
  complete_change(step);
}

}  // namespace leaderless
