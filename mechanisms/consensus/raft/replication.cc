// Log replication: section 5.3, and when an entry is committed: 5.4.2.
#include "mechanisms/consensus/raft/raft.h"

namespace raft {
namespace {

std::size_t size_of(const Entry& entry) {
  const auto* command = std::get_if<Command>(&entry.payload);
  return 16 + (command ? command->key.size() + command->value.size() + command->expected.size() : 0);
}

}  // namespace

// --- The leader's side.

void Server::propose(Step& step, Entry entry) {
  log_.append(entry);
  step.persist(SaveEntries{log_.last(), {std::move(entry)}});
  step.gauge(kLogEntries, static_cast<double>(log_.last() - log_.base()));
  auto& leader = std::get<Leader>(role_);
  for (auto& [id, progress] : leader.others)
    if (!progress.probing) replicate(step, id, progress);
  advance_commit(step);  // Alone in the cluster, its own log is the majority.
}

// Sends what this server lacks, as long as there is room in its pipeline. What does not fit goes with later entries in
// one message when a reply makes room: that is the batching.
void Server::replicate(Step& step, core::NodeId to, Progress& progress) {
  const std::uint32_t room = progress.probing ? 1 : settings_.max_in_flight;
  while (progress.next <= log_.last() && progress.in_flight.size() < room) {
    if (progress.next <= log_.base()) return send_snapshot(step, to, progress);
    send_entries(step, to, progress, settings_.max_batch_entries);
  }
}

// One message: the entries from `next` on, or none: a heartbeat.
void Server::send_entries(Step& step, core::NodeId to, Progress& progress, std::uint32_t at_most) {
  auto& leader = std::get<Leader>(role_);
  AppendEntries m{term_, progress.next - 1, log_.term(progress.next - 1), commit_, leader.round, {}};
  std::size_t bytes = 0;
  for (Index i = progress.next; i <= log_.last(); ++i) {
    if (m.entries.size() >= at_most || bytes >= settings_.max_batch_bytes) break;
    m.entries.push_back(log_.at(i));
    bytes += size_of(m.entries.back());
  }
  if (!m.entries.empty()) progress.in_flight.push_back(progress.next + m.entries.size() - 1);
  // Optimistic: if the message is lost, the heartbeat notices.
  if (!progress.probing) progress.next += m.entries.size();
  step.send(to, std::move(m));
}

// A new round: everybody hears of the leader, and their answers to it prove that it led when it began.
void Server::broadcast(Step& step) {
  auto& leader = std::get<Leader>(role_);
  ++leader.round;
  leader.sent[leader.round] = step.now;
  join_round(leader);
  for (auto& [id, progress] : leader.others) {
    // When the pipeline is full the entries wait for a reply; what must be said now goes without.
    const bool full = !progress.probing && progress.in_flight.size() >= settings_.max_in_flight;
    if (progress.next <= log_.base())
      send_snapshot(step, id, progress);
    else
      send_entries(step, id, progress, full ? 0 : settings_.max_batch_entries);
  }
  confirm_rounds(step);
}

void Server::heartbeat(Step& step) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return;
  step.set_timer({Alarm::heartbeat}, settings_.heartbeat);
  give_up_on_silent_learners(step);
  for (auto& [id, progress] : leader->others) {
    // Nothing was heard since the last heartbeat: what is in flight may be lost. Find out where the logs agree.
    if (!progress.heard && (!progress.in_flight.empty() || progress.snapshot != 0)) {
      // While probing `next` is a guess that nobody has refused yet: going back to `match` would send the whole log to a
      // server of which a new leader knows nothing.
      if (!progress.probing) progress.next = progress.match + 1;
      progress.probing = true;
      progress.in_flight.clear();
    }
    progress.heard = false;
  }
  broadcast(step);
}

// What every answer to a leader means. Null: it is not for this leader, or its sender is none of those it leads any more.
Server::Progress* Server::answered(Step& step, core::NodeId from, Term term, std::uint64_t round) {
  observe_term(step, term);
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || term != term_) return nullptr;
  const auto it = leader->others.find(from);
  if (it == leader->others.end()) return nullptr;
  Progress& progress = it->second;
  progress.heard = true;
  progress.last_heard = step.now;
  progress.round = std::max(progress.round, round);
  return &progress;
}

