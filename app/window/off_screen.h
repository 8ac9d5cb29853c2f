// The window without a display: the whole shell on a stage. Tests drive it, `faultline shot` draws with it, the bench
// measures it.
#pragma once
#include <string>

#include "app/window/shell.h"
#include "app/window/stage.h"

namespace window {

class OffScreen {
 public:
  struct Setup {
    int width = 1600, height = 1000;
    float scale = 1;
    std::string theme = "dark";
    Outside outside;
  };
  explicit OffScreen(Setup setup);

  Shell& shell() { return shell_; }
  Stage& stage() { return stage_; }
  void frame(double seconds = 1.0 / 60);
  void settle(double seconds = 1.0 / 60);   // See Stage.
  // Until what is read on other threads is drawn, too; two minutes at most.
  void settle_all();
  const std::string& copied() const { return copied_; }

 private:
  void take_preferences();

  Stage stage_;
  std::string copied_;
  Shell shell_;
};

}  // namespace window
