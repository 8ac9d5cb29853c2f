// The primary's side: its log goes out to the replicas, and what they acknowledge decides which clients are answered.
#include <algorithm>
#include <utility>

#include "mechanisms/core/text.h"
#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {
namespace {

// Whether what is answered here went out after `then`. Nothing is sent again because an answer takes long: on a thin link all
// that is sent twice makes it longer. But messages do not overtake each other, or rarely: what was sent before one that is
// answered, and has had no effect, is lost. (A clock that was set back says nothing.)
bool sent_after(core::Time then, core::Time at, core::Time now) { return at > then || now < then; }

}  // namespace

Index Replica::propose(Step& step, Entry entry) {
  log_.append(std::move(entry));
  const Index index = log_.last();
  // Asynchronously answered writes are answered in the step that logs them: the same write to the disk says so.
  if (needed() == 0) acknowledged_ = std::max(acknowledged_, index);
  SaveEntries save{index, {}, acknowledged_};
  save.entries.push_back(log_.at(index));
  step.persist(std::move(save));
  auto& leading = std::get<Leading>(role_);
  for (auto& [to, progress] : leading.others) ship(step, to, progress);
  advance_commit(step);
  return index;
}

void Replica::heartbeat(Step& step) {
  step.set_timer({Alarm::heartbeat}, settings_.heartbeat);
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr) {
    if (beginning_ && epoch_ <= 1 && log_.last() == 0)
      for (const core::NodeId to : nodes_)
        if (to != id_) step.send(to, Fence{1});
    return measure_lag(step);
  }
  for (auto& [to, progress] : leading->others) send_append(step, to, progress, false);
  leading->settled = log_.last();
  watch_lease(step);
  measure_lag(step);
}

// Several messages with entries are under way at a time.
void Replica::ship(Step& step, core::NodeId to, Progress& progress) {
  while (!progress.probing && !progress.copying && progress.next <= log_.last() &&
         progress.in_flight.size() < settings_.max_in_flight) {
    if (progress.next <= log_.base()) return begin_copy(step, to, progress);
    send_append(step, to, progress, true);
  }
}

void Replica::send_append(Step& step, core::NodeId to, Progress& progress, bool with_entries) {
  const Index prev = progress.next - 1;
  Append append{epoch_, {log_.epoch(prev), prev}, log_.last(), log_.bytes(), step.now, {}};
  if (with_entries) {
    std::uint64_t bytes = 0;
    while (progress.next <= log_.last() && append.entries.size() < settings_.max_batch_entries &&
           (append.entries.empty() || bytes < settings_.max_batch_bytes)) {
      bytes += size_of(log_.at(progress.next));
      append.entries.push_back(log_.at(progress.next++));
    }
    progress.in_flight.push_back(progress.next - 1);
  }
  step.send(to, std::move(append));
}

Leading* Replica::leading_for(Step& step, Epoch epoch) {
  if (!observe(step, epoch, "a replica")) return nullptr;
  return std::get_if<Leading>(&role_);
}

void Replica::vouched(Progress& progress, core::Time sent) {
  progress.vouched = progress.vouches ? std::max(progress.vouched, sent) : sent;
  progress.vouches = true;
}

void Replica::on_message(Step& step, core::NodeId from, const AppendReply& m) {
  Leading* leading = leading_for(step, m.epoch);
  if (leading == nullptr || leading->others.count(from) == 0) return;
  Progress& progress = leading->others.at(from);
  vouched(progress, m.at);
  progress.applied = m.applied;
  if (m.success) {
    if (m.match > log_.last()) return;  // It answers what a torn write has made this log forget.
    progress.match = std::max(progress.match, m.match);
    progress.next = std::max(progress.next, progress.match + 1);
    std::erase_if(progress.in_flight, [&](Index end) { return end <= progress.match; });
    progress.probing = false;
  } else if (!progress.copying && (progress.probing || m.rebuild || sent_after(progress.anew, m.at, step.now))) {
    // That it must be rebuilt is no news of what is lost: it answers what went out at the moment of `anew`, never after it.
    // The logs are compared by where their epochs begin: one round trip finds the last common entry.
    const Index common = log_.common(m.history, m.match);
    progress.match = std::max(progress.match, common);
    progress.next = common + 1;
    progress.anew = step.now;
    progress.in_flight.clear();
    progress.probing = false;
    if (m.rebuild) return begin_copy(step, from, progress);
  }
  // It answers heartbeats, and not the chunk before: that is lost, or it crashed in the middle.
  if (progress.copying && sent_after(progress.chunk_sent, m.at, step.now)) send_chunk(step, from, progress);
  ship(step, from, progress);
  watch_lease(step);
  advance_commit(step);
  leave_if_handed_over(step);
}

// --- Snapshots, for a replica that needs what the log no longer keeps, or that cannot go back to where the logs part.

void Replica::begin_copy(Step& step, core::NodeId to, Progress& progress) {
  auto& leading = std::get<Leading>(role_);
  // What the replica already has of this log may count as acknowledged: the image must not reach less far.
  if (applied_ < progress.match) return;
  const bool in_use = std::any_of(leading.others.begin(), leading.others.end(), [](const auto& o) { return o.second.copying; });
  if (!in_use || leading.image.index < std::max(log_.base(), progress.match)) {
    leading.image = {applied_, log_.bytes(applied_), core::encode(store_)};
    for (auto& [id, other] : leading.others) other.offset = 0;  // Whoever was being sent the old one begins again.
  }
  progress.copying = true;
  progress.offset = 0;
  progress.in_flight.clear();
  step.count(kSnapshotsSent);
  step.note("sends " + names_.in_words(to) + " a snapshot of " + std::to_string(leading.image.data.size()) +
            " bytes: its log cannot help any more");
  send_chunk(step, to, progress);
}

