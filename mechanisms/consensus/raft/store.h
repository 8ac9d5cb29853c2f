// The state machine: a key-value store with client sessions, so that a command that a client sends twice is done once
// (section 8; thesis, section 6.3). The same commands in the same order give the same store everywhere.
#pragma once
#include <map>
#include <string>

#include "mechanisms/consensus/raft/types.h"
#include "mechanisms/core/codec.h"

namespace raft {

class Store {
 public:
  struct Session {
    std::uint64_t serial{};  // Of the last command that was done,
    Result result;           // and what it answered.
    Index used{};            // When it was last used: the longest idle session is forgotten first.
    FIELDS(Session, serial, result, used)
  };

  // Does the command of the entry at `index`, or finds that it was done before and repeats the answer.
  Result apply(Index index, const Command& command, bool no_sessions);
  // From now on so many sessions are remembered; 0: as many as before.
  void limit_sessions(std::uint32_t max_sessions);
  Result read(const std::string& key) const;

  // A fingerprint of all that was applied, in order: equal stores have equal ones.
  std::uint64_t digest() const { return digest_; }
  std::size_t keys() const { return data_.size(); }
  // How many commands were really done: retries that were only answered again do not count.
  std::uint64_t done() const { return done_; }

  FIELDS(Store, data_, sessions_, forgotten_, max_sessions_, digest_, done_)

 private:
  Result run(const Command& command);
  Result apply_once(Index index, const Command& command);
  void forget_idle();

  std::map<std::string, std::string> data_;
  std::map<std::uint64_t, Session> sessions_;
  std::map<std::uint64_t, std::uint64_t> forgotten_;  // By client, the latest of its sessions that was forgotten.
  std::uint32_t max_sessions_ = 1024;
  std::uint64_t digest_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace raft
