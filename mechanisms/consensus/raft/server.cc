// What joins the parts: start, terms, and the only functions that change a server's role.
#include "mechanisms/consensus/raft/raft.h"
#include "mechanisms/core/text.h"

namespace raft {
namespace {

Configuration initial_configuration(const core::Roster& roster, const Settings& settings) {
  Configuration config{roster.peers, {}};
  if (settings.voters > 0 && settings.voters < config.voters.size()) config.voters.resize(settings.voters);
  return config;
}

}  // namespace

Server::Server(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), servers_(roster.peers), names_(roster.names), settings_(settings), log_(initial_configuration(roster, settings)) {
  if (settings_.flaws.forget_log) durable.entries.clear();
  term_ = durable.term;
  if (!settings_.flaws.forget_vote) voted_for_ = durable.voted_for;
  snapshot_ = std::move(durable.snapshot);
  if (snapshot_.index > 0) {
    log_.compact(snapshot_.index, snapshot_.term, snapshot_.config);
    store_ = core::decode<Store>(snapshot_.store);
    commit_ = applied_ = snapshot_.index;
  }
  for (auto& entry : durable.entries) log_.append(std::move(entry));
}

void Server::start(Step& step) {
  // It may have heard of a leader just before it crashed, and promised it by that to elect no other for a while.
  leader_heard_ = step.now;
  // One that has been in some term before may have promised a leader, before it crashed, not to elect another.
  if (term_ > 0) promised_ = settings_.election_timeout.low;
  arm_election(step);
  sample(step);
}

void Server::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  if (leads()) return step.set_timer({Alarm::heartbeat}, settings_.heartbeat);
  // With a shorter timeout, what it has promised the leader still holds.
  const core::Duration wait = step.rng->within(settings_.election_timeout);
  step.set_timer({Alarm::election}, protects_leader(step) ? std::max(wait, leader_heard_ + promised_ - step.now) : wait);
}

void Server::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::election:
      if (leads()) return;
      // A server that is not a member waits to be made one: standing for election could only disturb.
      if (!may_campaign()) return arm_election(step);
      settings_.pre_vote ? become_pre_candidate(step) : become_candidate(step, false);
      return;
    case Alarm::heartbeat: return heartbeat(step);
    case Alarm::quorum: return check_quorum(step);
    case Alarm::transfer:
      if (auto* leader = std::get_if<Leader>(&role_); leader && leader->transfer_to != core::kNobody) {
        step.note("gives up handing over to " + name_of(leader->transfer_to));
        leader->transfer_to = core::kNobody;
      }
      return;
  }
}

// Section 5.1: whoever sees a later term is behind.
void Server::observe_term(Step& step, Term term) {
  if (term > term_) become_follower(step, term, core::kNobody, "a later term");
}

void Server::set_term(Step& step, Term term, core::NodeId vote) {
  if (term == term_ && vote == voted_for_) return;
  CHECK(term >= term_);
  term_ = term;
  voted_for_ = vote;
  step.persist(SaveVote{term_, voted_for_});
  step.gauge(kTerm, static_cast<double>(term_));
}

void Server::arm_election(Step& step) {
  step.set_timer({Alarm::election}, step.rng->within(settings_.election_timeout));
}

void Server::become_follower(Step& step, Term term, core::NodeId leader, const char* why) {
  const bool led = leads();
  if (led) {
    step.note("steps down in term " + std::to_string(term_) + ": " + why);
    send_away(step, leader);
    step.cancel_timer({Alarm::heartbeat});
    step.cancel_timer({Alarm::quorum});
    step.cancel_timer({Alarm::transfer});
  }
  if (term > term_) set_term(step, term, core::kNobody);
  if (leader != core::kNobody && leader != leader_) step.count(kLeaderChanges);
  leader_ = leader;
  // A follower's patience is not renewed by a later term alone: candidates that cannot win would put off for ever one
  // that can.
  if (std::holds_alternative<Follower>(role_)) return;
  role_ = Follower{};
  arm_election(step);
}

// Whoever waits for a leader that steps down may ask somebody else at once. A write may be done all the same; the session
// makes sure that it is not done twice.
void Server::send_away(Step& step, core::NodeId leader) {
  const auto& old = std::get<Leader>(role_);
  const auto say = [&](const Client& client) {
    step.send(client.node, ClientReply{client.session, client.serial, {Status::not_leader, {}}, leader});
  };
  for (const auto& [index, client] : old.waiting) say(client);
  for (const auto& read : old.confirmed_reads) say(read.client);
  for (const auto& [round, reads] : old.reads)
    for (const auto& read : reads) say(read.client);
  for (const auto& read : old.queued) say(read.client);
}

