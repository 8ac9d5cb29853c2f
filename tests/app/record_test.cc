// Run files: recorded, shown, exported, killed, damaged.
#include <gtest/gtest.h>

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>

#include "program.h"

namespace {

using program::faultline;
using program::Folder;
using program::has;
using program::Ran;

const std::string kLab = "raft-elections";

std::string found(const std::string& text, const char* pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
}

// How many events of a kind `show` counts: `crash    1`.
std::size_t shown(const std::string& text, const std::string& kind) {
  std::string digits = found(text, ("\n" + kind + " +([0-9,]+)\n").c_str());
  std::erase(digits, ',');
  return digits.empty() ? 0 : std::stoul(digits);
}

void sql(const std::string& path, const char* words) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* why = nullptr;
  EXPECT_EQ(sqlite3_exec(db, words, nullptr, nullptr, &why), SQLITE_OK) << (why != nullptr ? why : "");
  sqlite3_close(db);
}

void expect_one_line(const Ran& ran, int code, const std::string& part) {
  EXPECT_EQ(ran.code, code) << ran.out << ran.err;
  EXPECT_EQ(program::lines_of(ran.err).size(), 1u) << ran.err;
  EXPECT_TRUE(has(ran.err, part)) << ran.err;
}

TEST(Record, ShowSaysWhereARunComesFromAndTheSameNumbersAsTheRun) {
  const Folder folder;
  const Ran ran =
      faultline({"run", kLab, "--seed", "9", "--set", "raft.pre_vote=off", "--record", folder / "a.run"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "recorded in " + folder / "a.run"));
  const Ran show = faultline({"show", folder / "a.run"});
  EXPECT_TRUE(has(show.out, "\nbegan 20")) << show.out;
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_TRUE(std::regex_search(
      show.out, std::regex("^faultline [0-9.]+  lab raft-elections  simulated  seed 9  raft.pre_vote=off\n")))
      << show.out;
  EXPECT_TRUE(has(show.out, "servers  raft         5  S1 S2 S3 S4 S5\n")) << show.out;
  EXPECT_TRUE(has(show.out, " s  crash leader\n")) << show.out;
  const char* numbers = R"(\d s  ([\d,]+ .*ms)\n)";
  EXPECT_NE(found(ran.out, numbers), "");
  EXPECT_EQ(found(show.out, numbers), found(ran.out, numbers));
}

TEST(Record, TheSameSeedGivesTheSameDigest) {
  const Folder folder;
  const auto digest = [&](const std::string& name, const char* seed) {
    EXPECT_EQ(faultline({"run", kLab, "--seed", seed, "--record", folder / name}).code, 0);
    return found(faultline({"show", folder / name}).out, "digest ([0-9a-f]{16})");
  };
  const std::string first = digest("a", "4");
  EXPECT_NE(first, "");
  EXPECT_EQ(digest("b", "4"), first);
  EXPECT_NE(digest("c", "5"), first);
}

TEST(Record, ASmallMemoryKeepsTheSameRun) {
  const Folder folder;
  const auto digest = [&](const std::string& name, const char* memory) {
    EXPECT_EQ(faultline({"run", kLab, "--for", "60s", "--memory", memory, "--record", folder / name}).code, 0);
    return found(faultline({"show", folder / name}).out, "digest ([0-9a-f]{16})");
  };
  EXPECT_EQ(digest("small", "4MiB"), digest("large", "512MiB"));
  expect_one_line(faultline({"run", kLab, "--memory", "1"}), 64, "--memory takes a size from 4MiB, not `1`");
}

TEST(Record, BothExportsAgreeWithShowInNumbers) {
  const Folder folder;
  ASSERT_EQ(
      faultline({"run", kLab, "--seed", "2", "--set", "raft.heartbeat=40ms", "--record", folder / "a.run"})
          .code,
      0);
  for (const char* format : {"csv", "json"}) {
    const Ran ran = faultline({"export", folder / "a.run", "--format", format, "--out", folder / format});
    EXPECT_EQ(ran.code, 0) << ran.err;
  }
  const std::string show = faultline({"show", folder / "a.run"}).out;
  const auto json_lines = program::lines_of(program::text_of(folder / "json"));
  const auto csv = program::lines_of(program::text_of(folder / "csv/events.csv"));
  ASSERT_GT(json_lines.size(), 1000u);
  EXPECT_EQ(csv.size(), json_lines.size());
  std::map<std::string, std::size_t> of_json, of_csv;
  for (std::size_t i = 1; i < json_lines.size(); ++i) ++of_json[nlohmann::json::parse(json_lines[i])["kind"]];
  for (std::size_t i = 1; i < csv.size(); ++i) ++of_csv[found(csv[i], R"(^\d+,\d+,([a-z]+),)")];
  EXPECT_EQ(of_json, of_csv);
  for (const auto& [kind, count] : of_json) EXPECT_EQ(shown(show, kind), count) << kind;
}

