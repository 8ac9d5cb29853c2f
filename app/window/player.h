// The moment that is looked at, and what moves it: playing, stepping, scrubbing; and the branches of a run, of which one is
// looked at. It knows nothing of how it is drawn, so that tests can play it.
//
// Playing moves the moment. Within what has happened that only reads the recording; at its end the world is let go on just
// so far. So a run that is live, scrubbed back, or loaded plays in one way.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/window/leaving.h"
#include "app/window/view.h"

namespace window {

class Player {
 public:
  // Makes the path of the run file for a new branch; empty, or none said: it stays in memory.
  using MakePath = std::function<std::string(const std::string& lab)>;

  // `leaving`: where runs go that are not looked at any more; it outlives the player.
  Player(std::unique_ptr<session::Session> first, Leaving& leaving, MakePath make_path, std::function<void()> on_change);
  ~Player();

  // So many seconds have passed in front of the window. True: something is to be drawn anew.
  bool tick(double seconds);
  // Does a wish that is about the run; false: it is for somebody else. What must be said comes back as further wishes.
  bool wish(const Wish& wish, Selection& selection, Commands& answers);
  // A view of the branch looked at. Valid until the next tick or wish.
  View view() const;
  bool busy() const;                   // Something moves, or is being read: the next frame comes soon.
  std::size_t branches() const { return branches_.size(); }
  const session::Session& session() const { return *now().session; }

 private:
  struct Run {                         // The line reads the session's recording, and goes before it.
    std::unique_ptr<session::Session> session;
    std::unique_ptr<timeline::Timeline> line;
  };
  struct Branch {
    std::unique_ptr<session::Session> session;
    std::unique_ptr<timeline::Timeline> line;
    session::Status status;
    bool known = false;                // The line knows all that is recorded.
    core::Time catch_up_to{};          // A new past is made: the world goes on until here, then the person is back.
    std::vector<Run> undone;           // What `redo` brings back: of this branch alone, the last one last.
  };
  Branch& now() { return branches_[current_]; }
  const Branch& now() const { return branches_[current_]; }
  core::Time end_of(const Branch& branch) const;
  Branch& add(std::unique_ptr<session::Session> session);
  void play(double seconds);
  void let_go_on(core::Duration passed);
  bool fast() const;
  void stop_at_done_step();
  void look_at(core::Time at);
  void show_names();
  std::string new_path() const;
  void let_go(Run run);
  void forget_undone(Branch& branch);
  void let_go(Branch& branch);
  void heed(session::Session& session) const;
  void arrive(Branch& branch);
  void go_on_if_fast();
  void step(bool forward, session::Session::Unit unit, Selection& selection);
  // `commands`: with only so many of those given until then.
  bool fork(core::Time at, Commands& answers, std::size_t commands = static_cast<std::size_t>(-1));
  void give(const std::vector<std::string>& of_one_gesture, Commands& answers);
  void play_or_not(bool on);
  void seek(core::Time to);
  void switch_to(std::size_t branch);
  void add_bookmark(Commands& answers);
  void undo(Commands& answers);
  void redo(Commands& answers);
  void restart_step(std::size_t step, Commands& answers);
  void close(std::size_t which);
  void notice_violation();
  void notice_refusals(Commands& answers);

  Leaving& leaving_;
  MakePath make_path_;
  std::function<void()> on_change_;
  std::vector<Branch> branches_;
  std::vector<BranchName> names_;
  std::vector<Overlay> overlays_;
  std::size_t current_ = 0;
  core::Time at_{};
  core::Time due_ = core::Time::max(); // How far a live world should be by now; max: where it is.
  bool live_ = true, playing_ = false, stops_at_violation_ = true;
  double speed_ = 1;
  timeline::Moment moment_;
  std::optional<core::Time> jumped_to_violation_;
  std::size_t refusals_said_ = 0;
  Commands pending_;                   // Said by tick(), given out by the next wish() or take_said().

 public:
  std::vector<Wish> take_said() { return pending_.take(); }
};

}  // namespace window
