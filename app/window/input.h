// What hands do, in order, as ImGui 1.86 can take it: one change of a key or button a frame. That version reads states, not
// events, so a key that goes down and up between two frames would be lost, and a click would be found where the mouse is by
// then. Here nothing is lost: what does not fit into one frame waits for the next. Tests feed the same queue.
#pragma once
#include <deque>
#include <string>

#include "imgui.h"

namespace window {

// The numbers are GLFW's. A key is the one that has this letter or sign on it, wherever it is.
enum Key : int {
  kSpace = 32, kApostrophe = 39, kComma = 44, kMinus = 45, kPeriod = 46, kSlash = 47, k0 = 48, k1, k2, k3, k4, k5, k6, k7, k8, k9,
  kEqual = 61,
  kA = 65, kB, kC, kD, kE, kF, kG, kH, kI, kJ, kK, kL, kM, kN, kO, kP, kQ, kR, kS, kT, kU, kV, kW, kX, kY, kZ,
  kEscape = 256, kEnter, kTab, kBackspace, kInsert, kDelete, kRight, kLeft, kDown, kUp, kPageUp, kPageDown, kHome, kEnd,
  kF1 = 290, kF2, kF3, kF4, kF5, kF6, kF7, kF8, kF9, kF10, kF11, kF12,
  kKeypadEnter = 335, kShift = 340, kCtrl, kAlt, kSuper, kRightShift, kRightCtrl, kRightAlt, kRightSuper,
};

class Input {
 public:
  void move(float x, float y) { events_.push_back({Event::What::move, 0, false, x, y}); }
  void button(int which, bool down) { events_.push_back({Event::What::button, which, down, 0, 0}); }
  void wheel(float x, float y) { events_.push_back({Event::What::wheel, 0, false, x, y}); }
  void key(int which, bool down) { events_.push_back({Event::What::key, which, down, 0, 0}); }
  void character(unsigned int code) { events_.push_back({Event::What::character, static_cast<int>(code), false, 0, 0}); }
  void leave() { events_.push_back({Event::What::leave, 0, false, 0, 0}); }
  // Everything is let go: the window lost the focus.
  void release_all() { events_.push_back({Event::What::release, 0, false, 0, 0}); }

  bool waiting() const { return !events_.empty(); }
  // Gives the present ImGui context as much as one frame can take.
  void feed();
  // Once for each context: which keys move a text cursor and so on.
  static void map_keys();

 private:
  struct Event {
    enum class What : unsigned char { move, button, wheel, key, character, leave, release } what;
    int which;
    bool down;
    float x, y;
  };
  std::deque<Event> events_;
};

}  // namespace window
