// The field in which the shared filter is written, and what is made of it: the last valid one, so that nothing that is
// half written clears a list. Each panel with such a field has one of these; the text is one for all (Selection).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/window/view.h"
#include "labs/timeline/filter.h"

namespace window {

struct FilterBox {
  // Reads the text anew when it, or the run, is another one. True: `filter` is a new one.
  bool update(const View& view, const std::string& text);
  // The field, with its help at the right; `width` for both. What is wrong is said in its tooltip and below it.
  void draw(Selection& selection, float width);
  // Remembers each answer: a picture that moves asks about the same rows in every frame.
  bool shows(std::size_t row, const record::Event& event, core::BytesView body);
  bool on() const { return !filter.everything(); }

  timeline::Filter filter;
  std::optional<timeline::FilterError> error;
  bool focus = false;                  // The keyboard goes to the field when it is drawn next.

 private:
  void draw_help(Selection& selection);

  std::string text_;
  std::uint64_t line_ = 0;
  std::vector<std::uint8_t> answers_;  // By row: 0: not asked yet, 1: no, 2: yes.
};

}  // namespace window