void Server::become_pre_candidate(Step& step) {
  leader_ = core::kNobody;
  role_ = PreCandidate{{id_}};
  arm_election(step);
  // Alone in the cluster, nobody need be asked.
  if (log_.config().quorum([&](core::NodeId id) { return id == id_; })) return become_candidate(step, false);
  ask_for_votes(step, true, false);
}

void Server::become_candidate(Step& step, bool transfer) {
  leader_ = core::kNobody;
  set_term(step, term_ + 1, id_);
  role_ = Candidate{{id_}};
  step.count(kElectionsStarted);
  step.note("stands for election in term " + std::to_string(term_));
  arm_election(step);
  if (log_.config().quorum([&](core::NodeId id) { return id == id_; })) return become_leader(step);
  ask_for_votes(step, false, transfer);
}

void Server::become_leader(Step& step) {
  CHECK(std::holds_alternative<Candidate>(role_));
  leader_ = id_;
  role_ = Leader{};
  step.cancel_timer({Alarm::election});
  step.count(kElectionsWon);
  step.count(kLeaderChanges);
  step.note("leads in term " + std::to_string(term_));
  track_members();
  auto& leader = std::get<Leader>(role_);
  for (auto& [id, progress] : leader.others) progress.last_heard = step.now;
  step.set_timer({Alarm::quorum}, settings_.election_timeout.high);
  propose(step, Entry{term_, Noop{settings_.max_sessions}});
  heartbeat(step);
}

// A valid message of this term's leader has come.
void Server::follow(Step& step, Term term, core::NodeId leader) {
  const bool already = term == term_ && leader_ == leader && std::holds_alternative<Follower>(role_);
  if (!already) become_follower(step, term, leader, "another server leads");
  arm_election(step);
  leader_heard_ = step.now, promised_ = settings_.election_timeout.low;
}

void Server::sample(Step& step) {
  step.gauge(kTerm, static_cast<double>(term_));
  step.gauge(kCommitIndex, static_cast<double>(commit_));
  step.gauge(kAppliedIndex, static_cast<double>(applied_));
  step.gauge(kLogEntries, static_cast<double>(log_.last() - log_.base()));
}

std::string Server::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "campaign") {
    if (leads()) return "it leads already";
    if (!may_campaign()) return "it is not a member of the cluster";
    if (protects_leader(step)) return "it has promised the leader not to stand yet: cut it off, and wait";
    become_candidate(step, false);
    return "";
  }
  if (verb == "snapshot") {
    if (applied_ == log_.base()) return "nothing was applied since the last snapshot";
    take_snapshot(step);
    return "";
  }
  if (verb == "transfer" || verb == "add" || verb == "remove" || verb == "change") {
    if (!leads()) return "it does not lead" + (leader_ == core::kNobody ? "" : ", " + name_of(leader_) + " does");
    return tell_change(step, words);
  }
  std::string forms;
  for (const auto& tell : kTells) forms += (forms.empty() ? "" : ", ") + std::string(tell.form);
  return "expected one of: " + forms;
}

Shown Server::show() const {
  Shown shown;
  shown.term = term_, shown.voted_for = voted_for_, shown.leader = leader_;
  shown.snapshot = log_.base(), shown.last = log_.last(), shown.commit = commit_, shown.applied = applied_;
  for (Index i = std::max(log_.first(), log_.last() < 8 ? 1 : log_.last() - 7); i <= log_.last(); ++i)
    shown.newest.push_back(log_.term(i));
  shown.voters = log_.config().voters, shown.next_voters = log_.config().next;
  if (const auto* leader = std::get_if<Leader>(&role_))
    for (const auto& [id, progress] : leader->others)
      shown.followers.push_back({id, progress.match, progress.next,
                                static_cast<std::uint32_t>(progress.in_flight.size())});
  shown.keys = store_.keys();
  return shown;
}

core::Face Server::face() const {
  static constexpr std::string_view kWords[] = {"follower", "pre-candidate", "candidate", "leader", "outsider"};
  if (role_.index() == 0 && !member()) return {kWords[4], term_};
  return {kWords[role_.index()], term_};
}

}  // namespace raft
