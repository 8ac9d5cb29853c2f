// `faultline compare`, `whatif`, `shrink`, `decided` and `among` as a person gives them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "program.h"

namespace {

using nlohmann::json;
using program::faultline;
using program::Folder;
using program::has;
using program::Ran;
using program::text_of;
using program::Words;

// A run of raft-elections whose commands are these, until 4 s.
std::string a_run(const Folder& folder, const std::string& name, const std::string& commands, const Words& more = {}) {
  const std::string script = folder.file(name + ".txt", "mark begin\n" + commands), path = folder / (name + ".run");
  Words words{"run", "raft-elections", "--script", script, "--for", "4s", "--record", path};
  words.insert(words.end(), more.begin(), more.end());
  const Ran ran = faultline(words);
  EXPECT_TRUE(std::filesystem::exists(path)) << ran.out << ran.err;
  return path;
}

// Three servers that forget their logs when they crash: all do.
std::string a_broken_run(const Folder& folder) {
  const std::string script = folder.file("broken.txt", "at 500ms mark one\nat 1s crash all\nat 1.1s skew 3 5ms\nat 1.2s restart all\nat 1.5s mark two\n");
  const std::string path = folder / "broken.run";
  const Ran ran = faultline({"run", SOURCE_DIR "/tests/app/broken-promise.md", "--script", script, "--for", "4s", "--seed", "1", "--record", path});
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "violation: Leader Completeness")) << ran.out;
  return path;
}

json json_of(const Ran& ran) {
  EXPECT_EQ(ran.code, 0) << ran.err;
  return json::parse(ran.out, nullptr, false);
}

void expect_refused(const Words& words, int code, const std::string& part) {
  const Ran ran = faultline(words);
  EXPECT_EQ(ran.code, code) << testing::PrintToString(words) << ran.err;
  EXPECT_EQ(ran.out, "") << testing::PrintToString(words);
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_TRUE(has(ran.err, part)) << ran.err;
}

TEST(CompareCommand, SaysWhatDiffersWhereTheyPartAndEachNumber) {
  const Folder folder;
  const std::string calm = a_run(folder, "calm", ""), cut = a_run(folder, "cut", "at 2s crash leader\n");
  const Ran ran = faultline({"compare", calm, cut});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "made from the same: lab, seed, settings")) << ran.out;
  EXPECT_TRUE(has(ran.out, "A and B part at 2.000 s")) << ran.out;
  EXPECT_TRUE(has(ran.out, "command  crash leader")) << ran.out;
  const auto lines = program::lines_of(ran.out);
  const auto crashes = std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("crashes "); });
  ASSERT_NE(crashes, lines.end()) << ran.out;
  EXPECT_TRUE(has(*crashes, "+1")) << *crashes;
  EXPECT_TRUE(has(*crashes, "worse")) << *crashes;
  EXPECT_FALSE(has(ran.out, "\npromises broken ")) << "it is the same in both";
  EXPECT_TRUE(has(faultline({"compare", calm, cut, "--all"}).out, "\npromises broken "));
  EXPECT_TRUE(has(faultline({"compare", calm, calm}).out, "never part: every event is the same"));
}

TEST(CompareCommand, AsJsonItHasTheDifferencesOfTheNumbers) {
  const Folder folder;
  const std::string calm = a_run(folder, "calm", ""), cut = a_run(folder, "cut", "at 2s crash leader\n"), fast = a_run(folder, "fast", "", {"--set", "raft.heartbeat=20ms"});
  const json all = json_of(faultline({"compare", calm, cut, fast, "--json"}));
  EXPECT_EQ(all["runs"].size(), 3u);
  EXPECT_EQ(all["partings"][1]["at_s"], 2.0);
  EXPECT_EQ(all["metrics"]["crashes"]["differences"], json({0.0, 1.0, 0.0}));
  EXPECT_EQ(all["metrics"]["crashes"]["verdicts"], json({"same", "worse", "same"}));
  EXPECT_EQ(all["made_from"]["raft.heartbeat"][2], "20ms");
  EXPECT_EQ(all["commands"].back()["in"], json({false, true, false}));
}

TEST(CompareCommand, AlignedByAnEventItCountsBeforeAndAfter) {
  const Folder folder;
  const std::string early = a_run(folder, "early", "at 1s crash leader\n"), late = a_run(folder, "late", "at 2s crash leader\n");
  const json all = json_of(faultline({"compare", early, late, "--align", "kind:crash", "--json"}));
  EXPECT_EQ(all["aligned_at_s"], json({1.0, 2.0}));
  EXPECT_EQ(all["metrics_before"]["length"]["values"], json({1.0, 2.0}));
  EXPECT_EQ(all["metrics_after"]["crashes"]["values"], json({1.0, 1.0}));
  const Ran never = faultline({"compare", early, late, "--align", "first partition"});
  EXPECT_TRUE(has(never.out, "aligned by `first partition`: A never, B never")) << never.out;
  expect_refused({"compare", early, late, "--align", "(crash"}, 64, "--align takes `start`, `parting`, `first command`, `first partition` and `leader elected`, or a filter");
}

