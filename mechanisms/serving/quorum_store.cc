#include "mechanisms/serving/quorum_store.h"

#include "mechanisms/core/check.h"

namespace serving {
namespace {

constexpr int kAlarmShift = 56;   // Of a timer's key: which of Raft's alarms it is.

raft::Function raft_function(Function function) {
  switch (function) {
    case Function::put: return raft::Function::put;
    case Function::append: return raft::Function::append;
    case Function::del: return raft::Function::del;
    case Function::get:
    case Function::scan: break;
  }
  return raft::Function::get;
}

Reply only(Status status) {
  Reply reply;
  reply.status = status;
  return reply;
}

}  // namespace

QuorumStore::QuorumStore(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), peers_(roster.peers), settings_(settings), inlet_(settings.door),
      server_(roster, settings.raft, std::move(durable.raft)) {}

template <class Doing>
void QuorumStore::with_server(Step& step, const Doing& doing) {
  raft::Server::Step inner;
  inner.now = step.now, inner.rng = step.rng;
  doing(inner);
  for (auto& write : inner.writes) step.persist(OfRaftLog{std::move(write)});
  for (const auto& change : inner.timers) {
    const Timer timer{Alarm::raft, static_cast<std::uint64_t>(change.timer.kind) << kAlarmShift | change.timer.key};
    change.set ? step.set_timer(timer, change.after) : step.cancel_timer(timer);
  }
  for (auto& note : inner.notes) step.notes.push_back({std::move(note.text), note.refusal});
  for (const auto& sample : inner.samples) step.samples.push_back({sample.metric, sample.value});
  // What it says to whom it believes its client is for this node's own askers.
  std::vector<raft::ClientReply> answers;
  for (auto& send : inner.sends) {
    if (auto* reply = std::get_if<raft::ClientReply>(&send.message); reply != nullptr && send.to == id_)
      answers.push_back(std::move(*reply));
    else
      step.send(send.to, OfRaft{std::move(send.message)});
  }
  for (const auto& answer : answers) on_answer(step, answer);
}

void QuorumStore::start(Step& step) {
  inlet_.start(step);
  with_server(step, [&](auto& inner) { server_.start(inner); });
}

void QuorumStore::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  inlet_.set(step, settings_.door);
  with_server(step, [&](auto& inner) { server_.on_settings(inner, settings_.raft); });
}

std::string QuorumStore::on_tell(Step& step, std::string_view words) {
  std::string refused;
  with_server(step, [&](auto& inner) { refused = server_.on_tell(inner, words); });
  return refused;
}

void QuorumStore::on_message(Step& step, core::NodeId from, const OfRaft& m) {
  with_server(step, [&](auto& inner) {
    std::visit([&](const auto& message) { server_.on_message(inner, from, message); }, m.message);
  });
}

std::vector<partitioning::Shard> QuorumStore::where() const {
  const core::NodeId leader = server_.leads() ? id_ : server_.leader();
  if (leader == core::kNobody) return {};
  partitioning::Shard all{1, {}, leader, {}, {server_.term(), 1}};
  for (const auto peer : peers_)
    if (peer != leader) all.replicas.push_back(peer);
  return {std::move(all)};
}

void QuorumStore::on_message(Step& step, core::NodeId from, const AskTable&) {
  if (auto shards = where(); !shards.empty()) step.send(from, partitioning::Table{partitioning::Order::key, server_.term(), std::move(shards)});
}

void QuorumStore::on_message(Step& step, core::NodeId from, const Probe& m) {
  inlet_.probe(step, from, m, server_.leads() || server_.leader() != core::kNobody);
}

void QuorumStore::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::raft: {
      const raft::Server::Timer inner_timer{static_cast<raft::Alarm>(timer.key >> kAlarmShift),
                                            timer.key & ((std::uint64_t{1} << kAlarmShift) - 1)};
      return with_server(step, [&](auto& inner) { server_.on_timer(inner, inner_timer); });
    }
    case Alarm::served: return work(step, timer.key);
    case Alarm::turn: return inlet_.on_turn(step, timer.key);
    case Alarm::measure: return inlet_.measure(step);
    default: return;
  }
}

void QuorumStore::work(Step& step, Ticket ticket) {
  if (inlet_.was_probe(step, ticket)) return;
  const Request& request = inlet_.find(ticket)->request;
  if (request.function == Function::scan) return inlet_.answer(step, ticket, only(Status::failed));
  if (const auto it = asked_.find(request.operation); it != asked_.end()) return wait_too(step, it->second, ticket);
  raft::Command command;
  command.session = request.operation, command.serial = 1;
  command.function = raft_function(request.function);
  command.key = request.key, command.value = request.value;
  asked_[request.operation] = {{ticket}, server_.leads()};
  inlet_.let_go(step, ticket);
  with_server(step, [&](auto& inner) { server_.on_message(inner, id_, raft::ClientRequest{std::move(command)}); });
}

// The same request is being done already. A caller who sends it again has lost patience with the first, which ends here; another
// caller's goes on beside it: to end that one would make him try again and end this one, and so on for ever.
void QuorumStore::wait_too(Step& step, Asked& asked, Ticket ticket) {
  inlet_.let_go(step, ticket);
  for (Ticket& waiting : asked.tickets)
    if (inlet_.find(waiting)->from == inlet_.find(ticket)->from)
      return inlet_.answer(step, std::exchange(waiting, ticket), only(Status::timed_out));
  asked.tickets.push_back(ticket);
}

void QuorumStore::on_answer(Step& step, const raft::ClientReply& m) {
  const auto it = asked_.find(m.session);
  if (it == asked_.end()) return;
  const Asked asked = std::move(it->second);
  asked_.erase(it);
  const bool write = is_write(inlet_.find(asked.tickets.front())->request.function);
  Reply reply;
  reply.version = server_.applied();
  switch (m.result.status) {
    case raft::Status::ok:
      reply.status = m.result.value || write ? Status::ok : Status::absent;
      if (m.result.value) reply.value = *m.result.value;
      break;
    case raft::Status::absent: reply.status = Status::absent; break;
    case raft::Status::mismatch: reply.status = Status::failed; break;
    case raft::Status::expired: reply.status = Status::timed_out; break;
    case raft::Status::not_leader:
      reply.newer = where();
      reply.status = asked.taken && write ? Status::timed_out : reply.newer.empty() ? Status::unavailable : Status::moved;
      break;
  }
  for (const Ticket ticket : asked.tickets) inlet_.answer(step, ticket, reply);
}

}  // namespace serving
