// Section 4.7: what nodes keep, and how two of them find by hash trees what differs and mend it.
#include <algorithm>

#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {
namespace {

void drop_all_but_one(Versions& versions) {
  bool found = false;
  for (auto& [server, writes] : versions.by_server) {
    writes.values.resize(found ? 0 : std::min<std::size_t>(writes.values.size(), 1));
    found = found || !writes.values.empty();
  }
}

}  // namespace

const Versions* Replica::find(const std::string& key) const {
  const auto it = keys_.find(place_of(key));
  return it == keys_.end() ? nullptr : &it->second;
}

// Adds what is not known yet. false: all of it was.
bool Replica::keep(Step& step, const std::string& key, const Versions& versions) {
  const Place place = place_of(key);
  // Of a key of which nothing is here a deletion that may be forgotten has nothing to delete. Two that forget it at different
  // moments would bring it back to each other for ever.
  if (keys_.count(place) == 0 && is_forgettable(versions, step.now)) return false;
  const auto [it, is_new] = keys_.try_emplace(place);
  Versions merged = it->second;
  merged.sync(versions);
  if (settings_.flaws.drop_siblings) drop_all_but_one(merged);
  if (!is_new && merged == it->second) return false;
  const Digest before = is_new ? 0 : digest_of(key, it->second);
  siblings_ += siblings_of(merged) - siblings_of(it->second);
  tombstones_ += (is_deleted(merged) ? 1 : 0) - (is_deleted(it->second) ? 1 : 0);
  it->second = std::move(merged);
  ++changes_;
  Merkle* tree = tree_of(place.first);
  if (tree) tree->change(place.first, before, digest_of(key, it->second));
  if (!tree || is_deleted(it->second)) offers_.try_emplace(place);
  step.persist(SaveKey{key, it->second});
  return true;
}

void Replica::plant_trees() {
  trees_.clear();
  for (std::size_t i = 0; i < ring_.arcs(); ++i) {
    const partitioning::Arc arc = ring_.arc(i);
    const auto keepers = ring_.preference(arc.until, settings_.n);
    if (among(keepers, id_)) trees_.emplace(arc.until, Merkle(arc));
  }
  siblings_ = tombstones_ = 0;
  for (const auto& [place, versions] : keys_) {
    if (Merkle* tree = tree_of(place.first)) tree->change(place.first, 0, digest_of(place.second, versions));
    siblings_ += siblings_of(versions);
    tombstones_ += is_deleted(versions) ? 1 : 0;
  }
}

Merkle* Replica::tree_of(partitioning::Position at) {
  if (ring_.arcs() == 0) return nullptr;
  const auto it = trees_.find(ring_.arc(ring_.arc_of(at)).until);
  return it == trees_.end() ? nullptr : &it->second;
}

std::vector<Place> Replica::places_in(const partitioning::Arc& arc) const {
  std::vector<Place> all;
  // From behind `after` clockwise; past the last position comes the first.
  auto it = keys_.upper_bound({arc.after, std::string()});
  while (it != keys_.end() && it->first.first == arc.after) ++it;
  for (std::size_t met = 0; met < keys_.size(); ++met, ++it) {
    if (it == keys_.end()) it = keys_.begin();
    if (!arc.holds(it->first.first)) break;
    all.push_back(it->first);
  }
  return all;
}

void Replica::send_counted(Step& step, core::NodeId to, Message message) {
  step.count(kSyncBytes, static_cast<double>(core::encode(message).size()));
  step.send(to, std::move(message));
}

void Replica::compare_with(Step& step, core::NodeId peer) {
  step.count(kSyncRounds);
  for (const auto& [until, tree] : trees_) {
    const auto keepers = ring_.preference(until, settings_.n);
    if (!among(keepers, peer)) continue;
    send_counted(step, peer, Compare{tree.arc(), 0, {{0, tree.digest(0, 0)}}});
  }
}

void Replica::on_message(Step& step, core::NodeId from, const Compare& m) {
  heard(step, from);
  const auto it = trees_.find(m.arc.until);
  // Not ours, or from one who sees another ring.
  if (it == trees_.end() || it->second.arc() != m.arc || m.level > it->second.levels()) return;
  const Merkle& tree = it->second;
  const auto differing = tree.differing(m.level, m.parts);
  if (differing.empty()) return;
  if (m.level < tree.levels()) return send_counted(step, from, Compare{m.arc, m.level + 1, tree.children(m.level, differing)});
  LeafKeys answer{m.arc, differing, {}};
  for (const std::uint64_t leaf : differing)
    if (const auto part = tree.leaf(leaf))
      for (const Place& place : places_in(*part)) answer.keys.push_back({place.second, digest_of(place.second, keys_.at(place))});
  send_counted(step, from, std::move(answer));
}

void Replica::on_message(Step& step, core::NodeId from, const LeafKeys& m) {
  heard(step, from);
  const auto it = trees_.find(m.arc.until);
  if (it == trees_.end() || it->second.arc() != m.arc) return;
  std::map<std::string, Digest> theirs;
  for (const auto& [key, digest] : m.keys) theirs[key] = digest;
  Want want;
  for (const auto& [key, digest] : theirs)
    if (!find(key)) want.keys.push_back(key);
  for (const std::uint64_t leaf : m.leaves) {
    const auto part = it->second.leaf(leaf);
    if (!part) continue;
    for (const Place& place : places_in(*part)) {
      const Versions& mine = keys_.at(place);
      const auto other = theirs.find(place.second);
      if (other == theirs.end() || other->second != digest_of(place.second, mine)) send_counted(step, from, Repair{place.second, mine});
    }
  }
  if (!want.keys.empty()) send_counted(step, from, std::move(want));
}

void Replica::on_message(Step& step, core::NodeId from, const Want& m) {
  heard(step, from);
  for (const auto& key : m.keys)
    if (const Versions* versions = find(key)) send_counted(step, from, Repair{key, *versions});
}

void Replica::on_message(Step& step, core::NodeId from, const Repair& m) {
  heard(step, from);
  if (keep(step, m.key, m.versions)) step.count(kSyncKeys);
  const Versions* mine = find(m.key);
  if (mine && *mine != m.versions) send_counted(step, from, Repair{m.key, *mine});
  sample(step);
}

void Replica::sample(Step& step) {
  step.gauge(kKeys, static_cast<double>(keys_.size()));
  step.gauge(kSiblings, static_cast<double>(siblings_));
  step.gauge(kHints, static_cast<double>(hints_.size()));
  step.gauge(kSuspected, static_cast<double>(suspicions_.size()));
  step.gauge(kOnRing, static_cast<double>(on_ring()));
  step.gauge(kTombstones, static_cast<double>(tombstones_));
  step.gauge(kOffered, static_cast<double>(offers_.size()));
}

}  // namespace leaderless
