// What a leaderless cluster promises (replica.h, 1 to 3, 5 and 6), checked after every step of any node. Facts is what was seen so
// far: what clients were told, and what each node has, up or down. A node in the middle of a durable write cannot be looked
// at, and may have said something before it can: where that leaves a doubt, nothing is called broken.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {

struct Facts {
  // Some node was seen to let the last write win. Guarantee 2 is not given from then on, also not when that was changed back:
  // what was written meanwhile may be replaced by anybody.
  bool by_clock = false;
  // Of one key: what all acknowledged writes of a ring, N and W had seen, or were.
  using Acknowledged = std::map<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>, clocks::VectorClock>;
  // By key. Only of writes with strict quorums.
  std::map<std::string, Acknowledged> acknowledged;
  // What was acknowledged when a read began, by its coordinator and number.
  std::map<std::pair<core::NodeId, std::uint64_t>, Acknowledged> reads;
  // What a node had of a key when it gave it up, or forgot its deletion.
  std::map<std::pair<core::NodeId, std::string>, clocks::VectorClock> given_up;
  // By key: what was deleted, and the deletion forgotten by one at least. It need not be known to whatever is written later.
  std::map<std::string, clocks::VectorClock> deleted;
};

class Invariants {
 public:
  // `all` in the order of the cluster; null for a node that is down or in the middle of a durable write. Returns which
  // promise the step of `all[stepped]` broke, in words, or nothing.
  std::string after(std::span<const Replica* const> all, std::size_t stepped);

  const Facts& facts() const { return facts_; }

 private:
  // What one node was when it was last looked at.
  struct Summary {
    bool up = false;
    Keys keys;
    Hints hints;
    std::uint64_t changes = 0, expired = 0;
    std::uint64_t operations = 0;   // The last that it began,
    std::uint64_t answered = 0;     // and that it answered.
    bool missed = false;            // Others did something while it could not be looked at.
  };
  // A key that was given to a node, changed, or taken from it. Null: it did not have it, or does not any more.
  struct Change {
    const Keys::key_type* place;
    const Versions* before;
    const Versions* now;
  };
  // In the order of the places. Most steps change one of many keys.
  static std::vector<Change> changes(const Keys& before, const Keys& now);
  static void follow(Keys& keys, const std::vector<Change>& changes);
  std::string check_keys(const Replica& node, const std::vector<Change>& changes) const;
  std::string check_answer(const Replica& node, const Summary& before);
  std::string check_hints(std::span<const Replica* const> all, std::size_t stepped) const;
  std::string check_given_up(std::span<const Replica* const> all, const Replica& node, const std::vector<Change>& changes);
  void note_deletion(const std::string& key, const clocks::VectorClock& deleted);
  clocks::VectorClock deleted(const std::string& key) const;
  bool has_or_had(const Replica& node, const std::string& key, const Versions& versions) const;
  void note_reads(const Replica& node, const Summary& before);

  Facts facts_;
  std::vector<Summary> summaries_;
};

}  // namespace leaderless
