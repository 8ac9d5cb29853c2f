#include "mechanisms/replication/leaderless/invariants.h"

#include <algorithm>

namespace leaderless {
namespace {

// How many of a server's writes are known to be replaced.
std::uint64_t replaced_in(const Versions::Writes& writes) {
  return writes.count - std::min<std::uint64_t>(writes.count, writes.values.size());
}

// The server of whose writes more are taken for replaced than any client has replaced; nobody: there is none. Writes by
// stamp (server 0) have no such promise.
core::NodeId replaced_unread(const Versions& versions, const clocks::VectorClock& replaced) {
  for (const auto& [server, writes] : versions.by_server)
    if (server != core::kNobody && replaced_in(writes) > replaced.of(server)) return server;
  return core::kNobody;
}

// All values that a write did not replace are still there behind it.
bool kept_unread(const Versions& before, const clocks::VectorClock& seen, const Versions& after) {
  for (const auto& [server, writes] : before.by_server) {
    const std::uint64_t first = std::max(replaced_in(writes), seen.of(server)) + 1;   // The oldest that must be there.
    if (first > writes.count) continue;
    const auto it = after.by_server.find(server);
    if (it == after.by_server.end() || replaced_in(it->second) >= first) return false;
  }
  return true;
}

const clocks::VectorClock& of_key(const std::map<std::string, clocks::VectorClock>& all, const std::string& key) {
  static const clocks::VectorClock none;
  const auto it = all.find(key);
  return it == all.end() ? none : it->second;
}

std::string name(const Replica& node) { return "node " + node.name_of(node.id()); }

}  // namespace

std::string Invariants::after(std::span<const Replica* const> all, std::size_t stepped) {
  summaries_.resize(all.size());
  Summary& summary = summaries_[stepped];
  const Replica* node = all[stepped];
  if (!node) {
    summary.up = false;
    return "";
  }
  if (!summary.up) summary.expired = summary.operations = summary.answered = summary.minted = 0;
  const bool changed = !summary.up || node->changes() != summary.changes;
  note_reads(*node, summary);
  std::string broken = check_write(*node, summary);
  if (broken.empty() && changed) broken = check_keys(*node, summary);
  if (broken.empty() && changed) broken = check_hints(*node, summary);
  if (broken.empty()) broken = check_answer(*node, summary);
  if (changed) summary.keys = node->keys(), summary.hints = node->hints(), summary.changes = node->changes();
  summary.known = summary.up = true;
  summary.expired = node->hints_expired();
  summary.operations = node->operations();
  summary.answered = node->answered() ? node->answered()->operation : 0;
  summary.minted = node->minted() ? node->minted()->operation : 0;
  return broken;
}

// What was acknowledged when a read began is what it must see.
void Invariants::note_reads(const Replica& node, const Summary& before) {
  if (node.operations() == before.operations) return;
  const Request* request = node.request_of(node.operations());
  if (!request && node.answered() && node.answered()->operation == node.operations()) request = &node.answered()->request;
  if (!request || request->function != Function::get) return;
  const auto it = facts_.acknowledged.find(request->key);
  if (it != facts_.acknowledged.end()) facts_.reads[{node.id(), node.operations()}] = it->second;
}

// Guarantee 2, of the node that gives a write its dot.
std::string Invariants::check_write(const Replica& node, const Summary& before) {
  if (!node.minted() || node.minted()->operation == before.minted) return "";
  const Replica::Minted& minted = *node.minted();
  facts_.replaced[minted.key].merge(minted.seen);
  if (node.settings().conflicts == Conflicts::newest) return "";
  const auto it = before.keys.find(place_of(minted.key));
  const Versions* now = node.find(minted.key);
  if (it == before.keys.end() || (now && kept_unread(it->second, minted.seen, *now))) return "";
  return "a write replaces only what its client had read: " + name(node) + " wrote " + minted.key + " over a value that the client had not read";
}

// Guarantee 2, of what a node keeps, wherever it has it from.
std::string Invariants::check_keys(const Replica& node, const Summary& before) const {
  if (node.settings().conflicts == Conflicts::newest) return "";
  for (const auto& [place, versions] : node.keys()) {
    const auto it = before.keys.find(place);
    if (it != before.keys.end() && it->second == versions) continue;
    const core::NodeId server = replaced_unread(versions, of_key(facts_.replaced, place.second));
    if (server != core::kNobody)
      return "no value is dropped that no write has replaced: " + name(node) + " has dropped one of " + place.second + " that was written at " +
             node.name_of(server);
  }
  return "";
}

// Guarantee 3. A hint may go when the node that it was for has it, or when it has expired.
std::string Invariants::check_hints(const Replica& node, const Summary& before) const {
  std::uint64_t gone = 0;
  std::string example;
  for (const auto& [whose, hint] : before.hints) {
    const auto now = node.hints().find(whose);
    if (now != node.hints().end() && now->second.versions.context().covers(hint.versions.context())) continue;
    const core::NodeId owner = whose.first;
    bool has = false;
    // Nodes are numbered from the first of their group on: the owner's place is as far from ours as its number.
    const auto place = static_cast<std::int64_t>(&before - summaries_.data()) + static_cast<std::int64_t>(owner) - static_cast<std::int64_t>(node.id());
    if (place >= 0 && place < static_cast<std::int64_t>(summaries_.size())) {
      const Keys& keys = summaries_[static_cast<std::size_t>(place)].keys;
      const auto it = keys.find(place_of(whose.second));
      has = it != keys.end() && it->second.context().covers(hint.versions.context());
    }
    if (has) continue;
    ++gone;
    example = whose.second + " for " + node.name_of(owner);
  }
  if (gone <= node.hints_expired() - before.expired) return "";
  return "no hint is lost before it expires: " + name(node) + " does not have that of " + example + " any more";
}

// Guarantee 1; and 2, of what clients are told: who is given the context of a value that he is not given will replace it.
std::string Invariants::check_answer(const Replica& node, const Summary& before) {
  if (!node.answered() || node.answered()->operation == before.answered) return "";
  const Replica::Answer& answer = *node.answered();
  const auto read = facts_.reads.find({node.id(), answer.operation});
  const Facts::Acknowledged must_see = read == facts_.reads.end() ? Facts::Acknowledged{} : read->second;
  if (read != facts_.reads.end()) facts_.reads.erase(read);
  if (answer.reply.status != Status::ok) return "";
  const std::string& key = answer.request.key;
  const clocks::VectorClock context = answer.reply.versions.context();
  if (node.settings().conflicts == Conflicts::siblings && replaced_unread(answer.reply.versions, of_key(facts_.replaced, key)) != core::kNobody)
    return "a context covers only what comes with it: " + name(node) + " answered a request for " + key + " without a value that its context covers";
  if (node.settings().quorum != Quorum::strict) return "";
  if (answer.request.function != Function::get) {
    facts_.acknowledged[key][{answer.n, answer.needed}].merge(context);
    return "";
  }
  for (const auto& [quorum, seen] : must_see) {
    const auto& [n, w] = quorum;
    if (n != answer.n || answer.needed + w <= n || context.covers(seen)) continue;
    return "with R + W > N a read sees every acknowledged write: " + name(node) + " read " + key + " with R = " + std::to_string(answer.needed) +
           " and did not see one of W = " + std::to_string(w);
  }
  return "";
}

}  // namespace leaderless
