// Section 4.9: keys that belong elsewhere are offered to those that are to keep them, moved when these confirm that they need
// them, and given up when all have them. Deletions are forgotten in the same way. Offers, moves and confirmations may come
// twice, late, or never: what is offered stays here until all have confirmed just that.
#include <algorithm>

#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {
namespace {

constexpr std::size_t kBatch = 256;   // Keys in one offer.

core::Time latest_of(const Versions& versions) {
  core::Time latest{};
  for (const auto& [server, writes] : versions.by_server)
    for (const Value& value : writes.values) latest = std::max(latest, value.stamp);
  return latest;
}

}  // namespace

bool Replica::is_forgettable(const Versions& versions, core::Time now) const {
  return is_deleted(versions) && now - latest_of(versions) >= settings_.tombstone_grace;
}

Errand Replica::errand_of(const Place& place, const Versions& versions, core::Time now) const {
  const auto keepers = ring_.preference(place.first, settings_.n), later = next_.preference(place.first, settings_.n);
  Errand errand;
  if (!among(keepers, id_)) {
    if (among(later, id_) || keepers.empty()) return errand;   // It takes the key over.
    if (widest_ > settings_.n && among(ring_.preference(place.first, widest_), id_)) return errand;
    if ((minted_.name + 1) >> kNameBits != 0) return errand;         // It has used up its names, and keeps what it has.
    errand = {Errand::Why::give_up, keepers};
  }
  for (const core::NodeId node : later)
    if (!among(keepers, node)) errand.to.push_back(node);
  if (errand.why == Errand::Why::none && !errand.to.empty()) errand.why = Errand::Why::hand_over;
  if (errand.why != Errand::Why::none) {
    if (settings_.flaws.leave_at_once) errand.to.clear();
    return errand;
  }
  if (settings_.flaws.collect_at_once && is_deleted(versions)) return {Errand::Why::collect, {}};
  if (!is_forgettable(versions, now)) return errand;
  errand = {Errand::Why::collect, keepers};
  std::erase(errand.to, id_);
  return errand;
}

// Who has not said that it has the key. Before this node gives it up they must have what it has now; who takes it over is
// sent all later writes anyhow.
std::vector<core::NodeId> Replica::lacking(const Place& place, const Confirmed& confirmed, const Errand& errand) const {
  std::vector<core::NodeId> all;
  if (errand.to.empty()) return all;
  const Digest digest = digest_of(place.second, keys_.at(place));
  for (const core::NodeId node : errand.to) {
    const auto said = confirmed.find(node);
    if (said == confirmed.end() || (errand.why != Errand::Why::hand_over && said->second != digest)) all.push_back(node);
  }
  return all;
}

// true: there was nothing to wait for, and the offer is gone.
bool Replica::settle(Step& step, std::map<Place, Confirmed>::iterator offer) {
  const Place place = offer->first;
  const Versions& versions = keys_.at(place);
  const Errand errand = errand_of(place, versions, step.now);
  if (errand.why == Errand::Why::none && is_deleted(versions)) return false;   // It must get older first.
  if (!lacking(place, offer->second, errand).empty()) return false;
  offers_.erase(offer);
  if (errand.why == Errand::Why::give_up || errand.why == Errand::Why::collect) drop(step, place, errand.why == Errand::Why::collect);
  return true;
}

// Ends what there is nothing to wait for any more. Returns for whom the rest waits.
std::set<core::NodeId> Replica::review_offers(Step& step) {
  std::set<core::NodeId> waited_for;
  for (auto it = offers_.begin(); it != offers_.end();) {
    const auto offer = it++;
    if (settle(step, offer)) continue;
    const Errand errand = errand_of(offer->first, keys_.at(offer->first), step.now);
    for (const core::NodeId node : lacking(offer->first, offer->second, errand)) waited_for.insert(node);
  }
  for (const auto& [node, member] : members_)
    if (member.standing == Standing::joining && node != id_ && ring_.has(id_) && waited_for.count(node) == 0)
      step.send(node, HandedOver{members_digest_});
  complete_change(step);
  return waited_for;
}