void Server::on_message(Step& step, core::NodeId from, const AppendReply& m) {
  Progress* const known = answered(step, from, m.term, m.round);
  if (known == nullptr) return;
  Progress& progress = *known;
  // It refuses what was sent before we backed up. The answer that counts is still on its way.
  const bool outdated = !m.success && progress.probing && m.match + 1 != progress.next;
  if (m.success) {
    std::erase_if(progress.in_flight, [&](Index last) { return last <= m.match; });
    progress.match = std::max(progress.match, m.match);
    if (progress.probing || progress.next <= progress.match) progress.next = progress.match + 1;
    progress.probing = false;
    progress.snapshot = 0;
    advance_commit(step);
    if (!leads()) return;
    catch_up(step, from);
    hand_over_when_ready(step);
  } else if (m.match > progress.match && !outdated) {
    // Unless it is an old answer: it has agreed to that much since.
    back_up(progress, m);
  }
  confirm_rounds(step);
  // A committed change may have let this server go.
  if (auto* still = std::get_if<Leader>(&role_))
    if (const auto again = still->others.find(from); again != still->others.end()) replicate(step, from, again->second);
}

// The end of section 5.3: skip a whole term at a time instead of an entry.
void Server::back_up(Progress& progress, const AppendReply& m) const {
  progress.probing = true;
  progress.in_flight.clear();
  Index next = m.hint;
  if (m.hint_term != 0) {
    // Does our log have that term? Then the logs may agree up to our last entry of it.
    Index i = std::min(m.match, log_.last());
    while (i > log_.base() && log_.term(i) > m.hint_term) --i;
    if (i >= log_.base() && log_.term(i) == m.hint_term) next = i + 1;
  }
  progress.next = std::max(progress.match + 1, std::min(next, log_.last() + 1));
}

// Section 5.4.2: only an entry of its own term is committed by counting replicas; those before it are committed with
// it. Figure 8 shows how an earlier term's entry on a majority of servers can still be overwritten.
void Server::advance_commit(Step& step) {
  auto& leader = std::get<Leader>(role_);
  // Beyond `furthest` no other server has anything: nothing to count, unless this one is a majority by itself.
  Index furthest = log_.config().quorum([&](core::NodeId id) { return id == id_; }) ? log_.last() : commit_;
  for (const auto& [id, progress] : leader.others) furthest = std::max(furthest, progress.match);
  for (Index n = std::min(furthest, log_.last()); n > commit_; --n) {
    if (log_.term(n) != term_ && !settings_.flaws.commit_old_term) break;
    const bool replicated = log_.config().quorum([&](core::NodeId id) {
      if (id == id_) return true;
      const auto it = leader.others.find(id);
      return it != leader.others.end() && it->second.match >= n;
    });
    if (!replicated) continue;
    return commit_to(step, n);
  }
}

void Server::commit_to(Step& step, Index index) {
  if (index <= commit_) return;
  const Index before = commit_;
  commit_ = index;
  step.gauge(kCommitIndex, static_cast<double>(commit_));
  apply_committed(step);
  for (Index i = std::max(before + 1, log_.first()); i <= index && log_.holds(i); ++i)
    if (const auto* config = std::get_if<Configuration>(&log_.at(i).payload)) {
      const Configuration committed = *config;
      on_config_committed(step, i, committed);
    }
  finish_change(step);
  if (applied_ - log_.base() >= settings_.snapshot_after && !sends_snapshot(step)) take_snapshot(step);
}

