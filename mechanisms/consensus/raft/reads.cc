// Reads that need no entry in the log, and still are not stale: section 8; thesis, sections 6.4 and 3.10.
#include "mechanisms/consensus/raft/raft.h"

namespace raft {

void Server::read(Step& step, const Client& client, const std::string& key) {
  auto& leader = std::get<Leader>(role_);
  // What earlier leaders committed is known only once an entry of this term is: the no-op of its beginning.
  const bool knows_commit = log_.term(commit_) == term_;
  if (settings_.read_mode == ReadMode::lease && knows_commit && lease_holds(step.now)) {
    step.count(kReads);
    return answer(step, client, store_.read(key));
  }
  leader.queued.push_back({client, key, 0});
  if (knows_commit && leader.confirmed == leader.round) broadcast(step);
}

// Everybody who answered the last confirmed round will elect no other leader for the minimum election timeout by their
// own clock (protects_leader). Their clocks may be faster than ours by the bound that is assumed.
bool Server::lease_holds(core::Time now) const {
  const auto& leader = std::get<Leader>(role_);
  // A server that was told to take over may be elected at any moment, with everybody's consent: even when we have given
  // it up since, the message may still be on its way.
  if (!settings_.check_quorum || leader.confirmed == 0 || leader.handed_over) return false;
  double trusted = 1 - settings_.lease_drift_bound;
  if (settings_.flaws.lease_without_margin) trusted = 1;
  const auto low = static_cast<double>(settings_.election_timeout.low.count());
  return now < leader.confirmed_at + core::Duration(static_cast<core::Duration::rep>(low * trusted));
}

// A round begins: the reads that have come so far share it, those that come during it share the next. Any round serves,
// also a heartbeat's. Where answers take longer than the time between two heartbeats, there never is a moment at which no
// round is open.
void Server::join_round(Leader& leader) {
  if (leader.queued.empty() || log_.term(commit_) != term_) return;
  for (auto& read : leader.queued) read.index = commit_;
  leader.reads[leader.round] = std::move(leader.queued);
  leader.queued.clear();
}

// A majority has answered a round: nobody else was elected before it began.
void Server::confirm_rounds(Step& step) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return;
  std::uint64_t best = leader->confirmed;
  for (const auto& [sent_round, when] : leader->sent) {
    const std::uint64_t round = sent_round;  // clang 14 does not let a lambda capture a structured binding.
    const bool answered = log_.config().quorum([&](core::NodeId id) {
      if (id == id_) return true;
      const auto it = leader->others.find(id);
      return it != leader->others.end() && it->second.round >= round;
    });
    if (!answered) break;
    best = round;
    leader->confirmed_at = when;
  }
  leader->confirmed = best;
  leader->sent.erase(leader->sent.begin(), leader->sent.upper_bound(best));
  while (!leader->reads.empty() && leader->reads.begin()->first <= best) {
    auto& confirmed = leader->reads.begin()->second;
    leader->confirmed_reads.insert(leader->confirmed_reads.end(), confirmed.begin(), confirmed.end());
    leader->reads.erase(leader->reads.begin());
  }
  answer_reads(step);
  if (!leader->queued.empty() && leader->confirmed == leader->round && log_.term(commit_) == term_) broadcast(step);
}

void Server::answer_reads(Step& step) {
  auto& leader = std::get<Leader>(role_);
  std::erase_if(leader.confirmed_reads, [&](const Read& read) {
    if (read.index > applied_) return false;
    step.count(kReads);
    answer(step, read.client, store_.read(read.key));
    return true;
  });
}

// --- Handing over (thesis, section 3.10).

std::string Server::transfer(Step& step, core::NodeId to) {
  auto& leader = std::get<Leader>(role_);
  if (to == id_) return "it leads already";
  if (!log_.config().votes(to)) return "server " + name_of(to) + " is no member";
  if (leader.transfer_to != core::kNobody) return "it is handing over to " + name_of(leader.transfer_to);
  leader.transfer_to = to;
  step.note("hands over to " + name_of(to));
  step.set_timer({Alarm::transfer}, settings_.election_timeout.high);
  hand_over_when_ready(step);
  return "";
}

// When the other has every entry, it would win an election: it is told to start one without waiting.
void Server::hand_over_when_ready(Step& step) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || leader->transfer_to == core::kNobody) return;
  const auto it = leader->others.find(leader->transfer_to);
  if (it == leader->others.end() || it->second.match < log_.last()) return;
  leader->handed_over = true;
  step.send(leader->transfer_to, TimeoutNow{term_});
}

}  // namespace raft
