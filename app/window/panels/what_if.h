// What if one thing had been otherwise? Here a person says which: another setting, a command left out, another one in its place,
// or one more. The run with that changed is made beside the window, and both are compared.
#pragma once
#include <string>
#include <vector>

#include "app/window/panels/settings_controls.h"
#include "app/window/view.h"

namespace window {

struct WhatIfDialog {
  // Of the run that is looked at. Throws record::BadRun when its commands cannot be read.
  void open(const View& view);
  void close() { *this = {}; }
  bool is_open() const { return open_; }
  void draw(const View& view, Commands& commands);

 private:
  enum class Way : std::uint8_t { setting, leave_out, replace, add };
  struct Setting {
    std::string name;                  // "servers.heartbeat"
    core::SettingInfo info;
    std::string value;                 // In the run, from its beginning on.
  };
  void draw_settings();
  void draw_setting_rows();
  void draw_given();
  void draw_command(const View& view);
  void choose(std::size_t setting);
  std::string refused(const std::string& value) const;   // Why the chosen setting cannot have it.
  // What is to be changed. Nothing: not all is said yet, or `trouble_` says what is wrong with it.
  std::optional<compare::WhatIf> asked(const View& view);

  bool open_ = false;
  Way way_ = Way::setting;
  world::System system_;               // Of the run, to ask whether it can have another setting.
  std::vector<Setting> settings_;
  std::vector<session::Given> given_;
  std::string search_, value_, at_, command_, trouble_;
  std::size_t setting_ = 0, which_ = 0;   // Chosen, from 1; 0: none yet.
  Holding holding_;
};

}  // namespace window
