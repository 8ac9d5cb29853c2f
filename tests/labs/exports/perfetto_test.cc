// No reader of Perfetto traces is in Debian: here are the rules by which it takes a file or silently leaves things out
// (json_trace_tokenizer.cc, json_trace_parser_impl.cc, and the format's description).
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "labs/exports/exports.h"
#include "tests/labs/exports/lab_run.h"
#include "tests/labs/record/made_run.h"

namespace exports {
namespace {

using Json = nlohmann::json;
using Track = std::pair<std::int64_t, std::int64_t>;

std::int64_t ns(const Json& microseconds) { return std::llround(microseconds.get<double>() * 1000); }

struct Trace {
  std::string text;
  Json all;
  std::map<std::string, std::size_t> phases;
  std::map<Track, std::vector<std::pair<std::int64_t, std::int64_t>>> slices;   // Begin and end.

  explicit Trace(const std::string& path) {
    std::ifstream in(path);
    text = {std::istreambuf_iterator<char>(in), {}};
    all = Json::parse(text);
    for (const auto& event : all["traceEvents"]) {
      ++phases[event["ph"]];
      if (event["ph"] == "X") slices[track(event)].push_back({ns(event["ts"]), ns(event["ts"]) + ns(event["dur"])});
    }
  }
  static Track track(const Json& event) { return {event["pid"], event["tid"]}; }
  bool in_a_slice(const Json& event) const {
    const auto of_track = slices.find(track(event));
    if (of_track == slices.end()) return false;
    const auto at = ns(event["ts"]);
    return std::any_of(of_track->second.begin(), of_track->second.end(), [&](const auto& s) { return s.first <= at && at <= s.second; });
  }
};

std::string traced(const record::Recording& run, const record::Folder& folder) {
  write(run, {find_format("perfetto"), folder / "a.json"});
  return folder / "a.json";
}

class PerfettoOfLabs : public testing::TestWithParam<const char*> {};

TEST_P(PerfettoOfLabs, KeepToTheReadersRules) {
  const record::Folder folder;
  const auto run = lab_run(GetParam(), 2);
  const Trace trace(traced(*run, folder));
  EXPECT_LT(trace.text.find("displayTimeUnit"), trace.text.find("traceEvents"));
  for (const auto& key : trace.all.items())
    EXPECT_TRUE(key.key() == "displayTimeUnit" || key.key() == "otherData" || key.key() == "traceEvents") << key.key();
  std::map<std::uint64_t, int> begun;
  for (const auto& event : trace.all["traceEvents"]) {
    const std::string phase = event["ph"];
    ASSERT_TRUE(event.contains("pid") && event.contains("tid") && event.contains("name")) << event;
    ASSERT_NE(std::string("MXsfCbei").find(phase), std::string::npos) << event;
    if (phase == "M") continue;
    ASSERT_TRUE(event["ts"].is_number()) << event;
    if (phase == "X") {
      ASSERT_TRUE(event["dur"].is_number()) << event;
    }
    if (phase == "C") {
      for (const auto& value : event["args"]) ASSERT_TRUE(value.is_number()) << event;
    }
    if (phase == "b" || phase == "e") {
      ASSERT_TRUE(event.contains("id") && event.contains("cat")) << event;
    }
    if (phase == "i") {
      ASSERT_TRUE(event["s"] == "t" || event["s"] == "g") << event;
    }
    if (phase == "s" || phase == "f") {
      EXPECT_EQ(event["cat"], "message");
      EXPECT_EQ(event["name"], "message");
    }
    if (phase == "s") {
      ASSERT_EQ(++begun[event["id"]], 1) << event;
    }
    if (phase == "f") {
      ASSERT_EQ(event["bp"], "e");
      ASSERT_EQ(begun.count(event["id"]), 1u) << event;
    }
  }
}

TEST_P(PerfettoOfLabs, SlicesOfATrackNestAndFlowsEndInSlices) {
  const record::Folder folder;
  const auto run = lab_run(GetParam(), 2);
  Trace trace(traced(*run, folder));
  std::size_t flows = 0;
  for (const auto& event : trace.all["traceEvents"])
    if (event["ph"] == "s" || event["ph"] == "f") {
      if (++flows % 97 != 0) continue;   // All of them would take long.
      ASSERT_TRUE(trace.in_a_slice(event)) << event;
    }
  EXPECT_GT(flows, 500u);
  for (auto& [track, slices] : trace.slices) {
    std::stable_sort(slices.begin(), slices.end(), [](const auto& a, const auto& b) { return a.first != b.first ? a.first < b.first : a.second > b.second; });
    std::vector<std::int64_t> ends;
    for (const auto& [begin, end] : slices) {
      while (!ends.empty() && ends.back() <= begin) ends.pop_back();
      ASSERT_TRUE(ends.empty() || end <= ends.back()) << "at " << begin << " of track " << track.first << "/" << track.second;
      ends.push_back(end);
    }
  }
}

TEST_P(PerfettoOfLabs, HoldWhatHappened) {
  const record::Folder folder;
  const auto run = lab_run(GetParam(), 2);
  const Trace trace(traced(*run, folder));
  std::map<record::EventKind, std::size_t> kinds;
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView) { ++kinds[e.kind]; });
  using Kind = record::EventKind;
  const auto count = [&](const char* phase) { const auto it = trace.phases.find(phase); return it == trace.phases.end() ? 0 : it->second; };
  EXPECT_EQ(count("s"), kinds[Kind::send]);
  EXPECT_EQ(count("f"), kinds[Kind::deliver]);
  EXPECT_EQ(count("C"), kinds[Kind::metric]);
  EXPECT_EQ(count("b"), kinds[Kind::invoke]);
  EXPECT_EQ(count("e"), kinds[Kind::complete]);
  std::set<std::string> roles;
  for (const auto& event : trace.all["traceEvents"])
    if (event["ph"] == "X" && event["cat"] == "state") roles.insert(event["name"]);
  EXPECT_GE(roles.size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Export, PerfettoOfLabs, testing::Values("raft-losing-the-leader", "breaker-opens"), [](const auto& lab) {
  std::string name = lab.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(ExportPerfetto, AnEmptyRunIsATraceOfNothing) {
  const record::Folder folder;
  const record::Recording run(record::made_header());
  const Trace trace(traced(run, folder));
  EXPECT_EQ(trace.phases.size(), 1u) << "only names";
}

TEST(ExportPerfetto, NamesOfAnyBytesAreText) {
  const record::Folder folder;
  auto header = record::made_header();
  header.lab = "a \"lab\" \xff", header.nodes[0].name = "S\"1\\";
  record::Recording run(header);
  run.on_name(1, "type \"\n\xfe");
  record::Event event;
  event.id = 1, event.kind = record::EventKind::note, event.node = 1, event.type = 1;
  run.on_event(event, record::bytes_of("a\"b\x01\xff"));
  EXPECT_EQ(Trace(traced(run, folder)).phases.at("i"), 1u);
}

}  // namespace
}  // namespace exports
