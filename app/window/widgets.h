// The words that all panels share: buttons, labels, sliders, tooltips. Each tells the tests where it is.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/window/look.h"
#include "app/window/folds.h"

namespace window {

// --- Text. Never a format string: names and notes come from files of strangers.
void text(std::string_view words);                                   // In the present font, colour `text`.
void text(std::string_view words, Colour colour, ImFont* font = nullptr);
void muted(std::string_view words);                                  // Explains.
void section(std::string_view words);                                // SMALL CAPITALS above a group.
void paragraph(std::string_view words, Colour colour = 0);           // Wraps at the region's edge.
// Cut with an ellipsis where it does not fit into `width`; the tooltip has the whole.
void fitted(std::string_view words, float width, Colour colour = 0, ImFont* font = nullptr);
std::string shortened(std::string_view words, float width, ImFont* font = nullptr);   // Cut so, for what is drawn.
// What a panel says when it has nothing to show: in its middle, muted.
void empty(std::string_view words);
ImVec2 text_size(std::string_view words, ImFont* font = nullptr);
// Into a draw list, for what is drawn rather than laid out. `align` 0: to the right of `at`, 0.5: around it, 1: to its left.
void draw_text(ImDrawList& list, ImVec2 at, std::string_view words, Colour colour, ImFont* font = nullptr, float align = 0);

// --- Buttons. True when pressed.
struct ButtonLook {
  bool primary = false;     // The one thing to do next.
  bool selected = false;    // Of a row of choices.
  bool enabled = true;
  bool danger = false;
  float width = 0;          // 0: as wide as its words.
};
bool button(std::string_view words, const ButtonLook& how = {}, std::string_view tooltip = {});
enum class Icon { play, pause, step_back, step_forward, message_forward, live, close, check, cross, menu, search, undo, redo, plus, more, fork };
bool icon_button(Icon icon, std::string_view name, const ButtonLook& how = {}, std::string_view tooltip = {});
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, Colour colour);
// Words in a row of which one is chosen: tabs, places. True when another one was chosen.
bool choice(std::string_view id, const std::vector<std::string>& words, std::size_t& chosen);
bool check_box(std::string_view words, bool& on, std::string_view tooltip = {});
bool radio(std::string_view words, bool on, bool enabled = true);

// --- Sliders and fields.
// A thin bar with one knob or two, as wide as the region. `parts`: where they stand, from 0 to 1; they follow the hand that
// holds one. True while one is held.
bool track(std::string_view label, float (&parts)[2], int knobs, std::string_view tooltip = {});
// A label at the left, the value in mono at the right, a track with one knob below. True while it is moved; `released` when
// it was let go after a change.
bool slider(std::string_view label, double& value, double least, double greatest, std::string_view shown, bool logarithmic,
            bool& released, std::string_view tooltip = {});
bool field(std::string_view id, std::string& value, std::string_view hint, float width = 0, bool wrong = false);

// --- Small things.
void chip(std::string_view words, Colour colour);                    // Words in a rounded frame.
void progress(double part, float width, Colour colour = 0);
// So much of a text as a tooltip can hold: one letter too many for a draw list ends the program.
std::string beginning(std::string_view words);
void tooltip(std::string_view words);                                // For the item just drawn, when hovered.
void divider();
void gap(float height = 8);
// The bounds of the present region in pixels of the screen.
ImVec2 region_least();
ImVec2 region_greatest();

}  // namespace window
