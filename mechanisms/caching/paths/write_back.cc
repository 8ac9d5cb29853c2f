#include "mechanisms/caching/paths/write_back.h"

#include <algorithm>
#include <functional>

namespace caching {

bool WriteBack::write(const std::string& key, Value value, core::Time now) {
  const auto found = dirty_.find(key);
  if (found == dirty_.end() && dirty_.size() >= settings_.dirty_limit) return ++counts_.refused, false;
  Dirty& dirty = found == dirty_.end() ? dirty_[key] : found->second;
  ++counts_.writes;
  if (dirty.waiting) {
    ++counts_.coalesced;
    dirty.waiting->value = std::move(value);
    ++dirty.waiting->writes;
    if (settings_.flaws.age_from_last_write) {
      dirty.waiting->since = now;
      line_up(key, *dirty.waiting, ++last_);
    }
    return true;
  }
  dirty.waiting = Write{std::move(value), now, 1};
  line_up(key, *dirty.waiting, ++last_);
  return true;
}

void WriteBack::line_up(const std::string& key, Write& write, std::int64_t place) {
  const auto before = queue_.find(write.place);
  if (before != queue_.end() && before->second == key) queue_.erase(before);
  write.place = place;
  queue_[place] = key;
}

const WriteBack::Value* WriteBack::find(const std::string& key) const {
  const auto found = dirty_.find(key);
  if (found == dirty_.end()) return nullptr;
  return &(found->second.waiting ? found->second.waiting : found->second.flying)->value;
}

std::vector<WriteBack::Flush> WriteBack::take(core::Time now, core::Rng& rng) {
  std::vector<Flush> flushes;
  while (!unsure_.empty() && flushes.size() < settings_.batch) {
    const std::string key = unsure_.extract(unsure_.begin()).value();
    const Write& flying = *dirty_.at(key).flying;
    flushes.push_back({key, flying.value, flying.number});
  }
  const bool all = queue_.size() >= settings_.flush_count;
  for (auto next = queue_.begin(); next != queue_.end() && flushes.size() < settings_.batch;) {
    Dirty& dirty = dirty_.at(next->second);
    // Those behind it have not waited longer.
    if (!all && !dirty.waiting->hurried && now - dirty.waiting->since < settings_.flush_after) break;
    // The later value must not overtake the earlier one on its way.
    if (dirty.flying) {
      ++next;
      continue;
    }
    ++counts_.begun;
    dirty.waiting->number = rng.next();
    flushes.push_back({next->second, dirty.waiting->value, dirty.waiting->number});
    dirty.flying = std::move(dirty.waiting);
    dirty.waiting.reset();
    next = queue_.erase(next);
  }
  return flushes;
}

std::optional<core::Time> WriteBack::next_due() const {
  if (!unsure_.empty()) return dirty_.at(*unsure_.begin()).flying->since;
  const bool all = queue_.size() >= settings_.flush_count;
  for (const auto& [place, key] : queue_) {
    const Dirty& dirty = dirty_.at(key);
    if (!dirty.flying) return dirty.waiting->since + (all || dirty.waiting->hurried ? core::Duration{} : settings_.flush_after);
  }
  return std::nullopt;
}

void WriteBack::done(const std::string& key) {
  const auto found = dirty_.find(key);
  if (found == dirty_.end() || !found->second.flying) return;
  ++counts_.flushed;
  counts_.stored += found->second.flying->writes;
  found->second.flying.reset();
  if (found->second.waiting && !settings_.flaws.forget_rewrite) return;
  if (found->second.waiting) queue_.erase(found->second.waiting->place);
  dirty_.erase(found);
}

void WriteBack::failed(const std::string& key) {
  const auto found = dirty_.find(key);
  if (found == dirty_.end() || !found->second.flying) return;
  ++counts_.failed;
  Dirty& dirty = found->second;
  Write back = std::move(*dirty.flying);
  dirty.flying.reset();
  if (dirty.waiting) {
    // Written again meanwhile: the newer value, with the age and the count of both.
    queue_.erase(dirty.waiting->place);
    back.value = std::move(dirty.waiting->value);
    back.writes += dirty.waiting->writes;
  }
  dirty.waiting = std::move(back);
  queue_[dirty.waiting->place] = key;   // It still has the place that it had.
}

void WriteBack::unsure(const std::string& key) {
  const auto found = dirty_.find(key);
  if (found == dirty_.end() || !found->second.flying) return;
  ++counts_.failed;
  unsure_.insert(key);
}

void WriteBack::evicted(const std::string& key) {
  const auto found = dirty_.find(key);
  if (found == dirty_.end() || !found->second.waiting) return;
  found->second.waiting->hurried = true;
  line_up(key, *found->second.waiting, --first_);
}

WriteBack::Risk WriteBack::at_risk(core::Time now) const {
  Risk risk;
  for (const auto& [key, dirty] : dirty_) {
    ++risk.keys;
    for (const auto& write : {std::cref(dirty.waiting), std::cref(dirty.flying)})
      if (write.get()) risk.writes += write.get()->writes, risk.oldest = std::max(risk.oldest, now - write.get()->since);
  }
  return risk;
}

}  // namespace caching
