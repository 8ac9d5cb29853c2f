#include "mechanisms/replication/leaderless/invariants.h"

#include <algorithm>
#include <optional>

namespace leaderless {
namespace {

// How many of a server's writes are known to be replaced.
std::uint64_t replaced_in(const Versions::Writes& writes) {
  return writes.count - std::min<std::uint64_t>(writes.count, writes.values.size());
}

// How much of a server's writes the values that are there had a right to replace. A write had read what its forerunners had
// read, so those that were replaced in turn need not be asked.
std::uint64_t may_be_replaced(const Versions& versions, core::NodeId server) {
  std::uint64_t most = 0;
  for (const auto& [by, writes] : versions.by_server)
    for (const Value& value : writes.values) most = std::max(most, value.seen.of(server));
  return most;
}

// The server of whose writes one was dropped that no write had a right to replace; nothing: there is none. Numbers that are
// stamps (server 0) have gaps: of these only what was there before is missed.
std::optional<core::NodeId> dropped(const Versions& versions, const Versions* before, const clocks::VectorClock& deleted) {
  for (const auto& [server, writes] : versions.by_server)
    if (server != core::kNobody && replaced_in(writes) > std::max(may_be_replaced(versions, server), deleted.of(server))) return server;
  if (!before) return {};
  const auto was = before->by_server.find(core::kNobody);
  if (was == before->by_server.end() || was->second.values.empty()) return {};
  const auto now = versions.by_server.find(core::kNobody);
  const bool is_there = now != versions.by_server.end() && replaced_in(now->second) < was->second.count;
  if (is_there || may_be_replaced(versions, core::kNobody) >= was->second.count) return {};
  return core::kNobody;
}

// Whether a value is there that whoever knew so much would know to be deleted.
bool has_older(const Versions& versions, const clocks::VectorClock& deleted) {
  for (const auto& [server, writes] : versions.by_server) {
    std::uint64_t number = writes.count;
    for (const Value& value : writes.values)
      if (number-- <= deleted.of(server) && !value.gone) return true;
  }
  return false;
}

std::string name(const Replica& node) { return "node " + node.name_of(node.id()); }

}  // namespace

std::string Invariants::after(std::span<const Replica* const> all, std::size_t stepped) {
  summaries_.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i != stepped && !all[i]) summaries_[i].missed = true;
  Summary& summary = summaries_[stepped];
  const Replica* node = all[stepped];
  if (!node) {
    summary.up = false;
    return "";
  }
  if (!summary.up) summary.expired = summary.operations = summary.answered = 0;
  const bool changed = !summary.up || node->changes() != summary.changes;
  facts_.by_clock = facts_.by_clock || node->settings().conflicts == Conflicts::newest;
  note_reads(*node, summary);
  std::string broken;
  const auto changed_keys = changed ? changes(summary.keys, node->keys()) : std::vector<Change>();
  if (summary.up) broken = check_given_up(all, *node, changed_keys);
  if (broken.empty()) broken = check_keys(*node, changed_keys);
  if (broken.empty() && changed) broken = check_hints(all, stepped);
  if (broken.empty()) broken = check_answer(*node, summary);
  follow(summary.keys, changed_keys);
  if (changed && (!summary.hints.empty() || !node->hints().empty())) summary.hints = node->hints();
  summary.changes = node->changes();
  summary.up = true, summary.missed = false;
  summary.expired = node->hints_expired();
  summary.operations = node->operations();
  summary.answered = node->answered() ? node->answered()->operation : 0;
  return broken;
}

// What was acknowledged when a read began is what it must see.
void Invariants::note_reads(const Replica& node, const Summary& before) {
  // It may have begun before something that was acknowledged while nobody could look.
  if (node.operations() == before.operations || before.missed) return;
  const Request* request = node.request_of(node.operations());
  if (!request && node.answered() && node.answered()->operation == node.operations()) request = &node.answered()->request;
  if (!request || request->function != Function::get) return;
  const auto it = facts_.acknowledged.find(request->key);
  if (it != facts_.acknowledged.end()) facts_.reads[{node.id(), node.operations()}] = it->second;
}

std::vector<Invariants::Change> Invariants::changes(const Keys& before, const Keys& now) {
  std::vector<Change> all;
  auto old = before.begin();
  for (const auto& [place, versions] : now) {
    while (old != before.end() && old->first < place) all.push_back({&old->first, &old->second, nullptr}), ++old;
    const bool known = old != before.end() && old->first == place;
    if (!known || !(old->second == versions)) all.push_back({&place, known ? &old->second : nullptr, &versions});
    if (known) ++old;
  }
  for (; old != before.end(); ++old) all.push_back({&old->first, &old->second, nullptr});
  return all;
}

void Invariants::follow(Keys& keys, const std::vector<Change>& changes) {
  for (const Change& change : changes)
    if (change.now) keys[*change.place] = *change.now;
    else keys.erase(keys.find(*change.place));
}

// Guarantee 2, of what a node keeps, whether it wrote it or has it from others.
std::string Invariants::check_keys(const Replica& node, const std::vector<Change>& changes) const {
  if (facts_.by_clock) return "";
  for (const Change& change : changes) {
    if (!change.now) continue;
    const std::string& key = change.place->second;
    const auto server = dropped(*change.now, change.before, deleted(key));
    if (!server) continue;
    const std::string whose = *server == core::kNobody ? "" : " of node " + node.name_of(*server & ((1u << kNameBits) - 1));
    return "no value is dropped that no write has replaced: " + name(node) + " does not have a write" + whose + " to " + key +
           " any more, and what it has had not read it";
  }
  return "";
}

