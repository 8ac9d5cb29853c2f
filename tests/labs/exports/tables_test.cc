// What is exported is what was recorded, as other programs read it: sqlite3's own .import, and a JSON parser.
#include "labs/exports/exports.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "tests/labs/exports/lab_run.h"
#include "tests/labs/record/made_run.h"

namespace exports {
namespace {

namespace fs = std::filesystem;
using namespace record;
using Rows = std::vector<std::vector<std::string>>;

std::string plain(const Recording&, const Event&, core::BytesView body) { return text_of(body); }

std::size_t written(const Recording& recording, const char* format, const std::string& path, bool force = false, Range range = {}) {
  Request request{find_format(format), path, force, range};
  request.body_text = plain;
  return write(recording, request).events;
}

// A run of one note a text.
std::unique_ptr<Recording> noting(const std::vector<std::string>& texts, RunHeader header = made_header()) {
  auto recording = std::make_unique<Recording>(std::move(header));
  tell_names(*recording);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Event event;
    event.at = core::Time(core::Duration(static_cast<std::int64_t>(i) * 1000));
    event.id = i + 1, event.kind = EventKind::note, event.node = 2;
    recording->on_event(event, bytes_of(texts[i]));
  }
  return recording;
}

// What sqlite3 makes of a CSV file; the first row are the names of its columns.
Rows import_csv(const Folder& folder, const std::string& csv) {
  const std::string db_path = folder / "imported.db";
  fs::remove(db_path);
  const std::string command =
      "sqlite3 -csv '" + db_path + "' \".import '" + csv + "' t\" 2>'" + (folder / "complaints") + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(fs::file_size(folder / "complaints"), 0u) << std::ifstream(folder / "complaints").rdbuf();
  Rows rows;
  sqlite3* db = nullptr;
  sqlite3_open(db_path.c_str(), &db);
  sqlite3_stmt* select = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, "SELECT * FROM t ORDER BY rowid", -1, &select, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  const int columns = sqlite3_column_count(select);
  rows.emplace_back();
  for (int i = 0; i < columns; ++i) rows.back().push_back(sqlite3_column_name(select, i));
  while (sqlite3_step(select) == SQLITE_ROW) {
    rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select, i));
      rows.back().emplace_back(text != nullptr ? text : "",
                               static_cast<std::size_t>(sqlite3_column_bytes(select, i)));
    }
  }
  sqlite3_finalize(select);
  sqlite3_close(db);
  return rows;
}

std::vector<nlohmann::json> json_lines(const std::string& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

bool no_sqlite3() { return std::system("command -v sqlite3 >/dev/null 2>&1") != 0; }

TEST(ExportCsv, EveryRowAndColumnIsImportedBySqlite) {
  if (no_sqlite3()) GTEST_SKIP() << "sqlite3 is not installed";
  Folder folder;
  Recording recording(made_header());
  tell_names(recording);
  tell(recording, 0, kChunkRows + 500);
  ASSERT_EQ(written(recording, "csv", folder / "a", false), kChunkRows + 500);
  const Rows rows = import_csv(folder, folder / "a/events.csv");
  ASSERT_EQ(rows.size(), kChunkRows + 501);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"t_ns", "id", "kind", "node", "peer", "type", "ref", "value", "stamp", "body"}));
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const MadeEvent made = made_event(i);
    const auto& row = rows[i + 1];
    ASSERT_EQ(row.size(), 10u);
    ASSERT_EQ(row[0], std::to_string(made.event.at.time_since_epoch().count()));
    ASSERT_EQ(row[1], std::to_string(i + 1));
    ASSERT_EQ(row[2], names(EventKind{})[static_cast<std::size_t>(made.event.kind)]);
    ASSERT_EQ(row[3], "S" + std::to_string(made.event.node));
    ASSERT_EQ(row[4], made.event.peer == core::kNobody ? "" : "S" + std::to_string(made.event.peer));
    ASSERT_EQ(row[5], recording.name(made.event.type));
    ASSERT_EQ(row[6], std::to_string(made.event.ref));
    ASSERT_EQ(std::stod(row[7]), made.event.value) << "to the last bit";
    ASSERT_EQ(row[8], std::to_string(made.event.stamp));
    ASSERT_EQ(row[9], made.body);
  }
  EXPECT_EQ(import_csv(folder, folder / "a/run.csv"),
            (Rows{{"what", "value"}, {"program", "faultline 0.1.0"}, {"lab", "made-up"}, {"world", "simulated"}, {"seed", "7"},
                  {"level", "bodies"}, {"setting", "raft.election_timeout=150ms..300ms"}}));
  EXPECT_EQ(import_csv(folder, folder / "a/nodes.csv").back(), (std::vector<std::string>{"S5", "raft", "servers"}));
}

