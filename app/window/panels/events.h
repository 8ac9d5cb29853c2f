// The events as a list, filtered; the one picked here is picked everywhere.
#pragma once
#include <optional>

#include "app/window/panels/events_filter.h"
#include "app/window/view.h"
#include "labs/timeline/search.h"

namespace window {

struct Events {
  void draw(const View& view, Selection& selection, Commands& commands);
  // To the next or previous result, from the picked event; from the last moment looked at when there is none.
  void next(const View& view, Selection& selection, Commands& commands) { step(view, selection, commands, true); }
  void previous(const View& view, Selection& selection, Commands& commands) { step(view, selection, commands, false); }
  void find() { filter_.focus = true; }   // The keyboard goes to the filter's field.
  // How many results there are so far.
  std::size_t results() const { return search_ ? search_->size() : 0; }

 private:
  void step(const View& view, Selection& selection, Commands& commands, bool forward);
  void search(const View& view, const Selection& selection);
  void draw_head(const View& view, Selection& selection, Commands& commands);
  void draw_table(const View& view, Selection& selection, Commands& commands);
  void scroll(const View& view, const Selection& selection, double shown);
  void draw_bar(double shown);
  void draw_rows(const View& view, Selection& selection, Commands& commands);
  void draw_row(const View& view, std::size_t row, Selection& selection, Commands& commands);
  void draw_map(const View& view, Selection& selection, float x, float top, float bottom);
  void draw_menu(const View& view, Selection& selection, Commands& commands);
  void copy_results(const View& view, Commands& commands) const;

  FilterBox filter_;
  std::optional<timeline::Search> search_;
  std::uint64_t line_ = 0;             // Which timeline it searches.
  bool done_ = true;                   // All that is known was searched.
  std::size_t seen_row_ = timeline::kNone;   // The picked one, to notice when another panel picks one.
  bool reveal_ = false;                // It is to be scrolled to.
  bool at_end_ = true;                 // The list shows its end, and goes along with it.
  bool hovers_ = false;
  double top_ = 0;                     // The first result that is shown, and how much of it is above: exact for any run.
  float held_ = 0;                     // Where the scrollbar's thumb was taken.
  std::size_t menu_row_ = timeline::kNone;
};

}  // namespace window
