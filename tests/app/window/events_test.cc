#include "app/window/panels/events.h"

#include "app/window/decode.h"
#include "labs/catalog/body_text.h"
#include "hands.h"
#include "playing.h"
#include "scene.h"

namespace window {
namespace {

class EventsHands : public testing::Test {
 protected:
  EventsHands() : playing("raft-elections"), stage(1100, 420), hands(stage, [this] { panel.draw(playing.view(), playing.selection, commands); }) {}
  void play(core::Duration end = 1s) {
    playing.play_to(end);
    hands.frame(3);
  }
  // Frames until all is searched.
  void searched() {
    for (int i = 0; i < 2000; ++i) {
      hands.frame();
      if (!hands.sees("searching")) return;
    }
    FAIL() << "the search does not end";
  }
  void filter(const std::string& words) {
    playing.selection.filter = words;
    searched();
  }
  std::size_t rows() const { return playing.view().run.size(); }
  std::string row(std::size_t i) const { return "row:" + std::to_string(i); }
  std::size_t first_shown() const {
    for (const auto& probe : stage.probes())
      if (probe.name.starts_with("row:")) return std::stoul(probe.name.substr(4));
    return timeline::kNone;
  }
  Playing playing;
  Events panel;
  Commands commands;
  Stage stage;
  Hands hands;
};

TEST(EventsOfNoRun, SayThatNothingHasHappenedYet) {
  // Of no world: the thread of one may have begun by now.
  Scene scene("# T\n\n```system\n[[group]]\nkind = \"raft\"\ncount = 3\n```\n");
  Events panel;
  Stage stage(1100, 420);
  Hands hands(stage, [&] { panel.draw(scene.view(), scene.selection, scene.commands); });
  hands.frame(2);
  EXPECT_TRUE(hands.sees("empty:Nothing has happened yet. Play, and every event is listed here."));
}

TEST_F(EventsHands, FollowTheEndWhileTheRunGoesOnUntilSomebodyScrollsUp) {
  play();
  EXPECT_TRUE(hands.sees(row(rows() - 1)));
  const std::size_t before = rows();
  play(playing.view().end - core::kStart + 300ms);
  ASSERT_GT(rows(), before);
  EXPECT_TRUE(hands.sees(row(rows() - 1)));
  hands.wheel({400, 300}, 20);
  hands.frame(2);
  EXPECT_FALSE(hands.sees(row(rows() - 1)));
  const std::size_t top = first_shown();
  play(playing.view().end - core::kStart + 300ms);
  EXPECT_EQ(first_shown(), top);
}

TEST_F(EventsHands, PickAnEventByClickAndLookAtItsMomentByDoubleClick) {
  play();
  const std::size_t wanted = rows() - 3;
  hands.click(row(wanted));
  EXPECT_EQ(playing.selection.row, wanted);
  EXPECT_TRUE(commands.all().empty());
  hands.click(row(wanted));
  hands.frame();
  ASSERT_FALSE(commands.all().empty());
  EXPECT_EQ(std::get<Seek>(commands.all()[0]).to, playing.view().run.at(wanted).event.at);
}

TEST_F(EventsHands, ScrollToTheEventThatAnotherPanelPicked) {
  play();
  ASSERT_FALSE(hands.sees(row(10)));
  playing.selection.row = 10;
  hands.frame(3);
  EXPECT_TRUE(hands.sees(row(10)));
}

TEST_F(EventsHands, ListOnlyWhatTheFilterLetsThroughAndCountIt) {
  play();
  std::size_t notes = 0;
  const auto view = playing.view();
  for (std::size_t i = 0; i < view.run.size(); ++i) notes += view.run.at(i).event.kind == record::EventKind::note ? 1 : 0;
  ASSERT_GT(notes, 0u);
  filter("kind:note");
  EXPECT_EQ(panel.results(), notes);
  EXPECT_TRUE(hands.sees("results:" + std::to_string(notes)));
}

TEST_F(EventsHands, KeepTheListWhileTheFilterIsInvalidAndSayWhy) {
  play();
  filter("kind:note");
  const std::size_t notes = panel.results();
  filter("kind:noet");
  EXPECT_EQ(panel.results(), notes);
  EXPECT_TRUE(hands.sees("filter error:no event is of the kind `noet`, did you mean `note`?")) << hands.all();
}

TEST_F(EventsHands, AreFilteredByWhatIsTyped) {
  play();
  hands.click("field:filter");
  hands.type("kind:note");
  searched();
  EXPECT_EQ(playing.selection.filter, "kind:note");
  hands.click("button:Clear the filter");
  searched();
  EXPECT_EQ(panel.results(), rows());
}

TEST_F(EventsHands, TakeAnExampleOfTheHelpByClick) {
  play();
  hands.click("button:?");
  hands.frame(2);
  hands.click("example:kind:drop");
  EXPECT_EQ(playing.selection.filter, "kind:drop");
}

TEST_F(EventsHands, GoAlongWithTheMomentThatIsLookedAt) {
  play();
  playing.wish(Seek{core::kStart});
  hands.frame(2);
  EXPECT_TRUE(hands.sees(row(0))) << "the list was at its end, and the mouse is elsewhere";
  playing.wish(Seek{core::kStart + 500ms});
  hands.frame(2);
  EXPECT_TRUE(hands.sees(row(playing.view().moment.rows - 1)));
  // What somebody scrolls to stays until the moment is another one.
  hands.wheel({400, 300}, 400);
  hands.frame(3);
  EXPECT_TRUE(hands.sees(row(0)));
}

TEST_F(EventsHands, PagesTurnWhereverTheMouseIs) {
  play();
  hands.move({5, 5});
  const std::size_t bottom = first_shown();
  hands.key({kPageUp});
  EXPECT_LT(first_shown(), bottom);
  hands.key({kHome});
  EXPECT_EQ(first_shown(), 0u);
  hands.key({kPageDown});
  EXPECT_GT(first_shown(), 0u);
  hands.key({kEnd});
  EXPECT_EQ(first_shown(), bottom);
}

TEST_F(EventsHands, StepThroughTheResults) {
  play();
  filter("kind:note");
  playing.selection.row = 0;
  hands.click("button:Next result");
  const std::size_t one = playing.selection.row;
  EXPECT_EQ(playing.view().run.at(one).event.kind, record::EventKind::note);
  hands.click("button:Next result");
  EXPECT_GT(playing.selection.row, one);
  hands.click("button:Previous result");
  EXPECT_EQ(playing.selection.row, one);
  EXPECT_EQ(std::get<Seek>(commands.all()[0]).to, playing.view().run.at(one).event.at);
}

TEST_F(EventsHands, CopyResultsAndFilterFromTheMenu) {
  play();
  filter("kind:note");
  hands.click(row(first_shown()), 1);
  hands.frame(2);
  hands.click("item:Copy all " + std::to_string(panel.results()) + " results as CSV");
  ASSERT_EQ(commands.all().size(), 1u) << hands.all();
  const std::string csv = std::get<CopyText>(commands.all()[0]).text;
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')), panel.results() + 1);
  EXPECT_TRUE(csv.starts_with("row,time_s,node,kind,type,peer,text\n"));
}

// Ten million rows of fifteen points are more than a float tells apart: every row must be shown, once, all the same.
TEST(EventsList, ScrollsTenMillionRowsOneByOne) {
  constexpr std::size_t kRows = 10'000'000;
  record::RunHeader header;
  header.nodes.push_back({1, "S1", "raft", "servers"});
  record::Recording run(header);
  for (std::size_t i = 0; i < kRows; ++i) run.on_event({core::kStart + std::chrono::microseconds(i), i + 1, record::EventKind::note, 1, 0, 0, 0, 0}, {});
  timeline::Timeline line(run);
  while (!line.catch_up(std::chrono::milliseconds(100))) {}
  const guide::Lab lab;
  const session::Status status;
  const timeline::Moment moment = line.moment(line.end());
  const std::vector<BranchName> branches;
  const std::vector<Overlay> overlays;
  View view{lab, run, line, status, moment, line.end(), line.end(), false, false, 1, false, 0, false, false, true, branches, 0, overlays, 1};
  Selection selection;
  Events panel;
  Commands commands;
  Stage stage(1100, 420);
  Hands hands(stage, [&] { panel.draw(view, selection, commands); });
  for (int i = 0; i < 5000 && panel.results() < kRows; ++i) hands.frame();
  ASSERT_EQ(panel.results(), kRows);
  const auto shown = [&] {
    std::vector<std::size_t> rows;
    for (const auto& probe : stage.probes())
      if (probe.name.starts_with("row:")) rows.push_back(std::stoul(probe.name.substr(4)));
    return rows;
  };
  selection.row = 9'000'001;
  hands.frame(3);
  const auto before = shown();
  ASSERT_GT(before.size(), 8u);
  for (std::size_t i = 1; i < before.size(); ++i) EXPECT_EQ(before[i], before[i - 1] + 1);
  for (std::size_t i = 2; i < before.size(); ++i) EXPECT_NEAR(hands.centre("row:" + std::to_string(before[i])).y - hands.centre("row:" + std::to_string(before[i - 1])).y, hands.centre("row:" + std::to_string(before[2])).y - hands.centre("row:" + std::to_string(before[1])).y, 0.01);
  hands.wheel({400, 300}, -1);
  hands.frame(2);
  EXPECT_EQ(shown().front(), before.front() + 5);
  hands.click("row:9000003");
  EXPECT_EQ(selection.row, 9'000'003u);
  const ImVec2 thumb = hands.centre("scrollbar");
  hands.drag({thumb, {thumb.x, 700}});
  hands.frame(2);
  EXPECT_EQ(shown().back(), kRows - 1);
  hands.drag({hands.centre("scrollbar"), {thumb.x, -300}});
  hands.frame(2);
  EXPECT_EQ(shown().front(), 0u);
}

TEST(Decode, DeliveriesSayWhatWasSent) {
  Playing playing;
  playing.play_to(1s);
  const auto view = playing.view();
  std::size_t seen = 0;
  for (std::size_t row = 0; row < view.run.size(); ++row) {
    const auto at = view.run.at(row);
    if (at.event.kind != record::EventKind::deliver) continue;
    const auto sent = view.run.at(view.line.row_of(at.event.ref));
    EXPECT_EQ(said_text(view.line, at.event, at.body), catalog::body_text(view.run, sent.event, sent.body));
    ++seen;
  }
  EXPECT_GT(seen, 10u);
}

TEST(Decode, CellsThatASpreadsheetWouldTakeForFormulasBeginWithAnApostrophe) {
  record::RunHeader header;
  header.nodes.push_back({1, "=cmd()", "raft", "servers"});
  record::Recording run(header);
  const std::string body = "two \"words\", and\nmore";
  run.on_event({core::kStart, 1, record::EventKind::note, 1, 0, 0, 0, 0}, {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
  timeline::Timeline line(run);
  while (!line.catch_up(std::chrono::milliseconds(10))) {}
  EXPECT_EQ(csv_line(line, 0), "1,0.000000000,'=cmd(),note,,,\"two \"\"words\"\", and more\"\n");
}

}  // namespace
}  // namespace window
