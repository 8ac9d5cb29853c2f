// A board: people post questions and answers, each board sends its posts to all others, and every post bears four stamps - of
// the author's physical clock, of Lamport's clock (1978), of a hybrid logical clock (Kulkarni and others 2014), and of a
// vector clock (Fidge 1988, Mattern 1989). By which one they stand on the board is a setting; and whether a post that has
// come waits for those that its author had seen: causal broadcast (Birman, Schiper, Stephenson: Lightweight Causal and Atomic
// Group Multicast, 1991, section 5.1, protocol CBCAST).
//
// Guarantees
//   1. With wait_for_causes no post is shown before one that its author had seen.
//   2. By Lamport, hybrid and vector stamps no answer ever stands before its question, whatever clocks show.
//      By physical ones it does as soon as the answerer's clock is further behind than the answer took.
//   3. Two posts are concurrent by their vector stamps exactly when neither's author had seen the other.
//   4. Hybrid stamps are never behind the author's clock, nor ahead of the furthest clock: with clocks at most e apart,
//      never further than e from any.
//   5. Every post reaches every board that is not cut off for ever, and is the same everywhere: also after crashes.
//
// Left out: ABCAST and views (members are those of the lab's system); refusing posts from clocks that are far ahead
// (clocks/hybrid.h can), for it would leave holes that guarantee 5 forbids; forgetting old posts.
#pragma once
#include <array>
#include <map>
#include <string>
#include <vector>

#include "mechanisms/clocks/lamport.h"
#include "mechanisms/core/step.h"
#include "mechanisms/time/board/metrics.h"
#include "mechanisms/time/board/post.h"
#include "mechanisms/time/board/settings.h"

namespace board {

class Invariants;  // invariants.h

// Whether `a` stands before `b`. By vector: a line that agrees with the partial order, for those concurrent any.
bool stands_before(const Post& a, const Post& b, SortBy by);

class Board {
 public:
  enum class Alarm : std::uint8_t {
    question,  // Somebody writes one.
    answer,    // Somebody answers the question of this key.
    sync,      // Ask another board for what was lost.
  };
  friend constexpr auto names(Alarm) { return std::array<std::string_view, 3>{"question", "answer", "sync"}; }
  struct Keep {
    Post post{};
    FIELDS(Keep, post)
  };
  struct Durable {
    std::vector<Post> posts;         // In the order in which they were shown.
    void apply(const Keep& write) { posts.push_back(write.post); }
    std::vector<Keep> image() const {
      std::vector<Keep> all;
      for (const Post& post : posts) all.push_back({post});
      return all;
    }
    friend bool operator==(const Durable&, const Durable&) = default;
  };
  struct Shown {
    std::uint64_t posts{}, waiting{}, misplaced{};
    std::vector<std::string> last;   // As the board's end reads: the last lines.
    FIELDS(Shown, posts, waiting, misplaced, last)
  };
  using Message = board::Message;
  using Timer = core::Timer<Alarm>;
  using Write = Keep;
  using Settings = board::Settings;
  using Step = core::Step<Message, Timer, Write>;
  using Invariants = board::Invariants;
  static constexpr std::array kTells{core::Tell{"ask WORDS", "Write a question."},
                                     core::Tell{"answer WORDS", "Answer the question that was shown here last."}};
  static constexpr std::array kMetrics{&kPosted, &kShown, &kBefore, &kMisplaced, &kConcurrent, &kWaiting, &kWait, &kAnswered, &kAhead};

  Board(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Post& m);
  void on_message(Step& step, core::NodeId from, const Have& m);
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const;
  core::Face face() const { return {waiting_.empty() ? "board" : "waiting", 0}; }

  core::NodeId id() const { return id_; }
  const Settings& settings() const { return settings_; }
  const std::map<PostId, Post>& posts() const { return posts_; }
  const std::vector<PostId>& shown() const { return shown_; }   // In the order in which they were shown,
  const std::vector<PostId>& order() const { return order_; }   // and in that in which they stand.
  std::uint64_t misplaced() const { return misplaced_; }
  std::size_t waiting() const { return waiting_.size(); }
  friend bool operator==(const Board&, const Board&) = default;

 private:
  struct Waiting {
    Post post;
    core::Time since{};
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };

  // A question is an operation that its first answer ends.
  struct Open {
    std::uint64_t operation{};
    core::Time since{};
    friend bool operator==(const Open&, const Open&) = default;
  };

  void begin_question(Step& step, const Post& question);
  void end_question(Step& step, const Post& answer);
  void arm_question(Step& step);
  void write(Step& step, std::optional<PostId> answers, std::string text);
  bool may_show(const Post& post) const;
  void show_ready(Step& step);
  void hear(core::Time now, const Post& post);
  void put(Step& step, Post post);
  void remember(const Post& post);
  bool is_misplaced(const Post& answer) const;
  void say_if_misplaced(Step& step, const Post& answer);
  void sort_again();
  const Post* last_question() const;
  std::string line(const Post& post) const;
  std::string title(const Post& post) const;

  core::NodeId id_;
  std::vector<core::NodeId> peers_;
  core::Names names_;
  Settings settings_;
  clocks::Lamport lamport_;
  clocks::Hybrid hybrid_;
  clocks::VectorClock vector_;          // Of each author how many posts were seen here, also by those who wrote what was seen.
  clocks::VectorClock shown_up_to_;     // Of each author: all posts up to here are shown.
  std::map<PostId, Post> posts_;        // Those shown.
  std::vector<PostId> shown_, order_;
  std::map<PostId, Waiting> waiting_;
  std::uint64_t misplaced_ = 0;
  std::map<PostId, Open> open_;         // Questions written here, since it started, that wait for an answer.
};

}  // namespace board
