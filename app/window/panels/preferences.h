// Ctrl+comma: scale, theme, what stops a run. Every change takes effect at once.
#pragma once
#include "app/library/library.h"
#include "app/window/view.h"

namespace window {

struct PreferencesDialog {
  bool open = false;
  void draw(const library::Preferences& present, Commands& commands);

 private:
  double scale_ = 1;                   // While the slider is held: a window that grows under the hand would run away.
  bool sliding_ = false;
  std::string file_;                   // Of a theme, as it is typed.
  bool filled_ = false;                // It was told what is preferred, once the dialog was opened.
};

}  // namespace window
