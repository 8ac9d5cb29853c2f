#include "mechanisms/replication/single_leader/store.h"

#include <algorithm>

#include "mechanisms/core/fingerprint.h"

namespace single_leader {
namespace {

std::uint64_t print(const std::string& key, const std::string& value) {
  return core::fingerprint(core::fingerprint(1, key), value);
}

}  // namespace

std::uint64_t size_of(const Entry& entry) {
  std::uint64_t bytes = 16;
  if (const auto* command = std::get_if<Command>(&entry.payload)) {
    bytes += command->key.size() + command->value.size() + command->expected.size();
    for (const auto& [key, value] : command->also) bytes += key.size() + value.size();
  } else if (const auto* repair = std::get_if<Repair>(&entry.payload)) {
    for (const auto& [key, value] : repair->data) bytes += key.size() + value.size();
  }
  return bytes;
}

std::uint64_t changes_of(const Entry& entry) {
  if (const auto* command = std::get_if<Command>(&entry.payload)) return 1 + command->also.size();
  if (const auto* repair = std::get_if<Repair>(&entry.payload)) return repair->data.size();
  return 0;
}

Store::Answer Store::apply(Index index, const Entry& entry) {
  if (const auto* command = std::get_if<Command>(&entry.payload)) return once(index, *command);
  if (const auto* repair = std::get_if<Repair>(&entry.payload)) replace_range(*repair);
  return {};
}

Store::Answer Store::once(Index index, const Command& command) {
  auto known = sessions_.find(command.session);
  const auto gone = forgotten_.find(command.session >> kSessionBits);
  const bool maybe_gone = gone != forgotten_.end() && command.session <= gone->second;
  // A session of which nothing is known was forgotten, or a failover lost its first writes. Whether this one was done
  // before cannot be known then, so it must not be done now.
  if (known == sessions_.end() && (command.write != 1 || maybe_gone)) return {{Status::expired, {}}, index};
  if (known == sessions_.end()) known = sessions_.emplace(command.session, Session{}).first;
  Session& session = known->second;
  if (command.write < session.write) return {{Status::expired, {}}, index};
  if (command.write == session.write) return {session.result, session.index};
  done_ = core::fingerprint(core::fingerprint(done_, command.session), command.write);
  session = {command.write, run(command), index};
  const Answer answer{session.result, index};
  forget_idle();
  return answer;
}

Result Store::run(const Command& command) {
  if (command.function == Function::put) {
    put(command.key, command.value);
    for (const auto& [key, value] : command.also) put(key, value);
    return {Status::ok, {}};
  }
  const auto it = data_.find(command.key);
  switch (command.function) {
    case Function::get:
    case Function::put: break;
    case Function::append: put(command.key, (it == data_.end() ? "" : it->second) + command.value); break;
    case Function::cas:
      if (it == data_.end()) return {Status::absent, {}};
      if (it->second != command.expected) return {Status::mismatch, {}};
      put(command.key, command.value);
      break;
    case Function::del:
      if (it == data_.end()) return {Status::absent, {}};
      erase(command.key);
      break;
    case Function::create:
      if (it != data_.end()) return {Status::mismatch, {}};
      put(command.key, command.value);
      break;
  }
  return {Status::ok, {}};
}

Result Store::read(const std::string& key) const {
  const auto it = data_.find(key);
  if (it == data_.end()) return {Status::ok, {}};
  return {Status::ok, it->second};
}

std::uint32_t Store::range_of(const std::string& key) {
  return static_cast<std::uint32_t>(core::fingerprint(0, key) % kRanges);
}

// Sums of fingerprints do not depend on the order of the changes, and cost one addition each.
void Store::put(const std::string& key, const std::string& value) {
  std::uint64_t& sum = sums_[range_of(key)];
  const auto [it, fresh] = data_.try_emplace(key, value);
  if (!fresh) {
    sum -= print(key, it->second);
    it->second = value;
  }
  sum += print(key, value);
}

void Store::erase(const std::string& key) {
  const auto it = data_.find(key);
  if (it == data_.end()) return;
  sums_[range_of(key)] -= print(key, it->second);
  data_.erase(it);
}

std::vector<std::pair<std::string, std::string>> Store::range(std::uint32_t range) const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, value] : data_)
    if (range_of(key) == range) all.emplace_back(key, value);
  return all;
}

void Store::replace_range(const Repair& repair) {
  std::erase_if(data_, [&](const auto& item) { return range_of(item.first) == repair.range; });
  sums_[repair.range % kRanges] = 0;
  for (const auto& [key, value] : repair.data) put(key, value);
}

std::uint64_t Store::digest() const {
  std::uint64_t all = done_;
  for (const auto sum : sums_) all = core::fingerprint(all, sum);
  return all;
}

// By the log's own count of time, so that every copy forgets the same one.
void Store::forget_idle() {
  if (sessions_.size() <= kMaxSessions) return;
  auto idle = sessions_.begin();
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it)
    if (it->second.index < idle->second.index) idle = it;
  std::uint64_t& latest = forgotten_[idle->first >> kSessionBits];
  latest = std::max(latest, idle->first);
  sessions_.erase(idle);
}

}  // namespace single_leader