TEST(ExportCsv, CommasQuotesLinesAndForeignBytesComeThrough) {
  if (no_sqlite3()) GTEST_SKIP() << "sqlite3 is not installed";
  const std::vector<std::string> texts{"a,b",
                                       "\"",
                                       "\"\"\"",
                                       "say \"hi\", then\nleave",
                                       "\n",
                                       "a\r\nb",
                                       "a\rb",
                                       ",",
                                       "",
                                       " spaces ",
                                       "\xff\xfe\x80",
                                       "\xc3\xa9t\xc3\xa9",
                                       "a;b\tc",
                                       "'quoted'",
                                       "\\n",
                                       std::string(100'000, '"'),
                                       "NULL",
                                       "\xf0\x9f\x94\xa5"};
  Folder folder;
  RunHeader header = made_header();
  header.lab = "a \"lab\", or two";
  header.nodes[1].name = "S,2";
  const auto recording = noting(texts, header);
  written(*recording, "csv", folder / "a", false);
  const Rows rows = import_csv(folder, folder / "a/events.csv");
  ASSERT_EQ(rows.size(), texts.size() + 1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(rows[i + 1][9], texts[i]);
    EXPECT_EQ(rows[i + 1][3], "S,2");
  }
}

// Programs that end a text at a NUL would lose what follows it.
TEST(ExportCsv, AZeroByteCutsNothingOff) {
  if (no_sqlite3()) GTEST_SKIP() << "sqlite3 is not installed";
  Folder folder;
  const auto recording = noting({std::string("a\0b,c", 5), "next"});
  written(*recording, "csv", folder / "a", false);
  const Rows rows = import_csv(folder, folder / "a/events.csv");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1][9],
            "a\xef\xbf\xbd"
            "b,c");
  EXPECT_EQ(rows[2][9], "next");
}

TEST(ExportCsv, NoCellIsAFormula) {
  Folder folder;
  const auto recording = noting({"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0,\"x\""});
  written(*recording, "csv", folder / "a", false);
  const Rows rows = no_sqlite3() ? Rows{} : import_csv(folder, folder / "a/events.csv");
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_EQ(rows[i][9][0], '\'') << rows[i][9];
}

TEST(ExportJson, AParserFindsTheHeaderAndEveryEvent) {
  Folder folder;
  RunHeader header = made_header();
  header.seed = 18446744073709551615u;
  Recording recording(header);
  tell_names(recording);
  tell(recording, 0, kChunkRows + 500);
  ASSERT_EQ(written(recording, "json", folder / "a.json", false), kChunkRows + 500);
  const auto lines = json_lines(folder / "a.json");
  ASSERT_EQ(lines.size(), kChunkRows + 501);
  EXPECT_EQ(lines[0]["program"], "faultline 0.1.0");
  EXPECT_EQ(lines[0]["lab"], "made-up");
  EXPECT_EQ(lines[0]["world"], "simulated");
  EXPECT_EQ(lines[0]["seed"].get<std::uint64_t>(), header.seed);
  EXPECT_EQ(lines[0]["level"], "bodies");
  EXPECT_EQ(lines[0]["settings"], nlohmann::json({"raft.election_timeout=150ms..300ms"}));
  ASSERT_EQ(lines[0]["nodes"].size(), 5u);
  EXPECT_EQ(lines[0]["nodes"][4], nlohmann::json({{"name", "S5"}, {"kind", "raft"}, {"group", "servers"}}));
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const MadeEvent made = made_event(i);
    const auto& line = lines[i + 1];
    ASSERT_EQ(line["t_ns"], made.event.at.time_since_epoch().count());
    ASSERT_EQ(line["id"], i + 1);
    ASSERT_EQ(line["kind"], names(EventKind{})[static_cast<std::size_t>(made.event.kind)]);
    ASSERT_EQ(line["node"], "S" + std::to_string(made.event.node));
    ASSERT_EQ(line["peer"], made.event.peer == core::kNobody ? "" : "S" + std::to_string(made.event.peer));
    ASSERT_EQ(line["type"], recording.name(made.event.type));
    ASSERT_EQ(line["ref"], made.event.ref);
    ASSERT_EQ(line["value"].get<double>(), made.event.value);
    ASSERT_EQ(line["body"], made.body);
  }
}

TEST(ExportJson, AnyTextIsOneString) {
  Folder folder;
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  const std::vector<std::string> texts{all, "\"}\n{\"", "\\", "\xc3\xa9 \xf0\x9f\x94\xa5 \xe2\x80\xa8", ""};
  const auto recording = noting(texts);
  written(*recording, "json", folder / "a.json", false);
  const auto lines = json_lines(folder / "a.json");
  ASSERT_EQ(lines.size(), texts.size() + 1);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(lines[i + 1]["body"], texts[i]);
}

