// What a leaderless cluster promises (replica.h, 1 to 3), checked after every step of any node. Facts is what was seen so
// far: what clients were told, what they had read when they wrote, and what each node has, up or down.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {

struct Facts {
  // Of one key: what all acknowledged writes of an N and W had seen, or were.
  using Acknowledged = std::map<std::pair<std::uint32_t, std::uint32_t>, clocks::VectorClock>;
  // By key. Only of writes with strict quorums.
  std::map<std::string, Acknowledged> acknowledged;
  // What was acknowledged when a read began, by its coordinator and number.
  std::map<std::pair<core::NodeId, std::uint64_t>, Acknowledged> reads;
  // What some client had read when it wrote: this, and nothing else, may be replaced.
  std::map<std::string, clocks::VectorClock> replaced;
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
    bool known = false;
    bool up = false;
    Keys keys;
    Hints hints;
    std::uint64_t changes = 0, expired = 0;
    std::uint64_t operations = 0;        // The last that it began.
    std::uint64_t answered = 0, minted = 0;   // The operations of the last answer and the last write that were looked at.
  };
  std::string check_write(const Replica& node, const Summary& before);
  std::string check_keys(const Replica& node, const Summary& before) const;
  std::string check_answer(const Replica& node, const Summary& before);
  std::string check_hints(const Replica& node, const Summary& before) const;
  void note_reads(const Replica& node, const Summary& before);

  Facts facts_;
  std::vector<Summary> summaries_;
};

}  // namespace leaderless
