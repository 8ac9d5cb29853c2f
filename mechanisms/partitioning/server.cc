#include "mechanisms/partitioning/server.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace partitioning {

using serving::Alarm;
using serving::Function;
using serving::Reply;
using serving::Request;
using serving::Status;

void Server::Durable::apply(const serving::Write& write) {
  std::visit([this](const auto& one) {
    if constexpr (std::is_constructible_v<Change, decltype(one)>) store.apply(Change(one));
  }, write);
}

Server::Server(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), names_(roster.names), settings_(settings), inlet_(settings.door),
      keeper_(roster.self, settings.move, std::move(durable.store)), copies_(roster.self, settings.copy) {}

void Server::start(Step& step) {
  inlet_.start(step);
  wanted_since_ = step.now;
  Out out;
  settle(step, out);
}

void Server::on_settings(Step& step, const Settings& settings) {
  if (settings.load_window != settings_.load_window) loads_.clear();
  settings_ = settings;
  inlet_.set(step, settings_.door);
  keeper_.set(settings_.move);
  copies_.set(settings_.copy);
  Out out;
  settle(step, out);
}

void Server::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::served: return work(step, timer.key);
    case Alarm::turn: return inlet_.on_turn(step, timer.key);
    case Alarm::measure: return measure(step);
    case Alarm::move: {
      armed_.reset();
      Out out;
      keeper_.tick(step.now, out);
      return settle(step, out);
    }
    case Alarm::copy: {
      announcing_.reset();
      CopyOut out;
      copies_.tick(step.now, kept(), out);
      return settle(step, out);
    }
    default: return;
  }
}

// --- Requests.

void Server::work(Step& step, serving::Ticket ticket) {
  if (inlet_.was_probe(step, ticket)) return;
  const Request request = inlet_.find(ticket)->request;
  Out out;
  Reply reply = perform(step, request, out);
  settle(step, out);
  inlet_.answer(step, ticket, std::move(reply));
}

Reply Server::perform(Step& step, const Request& request, Out& out) {
  if (request.function == Function::scan) return scan(step, request, out);
  const std::string point = point_of(kept().known.order, request.key);
  Cell cell;
  if (const Copy* copy = copy_for(step, request, point)) {
    if (const std::string* row = copy->store.get(point)) cell = unpacked(*row);
  } else {
    const Answer found = keeper_.get(request.epoch, point, out);
    if (found.outcome != Answer::Outcome::ok) return refused(step, found);
    count_load(step, request, point);
    if (!found.rows.empty()) cell = unpacked(*found.rows.front().value);
  }
  wanted_.count(request.key);
  if (serving::is_write(request.function)) return write(step, request, point, std::move(cell), out);
  Reply reply;
  reply.version = cell.version;
  if (cell.value) reply.value = *cell.value;
  else reply.status = Status::absent;
  return reply;
}

Reply Server::write(Step& step, const Request& request, const std::string& point, Cell cell, Out& out) {
  Reply reply;
  const bool numbered = settings_.idempotent && request.operation != 0;
  if (const Done* done = numbered ? cell.find(request.operation) : nullptr) {
    step.count(resilience::kIdempotentReplays);
    if (done->absent) reply.status = Status::absent;
    // Whoever keeps what he wrote must not take it for what was written since.
    if (done == &cell.done.back()) reply.version = cell.version;
    if (cell.value) reply.value = *cell.value;
    return reply;
  }
  if (request.function == Function::del && !cell.value) reply.status = Status::absent;
  switch (request.function) {
    case Function::put: cell.value = request.value; break;
    case Function::append: cell.value = cell.value.value_or("") + request.value; break;
    case Function::del: cell.value.reset(); break;
    case Function::get:
    case Function::scan: break;
  }
  reply.version = cell.version = keeper_.next_sequence(request.epoch, point);
  if (numbered) cell.remember({request.operation, reply.status == Status::absent}, settings_.remembered);
  Row row{point, std::nullopt};
  if (cell.value || !cell.done.empty()) row.value = packed(cell);
  const Answer answer = keeper_.put(request.epoch, row, out);
  if (answer.outcome != Answer::Outcome::ok) return refused(step, answer);
  if (request.function == Function::append) reply.value = *cell.value;
  answered_ = {answered_.count + 1, point, cell.version, !row.value};
  return reply;
}

