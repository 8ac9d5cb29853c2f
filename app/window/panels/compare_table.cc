#include "app/window/panels/compare_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>

#include "app/window/folds.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

using library::Better;
using library::Compared;
using library::Figure;

std::string number_text(double value, const std::string& unit) {
  char exact[40];
  if (unit.empty() && value == std::floor(value) && std::abs(value) < 1e15) {
    std::string digits = std::to_string(static_cast<long long>(std::abs(value)));
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
    return (value < 0 ? "-" : "") + digits;
  }
  std::snprintf(exact, sizeof exact, std::abs(value) >= 100 ? "%.0f" : std::abs(value) >= 10 ? "%.1f" : "%.2f", value);
  return exact + (unit.empty() ? "" : unit[0] == '/' ? unit : " " + unit);
}

std::string delta_text(double was, double is) {
  char out[40];
  const char sign = is > was ? '+' : '-';
  // Small counts as they are; the rest in parts of the baseline, of which 0 has none.
  const bool small = was == std::floor(was) && is == std::floor(is) && std::abs(was) < 20 && std::abs(is) < 1000;
  if (small || was == 0) return sign + number_text(std::abs(is - was), "");
  const double percent = std::abs(is - was) / std::abs(was) * 100;
  if (percent >= 1000)
    std::snprintf(out, sizeof out, "%.0f\u00d7", is / was);
  else
    std::snprintf(out, sizeof out, percent >= 10 ? "%c%.0f %%" : percent >= 0.1 ? "%c%.1f %%" : "%c%.2g %%", sign, percent);
  return out;
}

std::string exact_number(double value, const std::string& unit) {
  return core::text(value) + (unit.empty() ? std::string() : " " + unit);
}

// What a text says in each run, against the baseline's.
ComparedRow text_row(std::string name, const std::vector<std::string>& texts, std::size_t baseline) {
  ComparedRow row{std::move(name), {}, false, ""};
  for (const auto& text : texts) {
    ComparedCell cell;
    cell.text = text.empty() ? "-" : text;
    cell.exact = cell.csv = text;
    cell.differs = baseline < texts.size() && text != texts[baseline];
    row.differs = row.differs || cell.differs;
    row.cells.push_back(std::move(cell));
  }
  return row;
}

std::string nodes_text(const record::RunHeader& header) {
  std::map<std::string, int> kinds;
  for (const auto& node : header.nodes) ++kinds[node.kind];
  std::string text;
  for (const auto& [kind, count] : kinds) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
  return text;
}

// As plots call it; `consensus_commit_latency_ms p99` is "Commit latency, p99".
std::string words_of(const std::string& figure, const std::vector<MetricInfo>& metrics) {
  const std::size_t space = figure.find(' ');
  PlotSpec spec;
  spec.name = figure.substr(0, space);
  if (find_metric(metrics, spec.name) == nullptr) return "";
  return title_of(spec, metrics) + (space == std::string::npos ? "" : ", " + figure.substr(space + 1));
}

// Of all runs: each has those of its own kinds.
std::vector<MetricInfo> all_metrics(const Compared& compared) {
  std::vector<MetricInfo> all;
  for (const auto& one : compared.runs)
    if (one->line)
      for (MetricInfo& info : metrics_of(*one->line))
        if (find_metric(all, info.name) == nullptr) {
          // Beside a plot stands what is counted. Here it does not, so it stays in the words: elections, not `Leader`.
          if (info.name.ends_with("_total")) info.unit.clear();
          all.push_back(std::move(info));
        }
  return all;
}

}  // namespace

