// The lab's own words: the step under way, its questions, what it waits for and for how long that has held.
#pragma once
#include "app/library/library.h"
#include "app/window/panels/guide_page.h"
#include "app/window/view.h"

namespace window {

struct Guide {
  void draw(const View& view, const library::LabProgress& progress, Selection& selection, Commands& commands);

 private:
  void draw_head(const GuidePage& page, const View& view);
  void draw_step(const GuidePage& page, const View& view, Commands& commands);
  void draw_question(const GuidePage& page, const GuidePage::Question& question, Commands& commands);
  void draw_goals(const GuidePage& page, const View& view);
  void draw_actions(const GuidePage& page, Commands& commands);
  void draw_ways_back(const GuidePage& page, const View& view, Commands& commands);
  void draw_other_step(const GuidePage& page, const View& view, Commands& commands);
  void draw_ending(const GuidePage& page, const View& view, Commands& commands);

  GuideMemory memory_;
  bool commands_shown_ = false;
  std::size_t last_step_ = 0;          // The one under way in the frame before: a new one is shown from its top.
};

}  // namespace window
