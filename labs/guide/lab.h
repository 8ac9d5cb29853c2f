// A lab: one Markdown file that reads well as a page, runs in the window, and runs headless as a test.
//
//   # Title                          prose, then at most one ```lab and exactly one ```system block
//   ## Step                          prose, and any of:
//   ```do                            commands (labs/world/command.h), also behind `do it for me`
//   ```until                         conditions (condition.h), a line each; all must hold
//   ```ask                           a prediction: the question, then `[ ] choice` or `[x] the right one`, each followed
//                                    by indented lines that explain it
//   ```hint                          words
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "labs/guide/condition.h"
#include "labs/guide/system_toml.h"
#include "labs/world/command.h"

namespace guide {

struct Choice {
  std::string text, explanation;
  bool right = false;
};
struct Ask {
  std::string question;
  std::vector<Choice> choices;
};

struct LabStep {
  std::string title;
  std::string prose;                          // Markdown, without the blocks.
  std::vector<world::ScriptLine> commands;    // `do`
  std::vector<Condition> until;
  std::vector<Ask> asks;
  std::string hint;
};

struct Lab {
  std::string name;      // The file's, without .md.
  std::string title, prose;
  std::string text;      // The whole file.
  // From the `lab` block:
  std::string family = "other";
  std::size_t number = 0;              // Its place in the order that teaches; 0: none.
  std::string summary;                 // One line, for the gallery.
  std::uint64_t seed = 1;              // Unless another is asked for.
  core::Duration limit = std::chrono::seconds(30);  // For each step.
  std::vector<std::string> without;    // Settings that take away what the lab says helps: then it must end badly.
  bool loopback = false;               // Also proved over real sockets.
  world::System system;
  std::vector<LabStep> steps;
};

// Throws BadLab, with the line.
Lab read_lab(std::string name, std::string_view text, const Kinds& kinds);

}  // namespace guide