void Replica::send_chunk(Step& step, core::NodeId to, Progress& progress) {
  progress.chunk_sent = step.now;
  const Image& image = std::get<Leading>(role_).image;
  CHECK(progress.offset <= image.data.size());
  const auto begin = image.data.begin() + static_cast<std::ptrdiff_t>(progress.offset);
  const auto size = std::min<std::uint64_t>(settings_.snapshot_chunk, image.data.size() - progress.offset);
  std::vector<EpochStart> history = log_.history();
  std::erase_if(history, [&](const auto& start) { return start.first > image.index; });
  step.send(to, Snapshot{epoch_, image.index, image.log_bytes, std::move(history), progress.offset,
                         progress.offset + size == image.data.size(), by_hand_, step.now,
                         core::Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))});
}

void Replica::on_message(Step& step, core::NodeId from, const SnapshotReply& m) {
  Leading* leading = leading_for(step, m.epoch);
  if (leading == nullptr || leading->others.count(from) == 0) return;
  Progress& progress = leading->others.at(from);
  vouched(progress, m.at);
  if (!progress.copying) return;
  if (m.index != leading->image.index) {
    // The image was made anew meanwhile.
    progress.offset = 0;
    return send_chunk(step, from, progress);
  }
  if (!m.installed) {
    if (m.wanted <= progress.offset && m.wanted != 0) return;  // A duplicate.
    progress.offset = std::min<std::uint64_t>(m.wanted, leading->image.data.size());
    return send_chunk(step, from, progress);
  }
  progress.copying = false;
  progress.match = std::max(progress.match, m.index);
  progress.next = progress.match + 1;
  progress.probing = false;
  ship(step, from, progress);
  advance_commit(step);
  leave_if_handed_over(step);
}

// --- Acknowledgements.

// How many replicas must have a write before it is answered.
std::size_t Replica::needed() const {
  if (const auto* leading = std::get_if<Leading>(&role_); leading != nullptr && leading->fallen_back) return 0;
  switch (settings_.mode) {
    case Mode::async: return 0;
    case Mode::semi_sync: return settings_.acks;
    case Mode::sync: return nodes_.size() - 1;
  }
  return 0;
}

// The last entry that so many replicas have.
Index Replica::acknowledged_by(std::size_t replicas) const {
  if (replicas == 0) return log_.last();
  std::vector<Index> matches;
  for (const auto& [id, other] : std::get<Leading>(role_).others) matches.push_back(other.match);
  if (matches.size() < replicas) return 0;
  std::sort(matches.rbegin(), matches.rend());
  return matches[replicas - 1];
}

void Replica::advance_commit(Step& step) {
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr) return;
  come_back(step);
  std::size_t replicas = needed();
  if (settings_.flaws.acknowledge_before_replicas) replicas = 0;
  if (const Index reached = acknowledged_by(replicas); reached >= leading->begins) commit_to(step, reached);
  watch_acks(step);
}

void Replica::commit_to(Step& step, Index reached) {
  if (reached <= commit_) return;
  commit_ = reached;
  pump(step);
  answer_parked(step);
  do_chores(step);
  keep_short(step);
}

// With on_timeout = async: the oldest writer's patience.
void Replica::watch_acks(Step& step) {
  const auto& leading = std::get<Leading>(role_);
  step.gauge(kWaitingAcks, static_cast<double>(leading.waiting.size()));
  if (settings_.on_timeout != OnTimeout::async || settings_.mode == Mode::async) return;
  if (leading.waiting.empty()) return step.cancel_timer({Alarm::ack});
  const core::Time due = leading.waiting.begin()->second.began + settings_.ack_timeout;
  // Not less than this: a clock that runs fast would reach `due` only after the timer, again and again at the same moment.
  step.set_timer({Alarm::ack}, std::max<core::Duration>(std::chrono::milliseconds(1), due - step.now));
}

void Replica::fall_back(Step& step) {
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr || leading->waiting.empty() || settings_.on_timeout != OnTimeout::async || needed() == 0) return;
  if (step.now < leading->waiting.begin()->second.began + settings_.ack_timeout) return watch_acks(step);
  step.note("falls back to asynchronous: " + std::to_string(needed()) + (needed() == 1 ? " replica has" : " replicas have") +
            " not acknowledged within " +
            core::text(settings_.ack_timeout) + ". What it answers from now on is on its own disk only");
  leading->fallen_back = true;
  leading->settled = log_.last();
  step.count(kFallbacks);
  step.gauge(kSynchronous, 0);
  commit_to(step, log_.last());
}

// The way back: so many replicas have what the log held at the last heartbeat.
void Replica::come_back(Step& step) {
  auto& leading = std::get<Leading>(role_);
  if (!std::exchange(leading.fallen_back, false)) return;
  const std::size_t replicas = needed();
  leading.fallen_back = settings_.on_timeout == OnTimeout::async && replicas > 0 && acknowledged_by(replicas) < leading.settled;
  if (leading.fallen_back) return;
  step.note("waits for replicas again: they have caught up");
  step.gauge(kSynchronous, replicas > 0);
}

}  // namespace single_leader
