#include "labs/sweep/grid.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "labs/guide/system_toml.h"
#include "mechanisms/core/text.h"

namespace sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

std::string words(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += (out.empty() ? "" : ", ") + one;
  return out;
}

std::string seeds_text(const Grid& grid) { return std::to_string(grid.first_seed) + ".." + std::to_string(grid.last_seed); }

std::string shard_text(const Shard& shard) { return std::to_string(shard.part) + "/" + std::to_string(shard.of); }

void check_size(const Grid& grid) {
  // Before any product is made of it that might not fit.
  std::uint64_t cells = 1;
  for (const auto& axis : grid.axes) {
    cells *= axis.values.size();
    if (cells > kMostCells) throw BadSweep("these settings make more than " + std::to_string(kMostCells) + " cells");
  }
  if (grid.last_seed - grid.first_seed >= kMostRuns || grid.runs() > kMostRuns)
    throw BadSweep("a sweep has at most " + std::to_string(kMostRuns) + " runs");
}

void check_axes(const Grid& grid) {
  for (std::size_t i = 0; i < grid.axes.size(); ++i) {
    const Axis& axis = grid.axes[i];
    for (std::size_t j = 0; j < i; ++j)
      if (grid.axes[j].setting == axis.setting)
        throw BadSweep("`" + axis.setting + "` is given twice; its values go into one list, with commas");
    for (std::size_t v = 0; v < axis.values.size(); ++v)
      if (std::find(axis.values.begin() + static_cast<std::ptrdiff_t>(v) + 1, axis.values.end(), axis.values[v]) != axis.values.end())
        throw BadSweep("`" + axis.setting + "` is to be `" + axis.values[v] + "` twice");
  }
}

}  // namespace

Axis read_axis(const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos)
    throw BadSweep("`" + assignment + "`: expected KIND.SETTING=VALUE,VALUE, such as raft.heartbeat=20ms,50ms");
  Axis axis{assignment.substr(0, equals), {""}};
  for (std::size_t i = equals + 1; i < assignment.size(); ++i) {
    const bool escaped = assignment[i] == '\\' && i + 1 < assignment.size() && assignment[i + 1] == ',';
    if (escaped) axis.values.back() += assignment[++i];
    else if (assignment[i] == ',') axis.values.emplace_back();
    else axis.values.back() += assignment[i];
  }
  return axis;
}

Shard read_shard(const std::string& text) {
  Shard shard;
  const auto slash = text.find('/');
  const bool read = slash != std::string::npos && core::parse(text.substr(0, slash), shard.part) &&
                    core::parse(text.substr(slash + 1), shard.of);
  if (!read || shard.part < 1 || shard.part > shard.of) throw BadSweep("a shard is a part of some, such as 2/4, not `" + text + "`");
  return shard;
}

std::uint64_t Grid::cells() const {
  std::uint64_t all = 1;
  for (const auto& axis : axes) all *= axis.values.size();
  return all;
}

std::vector<std::string> Grid::settings_of(std::uint64_t cell) const {
  std::vector<std::string> all(axes.size());
  for (std::size_t i = axes.size(); i-- > 0; cell /= axes[i].values.size())
    all[i] = axes[i].setting + "=" + axes[i].values[cell % axes[i].values.size()];
  return all;
}

std::vector<world::System> systems_of(const Grid& grid, const guide::Lab& lab) {
  check_axes(grid);
  check_size(grid);
  std::vector<world::System> all;
  for (std::uint64_t cell = 0; cell < grid.cells(); ++cell) {
    all.push_back(lab.system);
    const auto settings = grid.settings_of(cell);
    try {
      guide::apply_settings(all.back(), settings);
    } catch (const guide::BadLab& bad) {
      throw BadSweep(words(settings) + ": " + bad.what());
    }
  }
  return all;
}

std::string grid_text(const Grid& grid, const Shard& shard) {
  Json json{{"faultline_sweep", kFormat}, {"program", grid.program}, {"lab", grid.lab}, {"seeds", seeds_text(grid)},
            {"for", core::text(grid.at_least)}, {"set", Json::array()}, {"shard", shard_text(shard)}};
  for (const auto& axis : grid.axes) json["set"].push_back({{"setting", axis.setting}, {"values", axis.values}});
  json["lab_text"] = grid.lab_text;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void read_grid(const std::string& text, Grid& grid, Shard& shard) {
  try {
    const Json json = Json::parse(text);
    if (json.at("faultline_sweep").get<int>() != kFormat) throw BadSweep("it is of another version of the format");
    grid.program = json.at("program").get<std::string>();
    grid.lab = json.at("lab").get<std::string>();
    grid.lab_text = json.at("lab_text").get<std::string>();
    const auto seeds = json.at("seeds").get<std::string>();
    const auto dots = seeds.find("..");
    const bool read = dots != std::string::npos && core::parse(seeds.substr(0, dots), grid.first_seed) &&
                      core::parse(seeds.substr(dots + 2), grid.last_seed) && grid.first_seed <= grid.last_seed;
    if (!read) throw BadSweep("its seeds are `" + seeds + "`");
    if (!core::parse(json.at("for").get<std::string>(), grid.at_least)) throw BadSweep("its `for` is no duration");
    grid.axes.clear();
    for (const auto& one : json.at("set")) {
      grid.axes.push_back({one.at("setting").get<std::string>(), one.at("values").get<std::vector<std::string>>()});
      if (grid.axes.back().values.empty()) throw BadSweep("`" + grid.axes.back().setting + "` has no values");
    }
    shard = read_shard(json.at("shard").get<std::string>());
  } catch (const Json::exception& error) {
    throw BadSweep(std::string("it is not what a sweep writes: ") + error.what());
  }
  check_axes(grid);
  check_size(grid);
}

std::string difference(const Grid& one, const Grid& other) {
  const auto not_that = [](const std::string& what, const std::string& a, const std::string& b) {
    return what + " `" + a + "`, not `" + b + "`";
  };
  if (one.lab != other.lab) return not_that("its lab is", one.lab, other.lab);
  if (one.first_seed != other.first_seed || one.last_seed != other.last_seed)
    return not_that("its seeds are", seeds_text(one), seeds_text(other));
  if (one.at_least != other.at_least) return not_that("it is for", core::text(one.at_least), core::text(other.at_least));
  if (one.axes != other.axes) {
    const auto set = [](const Grid& grid) {
      std::vector<std::string> all;
      for (const auto& axis : grid.axes) all.push_back(axis.setting + "=" + words(axis.values));
      return words(all);
    };
    return not_that("it sets", set(one), set(other));
  }
  if (one.program != other.program) return not_that("it was made by", one.program, other.program);
  if (one.lab_text != other.lab_text) return "its lab's text is another one";
  return {};
}

}  // namespace sweep