// A copy that may answer this, if it is a read; null: only the owner may. Who asks must have meant the copy: at one epoch a shard has
// one owner, and whoever asks another node by that epoch knows it. Without an epoch he may have guessed.
const Copy* Server::copy_for(Step& step, const Request& request, const std::string& point) {
  if (serving::is_write(request.function) || request.epoch == Epoch{}) return nullptr;
  const Copy* copy = copies_.serving(step.now, request.epoch, point);
  if (copy == nullptr) {
    if (copies_.expected(request.epoch, point)) step.count(kReplicaRefused);
    return nullptr;
  }
  step.count(kReplicaReads);
  from_copy_ = {from_copy_.count + 1, copy->shard.id, copy->whole(), step.now - copy->whole_at};
  return copy;
}

Reply Server::scan(Step& step, const Request& request, Out& out) {
  const Order order = kept().known.order;
  Range range = request.within;
  if (order == Order::key) range = common(range, {request.key, request.value});
  Reply reply;
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  Answer answer;
  if (const Copy* copy = copy_for(step, request, range.from)) answer.rows = copy->store.scan(range, kAll);
  else answer = keeper_.scan(request.epoch, range, kAll, out);
  if (answer.outcome == Answer::Outcome::moved) reply.newer = {answer.newer};
  if (answer.outcome != Answer::Outcome::ok) {
    reply.status = answer.outcome == Answer::Outcome::moved ? Status::moved : Status::unavailable;
    return reply;
  }
  for (const Row& row : answer.rows) {
    const std::string_view key = key_of(order, row.point);
    if (key < request.key || key >= request.value) continue;
    if (const Cell cell = unpacked(*row.value); cell.value) reply.items.emplace_back(key, *cell.value);
  }
  return reply;
}

Reply Server::refused(Step& step, const Answer& answer) const {
  Reply reply;
  if (answer.outcome == Answer::Outcome::moved) {
    reply.status = Status::moved;
    reply.newer = {answer.newer};
    return reply;
  }
  step.count(kShardBusy);
  reply.status = Status::unavailable;
  reply.retry_after = settings_.busy_retry;
  return reply;
}

void Server::count_load(Step& step, const Request& request, const std::string& point) {
  const Shard* shard = kept().known.find(point);
  const auto it = loads_.try_emplace(shard->id, Load{shard->epoch, LoadSample(settings_.load_window)}).first;
  // Halves, and what came from elsewhere, begin anew.
  if (it->second.epoch != shard->epoch) it->second = {shard->epoch, LoadSample(settings_.load_window)};
  it->second.sample.count(step.now, point, *step.rng, !serving::is_write(request.function));
}

// --- Moves, and whoever orders them.

// Before it knows the table it cannot hold anything: what a stranger brought would be forgotten when the table comes.
template <class M>
void Server::moved(Step& step, core::NodeId from, const M& m) {
  if (!founded()) return;
  Out out;
  keeper_.on(step.now, from, m, out);
  if constexpr (std::is_same_v<M, HandOver>)
    for (const Shard& shard : out.news) step.note("has shard " + std::to_string(shard.id) + " now, from " + names_.of(from));
  settle(step, out);
}

void Server::on_message(Step& step, core::NodeId from, const MoveChunk& m) { moved(step, from, m); }
void Server::on_message(Step& step, core::NodeId from, const ChunkAck& m) { moved(step, from, m); }
void Server::on_message(Step& step, core::NodeId from, const HandOver& m) { moved(step, from, m); }
void Server::on_message(Step& step, core::NodeId from, const Accepted& m) { moved(step, from, m); }

