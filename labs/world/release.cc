// What follows from a step once its writes are durable: events, messages on links, timers, metrics, what it shows.
#include <algorithm>
#include <utility>

#include "labs/world/world.h"

namespace world {

using record::EventKind;

void World::release(core::NodeId node, const Effects& effects) {
  Slot& s = slot(node);
  for (const auto& operation : effects.operations)
    emit(operation.completed ? EventKind::complete : EventKind::invoke, node, core::kNobody, name(operation.word),
         operation.id, 0, effects.view(operation.begin, operation.end));
  for (const auto& note : effects.notes)
    emit_text(note.refusal ? EventKind::refuse : EventKind::note, node, note.text, effects.cause);
  for (const auto& one : effects.samples) sample(node, one, effects.cause);
  show(node);
  for (const auto& one : effects.sends) send(node, effects, one);
  for (const auto& change : effects.timers) change_timer(s, node, change, effects.cause);
}

void World::send(core::NodeId from, const Effects& effects, const Effects::Send& send) {
  const record::NameId type = names_of(slot(from)).messages[send.message.type];
  const core::BytesView bytes = effects.view(send.message);
  const auto id = emit(EventKind::send, from, send.to, type, effects.cause, 0, bytes);
  put_on_link(from, send.to, type, id, bytes);
}

void World::put_on_link(core::NodeId from, core::NodeId to, record::NameId type, std::uint64_t send_id,
                        core::BytesView bytes) {
  const Passage passage = links_.pass(from, to, bytes.size(), now_);
  const std::uint64_t stamp = stamps_[from].time;
  if (passage.fate == Passage::Fate::cut || passage.fate == Passage::Fate::lost)
    return lose(from, to, passage.fate == Passage::Fate::cut ? cut_ : lost_, send_id, stamp);
  const auto copy = [&](core::Time arrival, bool corrupt) {
    const std::uint32_t index = new_packet();
    Packet& packet = packets_[index];
    packet.from = from, packet.to = to, packet.type = type, packet.send = send_id, packet.stamp = stamp;
    packet.corrupt = corrupt, packet.reset = false;
    packet.bytes.assign(bytes.begin(), bytes.end());
    if (passage.fate == Passage::Fate::held)
      held_.emplace_back(arrival, index);
    else
      plan(arrival, Plan::packet, index);
  };
  copy(passage.arrival, passage.fate == Passage::Fate::corrupt);
  if (passage.duplicate != core::Time{}) copy(passage.duplicate, false);
}

std::uint32_t World::new_packet() {
  if (free_packets_.empty()) {
    packets_.emplace_back();
    free_packets_.push_back(static_cast<std::uint32_t>(packets_.size() - 1));
  }
  const std::uint32_t index = free_packets_.back();
  free_packets_.pop_back();
  packets_[index].used = true;
  return index;
}

void World::free_packet(std::uint32_t index) {
  packets_[index].used = false;
  free_packets_.push_back(index);
}

void World::drop(std::uint32_t packet_index, core::NodeId where, core::NodeId other, record::NameId why) {
  lose(where, other, why, packets_[packet_index].send, packets_[packet_index].stamp);
  free_packet(packet_index);
}

void World::lose(core::NodeId where, core::NodeId other, record::NameId why, std::uint64_t send_id, std::uint64_t stamp) {
  const std::uint64_t before = std::exchange(follows_, stamp);
  emit(EventKind::drop, where, other, why, send_id);
  follows_ = before;
}

void World::change_timer(Slot& from, core::NodeId node, const Effects::TimerChange& change, std::uint64_t cause) {
  TimerSet wanted{change.kind, change.key};
  auto at = std::lower_bound(from.timers.begin(), from.timers.end(), wanted);
  const bool found = at != from.timers.end() && !(wanted < *at);
  const auto say = [&](core::Time due) {
    emit_coded(EventKind::arm, node, core::kNobody, names_of(from).timers[change.kind], cause,
               record::Armed{change.key, due});
  };
  if (!change.set) {
    if (found && std::exchange(at->armed, false)) say(core::kStart);
    return;
  }
  if (!found) {
    wanted.planned = kNoEntry;
    at = from.timers.insert(at, wanted);
  }
  const core::Time due = now_ + from.clock.in_world(std::max(change.after, core::Duration{}));
  const bool changes = !at->armed || at->due != due;
  at->armed = true;
  at->due = due;
  if (at->planned == kNoEntry || at->planned > at->due) plan_timer(*at, node);
  if (changes) say(due);
}

void World::plan_timer(TimerSet& timer, core::NodeId node) {
  if (free_timers_.empty()) {
    timers_due_.emplace_back();
    free_timers_.push_back(static_cast<std::uint32_t>(timers_due_.size() - 1));
  }
  const std::uint32_t index = free_timers_.back();
  free_timers_.pop_back();
  timer.planned = timer.due;
  timer.generation = ++timer_generation_;
  timers_due_[index] = {node, timer.kind, timer.key, timer.generation};
  plan(timer.due, Plan::timer, index);
}

std::vector<World::TimerSet>::iterator World::find_timer(Slot& at, const TimerDue& due) {
  const TimerSet wanted{due.kind, due.key};
  const auto set = std::lower_bound(at.timers.begin(), at.timers.end(), wanted);
  return set == at.timers.end() || set->generation != due.generation ? at.timers.end() : set;
}

// An entry of the queue came up.
void World::ring(std::uint32_t timer_index) {
  const TimerDue due = timers_due_[timer_index];
  free_timers_.push_back(timer_index);
  Slot& s = slot(due.node);
  const auto set = find_timer(s, due);
  if (set == s.timers.end()) return;
  if (!set->armed) {
    s.timers.erase(set);
  } else if (set->due > now_) {
    plan_timer(*set, due.node);
  } else {
    set->planned = kNoEntry;
    take(due.node, {true, 0, due});
  }
}

// Takes the timer out of those that are set, if it was not set again or cancelled while it waited in the inbox.
bool World::take_timer(Slot& at, const TimerDue& due) {
  const auto set = find_timer(at, due);
  if (set == at.timers.end()) return false;
  const bool rings = set->armed;
  at.timers.erase(set);
  return rings;
}

void World::sample(core::NodeId node, const Effects::Sample& sample, std::uint64_t cause) {
  auto& tallies = slot(node).tallies;
  auto tally = std::find_if(tallies.begin(), tallies.end(), [&](const Tally& t) { return t.metric == sample.metric; });
  if (tally == tallies.end())
    tally = tallies.insert(tally, {sample.metric, name(sample.metric->name), 0, false});
  double value = sample.value;
  if (sample.metric->kind == core::Metric::Kind::counter) value = tally->value += sample.value;
  if (sample.metric->kind == core::Metric::Kind::gauge) {
    if (tally->said && tally->value == value) return;
    tally->value = value;
  }
  tally->said = true;
  emit(EventKind::metric, node, core::kNobody, tally->name, cause, value);
}

void World::show(core::NodeId node) {
  Slot& s = slot(node);
  const core::Face face = s.node->face();
  const std::size_t begin = s.shown.size();
  // The new form is written behind the old one, so that a node that shows the same again costs no allocation.
  s.node->show(s.shown);
  const core::BytesView all(s.shown);
  const core::BytesView was = all.first(begin), is = all.subspan(begin);
  const bool same = s.role_word == face.role.data() && s.epoch == face.epoch && std::ranges::equal(was, is);
  if (same) {
    s.shown.resize(begin);
    return;
  }
  if (s.role_word != face.role.data()) s.role = name(face.role);
  s.role_word = face.role.data();
  s.epoch = face.epoch;
  emit(EventKind::show, node, core::kNobody, s.role, 0, static_cast<double>(face.epoch), is);
  s.shown.erase(s.shown.begin(), s.shown.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace world
