// A replica's side: it takes the primary's log as it is, throws away what its own has beyond it, and rebuilds from a
// snapshot when that is not possible.
#include <algorithm>

#include "mechanisms/core/text.h"
#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {

// Whether what `from` says as the primary of this epoch is to be followed.
bool Replica::follow(Step& step, core::NodeId from, Epoch epoch) {
  if (!observe(step, epoch, "its primary") || leads()) return false;
  if (primary_ != from) {
    primary_ = from;
    led_ = 0;  // What it had, and the new primary has not, goes now.
    rebuild_ = false;
    beats_.clear();
    fresh_known_ = false;
    tell_where_to_go(step);
  }
  primary_heard_ = step.now;
  beginning_ = false;
  return true;
}

void Replica::on_message(Step& step, core::NodeId from, const Append& m) {
  if (!follow(step, from, m.epoch)) {
    if (m.epoch < epoch_) step.send(from, AppendReply{epoch_, false, 0, {}, false, applied_, m.at});
    return;
  }
  // Where two logs have the same epoch at an index, they are equal up to it.
  const bool fits = m.prev.index <= log_.last() && log_.epoch(m.prev.index) == m.prev.epoch;
  bool rebuild = false;
  if (fits) {
    Index i = m.prev.index;
    std::size_t known = 0;
    while (known < m.entries.size() && i < log_.last() && log_.epoch(i + 1) == m.entries[known].epoch) ++i, ++known;
    // Its data and its snapshot already hold what the primary never had: there is no going back.
    rebuild = known < m.entries.size() && i < log_.last() && (i < snapshot_.index || i < log_.base());
    if (known < m.entries.size() && !rebuild) {
      throw_away(step, i + 1);
      SaveEntries save{i + 1, {m.entries.begin() + static_cast<std::ptrdiff_t>(known), m.entries.end()}, acknowledged_};
      for (const auto& entry : save.entries) log_.append(entry);
      step.persist(std::move(save));
    }
  }
  rebuild_ = rebuild_ || rebuild;
  const bool success = fits && !rebuild;
  AppendReply reply{epoch_, success, m.prev.index + m.entries.size(), {}, rebuild, applied_, m.at};
  if (!success) {
    reply.match = log_.last();
    reply.history = log_.history();
  }
  step.send(from, std::move(reply));
  primary_last_ = m.last, primary_bytes_ = m.bytes;
  if (success && (beats_.empty() || beats_.back().last < m.last))
    beats_.push_back({m.at, m.last});
  else if (success && beats_.back().last == m.last)
    beats_.back().at = std::max(beats_.back().at, m.at);
  pump(step);
  answer_parked(step);
  keep_short(step);
}

// The entries from `from` on are not in the log of the primary whom it follows now: they were never promised to survive.
void Replica::throw_away(Step& step, Index from) {
  if (from > log_.last()) return;
  std::uint64_t lost = 0;
  for (Index i = from; i <= log_.last() && i <= acknowledged_; ++i)
    lost += std::holds_alternative<Command>(log_.at(i).payload);
  const std::uint64_t entries = log_.last() - from + 1;
  step.note("throws away " + std::to_string(entries) + " entries, " + in_words({log_.epoch(from), from}) + " to " +
            in_words(log_.end()) + ": the primary of epoch " + std::to_string(epoch_) + " does not have them" +
            (lost == 0 ? "" : ". " + std::to_string(lost) + " writes that it had acknowledged are lost"));
  step.count(kTruncated, static_cast<double>(entries));
  if (lost > 0) step.count(kLost, static_cast<double>(lost));
  acknowledged_ = std::min(acknowledged_, from - 1);
  log_.truncate(from);
  forget_queue(step);
  if (applied_ >= from) roll_back(from - 1);
  next_ = applied_ + 1;
}

// The data as of an earlier entry: the snapshot, and the log from there on.
void Replica::roll_back(Index to) {
  CHECK(to >= snapshot_.index);
  store_ = snapshot_.store.empty() ? Store() : core::decode<Store>(snapshot_.store);
  for (applied_ = snapshot_.index; applied_ < to; ++applied_) store_.apply(applied_ + 1, log_.at(applied_ + 1));
  next_ = applied_ + 1;
}

