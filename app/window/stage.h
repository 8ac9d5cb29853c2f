// An ImGui context without a display: fonts, a look, hands that a program moves, and the pictures that come of it. What is
// drawn on it is somebody else's affair: the whole shell (off_screen.h), or one panel in a test.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "app/window/input.h"
#include "app/window/look.h"
#include "app/window/raster.h"

namespace window {

class Stage {
 public:
  Stage(int width, int height);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // One frame of what `draw` draws, as if so much time had passed.
  void frame(const std::function<void()>& draw, double seconds = 1.0 / 60);   // Ends with ImGui::Render.
  // Frames until nothing that hands did waits any more, and then two: what follows from them is drawn.
  void settle(const std::function<void()>& draw, double seconds = 1.0 / 60);
  Picture picture() const;             // Of the last frame.
  // What was drawn in the last frame, by name; null: it was not.
  const Probe* find(const std::string& name) const;
  const std::vector<Probe>& probes() const { return probes_; }

  Input input;
  float scale = 1;
  const Theme* colours = &dark_theme();

 private:
  Look look_;
  std::vector<Probe> probes_;
};

}  // namespace window
