#include "mechanisms/replication/single_leader/monitor.h"

#include <algorithm>
#include <utility>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace single_leader {

Monitor::Monitor(const core::Roster& roster, const Settings& settings, Durable durable)
    : nodes_(roster.servers()), names_(roster.names), settings_(settings), epoch_(durable.watched.epoch),
      chosen_(durable.watched.chosen), consulted_(durable.watched.consulted), ended_(durable.watched.ended) {
  CHECK(!nodes_.empty());
  const auto place = std::find(roster.peers.begin(), roster.peers.end(), roster.self) - roster.peers.begin();
  stride_ = (nodes_.size() + 1) * std::max<std::size_t>(1, roster.peers.size());
  rest_ = (nodes_.size() + 1) * static_cast<std::uint64_t>(place);
  primary_ = chosen_;
  for (const core::NodeId node : nodes_) seen_[node];
}

void Monitor::start(Step& step) { check(step); }

void Monitor::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  step.set_timer({Alarm::check}, settings_.interval);
}

void Monitor::on_timer(Step& step, Timer) { check(step); }

void Monitor::check(Step& step) {
  step.set_timer({Alarm::check}, settings_.interval);
  if (failover_) {
    ++failover_->rounds;
    fence_all(step);
    return decide(step);
  }
  const bool asked = std::any_of(seen_.begin(), seen_.end(), [](const auto& s) { return s.second.ever; });
  const bool answered = primary_ != core::kNobody && seen_[primary_].answered;
  for (auto& [node, seen] : seen_) seen.answered = false;
  if (answered) {
    missed_ = 0;
    held_back_ = false;
  } else if (asked) {
    // Also when nobody leads: all that answer are replicas.
    if (missed_++ == 0) first_missed_ = step.now;
    step.count(kChecksFailed);
  }
  ask_all(step);
  ask_to_leave(step);
  if (!settings_.active || missed_ < settings_.threshold) return;
  if (settings_.ask_replicas && replicas_hear(step.now)) {
    if (!std::exchange(held_back_, true)) {
      step.note("does not hear the primary, but replicas do: promotes nobody");
      step.count(kHeldBack);
    }
    return;
  }
  begin_failover(step, "has had no answer from " + (primary_ == core::kNobody ? "a primary" : names_.in_words(primary_)) +
                           " to " + std::to_string(missed_) + " checks");
}

void Monitor::ask_all(Step& step) {
  for (const auto& [node, seen] : seen_) step.send(node, Health{epoch_, seen.ever ? seen.their_time : core::kStart});
}

bool Monitor::replicas_hear(core::Time now) const {
  return std::any_of(seen_.begin(), seen_.end(), [&](const auto& item) {
    const Seen& seen = item.second;
    return item.first != primary_ && seen.ever && seen.hears_primary && now - seen.heard < 2 * settings_.interval;
  });
}

void Monitor::on_message(Step& step, core::NodeId from, const HealthReply& m) {
  const auto it = seen_.find(from);
  if (it == seen_.end()) return;
  Seen& seen = it->second;
  // A late answer to an earlier check must not extend a lease or bring an old position back.
  if (seen.ever && m.at < seen.their_time) return;
  seen = {m.last, step.now, m.at, true, m.hears, seen.answered};
  if (m.epoch > epoch_ && m.primary == from) {
    // Somebody else promoted it.
    failover_.reset();
    switchover_.reset();
    watch(step, m.epoch, from);
  }
  if (failover_ || m.epoch < epoch_) return;
  const bool leads = m.epoch == epoch_ && m.primary == from;
  if (leads && primary_ != from) watch(step, m.epoch, from);
  if (from != primary_) return;
  if (leads) {
    seen.answered = true;
    if (const auto began = std::exchange(awaited_, {}))
      step.timing(kFailoverTime, core::in_ms(step.now - *began));
  } else if (chosen_ == from && m.epoch == epoch_ && m.primary == core::kNobody) {
    // The promotion was lost on its way. It still holds: the node has left the epochs before, and knows no other primary.
    step.send(chosen_, Promote{epoch_, consulted_, ended_});
  }
}

// Which epoch it knows of, and who is its primary.
void Monitor::watch(Step& step, Epoch epoch, core::NodeId primary) {
  if (epoch != epoch_ || chosen_ != primary) {
    if (primary_ != primary) step.note("watches " + names_.in_words(primary) + ", the primary of epoch " + std::to_string(epoch));
    epoch_ = epoch;
    chosen_ = core::kNobody;
    step.persist(SaveWatched{epoch_, chosen_, consulted_, ended_});
  }
  primary_ = primary;
  missed_ = 0;
}

void Monitor::begin_failover(Step& step, const std::string& why) {
  switchover_.reset();
  failover_ = Failover{};
  failover_->began = missed_ > 0 ? first_missed_ : step.now;
  epoch_ = next_epoch(epoch_, stride_, rest_);
  chosen_ = core::kNobody;
  step.persist(SaveWatched{epoch_, chosen_, consulted_, ended_});
  step.note(why + ": fences epoch " + std::to_string(epoch_));
  fence_all(step);
}

void Monitor::fence_all(Step& step) {
  for (const core::NodeId node : nodes_)
    if (failover_->granted.count(node) == 0) step.send(node, Fence{epoch_});
}

