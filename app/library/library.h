// What is kept between sessions, in the user's data folder: the runs that were recorded, with their names, notes and tags;
// how far each lab was done; preferences. Every file is written beside and renamed, so that a crash leaves the old or the new.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace library {

struct RunEntry {
  std::string path;
  std::string name;                    // Given by a person; else the lab's, with the time.
  std::string lab, world;
  std::uint64_t seed = 0;
  std::int64_t when = 0;               // Seconds since 1970: when its file was last written.
  std::uint64_t bytes = 0;
  std::string note;
  std::vector<std::string> tags;
  bool recording = false;              // A window that still lives writes it.
  bool cut_off = false;                // The window that wrote it is gone without an end: a crash.
  std::string trouble;                 // Why it cannot be read; empty: it can.
};

struct LabProgress {
  std::size_t steps_done = 0, steps = 0;
  std::size_t hints = 0;               // Steps whose hint was asked for.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> answers;   // (step, question) -> choice, of the first try.
  std::size_t right_answers = 0;
  std::int64_t when = 0;               // Of the last change.
};

struct Preferences {
  float scale = 0;                     // 0: as the screen says.
  std::string theme = "dark";
  int width = 1600, height = 1000;
  bool maximized = false;
  float left = 0.206f, right = 0.325f, bottom = 0.40f;   // Parts of the window that the panels take.
  bool stop_at_violation = true;
  std::map<std::string, std::vector<std::string>> plots;  // Which plots a lab shows: see panels/plots.h.
};

}  // namespace library