TEST(ExportJson, BytesThatAreNoTextAreReplacedOneByOne) {
  Folder folder;
  const std::string replaced = "\xef\xbf\xbd";
  const std::vector<std::pair<std::string, std::string>> texts{
      {"a\xff"
       "b",
       "a" + replaced + "b"},
      {"\xc3", replaced},  // Cut off.
      {"\xc3(", replaced + "("},
      {"\xc0\xaf", replaced + replaced},                 // Too long a form.
      {"\xed\xa0\x80", replaced + replaced + replaced},  // Half of a pair of UTF-16.
      {"\xf4\x90\x80\x80", replaced + replaced + replaced + replaced},
      {"\xe2\x82", replaced + replaced}};
  std::vector<std::string> bodies;
  for (const auto& [body, wanted] : texts) bodies.push_back(body);
  const auto recording = noting(bodies);
  written(*recording, "json", folder / "a.json", false);
  const auto lines = json_lines(folder / "a.json");
  ASSERT_EQ(lines.size(), texts.size() + 1);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(lines[i + 1]["body"], texts[i].second) << i;
}

TEST(Export, EveryNumberIsExactAndWhatIsNoneIsNull) {
  using Limits = std::numeric_limits<double>;
  Folder folder;
  Recording recording(made_header());
  const std::vector<double> values{0,
                                   1.0 / 3,
                                   1e300,
                                   -1e-300,
                                   Limits::denorm_min(),
                                   Limits::max(),
                                   9007199254740993.0,
                                   0.1,
                                   Limits::quiet_NaN(),
                                   Limits::infinity(),
                                   -Limits::infinity()};
  Event event;
  for (const double value : values) {
    ++event.id, event.kind = EventKind::metric, event.value = value;
    recording.on_event(event, {});
  }
  written(recording, "json", folder / "a.json", false);
  written(recording, "csv", folder / "a", false);
  const auto lines = json_lines(folder / "a.json");
  const Rows rows = no_sqlite3() ? Rows(values.size() + 1) : import_csv(folder, folder / "a/events.csv");
  ASSERT_EQ(lines.size(), values.size() + 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i >= values.size() - 3) {
      EXPECT_TRUE(lines[i + 1]["value"].is_null());
      continue;
    }
    EXPECT_EQ(lines[i + 1]["value"].get<double>(), values[i]);
    if (!rows[i + 1].empty()) {
      EXPECT_EQ(std::strtod(rows[i + 1][7].c_str(), nullptr), values[i]);
    }
  }
}

// What the tables say of a lab's run is what its recording says: counted by sqlite3.
TEST(ExportCsv, TheTablesOfALabAgreeWithItsRun) {
  if (no_sqlite3()) GTEST_SKIP() << "sqlite3 is not installed";
  Folder folder;
  const auto run = lab_run("raft-losing-the-leader", 3);
  Request request{find_format("csv"), folder / "a"};
  write(*run, request);
  std::map<EventKind, std::size_t> kinds;
  run->visit(0, run->size(), [&](const Event& e, core::BytesView) { ++kinds[e.kind]; });
  const Rows messages = import_csv(folder, folder / "a/messages.csv");
  std::map<std::string, std::size_t> fates;
  for (std::size_t i = 1; i < messages.size(); ++i) ++fates[messages[i][5]];
  EXPECT_EQ(messages.size() - 1, kinds[EventKind::send]);
  EXPECT_EQ(fates["delivered"], kinds[EventKind::deliver]);
  EXPECT_GT(fates["delivered"], 100u);
  EXPECT_EQ(messages.size() - 1 - fates["delivered"] - fates["on its way"], kinds[EventKind::drop]);
  EXPECT_GT(kinds[EventKind::drop], 0u);
  for (std::size_t i = 1; i < messages.size(); ++i)
    if (messages[i][5] == "delivered") {
      EXPECT_EQ(std::stoll(messages[i][6]) - std::stoll(messages[i][1]), std::stoll(messages[i][7]));
    }
  const Rows operations = import_csv(folder, folder / "a/operations.csv");
  std::size_t ended = 0;
  for (std::size_t i = 1; i < operations.size(); ++i) ended += !operations[i][8].empty();
  EXPECT_EQ(operations.size() - 1, kinds[EventKind::invoke]);
  EXPECT_EQ(ended, kinds[EventKind::complete]);
  EXPECT_GT(ended, 50u);
  EXPECT_EQ(import_csv(folder, folder / "a/metrics.csv").size() - 1, kinds[EventKind::metric]);
  const Rows commands = import_csv(folder, folder / "a/commands.csv");
  EXPECT_EQ(commands.size() - 1, kinds[EventKind::command]);
  EXPECT_EQ(commands[1][1], "partition leader | rest");
}