void Server::on_message(Step& step, core::NodeId from, const Table& m) {
  placement_ = from;
  Out out;
  if (!founded())
    keeper_.found(m, out);
  else if (kept().known.shards != m.shards)
    for (const Shard& shard : m.shards) keeper_.learn(shard, out);
  settle(step, out);
  report(step);
}

void Server::on_message(Step& step, core::NodeId, const MoveShard& m) {
  Out out;
  const std::string why = keeper_.order(step.now, m, out);
  if (why.empty()) step.note("moves shard " + std::to_string(m.shard) + " to " + names_.of(m.to));
  obeyed(step, "move", m.shard, why, out);
}

void Server::on_message(Step& step, core::NodeId, const SplitShard& m) {
  Out out;
  const std::string why = keeper_.order(m, out);
  if (why.empty())
    step.note("splits shard " + std::to_string(m.shard) + " at " + std::string(key_of(kept().known.order, m.at)) + ": the right half is shard " +
              std::to_string(m.fresh));
  obeyed(step, "split", m.shard, why, out);
}

void Server::on_message(Step& step, core::NodeId, const MergeShards& m) {
  Out out;
  const std::string why = keeper_.order(m, out);
  if (why.empty()) step.note("merges shard " + std::to_string(m.right) + " into shard " + std::to_string(m.left));
  obeyed(step, "merge", m.left, why, out);
}

void Server::on_message(Step& step, core::NodeId, const CopyShard& m) {
  Out out;
  const std::string why = keeper_.order(m, out);
  if (why.empty()) {
    std::string nodes;
    for (const core::NodeId node : m.replicas) nodes += (nodes.empty() ? "" : ", ") + names_.of(node);
    step.note(m.replicas.empty() ? "lets nobody have a copy of shard " + std::to_string(m.shard)
                                 : "lets " + nodes + " have a copy of shard " + std::to_string(m.shard));
  }
  obeyed(step, "copy", m.shard, why, out);
}

// --- Copies.

void Server::on_message(Step& step, core::NodeId from, const AskCopy& m) {
  CopyOut out;
  copies_.on(from, m, kept(), out);
  settle(step, out);
}

void Server::on_message(Step& step, core::NodeId from, const CopyRows& m) {
  CopyOut out;
  copies_.on(step.now, from, m, out);
  settle(step, out);
}

void Server::on_message(Step& step, core::NodeId from, const CopyWrites& m) {
  if (!founded()) return;
  Out learned;
  keeper_.learn(m.shard, learned);
  settle(step, learned);
  CopyOut out;
  copies_.on(step.now, from, m, kept().known, *step.rng, out);
  settle(step, out);
}

void Server::settle(Step& step, const CopyOut& out) {
  for (const auto& one : out.sends) std::visit([&](const auto& m) { step.send(one.to, m); }, one.message);
  if (out.begun != 0) step.count(kReplicaSyncs, out.begun);
  arm(step, Alarm::copy, copies_.due(), announcing_);
}

void Server::obeyed(Step& step, std::string_view what, ShardId shard, const std::string& why, Out& out) {
  if (!why.empty()) step.refuse("does not " + std::string(what) + " shard " + std::to_string(shard) + ": " + why);
  settle(step, out);
  if (why.empty()) report(step);
}

// What the keeper has said, and when it wants to be asked again.
void Server::settle(Step& step, Out& out) {
  CopyOut copies;
  for (const Change& change : out.changes)
    if (const auto* wrote = std::get_if<Wrote>(&change))
      if (const auto held = kept().held.find(wrote->shard); held != kept().held.end()) copies_.wrote(held->second, wrote->row, copies);
  copies_.look(step.now, kept(), copies);
  for (Change& change : out.changes) std::visit([&](auto& one) { step.persist(std::move(one)); }, change);
  for (Out::Send& send : out.sends) std::visit([&](auto& one) { step.send(send.to, std::move(one)); }, send.message);
  for (const auto& sample : out.samples) step.samples.push_back({sample.metric, sample.value});
  if (!out.news.empty() && placement_ != core::kNobody) step.send(placement_, Table{kept().known.order, 0, out.news});
  arm(step, Alarm::move, keeper_.due(), armed_);
  settle(step, copies);
}

