#include "labs/compare/table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

#include "labs/compare/better.h"
#include "labs/compare/origin.h"
#include "labs/folds/spec.h"
#include "labs/folds/words.h"
#include "mechanisms/core/text.h"

namespace compare {

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
  if (percent < 0.05) return "~0 %";   // So little is no news: see sense_of().
  if (percent >= 1000)
    std::snprintf(out, sizeof out, "%.0f\u00d7", is / was);
  else
    std::snprintf(out, sizeof out, percent >= 10 ? "%c%.0f %%" : "%c%.1f %%", sign, percent);
  return out;
}

namespace {

std::string exact_number(double value, const std::string& unit) {
  return core::text(value) + (unit.empty() ? std::string() : " " + unit);
}

// What a text says in each run, against the baseline's.
Row text_row(std::string name, const std::vector<std::string>& texts, std::size_t baseline) {
  Row row{std::move(name), {}, false, ""};
  for (const auto& text : texts) {
    Cell cell;
    cell.text = text.empty() ? "-" : text;
    cell.exact = cell.csv = text;
    cell.differs = baseline < texts.size() && text != texts[baseline];
    row.differs = row.differs || cell.differs;
    row.cells.push_back(std::move(cell));
  }
  return row;
}

// As plots call it; `consensus_commit_latency_ms p99` is "Commit latency, p99", `max(consensus_term)` "Term, highest".
std::string words_of(const std::string& figure, const std::vector<folds::MetricInfo>& metrics) {
  std::string name = figure.substr(0, figure.find(' ')), which = figure.substr(std::min(figure.size(), name.size() + 1));
  constexpr std::pair<const char*, const char*> kOfAll[] = {{"max(", "highest"}, {"min(", "lowest"}, {"mean(", "mean"}};
  for (const auto& [of_all, word] : kOfAll)
    if (figure.starts_with(of_all) && figure.ends_with(')')) name = figure.substr(std::strlen(of_all)), name.pop_back(), which = word;
  folds::PlotSpec spec;
  spec.name = name;
  if (folds::find_metric(metrics, spec.name) == nullptr) return "";
  return folds::title_of(spec, metrics) + (which.empty() ? "" : ", " + which);
}

// Of all runs: each has those of its own kinds.
std::vector<folds::MetricInfo> all_metrics(const Compared& compared) {
  std::vector<folds::MetricInfo> all;
  for (const auto& one : compared.runs)
    if (one->line)
      for (folds::MetricInfo& info : folds::metrics_of(*one->line))
        if (folds::find_metric(all, info.name) == nullptr) {
          // Beside a plot stands what is counted. Here it does not, so it stays in the words: elections, not `Leader`.
          if (info.name.ends_with("_total")) info.unit.clear();
          all.push_back(std::move(info));
        }
  return all;
}

const std::vector<Figure>& numbers_of(const Compared& compared, std::size_t run, Of of) {
  static const std::vector<Figure> none;
  if (of == Of::whole) return compared.runs[run]->figures;
  if (run >= compared.halves.size() || !compared.halves[run]) return none;
  return of == Of::before ? compared.halves[run]->before : compared.halves[run]->after;
}

Cell figure_cell(const std::string& name, const Figure* figure, const Figure* base) {
  Cell cell;
  const bool has = figure != nullptr && figure->value.has_value(), base_has = base != nullptr && base->value.has_value();
  cell.text = has ? number_text(*figure->value, figure->unit) : "-";
  cell.exact = has ? name + " = " + exact_number(*figure->value, figure->unit) : "This run has never measured it.";
  cell.csv = has ? core::text(*figure->value) : "";
  if (has) cell.value = figure->value;
  cell.differs = has != base_has || (has && *figure->value != *base->value);
  if (!has || !base_has || !cell.differs) return cell;
  cell.delta = delta_text(*base->value, *figure->value);
  cell.sense = sense_of(better_of(name), *base->value, *figure->value);
  cell.exact += "\nbaseline = " + exact_number(*base->value, base->unit);
  cell.exact += cell.sense > 0 ? "\nbetter" : cell.sense < 0 ? "\nworse" : "";
  return cell;
}

}  // namespace

std::vector<Row> figure_rows(const Compared& compared, std::size_t baseline, Of of) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<const Figure*>> by_name;
  for (std::size_t i = 0; i < compared.runs.size(); ++i)
    for (const Figure& figure : numbers_of(compared, i, of)) {
      auto& row = by_name[figure.name];
      if (row.empty()) names.push_back(figure.name), row.resize(compared.runs.size());
      row[i] = &figure;
    }
  const std::vector<folds::MetricInfo> metrics = all_metrics(compared);
  std::vector<Row> rows;
  for (const auto& name : names) {
    const auto& figures = by_name[name];
    const Figure* const base = baseline < figures.size() ? figures[baseline] : nullptr;
    Row row{name, {}, false, words_of(name, metrics)};
    for (const Figure* figure : figures) {
      row.cells.push_back(figure_cell(name, figure, base));
      row.differs = row.differs || row.cells.back().differs;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> origin_rows(const Compared& compared, std::size_t baseline) {
  std::vector<Row> rows;
  for (const auto& origin : origins_of(compared.runs)) rows.push_back(text_row(origin.name, origin.values, baseline));
  return rows;
}

std::vector<Row> command_rows(const Compared& compared, std::size_t baseline) {
  constexpr std::size_t kMost = 500;
  std::vector<Row> rows;
  for (const auto& given : commands_of(compared.runs)) {
    if (rows.size() == kMost) break;
    std::vector<std::string> texts;
    for (const bool in : given.in) texts.push_back(in ? folds::time_text(given.at) + "  " + given.command : "");
    rows.push_back(text_row(std::to_string(rows.size() + 1), texts, baseline));
  }
  return rows;
}

std::vector<Row> only_different(std::vector<Row> rows) {
  std::erase_if(rows, [](const Row& row) { return !row.differs; });
  return rows;
}

std::string table_csv(const Compared& compared, const std::vector<Row>& rows) {
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

}  // namespace compare
