// Where runs part, by what they are aligned, what is counted before and after, and what they were made from.
#include "labs/compare/compared.h"

#include <set>

#include "labs/catalog/kinds.h"
#include "labs/compare/origin.h"
#include "labs/compare/table.h"
#include "tests/labs/compare/recipes.h"

namespace compare {
namespace {

const std::string kLab = "raft-elections";

Compared two(const replay::Recipe& one, const replay::Recipe& other, const std::string& alignment = "start") {
  return compared({run_for(one, "one"), run_for(other, "other")}, 0, alignment, kNobody);
}

TEST(Compared, TheSameRunNeverPartsAndNoNumberDiffers) {
  const auto both = two(recipe_for(kLab, 5, 2s), recipe_for(kLab, 5, 2s));
  EXPECT_EQ(both.parting[1].row, timeline::kNone);
  EXPECT_EQ(both.parting[1].why_not, "");
  EXPECT_TRUE(only_different(figure_rows(both, 0)).empty());
  EXPECT_GT(figure_rows(both, 0).size(), 20u);
}

TEST(Compared, RunsPartAtTheCommandThatOnlyOneHasAndBothEventsAreSaid) {
  const auto both = two(recipe_for(kLab, 5, 2s), recipe_for(kLab, 5, 2s, {{1s, "crash leader"}}));
  const Parting& parting = both.parting[1];
  EXPECT_EQ(parting.at, at(1s));
  EXPECT_NE(parting.other.find("crash leader"), std::string::npos) << parting.other;
  EXPECT_EQ(parting.baseline.find("crash leader"), std::string::npos) << parting.baseline;
  EXPECT_GT(parting.row, 1000u);
  // Every event before is the same, and the one there is not.
  const auto &a = *both.runs[0]->recording, &b = *both.runs[1]->recording;
  EXPECT_EQ(a.at(parting.row - 1).event, b.at(parting.row - 1).event);
  EXPECT_FALSE(a.at(parting.row).event == b.at(parting.row).event);
}

TEST(Compared, ARunThatEndsEarlierPartsAtItsEnd) {
  const auto both = two(recipe_for(kLab, 5, 2s), recipe_for(kLab, 5, 1s));
  EXPECT_EQ(both.parting[1].other, "it ends here");
  EXPECT_EQ(both.parting[1].row, both.runs[1]->recording->size());
}

TEST(Compared, WhatCannotBeComparedSaysWhy) {
  EXPECT_NE(two(recipe_for(kLab, 5, 1s), recipe_for(kLab, 6, 1s)).parting[1].why_not.find("seeds"), std::string::npos);
  EXPECT_NE(two(recipe_for(kLab, 5, 1s), recipe_for("cache-hit-rate", 5, 1s)).parting[1].why_not.find("labs"), std::string::npos);
}

TEST(Compared, HalvesAddUpToTheWhole) {
  const auto run = run_for(recipe_for(kLab, 5, 3s, {{1s, "partition leader | rest"}, {2s, "heal"}}));
  for (const auto moment : {at(0s), at(1s), at(1500ms), at(10s)}) {
    const Halves halves = halves_of(*run->recording, std::min(moment, run->recording->end()), kNobody);
    for (const auto& name : {"length", "events", "messages sent", "messages dropped", "operations ok", "commands", "client_operations_total",
                             "consensus_leader_elections_total"}) {
      const auto has = [&](const std::vector<Figure>& all) {
        return std::any_of(all.begin(), all.end(), [&](const Figure& one) { return one.name == name; });
      };
      const double before = has(halves.before) ? figure(halves.before, name) : 0, after = has(halves.after) ? figure(halves.after, name) : 0;
      EXPECT_NEAR(before + after, figure(run->figures, name), 1e-9) << name << " at " << core::text(moment.time_since_epoch());
    }
  }
}

TEST(Compared, AHalfHasThePercentilesAndMeansOfItsOwnSamples) {
  const auto run = run_for(recipe_for(kLab, 5, 3s, {{1500ms, "delay all 40ms"}}));
  std::vector<double> before, after;
  run->recording->visit(0, run->recording->size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind == record::EventKind::metric && run->recording->name(e.type) == "client_latency_ms") (e.at < at(1500ms) ? before : after).push_back(e.value);
  });
  ASSERT_GT(before.size(), 20u);
  ASSERT_GT(after.size(), 20u);
  const Halves halves = halves_of(*run->recording, at(1500ms), kNobody);
  const auto median = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[(values.size() - 1) / 2];
  };
  const auto mean = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  };
  EXPECT_EQ(figure(halves.before, "client_latency_ms p50"), median(before));
  EXPECT_EQ(figure(halves.after, "client_latency_ms p50"), median(after));
  EXPECT_NEAR(figure(halves.after, "client_latency_ms mean"), mean(after), 1e-9);
  EXPECT_GT(figure(halves.after, "client_latency_ms p50"), 2 * figure(halves.before, "client_latency_ms p50"));
}

TEST(Compared, TheMeanOfAGaugeIsOverTime) {
  const auto run = run_for(recipe_for(kLab, 5, 2s));
  // By hand, of one node after the other.
  double sum = 0, nodes = 0;
  for (const auto& node : run->recording->header().nodes) {
    double area = 0, value = 0;
    std::optional<core::Time> since, first;
    run->recording->visit(0, run->recording->size(), [&](const record::Event& e, core::BytesView) {
      if (e.kind != record::EventKind::metric || e.node != node.id || run->recording->name(e.type) != "consensus_term") return;
      if (since) area += value * std::chrono::duration<double>(e.at - *since).count();
      else first = e.at;
      since = e.at, value = e.value;
    });
    if (!since) continue;
    area += value * std::chrono::duration<double>(run->recording->end() - *since).count();
    sum += area / std::chrono::duration<double>(run->recording->end() - *first).count(), ++nodes;
  }
  ASSERT_GT(nodes, 0);
  EXPECT_NEAR(figure(run->figures, "mean(consensus_term)"), sum / nodes, 1e-9);
}

