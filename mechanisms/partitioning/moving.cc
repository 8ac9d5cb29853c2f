// The moving of a shard (keeper.h, guarantees 1 to 3): first the source's side, then the target's.
#include <algorithm>

#include "mechanisms/partitioning/keeper.h"

namespace partitioning {

std::string Keeper::order(core::Time now, const MoveShard& move, Out& out) {
  const auto held = durable_.kept.held.find(move.shard);
  if (held == durable_.kept.held.end()) return "it is not here";
  if (held->second.shard.epoch != move.epoch) return "its epoch is another";
  if (moving(move.shard)) return "it is being moved already";
  if (move.to == self_ || move.to == core::kNobody) return "it cannot be moved there";
  const Attempt attempt{move.shard, move.epoch, held->second.attempts + 1};
  // Durable, so that no answer to this attempt is taken for one to another after a crash.
  persist(Began{attempt}, out);
  Outgoing& begun = outgoing_[move.shard];
  begun.attempt = attempt, begun.to = move.to;
  begun.copied = held->second.shard.range.from;
  begun.send_at = now, begun.resend_at = now + settings_.resend, begun.give_up_at = now + settings_.give_up;
  if (pump(now, begun, out)) give(now, Outgoing(begun), out);
  return "";
}

std::size_t Keeper::Outgoing::rows_to_go() const {
  std::size_t rows = log.size();
  for (const MoveChunk& chunk : unanswered) rows += chunk.rows.size();
  return rows;
}

// Puts the next chunk behind those that are under way; false: there is nothing more to send by now.
bool Keeper::next_chunk(Outgoing& move) const {
  const Held& held = durable_.kept.held.at(move.attempt.shard);
  MoveChunk chunk{move.attempt, move.sent + 1, !move.all_copied, {}, held.shard.range};
  if (!move.all_copied) {
    chunk.rows = held.store.scan_bytes({move.copied, held.shard.range.until}, settings_.chunk_bytes);
    // The last point with a zero behind it is the next that there could be.
    if (!chunk.rows.empty()) move.copied = chunk.rows.back().point + '\0';
    move.all_copied = held.store.scan({move.copied, held.shard.range.until}, 1).empty();
  } else {
    std::size_t count = 0;
    for (std::uint64_t bytes = 0; count < move.log.size() && bytes < settings_.chunk_bytes; ++count) bytes += move.log[count].bytes();
    if (count == 0) return false;
    const auto end = move.log.begin() + static_cast<std::ptrdiff_t>(count);
    chunk.rows.assign(move.log.begin(), end);
    move.log.erase(move.log.begin(), end);
  }
  ++move.sent;
  move.unanswered.push_back(std::move(chunk));
  return true;
}

void Keeper::send_chunk(const Outgoing& move, const MoveChunk& chunk, Out& out) const {
  double bytes = 0;
  for (const Row& row : chunk.rows) bytes += static_cast<double>(row.bytes());
  out.samples.push_back({&kMoveBytes, bytes});
  out.sends.push_back({move.to, chunk});
}

// Sends what the window and the rate allow. True: everything has arrived and no write can come any more.
bool Keeper::pump(core::Time now, Outgoing& move, Out& out) {
  while (move.unanswered.size() < settings_.window && now >= move.send_at && next_chunk(move)) {
    const MoveChunk& chunk = move.unanswered.back();
    send_chunk(move, chunk, out);
    if (move.unanswered.size() == 1) move.resend_at = now + settings_.resend;
    if (settings_.rate == 0) continue;
    std::uint64_t bytes = 0;
    for (const Row& row : chunk.rows) bytes += row.bytes();
    move.send_at = now + core::Duration(static_cast<core::Duration::rep>(bytes * 1'000'000'000 / settings_.rate));
  }
  // A target that has not answered would be waited for with all writes refused: it may be dead.
  if (move.all_copied && move.heard && !move.closing && move.rows_to_go() <= settings_.close_below) move.closing = true, move.closed_at = now;
  return move.closing && move.log.empty() && move.unanswered.empty();
}

void Keeper::give(core::Time now, const Outgoing& move, Out& out) {
  const ShardId id = move.attempt.shard;
  const Held& held = durable_.kept.held.at(id);
  HandOver over{move.attempt, held.shard, held.sequence};
  over.shard.owner = move.to;
  // Who had a copy is the owner now, and the copies do not become fewer by that.
  std::replace(over.shard.replicas.begin(), over.shard.replicas.end(), move.to, self_);
  ++over.shard.epoch.conf_version;
  out.news.push_back(over.shard);
  out.samples.push_back({&kMoves, 1});
  out.samples.push_back({&kWritePause, core::in_ms(now - move.closed_at)});
  outgoing_.erase(id);
  persist(Gave{std::move(over)}, out);
  repeat_hand_over(now, id, out);
}

void Keeper::repeat_hand_over(core::Time now, ShardId shard, Out& out) {
  const HandOver& over = durable_.kept.given.at(shard).hand_over;
  out.sends.push_back({over.shard.owner, over});
  handing_[shard] = now + settings_.resend;
}

void Keeper::on(core::Time now, core::NodeId from, const ChunkAck& ack, Out& out) {
  const auto it = outgoing_.find(ack.attempt.shard);
  if (it == outgoing_.end() || it->second.attempt != ack.attempt || it->second.to != from) return;
  Outgoing& move = it->second;
  const std::size_t before = move.unanswered.size();
  std::erase_if(move.unanswered, [&ack](const MoveChunk& chunk) { return chunk.number <= ack.number; });
  move.heard = true;
  if (move.unanswered.size() != before) move.give_up_at = now + settings_.give_up, move.resend_at = now + settings_.resend;
  if (pump(now, move, out)) give(now, Outgoing(move), out);
}

void Keeper::on(core::Time, core::NodeId, const Accepted& accepted, Out& out) {
  const auto given = durable_.kept.given.find(accepted.shard);
  // An answer to an earlier hand-over of the same shard says nothing of this one.
  if (given == durable_.kept.given.end() || accepted.epoch != given->second.hand_over.shard.epoch) return;
  handing_.erase(accepted.shard);
  persist(accepted, out);
}

void Keeper::tick(core::Time now, Out& out) {
  std::vector<ShardId> moves;
  for (const auto& [id, move] : outgoing_) moves.push_back(id);
  for (const ShardId id : moves) {
    Outgoing& move = outgoing_.at(id);
    if (now >= move.give_up_at || (move.closing && now >= move.closed_at + settings_.write_pause)) {
      // Nobody else owns it yet, so nothing is undone: writes are taken again, and the target's copy is worth nothing.
      outgoing_.erase(id);
      out.samples.push_back({&kMovesFailed, 1});
      continue;
    }
    if (!move.unanswered.empty() && now >= move.resend_at) {
      for (const MoveChunk& chunk : move.unanswered) send_chunk(move, chunk, out);
      move.resend_at = now + settings_.resend;
      move.heard = false;
    }
    if (pump(now, move, out)) give(now, Outgoing(move), out);
  }
  std::vector<ShardId> silent;
  for (const auto& [id, given] : durable_.kept.given)
    if (const auto at = handing_.find(id); at == handing_.end() || now >= at->second) silent.push_back(id);
  for (const ShardId id : silent) repeat_hand_over(now, id, out);
}

std::optional<core::Time> Keeper::due() const {
  std::optional<core::Time> first;
  const auto at = [&first](core::Time time) { first = first ? std::min(*first, time) : time; };
  for (const auto& [id, move] : outgoing_) {
    at(move.give_up_at);
    if (move.closing) at(move.closed_at + settings_.write_pause);
    if (!move.unanswered.empty()) at(move.resend_at);
    if (move.unanswered.size() < settings_.window && (!move.all_copied || !move.log.empty())) at(move.send_at);
  }
  for (const auto& [id, given] : durable_.kept.given) {
    const auto again = handing_.find(id);
    at(again == handing_.end() ? core::kStart : again->second);
  }
  return first;
}

void Keeper::on(core::Time, core::NodeId from, const MoveChunk& chunk, Out& out) {
  const Kept& kept = durable_.kept;
  // A late chunk of a move that was long ago: the shard has come here since, or gone elsewhere.
  for (const Shard& known : kept.known.shards)
    if (known.epoch > chunk.attempt.epoch && !common(known.range, chunk.range).empty()) return;
  const auto receiving = kept.receiving.find(chunk.attempt.shard);
  if (receiving != kept.receiving.end() && chunk.attempt < receiving->second.attempt) return;
  const bool same = receiving != kept.receiving.end() && chunk.attempt == receiving->second.attempt;
  const std::uint64_t have = same ? receiving->second.chunks : 0;
  if (chunk.number == have + 1) persist(chunk, out);
  out.sends.push_back({from, ChunkAck{chunk.attempt, std::max(have, chunk.number == have + 1 ? chunk.number : 0)}});
}

void Keeper::on(core::Time, core::NodeId from, const HandOver& over, Out& out) {
  const Kept& kept = durable_.kept;
  const auto receiving = kept.receiving.find(over.shard.id);
  if (receiving != kept.receiving.end() && receiving->second.attempt == over.attempt) {
    persist(Took{over}, out);
    out.news.push_back(over.shard);
  } else {
    // Heard before, and perhaps given to somebody else since; anything else was never promised to this node.
    const Shard* known = kept.known.find(over.shard.range.from);
    if (known == nullptr || known->epoch < over.shard.epoch) return;
  }
  out.sends.push_back({from, Accepted{over.shard.id, over.shard.epoch}});
}

}  // namespace partitioning
