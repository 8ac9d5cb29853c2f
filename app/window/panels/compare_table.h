// The tables of a comparison: which rows, what their cells say, what is better and what only different. No ImGui.
#pragma once
#include <string>
#include <vector>

#include "app/library/comparison.h"

namespace window {

struct ComparedCell {
  std::string text;                    // The value with its unit; "-" when this run has none.
  std::string delta;                   // Against the baseline: "+12 %", "-3"; empty: the same, or nothing to compare.
  int sense = 0;                       // 1: better than the baseline, -1: worse, 0: neither.
  bool differs = false;
  std::string exact;                   // For the tooltip.
  std::string csv;                     // Of a number: bare, for a spreadsheet. Empty: there is none.
};
struct ComparedRow {
  std::string name;
  std::vector<ComparedCell> cells;     // By run.
  bool differs = false;
  std::string words;                   // Of a metric, what a person calls it: "Leader elections". Empty: its name is in words.
};

// Numbers of the runs.
std::vector<ComparedRow> figure_rows(const library::Compared& compared, std::size_t baseline);
// What they were made from: lab, world, seed, settings, nodes.
std::vector<ComparedRow> origin_rows(const library::Compared& compared, std::size_t baseline);
// The commands that were given, in their order.
std::vector<ComparedRow> command_rows(const library::Compared& compared, std::size_t baseline);
std::vector<ComparedRow> only_different(std::vector<ComparedRow> rows);

// RFC 4180, for a spreadsheet: the runs' names, then all rows.
std::string table_csv(const library::Compared& compared, const std::vector<ComparedRow>& rows);

}  // namespace window