TEST(Compared, AlignsByNamedEventsAndByAnyFilter) {
  const auto calm = recipe_for(kLab, 5, 3s), cut = recipe_for(kLab, 5, 3s, {{500ms, "mark not yet"}, {1s, "partition leader | rest"}});
  const auto moments = [&](const std::string& words) { return two(calm, cut, words).aligned; };
  EXPECT_EQ(moments("first partition")[0], std::nullopt);
  EXPECT_EQ(moments("first partition")[1], at(1s));
  EXPECT_EQ(moments("first command")[1], at(500ms));
  EXPECT_EQ(moments("kind:command partition t>1.5s")[1], std::nullopt);
  const auto leads = moments("leader elected");
  ASSERT_TRUE(leads[0]);
  EXPECT_GT(*leads[0], core::kStart);
  EXPECT_EQ(leads[0], leads[1]);
  const auto terms = moments("type:RequestVote term>=2");
  EXPECT_EQ(terms[0], std::nullopt) << "nobody disturbs the first leader";
  ASSERT_TRUE(terms[1]);
  EXPECT_GT(*terms[1], at(1s));
}

TEST(Compared, WordsThatAreNoFilterAreSaidAndNothingIsAligned) {
  const auto both = two(recipe_for(kLab, 5, 1s), recipe_for(kLab, 5, 1s), "(kind:command");
  EXPECT_NE(both.trouble, "");
  EXPECT_EQ(both.aligned[0], std::nullopt);
  EXPECT_TRUE(both.whole);
}

TEST(Compared, NumbersOfBothHalvesStandInTheirTables) {
  const auto both = two(recipe_for(kLab, 5, 3s, {{1s, "crash leader"}}), recipe_for(kLab, 5, 3s, {{2s, "crash leader"}}), "first command");
  const auto value = [&](Of of, std::size_t run, const std::string& name) {
    for (const auto& row : figure_rows(both, 0, of))
      if (row.name == name) return row.cells[run].value.value_or(-1);
    return -2.0;
  };
  EXPECT_NEAR(value(Of::before, 0, "length"), 1, 1e-9);
  EXPECT_NEAR(value(Of::before, 1, "length"), 2, 1e-9);
  EXPECT_EQ(value(Of::before, 0, "crashes"), 0);
  EXPECT_EQ(value(Of::after, 1, "crashes"), 1);
  EXPECT_EQ(value(Of::whole, 1, "crashes"), 1);
}

TEST(Compared, AlignedWhereTheyPartNothingDiffersBefore) {
  const auto base = recipe_for(kLab, 5, 3s);
  const auto three = compared({run_for(base), run_for(recipe_for(kLab, 5, 3s, {{2s, "crash leader"}})), run_for(recipe_for(kLab, 5, 3s, {{1s, "crash leader"}}))}, 0,
                              "parting", kNobody);
  EXPECT_EQ(three.aligned, (std::vector<std::optional<core::Time>>{at(1s), at(2s), at(1s)})) << "the baseline at the first of them";
  const auto two_of_them = two(base, recipe_for(kLab, 5, 3s, {{2s, "crash leader"}}), "parting");
  EXPECT_TRUE(only_different(figure_rows(two_of_them, 0, Of::before)).empty());
  EXPECT_FALSE(only_different(figure_rows(two_of_them, 0, Of::after)).empty());
  EXPECT_EQ(two(base, base, "parting").aligned[1], std::nullopt) << "they never part";
}

TEST(Compared, SettingsAreSaidWithTheValuesThatTheyReallyHad) {
  const auto origins = origins_of({run_for(recipe_for(kLab, 5, 1s)), run_for(recipe_for(kLab, 6, 1s, {}, {"raft.heartbeat=20ms"}))});
  const auto find = [&](const std::string& name) {
    for (const auto& origin : origins)
      if (origin.name == name) return origin;
    ADD_FAILURE() << name;
    return Origin{};
  };
  EXPECT_EQ(find("seed").values, (std::vector<std::string>{"5", "6"}));
  EXPECT_EQ(find("raft.heartbeat").values, (std::vector<std::string>{"50ms, as the lab says", "20ms"}));
  EXPECT_NE(find("raft.heartbeat").help.find("leader"), std::string::npos);
  EXPECT_EQ(find("lab").values[0], find("lab").values[1]);
}

TEST(Compared, CommandsAreOnceEachWithWhoHadThem) {
  const auto given = commands_of({run_for(recipe_for(kLab, 5, 2s, {{1s, "crash S1"}, {1s, "mark a"}, {1s, "mark a"}})),
                                  run_for(recipe_for(kLab, 5, 2s, {{500ms, "heal"}, {1s, "mark a"}}))});
  ASSERT_EQ(given.size(), 4u);
  EXPECT_EQ(given[0].command, "heal");
  EXPECT_EQ(given[0].in, (std::vector<bool>{false, true}));
  EXPECT_EQ(given[1].command, "crash S1");
  EXPECT_EQ(given[2].in, (std::vector<bool>{true, true}));
  EXPECT_EQ(given[3].in, (std::vector<bool>{true, false})) << "marked twice in the one, once in the other";
}

}  // namespace
}  // namespace compare
