// How a person comes through a lab: which step is under way, what it still waits for, and the step's own commands when
// somebody wants them given. Time is the facts'; nothing here changes the world.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "labs/session/session.h"

namespace session {

class Lesson {
 public:
  // Which step began when.
  using Begun = std::pair<core::Time, std::size_t>;

  Lesson(const guide::Lab& lab, guide::Facts& facts);

  // Judges this step from now on; one beyond the last: all are done.
  void begin(std::size_t step);
  void next() { begin(status_.step + 1); }
  // Goes on where somebody else was, who had begun and done these; the last one begun is yet to be begun here.
  void take_over(std::vector<Begun> begun, std::vector<std::optional<core::Time>> done_at);

  // The step's own commands are wished for from now on.
  void do_commands();
  // When the next of them is to be given; nothing: there is none.
  std::optional<core::Time> due() const;
  world::Command take();

  // Looks at all conditions as of now. A step is done when they are and none of its own commands is left to give, unless
  // it is known that it is not done yet. True: it has just become so.
  bool judge(bool may_be_done = true);
  GuideStatus status() const;
  const std::vector<Begun>& begun() const { return begun_; }

 private:
  bool under_way() const { return status_.step < lab_.steps.size(); }

  const guide::Lab& lab_;
  guide::Facts& facts_;
  GuideStatus status_;                       // Its lines are the progress's.
  std::optional<guide::Progress> progress_;  // Of the step under way.
  std::size_t next_command_ = 0;
  core::Time due_{};
  std::vector<Begun> begun_;
};

}  // namespace session
