// The moment that is looked at: played, stepped, scrubbed, forked, undone. Each asserts on the recording.
#include "tests/app/window/playing.h"

#include <algorithm>

namespace window {
namespace {

std::vector<std::string> given(const View& view) {
  std::vector<std::string> all;
  for (const auto& command : session::commands_of(view.run)) all.push_back(world::command_text(command.command));
  return all;
}

TEST(Player, LetsTheWorldGoOnWhilePlayingAndNotFurtherThanThat) {
  Playing play;
  EXPECT_EQ(play.view().at, core::kStart);
  play.rest();
  EXPECT_EQ(play.view().status.now, core::kStart);
  play.wish(Play{true});
  ASSERT_TRUE(play.until([&] { return play.view().at >= core::kStart + 500ms; }));
  EXPECT_TRUE(play.view().live);
  // The world is ahead of the moment by little: by what the next frames may ask for.
  EXPECT_LE(play.view().status.now, play.view().at + 1s);
  play.wish(Play{false});
  play.rest();
  const auto stood = play.view().status.now;
  for (int i = 0; i < 20; ++i) play.frame();
  EXPECT_EQ(play.view().status.now, stood);
}

TEST(Player, ASecondOfTheWorldTakesASecondAtOneTimes) {
  for (const double speed : {1.0, 4.0}) {
    Playing play;
    play.rest();
    play.wish(SetSpeed{speed});
    play.wish(Play{true});
    // The world always comes as far as it may within a frame.
    for (int i = 0; i < 40; ++i) {
      play.frame(0.025);
      while (play.player.session().status().working) std::this_thread::sleep_for(1ms);
    }
    const double seconds = static_cast<double>((play.view().at - core::kStart).count()) / 1e9;
    EXPECT_NEAR(seconds, speed, 0.1 * speed);
  }
}

TEST(Player, PlaysTheRecordingWhenItWasScrubbedBackAndThenTheWorldGoesOn) {
  Playing play;
  play.play_to(3s);
  play.wish(Seek{core::kStart + 1s});
  EXPECT_FALSE(play.view().live);
  EXPECT_EQ(play.view().at, core::kStart + 1s);
  EXPECT_EQ(play.view().moment.at, core::kStart + 1s);
  const auto events = play.view().status.events;
  play.wish(SetSpeed{1});
  play.wish(Play{true});
  for (int i = 0; i < 10; ++i) play.frame(0.1);
  EXPECT_EQ(play.view().at, core::kStart + 2s);
  EXPECT_EQ(play.view().status.events, events) << "the world went on while the past was played";
  ASSERT_TRUE(play.until([&] { return play.view().live && play.view().status.events > events; }));
}

TEST(Player, StepsThroughEventsOneByOneAndBack) {
  Playing play;
  play.play_to(2s);
  play.wish(Seek{core::kStart + 1s});
  const std::size_t first = play.view().line.row_at(core::kStart + 1s);
  for (std::size_t i = 0; i < 5; ++i) {
    play.wish(StepForward{session::Session::Unit::event});
    EXPECT_EQ(play.selection.row, first + i);
    EXPECT_EQ(play.view().at, play.view().run.at(first + i).event.at);
  }
  play.wish(StepBack{session::Session::Unit::event});
  EXPECT_EQ(play.selection.row, first + 3);
  play.wish(StepForward{session::Session::Unit::message});
  EXPECT_EQ(play.view().run.at(play.selection.row).event.kind, record::EventKind::deliver);
}

TEST(Player, AStepAtTheEndLetsTheWorldMakeOneEvent) {
  Playing play;
  play.play_to(1s);
  const auto events = play.view().status.events;
  play.wish(StepForward{session::Session::Unit::event});
  play.rest();
  EXPECT_GT(play.view().status.events, events);
  EXPECT_TRUE(play.view().live);
}

TEST(Player, ACommandInThePastMakesABranchAndLeavesWhatWas) {
  Playing play;
  play.play_to(3s);
  const auto rows = play.view().run.size();
  play.wish(Seek{core::kStart + 1s});
  play.wish(Give{"crash leader"});
  play.rest();
  EXPECT_EQ(play.view().branches.size(), 2u);
  EXPECT_EQ(play.view().branch, 1u);
  ASSERT_EQ(given(play.view()), std::vector<std::string>{"crash leader"});
  EXPECT_EQ(session::commands_of(play.view().run).front().at, core::kStart + 1s);
  ASSERT_EQ(play.view().overlays.size(), 1u);
  EXPECT_EQ(play.view().overlays.front().from, core::kStart + 1s);
  play.wish(SwitchBranch{0});
  EXPECT_EQ(play.view().run.size(), rows);
  EXPECT_TRUE(given(play.view()).empty());
}

TEST(Player, UndoGivesTheWorldAnotherPastAndRedoBringsTheOldOneBack) {
  Playing play;
  play.play_to(1s);
  play.wish(Give{"crash leader"});
  play.play_to(2s);
  const auto digest = play.view().run.digest();
  const auto end = play.view().end;
  EXPECT_TRUE(play.view().can_undo);
  play.wish(Undo{});
  ASSERT_TRUE(play.until([&] { return play.view().end >= end; }, 0));
  play.rest();
  EXPECT_TRUE(given(play.view()).empty());
  EXPECT_FALSE(play.view().can_undo);
  EXPECT_EQ(play.view().end, end) << "the world is as far as it was";
  const auto& marks = play.view().line.marks();
  EXPECT_TRUE(std::none_of(marks.begin(), marks.end(), [](const auto& mark) { return mark.kind == timeline::Mark::Kind::crash; }));
  play.wish(Redo{});
  play.rest();
  EXPECT_EQ(given(play.view()), std::vector<std::string>{"crash leader"});
  EXPECT_EQ(play.view().run.digest(), digest);
  EXPECT_FALSE(play.view().can_redo);
}

TEST(Player, WhatOneGestureGaveIsUndoneAtOnceAlsoInAFork) {
  Playing play;
  play.play_to(1s);
  play.wish(Give{"crash S1"});
  play.wish(GiveTogether{{"partition S2 | S3", "partition S4 | S5"}});
  play.rest();
  const auto all = session::commands_of(play.view().run);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].at, all[2].at);
  play.wish(Fork{play.view().at});
  play.rest();
  for (const std::size_t branch : {1u, 0u}) {
    play.wish(SwitchBranch{branch});
    play.wish(Undo{});
    play.rest();
    EXPECT_EQ(given(play.view()), std::vector<std::string>{"crash S1"}) << play.said.back();
    play.wish(Undo{});
    play.rest();
    EXPECT_TRUE(given(play.view()).empty());
  }
}