TEST(Export, ARangeHoldsWhatLiesInItWithBothEnds) {
  Folder folder;
  Recording recording(made_header());
  tell_names(recording);
  tell(recording, 0, 3000);
  const Range range{made_event(300).event.at, made_event(600).event.at};
  EXPECT_EQ(written(recording, "json", folder / "a.json", false, range), 303u);
  const auto lines = json_lines(folder / "a.json");
  EXPECT_EQ(lines[1]["id"], 301);
  EXPECT_EQ(lines.back()["id"], 603);
  EXPECT_EQ(written(recording, "json", folder / "b.json", false,
                       {core::Time::max(), core::Time::max()}),
            0u);
}

TEST(Export, ARunOutOfAFileIsExportedTheSame) {
  Folder folder;
  const auto lab = lab_run("raft-elections", 1);
  Recording recording(lab->header());
  {
    RunStore store(recording, folder / "a.run");
    lab->replay_to(recording);
  }
  const auto opened = open_run(folder / "a.run");
  for (const auto& format : formats()) {
    const std::string name(format.name), file = format.ending.empty() ? "/events.csv" : "";
    written(recording, name.c_str(), folder / (name + "-live"));
    written(*opened, name.c_str(), folder / (name + "-opened"));
    std::ifstream live(folder / (name + "-live" + file)), loaded(folder / (name + "-opened" + file));
    EXPECT_GT(fs::file_size(folder / (name + "-live" + file)), 0u) << name;
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>(live), {}}),
              (std::string{std::istreambuf_iterator<char>(loaded), {}}));
  }
}

TEST(Export, WritesOverNothingUnlessItIsForced) {
  Folder folder;
  const auto recording = noting({"x"});
  std::ofstream(folder / "a.json") << "mine";
  EXPECT_THROW(written(*recording, "json", folder / "a.json"), StoreError);
  std::string kept;
  std::getline(std::ifstream(folder / "a.json") >> std::ws, kept);
  EXPECT_EQ(kept, "mine");
  EXPECT_EQ(written(*recording, "json", folder / "a.json", true), 1u);
  // A link to nowhere is there, too.
  fs::create_symlink(folder / "elsewhere", folder / "link");
  EXPECT_THROW(written(*recording, "json", folder / "link"), StoreError);
  EXPECT_FALSE(fs::exists(folder / "elsewhere"));
  EXPECT_THROW(written(*recording, "json", folder / "no/such/folder"), StoreError);
}

TEST(Export, AFolderIsWrittenOverOnlyWhenNothingElseIsInIt) {
  Folder folder;
  const auto recording = noting({"x"});
  EXPECT_EQ(written(*recording, "csv", folder / "a/"), 1u) << "a slash at the end is how some write folders";
  EXPECT_THROW(written(*recording, "csv", folder / "a"), StoreError);
  EXPECT_EQ(written(*noting({"x", "y"}), "csv", folder / "a", true), 2u);
  std::ofstream(folder / "a/thesis.txt") << "mine";
  EXPECT_THROW(written(*recording, "csv", folder / "a", true), StoreError);
  EXPECT_EQ(fs::file_size(folder / "a/thesis.txt"), 4u);
  EXPECT_TRUE(fs::exists(folder / "a/events.csv"));
  EXPECT_THROW(written(*recording, "json", folder / "a", true), StoreError) << "a file does not take the place of a folder";
  std::ofstream(folder / "file") << "mine";
  EXPECT_THROW(written(*recording, "csv", folder / "file", true), StoreError);
}

TEST(Export, AnExportThatFailsLeavesNeitherHalfAFileNorTheOldOneChanged) {
  Folder folder;
  const auto recording = noting(std::vector<std::string>(1000, std::string(1000, 'x')));
  std::ofstream(folder / "a.json") << "mine";
  {
    const FilesEndAt limit(50'000);
    EXPECT_THROW(written(*recording, "json", folder / "a.json", true), StoreError);
    EXPECT_THROW(written(*recording, "json", folder / "b.json"), StoreError);
    EXPECT_THROW(written(*recording, "csv", folder / "c"), StoreError);
  }
  EXPECT_EQ(fs::file_size(folder / "a.json"), 4u);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 1u);
}

// Somebody's file that happens to have the name of what is written beside the target.
TEST(Export, WhatLiesBesideTheTargetIsNotTouched) {
  Folder folder;
  const auto recording = noting({"x"});
  std::ofstream(folder / "a.json.part") << "mine";
  written(*recording, "json", folder / "a.json");
  EXPECT_EQ(fs::file_size(folder / "a.json.part"), 4u);
}

}  // namespace
}  // namespace exports
