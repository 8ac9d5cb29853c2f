// A timeline of a recording that grows, that is partly in a file, that is long.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/record/spill.h"
#include "labs/timeline/parts.h"
#include "tests/labs/record/made_run.h"
#include "tests/labs/timeline/plain.h"

namespace timeline {
namespace {

// What two timelines say differs in nothing, asked at random.
void expect_same(const Timeline& a, const Timeline& b, std::uint64_t seed, int questions = 20) {
  core::Rng rng(seed);
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.end(), b.end());
  for (int i = 0; i < questions; ++i) {
    const core::Time at(rng.between({}, a.end().time_since_epoch())), from(rng.between({}, at.time_since_epoch()));
    ASSERT_EQ(difference(a.moment(at), b.moment(at)), "");
    ASSERT_TRUE(same(a.flights(at), b.flights(at)));
    ASSERT_TRUE(same(a.flows(from, at), b.flows(from, at)));
    const std::size_t row = rng.below(a.rows());
    ASSERT_EQ(a.cone(row).past_until, b.cone(row).past_until);
    ASSERT_EQ(a.cone(row).future_from, b.cone(row).future_from);
    std::vector<std::uint32_t> counts(50), more_counts(50);
    a.activity(from, at, 1, counts), b.activity(from, at, 1, more_counts);
    ASSERT_EQ(counts, more_counts);
    std::vector<double> curve(10), other(10);
    a.percentile(latency, core::kNobody, 0.9, from, at, curve), b.percentile(latency, core::kNobody, 0.9, from, at, other);
    for (std::size_t k = 0; k < curve.size(); ++k) ASSERT_TRUE(curve[k] == other[k] || (std::isnan(curve[k]) && std::isnan(other[k])));
  }
  ASSERT_EQ(a.marks().size(), b.marks().size());
  ASSERT_EQ(a.series().size(), b.series().size());
}

TEST(TimelineGrowth, ManySmallLooksKnowAsMuchAsOneLongOne) {
  record::Recording recording(header_of(5));
  Made run(11);
  run.tell_names(recording);
  Timeline often(recording);
  core::Rng rng(12);
  while (recording.size() < 60'000) {
    run.tell(recording, 1 + rng.below(700));
    often.catch_up(std::chrono::microseconds(rng.below(60)));
  }
  know(often);
  Timeline once(recording);
  know(once);
  expect_same(often, once, 13);
}

TEST(TimelineGrowth, AnswersInBetweenAreRightForWhatIsKnownThen) {
  record::Recording recording(header_of(5));
  Made run(21);
  run.tell_names(recording);
  Timeline timeline(recording);
  for (int i = 0; i < 8; ++i) {
    run.tell(recording, 3000);
    know(timeline);
    const Plain plain(recording);
    const core::Time end = timeline.end(), past(end.time_since_epoch() * 2 / 3);
    for (const core::Time at : {end, past}) {
      ASSERT_TRUE(same(timeline.flights(at), plain.flights(at)));
      ASSERT_EQ(difference(timeline.moment(at), plain.moment(at)), "");
      ASSERT_TRUE(same(timeline.flows(past, at), plain.flows(past, at)));
    }
  }
}

TEST(TimelineGrowth, ItReadsWhileAnotherThreadRecords) {
  record::Recording recording(header_of(5));
  Made run(31);
  run.tell_names(recording);
  const std::size_t events = record::kSanitized ? 60'000 : 400'000;
  std::thread writer([&] { run.tell(recording, events); });
  Timeline timeline(recording);
  std::size_t looks = 0;
  core::Rng rng(32);
  while (timeline.rows() < events) {
    timeline.catch_up(std::chrono::microseconds(500));
    ++looks;
    if (timeline.rows() == 0) continue;
    const core::Time at(rng.between({}, timeline.end().time_since_epoch()));
    timeline.moment(at), timeline.flights(at), timeline.flows(core::kStart, at), timeline.cone(rng.below(timeline.rows()));
    EXPECT_LE(timeline.moment(timeline.end()).rows, timeline.rows());
  }
  writer.join();
  know(timeline);
  EXPECT_GT(looks, 3u);
  Timeline after(recording);
  know(after);
  expect_same(timeline, after, 33);
}

TEST(TimelineGrowth, ChunksThatWereDroppedAreReadBack) {
  record::Recording small(header_of(5), std::size_t{4} << 20), whole(header_of(5));
  record::Spill spill(small);
  Timeline live(small);
  Made run(41), same_run(41);
  run.tell_names(small), same_run.tell_names(whole);
  while (small.size() < 200'000) {
    run.tell(small, 10'000), same_run.tell(whole, 10'000);
    live.catch_up(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(spill.began());
  EXPECT_LT(small.memory(), whole.memory() / 2);
  know(live);
  Timeline late(small), of_whole(whole);
  know(late), know(of_whole);
  expect_same(live, of_whole, 42, 3);
  expect_same(late, of_whole, 43, 3);
}

TEST(TimelineGrowth, ALoadedRunIsKnownAsItsLiveOneWas) {
  const record::Folder folder;
  Shape shape;
  shape.malformed = false;
  const auto live = made(51, 50'000, shape);
  {
    record::RunStore store(*live, folder / "run");
    store.finish();
  }
  const auto loaded = record::open_run(folder / "run");
  Timeline a(*live), b(*loaded);
  know(a), know(b);
  expect_same(a, b, 52, 10);
}

TEST(TimelineGrowth, WithoutMessagesRecordedThereAreNone) {
  Shape shape;
  shape.level = record::Level::outline;
  const auto recording = made(61, 30'000, shape);
  const Plain plain(*recording);
  Timeline timeline(*recording);
  know(timeline);
  const core::Time middle = plain.rows[plain.rows.size() / 2].at;
  EXPECT_TRUE(timeline.flights(middle).empty());
  EXPECT_EQ(difference(timeline.moment(middle), plain.moment(middle)), "");
}

TEST(TimelineGrowth, ALookTakesAboutAsLongAsItMay) {
  if (record::kSanitized) GTEST_SKIP();
  const auto recording = made(71, 300'000);
  std::vector<double> over;
  Timeline timeline(*recording);
  for (bool all = false; !all;) {
    const auto began = std::chrono::steady_clock::now();
    all = timeline.catch_up(std::chrono::microseconds(300));
    over.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
  }
  ASSERT_GT(over.size(), 5u);
  // Another process may take the processor for a while: the usual look is judged.
  std::nth_element(over.begin(), over.begin() + std::ssize(over) / 2, over.end());
  EXPECT_LT(over[over.size() / 2], 2000);
}

// Of a long run, what is summed up in blocks must be what the rows say.
TEST(TimelineGrowth, FlowsAndActivityOfALongRunAddUp) {
  const std::size_t events = record::kSanitized ? 300'000 : static_cast<std::size_t>(record::trials(700'000, 10'000'000));
  Shape shape;
  shape.malformed = false, shape.nodes = 12, shape.delay = std::chrono::milliseconds(2), shape.lost = 0.2;   // Thousands are under way at a time.
  record::Recording recording(header_of(shape.nodes), std::size_t{4} << 30);
  Made run(81, shape);
  run.tell_names(recording);
  run.tell(recording, events);
  Timeline timeline(recording);
  know(timeline);
  EXPECT_LE(timeline.memory(), 16 * timeline.rows());
  std::vector<EventKind> fate(events + 2);   // By number of the send: how it ended.
  recording.visit(0, recording.size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind == EventKind::drop && e.ref < fate.size() && fate[e.ref] == EventKind::send) fate[e.ref] = e.kind;
    if ((e.kind == EventKind::deliver || e.kind == EventKind::send) && e.ref < fate.size())
      fate[e.kind == EventKind::send ? e.id : e.ref] = e.kind;
  });
  core::Rng rng(82);
  for (int i = 0; i < 4; ++i) {
    const core::Duration end = timeline.end().time_since_epoch();
    const core::Time from(rng.between({}, end / (i + 2))), to(rng.between(end / 2, end));
    std::map<std::pair<core::NodeId, core::NodeId>, std::pair<std::uint64_t, std::uint64_t>> links;
    std::vector<std::uint32_t> expected(40), found(40);
    const Parts parts(from, to, found.size());
    std::size_t part = 0;
    recording.visit(timeline.row_at(from - core::Duration(1)), timeline.row_at(to - core::Duration(1)), [&](const record::Event& e, core::BytesView) {
      if (e.kind == EventKind::send) {
        auto& [sent, lost] = links[{e.node, e.peer}];
        ++sent, lost += fate[e.id] == EventKind::drop ? 1 : 0;
      }
      while (e.at.time_since_epoch().count() >= parts.begin(part + 1)) ++part;
      expected[part] += e.node == 3 ? 1 : 0;
    });
    const auto flows = timeline.flows(from, to);
    ASSERT_EQ(flows.size(), links.size());
    for (const Flow& flow : flows) {
      ASSERT_EQ(flow.sent, (links[{flow.from, flow.to}].first));
      ASSERT_EQ(flow.lost, (links[{flow.from, flow.to}].second));
    }
    timeline.activity(from, to, 3, found);
    std::uint64_t all = 0, all_expected = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
      all += found[k], all_expected += expected[k];
      ASSERT_NEAR(found[k], expected[k], 20 + 0.02 * expected[k]);
    }
    ASSERT_NEAR(static_cast<double>(all), static_cast<double>(all_expected), 40);
  }
}

TEST(TimelineGrowth, AQuestionAboutALongRunCostsNoMoreThanOneAboutAShortOne) {
  if (record::kSanitized) GTEST_SKIP();
  const auto took = [](std::size_t events) {
    record::Recording recording(header_of(5), std::size_t{4} << 30);
    Made run(91);
    run.tell_names(recording);
    run.tell(recording, events);
    Timeline timeline(recording);
    know(timeline);
    core::Rng rng(92);
    std::vector<double> micros;
    for (int i = 0; i < 201; ++i) {
      const core::Time at(rng.between({}, timeline.end().time_since_epoch()));
      const auto began = std::chrono::steady_clock::now();
      timeline.moment(at), timeline.flights(at), timeline.flows(at, at + core::Duration(100'000)), timeline.cone(timeline.row_at(at) - (i > 0 ? 1 : 0));
      micros.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
    }
    std::nth_element(micros.begin(), micros.begin() + 100, micros.end());
    return micros[100];
  };
  const double shorter = took(50'000), longer = took(static_cast<std::size_t>(record::trials(1'000'000, 10'000'000)));
  EXPECT_LT(longer, 20 * shorter + 1000) << shorter << " us, then " << longer << " us";
}

}  // namespace
}  // namespace timeline
