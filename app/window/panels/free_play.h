// A new experiment from any system: groups of any kind, their settings, who knows whom, links and disks. It fills the
// place while it is open. What it starts is a lab file like any other, which is written first.
#pragma once
#include <functional>
#include <string>

#include "app/window/panels/free_play_lab.h"
#include "app/window/panels/settings_controls.h"
#include "app/window/view.h"

namespace window {

struct FreePlay {
  // A lab file that was written.
  struct Written {
    std::string path, text;
  };
  // Writes a lab file's text where it belongs and says its path; throws why it cannot. `before`: what this experiment was
  // written as before, which it takes the place of; an empty path: it is a new one.
  std::function<std::string(const std::string& text, const Written& before)> save;

  void open();
  bool is_open() const { return open_; }
  // False: it is closed, and drew nothing.
  bool draw(Commands& commands);

  Draft draft;

 private:
  void draw_head();
  void go(bool back);
  void draw_form();
  void draw_group(std::size_t which);
  void draw_group_settings(world::Group& group);
  void draw_links();
  void draw_add();
  void draw_side(Commands& commands);
  bool write(Commands& commands, std::string& path);
  void start(Commands& commands);

  bool open_ = false;
  Written written_;                    // This experiment, as it was written last,
  std::string written_title_;          // under this title: under another one it is another experiment.
  Edits edits_;
  Holding holding_;
  std::size_t settings_of_ = static_cast<std::size_t>(-1);   // The group whose settings are unfolded.
  std::size_t remove_ = static_cast<std::size_t>(-1);        // At the end of the frame.
  bool flaws_open_ = false;
};

}  // namespace window