void Replica::offer_keys(Step& step) {
  std::erase_if(asked_for_, [&](const auto& one) { return step.now - one.second >= settings_.timeout || step.now < one.second; });
  for (const core::NodeId node : review_offers(step))
    if (!suspects(node)) send_offers(step, node, {});
}

void Replica::send_offers(Step& step, core::NodeId peer, Place from) {
  Offer offer;
  Batch batch;
  for (auto it = offers_.upper_bound(from); it != offers_.end() && offer.keys.size() < kBatch; ++it) {
    const Versions& versions = keys_.at(it->first);
    const Errand errand = errand_of(it->first, versions, step.now);
    if (!among(lacking(it->first, it->second, errand), peer)) continue;
    offer.keys.push_back({it->first.second, digest_of(it->first.second, versions), errand.why == Errand::Why::collect});
    batch.last = it->first;
  }
  batch.open = offer.keys.size();
  batches_[peer] = batch;
  if (!offer.keys.empty()) step.send(peer, std::move(offer));
}

void Replica::on_message(Step& step, core::NodeId from, const Offer& m) {
  heard(step, from);
  Accept answer;
  for (const Offered& offered : m.keys) {
    const Versions* mine = find(offered.key);
    if (mine ? digest_of(offered.key, *mine) == offered.digest : offered.gone)
      answer.has.push_back({offered.key, offered.digest});
    else if (asked_for_.emplace(offered.key, step.now).second)
      answer.wants.push_back(offered.key);   // If it is under way already, the offer will come again.
  }
  step.send(from, std::move(answer));
}

void Replica::on_message(Step& step, core::NodeId from, const Accept& m) {
  heard(step, from);
  for (const auto& key : m.wants)
    if (const Versions* versions = find(key)) step.count(kHandedOver), step.send(from, Handoff{key, *versions});
  // What it neither has nor wants it is being handed by another.
  if (const auto batch = batches_.find(from); batch != batches_.end())
    batch->second.open = std::min(batch->second.open, m.has.size() + m.wants.size());
  for (const auto& [key, digest] : m.has) confirm(step, from, key, digest);
  if (m.has.empty() && m.wants.empty()) offer_more(step, from);
  sample(step);
}

void Replica::confirm(Step& step, core::NodeId peer, const std::string& key, Digest digest) {
  if (const auto offer = offers_.find(place_of(key)); offer != offers_.end()) {
    offer->second[peer] = digest;
    settle(step, offer);
  }
  const auto batch = batches_.find(peer);
  if (batch != batches_.end() && batch->second.open > 0 && --batch->second.open == 0) offer_more(step, peer);
}

// A batch is through. After the last one of all: what is left is offered again in a while, but nobody need wait for that
// who waits for nothing else.
void Replica::offer_more(Step& step, core::NodeId peer) {
  send_offers(step, peer, batches_[peer].last);
  if (batches_[peer].open == 0) review_offers(step);
}

void Replica::drop(Step& step, const Place& place, bool collected) {
  const auto it = keys_.find(place);
  Minted minted = minted_;
  if (collected) {
    const auto mine = it->second.by_server.find(write_name());
    if (mine != it->second.by_server.end()) minted.floor = std::max(minted.floor, mine->second.count);
    step.count(kCollected);
  } else {
    if (named_) minted = {minted_.name + 1, 0};
    named_ = false;
    step.count(kGivenUp);
  }
  if (minted != minted_) step.persist(SaveMinted{minted_ = minted});
  if (Merkle* tree = tree_of(place.first)) tree->change(place.first, digest_of(place.second, it->second), 0);
  siblings_ -= siblings_of(it->second);
  tombstones_ -= is_deleted(it->second) ? 1 : 0;
  keys_.erase(it);
  ++changes_;
  step.persist(DropKey{place.second});
}

}  // namespace leaderless
