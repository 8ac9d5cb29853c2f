#include "app/cli/sweep_table.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/plain.h"
#include "app/cli/table.h"

namespace cli {
namespace {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100 * share);
  return text;
}

}  // namespace

std::string sweep_table(const sweep::Grid& grid, const std::vector<sweep::CellSummary>& cells, const std::vector<std::string>& figures) {
  std::vector<std::vector<std::string>> rows{{"cell"}};
  auto& heading = rows.front();
  for (const auto& axis : grid.axes) heading.push_back(plain_line(axis.setting));
  for (const char* name : {"runs", "passed %", "95 % sure", "broken"}) heading.emplace_back(name);
  heading.insert(heading.end(), figures.begin(), figures.end());
  for (const auto& cell : cells) {
    auto& row = rows.emplace_back();
    row.push_back(std::to_string(cell.cell + 1));
    for (const auto& setting : cell.settings) row.push_back(plain_line(setting.substr(setting.find('=') + 1)));
    const sweep::Interval sure = sweep::wilson(cell.passed, cell.runs);
    row.push_back(grouped(cell.runs));
    row.push_back(cell.runs == 0 ? "-" : percent(static_cast<double>(cell.passed) / static_cast<double>(cell.runs)));
    row.push_back(cell.runs == 0 ? "-" : percent(sure.low) + ".." + percent(sure.high));
    row.push_back(grouped(cell.violated));
    for (const auto& figure : cell.figures)
      row.push_back(figure ? rounded(figure->median) + " (" + rounded(figure->p10) + ".." + rounded(figure->p90) + ")" : "-");
  }
  std::string out = table(rows);
  if (!figures.empty()) out += "\nMetrics: the median of the cell's runs (of ten, one is below and one above what stands in brackets).\n";
  return out;
}

std::string sweep_json(const sweep::Grid& grid, const std::vector<sweep::CellSummary>& cells, const std::vector<std::string>& figures) {
  using Json = nlohmann::ordered_json;
  Json json{{"program", grid.program}, {"lab", grid.lab}, {"cells", Json::array()}};
  for (const auto& cell : cells) {
    const sweep::Interval sure = sweep::wilson(cell.passed, cell.runs);
    Json one{{"cell", cell.cell + 1}, {"settings", cell.settings}, {"runs", cell.runs}, {"passed", cell.passed},
             {"passed_low", sure.low}, {"passed_high", sure.high}, {"broken", cell.violated}, {"metrics", Json::object()}};
    for (std::size_t i = 0; i < figures.size(); ++i)
      if (const auto& figure = cell.figures[i])
        one["metrics"][figures[i]] = {{"runs", figure->runs}, {"median", figure->median}, {"p10", figure->p10}, {"p90", figure->p90}};
    json["cells"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cli
