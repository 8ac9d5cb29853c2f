// The window without its window: places, top bar, panels, and what is done about wishes. It draws into the present ImGui
// context, so that a real window, a picture, a test with made-up hands, and a bench all run the same code.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/library/library.h"
#include "app/window/actions.h"
#include "app/window/bench.h"
#include "app/window/panels/chance.h"
#include "app/window/panels/compare.h"
#include "app/window/panels/sweep.h"
#include "app/window/panels/export_dialog.h"
#include "app/window/panels/free_play.h"
#include "app/window/panels/gallery.h"
#include "app/window/panels/help.h"
#include "app/window/panels/palette.h"
#include "app/window/panels/preferences.h"
#include "app/window/panels/runs.h"
#include "app/window/panels/what_if.h"
#include "app/window/leaving.h"
#include "app/window/opening.h"
#include "app/window/player.h"
#include "app/window/working.h"

namespace window {

// What the shell needs from outside.
struct Outside {
  std::function<void()> wake;                            // Asks for a frame, from any thread.
  std::function<void(const std::string&)> copy;          // To the clipboard.
  std::function<void(bool)> full_screen;
  std::string program;                                   // "faultline 0.1.0"
  library::Folders folders;                              // Where runs, progress and preferences are kept; empty: nowhere.
};

class Shell {
 public:
  explicit Shell(Outside outside);
  ~Shell();

  // One frame, between ImGui::NewFrame and ImGui::Render. `seconds`: since the one before. Never throws: a run that turns
  // out to be damaged where it had not been read yet is closed, with a word about it.
  void draw(double seconds);
  // Something moves or waits: the next frame comes soon. Else only hands bring one.
  bool busy() const;
  bool quit() const { return quit_; }
  // After ImGui::Render: what must see the frame as it was drawn.
  void after_render();
  void wish(Wish wish) { commands_.want(std::move(wish)); }      // Done at the end of the next frame.

  // For the loop around: what the fonts and colours, and the size of the window, should be. Kept when they change.
  library::Preferences preferences;
  const Theme& colours();                                // Of the theme that is preferred; a file's are read once.
  Place place = Place::labs;

  Player* player() { return player_.get(); }             // Null: no run is open.
  Selection& selection() { return selection_; }
  Bench& bench() { return bench_; }
  void only(std::string panel);                          // For pictures: see Bench::only.
  void open(std::unique_ptr<session::Session> session);  // Looks at this one, on the bench.
  void select(const std::string& node);                  // By name: "S1".

 private:
  void draw_frame(double seconds);
  void give_up_run(const std::string& why);
  void draw_top_bar();
  void draw_place();
  void draw_dialogs(double seconds);
  bool dialog_open() const;
  void take_keys();
  void ask(const std::string& dialog);
  void take_from_library();
  void take_gone();
  void keep();
  void keep_steps_done();
  void go_to(Place where);
  void read_labs();
  void compare(const std::vector<std::string>& paths);
  void keep_answer(const Answered& answered);
  void keep_hint(const HintUsed& hint);
  std::string save_lab(const std::string& text, const FreePlay::Written& before) const;
  void remember_plots();
  void remember_look();
  void see_which_run();
  void go_on();
  void put_report_away();
  void look_again(const library::LastLook& last);
  Offers offers() const;
  const library::LabProgress& progress_of(const std::string& lab) const;
  void move_time(double factor, double part);
  void draw_said();
  void draw_work();
  void do_wish(const Wish& wish);
  bool do_library_wish(const Wish& wish);
  void open_lab(const OpenLab& open);
  void open_run(const OpenRun& open);
  void take_opened();
  void export_run(const std::string& path);
  void shrink_run();
  void make_other(const compare::WhatIf& what);
  void take_worked();
  void copy_commands();
  void reopen(bool loopback);
  void begin(session::Origin origin);

  Outside outside_;
  library::Library library_;
  const library::LabProgress no_progress_;
  std::vector<guide::Lab> labs_;
  Gallery gallery_;
  Runs runs_panel_;
  Bench bench_;
  Palette palette_;
  Help help_;
  PreferencesDialog preferences_dialog_;
  FreePlay free_play_;
  ExportDialog export_dialog_;
  Chance chance_;
  WhatIfDialog what_if_;
  Leaving leaving_;                    // Runs that were closed, as long as that takes.
  Compare compare_;
  SweepPage sweep_page_;
  std::string loaded_path_;            // Of the run that was opened last from a file,
  std::string run_path_;               // and of the one that is looked at.
  std::unique_ptr<Opening> opening_;   // A file that is being read,
  std::optional<Seek> after_opening_;  // and the moment to look at then,
  std::optional<library::LastLook> continuing_;   // or all that was looked at before.
  std::unique_ptr<Working> working_;   // Something about the run looked at that takes long.
  std::unique_ptr<Player> player_;
  Selection selection_;
  Commands commands_;
  std::deque<Theme> theme_files_;      // None goes: the present frame may still be drawn in the one before.
  std::string theme_name_ = "dark";    // Of the one that is used.
  const Theme* theme_ = &dark_theme();
  std::string report_;                 // Of a crash that nobody was told of yet.
  std::vector<SavePicture> pictures_;  // To be taken of this frame.
  std::string said_;
  bool said_bad_ = false, quit_ = false, only_ = false, full_screen_ = false;
  double said_until_ = 0, work_began_ = 0, remembered_ = 0;
};

}  // namespace window
