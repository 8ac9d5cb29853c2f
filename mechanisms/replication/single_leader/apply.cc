// Applying the log. A replica's workers take entries in the log's order, several at a time if they change different keys,
// and what they have done shows in that order, too: data that no primary ever had is never seen.
#include <algorithm>
#include <set>
#include <utility>

#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {
namespace {

template <class Visit>
void each_key(const Entry& entry, const Visit& visit) {
  const auto* command = std::get_if<Command>(&entry.payload);
  if (command == nullptr) return;
  visit(command->key);
  for (const auto& [key, value] : command->also) visit(key);
}

}  // namespace

// A primary executed its own entries when its clients asked for them.
core::Duration Replica::cost_of(const Entry& entry) const {
  if (leads() && entry.epoch == epoch_) return {};
  return settings_.apply_cost * static_cast<core::Duration::rep>(changes_of(entry));
}

// An entry that changes what another is still changing must wait. One that touches ranges of keys waits for all.
bool Replica::conflicts(const Entry& entry) const {
  if (at_work_.empty()) return false;
  if (!std::holds_alternative<Command>(entry.payload)) return true;
  std::set<std::string> keys;
  each_key(entry, [&](const std::string& key) { keys.insert(key); });
  bool found = false;
  for (const auto& [index, done] : at_work_)
    if (!done) each_key(log_.at(index), [&](const std::string& key) { found = found || keys.count(key) != 0; });
  return found;
}

void Replica::pump(Step& step) {
  for (;;) {
    while (!at_work_.empty() && at_work_.begin()->second) {
      const Index index = at_work_.begin()->first;
      at_work_.erase(at_work_.begin());
      apply_one(step, index);
    }
    // A primary shows what it may answer; what earlier epochs left it, it applies like any replica.
    const Index limit = leads() ? std::max(commit_, std::get<Leading>(role_).begins - 1) : log_.last();
    if (next_ > limit) return;
    const core::Duration cost = cost_of(log_.at(next_));
    if (cost == core::Duration{} && at_work_.empty()) {
      apply_one(step, next_++);
      continue;
    }
    const auto busy = static_cast<std::size_t>(std::count_if(at_work_.begin(), at_work_.end(), [](const auto& w) { return !w.second; }));
    if (busy >= settings_.workers) return;
    if (cost == core::Duration{} || conflicts(log_.at(next_))) {
      if (!std::exchange(conflict_counted_, true)) step.count(kConflicts);
      return;
    }
    conflict_counted_ = false;
    at_work_[next_] = false;
    step.set_timer({Alarm::apply, next_}, cost);
    ++next_;
  }
}

void Replica::apply_one(Step& step, Index index) {
  CHECK(index == applied_ + 1);
  const Entry& entry = log_.at(index);
  Store::Answer answer;
  const bool skips = settings_.flaws.skip_entry && !leads() && index % 7 == 3;
  if (!skips) answer = store_.apply(index, entry);
  applied_ = index;
  if (const auto* sums = std::get_if<Checksums>(&entry.payload)) compare(step, *sums);
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr) return;
  const auto waiting = leading->waiting.find(index);
  if (waiting == leading->waiting.end()) return;
  acknowledged_ = std::max(acknowledged_, index);
  if (answered_.empty() || answered_.back().second != 1 + needed()) answered_.emplace_back(index, 1 + needed());
  answered_.back().first = index;
  if (answered_.size() > 8) answered_.erase(answered_.begin());
  reply(step, waiting->second, answer.result, {log_.epoch(answer.index), answer.index});
  leading->open.erase(waiting->second.session);
  leading->waiting.erase(waiting);
}

// Workers stop, and what they have not finished is as if it had not been begun.
void Replica::forget_queue(Step& step) {
  for (const auto& [index, done] : at_work_) step.cancel_timer({Alarm::apply, index});
  at_work_.clear();
  next_ = applied_ + 1;
}

void Replica::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::heartbeat: return heartbeat(step);
    case Alarm::ack: return fall_back(step);
    case Alarm::apply:
      if (const auto it = at_work_.find(timer.key); it != at_work_.end()) it->second = true;
      pump(step);
      answer_parked(step);
      do_chores(step);
      return keep_short(step);
    case Alarm::behind:
      for (std::size_t i = 0; i < parked_.size(); ++i)
        if (parked_[i].number == timer.key) {
          step.count(kRejected);
          reply(step, parked_[i].client, {Status::behind, {}}, applied_at());
          parked_.erase(parked_.begin() + static_cast<std::ptrdiff_t>(i));
          return;
        }
      return;
    case Alarm::verify:
      if (auto* leading = std::get_if<Leading>(&role_); leading != nullptr && settings_.verify_every > core::Duration{}) {
        leading->verify = true;
        step.set_timer({Alarm::verify}, settings_.verify_every);
        do_chores(step);
      }
      return;
    case Alarm::hand_over: return go_on(step);
  }
}

}  // namespace single_leader
