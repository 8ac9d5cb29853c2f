// What the guide shows of a lab at a moment, as plain lists: folded from the lab, how far the session has come, and what
// the person has answered. Nothing here draws.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/library/library.h"
#include "labs/session/session.h"

namespace window {

// What a person has done in the guide in this sitting.
struct GuideMemory {
  static constexpr std::size_t kSkipped = static_cast<std::size_t>(-1);
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> answers;   // (step, question) -> choice, or kSkipped.
  std::set<std::size_t> hints;                                          // Steps whose hint was asked for.
  std::optional<std::size_t> reading;                                   // A step that is read again; none: the one under way.
};

struct GuidePage {
  enum class Pip : std::uint8_t { done, present, rest };
  struct Question {
    std::size_t index = 0;
    const guide::Ask* ask = nullptr;
    bool answered = false, skipped = false;
    std::size_t choice = 0;            // When answered.
    bool right = false;
  };
  struct Goal {
    enum class State : std::uint8_t { waits, holding, done } state{};
    std::string words, exact;          // For a newcomer, and as the lab file has it.
    std::string now;                   // The present value; empty: there is none.
    double part = 0;                   // Of holding: how much of the time.
    std::string held;                  // `holding for 1.8 s of 3 s`; empty: it needs no holding.
  };
  struct Ending {                      // All steps are done.
    std::size_t steps = 0, hints = 0, right = 0, asked = 0;
    std::string verdict;
  };

  std::string family, title;
  std::size_t number = 0;              // Of the lab, in the order that teaches; 0: it has none.
  std::vector<Pip> pips;
  std::size_t step = 0;                // The one that is shown; steps.size(): the end, or a lab without steps.
  bool under_way = false;              // It is the one that the session judges.
  bool past = false;                   // It was done before, and is read again.
  std::string heading, prose;          // `4 Cut the leader off`
  std::vector<Question> questions;
  bool veiled = false;                 // A question must be answered or skipped before what follows is shown.
  std::vector<Goal> goals;
  bool done = false;                   // All goals are.
  bool over = false, doing = false;
  std::vector<std::string> commands;   // What `do it for me` gives, in the text form.
  std::string hint;                    // Shown; empty: there is none, or nobody asked.
  bool can_hint = false;
  std::string next;                    // The title of what comes; empty: the end.
  std::optional<Ending> ending;
  std::string history;                 // `3 steps done · 1 hint used · prediction score 2 of 3`
};

GuidePage fold_guide(const guide::Lab& lab, const session::GuideStatus& status, bool live, const library::LabProgress& progress,
                     const GuideMemory& memory);

// The lab that comes after this one: of the same family, else the next of all; nothing: it is the last.
struct NextLab {
  std::string name, title;
};
std::optional<NextLab> next_lab(const std::string& name);

}  // namespace window
