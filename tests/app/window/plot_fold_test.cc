// Folds of series to lines and shapes: what is drawn is what was recorded, whatever the zoom, however long the run.
#include <set>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/window/plot/csv.h"
#include "app/window/folds.h"
#include "tests/app/window/plot_run.h"

namespace window {
namespace {

struct Folding {
  explicit Folding(PlotRun given) : run(std::move(given)) {
    run.make();
    metrics = metrics_of(*run.line);
    sources.push_back({run.line.get(), "this run", {}, {}});
  }
  FoldedPlot fold(const std::string& spec, Stretch shown = {ms(0), ms(10'000)}, float pixels = 400) {
    return fold_plot(*read_spec(spec), metrics, sources, shown, pixels, 4.5f, hidden, columns);
  }
  PlotRun run;
  std::vector<MetricInfo> metrics;
  std::vector<PlotSource> sources;
  std::vector<std::string> hidden;
  Columns columns;
};

TEST(PlotFold, AGaugeIsInForceUntilItChanges) {
  Folding f(PlotRun::usual());
  const auto plot = f.fold("metric consensus_term node=S1");
  ASSERT_EQ(plot.lines.size(), 1u);
  EXPECT_EQ(plot.lines[0].at(ms(3000))->last, 1);
  EXPECT_EQ(plot.lines[0].at(ms(9000))->last, 2);
  EXPECT_EQ(plot.greatest, 2);
  // Where it changed the column has both.
  EXPECT_EQ(plot.lines[0].at(ms(4500))->least, 1);
  EXPECT_EQ(plot.lines[0].at(ms(4500))->greatest, 2);
}

TEST(PlotFold, ANodeThatIsDownHasNoValue) {
  Folding f(PlotRun::usual());
  const auto plot = f.fold("metric consensus_term");
  ASSERT_EQ(plot.lines.size(), 3u);
  EXPECT_FALSE(std::isnan(plot.lines[2].at(ms(6900))->last));
  EXPECT_TRUE(std::isnan(plot.lines[2].at(ms(7500))->last));
  EXPECT_EQ(value_at(plot, plot.lines[2], f.sources[0], name_id(*f.run.recording, "consensus_term"), ms(8000)), "down");
}

TEST(PlotFold, ACounterIsDrawnAsARateAndBeginsAnewWithItsNode) {
  PlotRun run;
  for (int t = 0; t < 100; ++t) run.metric(1, "consensus_proposals_total", t * 100 + 1, t < 50 ? t + 1 : t - 49);
  run.event(10'000, record::EventKind::note, 1);
  Folding f(std::move(run));
  const auto plot = f.fold("metric consensus_proposals_total node=S1", {ms(0), ms(10'000)}, 95);
  ASSERT_EQ(plot.lines.size(), 1u);
  EXPECT_TRUE(plot.rate);
  EXPECT_EQ(plot.piece, std::chrono::milliseconds(500));
  for (const Cell& cell : plot.lines[0].cells)
    if (!std::isnan(cell.last)) { EXPECT_NEAR(cell.last, 10, 0.01); }
  EXPECT_NEAR(f.fold("metric consensus_proposals_total node=S1 total").greatest, 50, 0);
}

TEST(PlotFold, SumAndHighestAreOfAllNodesAtOnce) {
  PlotRun run;
  run.metric(1, "consensus_term", 10, 3).metric(2, "consensus_term", 20, 5).metric(3, "consensus_term", 30, 7).event(5000, record::EventKind::note, 1);
  Folding f(std::move(run));
  EXPECT_EQ(f.fold("metric consensus_term nodes=sum").lines[0].at(ms(3000))->last, 15);
  EXPECT_EQ(f.fold("metric consensus_term nodes=max").lines[0].at(ms(3000))->last, 7);
  EXPECT_EQ(f.fold("metric consensus_term").lines.size(), 3u);
}

TEST(PlotFold, ATimingHasPercentilesAndOnChoiceAllSamples) {
  Folding f(PlotRun::usual());
  const auto plot = f.fold("metric client_latency_ms");
  ASSERT_EQ(plot.lines.size(), 2u);
  EXPECT_NEAR(plot.lines[0].at(ms(5000))->last, 9, 1);
  EXPECT_NEAR(plot.lines[1].at(ms(5000))->last, 14, 0.2);
  const auto samples = f.fold("metric client_latency_ms samples");
  ASSERT_EQ(samples.lines.size(), 1u);
  EXPECT_EQ(samples.least, 5);
  EXPECT_EQ(samples.greatest, 14);
}

TEST(PlotFold, WhatIsHiddenDoesNotStretchTheAxis) {
  PlotRun run;
  run.metric(1, "consensus_term", 10, 3).metric(2, "consensus_term", 20, 5000).event(5000, record::EventKind::note, 1);
  Folding f(std::move(run));
  EXPECT_EQ(f.fold("metric consensus_term").greatest, 5000);
  f.hidden = {"S2"};
  EXPECT_EQ(f.fold("metric consensus_term").greatest, 3);
}

TEST(PlotFold, GoingAlongReadsOnlyWhatIsNew) {
  Folding f(PlotRun::usual());
  f.fold("metric consensus_replication_lag_entries node=S1", {ms(0), ms(4000)});
  const auto before = f.columns.pieces_read();
  EXPECT_GE(before, 260u);
  for (int i = 1; i <= 10; ++i) f.fold("metric consensus_replication_lag_entries node=S1", {ms(10 * i), ms(4000 + 10 * i)});
  EXPECT_LE(f.columns.pieces_read(), before + 20);
}

TEST(PlotFold, AHandThatZoomsALittleReadsNothingAgain) {
  Folding f(PlotRun::usual());
  f.fold("metric consensus_replication_lag_entries node=S1", {ms(0), ms(4000)});
  const auto before = f.columns.pieces_read();
  for (int i = 1; i <= 20; ++i) f.fold("metric consensus_replication_lag_entries node=S1", {ms(i), ms(4000 - 2 * i)});
  EXPECT_EQ(f.columns.pieces_read(), before);
}

TEST(PlotFold, WhileNothingHappensNothingIsReadAgain) {
  Folding f(PlotRun::usual());
  const auto plot = f.fold("metric client_latency_ms");   // Its last piece is not over.
  const auto before = f.columns.pieces_read();
  EXPECT_EQ(f.fold("metric client_latency_ms").greatest, plot.greatest);
  f.fold("metric client_latency_ms", {ms(2000), ms(10'000)}, 320);
  EXPECT_EQ(f.columns.pieces_read(), before);
  // Nor the percentiles of a marked range.
  const auto* info = find_metric(f.metrics, "client_latency_ms");
  const auto range = [&] { return range_text(*read_spec("metric client_latency_ms"), *info, f.sources[0], core::kNobody, -1, ms(0), ms(9000), f.columns); };
  const std::string first = range();
  EXPECT_EQ(first.rfind("p50 ", 0), 0u);
  const auto remembered = f.columns.remembered();
  EXPECT_EQ(range(), first);
  EXPECT_EQ(f.columns.remembered(), remembered);
}

TEST(PlotFold, WhatNobodyAsksForIsForgotten) {
  Folding f(PlotRun::usual());
  f.fold("metric consensus_term");
  f.fold("metric client_latency_ms");
  EXPECT_EQ(f.columns.remembered(), 5u);
  for (int i = 0; i < 100; ++i) {
    f.fold("metric client_latency_ms");
    f.columns.end_frame();
  }
  EXPECT_EQ(f.columns.remembered(), 2u);
}

TEST(PlotFold, WhatIsRememberedIsWhatIsReadAnew) {
  Folding f(PlotRun::usual());
  const std::string spec = "metric consensus_replication_lag_entries node=S2";
  for (const std::int64_t from : {3000, 3013, 2900, 2500, 6000, 3500, 0, 5999, 3000}) {
    const Stretch shown{ms(from), ms(from + 4000)};
    const auto remembered = f.fold(spec, shown);
    Columns fresh;
    const auto anew = fold_plot(*read_spec(spec), f.metrics, f.sources, shown, 400, 4.5f, {}, fresh);
    ASSERT_EQ(remembered.lines[0].cells.size(), anew.lines[0].cells.size());
    for (std::size_t i = 0; i < anew.lines[0].cells.size(); ++i) {
      const Cell &a = remembered.lines[0].cells[i], &b = anew.lines[0].cells[i];
      EXPECT_TRUE((std::isnan(a.last) && std::isnan(b.last)) || (a.least == b.least && a.greatest == b.greatest && a.last == b.last)) << from << " " << i;
    }
  }
}

TEST(PlotFold, ARunLaidOverIsDrawnFromWhereItPartedAndItsDifferenceIsAnArea) {
  Folding f(PlotRun::usual());
  PlotRun other = PlotRun::usual();
  other.metric(1, "consensus_term", 8000, 5);
  other.make();
  f.sources.push_back({other.line.get(), "branch", {}, ms(7000)});
  const auto plot = f.fold("metric consensus_term node=S1");
  ASSERT_EQ(plot.lines.size(), 2u);
  EXPECT_TRUE(std::isnan(plot.lines[1].at(ms(6000))->last));
  EXPECT_EQ(plot.lines[1].at(ms(9000))->last, 5);
  EXPECT_EQ(plot.lines[0].look, plot.lines[1].look);
  Ribbon area;
  TimeAxis time{{ms(0), ms(10'000)}, 0, 400};
  ValueAxis values{0, 5, false, 0, 100};
  shape_difference(plot.lines[0], plot.lines[1], time, values, area);
  ASSERT_EQ(area.begins.size(), 1u);
  EXPECT_NEAR(area.ribs.front().x, 320, 2);
  EXPECT_NEAR(area.ribs.back().x, 400, 2);
}

TEST(PlotFold, AShiftedRunIsDrawnLater) {
  Folding f(PlotRun::usual());
  f.sources.push_back({f.run.line.get(), "again", std::chrono::seconds(2), {}});
  const auto plot = f.fold("metric consensus_term node=S1", {ms(0), ms(12'000)});
  ASSERT_EQ(plot.lines.size(), 2u);
  EXPECT_EQ(plot.lines[0].at(ms(5000))->last, 2);
  EXPECT_EQ(plot.lines[1].at(ms(5000))->last, 1);
  EXPECT_EQ(plot.lines[1].at(ms(7000))->last, 2);
}

TEST(PlotFold, TenMillionSamplesAreAtMostTwoRibsAColumn) {
  record::RunHeader header;
  header.nodes.push_back({1, "S1", "made up", "servers"});
  record::Recording recording(header, std::size_t{2} << 30);
  recording.on_name(1, "depth");
  constexpr std::int64_t kSamples = 10'000'000;
  for (std::int64_t i = 0; i < kSamples; ++i)
    recording.on_event({core::Time(core::Duration(i * 1000)), static_cast<std::uint64_t>(i + 1), record::EventKind::metric, 1, 0, 1, 0, static_cast<double>(i * 7919 % 1000)}, {});
  timeline::Timeline line(recording);
  while (!line.catch_up(std::chrono::seconds(1))) {}
  ASSERT_EQ(line.rows(), static_cast<std::size_t>(kSamples));
  Columns columns;
  const auto plot = fold_plot(*read_spec("metric depth"), metrics_of(line), {{&line, "", {}, {}}}, {ms(0), ms(10'000)}, 400, 4.5f, {}, columns);
  ASSERT_EQ(plot.lines.size(), 1u);
  EXPECT_EQ(plot.least, 0);
  EXPECT_EQ(plot.greatest, 999);
  Ribbon ribbon;
  shape_ribbon(plot.lines[0], {{ms(0), ms(10'000)}, 0, 400}, {0, 1000, false, 0, 100}, 1.6f, ribbon);
  EXPECT_GT(ribbon.ribs.size(), 300u);
  EXPECT_LE(ribbon.ribs.size(), 810u);
}

TEST(PlotShapes, DashesKeepPlaceAndUprightParts) {
  Ribbon line;
  line.begins = {0};
  line.ribs = {{0, 10, 12}, {100, 10, 12}, {100, 2, 12}, {102, 2, 12}, {102, 2, 4}, {200, 2, 4}};
  const Ribbon dash = dashed(line, 5, 5);
  float drawn = 0;
  bool upright = false;
  for (std::size_t s = 0; s < dash.begins.size(); ++s) {
    const std::size_t end = s + 1 < dash.begins.size() ? dash.begins[s + 1] : dash.ribs.size();
    drawn += dash.ribs[end - 1].x - dash.ribs[dash.begins[s]].x;
    for (std::size_t i = dash.begins[s]; i < end; ++i) upright = upright || dash.ribs[i].bottom - dash.ribs[i].top == 10;
  }
  EXPECT_NEAR(drawn, 100, 8);
  EXPECT_TRUE(upright);
}

TEST(PlotRoles, ALeaderWhomAHigherEpochHasOutdoneIsOutdatedFromThenOn) {
  Folding f(PlotRun::usual());
  const auto rows = fold_roles(*f.run.line, "servers", {{ms(0), ms(10'000)}, 0, 400}, ms(9999));
  ASSERT_EQ(rows.size(), 3u);
  std::vector<std::pair<RoleBar::Kind, core::Time>> first;
  for (const auto& bar : rows[0].bars) first.emplace_back(bar.kind, bar.from);
  const auto is = [&](std::size_t i, RoleBar::Kind kind, core::Time from) { return i < first.size() && first[i] == std::pair(kind, from); };
  const std::size_t n = first.size();
  ASSERT_GE(n, 4u);
  EXPECT_TRUE(is(n - 3, RoleBar::Kind::leading, ms(2000)));
  EXPECT_TRUE(is(n - 2, RoleBar::Kind::outdated, ms(4500)));
  EXPECT_TRUE(is(n - 1, RoleBar::Kind::usual, ms(6100)));
  EXPECT_EQ(rows[2].bars.back().kind, RoleBar::Kind::down);
  EXPECT_EQ(rows[2].bars.back().from, ms(7000));
}

TEST(PlotRoles, AHundredThousandSpellsAreNoMoreBarsThanPixels) {
  PlotRun run;
  for (int i = 0; i < 100'000; ++i) run.show(1, i + 1, i % 2 == 0 ? "leader" : "follower", i);
  Folding f(std::move(run));
  const auto rows = fold_roles(*f.run.line, "servers", {{ms(0), ms(100'000)}, 0, 300}, ms(100'000));
  EXPECT_LE(rows[0].bars.size(), 700u);
  EXPECT_GE(rows[0].bars.size(), 100u);
  for (std::size_t i = 1; i < rows[0].bars.size(); ++i) EXPECT_GE(rows[0].bars[i].from, rows[0].bars[i - 1].from);
}

MetricInfo breaker() {
  return {"breaker_state", core::Metric::Kind::gauge, "", "", {core::NodeId(1), core::NodeId(2)}, {"closed", "half open", "open"}};
}

TEST(PlotStates, AGaugeWhoseValuesAreStatesIsAStripOfWhatWasWhen) {
  PlotRun run;
  run.metric(1, "breaker_state", 1000, 0).metric(1, "breaker_state", 3000, 2).metric(1, "breaker_state", 5000, 1).metric(1, "breaker_state", 5500, 0);
  run.event(9000, record::EventKind::note, 1);
  Folding f(std::move(run));
  const auto rows = fold_states(*f.run.line, breaker(), {{ms(0), ms(10'000)}, 0, 400}, ms(9000));
  ASSERT_EQ(rows.size(), 1u);   // Only S1 has ever had one.
  EXPECT_EQ(rows[0].name, "S1");
  ASSERT_EQ(rows[0].bars.size(), 4u);
  using Kind = RoleBar::Kind;
  const std::vector<std::pair<Kind, std::string>> expected{{Kind::usual, "closed"}, {Kind::worst, "open"}, {Kind::other, "half open"}, {Kind::usual, "closed"}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(rows[0].bars[i].kind, expected[i].first) << i;
    EXPECT_EQ(rows[0].bars[i].role, expected[i].second) << i;
  }
  EXPECT_EQ(rows[0].bars[1].from, ms(3000));
  EXPECT_EQ(rows[0].bars[3].to, ms(9000));
  EXPECT_TRUE(role_text(rows[0], rows[0].bars[1]).starts_with("S1: open\n"));
}

TEST(PlotStates, AHundredThousandChangesAreNoMoreBarsThanPixels) {
  PlotRun run;
  for (int i = 0; i < 100'000; ++i) run.metric(1, "breaker_state", i + 1, i % 3);
  Folding f(std::move(run));
  const auto rows = fold_states(*f.run.line, breaker(), {{ms(0), ms(100'000)}, 0, 300}, ms(100'000));
  EXPECT_LE(rows[0].bars.size(), 700u);
  EXPECT_GE(rows[0].bars.size(), 100u);
}

TEST(PlotFaults, APartitionLastsUntilAllIsHealedAndACrashUntilTheRestart) {
  Folding f(PlotRun::usual());
  Faults faults;
  faults.read(*f.run.line);
  const auto bands = faults.bands(*f.run.line, {{ms(0), ms(10'000)}, 0, 400}, ms(9999));
  ASSERT_EQ(bands.size(), 2u);
  EXPECT_EQ(bands[0].what, Band::What::cut);
  EXPECT_EQ(bands[0].from, ms(4000));
  EXPECT_EQ(bands[0].to, ms(6000));
  EXPECT_EQ(bands[1].what, Band::What::down);
  EXPECT_EQ(bands[1].to, core::Time::max());
}

TEST(PlotFaults, EachCutLastsUntilItsOwnLinksAreHealed) {
  PlotRun run;
  run.command(1000, "partition S1 | S2").cut(1000, true).command(2000, "partition S3 | S1").cut(2000, true, 3, 1);
  run.command(3000, "heal S1 | S2").cut(3000, false).command(5000, "heal").cut(5000, false, 3, 1).event(8000, record::EventKind::note, 1);
  Folding f(std::move(run));
  Faults faults;
  faults.read(*f.run.line);
  const auto bands = faults.bands(*f.run.line, {{ms(0), ms(10'000)}, 0, 400}, ms(8000));
  ASSERT_EQ(bands.size(), 2u);
  EXPECT_EQ(bands[0].to, ms(3000)) << "the other cut is none of its";
  EXPECT_EQ(bands[1].to, ms(5000));
}

TEST(PlotFaults, ALinkFaultEndsWhenItIsSwitchedOff) {
  PlotRun run;
  run.command(1000, "loss S1 <-> S2 5%").command(3000, "loss S1 <-> S2 off").command(5000, "clog S3").event(8000, record::EventKind::note, 1);
  Folding f(std::move(run));
  Faults faults;
  faults.read(*f.run.line);
  const auto bands = faults.bands(*f.run.line, {{ms(0), ms(10'000)}, 0, 400}, ms(8000));
  ASSERT_EQ(bands.size(), 2u);
  EXPECT_EQ(bands[0].to, ms(3000));
  EXPECT_EQ(bands[1].to, core::Time::max());
}

TEST(PlotFaults, ManyThatLastAtOnceVeilWhatIsBehindThemOnce) {
  using What = Band::What;
  const auto all = merged({{What::disturbed, ms(10), core::Time::max(), "delay", 0}, {What::cut, ms(30), ms(50), "a", 0}, {What::cut, ms(10), ms(20), "b", 0},
                           {What::disturbed, ms(20), ms(30), "loss", 0}, {What::cut, ms(40), ms(60), "c", 0}});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].from, ms(10));
  EXPECT_EQ(all[0].to, ms(20));
  EXPECT_EQ(all[1].from, ms(30));
  EXPECT_EQ(all[1].to, ms(60));
  EXPECT_EQ(all[2].what, What::disturbed);
  EXPECT_EQ(all[2].to, core::Time::max());
}

TEST(PlotFaults, AHundredThousandMarksAreNoMoreGlyphsThanFit) {
  std::vector<timeline::Mark> marks;
  for (int i = 0; i < 100'000; ++i) marks.push_back({timeline::Mark::Kind::command, ms(i), static_cast<std::size_t>(i)});
  marks[50].kind = timeline::Mark::Kind::violation;
  const auto glyphs = fold_marks(marks, {{ms(0), ms(100'000)}, 0, 300}, 3);
  EXPECT_LE(glyphs.size(), 101u);
  std::size_t all = 0;
  for (const auto& glyph : glyphs) all += glyph.count;
  EXPECT_EQ(all, marks.size());
}

TEST(PlotSpecs, TheTextFormComesBackAndNonsenseIsRefused) {
  for (const std::string text : {"metric consensus_term nodes=max", "metric a%20b node=C%251 log samples tall=2", "metric x nodes=sum total", "roles servers"}) {
    const auto spec = read_spec(text);
    ASSERT_TRUE(spec) << text;
    EXPECT_EQ(text_of(*spec), text);
  }
  for (const std::string text : {"", "metric", "roles", "metric x tall=9", "metric x tall=", "metric x nodes=few", "picture x"}) EXPECT_FALSE(read_spec(text)) << text;
}

TEST(PlotSpecs, ALabShowsWhatChangesAndWhoIsWhat) {
  Folding f(PlotRun::usual());
  std::vector<std::string> texts;
  for (const auto& spec : default_plots(*f.run.line, f.metrics)) texts.push_back(text_of(spec));
  const auto has = [&](const std::string& text) { return std::find(texts.begin(), texts.end(), text) != texts.end(); };
  EXPECT_TRUE(has("metric consensus_term"));
  EXPECT_TRUE(has("metric consensus_replication_lag_entries"));
  EXPECT_TRUE(has("metric client_latency_ms"));
  EXPECT_TRUE(has("metric client_operations_total"));
  EXPECT_TRUE(has("roles servers"));
  EXPECT_FALSE(has("roles clients"));
  EXPECT_FALSE(has("metric consensus_snapshots_total"));
}

TEST(PlotSpecs, WhatTheLabSpeaksOfComesFirst) {
  Folding f(PlotRun::usual());
  const auto plots = default_plots(*f.run.line, f.metrics, {"client_operations_total", "no_such_metric", "consensus_term"});
  ASSERT_GE(plots.size(), 3u);
  EXPECT_EQ(plots[0].name, "client_operations_total");
  EXPECT_EQ(plots[1].name, "consensus_term");
  std::set<std::string> names;
  for (const auto& spec : plots) EXPECT_TRUE(names.insert(spec.name).second) << spec.name << " is drawn twice";
}

TEST(PlotCsv, HasAHeadAndNoFormulas) {
  Folding f(PlotRun::usual());
  f.sources[0].name = "=cmd";
  const std::string csv = csv_of(f.fold("metric consensus_term node=S1"), f.sources, {});
  EXPECT_TRUE(csv.starts_with("run,line,t_ns,least,greatest,last\n")) << csv;
  EXPECT_NE(csv.find("'=cmd,S1,"), std::string::npos) << csv;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3) << csv;   // The head, the first value, the change.
  EXPECT_EQ(csv_cell("a\"b,c"), "\"a\"\"b,c\"");
}

TEST(PlotRoles, WhoLeadsIsSaidByTheMechanismAndNotGuessed) {
  EXPECT_TRUE(leads("raft", "leader"));
  EXPECT_FALSE(leads("raft", "candidate"));
  EXPECT_FALSE(leads("raft", ""));
  EXPECT_FALSE(leads("flood", "leader")) << "nobody leads there";
  EXPECT_FALSE(leads("of another program", "leader"));
}

}  // namespace
}  // namespace window
