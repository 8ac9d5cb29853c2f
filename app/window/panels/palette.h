// Ctrl+K: finds labs, runs, actions, commands, nodes, metrics, settings and moments by a few letters, and does what was found.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "app/library/library.h"
#include "app/window/actions.h"
#include "imgui.h"

namespace window {

// One thing that can be found. `fill`: choosing it does nothing yet, it completes what is typed.
struct Found {
  std::string title, detail, keys;
  Wish wish;
  std::string fill;
  int score = 0;
};

// How well `typed` is found in `words`: its letters in order, better together, at the beginnings of words, and early.
// 0: not at all.
int match(std::string_view typed, std::string_view words);

// What is found, best first. `runs`: those of the library. `recent`: titles chosen of late, which come first where nothing is typed.
std::vector<Found> find(const std::string& typed, const View* view, const std::vector<guide::Lab>& labs,
                        const std::vector<library::RunEntry>& runs, const std::vector<Action>& actions, const std::deque<std::string>& recent);

class Palette {
 public:
  void open(const std::string& typed = {});
  bool is_open() const { return open_; }
  void draw(const View* view, const std::vector<guide::Lab>& labs, const std::vector<library::RunEntry>& runs,
            const std::vector<Action>& actions, Commands& commands);

 private:
  void choose(const Found& found, Commands& commands);
  void draw_list(ImVec2 at, ImVec2 size, Commands& commands);

  bool open_ = false, just_opened_ = false;
  std::string typed_, searched_;
  std::vector<Found> found_;
  std::size_t picked_ = 0;
  std::deque<std::string> recent_;
};

}  // namespace window
