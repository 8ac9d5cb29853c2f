// The whole run in one strip: where much happened, what was done, what is shown, which moment is looked at. A click or a
// drag looks at that moment; the frame is the stretch that plots and diagram show, and can be moved and widened.
#pragma once
#include "app/window/panels/scrubber_fold.h"
#include "app/window/folds.h"
#include "app/window/plot/paint.h"
#include "app/window/view.h"

namespace window {

struct Scrubber {
  void draw(const View& view, Selection& selection, Commands& commands);

 private:
  void use_hands(const View& view, Selection& selection, Commands& commands, const TimeAxis& time, const Area& strip);
  void drag(const View& view, Selection& selection, Commands& commands, const TimeAxis& time);
  void draw_bars(const View& view, const TimeAxis& time, const Area& strip);
  void draw_marks(const View& view, const TimeAxis& time, const Area& strip);
  void draw_flags(const View& view, const TimeAxis& time, const Area& strip);
  void draw_frame(const View& view, const Selection& selection, const TimeAxis& time, const Area& strip);

  Activity activity_;
  Faults faults_;
  Grip grip_ = Grip::none;
  bool moved_ = false;
  float pressed_x_ = 0;
  Stretch pressed_on_;                 // What was shown then,
  TimeAxis pressed_time_;              // and the strip: it must not grow under a hand.
  core::Time sought_ = core::Time::min();   // What was asked for last.
  bool hovered_ = false;
  std::size_t flag_ = static_cast<std::size_t>(-1);   // The bookmark under the mouse.
};

}  // namespace window
