// Whatever the timeline says of a made-up run must be what a plain reading of its rows says.
#include <gtest/gtest.h>

#include <cmath>

#include "labs/timeline/chunks.h"
#include "labs/timeline/parts.h"
#include "tests/labs/record/made_run.h"
#include "tests/labs/timeline/plain.h"

namespace timeline {
namespace {

// Runs of several kinds, and moments of them to ask for.
struct Trial {
  Trial(std::uint64_t seed, std::size_t events, const Shape& shape)
      : recording(made(seed, events, shape)), plain(*recording), timeline(*recording), rng(seed) {
    know(timeline);
  }
  core::Time some_time() { return core::Time(rng.between(core::Duration(-100), plain.rows.back().at.time_since_epoch() + core::Duration(100))); }

  std::unique_ptr<record::Recording> recording;
  Plain plain;
  Timeline timeline;
  core::Rng rng;
};

std::vector<Shape> shapes() {
  Shape usual, sparse, crowded, single, troubled;
  sparse.gaps_in_ids = true, sparse.lost = 0.3, sparse.duplicate = 0.4;
  crowded.nodes = 40, crowded.delay = core::Duration(2'000'000), crowded.lost = 0.2, crowded.duplicate = 0.3;
  single.nodes = 1;
  troubled.trouble = 0.3, troubled.nodes = 9;
  return {usual, sparse, crowded, single, troubled};
}

template <class Check>
void each_trial(std::size_t events, const Check& check) {
  std::uint64_t seed = 0;
  for (const Shape& shape : shapes())
    for (int round = 0; round < record::trials(2, 50); ++round) {
      Trial trial(++seed, events, shape);
      SCOPED_TRACE("seed " + std::to_string(seed));
      check(trial);
      if (::testing::Test::HasFailure()) return;
    }
}

TEST(TimelineOracle, AMomentIsWhatAllRowsBeforeItSay) {
  each_trial(20'000, [](Trial& t) {
    for (int i = 0; i < 40; ++i) {
      const core::Time at = t.some_time();
      ASSERT_EQ(difference(t.timeline.moment(at), t.plain.moment(at)), "");
    }
  });
}

TEST(TimelineOracle, FlightsAreTheMessagesSentAndNotEnded) {
  each_trial(30'000, [](Trial& t) {
    std::size_t seen = 0;
    for (int i = 0; i < 60; ++i) {
      const core::Time at = t.some_time();
      const auto expected = t.plain.flights(at);
      const auto found = t.timeline.flights(at);
      ASSERT_TRUE(same(found, expected)) << found.size() << " instead of " << expected.size();
      ASSERT_EQ(t.timeline.flights_count(at), expected.size());
      const auto few = t.timeline.flights(at, 3);
      ASSERT_TRUE(same(few, {expected.begin(), expected.begin() + std::min<std::ptrdiff_t>(3, std::ssize(expected))}));
      seen += expected.size();
    }
    EXPECT_GT(seen, 100u);
  });
}

TEST(TimelineOracle, EverySendEndsWithItsFirstDeliveryOrElseItsFirstDrop) {
  each_trial(20'000, [](Trial& t) {
    for (std::size_t row = 0; row < t.plain.rows.size(); ++row) {
      ASSERT_EQ(t.timeline.end_of(row), t.plain.end[row]) << row;
      ASSERT_EQ(t.timeline.row_of(t.plain.rows[row].id), row);
    }
    for (std::uint64_t id = 0; id < t.plain.rows.back().id + 10; ++id)
      ASSERT_EQ(t.timeline.row_of(id), t.plain.row_of.contains(id) ? t.plain.row_of[id] : kNone) << id;
  });
}

TEST(TimelineOracle, FlowsCountWhatWasSentInTheRange) {
  each_trial(60'000, [](Trial& t) {
    for (int i = 0; i < 30; ++i) {
      const core::Time a = t.some_time(), b = t.some_time();
      ASSERT_TRUE(same(t.timeline.flows(std::min(a, b), std::max(a, b)), t.plain.flows(std::min(a, b), std::max(a, b))));
    }
    ASSERT_TRUE(same(t.timeline.flows(core::Time::min(), core::Time::max()), t.plain.flows(core::Time::min(), core::Time::max())));
  });
}

TEST(TimelineOracle, ConesAreHappensBefore) {
  for (Shape shape : shapes())
    for (const bool apart : {false, true})
      for (int round = 0; round < record::trials(2, 50); ++round) {
        shape.malformed = false, shape.apart = apart;
        Trial t(static_cast<std::uint64_t>(round) + 1, apart ? 40'000 : 3'000, shape);
        const auto before = t.plain.before();
        for (int i = 0; i < 10; ++i) {
          const std::size_t row = t.rng.below(t.plain.rows.size());
          const core::NodeId node = t.plain.rows[row].node;
          const Cone cone = t.timeline.cone(row);
          ASSERT_EQ(cone.past_until, before[row]);
          std::vector<std::size_t> future(t.plain.nodes, kNone);
          for (std::size_t later = t.plain.rows.size(); node != 0 && later-- > row;)
            if (t.plain.rows[later].node != 0 && before[later][node - 1] != kNone && before[later][node - 1] >= row)
              future[t.plain.rows[later].node - 1] = later;
          ASSERT_EQ(cone.future_from, future);
        }
      }
}

