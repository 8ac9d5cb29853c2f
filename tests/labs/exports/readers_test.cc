// Exports before the programs that read them: tshark, dot, promtool, and the rules of those that Debian has not.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "labs/check/linearizability.h"
#include "labs/check/promise.h"
#include "labs/check/read_history.h"
#include "labs/exports/exports.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/exports/lab_run.h"
#include "tests/labs/record/made_run.h"

namespace exports {
namespace {

using record::EventKind;
using record::Folder;

bool is_there(const std::string& program) { return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0; }

struct Answer {
  int status;
  std::string words;
};
Answer asked(const std::string& command) {
  Answer answer{-1, ""};
  std::FILE* out = ::popen((command + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> some;
  for (std::size_t n; (n = std::fread(some.data(), 1, some.size(), out)) > 0;) answer.words.append(some.data(), n);
  answer.status = ::pclose(out);
  return answer;
}
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}
std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
Written exported(const record::Recording& run, const char* format, const std::string& path, Range range = {}) {
  return write(run, {find_format(format), path, false, range});
}
Range seconds(double from, double to) {
  const auto at = [](double s) { return core::Time(core::Duration(static_cast<std::int64_t>(s * 1e9))); };
  return {at(from), at(to)};
}

std::map<EventKind, std::size_t> counted(const record::Recording& run) {
  std::map<EventKind, std::size_t> kinds;
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView) { ++kinds[e.kind]; });
  return kinds;
}

// Names and texts that mean something to some reader.
std::unique_ptr<record::Recording> hostile_run() {
  auto header = record::made_header();
  const std::vector<std::string> evil{"a;b", "end", "x\"y\\z", "<b>&'", "#35; %%{init}%%"};
  for (std::size_t i = 0; i < header.nodes.size(); ++i) header.nodes[i].name = evil[i % evil.size()];
  header.lab = "</script><script>alert(1)</script> \"lab\"";
  auto run = std::make_unique<record::Recording>(header);
  run->on_name(1, "Type;\"<->\\\n#");
  record::Event e;
  for (std::uint32_t i = 1; i <= 40; ++i) {
    e.id = i, e.at = core::Time(core::Duration(i * 1000)), e.type = 1;
    e.node = static_cast<core::NodeId>(1 + i % 5), e.peer = static_cast<core::NodeId>(1 + (i + 1) % 5);
    constexpr EventKind kKinds[] = {EventKind::note, EventKind::send, EventKind::deliver, EventKind::send, EventKind::drop};
    e.kind = kKinds[i % 5];
    e.ref = i - 1;
    if (e.kind == EventKind::deliver) std::swap(e.node, e.peer);
    run->on_event(e, record::bytes_of("; --> end\n\"" + std::to_string(i) + "\x01\xff</script>"));
  }
  return run;
}

TEST(ExportPcapng, TsharkReadsEveryMessageWithItsTimeAddressesAndComment) {
  if (!is_there("tshark")) GTEST_SKIP() << "tshark is not installed";
  Folder folder;
  const auto run = lab_run("raft-losing-the-leader", 3);
  exported(*run, "pcapng", folder / "a.pcapng");
  const auto kinds = counted(*run);
  const auto all = asked("tshark -r " + (folder / "a.pcapng") +
                         " -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields -e frame.time_epoch -e ip.src -e ip.dst -e udp.payload"
                         " -e frame.comment -e ip.checksum.status -e udp.checksum.status");
  EXPECT_EQ(all.status, 0);
  const auto packets = lines_of(all.words);
  ASSERT_EQ(packets.size(), kinds.at(EventKind::send) + kinds.at(EventKind::drop));
  std::size_t row = 0, dropped = 0;
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind != EventKind::send && e.kind != EventKind::drop) return;
    const std::string& line = packets[row++];
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, '\t');) cells.push_back(cell);
    ASSERT_EQ(cells.size(), 7u) << line;
    std::int64_t ns = 0;
    ASSERT_TRUE(core::parse(cells[0].substr(cells[0].find('.') + 1), ns));
    ASSERT_EQ(std::stoll(cells[0]) * 1'000'000'000 + ns, e.at.time_since_epoch().count());
    ASSERT_EQ(cells[5], "1") << "the checksum of IP";
    ASSERT_EQ(cells[6], "1") << "and of UDP";
    if (e.kind == EventKind::send) {
      ASSERT_EQ(cells[1], "10.0.0." + std::to_string(static_cast<std::uint32_t>(e.node)));
      ASSERT_EQ(cells[2], "10.0.0." + std::to_string(static_cast<std::uint32_t>(e.peer)));
      ASSERT_EQ(cells[4], run->name(e.type));
    } else {
      ASSERT_EQ(cells[4], "dropped: " + run->name(e.type));
      ++dropped;
    }
  });
  EXPECT_GT(dropped, 10u);
  EXPECT_NE(asked("capinfos " + (folder / "a.pcapng")).words.find("nanoseconds (9)"), std::string::npos);
}

