#include "app/cli/comparison_text.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/plain.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "labs/compare/origin.h"
#include "labs/compare/table.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

using compare::Compared;
using Table = std::vector<std::vector<std::string>>;

// Grows when a field goes or changes its meaning. New fields may come at any time.
constexpr int kComparisonFormat = 1;

bool all_equal(const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(), [&](const auto& value) { return value == values.front(); });
}

std::string runs_text(const Compared& compared) {
  std::string out;
  for (std::size_t i = 0; i < compared.runs.size(); ++i) {
    const compare::Run& run = *compared.runs[i];
    out += sign_of(i) + "  " + plain_line(run.name) + (i == compared.baseline ? ", the baseline" : "") + "\n";
    out += "   " + (run.recording ? origin(run.recording->header()) : plain_line(run.trouble) + "\n");
  }
  return out;
}

std::string origins_text(const Compared& compared, bool all) {
  Table rows{{"made from"}};
  for (std::size_t i = 0; i < compared.runs.size(); ++i) rows[0].push_back(sign_of(i));
  rows[0].emplace_back("");
  for (const auto& origin : compare::origins_of(compared.runs)) {
    if (!all && all_equal(origin.values)) continue;
    auto& row = rows.emplace_back(std::vector<std::string>{plain_line(origin.name)});
    for (const auto& value : origin.values) row.push_back(value.empty() ? "-" : plain_line(value));
    row.push_back(plain_line(origin.help));
  }
  return rows.size() == 1 ? "made from the same: lab, seed, settings\n" : table(rows);
}

std::string commands_text(const Compared& compared, bool all) {
  Table rows{{"time"}};
  for (std::size_t i = 0; i < compared.runs.size(); ++i) rows[0].push_back(sign_of(i));
  rows[0].emplace_back("command");
  std::size_t same = 0;
  for (const auto& given : compare::commands_of(compared.runs)) {
    const bool everywhere = std::all_of(given.in.begin(), given.in.end(), [](bool in) { return in; });
    if (everywhere) ++same;
    if (everywhere && !all) continue;
    auto& row = rows.emplace_back(std::vector<std::string>{seconds(given.at.time_since_epoch())});
    for (const bool in : given.in) row.emplace_back(in ? "x" : "");
    row.push_back(plain_line(given.command));
  }
  if (rows.size() == 1) return same == 0 ? "no commands were given\n" : "the same " + grouped(same) + " commands at the same times\n";
  return table(rows);
}

std::string partings_text(const Compared& compared) {
  std::string out;
  for (std::size_t i = 0; i < compared.parting.size(); ++i) {
    if (i == compared.baseline) continue;
    const compare::Parting& parting = compared.parting[i];
    const std::string both = sign_of(compared.baseline) + " and " + sign_of(i);
    if (!parting.why_not.empty()) {
      out += both + " cannot be compared event by event: " + parting.why_not + "\n";
    } else if (parting.row == timeline::kNone) {
      out += both + " never part: every event is the same\n";
    } else {
      out += both + " part at " + seconds(parting.at.time_since_epoch()) + ", after " + grouped(parting.row) + " events that are the same\n";
      out += "  " + sign_of(compared.baseline) + "  " + plain_line(parting.baseline) + "\n  " + sign_of(i) + "  " + plain_line(parting.other) + "\n";
    }
  }
  return out;
}