TEST(TimelineOracle, ActivityCountsTheRowsOfEachPart) {
  each_trial(30'000, [](Trial& t) {
    for (int i = 0; i < 8; ++i) {
      const core::Time a = t.some_time(), b = t.some_time(), from = std::min(a, b), to = std::max(a, b);
      const auto node = static_cast<core::NodeId>(t.rng.below(t.plain.nodes + 1));
      std::vector<std::uint32_t> found(1 + t.rng.below(100)), expected(found.size());
      t.timeline.activity(from, to, node, found);
      const Parts parts(from, to, found.size());
      for (const auto& e : t.plain.rows)
        for (std::size_t k = 0; k < found.size() && (node == 0 || e.node == node); ++k)
          expected[k] += ns(e.at) >= parts.begin(k) && ns(e.at) < parts.begin(k + 1) ? 1 : 0;
      ASSERT_EQ(found, expected);
    }
  });
}

TEST(TimelineOracle, PercentilesAreWithinOnePercentOfTheSortedSamples) {
  each_trial(30'000, [](Trial& t) {
    for (int i = 0; i < 20; ++i) {
      const core::Time a = t.some_time(), b = t.some_time(), from = std::min(a, b), to = std::max(a, b);
      const auto node = static_cast<core::NodeId>(t.rng.below(t.plain.nodes + 1));
      const double part = t.rng.chance(0.2) ? 1 : t.rng.unit();
      std::vector<double> found(1 + t.rng.below(20));
      t.timeline.percentile(latency, node, part, from, to, found);
      const Parts parts(from, to, found.size());
      for (std::size_t k = 0; k < found.size(); ++k) {
        std::vector<double> samples;
        for (const auto& e : t.plain.rows)
          if (e.kind == EventKind::metric && e.type == latency && (node == 0 || e.node == node) &&
              ns(e.at) >= parts.begin(k) && ns(e.at) < parts.begin(k + 1))
            samples.push_back(e.value);
        ASSERT_EQ(samples.empty(), std::isnan(found[k]));
        if (samples.empty()) continue;
        std::sort(samples.begin(), samples.end());
        const double exact = samples[static_cast<std::size_t>(part * static_cast<double>(samples.size() - 1))];
        ASSERT_NEAR(found[k], exact, 0.01 * exact);
      }
    }
  });
}

TEST(TimelineOracle, SeriesHoldEverySampleAndMarksEveryFault) {
  each_trial(20'000, [](Trial& t) {
    std::map<std::pair<core::NodeId, record::NameId>, std::size_t> samples;
    std::vector<std::size_t> marks;
    std::vector<bool> started(t.plain.nodes + 1);
    for (std::size_t row = 0; row < t.plain.rows.size(); ++row) {
      const record::Event& e = t.plain.rows[row];
      if (e.kind == EventKind::metric) {
        const Series* series = t.timeline.find(e.node, e.type);
        ASSERT_NE(series, nullptr);
        const std::size_t i = samples[{e.node, e.type}]++;
        ASSERT_EQ(series->samples.value(i), e.value);
        ASSERT_EQ(series->samples.time(i), e.at);
      }
      const bool again = e.kind == EventKind::restart && started[e.node];
      if (e.kind == EventKind::restart) started[e.node] = true;
      if (again || e.kind == EventKind::crash || e.kind == EventKind::violation || (e.kind == EventKind::command && e.type == 0))
        marks.push_back(row);
    }
    ASSERT_EQ(t.timeline.series().size(), samples.size());
    ASSERT_EQ(t.timeline.marks().size(), marks.size());
    for (std::size_t i = 0; i < marks.size(); ++i) {
      ASSERT_EQ(t.timeline.marks()[i].row, marks[i]);
      ASSERT_EQ(t.timeline.marks()[i].at, t.plain.rows[marks[i]].at);
      ASSERT_EQ(core::name_of(t.plain.rows[marks[i]].kind), core::name_of(t.timeline.marks()[i].kind));
    }
  });
}

TEST(TimelineOracle, SpellsFollowEachOtherAndAreThoseOfTheMoments) {
  each_trial(20'000, [](Trial& t) {
    for (core::NodeId node = 1; node <= t.plain.nodes; ++node) {
      const auto& spells = t.timeline.spells(node);
      for (std::size_t i = 0; i < spells.size(); ++i) {
        if (i > 0) { ASSERT_GT(spells[i].row, spells[i - 1].row); }
        if (i + 1 < spells.size() && spells[i + 1].since == spells[i].since) continue;
        const Spell at = t.timeline.moment(spells[i].since).nodes[node - 1].spell;
        ASSERT_TRUE(at.row == spells[i].row && at.up == spells[i].up && at.paused == spells[i].paused && at.role == spells[i].role);
      }
    }
  });
}

}  // namespace
}  // namespace timeline
