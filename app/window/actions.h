// Everything frequent that a person can do, in one list: its name, a line of help, its keys, and the wish it makes. The
// keyboard, the palette and the sheet behind `?` all come from here, so none of them can forget or contradict another.
#pragma once
#include <string>
#include <vector>

#include "app/window/view.h"

namespace window {

struct Chord {
  int key = 0;                         // 0: none.
  bool ctrl = false, shift = false, alt = false;
  friend bool operator==(const Chord&, const Chord&) = default;
};
std::string chord_text(const Chord& chord);      // Ctrl+Shift+P

struct Action {
  std::string name, help, group;
  std::vector<Chord> keys;
  Wish wish;
};

// Those that make sense now. `view`: null when no run is open. `scale`: the present one of the window.
std::vector<Action> actions(const View* view, Place place, float scale);
// All, whatever makes sense now: for the sheet of keys and the tests.
std::vector<Action> all_actions();

// The wish of the chord that was pressed in this frame, if it is one of an action; for the shell. Nothing while a text field
// has the keyboard, except for chords with Ctrl.
std::optional<Wish> pressed_action(const View* view, Place place, float scale);

}  // namespace window
