// Serving and redirecting, and what is done in place: keeper.h. The moving is in moving.cc.
#include "mechanisms/partitioning/keeper.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace partitioning {

std::string MoveSettings::conflict() const {
  if (resend >= give_up) return "a move would be given up (give_up) before anything of it is sent again (resend)";
  if (rate != 0 && static_cast<double>(chunk_bytes) / static_cast<double>(rate) * 1e9 >= static_cast<double>(give_up.count()))
    return "at this rate a chunk (chunk_bytes) takes longer than a move may stand still (give_up)";
  return "";
}

void Keeper::persist(Change change, Out& out) {
  durable_.apply(change);
  out.changes.push_back(std::move(change));
}

void Keeper::found(const Table& first, Out& out) {
  if (!durable_.kept.known.shards.empty()) return;   // It was here before, and knows better.
  Kept begin;
  begin.known = first;
  for (const Shard& shard : first.shards)
    if (shard.owner == self_) begin.held[shard.id] = {shard, {}, 0};
  persist(std::move(begin), out);
}

// The shard that holds the point, if it is here and as the request assumed; else why it is not served goes into the answer.
const Held* Keeper::serving(Epoch assumed, const std::string& point, Answer& answer, Out& out) const {
  const Kept& kept = durable_.kept;
  const Shard* newest = kept.known.find(point);
  const auto held = newest == nullptr ? kept.held.end() : kept.held.find(newest->id);
  if (held != kept.held.end() && held->second.shard.range.holds(point) && (assumed == Epoch{} || assumed == held->second.shard.epoch)) return &held->second;
  if (settings_.flaws.serve_after_handover)
    for (const auto& [id, given] : kept.given)
      if (given.hand_over.attempt.epoch == assumed && given.hand_over.shard.range.holds(point)) return &given.held;
  // Others may hear of a hand-over before the new owner does: to send them away would send them round in circles.
  const bool on_its_way = newest != nullptr && newest->owner == self_ && held == kept.held.end();
  if (newest == nullptr || newest->epoch < assumed || on_its_way) {
    answer.outcome = Answer::Outcome::busy;
    return nullptr;
  }
  answer = {Answer::Outcome::moved, {}, *newest};
  out.samples.push_back({&kRedirects, 1});
  return nullptr;
}

Answer Keeper::get(Epoch assumed, const std::string& point, Out& out) const {
  Answer answer;
  const Held* held = serving(assumed, point, answer, out);
  if (held == nullptr) return answer;
  if (const std::string* value = held->store.get(point)) answer.rows.push_back({point, *value});
  return answer;
}

Answer Keeper::scan(Epoch assumed, const Range& range, std::size_t limit, Out& out) const {
  Answer answer;
  if (const Held* held = serving(assumed, range.from, answer, out)) answer.rows = held->store.scan(range, limit);
  return answer;
}

Answer Keeper::put(Epoch assumed, const Row& row, Out& out) {
  Answer answer;
  const Held* held = serving(assumed, row.point, answer, out);
  if (held == nullptr) return answer;
  const ShardId shard = held->shard.id;
  const auto move = outgoing_.find(shard);
  if (move != outgoing_.end() && move->second.closing) {
    answer.outcome = Answer::Outcome::busy;
    return answer;
  }
  persist(Wrote{shard, row}, out);
  if (move == outgoing_.end() || settings_.flaws.copy_without_log) return answer;
  // A row behind the cursor is copied with what was just written; one in front of it would be copied too late.
  if (move->second.all_copied || row.point < move->second.copied) move->second.log.push_back(row);
  return answer;
}

std::uint64_t Keeper::next_sequence(Epoch assumed, const std::string& point) const {
  Answer unused;
  Out nothing;
  const Held* held = serving(assumed, point, unused, nothing);
  return held == nullptr ? 0 : held->sequence + 1;
}

std::string Keeper::order(const SplitShard& split, Out& out) {
  const Kept& kept = durable_.kept;
  const auto held = kept.held.find(split.shard);
  if (held == kept.held.end()) return "it is not here";
  const Shard& shard = held->second.shard;
  if (shard.epoch != split.epoch) return "its epoch is another";
  if (moving(split.shard)) return "it is being moved";
  if (split.at <= shard.range.from || !shard.range.holds(split.at)) return "it cannot be split there: that would leave a half without points";
  if (cut_at(kept.known.order, split.at) != split.at) return "it cannot be split there: keys of one slot stay together";
  if (split.fresh == split.shard || kept.held.find(split.fresh) != kept.held.end()) return "the id of the right half is taken";
  persist(split, out);
  out.news.push_back(kept.held.at(split.shard).shard);
  out.news.push_back(kept.held.at(split.fresh).shard);
  out.samples.push_back({&kSplits, 1});
  return "";
}

std::string Keeper::order(const MergeShards& merge, Out& out) {
  const Kept& kept = durable_.kept;
  const auto left = kept.held.find(merge.left), right = kept.held.find(merge.right);
  if (left == kept.held.end() || right == kept.held.end()) return "not both are here";
  if (left->second.shard.epoch != merge.left_epoch || right->second.shard.epoch != merge.right_epoch) return "the epoch of one is another";
  if (moving(merge.left) || moving(merge.right)) return "one of them is being moved";
  if (left->second.shard.range.until.empty() || left->second.shard.range.until != right->second.shard.range.from) return "they are no neighbours";
  persist(merge, out);
  out.news.push_back(kept.held.at(merge.left).shard);
  out.samples.push_back({&kMerges, 1});
  return "";
}

std::string Keeper::order(const CopyShard& copy, Out& out) {
  const auto held = durable_.kept.held.find(copy.shard);
  if (held == durable_.kept.held.end()) return "it is not here";
  if (held->second.shard.epoch != copy.epoch) return "its epoch is another";
  if (moving(copy.shard)) return "it is being moved";
  std::vector<core::NodeId> nodes = copy.replicas;
  nodes.push_back(self_);
  std::sort(nodes.begin(), nodes.end());
  if (std::adjacent_find(nodes.begin(), nodes.end()) != nodes.end()) return "two copies would be on one node";
  persist(copy, out);
  out.news.push_back(durable_.kept.held.at(copy.shard).shard);
  return "";
}

void Keeper::learn(const Shard& shard, Out& out) {
  Table with_it = durable_.kept.known;
  if (!with_it.absorb(shard)) return;
  persist(Learned{shard}, out);
  // What was on its way here and is now somewhere else, at a later epoch, will not be handed over any more.
  std::vector<ShardId> worthless;
  for (const auto& [id, receiving] : durable_.kept.receiving)
    if (receiving.attempt.epoch < shard.epoch && shard.owner != self_ && !common(receiving.range, shard.range).empty()) worthless.push_back(id);
  for (const ShardId id : worthless) persist(Dropped{id}, out);
}

}  // namespace partitioning