TEST(Record, AnExportShowsTimersLinksAndSurroundingsAsText) {
  const Folder folder;
  std::ofstream(folder / "script") << "wait 1s\ndelay 1 -> 2 20ms\nskew 2 +180ms\nflap 1 | 2 every 100ms for 200ms\nwait 1s\nmark end\n";
  faultline({"run", kLab, "--script", folder / "script", "--record", folder / "a.run"});
  ASSERT_EQ(faultline({"export", folder / "a.run", "--format", "json", "--out", folder / "json"}).code, 0);
  std::map<std::string, std::vector<nlohmann::json>> of_kind;
  for (const auto& line : program::lines_of(program::text_of(folder / "json")))
    if (const auto event = nlohmann::json::parse(line); event.contains("kind")) of_kind[event["kind"]].push_back(event);
  ASSERT_FALSE(of_kind["arm"].empty());
  EXPECT_NE(found(of_kind["arm"][0]["body"], R"re(^(Armed\{key=\d+ due=\d+))re"), "") << of_kind["arm"][0];
  EXPECT_NE(of_kind["arm"][0]["type"], "");
  ASSERT_GE(of_kind["link"].size(), 5u);
  EXPECT_TRUE(has(of_kind["link"][0]["body"], "LinkFaults{delay=20ms ")) << of_kind["link"][0];
  ASSERT_EQ(of_kind["around"].size(), 1u);
  EXPECT_TRUE(has(of_kind["around"][0]["body"], "Around{skew=180ms ")) << of_kind["around"][0];
  std::string types;
  for (const auto& command : of_kind["command"]) types += std::string(command["type"]) + ",";
  EXPECT_EQ(types, ",,,flap,flap,flap,,");
}

TEST(Record, AnExportSaysAllThatIsNeededToHaveTheRunAgain) {
  const Folder folder;
  ASSERT_EQ(
      faultline({"run", kLab, "--seed", "2", "--set", "raft.heartbeat=40ms", "--record", folder / "a.run"})
          .code,
      0);
  for (const char* format : {"csv", "json"})
    faultline({"export", folder / "a.run", "--format", format, "--out", folder / format});
  const auto head = nlohmann::json::parse(program::lines_of(program::text_of(folder / "json"))[0]);
  EXPECT_EQ(head["lab"], kLab);
  EXPECT_EQ(head["seed"], 2);
  EXPECT_EQ(head["world"], "simulated");
  EXPECT_EQ(head["settings"], nlohmann::json::array({"raft.heartbeat=40ms"}));
  EXPECT_TRUE(head["program"].get<std::string>().starts_with("faultline "));
  const std::string table = program::text_of(folder / "csv/run.csv");
  for (const char* line : {"lab,raft-elections", "seed,2", "world,simulated", "setting,raft.heartbeat=40ms"})
    EXPECT_TRUE(has(table, std::string("\n") + line + "\n")) << table;
  EXPECT_TRUE(has(table, "\nprogram,faultline ")) << table;
}

TEST(Record, ShowSaysHowToHaveTheRunAgain) {
  const Folder folder;
  const auto digest_of = [](const std::string& show) { return found(show, "digest ([0-9a-f]{16})"); };
  // Of a lab that everybody has, and of one that is only in the file; the second broke a promise.
  for (const std::string& lab : {kLab, std::string(SOURCE_DIR) + "/tests/app/broken-promise.md"}) {
    const std::string first = folder / "first.run";
    faultline({"run", lab, "--seed", "6", "--set", "raft.heartbeat=40ms", "--record", first});
    const std::string show = faultline({"show", first}).out;
    EXPECT_EQ(has(show, "\nviolation: Leader Completeness"), lab != kLab) << show;
    program::How how;
    how.folder = folder.path();
    how.environment = {"PATH=" + std::filesystem::path(FAULTLINE_BINARY).parent_path().string() + ":" +
                       ::getenv("PATH")};
    if (const std::string words = found(show, "\nthe lab: (.*)\n"); !words.empty()) {
      EXPECT_NE(lab, kLab);
      EXPECT_EQ(program::run({"sh", "-c", words}, how).code, 0);
    }
    program::run({"sh", "-c", found(show, "\nagain: (.*)\n") + " --record second.run"}, how);
    EXPECT_EQ(digest_of(faultline({"show", folder / "second.run"}).out), digest_of(show)) << show;
    for (const char* name : {"first.run", "second.run"}) std::filesystem::remove(folder / name);
  }
}

TEST(Record, AnExportReplacesNoDevicePipeOrFolder) {
  const Folder folder;
  ASSERT_EQ(faultline({"run", kLab, "--record", folder / "a.run"}).code, 0);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const auto& target : {folder / "pipe", folder.path()})
    expect_one_line(faultline({"export", folder / "a.run", "--format", "json", "--out", target, "--force"}), 73,
                    "it is not a plain file");
  EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
}

TEST(Record, AFileWithBytesChangedAtRandomNeverCrashesAnything) {
  const Folder folder;
  ASSERT_EQ(faultline({"run", kLab, "--record", folder / "a.run"}).code, 0);
  const std::string whole = program::text_of(folder / "a.run");
  std::mt19937 random(7);
  for (int i = 0; i < 25; ++i) {
    std::string bytes = whole;
    for (int n = 1 << (i % 6); n > 0; --n) bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::string path = folder.file("changed", bytes);
    for (const Ran& ran : {faultline({"show", path}), faultline({"check", path})}) {
      EXPECT_TRUE(ran.code <= 2 || ran.code == 65) << i << " " << ran.code << ran.err;
      EXPECT_LE(program::lines_of(ran.err).size(), 1u) << ran.err;
    }
  }
}

