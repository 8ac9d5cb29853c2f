#include "mechanisms/resilience/shedding_queue.h"

namespace resilience {

std::optional<SheddingQueue::Id> SheddingQueue::push(core::Time now, Id id, Criticality criticality) {
  if (size_ == 0) last_empty_ = now;
  const auto line = static_cast<std::size_t>(settings_.priorities ? criticality : Criticality::critical);
  std::optional<Id> shed;
  if (settings_.length == 0) return id;
  if (size_ >= settings_.length) {
    std::size_t least = lines_.size() - 1;
    while (lines_[least].empty()) --least;
    if (least <= line) return id;
    shed = lines_[least].back().id;   // The one that would have waited longest.
    lines_[least].pop_back(), --size_;
  }
  lines_[line].push_back({id, now}), ++size_;
  return shed;
}

SheddingQueue::Served SheddingQueue::pop(core::Time now) {
  Served served;
  while (size_ > 0) {
    std::size_t line = 0;
    while (lines_[line].empty()) ++line;
    const bool newest = settings_.lifo && stands(now);
    const Waiting next = newest ? lines_[line].back() : lines_[line].front();
    newest ? lines_[line].pop_back() : lines_[line].pop_front();
    --size_;
    if (!too_late(now, now - next.since)) {
      served.next = next.id, served.delay = now - next.since;
      break;
    }
    served.shed.push_back(next.id);
  }
  if (size_ == 0) last_empty_ = now;
  return served;
}

bool SheddingQueue::too_late(core::Time now, core::Duration delay) {
  switch (settings_.shed) {
    case Shed::length: break;
    case Shed::codel: return codel_.drop(now, delay, size_ == 0);
    case Shed::controlled_delay: return delay > (stands(now) ? settings_.target : settings_.interval);
  }
  return false;
}

}  // namespace resilience
