// Leader election: section 5.2, the restriction of 5.4.1, and the thesis's pre-vote and check-quorum (9.6, 6.2).
#include "mechanisms/consensus/raft/raft.h"

namespace raft {

void Server::ask_for_votes(Step& step, bool pre, bool transfer) {
  const RequestVote request{pre ? term_ + 1 : term_, log_.last(), log_.last_term(), pre, transfer};
  for (const core::NodeId id : log_.config().everybody())
    if (id != id_) step.send(id, request);
}

// Section 5.4.1: of two logs the one whose last entry has the later term is more up to date, else the longer one. A
// leader needs a majority's votes, so one of the voters has every committed entry and lets nobody win without them.
bool Server::up_to_date(const RequestVote& m) const {
  if (settings_.flaws.vote_for_shorter_log) return true;
  if (m.last_term != log_.last_term()) return m.last_term > log_.last_term();
  return m.last_index >= log_.last();
}

// Section 6: a server that was removed, or comes back from a partition, would force elections on a cluster that has a
// leader. Whoever has heard of a leader within the minimum election timeout elects no other. Reads by lease rest on it.
bool Server::protects_leader(const Step& step) const {
  if (!settings_.check_quorum) return false;
  // By a clock that was set back nothing can be said, and nothing is promised: leases rest on clocks that do not jump.
  return leads() || (step.now >= leader_heard_ && step.now < leader_heard_ + promised_);
}

void Server::on_message(Step& step, core::NodeId from, const RequestVote& m) {
  if (m.term > term_ && !m.transfer && protects_leader(step)) return;
  if (m.pre) {
    // Nothing is promised: only whether it would be.
    const bool grant = m.term > term_ && up_to_date(m);
    return step.send(from, VoteReply{grant ? m.term : term_, grant, true});
  }
  observe_term(step, m.term);
  const bool free = voted_for_ == core::kNobody || voted_for_ == from;
  const bool grant = m.term == term_ && free && up_to_date(m);
  if (grant) {
    set_term(step, term_, from);
    arm_election(step);
    step.note("votes for " + name_of(from) + " in term " + std::to_string(term_));
  } else if (m.term == term_) {
    step.refuse("no vote for " + name_of(from) + " in term " + std::to_string(term_) + ": " +
                (free ? "its log is behind" : "voted for " + name_of(voted_for_)));
  }
  step.send(from, VoteReply{term_, grant, false});
}

void Server::on_message(Step& step, core::NodeId from, const VoteReply& m) {
  if (m.pre) {
    if (!m.granted) return observe_term(step, m.term);
    auto* pre = std::get_if<PreCandidate>(&role_);
    if (pre == nullptr || m.term != term_ + 1) return;
    pre->votes.insert(from);
    if (log_.config().quorum([&](core::NodeId id) { return pre->votes.count(id) != 0; })) become_candidate(step, false);
    return;
  }
  observe_term(step, m.term);
  auto* candidate = std::get_if<Candidate>(&role_);
  if (candidate == nullptr || m.term != term_ || !m.granted) return;
  candidate->votes.insert(from);
  if (log_.config().quorum([&](core::NodeId id) { return candidate->votes.count(id) != 0; })) become_leader(step);
}

// Thesis, section 6.2: a leader that is cut off steps down, so that its clients look elsewhere.
void Server::check_quorum(Step& step) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return;
  step.set_timer({Alarm::quorum}, settings_.election_timeout.high);
  if (!settings_.check_quorum) return;
  const core::Time since = step.now - settings_.election_timeout.high;
  const bool heard = log_.config().quorum([&](core::NodeId id) {
    if (id == id_) return true;
    const auto it = leader->others.find(id);
    return it != leader->others.end() && it->second.last_heard >= since;
  });
  if (!heard) become_follower(step, term_, core::kNobody, "hears of no majority");
}

// Thesis, section 3.10: the leader wants this server to take over.
void Server::on_message(Step& step, core::NodeId from, const TimeoutNow& m) {
  observe_term(step, m.term);
  if (m.term != term_ || from != leader_ || leads() || !may_campaign()) return;
  become_candidate(step, true);
}

}  // namespace raft