void Server::apply_committed(Step& step) {
  auto* leader = std::get_if<Leader>(&role_);
  while (applied_ < commit_) {
    ++applied_;
    const auto& payload = log_.at(applied_).payload;
    if (const auto* noop = std::get_if<Noop>(&payload)) store_.limit_sessions(noop->max_sessions);
    const auto* command = std::get_if<Command>(&payload);
    if (command == nullptr) continue;
    const Result result = store_.apply(applied_, *command, settings_.flaws.no_sessions);
    if (leader == nullptr) continue;
    const auto waiting = leader->waiting.find(applied_);
    if (waiting == leader->waiting.end()) continue;
    acknowledged_ = applied_;
    answer(step, waiting->second, result);
    leader->waiting.erase(waiting);
  }
  step.gauge(kAppliedIndex, static_cast<double>(applied_));
  if (leader != nullptr) answer_reads(step);
}

void Server::answer(Step& step, const Client& client, Result result) {
  step.send(client.node, ClientReply{client.session, client.serial, std::move(result), id_});
}

void Server::on_message(Step& step, core::NodeId from, const ClientRequest& m) {
  const Client client{from, m.command.session, m.command.serial};
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || leader->transfer_to != core::kNobody) {
    step.count(kRejected);
    return step.send(from, ClientReply{client.session, client.serial, {Status::not_leader, {}}, leader ? leader->transfer_to : leader_});
  }
  if (m.command.function == Function::get && settings_.read_mode != ReadMode::log)
    return read(step, client, m.command.key);
  step.count(kProposals);
  leader->waiting[log_.last() + 1] = client;
  propose(step, Entry{term_, m.command});
}

// --- The follower's side.

void Server::on_message(Step& step, core::NodeId from, const AppendEntries& m) {
  // No round in the answer: the sender may lead again by now, in our term, and its rounds of the earlier one would seem to
  // confirm reads of this one.
  if (m.term < term_) return step.send(from, AppendReply{term_, false, m.prev_index, 0, 0, 0});
  CHECK(!leads() || m.term > term_);
  follow(step, m.term, from);
  leader_last_ = std::max(m.prev_index + m.entries.size(), m.commit);
  if (!append_from_leader(step, m)) return refuse_append(step, from, m);
  const Index match = m.prev_index + m.entries.size();
  commit_to(step, std::min(m.commit, match));
  step.gauge(kLag, static_cast<double>(leader_last_ > log_.last() ? leader_last_ - log_.last() : 0));
  step.send(from, AppendReply{term_, true, match, 0, 0, m.round});
}

// False when the logs do not agree at prev_index.
bool Server::append_from_leader(Step& step, const AppendEntries& m) {
  if (m.prev_index > log_.last()) return false;
  if (m.prev_index >= log_.base() && log_.term(m.prev_index) != m.prev_term) return false;
  // What the snapshot covers is committed: it agrees. Then skip what is already there, so that an old message, late,
  // does not cut off what a newer one has appended.
  std::size_t skip = 0;
  while (skip < m.entries.size()) {
    const Index at = m.prev_index + 1 + skip;
    if (at > log_.last() || (at > log_.base() && log_.term(at) != m.entries[skip].term)) break;
    ++skip;
  }
  if (skip == m.entries.size()) return true;
  const Index from = m.prev_index + 1 + skip;
  CHECK(from > commit_);
  if (from <= log_.last())
    step.note("drops entries " + std::to_string(from) + ".." + std::to_string(log_.last()) + " for the leader's");
  log_.truncate(from);
  SaveEntries save{from, {m.entries.begin() + static_cast<std::ptrdiff_t>(skip), m.entries.end()}};
  for (const Entry& entry : save.entries) log_.append(entry);
  step.persist(std::move(save));
  step.gauge(kLogEntries, static_cast<double>(log_.last() - log_.base()));
  return true;
}

void Server::refuse_append(Step& step, core::NodeId to, const AppendEntries& m) {
  AppendReply reply{term_, false, m.prev_index, log_.last() + 1, 0, m.round};
  if (m.prev_index <= log_.last()) {
    // The first entry of the term that stands where the leader's differs.
    reply.hint_term = log_.term(m.prev_index);
    Index i = m.prev_index;
    while (i > log_.first() && log_.term(i - 1) == reply.hint_term) --i;
    reply.hint = std::max(i, commit_ + 1);
  }
  step.send(to, reply);
}

}  // namespace raft