std::string percent_text(double was, double is) {
  if (was == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", (is - was) / std::abs(was) * 100);
  return text;
}

const char* sense_word(const compare::Cell& cell) { return cell.sense > 0 ? "better" : cell.sense < 0 ? "worse" : ""; }

std::string figures_text(const Compared& compared, compare::Of of, bool all) {
  auto figures = compare::figure_rows(compared, compared.baseline, of);
  const std::size_t count = figures.size();
  if (!all) figures = compare::only_different(std::move(figures));
  Table rows{{"metric", sign_of(compared.baseline)}};
  for (std::size_t i = 0; i < compared.runs.size(); ++i)
    if (i != compared.baseline)
      for (const std::string& heading : {sign_of(i), std::string("difference"), std::string("percent"), std::string()}) rows[0].push_back(heading);
  for (const auto& figure : figures) {
    auto& row = rows.emplace_back(std::vector<std::string>{plain_line(figure.name)});
    const compare::Cell& base = figure.cells[compared.baseline];
    row.push_back(base.text);
    for (std::size_t i = 0; i < figure.cells.size(); ++i) {
      if (i == compared.baseline) continue;
      const compare::Cell& cell = figure.cells[i];
      row.push_back(cell.text);
      const bool both = base.value && cell.value && cell.differs;
      const double difference = both ? *cell.value - *base.value : 0;
      row.push_back(both ? (difference > 0 ? "+" : "") + compare::number_text(difference, "") : "");
      row.push_back(both ? percent_text(*base.value, *cell.value) : "");
      row.emplace_back(sense_word(cell));
    }
  }
  if (figures.empty()) return count == 0 ? "no numbers\n" : "all " + grouped(count) + " numbers are the same\n";
  return table(rows);
}

std::string moments_text(const Compared& compared) {
  std::string out = "aligned by `" + plain_line(compared.alignment) + "`:";
  for (std::size_t i = 0; i < compared.aligned.size(); ++i)
    out += (i > 0 ? ", " : " ") + sign_of(i) + (compared.aligned[i] ? " at " + seconds(compared.aligned[i]->time_since_epoch()) : " never");
  return out + "\n";
}

Json figures_json(const Compared& compared, compare::Of of) {
  Json all = Json::object();
  for (const auto& figure : compare::figure_rows(compared, compared.baseline, of)) {
    Json one{{"values", Json::array()}, {"differences", Json::array()}, {"verdicts", Json::array()}};
    const auto& base = figure.cells[compared.baseline].value;
    for (const auto& cell : figure.cells) {
      one["values"].push_back(cell.value ? Json(*cell.value) : Json());
      one["differences"].push_back(cell.value && base ? Json(*cell.value - *base) : Json());
      one["verdicts"].push_back(!cell.value || !base ? "unknown" : !cell.differs ? "same" : cell.sense == 0 ? "different" : sense_word(cell));
    }
    all[figure.name] = std::move(one);
  }
  return all;
}

}  // namespace

std::string sign_of(std::size_t run) { return std::string(1, static_cast<char>('A' + run)); }

std::string comparison_text(const Compared& compared, bool all) {
  std::string out = runs_text(compared) + "\n" + origins_text(compared, all) + "\n" + commands_text(compared, all) + "\n" + partings_text(compared) + "\n";
  // Those that never part have no such moment.
  const bool halved = compared.alignment != compare::kAtStart && std::any_of(compared.aligned.begin(), compared.aligned.end(), [](const auto& at) { return at.has_value(); });
  if (compared.alignment != compare::kAtStart) out += moments_text(compared) + "\n";
  if (!halved) return out + figures_text(compared, compare::Of::whole, all);
  return out + "from that moment on\n" + figures_text(compared, compare::Of::after, all) + "\nbefore it\n" +
         figures_text(compared, compare::Of::before, all);
}

Json comparison_json(const Compared& compared) {
  const auto seconds_of = [](core::Time at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); };
  Json json{{"format", kComparisonFormat}, {"baseline", compared.baseline}, {"runs", Json::array()}, {"made_from", Json::object()},
            {"commands", Json::array()}, {"partings", Json::array()}};
  for (const auto& run : compared.runs) {
    json["runs"].push_back({{"name", run->name}, {"path", run->path}});
    if (!run->trouble.empty()) json["runs"].back()["trouble"] = run->trouble;
  }
  for (const auto& origin : compare::origins_of(compared.runs)) json["made_from"][origin.name] = origin.values;
  for (const auto& given : compare::commands_of(compared.runs))
    json["commands"].push_back({{"at_s", seconds_of(given.at)}, {"command", given.command}, {"in", given.in}});
  for (const auto& parting : compared.parting) {
    Json one{{"part", parting.row != timeline::kNone}};
    if (!parting.why_not.empty()) one = {{"why_not", parting.why_not}};
    else if (parting.row != timeline::kNone)
      one.update({{"row", parting.row}, {"at_s", seconds_of(parting.at)}, {"baseline", parting.baseline}, {"other", parting.other}});
    json["partings"].push_back(std::move(one));
  }
  json["aligned_by"] = compared.alignment;
  json["aligned_at_s"] = Json::array();
  for (const auto& at : compared.aligned) json["aligned_at_s"].push_back(at ? Json(seconds_of(*at)) : Json());
  json["metrics"] = figures_json(compared, compare::Of::whole);
  if (compared.alignment != compare::kAtStart) {
    json["metrics_before"] = figures_json(compared, compare::Of::before);
    json["metrics_after"] = figures_json(compared, compare::Of::after);
  }
  return json;
}

}  // namespace cli
