#include "app/window/plot/csv.h"

#include <cmath>

#include "mechanisms/core/text.h"

namespace window {
namespace {

// The shortest decimal that is this number, whatever the locale.
std::string number(double value) {
  std::string out;
  core::TextWriter(out).put(value);
  return out;
}

}  // namespace

std::string csv_cell(const std::string& words) {
  std::string out = words;
  if (!out.empty() && std::string_view("=+-@\t\r").find(out[0]) != std::string_view::npos) out.insert(0, 1, '\'');
  if (out.find_first_of(",\"\n\r") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_of(const FoldedPlot& plot, const std::vector<PlotSource>& sources, const std::vector<std::string>& hidden) {
  std::string unit = plot.unit;
  for (char& c : unit) c = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
  if (!unit.empty()) unit.insert(0, "_");
  const bool single = plot.piece > core::Duration{};
  std::string out = single ? "run,line,t_ns,piece_ns,value" + unit + "\n" : "run,line,t_ns,least" + unit + ",greatest" + unit + ",last" + unit + "\n";
  for (const FoldedLine& line : plot.lines) {
    if (is_hidden(line, sources, hidden)) continue;
    const std::string head = csv_cell(line.source < sources.size() ? sources[line.source].name : "") + "," + csv_cell(line.name) + ",";
    double before = std::nan("");
    for (std::size_t i = 0; i < line.cells.size(); ++i) {
      const Cell& cell = line.cells[i];
      if (std::isnan(cell.last) || (line.stepped && cell.last == before && cell.least == cell.greatest)) continue;
      before = cell.last;
      const core::Time at = line.grid.begin_of(line.grid.first + static_cast<std::int64_t>(i)) + line.shift;
      out += head + std::to_string(at.time_since_epoch().count()) + ",";
      out += single ? std::to_string(line.grid.step.count()) + "," + number(cell.last) : number(cell.least) + "," + number(cell.greatest) + "," + number(cell.last);
      out += "\n";
    }
  }
  return out;
}

}  // namespace window