TEST(CompareCommand, PointsOfASweepAreComparedSeedBySeed) {
  const Folder folder;
  const std::string where = folder / "s";
  ASSERT_EQ(faultline({"sweep", "raft-elections", "--seeds", "1..8", "--set", "raft.election_timeout=150ms..300ms,150ms..152ms", "--keep", "none", "--record", where}).code, 0);
  const Ran ran = faultline({"compare", where});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "Paired t intervals over 8 seeds")) << ran.out;
  EXPECT_TRUE(has(ran.out, "worse")) << ran.out;
  const json all = json_of(faultline({"compare", where + "#2", where + "#1", "--json"}));
  const auto& elections = all[0]["metrics"]["consensus_elections_started_total"];
  EXPECT_EQ(elections["verdict"], "better");
  EXPECT_LT(elections["high"], 0);
  EXPECT_TRUE(has(faultline({"compare", where + "#1", where + "#1", "--all"}).out, "no difference that these seeds can show"));
  expect_refused({"compare", where + "#1"}, 64, "is one point");
  expect_refused({"compare", where, "--align", "first command"}, 64, "--align is for run files");
}

TEST(CompareCommand, WhatCannotBeComparedIsRefusedInWords) {
  const Folder folder;
  const std::string run = a_run(folder, "a", "");
  expect_refused({"compare", run}, 64, "two runs or more");
  expect_refused({"compare", run, folder.path()}, 64, "run files are compared with run files");
  expect_refused({"compare", folder / "none", folder / "neither"}, 64, "compare takes run files, or folders");
  std::filesystem::resize_file(run, 8192);
  expect_refused({"compare", run, run}, 65, "a.run");
}

TEST(WhatIfCommand, OneThingIsChangedAndTheRestIsTheSame) {
  const Folder folder;
  const std::string run = a_run(folder, "a", "at 2s crash leader\n");
  const json more = json_of(faultline({"whatif", run, "--at", "1s", "--do", "partition leader | rest", "--json", "--record", folder / "b.run"}));
  EXPECT_EQ(more["partings"][1]["at_s"], 1.0);
  EXPECT_EQ(more["aligned_at_s"], json({1.0, 1.0})) << "aligned where they part";
  EXPECT_EQ(more["metrics_before"]["operations ok"]["differences"][1], 0.0);
  EXPECT_NE(more["metrics_after"]["messages dropped"]["differences"][1], 0.0);
  EXPECT_EQ(more["change"], "with partition leader | rest at 1s");
  // The changed run is a run like any other.
  EXPECT_EQ(faultline({"replay", folder / "b.run"}).code, 0);
  const json less = json_of(faultline({"whatif", run, "--without", "2", "--json"}));
  EXPECT_EQ(less["partings"][1]["at_s"], 2.0);
  EXPECT_EQ(less["metrics"]["crashes"]["differences"][1], -1.0);
  const json other = json_of(faultline({"whatif", run, "--set", "raft.heartbeat=20ms", "--json"}));
  EXPECT_EQ(other["made_from"]["raft.heartbeat"][1], "20ms");
  EXPECT_LT(other["partings"][1]["at_s"], 1.0);
  const json instead = json_of(faultline({"whatif", run, "--without", "2", "--do", "pause leader", "--json"}));
  EXPECT_EQ(instead["change"], "with pause leader in place of command 2, crash leader");
  EXPECT_EQ(instead["partings"][1]["at_s"], 2.0);
}

TEST(WhatIfCommand, WhatItCannotChangeIsRefusedInWords) {
  const Folder folder;
  const std::string run = a_run(folder, "a", "");
  expect_refused({"whatif", run}, 64, "changes one thing");
  expect_refused({"whatif", run, "--without", "1", "--set", "raft.heartbeat=1ms"}, 64, "changes one thing");
  expect_refused({"whatif", run, "--do", "heal"}, 64, "--do needs --at");
  expect_refused({"whatif", run, "--at", "1s", "--without", "1", "--do", "heal"}, 64, "leave --at out");
  expect_refused({"whatif", run, "--at", "1s", "--set", "raft.heartbeat=20ms"}, 64, "--at belongs to --do");
  expect_refused({"whatif", run, "--at", "1s", "--do", "crahs S1"}, 64, "did you mean `crash`?");
  expect_refused({"whatif", run, "--without", "7"}, 64, "the run has commands 1 to 1");
  expect_refused({"whatif", folder / "none.run", "--without", "7"}, 65, "none.run");
}

