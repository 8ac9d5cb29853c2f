// What can be done with one event, wherever it was right-clicked.
#pragma once
#include <string>

#include "app/window/view.h"

namespace window {

// A line of a menu; true when it was chosen.
bool menu_item(const std::string& words);
// The tooltip of an event: its sentence, when, and its text field by field.
void event_tip(const View& view, std::size_t row);
// A card of lines, of which the first is a heading.
void card_tip(const std::string& words);
void event_menu(const View& view, std::size_t row, Selection& selection, Commands& commands);

}  // namespace window
