// The boards' promises (board.h), checked after every step of any board. What was posted once must stay what it is, so it is
// remembered here.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/time/board/board.h"

namespace board {

using Posts = std::map<PostId, Post>;

// States of a post, given all that there ever were: its stamps are greater than those of all that its author had seen
// (guarantees 2 and 3), and the hybrid one is not behind its author's clock (guarantee 4).
std::string stamps_follow(const Post& post, const Posts& all);
// A transition: on a board that shows `seen` this one is shown next (guarantee 1).
std::string shows_after_causes(const Post& post, const std::set<PostId>& seen);

class Invariants {
 public:
  // `all` in the order of the group; null for a board that is down or in the middle of a durable write.
  std::string after(std::span<const Board* const> all, std::size_t stepped);

 private:
  struct Summary {
    bool known = false;               // false: it was not looked at since it lost what it had shown.
    std::set<PostId> seen;
  };
  Posts posts_;                       // All that any board ever showed.
  std::vector<Summary> summaries_;
};

}  // namespace board