class MetricsOfLabs : public testing::TestWithParam<const char*> {};

TEST_P(MetricsOfLabs, PromtoolTakesTheRunAndTheSnapshot) {
  if (!is_there("promtool")) GTEST_SKIP() << "prometheus is not installed";
  Folder folder;
  const auto run = lab_run(GetParam(), 3);
  run->began(record::WallTime(std::chrono::hours(24 * 365 * 50)));
  exported(*run, "openmetrics", folder / "a.om");
  const auto blocks = asked("promtool tsdb create-blocks-from openmetrics " + (folder / "a.om") + " " + (folder / "data") + " 2>&1");
  EXPECT_EQ(blocks.status, 0) << blocks.words;
  // BLOCK ULID, MIN TIME, MAX TIME, DURATION, NUM SAMPLES, NUM CHUNKS, NUM SERIES, SIZE
  std::size_t samples = 0, wanted = 0;
  for (const auto& line : lines_of(asked("promtool tsdb list " + (folder / "data")).words)) {
    std::istringstream in(line);
    std::vector<std::string> cells;
    for (std::string cell; in >> cell;) cells.push_back(cell);
    if (cells.size() >= 7 && cells[0] != "BLOCK") samples += std::stoul(cells[cells.size() - 4]);
  }
  for (const auto& line : lines_of(content(folder / "a.om"))) wanted += !line.starts_with("#");
  EXPECT_EQ(samples, wanted);
  EXPECT_GT(wanted, 500u);
  exported(*run, "prometheus", folder / "a.prom");
  const auto check = asked("promtool check metrics <" + (folder / "a.prom") + " 2>&1");
  EXPECT_EQ(check.status, 0) << check.words;
}