void Replica::on_message(Step& step, core::NodeId from, const Snapshot& m) {
  if (!follow(step, from, m.epoch)) {
    if (m.epoch < epoch_) step.send(from, SnapshotReply{epoch_, m.index, 0, false, m.at});
    return;
  }
  auto& incoming = std::get<Following>(role_).incoming;
  bool installed = false;
  if (!incoming || incoming->index != m.index || incoming->epoch != m.epoch) {
    incoming = m;
    incoming->data.clear();
  }
  if (m.offset == incoming->data.size()) {
    incoming->data.insert(incoming->data.end(), m.data.begin(), m.data.end());
    if (m.done) {
      const Snapshot whole = std::move(*incoming);
      incoming.reset();
      install(step, whole);
      installed = true;
    }
  }
  // One that comes again after it was installed.
  installed = installed || holds(m);
  const std::uint64_t wanted = incoming ? incoming->data.size() : 0;
  step.send(from, SnapshotReply{epoch_, m.index, wanted, installed, m.at});
  if (installed) incoming.reset();
}

// All of it is here already: it must not be taken back to an old snapshot that comes late.
bool Replica::holds(const Snapshot& whole) const {
  return !rebuild_ && applied_ >= whole.index && log_.common(whole.history, whole.index) == whole.index;
}

void Replica::install(Step& step, const Snapshot& whole) {
  if (holds(whole)) return;
  const Index common = log_.common(whole.history, whole.index);
  Store fresh = core::decode<Store>(whole.data);
  // What is behind the last common entry goes. It is counted as far as it is still kept.
  if (common < log_.last()) {
    std::uint64_t lost = 0;
    for (Index i = std::max(common, log_.base()) + 1; i <= std::min(log_.last(), acknowledged_); ++i)
      lost += std::holds_alternative<Command>(log_.at(i).payload);
    step.note("gives up its log behind " + in_words({log_.epoch(common), common}) + " for a snapshot" +
              (lost == 0 ? "" : ". " + std::to_string(lost) + " writes that it had acknowledged are lost"));
    step.count(kTruncated, static_cast<double>(log_.last() - common));
    if (lost > 0) step.count(kLost, static_cast<double>(lost));
  }
  acknowledged_ = 0;
  forget_queue(step);
  log_.restart(whole.index, whole.log_bytes, whole.history);
  store_ = std::move(fresh);
  applied_ = whole.index;
  next_ = applied_ + 1;
  by_hand_ = whole.by_hand;
  rebuild_ = false;
  snapshot_ = {whole.index, whole.index, whole.log_bytes, whole.history, whole.data, by_hand_, true};
  step.persist(snapshot_);
  snapshot_.replaces = false;
  step.count(kSnapshotsInstalled);
  step.note("rebuilt from a snapshot at " + in_words(log_.end()));
  answer_parked(step);
}

// Seconds_Behind_Master asks how old the entry is that is being applied, and says 0 while nothing arrives. This asks since
// when the primary has had more than is applied here: it also grows while the replica is cut off.
void Replica::measure_lag(Step& step) {
  step.gauge(kLogEntries, static_cast<double>(log_.last() - log_.base()));
  step.gauge(kAppliedIndex, static_cast<double>(applied_));
  step.gauge(kReceivedIndex, static_cast<double>(log_.last()));
  if (leads()) {
    step.gauge(kLagEntries, 0), step.gauge(kLagBytes, 0);
    return;
  }
  step.gauge(kQueue, static_cast<double>(log_.last() - applied_));
  step.gauge(kWorkersBusy, static_cast<double>(at_work_.size()));
  const std::uint64_t here = applied_ >= log_.base() ? log_.bytes(applied_) : 0;
  step.gauge(kLagEntries, static_cast<double>(primary_last_ > applied_ ? primary_last_ - applied_ : 0));
  step.gauge(kLagBytes, static_cast<double>(primary_bytes_ > here ? primary_bytes_ - here : 0));
  std::size_t reached = 0;
  while (reached < beats_.size() && beats_[reached].last <= applied_) ++reached;
  if (reached > 0) {
    fresh_at_ = beats_[reached - 1].at;
    fresh_known_ = true;
    beats_.erase(beats_.begin(), beats_.begin() + static_cast<std::ptrdiff_t>(reached));
  }
  if (fresh_known_) step.gauge(kLagMs, std::max(0.0, core::in_ms(step.now - fresh_at_)));
}

// The log keeps at least `keep_entries`, and becomes no longer than twice that.
void Replica::keep_short(Step& step) {
  if (log_.last() - log_.base() < 2 * std::uint64_t{settings_.keep_entries}) return;
  const Index base = std::min(applied_, log_.last() - settings_.keep_entries);
  if (base >= log_.base() + settings_.keep_entries) save_snapshot(step, base);
}

void Replica::save_snapshot(Step& step, Index base) {
  std::vector<EpochStart> history = log_.history();
  std::erase_if(history, [&](const auto& start) { return start.first > base; });
  snapshot_ = {applied_, base, log_.bytes(base), std::move(history), core::encode(store_), by_hand_, false};
  log_.forget(base);
  step.persist(snapshot_);
}

}  // namespace single_leader
