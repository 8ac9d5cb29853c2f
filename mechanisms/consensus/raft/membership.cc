// Changes of the cluster's members: section 6 (joint consensus), and one at a time (thesis, chapter 4). New servers catch
// up before they vote (thesis, section 4.2.1).
#include "mechanisms/consensus/raft/raft.h"

namespace raft {

std::string Server::list(const std::vector<core::NodeId>& ids) const {
  std::string all;
  for (const auto id : ids) all += (all.empty() ? "" : " ") + name_of(id);
  return all;
}

// The leader replicates to the members of the latest configuration and to those who catch up.
void Server::track_members() {
  auto& leader = std::get<Leader>(role_);
  std::vector<core::NodeId> wanted = log_.config().everybody();
  if (leader.change) wanted.insert(wanted.end(), leader.change->learners.begin(), leader.change->learners.end());
  std::erase_if(leader.others, [&](const auto& other) {
    return std::find(wanted.begin(), wanted.end(), other.first) == wanted.end();
  });
  for (const core::NodeId id : wanted)
    if (id != id_ && leader.others.count(id) == 0) {
      Progress progress;
      progress.next = log_.last() + 1;
      leader.others[id] = progress;
    }
}

std::string Server::tell_change(Step& step, const std::vector<std::string>& words) {
  std::vector<core::NodeId> ids;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const core::NodeId id = names_.find(words[i]);
    if (std::find(servers_.begin(), servers_.end(), id) == servers_.end())
      return "`" + words[i] + "` is no server; the servers are " + list(servers_);
    ids.push_back(id);
  }
  if (ids.empty() || (words[0] != "change" && ids.size() > 1)) return "expected " + words[0] + (words[0] == "change" ? " NODE.." : " NODE");
  if (words[0] == "transfer") return transfer(step, ids[0]);
  Configuration target{log_.config().voters, {}};
  const auto at = std::lower_bound(target.voters.begin(), target.voters.end(), ids[0]);
  const bool there = at != target.voters.end() && *at == ids[0];
  if (words[0] == "add") {
    if (there) return "it is a member already";
    target.voters.insert(at, ids[0]);
  } else if (words[0] == "remove") {
    if (!there) return "it is no member";
    if (target.voters.size() == 1) return "it is the last member";
    target.voters.erase(at);
  } else {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    target.next = ids;
    if (target.next == target.voters) return "they are the members already";
  }
  return begin_change(step, std::move(target));
}

std::string Server::begin_change(Step& step, Configuration target) {
  auto& leader = std::get<Leader>(role_);
  if (settings_.flaws.change_by_two) {
    // Straight to the new members, whatever else is under way: two majorities that do not meet can form.
    if (target.joint()) target = Configuration{target.next, {}};
  } else {
    if (leader.change || log_.config().joint() || log_.config_index() > commit_) return "another change is under way";
    // A leader must have committed something in its term before: else a change of an earlier term, which it does not
    // know to be replaced, could still be committed (Ongaro's correction to the mailing list, July 2015).
    if (log_.term(commit_) != term_) return "it has not committed anything in its term yet: try again";
  }
  Change change;
  for (const core::NodeId id : target.everybody())
    if (id != id_ && leader.others.count(id) == 0) change.learners.insert(id);
  change.target = std::move(target);
  change.round_end = log_.last();
  change.round_began = step.now;
  if (change.learners.empty() || settings_.flaws.change_by_two) {
    propose(step, Entry{term_, change.target});
    if (leads()) track_members();
    return "";
  }
  step.note("lets " + list({change.learners.begin(), change.learners.end()}) + " catch up before it votes");
  leader.change = std::move(change);
  track_members();
  return "";
}

// A new server that votes with an empty log could hold up every commit. So it first gets what there is, round by round,
// until a round is short enough.
void Server::catch_up(Step& step, core::NodeId from) {
  auto& leader = std::get<Leader>(role_);
  if (!leader.change || leader.change->learners.count(from) == 0) return;
  Change& change = *leader.change;
  if (leader.others[from].match < change.round_end) return;
  const bool fast = step.now - change.round_began < settings_.election_timeout.low;
  if (!fast && change.round < settings_.catch_up_rounds) {
    ++change.round;
    change.round_end = log_.last();
    change.round_began = step.now;
    return;
  }
  if (!fast) {
    step.refuse("server " + name_of(from) + " does not catch up: the change is given up");
    leader.change.reset();
    return track_members();
  }
  change.learners.erase(from);
  if (!change.learners.empty()) return;
  const Configuration target = change.target;
  leader.change.reset();
  propose(step, Entry{term_, target});
  if (leads()) track_members();
}

// One that is down would keep the change waiting for ever, and with it every other change.
void Server::give_up_on_silent_learners(Step& step) {
  auto& leader = std::get<Leader>(role_);
  if (!leader.change) return;
  const core::Duration patience = settings_.election_timeout.high * settings_.catch_up_rounds;
  for (const core::NodeId id : leader.change->learners) {
    if (step.now <= std::max(leader.others[id].last_heard, leader.change->round_began) + patience) continue;
    step.refuse("server " + name_of(id) + " does not answer: the change is given up");
    leader.change.reset();
    return track_members();
  }
}

void Server::on_config_committed(Step& step, Index index, const Configuration& config) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return;
  step.note("members " + list(config.voters) + (config.joint() ? " with " + list(config.next) : "") + " are committed");
  if (index != log_.config_index() || config.joint()) return;
  // A leader that is no member has led until here to commit this; now it lets go.
  if (!config.votes(id_)) become_follower(step, term_, core::kNobody, "it is no member any more");
}

// Section 6: now that both majorities know of the change, the new one may decide alone. Asked whenever a leader commits:
// the one that committed the joint configuration may have crashed before it could go on.
void Server::finish_change(Step& step) {
  if (!leads() || !log_.config().joint() || log_.config_index() > commit_) return;
  propose(step, Entry{term_, Configuration{log_.config().next, {}}});
  if (leads()) track_members();
}

}  // namespace raft