TEST(Player, OfAGestureWithAWrongCommandNothingIsGiven) {
  Playing play;
  play.play_to(1s);
  play.wish(GiveTogether{{"crash S1", "no such thing"}});
  play.rest();
  EXPECT_TRUE(given(play.view()).empty());
  EXPECT_FALSE(play.said.empty());
}

TEST(Player, ANewCommandForgetsWhatWasUndone) {
  Playing play;
  play.play_to(1s);
  play.wish(Give{"crash leader"});
  play.rest();
  play.wish(Undo{});
  play.rest();
  EXPECT_TRUE(play.view().can_redo);
  play.wish(Give{"crash 1"});
  play.rest();
  EXPECT_FALSE(play.view().can_redo);
}

TEST(Player, SaysInWordsWhyACommandCannotBe) {
  Playing play;
  play.wish(Give{"partitoin 1 | 2"});
  ASSERT_FALSE(play.said.empty());
  EXPECT_NE(play.said.back().find("partition"), std::string::npos) << play.said.back();
  play.wish(Give{"crash S9"});
  play.rest();
  ASSERT_EQ(play.said.size(), 2u);
  EXPECT_NE(play.said.back().find("S9"), std::string::npos) << play.said.back();
}

TEST(Player, StandsAtTheMomentWhereAPromiseBroke) {
  Playing play(lab_session("raft-log-replication", {"raft.flaw.forget_log=on"}));
  play.wish(SetSpeed{8});
  play.wish(Play{true});
  // A restart without its log soon loses what was acknowledged.
  for (int i = 0; i < 40 && !play.view().status.violated; ++i) {
    ASSERT_TRUE(play.until([&] { return play.view().status.violated || play.view().status.now >= core::kStart + std::chrono::seconds(i + 1); }));
    play.wish(Give{"crash all"});
    play.wish(Give{"restart all"});
  }
  ASSERT_TRUE(play.until([&] { return play.view().status.violated.has_value(); }));
  ASSERT_TRUE(play.until([&] { return !play.view().playing; }));
  EXPECT_EQ(play.view().at, *play.view().status.violated);
  EXPECT_NE(play.said.back().find("promise"), std::string::npos);
}

