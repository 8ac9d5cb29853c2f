// An experiment of one's own while it is being made: what the form says, the lab file that comes of it, and whether that
// can be. Nothing here draws.
#pragma once
#include <string>
#include <vector>

#include "labs/guide/lab.h"

namespace window {

struct Draft {
  std::string title = "My experiment";
  std::string seed = "1";              // As it was typed.
  world::System system;
};
// One group of three servers of the first kind, and clients of it where there is such a kind.
Draft first_draft();
// A name that no other group has: "servers", "servers2".
std::string fresh_name(const world::System& system, const std::string& wished);
// Also in the `to` of all others.
void rename_group(world::System& system, std::size_t which, const std::string& name);
void remove_group(world::System& system, std::size_t which);

// The lab file: what `Start` opens and what is saved is the same text.
std::string lab_text(const Draft& draft);
// Why it is none, in words for people; empty: it is one.
std::string trouble_with(const Draft& draft);

// What a draft was before each change. What changes while the hands are at it - a drag, a word - is one change.
class Edits {
 public:
  // The hands rest: what the draft is now is a state to come back to.
  void rest(const Draft& draft);
  // False: there is nothing to take back, or to bring back.
  bool undo(Draft& draft);
  bool redo(Draft& draft);
  bool can_undo() const { return !past_.empty(); }
  bool can_redo() const { return !undone_.empty(); }

 private:
  static bool go(std::vector<Draft>& from, std::vector<Draft>& to, Draft& draft);

  std::vector<Draft> past_, undone_;   // The nearest last.
  Draft now_;                          // When the hands rested last.
  bool begun_ = false;
};

}  // namespace window
