// First the owner's side, then that of who has a copy (copies.h).
#include "mechanisms/partitioning/copies.h"

#include <algorithm>
#include <utility>

namespace partitioning {
namespace {

bool has_copy(const Shard& shard, core::NodeId node) {
  return std::find(shard.replicas.begin(), shard.replicas.end(), node) != shard.replicas.end();
}

// Both say of one shard what is true of it as long as its range stays the same, whoever owns it.
bool same_range(const Shard& a, const Shard& b) { return a.id == b.id && a.epoch.version == b.epoch.version; }

}  // namespace

// --- The owner's side.

void Copies::wrote(const Held& held, const Row& row, CopyOut& out) {
  const auto it = feeds_.find(held.shard.id);
  if (it == feeds_.end()) return;
  Feed& feed = it->second;
  feed.log.push_back(row);
  feed.sequence = held.sequence;
  if (feed.log.size() - feed.gone > settings_.backlog) ++feed.gone;
  // Not one row at a time, each of which would move all others.
  if (2 * feed.gone > feed.log.size()) feed.log.erase(feed.log.begin(), feed.log.begin() + static_cast<std::ptrdiff_t>(std::exchange(feed.gone, 0)));
  for (const core::NodeId to : feed.shard.replicas) out.sends.push_back({to, CopyWrites{feed.shard, feed.sequence - 1, {row}, feed.sequence, feed.oldest()}});
}

void Copies::announce(const Feed& feed, CopyOut& out) const {
  for (const core::NodeId to : feed.shard.replicas) out.sends.push_back({to, CopyWrites{feed.shard, feed.sequence, {}, feed.sequence, feed.oldest()}});
}

void Copies::look(core::Time now, const Kept& kept, CopyOut& out) {
  std::erase_if(feeds_, [&](const auto& one) {
    const auto held = kept.held.find(one.first);
    return held == kept.held.end() || held->second.shard.replicas.empty();
  });
  for (const auto& [id, held] : kept.held) {
    if (held.shard.replicas.empty()) continue;
    if (feeds_.empty()) announce_at_ = now + settings_.announce;
    const auto [it, fresh] = feeds_.try_emplace(id);
    Feed& feed = it->second;
    if (!fresh && feed.shard.epoch == held.shard.epoch) continue;
    // Of another range it was another's log.
    if (!same_range(feed.shard, held.shard) || feed.sequence != held.sequence) feed = {held.shard, held.sequence, {}, 0};
    feed.shard = held.shard;
    announce(feed, out);
  }
  std::erase_if(copies_, [&](const auto& one) {
    const Shard& shard = one.second.shard;
    return std::any_of(kept.known.shards.begin(), kept.known.shards.end(), [&](const Shard& known) {
      if (known.epoch <= shard.epoch || common(known.range, shard.range).empty()) return false;
      return !same_range(known, shard) || !has_copy(known, self_);
    });
  });
}

void Copies::tick(core::Time now, const Kept& kept, CopyOut& out) {
  if (now < announce_at_) return;
  announce_at_ = now + settings_.announce;
  look(now, kept, out);
  for (const auto& [id, feed] : feeds_) announce(feed, out);
}

void Copies::on(core::NodeId from, const AskCopy& ask, const Kept& kept, CopyOut& out) {
  const auto it = feeds_.find(ask.shard);
  const auto held = kept.held.find(ask.shard);
  if (it == feeds_.end() || held == kept.held.end()) return;
  const Feed& feed = it->second;
  if (feed.shard.epoch.version != ask.epoch.version || !has_copy(feed.shard, from)) return;
  if (ask.rows) {
    CopyRows part{feed.shard, ask.number, feed.sequence, ask.from, {}, {}, false};
    const Range rest{ask.from, feed.shard.range.until};
    part.rows = held->second.store.scan_bytes(rest, settings_.chunk_bytes);
    // The last point with a zero behind it is the next that there could be.
    part.next = part.rows.empty() ? ask.from : part.rows.back().point + '\0';
    part.last = held->second.store.scan({part.next, rest.until}, 1).empty();
    return out.sends.push_back({from, std::move(part)});
  }
  CopyWrites writes{feed.shard, ask.sequence, {}, feed.sequence, feed.oldest()};
  std::uint64_t bytes = 0;
  if (ask.sequence + 1 >= feed.oldest())
    for (std::uint64_t next = ask.sequence + 1; next <= feed.sequence && (writes.rows.empty() || bytes < settings_.chunk_bytes); ++next) {
      writes.rows.push_back(feed.log[feed.gone + (next - feed.oldest())]);
      bytes += writes.rows.back().bytes();
    }
  out.sends.push_back({from, std::move(writes)});
}

// --- Who has a copy.

void Copies::begin(core::Time now, Copy& copy, const Shard& shard, core::Rng& rng, CopyOut& out) {
  // Random, as a number of its own would be used again after a crash, and answers from before be taken for new ones.
  copy = {shard, {}, rng.next(), shard.range.from, false, 0, 0, copy.owner_has, {}, now};
  ++out.begun;
  ask(now, copy, out);
}

void Copies::ask(core::Time now, Copy& copy, CopyOut& out) const {
  if (copy.asked && now < *copy.asked + settings_.resend) return;
  copy.asked = now;
  out.sends.push_back({copy.shard.owner, AskCopy{copy.shard.id, copy.shard.epoch, copy.number, !copy.all_rows, copy.next, copy.sequence}});
}

void Copies::on(core::Time now, core::NodeId, const CopyRows& part, CopyOut& out) {
  const auto it = copies_.find(part.shard.id);
  if (it == copies_.end()) return;
  Copy& copy = it->second;
  if (part.number != copy.number || !same_range(part.shard, copy.shard) || copy.all_rows || part.from != copy.next) return;
  if (part.from == copy.shard.range.from) copy.sequence = part.sequence;
  copy.newest = std::max(copy.newest, part.sequence);
  copy.owner_has = std::max(copy.owner_has, part.sequence);
  for (const Row& row : part.rows) copy.store.put(row);
  copy.next = part.next;
  copy.all_rows = part.last;
  copy.asked.reset();
  if (!copy.all_rows || copy.sequence < copy.owner_has) ask(now, copy, out);
  else copy.whole_at = now;
}

// Those that come next; what is there already is passed over.
void Copies::put(Copy& copy, const CopyWrites& writes) const {
  std::uint64_t number = writes.after;
  for (const Row& row : writes.rows) {
    ++number;
    const bool next = number == copy.sequence + 1;
    if (!next && !settings_.flaws.skip_lost_writes) continue;
    copy.store.put(row);
    copy.sequence = std::max(copy.sequence, number);
    copy.asked.reset();
  }
}

void Copies::on(core::Time now, core::NodeId from, const CopyWrites& writes, const Table& known, core::Rng& rng, CopyOut& out) {
  const Shard& shard = writes.shard;
  if (shard.owner != from || !has_copy(shard, self_)) return;
  for (const Shard& one : known.shards)
    if (one.epoch > shard.epoch && !common(one.range, shard.range).empty()) return;
  const auto [it, fresh] = copies_.try_emplace(shard.id);
  Copy& copy = it->second;
  if (!fresh && same_range(shard, copy.shard) && shard.epoch < copy.shard.epoch) return;
  if (fresh || !same_range(shard, copy.shard)) {
    copy.owner_has = writes.sequence;
    return begin(now, copy, shard, rng, out);
  }
  // Who owns it now has no answer under way to what another was asked.
  if (copy.shard.owner != shard.owner) copy.asked.reset();
  copy.shard = shard;
  copy.owner_has = std::max(copy.owner_has, writes.sequence);
  if (copy.all_rows) put(copy, writes);
  const bool lost = copy.all_rows && copy.sequence + 1 < writes.oldest;
  if (lost) return begin(now, copy, shard, rng, out);
  if (!copy.all_rows || copy.sequence < copy.owner_has) return ask(now, copy, out);
  // An old message says nothing of now.
  if (writes.sequence == copy.owner_has) copy.whole_at = now;
}

const Copy* Copies::find(Epoch assumed, const std::string& point) const {
  for (const auto& [id, copy] : copies_)
    if (copy.shard.epoch == assumed && copy.shard.range.holds(point)) return &copy;
  return nullptr;
}

const Copy* Copies::serving(core::Time now, Epoch assumed, const std::string& point) const {
  const Copy* copy = find(assumed, point);
  if (copy == nullptr) return nullptr;
  if (!copy->whole() && !settings_.flaws.serve_partial_copy) return nullptr;
  if (now - copy->whole_at > settings_.max_lag && !settings_.flaws.replicas_lag_unseen) return nullptr;
  return copy;
}

std::size_t Copies::whole() const {
  return static_cast<std::size_t>(std::count_if(copies_.begin(), copies_.end(), [](const auto& one) { return one.second.whole(); }));
}

core::Duration Copies::lag(core::Time now) const {
  core::Duration longest{};
  for (const auto& [id, copy] : copies_) longest = std::max(longest, now - copy.whole_at);
  return longest;
}

std::uint64_t Copies::behind() const {
  std::uint64_t writes = 0;
  for (const auto& [id, copy] : copies_) writes += copy.owner_has - std::min(copy.owner_has, copy.sequence);
  return writes;
}

}  // namespace partitioning