TEST(ShrinkCommand, TheScriptItWritesBreaksTheSamePromiseAgain) {
  const Folder folder;
  const std::string run = a_broken_run(folder), out = folder / "short.txt";
  const Ran ran = faultline({"shrink", run, "--out", out, "--record", folder / "short.run"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "broken: Leader Completeness (raft)")) << ran.out;
  EXPECT_TRUE(has(ran.out, "5 commands, of which 2 are needed")) << ran.out;
  const auto script = program::lines_of(text_of(out));
  ASSERT_EQ(script.size(), 3u) << text_of(out);
  EXPECT_TRUE(script[1].ends_with(" crash all")) << script[1];
  EXPECT_TRUE(script[2].ends_with(" restart all")) << script[2];
  // As its last line says, with the lab as the file has it.
  const auto lines = program::lines_of(ran.out);
  const auto again = std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("again: "); });
  ASSERT_NE(again, lines.end()) << ran.out;
  Words words = program::words_of(again->substr(7));
  words.erase(words.begin());
  for (auto& word : words)
    if (word == "lab.md") word = SOURCE_DIR "/tests/app/broken-promise.md";
  const Ran broke = faultline(words);
  EXPECT_EQ(broke.code, 1) << broke.err;
  EXPECT_TRUE(has(broke.out, "violation: Leader Completeness")) << broke.out;
  const Ran shown = faultline({"show", folder / "short.run"});
  EXPECT_TRUE(has(shown.out, "violation: Leader Completeness")) << shown.out;
  EXPECT_EQ(faultline({"replay", folder / "short.run"}).code, 0);
}

TEST(ShrinkCommand, WhereNothingBrokeItSaysSo) {
  const Folder folder;
  expect_refused({"shrink", a_run(folder, "a", "at 1s crash leader\n")}, 2, "no promise is broken");
}

TEST(DecidedCommand, TellsTheShareOfEachMoment) {
  const Folder folder;
  const std::string run = a_broken_run(folder);
  const json all = json_of(faultline({"decided", run, "--seeds", "5", "--points", "4", "--json"}));
  EXPECT_EQ(all["condition"], "violation");
  ASSERT_EQ(all["points"].size(), 4u);
  EXPECT_EQ(all["points"][3]["bad"], 5);
  EXPECT_LT(all["points"][3]["low"], 0.7) << "five seeds say little";
  EXPECT_EQ(all["points"][3]["high"], 1.0);
  EXPECT_EQ(all["decided_s"], 0.0);
  const Ran ran = faultline({"decided", run, "--seeds", "5", "--points", "4"});
  EXPECT_TRUE(has(ran.out, "Decided from the start")) << ran.out;
  expect_refused({"decided", run, "--condition", "no violation"}, 64, "did not end with `no violation`");
}

TEST(AmongCommand, TellsThePlaceAndDrawsWhereItIs) {
  const Folder folder;
  const std::string run = a_run(folder, "a", "at 2s crash leader\n", {"--seed", "3"});
  const Ran ran = faultline({"among", run, "--seeds", "1..12", "--metric", "operations ok"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "among 11 other seeds with the same 2 commands")) << ran.out;
  const std::string mark = "<- this run";
  EXPECT_EQ(ran.out.find(mark), ran.out.rfind(mark)) << "one marker";
  EXPECT_TRUE(has(ran.out, mark)) << ran.out;
  expect_refused({"among", run, "--metric", "client_latenci_ms"}, 64, "did you mean `client_latency_ms`?");
  expect_refused({"among", run, "--seeds", "9..1"}, 64, "--seeds takes A..B");
  expect_refused({"among", run, "--seeds", "3..3"}, 64, "two seeds or more");
}

TEST(RunsOverSockets, CannotBeMadeAgainAndSayWhy) {
  const Folder folder;
  const std::string run = folder / "real.run";
  program::How patient;
  patient.time = std::chrono::seconds(60);
  const Ran ran = faultline({"run", "raft-elections", "--world", "loopback", "--watch-only", "--for", "300ms", "--record", run}, patient);
  ASSERT_TRUE(std::filesystem::exists(run)) << ran.out << ran.err;
  const std::string why = "real time does not come again";
  expect_refused({"whatif", run, "--at", "100ms", "--do", "heal"}, 2, why);
  expect_refused({"shrink", run}, 2, why);
  expect_refused({"decided", run}, 2, why);
  expect_refused({"among", run}, 2, why);
  const Ran both = faultline({"compare", run, run});
  EXPECT_EQ(both.code, 0) << "their numbers can be compared all the same" << both.err;
}

}  // namespace
