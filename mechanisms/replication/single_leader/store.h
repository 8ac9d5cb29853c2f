// What the log is applied to: keys and values, the sessions that make a retry harmless, and a checksum of each range of
// keys. The same entries in the same order give the same store everywhere.
#pragma once
#include <map>
#include <string>

#include "mechanisms/core/codec.h"
#include "mechanisms/replication/single_leader/types.h"

namespace single_leader {

class Store {
 public:
  // So many client sessions are remembered; the longest idle goes.
  static constexpr std::size_t kMaxSessions = 1024;

  struct Session {
    std::uint64_t write{};  // Of the last that was done,
    Result result;          // what it answered,
    Index index{};          // and where it is in the log.
    FIELDS(Session, write, result, index)
  };
  struct Answer {
    Result result;
    Index index = 0;  // Where the write was done first.
  };

  // Does the entry at `index`. Of a command: what it answers, or what it answered when it was done before.
  Answer apply(Index index, const Entry& entry);
  Result read(const std::string& key) const;

  const Sums& sums() const { return sums_; }
  std::uint64_t digest() const;  // Of all data and sessions.
  static std::uint32_t range_of(const std::string& key);
  std::vector<std::pair<std::string, std::string>> range(std::uint32_t range) const;
  std::size_t keys() const { return data_.size(); }

  // Past the log: somebody changed this copy by hand.
  void change_by_hand(const std::string& key, const std::string& value) { put(key, value); }

  FIELDS(Store, data_, sessions_, sums_, forgotten_, done_)

 private:
  Answer once(Index index, const Command& command);
  Result run(const Command& command);
  void put(const std::string& key, const std::string& value);
  void erase(const std::string& key);
  void replace_range(const Repair& repair);
  void forget_idle();

  std::map<std::string, std::string> data_;
  std::map<std::uint64_t, Session> sessions_;
  Sums sums_{};
  std::map<std::uint64_t, std::uint64_t> forgotten_;  // By client, the latest of its sessions that was forgotten.
  std::uint64_t done_ = 0;                            // A fingerprint of the writes that were done.
};

}  // namespace single_leader
