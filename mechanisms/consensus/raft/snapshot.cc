// Log compaction: section 7. Snapshots are sent in chunks that can be resumed.
#include "mechanisms/consensus/raft/raft.h"

namespace raft {

void Server::take_snapshot(Step& step) {
  if (applied_ <= log_.base()) return;
  snapshot_ = {applied_, log_.term(applied_), log_.config_as_of(applied_), core::encode(store_)};
  log_.compact(snapshot_.index, snapshot_.term, snapshot_.config);
  step.persist(snapshot_);
  step.count(kSnapshots);
  step.gauge(kLogEntries, static_cast<double>(log_.last() - log_.base()));
  step.note("snapshot up to " + std::to_string(snapshot_.index) + ", " + std::to_string(snapshot_.store.size()) + " bytes");
}

// Compacting again now would begin a transfer anew, and under load no follower would ever get a whole snapshot. One that
// has fallen silent holds up nothing.
bool Server::sends_snapshot(const Step& step) const {
  const auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return false;
  for (const auto& [id, progress] : leader->others)
    if (progress.snapshot != 0 && step.now < progress.last_heard + settings_.election_timeout.high) return true;
  return false;
}

// One chunk; the next one goes when the follower asks for it.
void Server::send_snapshot(Step& step, core::NodeId to, Progress& progress) {
  CHECK(snapshot_.index > 0);
  if (progress.snapshot != snapshot_.index) {
    progress.snapshot = snapshot_.index;
    progress.offset = 0;
  }
  const auto& leader = std::get<Leader>(role_);
  const auto& store = snapshot_.store;
  const std::uint64_t end = std::min<std::uint64_t>(progress.offset + settings_.snapshot_chunk, store.size());
  InstallSnapshot m{term_, snapshot_.index, snapshot_.term, snapshot_.config, progress.offset, end == store.size(),
                    leader.round, {}};
  m.data.assign(store.begin() + static_cast<std::ptrdiff_t>(progress.offset), store.begin() + static_cast<std::ptrdiff_t>(end));
  step.send(to, std::move(m));
  progress.in_flight = {snapshot_.index};
  progress.probing = true;
}

void Server::on_message(Step& step, core::NodeId from, const SnapshotReply& m) {
  Progress* const known = answered(step, from, m.term, m.round);
  if (known == nullptr) return;
  Progress& progress = *known;
  confirm_rounds(step);
  if (progress.snapshot != m.index) return;
  if (m.installed) {
    progress.in_flight.clear();
    progress.match = std::max(progress.match, m.index);
    progress.next = progress.match + 1;
    progress.snapshot = 0;
    progress.probing = false;
    advance_commit(step);
    if (!leads()) return;
    catch_up(step, from);
    if (auto* still = std::get_if<Leader>(&role_))
      if (const auto again = still->others.find(from); again != still->others.end()) replicate(step, from, again->second);
    return;
  }
  // The answer to a chunk that a heartbeat sent again: the next one is under way already. But a follower that crashed,
  // or stood for election meanwhile, has lost what it had, and wants an earlier byte.
  if (snapshot_.index != m.index || m.wanted == progress.offset || m.wanted > snapshot_.store.size()) return;
  progress.offset = m.wanted;
  send_snapshot(step, from, progress);
}

void Server::on_message(Step& step, core::NodeId from, const InstallSnapshot& m) {
  if (m.term < term_) return step.send(from, SnapshotReply{term_, m.index, 0, false, 0});
  CHECK(!leads() || m.term > term_);
  follow(step, m.term, from);
  if (m.index <= commit_) return step.send(from, SnapshotReply{term_, m.index, 0, true, m.round});
  auto& incoming = std::get<Follower>(role_).incoming;
  if (!incoming || incoming->index != m.index || incoming->index_term != m.index_term) {
    incoming = m;
    incoming->data.clear();
    incoming->offset = 0;
  }
  if (m.offset == incoming->data.size()) {
    incoming->data.insert(incoming->data.end(), m.data.begin(), m.data.end());
    if (m.done) {
      InstallSnapshot whole = std::move(*incoming);
      incoming.reset();
      install(step, std::move(whole));
      return step.send(from, SnapshotReply{term_, m.index, 0, true, m.round});
    }
  }
  step.send(from, SnapshotReply{term_, m.index, incoming->data.size(), false, m.round});
}

void Server::install(Step& step, InstallSnapshot whole) {
  store_ = core::decode<Store>(whole.data);
  snapshot_ = {whole.index, whole.index_term, whole.config, std::move(whole.data)};
  log_.compact(snapshot_.index, snapshot_.term, snapshot_.config);
  commit_ = applied_ = snapshot_.index;
  step.persist(snapshot_);
  step.count(kSnapshotsInstalled);
  sample(step);
  step.note("installs a snapshot up to " + std::to_string(snapshot_.index));
}

}  // namespace raft
