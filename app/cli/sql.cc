// `faultline sql RUN 'select ..'`: asks a run file, and writes the answer as a table, CSV or JSON.
#include <algorithm>
#include <iostream>
#include <utility>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/table.h"
#include "labs/ask/ask.h"
#include "labs/ask/cells.h"
#include "labs/exports/texts.h"
#include "labs/record/open_run.h"

namespace cli {
namespace {

using ask::Cell;

constexpr std::size_t kMostRows = 1000, kMostBytes = 120;   // Of a table, and of a cell in it.

// Not in the middle of a letter.
std::string cut(std::string text) {
  if (text.size() <= kMostBytes) return text;
  std::size_t end = kMostBytes;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end) + " ..";
}

class TableRows : public ask::Answer {
 public:
  void columns(const std::vector<std::string>& names) override {
    rows_.emplace_back();
    for (const auto& name : names) rows_[0].push_back(plain_line(name));
  }
  bool row(const std::vector<Cell>& cells) override {
    more_ = rows_.size() > kMostRows;
    if (more_) return false;
    auto& row = rows_.emplace_back();
    for (const Cell& cell : cells) row.push_back(cut(plain_line(ask::cell_text(cell))));
    return true;
  }
  void print() const {
    std::cout << table(rows_);
    if (more_) std::cout << "and more: these are the first " << grouped(kMostRows) << " rows; --csv and --json write all\n";
    if (rows_.size() == 1) std::cout << "no rows\n";
  }

 private:
  std::vector<std::vector<std::string>> rows_;
  bool more_ = false;
};

class CsvRows : public ask::Answer {
 public:
  void columns(const std::vector<std::string>& names) override { row({names.begin(), names.end()}); }
  bool row(const std::vector<Cell>& cells) override {
    line_.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line_ += ',';
      ask::put_csv_cell(line_, cells[i]);
    }
    std::cout << (line_ += '\n');
    return static_cast<bool>(std::cout);
  }

 private:
  std::string line_;
};

// One array, an object a line.
class JsonRows : public ask::Answer {
 public:
  void columns(const std::vector<std::string>& names) override {
    for (const auto& name : names) exports::put_json(names_.emplace_back(), name);
    std::cout << "[";
  }
  bool row(const std::vector<Cell>& cells) override {
    line_ = std::exchange(any_, true) ? ",\n{" : "\n{";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line_ += (i > 0 ? "," : "") + names_[i] + ":";
      ask::put_json_cell(line_, cells[i]);
    }
    std::cout << (line_ += '}');
    return static_cast<bool>(std::cout);
  }
  void end() const { std::cout << (any_ ? "\n]\n" : "]\n"); }

 private:
  std::vector<std::string> names_;
  std::string line_;
  bool any_ = false;
};

void answer(const record::Recording& recording, const SqlArguments& a) {
  ask::Limits limits;
  limits.time = std::chrono::seconds(std::min<std::uint64_t>(a.seconds, 1'000'000));   // A week and a half.
  if (a.csv) {
    CsvRows csv;
    ask::ask(recording, a.question, limits, csv);
  } else if (a.json) {
    JsonRows json;
    ask::ask(recording, a.question, limits, json);
    json.end();
  } else {
    TableRows rows;
    ask::ask(recording, a.question, limits, rows);
    rows.print();
  }
}

}  // namespace

std::string sql_guide() {
  std::string out = "Views:\n";
  std::vector<std::vector<std::string>> columns;
  for (const auto& view : ask::views()) {
    columns.push_back({"  " + std::string(view.name), "", view.says});
    for (const auto& column : view.columns) columns.push_back({"", column.name, column.says});
  }
  out += list(columns) + "\nBesides SQLite's functions there is percentile(x, p), over a group: percentile(latency_ns, 99).\n\nQuestions:\n";
  for (const auto& example : ask::examples()) {
    out += "  " + std::string(example.asks) + "\n    ";
    for (const char* c = example.sql; *c != '\0'; ++c) out += *c == '\n' ? "\n    " : std::string(1, *c);
    out += "\n";
  }
  return out;
}

int sql(const SqlArguments& a) {
  if (a.csv && a.json) return fail(kUsage, "--csv and --json are two forms of an answer: choose one");
  try {
    const auto recording = record::open_run(a.path);
    if (a.question.find_first_not_of(" \t\r\n;") == std::string::npos)
      std::cout << sql_guide();
    else
      answer(*recording, a);
    return kValid;
  } catch (const ask::BadQuestion& bad) {
    return fail(kUsage, bad.what());
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  }
}

}  // namespace cli