INSTANTIATE_TEST_SUITE_P(Export, MetricsOfLabs, testing::Values("raft-losing-the-leader", "cascade-and-recovery", "cache-hit-rate", "live-split"),
                         [](const auto& lab) {
                           std::string name = lab.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ExportDot, DotDrawsIt) {
  if (!is_there("dot")) GTEST_SKIP() << "graphviz is not installed";
  Folder folder;
  const auto run = lab_run("raft-losing-the-leader", 3);
  exported(*run, "dot", folder / "a.dot");
  const auto svg = asked("dot -Tsvg " + (folder / "a.dot"));
  EXPECT_EQ(svg.status, 0);
  for (const auto& node : run->header().nodes) EXPECT_NE(svg.words.find(">" + node.name + ": "), std::string::npos) << node.name;
  EXPECT_NE(svg.words.find(" lost"), std::string::npos);
  exported(*hostile_run(), "dot", folder / "evil.dot");
  const auto evil = asked("dot -Tsvg " + (folder / "evil.dot"));
  EXPECT_EQ(evil.status, 0) << content(folder / "evil.dot");
  EXPECT_NE(evil.words.find("a;b"), std::string::npos);
}

// While a link is cut, nothing comes through: the arrow is dashed. And losses stand at the link on which they were.
TEST(ExportDot, ALinkOnWhichNothingArrivesIsDashed) {
  Folder folder;
  record::Recording run(record::made_header());
  run.on_name(1, "Ping"), run.on_name(2, "partition");
  record::Event e;
  for (std::uint64_t i = 0; i < 6; ++i) {
    e = {};
    e.id = 2 * i + 1, e.kind = EventKind::send, e.type = 1, e.node = 1, e.peer = static_cast<core::NodeId>(2 + i % 2);
    run.on_event(e, {});
    const auto to = e.peer;
    e.ref = e.id, e.id = 2 * i + 2;
    e.kind = to == core::NodeId(2) ? EventKind::deliver : EventKind::drop;
    // A drop is told by the sender's end here, by the receiver's there.
    e.type = e.kind == EventKind::drop ? 2 : 1, e.node = i < 3 && to != core::NodeId(2) ? core::NodeId(1) : to, e.peer = e.node == core::NodeId(1) ? to : core::NodeId(1);
    run.on_event(e, {});
  }
  exported(run, "dot", folder / "a.dot");
  const std::string dot = content(folder / "a.dot");
  EXPECT_NE(dot.find("n1 -> n2 [label=\"3 Ping\"];"), std::string::npos) << dot;
  EXPECT_NE(dot.find("n1 -> n3 [label=\"3 Ping, 3 lost\", style=dashed];"), std::string::npos) << dot;
  EXPECT_EQ(dot.find("n3 -> n1"), std::string::npos);
}

// The rules of Mermaid's own reader of sequence diagrams, as far as our lines go.
TEST(ExportMermaid, EveryLineIsOneThatMermaidReads) {
  Folder folder;
  const auto run = lab_run("raft-losing-the-leader", 3);
  const auto written = exported(*run, "mermaid", folder / "a.mmd", seconds(0, 0.4));
  EXPECT_EQ(written.warning, "");
  exported(*hostile_run(), "mermaid", folder / "evil.mmd");
  const std::regex lax(R"(  (participant n\d+ as .*|n\d+(->>|--x)n\d+: .*|Note over n\d+(,n\d+)?: .*))");
  for (const char* name : {"a.mmd", "evil.mmd"}) {
    const auto lines = lines_of(content(folder / name));
    ASSERT_GT(lines.size(), 20u);
    EXPECT_EQ(lines[0], "sequenceDiagram");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      std::string bare = std::regex_replace(lines[i], std::regex("#\\w+;"), "");
      ASSERT_TRUE(std::regex_match(lines[i], lax)) << lines[i];
      ASSERT_EQ(bare.find_first_of(";#<{}%"), std::string::npos) << lines[i];
    }
  }
  EXPECT_NE(content(folder / "a.mmd").find("->>"), std::string::npos);
  EXPECT_NE(content(folder / "evil.mmd").find("--x"), std::string::npos);
  EXPECT_NE(exported(*run, "mermaid", folder / "b.mmd").warning.find("500 lines"), std::string::npos);
}

// ShiViz's default parser and the checks of its clocks (vectorTimestamp.js, logEvent.js).
struct ShiVizLog {
  std::map<std::string, std::vector<std::map<std::string, std::uint64_t>>> hosts;
  explicit ShiVizLog(const std::string& text) {
    const auto lines = lines_of(text);
    EXPECT_EQ(lines.size() % 2, 0u);
    const std::regex second(R"((\S*) (\{.*\}))");
    for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
      std::smatch parts;
      EXPECT_TRUE(std::regex_match(lines[i + 1], parts, second)) << lines[i + 1];
      if (parts.empty()) return;
      hosts[parts[1]].push_back(nlohmann::json::parse(parts[2].str()));
    }
  }
};

