// A rounded frame around whatever is drawn between its beginning and its end, and a few small things that stand in frames.
// Used where several panels say something that belongs together: questions, labs, groups of settings, verdicts.
#pragma once
#include <string_view>

#include "app/window/look.h"

namespace window {

struct CardLook {
  Colour ground = 0;                   // 0: sunken.
  Colour edge = 0;                     // 0: a line.
  float padding = 14;                  // For scale 1.
};

// What is drawn while it lives stands in the frame, which is as wide as the region and as high as its content.
class Card {
 public:
  explicit Card(const CardLook& how = {});
  ~Card();
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

 private:
  CardLook how_;
  ImVec2 at_;
  float width_ = 0, was_work_ = 0, was_content_ = 0;
};

// A window of its own over all others, for a question or for work that takes long: as high as its content.
struct DialogLook {
  float width = 420;                   // For scale 1; never wider than the screen.
  float at = 0.3f, of = 0;             // At this part of the screen's height lies this part of its own.
  bool in_front = true;
};
class Dialog {
 public:
  explicit Dialog(const char* id, const DialogLook& how = {});
  ~Dialog();
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;
};

// A button that is only words: for what is seldom wanted. True when pressed.
bool quiet_button(std::string_view words, std::string_view tooltip = {});
// A head that folds what is below it away. True while it is open. `note` stands muted at its right end.
bool fold(std::string_view words, bool& open, std::string_view note = {}, Colour colour = 0);
// A switch at the right end of a line, its words at the left. True when it was thrown.
bool toggle(std::string_view words, bool& on, std::string_view tooltip = {}, bool mixed = false);

// The marks of an answer or a state: a ring that is open, one that fills, a disc with a check or a cross in it.
enum class StateSign : std::uint8_t { open, filling, check, cross };
void draw_sign(ImDrawList& list, ImVec2 centre, StateSign sign, double part = 0);

}  // namespace window
