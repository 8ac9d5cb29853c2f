#include "mechanisms/consensus/raft/store.h"

#include "mechanisms/core/fingerprint.h"

namespace raft {

Result Store::apply(Index index, const Command& command, bool no_sessions) {
  const Result result = no_sessions ? run(command) : apply_once(index, command);
  const auto mix = [&](const auto& what) { digest_ = core::fingerprint(digest_, what); };
  mix(command.session), mix(command.serial), mix(static_cast<std::uint64_t>(command.function));
  mix(command.key), mix(command.value), mix(command.expected);
  mix(static_cast<std::uint64_t>(result.status)), mix(result.value.value_or(""));
  mix(done_);
  return result;
}

Result Store::apply_once(Index index, const Command& command) {
  const auto known = sessions_.find(command.session);
  const auto gone = forgotten_.find(command.session >> kSessionBits);
  const bool maybe_gone = gone != forgotten_.end() && command.session <= gone->second;
  if (known == sessions_.end() && (command.serial != 1 || maybe_gone)) {
    // The session was forgotten. Whether this command was done before cannot be known: it must not be done now.
    return {Status::expired, {}};
  }
  Session& session = sessions_[command.session];
  session.used = index;
  if (command.serial <= session.serial) {
    // Done before. An answer older than the last is not kept: the client, which has one operation open, has it.
    return command.serial == session.serial ? session.result : Result{Status::expired, {}};
  }
  session.serial = command.serial;
  session.result = run(command);
  const Result result = session.result;
  forget_idle();
  return result;
}

Result Store::read(const std::string& key) const {
  const auto it = data_.find(key);
  if (it == data_.end()) return {Status::ok, {}};
  return {Status::ok, it->second};
}

Result Store::run(const Command& command) {
  ++done_;
  const auto it = data_.find(command.key);
  switch (command.function) {
    case Function::get: return read(command.key);
    case Function::put: data_[command.key] = command.value; return {Status::ok, {}};
    case Function::append: data_[command.key] += command.value; return {Status::ok, {}};
    case Function::cas:
      if (it == data_.end()) return {Status::absent, {}};
      if (it->second != command.expected) return {Status::mismatch, {}};
      it->second = command.value;
      return {Status::ok, {}};
    case Function::del:
      if (it == data_.end()) return {Status::absent, {}};
      data_.erase(it);
      return {Status::ok, {}};
    case Function::create:
      return {data_.emplace(command.key, command.value).second ? Status::ok : Status::mismatch, {}};
  }
  return {Status::ok, {}};
}

void Store::limit_sessions(std::uint32_t max_sessions) {
  if (max_sessions != 0) max_sessions_ = max_sessions;
  while (sessions_.size() > max_sessions_) forget_idle();
}

// By the log's own count of time, so that every server forgets the same one.
void Store::forget_idle() {
  if (sessions_.size() <= max_sessions_) return;
  auto idle = sessions_.begin();
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it)
    if (it->second.used < idle->second.used) idle = it;
  std::uint64_t& latest = forgotten_[idle->first >> kSessionBits];
  latest = std::max(latest, idle->first);
  sessions_.erase(idle);
}

}  // namespace raft