TEST(ExportShiViz, EveryClockKeepsToShiVizsRules) {
  Folder folder;
  const auto run = lab_run("raft-losing-the-leader", 3);
  EXPECT_NE(exported(*run, "shiviz", folder / "whole.log").warning.find("more than 5,000 events"), std::string::npos);
  // In the middle, so that messages arrive that were sent before.
  EXPECT_EQ(exported(*run, "shiviz", folder / "a.log", seconds(1, 1.5)).warning, "");
  exported(*hostile_run(), "shiviz", folder / "evil.log");
  for (const char* name : {"a.log", "evil.log"}) {
    const ShiVizLog log(content(folder / name));
    EXPECT_GE(log.hosts.size(), 3u);
    for (const auto& [host, clocks] : log.hosts) {
      std::map<std::string, std::uint64_t> before;
      for (std::size_t i = 0; i < clocks.size(); ++i) {
        ASSERT_EQ(clocks[i].count(host), 1u) << host;
        ASSERT_EQ(clocks[i].at(host), i + 1) << host;
        for (const auto& [other, count] : clocks[i]) {
          ASSERT_EQ(log.hosts.count(other), 1u) << other;
          ASSERT_LE(count, log.hosts.at(other).size()) << other;
          ASSERT_GE(count, 1u);
          ASSERT_GE(count, before[other]) << "a clock goes back";
          before[other] = count;
        }
      }
    }
  }
}

// What a checker says of a run it says of its history.
TEST(ExportEdn, AHistoryIsJudgedAsItsRun) {
  Folder folder;
  const auto judged = [](const check::History& h) { return check::judge(h, check::Promise::linearizable, check::Model::kv).answer; };
  for (const auto& [lab, wanted] : {std::pair{"raft-losing-the-leader", check::Verdict::Answer::kept}, std::pair{"raft-stale-reads", check::Verdict::Answer::broken}}) {
    const auto run = lab_run(lab, 1);
    const std::string path = folder / (std::string(lab) + ".edn");
    exported(*run, "edn", path);
    const check::History history = check::read_history_file(path);
    EXPECT_EQ(history.operations().size(), counted(*run)[EventKind::invoke]);
    EXPECT_EQ(judged(history), wanted) << lab;
  }
}

TEST(ExportEdn, AnOutcomeThatNobodyKnowsIsInfoAndItsProcessDoesNothingMore) {
  Folder folder;
  const auto run = lab_run("cap-choice", 3);
  std::size_t unknown = 0;
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView body) {
    unknown += e.kind == EventKind::complete && core::decode<core::Completion>(body).outcome == core::Outcome::unknown;
  });
  exported(*run, "edn", folder / "a.edn");
  // As porcupine's tests read it.
  const std::regex invoke(R"x(\{:process (\d+), :type :invoke, :f :(get|put|append), :key "(.*)", :value (nil|".*")\})x");
  const std::regex end(R"x(\{:process (\d+), :type :(ok|fail|info), :f :(get|put|append), :key ".*", :value (nil|".*")\})x");
  std::set<std::string> open, over;
  std::size_t info = 0, nemesis = 0;
  for (const auto& line : lines_of(content(folder / "a.edn"))) {
    std::smatch parts;
    if (line.find(":nemesis") != line.npos) {
      ++nemesis;
    } else if (std::regex_match(line, parts, invoke)) {
      ASSERT_TRUE(open.insert(parts[1]).second) << line;
      ASSERT_EQ(over.count(parts[1]), 0u) << line;
    } else {
      ASSERT_TRUE(std::regex_match(line, parts, end)) << line;
      ASSERT_EQ(open.erase(parts[1]), 1u) << line;
      if (parts[2] == "info") ++info, over.insert(parts[1]);
    }
  }
  EXPECT_EQ(info, unknown);
  EXPECT_GT(unknown, 0u);
  EXPECT_GT(nemesis, 0u);
}

TEST(ExportEdn, ARunWithoutOperationsHasNoHistory) {
  Folder folder;
  EXPECT_THROW(exported(record::Recording(record::made_header()), "edn", folder / "a.edn"), NotThis);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace exports
