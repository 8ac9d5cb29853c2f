// What can be tuned on a board, and the known bugs that can be switched on.
#pragma once
#include <array>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace board {

enum class SortBy : std::uint8_t { physical, lamport, hybrid, vector };
constexpr auto names(SortBy) { return std::array<std::string_view, 4>{"physical", "lamport", "hybrid", "vector"}; }

// Known bugs, each read at exactly one `if`.
struct Flaws {
  bool no_wait{};
  bool lamport_without_max{};
  bool hybrid_deaf{};
  bool forget_posts{};
  FIELDS(Flaws, no_wait, lamport_without_max, hybrid_deaf, forget_posts)
  static constexpr auto kDeclared = std::array{
      core::Setting{"no_wait", "", "", "", "Shows a post before what its author had seen, although it should wait."},
      core::Setting{"lamport_without_max", "", "", "", "A Lamport clock that counts what is written here, and does not take over what it hears (rule IR2 b)."},
      core::Setting{"hybrid_deaf", "", "", "", "A hybrid clock that does not take over what it hears."},
      core::Setting{"forget_posts", "", "", "", "A restart forgets what was posted, and gives the same numbers again."}};
};

struct Settings {
  SortBy sort_by = SortBy::physical;
  bool wait_for_causes = true;
  bool active = true;
  core::Duration question_every = std::chrono::seconds(5);
  double answer_share = 0.5;
  core::Duration answer_after = std::chrono::seconds(1);
  core::Duration sync = std::chrono::seconds(1);
  Flaws flaws;
  FIELDS(Settings, sort_by, wait_for_causes, active, question_every, answer_share, answer_after, sync, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"sort_by", "", "", "", "By which stamp posts stand on the board."},
      core::Setting{"wait_for_causes", "", "", "", "A post that comes waits until all that its author had seen is shown (causal broadcast)."},
      core::Setting{"active", "", "", "", "Whether people write by themselves."},
      core::Setting{"question_every", "10ms", "1h", "", "How long it is between two questions here, on average."},
      core::Setting{"answer_share", "0", "1", "", "Share of the others' questions that somebody here answers."},
      core::Setting{"answer_after", "1ms", "1h", "", "How long an answer takes, on average."},
      core::Setting{"sync", "10ms", "1h", "", "How often a board asks another for posts that were lost on the way."}};
};

}  // namespace board
