// A real window on a display of its own (Xvfb), driven by real mouse and key events (XTest, by xdotool). The window says in a
// file what is on it; tests aim by name and wait for what is so, never for time. Everything is started and ended here, by
// process id, and lives in a folder that goes with the test.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/app/program.h"

namespace window {

// What the window said last: see app/window/state_file.cc.
struct Seen {
  std::map<std::string, std::string> facts;
  struct Box {
    int left, top, right, bottom;
    int x() const { return (left + right) / 2; }
    int y() const { return (top + bottom) / 2; }
  };
  std::map<std::string, Box> boxes;      // The first of each name.
  double number(const std::string& fact) const;
  bool has(const std::string& name) const { return boxes.count(name) > 0; }
};

class Screen {
 public:
  static bool available();               // Xvfb and xdotool are there.
  // Starts `faultline ARGS` with these folders as home; the test's own folder when it is empty.
  explicit Screen(const std::vector<std::string>& arguments, const std::string& home = {});
  ~Screen();

  Seen seen() const;
  // Until it is so; false, with what was seen, when that takes over a minute.
  bool wait(const std::function<bool(const Seen&)>& is_so);
  bool wait_for(const std::string& name);    // Until something of this name is on the window.
  void move(int x, int y);
  void click(int x, int y, int button = 1);
  void click(const std::string& name, int button = 1);
  void drag(const std::vector<std::pair<int, int>>& path, int button = 1);
  void key(const std::string& chord);        // ctrl+k
  void type(const std::string& words);
  bool keyboard(const std::string& layout);  // Another one, as `de`; false: setxkbmap is not here.
  std::string drop(const std::string& uri);  // A file, as a file manager does; says how it went: "finished".
  void kill_it();                            // SIGKILL: as a crash.
  int crash_it();                            // SIGSEGV: as a bug; which signal ended it then, 0: none.
  bool quit();                               // By Ctrl+Q; true: it ended well.
  bool picture(const std::string& path) const;
  const std::string& home() const { return home_; }
  double cpu_seconds() const;                // Of the window's process, so far.

 private:
  int xdotool(const std::vector<std::string>& words) const;
  void button(const char* what, int which);

  program::Folder folder_;
  std::string home_, state_, display_, window_;
  int server_ = -1, program_ = -1;
};

}  // namespace window
