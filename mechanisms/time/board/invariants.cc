#include "mechanisms/time/board/invariants.h"

#include "mechanisms/core/text.h"

namespace board {
namespace {

std::string name(PostId id) { return std::to_string(id.author) + "'s post " + std::to_string(id.number); }

// The last post of each author that the author of this one had seen; what came before those follows from theirs.
std::vector<PostId> last_seen(const Post& post) {
  std::vector<PostId> all;
  for (auto [author, count] : post.vector.counts)
    if (const std::uint64_t last = author == post.id.author ? post.id.number - 1 : count; last != 0) all.push_back({author, last});
  return all;
}

}  // namespace

std::string stamps_follow(const Post& post, const Posts& all) {
  if (post.vector.of(post.id.author) != post.id.number) return "Vector clock: " + name(post.id) + " does not count itself";
  if (post.hybrid.time < post.physical) return "Hybrid clock: the stamp of " + name(post.id) + " is behind its author's clock";
  for (const PostId& id : last_seen(post)) {
    const auto cause = all.find(id);
    if (cause == all.end()) continue;  // Its board was not looked at since: it is writing it to its disk.
    const auto not_greater = [&](const char* clock) {
      return std::string(clock) + ": the author of " + name(post.id) + " had seen " + name(id) + ", and its stamp is not greater";
    };
    if (clocks::compare(cause->second.vector, post.vector) != clocks::Order::before) return not_greater("Vector clock");
    if (cause->second.lamport >= post.lamport) return not_greater("Lamport's clock");
    if (cause->second.hybrid >= post.hybrid) return not_greater("Hybrid clock");
  }
  return "";
}

std::string shows_after_causes(const Post& post, const std::set<PostId>& seen) {
  for (const PostId& id : last_seen(post))
    if (seen.count(id) == 0) return "Causal order: " + name(post.id) + " is shown before " + name(id) + ", which its author had seen";
  return "";
}

std::string Invariants::after(std::span<const Board* const> all, std::size_t stepped) {
  summaries_.resize(all.size());
  Summary& summary = summaries_[stepped];
  const Board* board = all[stepped];
  if (board == nullptr) return "";
  // A crash took what was not yet on its disk.
  if (board->shown().size() < summary.seen.size()) summary = {};
  std::string broken;
  for (std::size_t i = summary.seen.size(); i < board->shown().size() && broken.empty(); ++i) {
    const Post& post = board->posts().at(board->shown()[i]);
    const auto [known, is_new] = posts_.emplace(post.id, post);
    if (!is_new && !(known->second == post)) broken = "There are two that are " + name(post.id);
    if (is_new && broken.empty()) broken = stamps_follow(post, posts_);
    // What it found on its disk it may have shown when it did not have to wait.
    const bool waits = summary.known && board->settings().wait_for_causes;
    if (waits && broken.empty()) broken = shows_after_causes(post, summary.seen);
    if (broken.empty()) summary.seen.insert(post.id);
  }
  summary.known = true;
  return broken;
}

}  // namespace board