bool Invariants::has_or_had(const Replica& node, const std::string& key, const Versions& versions) const {
  clocks::VectorClock known;
  if (const auto it = facts_.given_up.find({node.id(), key}); it != facts_.given_up.end()) known = it->second;
  if (const Versions* kept = node.find(key)) known.merge(kept->context());
  return known.covers(versions.context());
}

clocks::VectorClock Invariants::deleted(const std::string& key) const {
  const auto it = facts_.deleted.find(key);
  return it == facts_.deleted.end() ? clocks::VectorClock{} : it->second;
}

// Of what is deleted and forgotten a reader need not see anything.
void Invariants::note_deletion(const std::string& key, const clocks::VectorClock& deleted) {
  facts_.deleted[key].merge(deleted);
  const auto forget = [&deleted](Facts::Acknowledged& acknowledged) {
    for (auto& one : acknowledged)
      std::erase_if(one.second.counts, [&deleted](const auto& count) { return count.second <= deleted.of(count.first); });
  };
  if (const auto it = facts_.acknowledged.find(key); it != facts_.acknowledged.end()) forget(it->second);
  for (auto& read : facts_.reads) forget(read.second);
}

// Guarantees 5 and 6, by the ring that the node knows. Who cannot be looked at is not asked.
std::string Invariants::check_given_up(std::span<const Replica* const> all, const Replica& node, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    if (change.now) continue;
    const std::string& key = change.place->second;
    const Versions& versions = *change.before;
    const clocks::VectorClock had = versions.context();
    const bool deletion = is_deleted(versions);
    if (deletion) note_deletion(key, had);
    facts_.given_up[{node.id(), key}].merge(had);
    const auto keepers = node.ring().preference(change.place->first, node.settings().n);
    for (const Replica* other : all) {
      if (!other || other == &node || !among(keepers, other->id())) continue;
      const Versions* kept = other->find(key);
      if (deletion && kept && has_older(*kept, had))
        return "a deletion is forgotten only when nobody who keeps the key has anything older: " + name(node) + " forgot that " + key +
               " was deleted, and " + name(*other) + " still has a value";
      if (!deletion && !has_or_had(*other, key, versions))
        return "a key is given up only when all that keep it have it: " + name(node) + " gave up " + key + ", and " + name(*other) +
               " does not have what it had";
    }
  }
  return "";
}

// Guarantee 3. A hint may go when the node that it was for has it, or when it has expired.
std::string Invariants::check_hints(std::span<const Replica* const> all, std::size_t stepped) const {
  const Replica& node = *all[stepped];
  const Summary& before = summaries_[stepped];
  std::uint64_t gone = 0;
  std::string example;
  for (const auto& entry : before.hints) {
    const auto& whose = entry.first;
    const auto& hint = entry.second;
    const auto now = node.hints().find(whose);
    if (now != node.hints().end() && now->second.versions.context().covers(hint.versions.context())) continue;
    const auto owner = std::find_if(all.begin(), all.end(), [&](const Replica* one) { return one && one->id() == whose.first; });
    if (owner == all.end()) continue;   // It may have had it before it went down.
    if (has_or_had(**owner, whose.second, hint.versions)) continue;
    // Who has nothing that was deleted need not remember a deletion that is old enough to be forgotten.
    const Versions* kept = (*owner)->find(whose.second);
    if (is_deleted(hint.versions) && !(kept && has_older(*kept, hint.versions.context()))) continue;
    ++gone;
    example = whose.second + " for " + node.name_of(whose.first);
  }
  if (gone <= node.hints_expired() - before.expired) return "";
  return "no hint is lost before it expires: " + name(node) + " does not have that of " + example + " any more";
}

// Guarantee 1; and 2, of what clients are told: who is given the context of a value that he is not given will replace it.
std::string Invariants::check_answer(const Replica& node, const Summary& before) {
  if (!node.answered() || node.answered()->operation == before.answered) return "";
  const Answer& answer = *node.answered();
  const auto read = facts_.reads.find({node.id(), answer.operation});
  const Facts::Acknowledged must_see = read == facts_.reads.end() ? Facts::Acknowledged{} : read->second;
  std::erase_if(facts_.reads, [&](const auto& one) {
    return one.first.first == node.id() && (one.first.second == answer.operation || !node.request_of(one.first.second));
  });
  if (answer.reply.status != Status::ok) return "";
  const std::string& key = answer.request.key;
  const clocks::VectorClock context = answer.reply.versions.context();
  if (!facts_.by_clock && dropped(answer.reply.versions, nullptr, deleted(key)))
    return "a context covers only what comes with it: " + name(node) + " answered a request for " + key + " without a value that its context covers";
  if (node.settings().quorum != Quorum::strict) return "";
  if (answer.request.function != Function::get) {
    facts_.acknowledged[key][{answer.ring, answer.n, answer.needed}].merge(context);
    return "";
  }
  for (const auto& [quorum, seen] : must_see) {
    const auto& [ring, n, w] = quorum;
    if (ring != answer.ring || n != answer.n || answer.needed + w <= n || context.covers(seen)) continue;
    return "with R + W > N a read sees every acknowledged write: " + name(node) + " read " + key + " with R = " + std::to_string(answer.needed) +
           " and did not see one of W = " + std::to_string(w);
  }
  return "";
}

}  // namespace leaderless
