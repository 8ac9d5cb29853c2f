// What people write on their boards, with a stamp of each kind of clock, and what boards say to each other.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <variant>

#include "mechanisms/clocks/hybrid.h"
#include "mechanisms/clocks/vector_clock.h"
#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace board {

struct PostId {
  core::NodeId author{};
  std::uint64_t number{};          // Counts the author's posts from 1.
  FIELDS(PostId, author, number)
  friend auto operator<=>(const PostId&, const PostId&) = default;
};

struct Post {
  PostId id{};
  std::optional<PostId> answers{};   // Nothing: it is a question.
  std::string text{};
  core::Time physical{};             // What the author's clock showed.
  std::uint64_t lamport{};
  clocks::HybridStamp hybrid{};
  clocks::VectorClock vector{};      // Of each author how many posts the author of this one had seen, this one included.
  FIELDS(Post, id, answers, text, physical, lamport, hybrid, vector)
};
// "I have so many posts of each of you": whoever has more sends them. What was lost comes so.
struct Have {
  clocks::VectorClock posts{};
  FIELDS(Have, posts)
};
using Message = std::variant<Post, Have>;

}  // namespace board