void Server::arm(Step& step, Alarm alarm, std::optional<core::Time> due, std::optional<core::Time>& armed) {
  if (due == armed) return;
  armed = due;
  if (due) step.set_timer({alarm}, std::max(*due - step.now, core::Duration{}));
  else step.cancel_timer({alarm});
}

void Server::report(Step& step) {
  if (placement_ == core::kNobody) return;
  const Order order = kept().known.order;
  std::erase_if(loads_, [this](const auto& one) { return kept().held.count(one.first) == 0; });
  // Who has nothing says so: he is there, and could be given something.
  if (kept().held.empty()) return step.send(placement_, Table{order, 0, {}});
  for (const auto& [id, held] : kept().held) {
    ShardReport one{held.shard, held.store.size(), held.store.bytes(), 0, 0, held.store.middle(order), ""};
    if (const auto load = loads_.find(id); load != loads_.end() && load->second.epoch == held.shard.epoch) {
      load->second.sample.roll(step.now);
      one.load = load->second.sample.rate();
      one.reads = load->second.sample.reads();
      one.load_cut = load->second.sample.cut(order);
      // A cut that is no cut of this shard any more: its sample is from before.
      if (one.load_cut <= held.shard.range.from || !held.shard.range.holds(one.load_cut)) one.load_cut.clear();
    }
    step.send(placement_, std::move(one));
  }
}

// --- Others.

void Server::on_message(Step& step, core::NodeId from, const serving::Probe& m) {
  if (!founded()) return step.send(from, serving::ProbeReply{m.id, false, 0});
  inlet_.probe(step, from, m, true);
}

void Server::on_message(Step& step, core::NodeId from, const serving::AskTable&) {
  if (founded()) step.send(from, kept().known);
}

void Server::measure(Step& step) {
  inlet_.measure(step);
  const Shown now = show();
  step.gauge(kShardsOwned, now.shards);
  step.gauge(kShardRows, static_cast<double>(now.rows));
  double bytes = 0;
  for (const auto& [id, held] : kept().held) bytes += static_cast<double>(held.store.bytes());
  step.gauge(kShardBytes, bytes);
  step.gauge(kReplicasOwned, static_cast<double>(copies_.whole()));
  if (!copies_.all().empty()) step.gauge(kReplicaLag, static_cast<double>(copies_.lag(step.now).count()) / 1e6);
  step.gauge(kReplicaBehind, static_cast<double>(copies_.behind()));
  find_hottest(step);
}

// Once a window, and then what was counted is worth half: a key that is not wanted any more is soon none of the first.
void Server::find_hottest(Step& step) {
  if (step.now - wanted_since_ < settings_.load_window) return;
  wanted_since_ = step.now;
  const auto top = wanted_.top(1);
  hottest_ = top.empty() ? "" : top[0].key;
  step.gauge(kHottest, top.empty() ? 0 : std::round(100.0 * static_cast<double>(top[0].at_least()) / static_cast<double>(wanted_.total())));
  wanted_.halve();
}

Server::Shown Server::show() const {
  Shown shown;
  shown.copies = static_cast<std::uint32_t>(copies_.whole());
  shown.hottest_key = hottest_;
  shown.waiting = static_cast<std::uint32_t>(inlet_.station().waiting());
  for (const auto& [id, held] : kept().held) {
    ++shown.shards;
    shown.moving += keeper_.moving(id) ? 1 : 0;
    shown.rows += held.store.size();
  }
  return shown;
}

}  // namespace partitioning