TEST(Player, ABookmarkIsOfTheMomentThatIsLookedAtAndABranchKnowsThoseBefore) {
  Playing play;
  play.play_to(3s);
  for (const auto at : {1s, 2s}) {
    play.wish(Seek{core::kStart + at});
    play.wish(AddBookmark{});
    play.wish(AddBookmark{});   // A second one for the same moment adds nothing.
  }
  ASSERT_EQ(play.view().run.bookmarks()->size(), 2u);
  EXPECT_EQ(play.view().run.bookmarks()->at(1).at, core::kStart + 2s);
  play.wish(SetBookmarks{{{core::kStart + 1s, "before", true}, {core::kStart + 2s, "after", false}}});
  EXPECT_EQ(play.view().run.bookmarks()->at(0).text, "before");
  play.wish(Fork{core::kStart + 1500ms});
  play.rest();
  ASSERT_EQ(play.view().run.bookmarks()->size(), 1u);
  EXPECT_EQ(play.view().run.bookmarks()->at(0).text, "before");
}

TEST(Player, PlaysALoadedRunAndForksIt) {
  Playing first;
  first.play_to(2s);
  const std::shared_ptr<const record::Recording> loaded(&first.view().run, [](const auto*) {});
  Playing play(std::make_unique<session::Session>(loaded));
  EXPECT_FALSE(play.view().status.live);
  EXPECT_EQ(play.view().at, core::kStart);
  ASSERT_TRUE(play.until([&] { return play.view().indexed >= 1; }, 0));
  play.wish(SetSpeed{8});
  play.wish(Play{true});
  ASSERT_TRUE(play.until([&] { return !play.view().playing; }));
  EXPECT_EQ(play.view().at, play.view().end);
  play.wish(Seek{core::kStart + 1s});
  play.wish(Give{"crash 1"});
  play.rest();
  EXPECT_TRUE(play.view().status.live);
  EXPECT_EQ(given(play.view()), std::vector<std::string>{"crash 1"});
}

TEST(Player, RestartsAStepFromHowThingsWereWhenItBegan) {
  Playing play("raft-losing-the-leader");
  play.wish(SetSpeed{0});
  play.wish(Play{true});
  ASSERT_TRUE(play.until([&] { return play.view().status.guide.step_done; }));
  const auto done = play.view().status.guide.done_at[0];
  ASSERT_TRUE(done);
  play.wish(GuideNext{});
  play.wish(GuideDo{});
  ASSERT_TRUE(play.until([&] { return play.view().status.guide.step == 1 && play.view().status.guide.step_done; }));
  play.wish(GuideRestart{1});
  play.rest();
  EXPECT_EQ(play.view().status.guide.step, 1u);
  EXPECT_FALSE(play.view().status.guide.step_done);
  EXPECT_EQ(play.view().end, *done);
  EXPECT_TRUE(given(play.view()).empty());
}

