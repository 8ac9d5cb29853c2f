// What a sweep came to, a row a cell: for people as a table, for programs as JSON.
#pragma once
#include <string>
#include <vector>

#include "labs/sweep/summary.h"

namespace cli {

std::string sweep_table(const sweep::Grid& grid, const std::vector<sweep::CellSummary>& cells, const std::vector<std::string>& figures);
std::string sweep_json(const sweep::Grid& grid, const std::vector<sweep::CellSummary>& cells, const std::vector<std::string>& figures);

}  // namespace cli