void Monitor::on_message(Step& step, core::NodeId from, const FenceReply& m) {
  has_answered(step, from, m);
  if (!failover_ || seen_.count(from) == 0) return;
  if (m.epoch > epoch_) {
    // Its number is too low: somebody was promoted by hand, or by another monitor. It tries a later one.
    epoch_ = m.epoch;
    const core::Time began = failover_->began;
    begin_failover(step, "epoch " + std::to_string(m.epoch) + " has begun already");
    failover_->began = began;
    return;
  }
  if (!m.granted || m.epoch != epoch_) return;
  if (failover_->granted.emplace(from, m.last).second) failover_->order.push_back(from);
  failover_->ended = std::max(failover_->ended, m.led);
  decide(step);
}

// Whether enough is known to promote somebody, and the old primary cannot be serving any more.
void Monitor::decide(Step& step) {
  Failover& failover = *failover_;
  if (failover.granted.empty() || failover.granted.size() < settings_.quorum) return;
  if (!std::exchange(failover.enough, true)) failover.fenced = step.now;
  // Who was a little slower may have the longer log: everybody gets two rounds. But nobody's is longer than the successor's.
  if (failover.granted.size() < nodes_.size() && failover.rounds < 2 && failover.granted.count(failover.successor) == 0) return;
  const bool old_granted = primary_ != core::kNobody && failover.granted.count(primary_) != 0;
  if (!old_granted && step.now - failover.fenced < settings_.lease) return;

  core::NodeId chosen = furthest();
  if (settings_.flaws.promote_any) chosen = failover.order.front();
  const Position reaches = failover.granted.at(chosen);
  std::string words = "promotes " + names_.in_words(chosen) + ", whose log reaches " + in_words(reaches) + ", in epoch " +
                      std::to_string(epoch_);
  if (primary_ != core::kNobody && !old_granted) {
    const Position old = seen_[primary_].last;
    const Index lost = old.index > reaches.index ? old.index - reaches.index : 0;
    words += ". That of " + names_.in_words(primary_) + " had reached " + in_words(old) + " when it last answered" +
             (lost > 0 ? ": at least " + std::to_string(lost) + " entries are left behind with it" : "");
    step.gauge(kMayBeLost, static_cast<double>(lost));
  }
  step.note(words);
  if (chosen == failover.successor) step.count(kSwitchovers);
  awaited_ = failover.began;
  promote(step, chosen, static_cast<std::uint32_t>(failover.granted.size()), failover.ended);
  failover_.reset();
}

void Monitor::promote(Step& step, core::NodeId chosen, std::uint32_t consulted, Epoch ended) {
  step.count(kFailovers);
  primary_ = chosen_ = chosen;
  consulted_ = consulted, ended_ = ended;
  missed_ = 0;
  step.persist(SaveWatched{epoch_, chosen_, consulted_, ended_});
  step.send(chosen_, Promote{epoch_, consulted_, ended_});
}

// Of equal ones the successor's, if there is one.
core::NodeId Monitor::furthest() const {
  auto best = failover_->granted.find(failover_->successor);
  if (best == failover_->granted.end()) best = failover_->granted.begin();
  for (auto it = failover_->granted.begin(); it != failover_->granted.end(); ++it)
    if (best->second < it->second) best = it;
  return best->first;
}

// --- Planned switchovers.

std::string Monitor::begin_switchover(Step& step, std::string_view name) {
  const core::NodeId to = names_.find(name);
  if (seen_.count(to) == 0) return "`" + std::string(name) + "` is none of the replicas";
  if (switchover_) return "a switchover to " + names_.in_words(switchover_->to) + " is under way";
  if (primary_ == core::kNobody) return "it knows of no primary that could hand over";
  if (primary_ == to) {
    step.note(names_.in_words(to) + " is the primary already");
    return "";
  }
  const Epoch next = next_epoch(epoch_, stride_, rest_);
  if (settings_.flaws.hasty_switchover) {
    const Epoch ended = std::exchange(epoch_, next);
    promote(step, to, 1, ended);
    return "";
  }
  step.note("asks " + names_.in_words(primary_) + " to leave epoch " + std::to_string(epoch_) + " when " + names_.in_words(to) +
            " has all of its log");
  switchover_ = {to, next, step.now, step.now + settings_.switchover_timeout};
  ask_to_leave(step);
  return "";
}

void Monitor::ask_to_leave(Step& step) {
  if (!switchover_) return;
  if (step.now < switchover_->ends) return step.send(primary_, Fence{switchover_->epoch, switchover_->to, switchover_->ends - step.now});
  step.note("calls the switchover to " + names_.in_words(switchover_->to) + " off: " + names_.in_words(primary_) + " has not left");
  switchover_.reset();
}

// The rest is a failover in which the old primary is the first to grant its fence.
void Monitor::has_answered(Step& step, core::NodeId from, const FenceReply& m) {
  if (!switchover_ || from != primary_ || !m.granted || m.epoch != switchover_->epoch) return;
  const Switchover planned = *switchover_;
  begin_failover(step, "hears that " + names_.in_words(from) + " has left");
  CHECK(epoch_ == planned.epoch);
  failover_->began = planned.began;
  failover_->successor = planned.to;
}

std::string Monitor::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  const bool planned = words.size() == 2 && words[0] == "switchover";
  if (!planned && line != "failover") return "expected failover, or switchover NODE";
  if (failover_) return "a failover is under way";
  if (planned) return begin_switchover(step, words[1]);
  begin_failover(step, "is told to replace the primary");
  return "";
}

Monitor::Shown Monitor::show() const {
  Shown shown;
  shown.epoch = epoch_;
  shown.primary = primary_;
  shown.missed = missed_;
  for (const auto& [node, seen] : seen_)
    if (seen.ever) shown.logs[node] = seen.last;
  if (failover_) shown.granted = failover_->order;
  shown.successor = failover_ ? failover_->successor : switchover_ ? switchover_->to : core::kNobody;
  return shown;
}

}  // namespace single_leader