TEST(Record, AnExportRefusesToWriteOverAFileUnlessItIsForced) {
  const Folder folder;
  ASSERT_EQ(faultline({"run", kLab, "--record", folder / "a.run"}).code, 0);
  folder.file("out", "mine");
  expect_one_line(faultline({"export", folder / "a.run", "--format", "json", "--out", folder / "out"}), 73,
                  "exists already; --force writes over it");
  EXPECT_EQ(program::text_of(folder / "out"), "mine");
  EXPECT_EQ(faultline({"export", folder / "a.run", "--format", "json", "--out", folder / "out", "--force"}).code, 0);
  EXPECT_TRUE(program::text_of(folder / "out").starts_with("{\"program\""));
}

TEST(Record, APlaceThatCannotBeWrittenIsOneLine) {
  const Folder folder;
  folder.file("there", "mine");
  expect_one_line(faultline({"run", kLab, "--record", "/proc/a.run"}), 73, "/proc/a.run");
  expect_one_line(faultline({"run", kLab, "--record", folder / "no/a.run"}), 73, "No such file or directory");
  expect_one_line(faultline({"run", kLab, "--world", "loopback", "--record", "/proc/a.run"}), 73,
                  "/proc/a.run");
  expect_one_line(faultline({"run", kLab, "--record", folder / "there"}), 73, "there");
  EXPECT_EQ(program::text_of(folder / "there"), "mine");
  ASSERT_EQ(faultline({"run", kLab, "--record", folder / "a.run"}).code, 0);
  expect_one_line(faultline({"export", folder / "a.run", "--format", "json", "--out", "/proc/x"}), 73, "/proc/x");
}

TEST(Record, ARunThatWasKilledCanBeShownCheckedAndExported) {
  const Folder folder;
  const std::string path = folder / "a.run";
  program::How how;
  how.signal = SIGKILL;
  how.when = program::larger_than(path + "-wal", 200'000);
  const Ran ran = faultline({"run", kLab, "--for", "100h", "--speed", "4", "--record", path}, how);
  ASSERT_EQ(ran.code, 128 + SIGKILL);
  const Ran show = faultline({"show", path});
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_GT(shown(show.out, "send"), 100u) << show.out;
  EXPECT_EQ(faultline({"check", path}).out, "linearizable\n");
  EXPECT_EQ(faultline({"export", path, "--format", "json", "--out", folder / "a.csv"}).code, 0);
}

TEST(Record, ADamagedRunFileIsOneClearLine) {
  const Folder folder;
  ASSERT_EQ(faultline({"run", kLab, "--record", folder / "a.run"}).code, 0);
  const std::string whole = program::text_of(folder / "a.run");
  std::string scribbled = whole;
  for (std::size_t i = 40'000; i < 60'000; ++i) scribbled[i] = static_cast<char>(i * 7);
  const std::map<std::string, std::string> damaged = {{"empty", ""},
                                                      {"text", "hello\n"},
                                                      {"half", whole.substr(0, whole.size() / 2)},
                                                      {"scribbled", scribbled},
                                                      {"head", whole.substr(0, 100)}};
  for (const auto& [name, bytes] : damaged) {
    const std::string path = folder.file(name, bytes);
    expect_one_line(faultline({"show", path}), 65, path);
    expect_one_line(faultline({"export", path, "--format", "json", "--out", folder / "out"}), 65, path);
    if (name != "text") expect_one_line(faultline({"check", path}), 65, path);
  }
  expect_one_line(faultline({"show", folder / "nowhere"}), 65, "No such file or directory");
  expect_one_line(faultline({"show", folder.path()}), 65, "not a plain file");
}

TEST(Record, EventsThatCannotBeDecodedAreOneLineOrShownAsMalformed) {
  const Folder folder;
  for (const char* change :
       {"UPDATE events SET body = x'ff' WHERE kind = 10", "UPDATE events SET body = x'ff00ff' WHERE kind = 1",
        "UPDATE events SET kind = 99 WHERE row = 100", "UPDATE events SET node = 4000 WHERE row = 100",
        "UPDATE events SET body = NULL WHERE kind = 11", "UPDATE events SET body = x'ff' WHERE kind = 17"}) {
    const std::string path = folder / "a.run";
    std::filesystem::remove(path);
    ASSERT_EQ(faultline({"run", kLab, "--record", path}).code, 0);
    sql(path, change);
    for (const Ran& ran :
         {faultline({"show", path}), faultline({"export", path, "--format", "json", "--out", folder / "out", "--force"}),
          faultline({"check", path})}) {
      EXPECT_TRUE(ran.code == 0 || ran.code == 65) << change << ran.code << ran.err;
      EXPECT_LE(program::lines_of(ran.err).size(), 1u) << ran.err;
    }
  }
}

}  // namespace
