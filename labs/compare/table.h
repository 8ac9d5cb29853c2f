// The tables of a comparison: which rows, what their cells say, what is better and what only different. The window draws
// them, and the command line prints them.
#pragma once
#include <string>
#include <vector>

#include "labs/compare/compared.h"

namespace compare {

struct Cell {
  std::string text;                    // The value with its unit; "-" when this run has none.
  std::string delta;                   // Against the baseline: "+12 %", "-3"; empty: the same, or nothing to compare.
  int sense = 0;                       // 1: better than the baseline, -1: worse, 0: neither.
  bool differs = false;
  std::string exact;                   // For the tooltip.
  std::string csv;                     // Of a number: bare, for a spreadsheet. Empty: there is none.
  std::optional<double> value;         // The number itself.
};
struct Row {
  std::string name;
  std::vector<Cell> cells;             // By run.
  bool differs = false;
  std::string words;                   // Of a metric, what a person calls it: "Leader elections". Empty: its name is in words.
};

// Of the whole runs, or of what was before or after the moment by which they are aligned.
enum class Of : std::uint8_t { whole, before, after };

// Numbers of the runs.
std::vector<Row> figure_rows(const Compared& compared, std::size_t baseline, Of of = Of::whole);
// What they were made from: lab, world, seed, settings, nodes.
std::vector<Row> origin_rows(const Compared& compared, std::size_t baseline);
// The commands that were given, in order of time, each once.
std::vector<Row> command_rows(const Compared& compared, std::size_t baseline);
std::vector<Row> only_different(std::vector<Row> rows);

// A number as a table has it: 1,234  12.3 ms  0.42.
std::string number_text(double value, const std::string& unit);
// From one number to another: "+12 %", "-3", "+20×".
std::string delta_text(double was, double is);

// RFC 4180, for a spreadsheet: the runs' names, then all rows.
std::string table_csv(const Compared& compared, const std::vector<Row>& rows);

}  // namespace compare