std::vector<ComparedRow> figure_rows(const Compared& compared, std::size_t baseline) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<const Figure*>> by_name;
  for (std::size_t i = 0; i < compared.runs.size(); ++i)
    for (const Figure& figure : compared.runs[i]->figures) {
      auto& row = by_name[figure.name];
      if (row.empty()) names.push_back(figure.name), row.resize(compared.runs.size());
      row[i] = &figure;
    }
  const std::vector<MetricInfo> metrics = all_metrics(compared);
  std::vector<ComparedRow> rows;
  for (const auto& name : names) {
    const auto& figures = by_name[name];
    const Figure* const base = baseline < figures.size() ? figures[baseline] : nullptr;
    const Better better = library::better_of(name);
    ComparedRow row{name, {}, false, words_of(name, metrics)};
    for (const Figure* figure : figures) {
      ComparedCell cell;
      const bool has = figure != nullptr && figure->value.has_value(), base_has = base != nullptr && base->value.has_value();
      cell.text = has ? number_text(*figure->value, figure->unit) : "-";
      cell.exact = has ? name + " = " + exact_number(*figure->value, figure->unit) : "This run has never measured it.";
      cell.csv = has ? core::text(*figure->value) : "";
      cell.differs = has != base_has || (has && *figure->value != *base->value);
      if (has && base_has && cell.differs) {
        cell.delta = delta_text(*base->value, *figure->value);
        const bool more = *figure->value > *base->value;
        cell.sense = better == Better::neither ? 0 : more == (better == Better::higher) ? 1 : -1;
        cell.exact += "\nbaseline = " + exact_number(*base->value, base->unit);
        cell.exact += cell.sense > 0 ? "\nbetter" : cell.sense < 0 ? "\nworse" : "";
      }
      row.differs = row.differs || cell.differs;
      row.cells.push_back(std::move(cell));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ComparedRow> origin_rows(const Compared& compared, std::size_t baseline) {
  const auto of_each = [&](const std::function<std::string(const record::RunHeader&)>& what) {
    std::vector<std::string> texts;
    for (const auto& one : compared.runs) texts.push_back(one->run ? what(one->run->header()) : "");
    return texts;
  };
  std::vector<ComparedRow> rows{text_row("lab", of_each([](const auto& h) { return h.lab; }), baseline),
                                text_row("world", of_each([](const auto& h) { return h.world; }), baseline),
                                text_row("seed", of_each([](const auto& h) { return std::to_string(h.seed); }), baseline),
                                text_row("nodes", of_each(nodes_text), baseline),
                                text_row("recorded", of_each([](const auto& h) { return std::string(core::name_of(h.level)); }), baseline),
                                text_row("program", of_each([](const auto& h) { return h.program; }), baseline)};
  std::map<std::string, bool> settings;
  const auto split = [](const std::string& setting) {
    const auto at = setting.find('=');
    return at == std::string::npos ? std::pair{setting, std::string("on")} : std::pair{setting.substr(0, at), setting.substr(at + 1)};
  };
  for (const auto& one : compared.runs)
    if (one->run)
      for (const auto& setting : one->run->header().settings) settings[split(setting).first] = true;
  for (const auto& [name, known] : settings)
    rows.push_back(text_row(name, of_each([&, wanted = name](const auto& h) {
      std::string value;                // The last one holds.
      for (const auto& setting : h.settings)
        if (split(setting).first == wanted) value = split(setting).second;
      return value.empty() ? std::string("as the lab says") : value;
    }), baseline));
  return rows;
}

std::vector<ComparedRow> command_rows(const Compared& compared, std::size_t baseline) {
  constexpr std::size_t kMost = 500;
  std::size_t most = 0;
  for (const auto& one : compared.runs) most = std::max(most, one->commands.size());
  std::vector<ComparedRow> rows;
  for (std::size_t i = 0; i < std::min(most, kMost); ++i) {
    std::vector<std::string> texts;
    for (const auto& one : compared.runs)
      texts.push_back(i < one->commands.size() ? time_text(one->commands[i].at) + "  " + one->commands[i].command : "");
    rows.push_back(text_row(std::to_string(i + 1), texts, baseline));
  }
  return rows;
}

std::vector<ComparedRow> only_different(std::vector<ComparedRow> rows) {
  std::erase_if(rows, [](const ComparedRow& row) { return !row.differs; });
  return rows;
}

std::string table_csv(const Compared& compared, const std::vector<ComparedRow>& rows) {
  // As exports do: what a spreadsheet would take for a formula begins with an apostrophe. Numbers keep their sign.
  const auto cell = [](std::string text) {
    char* end = nullptr;
    std::strtod(text.c_str(), &end);
    const bool number = !text.empty() && *end == '\0';
    if (!number && !text.empty() && std::strchr("=+-@\t\r", text[0]) != nullptr) text.insert(text.begin(), '\'');
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
  };
  std::string csv = "name";
  for (const auto& one : compared.runs) csv += "," + cell(one->name);
  csv += "\n";
  for (const auto& row : rows) {
    csv += cell(row.name);
    for (const auto& one : row.cells) csv += "," + cell(one.csv);
    csv += "\n";
  }
  return csv;
}

}  // namespace window