TEST(Player, RedoBringsBackWhatWasUndoneInThisBranchAndInNoOther) {
  Playing play;
  play.play_to(1s);
  play.wish(Give{"crash leader"});
  play.rest();
  play.wish(Fork{core::kStart + 500ms});
  play.rest();
  play.wish(SwitchBranch{0});
  play.wish(Undo{});
  play.rest();
  play.wish(SwitchBranch{1});
  EXPECT_FALSE(play.view().can_redo);
  const auto rows = play.view().run.size();
  Commands answers;
  play.player.wish(Redo{}, play.selection, answers);
  EXPECT_EQ(play.view().run.size(), rows) << "the other branch's past came here";
  play.wish(SwitchBranch{0});
  EXPECT_TRUE(play.view().can_redo);
  play.wish(Redo{});
  EXPECT_EQ(given(play.view()), std::vector<std::string>{"crash leader"});
  EXPECT_EQ(play.view().moment.rows, play.view().line.row_at(play.view().at)) << "the moment is still the other past's";
}

TEST(Player, AnUndoneWorldGoesOnAsFastAsItDid) {
  session::Origin origin;
  origin.lab = catalog::load_lab("raft-elections");
  origin.lab.steps.clear();   // None that is done, and stops it.
  Playing play(std::make_unique<session::Session>(std::move(origin)));
  play.play_to(1s);
  play.wish(Give{"crash leader"});
  play.rest();
  play.wish(SetSpeed{0});
  play.wish(Play{true});
  play.wish(Undo{});
  const auto later = play.view().end + 3s;
  EXPECT_TRUE(play.view().playing);
  ASSERT_TRUE(play.until([&] { return play.view().end >= later || !play.view().playing; })) << "it plays, and nothing happens";
}

// Without its log on disk a restarted server forgets what was acknowledged.
TEST(Player, GoesOnAfterAnUndoneWorldCameToAStandWhereAPromiseBroke) {
  Playing play(lab_session("raft-log-replication", {"raft.flaw.forget_log=on"}));
  play.wish(StopAtViolation{false});
  play.wish(SetSpeed{8});
  play.wish(Play{true});
  for (int i = 0; i < 40 && !play.view().status.violated; ++i) {
    ASSERT_TRUE(play.until([&] { return play.view().status.now >= core::kStart + std::chrono::seconds(i + 1); }));
    play.wish(Give{"crash all"});
    play.wish(Give{"restart all"});
    play.wish(Give{"mark one"});
    play.wish(Give{"mark two"});
  }
  play.wish(Play{false});
  play.rest();
  ASSERT_TRUE(play.view().status.violated);
  // What is undone changes nothing: the other past breaks it, too, before it is as far as this one.
  play.play_to(play.view().end - core::kStart + 1s);
  const auto end = play.view().end;
  for (const bool stops : {false, true}) {
    play.wish(StopAtViolation{stops});
    play.wish(Undo{});
    play.rest();
    EXPECT_TRUE(stops || play.view().end >= end) << "it stood at " << core::text(play.view().end.time_since_epoch());
    play.wish(GoLive{});
    play.wish(SetSpeed{8});
    const auto before = play.view().end;
    play.wish(Play{true});
    ASSERT_TRUE(play.until([&] { return play.view().end >= before + 1s || !play.view().playing; })) << "it plays, and nothing happens";
    EXPECT_GE(play.view().end, before + 1s);
    play.wish(Play{false});
    play.rest();
  }
}

TEST(Player, ClosesABranchThatIsNotWanted) {
  Playing play;
  play.play_to(1s);
  play.wish(Fork{core::kStart + 500ms});
  play.rest();
  EXPECT_EQ(play.view().end, core::kStart + 500ms);
  play.wish(CloseBranch{1});
  EXPECT_EQ(play.view().branches.size(), 1u);
  EXPECT_EQ(play.view().branch, 0u);
  play.wish(CloseBranch{0});
  EXPECT_EQ(play.view().branches.size(), 1u) << "one must stay";
}

}  // namespace
}  // namespace window
