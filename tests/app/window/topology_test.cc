// The topology panel under real hands: what each gesture, row and slider asks for, read from the wishes that come out.
#include "app/window/panels/topology.h"

#include <set>

#include "app/window/widgets.h"
#include "labs/world/command.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/playing.h"
#include "tests/app/window/scene.h"

namespace window {
namespace {

struct TopologyPanel : testing::Test {
  Playing playing{"raft-losing-the-leader"};
  Stage stage{960, 680};
  Topology panel;
  Selection selection;
  Commands commands;
  Hands hands{stage, [this] { panel.draw(playing.view(), selection, commands); }};

  void SetUp() override {
    playing.play_to(1500ms);
    hands.frame(2);
  }
  // Says it to the world, and waits until it is so.
  void give(const std::string& command) {
    playing.wish(Give{command});
    playing.rest();
    playing.play_to(playing.view().at - core::kStart + 30ms);
    hands.frame();
  }
  std::vector<std::string> given() {
    std::vector<std::string> all;
    for (const auto& wish : commands.take()) {
      if (const auto* give = std::get_if<Give>(&wish)) all.push_back(give->command);
      if (const auto* give = std::get_if<GiveTogether>(&wish)) all.insert(all.end(), give->commands.begin(), give->commands.end());
    }
    return all;
  }
  Point node(const std::string& name) { return pt(hands.centre("node:" + name)); }
  Point ring() { return panel.camera().screen(panel.places().groups[0].centre); }
  // A place on the ground where nothing else lies.
  Point ground() const { return {930, 620}; }
  bool sees_prefix(const std::string& prefix) const {
    for (const auto& probe : stage.probes())
      if (probe.name.rfind(prefix, 0) == 0) return true;
    return false;
  }
  // Presses, goes there in steps, and holds.
  void hold(Point from, Point to, int button = 0) {
    hands.move(im(from));
    stage.input.button(button, true);
    for (int i = 1; i <= 8; ++i) {
      const Point p = from + (to - from) * (static_cast<float>(i) / 8);
      stage.input.move(p.x, p.y);
      hands.frame();
    }
  }
  void let_go(int button = 0) {
    stage.input.button(button, false);
    hands.frame();
  }
  using Words = std::vector<std::string>;
};

TEST_F(TopologyPanel, ANodeThatIsDraggedInsideOfItsRingOnlyMoves) {
  const Point before = node("S3");
  hands.drag({im(before), im(ring())});
  EXPECT_TRUE(given().empty());
  EXPECT_LT(distance(node("S3"), ring()), 3);
  playing.play_to(1600ms);
  hands.frame();
  EXPECT_LT(distance(node("S3"), ring()), 3) << "it stays where it was put";
}

TEST_F(TopologyPanel, ANodeThatIsDraggedOutOfItsRingIsIsolatedAndThatIsSaidBefore) {
  const Point from = node("S2"), way = unit(from - ring());
  hold(from, from + way * 40);
  EXPECT_FALSE(sees_prefix("preview:")) << "still within";
  let_go();
  EXPECT_TRUE(given().empty());
  hold(node("S2"), from + way * 190);
  EXPECT_TRUE(hands.sees("preview:isolate S2")) << hands.all();
  let_go();
  EXPECT_EQ(given(), Words{"isolate S2"});
}

TEST_F(TopologyPanel, AnIsolatedNodeThatIsDraggedBackIsHealed) {
  // As far as the window reaches: further out nobody could take hold of it again.
  const Point home = node("S2"), out = home + unit(home - ring()) * 150;
  hands.drag({im(home), im(out)});
  EXPECT_EQ(given(), Words{"isolate S2"});
  give("isolate S2");
  hold(node("S2"), home);
  EXPECT_TRUE(hands.sees("preview:heal S2 | S1 S3 S4 S5"));
  let_go();
  EXPECT_EQ(given(), Words{"heal S2 | S1 S3 S4 S5"});
}

TEST_F(TopologyPanel, EscapeTakesADragBack) {
  const Point from = node("S2");
  hold(from, from + unit(from - ring()) * 190);
  hands.key({kEscape});
  let_go();
  EXPECT_TRUE(given().empty());
  EXPECT_LT(distance(node("S2"), from), 1);
}

TEST_F(TopologyPanel, ALineAcrossLinksCutsThem) {
  // Around S3, on the ring's side, from the ground below to the ground at its right. The client's link comes from there too.
  const Point s3 = node("S3");
  std::vector<ImVec2> path;
  for (int i = 0; i <= 12; ++i) path.push_back(im(s3 + towards(2.9f + 2.3f * static_cast<float>(i) / 12) * 62));
  hands.move(path.front());
  stage.input.button(0, true);
  for (const ImVec2 p : path) stage.input.move(p.x, p.y), hands.frame();
  EXPECT_TRUE(sees_prefix("preview:partition")) << hands.all();
  let_go();
  EXPECT_EQ(given(), Words{"partition S1 S2 S4 S5 | S3"}) << "clients still reach everybody";
}

TEST_F(TopologyPanel, ALineAcrossLinksOfClientsAloneCutsThese) {
  const std::string client = playing.view().run.header().nodes[5].name;
  const Point box = pt(hands.centre("node:clients \u00d78")), s5 = node("S5"), s1 = node("S1");
  const Point middle = box + (s1 - box) * 0.45f, across = unit(s5 - s1) * 30;
  hands.drag({im(middle - across), im(middle + across)});
  const auto all = given();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].starts_with("partition " + client + " | S1")) << all[0];
}

TEST_F(TopologyPanel, ALineOnTheGroundAloneDoesNothing) {
  hands.drag({im(ground()), im(ground() - Point{60, 0})});
  EXPECT_TRUE(commands.take().empty());
}

TEST_F(TopologyPanel, ABandWithShiftSplitsThoseInsideFromTheRest) {
  const Point s2 = node("S2"), s3 = node("S3");
  stage.input.key(kShift, true);
  hands.frame();
  hands.drag({{s2.x + 80, s2.y - 60}, {s3.x - 44, s3.y + 60}});
  stage.input.key(kShift, false);
  hands.frame();
  EXPECT_EQ(given(), Words{"partition S2 S3 | S1 S4 S5"});
}

TEST_F(TopologyPanel, TheWheelZoomsAtTheMouseWithinAPixel) {
  const Point mouse{340, 300}, under = panel.camera().plane(mouse);
  const float before = panel.camera().zoom;
  for (int i = 0; i < 6; ++i) {
    hands.wheel(im(mouse), 1);
    EXPECT_LE(distance(panel.camera().screen(under), mouse), 1);
  }
  EXPECT_GT(panel.camera().zoom, 2 * before);
  hands.wheel(im(mouse), -3);
  EXPECT_LE(distance(panel.camera().screen(under), mouse), 1);
}

TEST_F(TopologyPanel, DraggingWithTheMiddleOrRightButtonPansAndADoubleClickFits) {
  const Point before = node("S1");
  hands.drag({im(ground()), im(ground() - Point{70, 40})}, 2);
  EXPECT_LT(distance(node("S1"), before - Point{70, 40}), 1.5f);
  hands.drag({im(ground()), im(ground() - Point{30, 0})}, 1);
  EXPECT_LT(distance(node("S1"), before - Point{100, 40}), 1.5f);
  EXPECT_FALSE(sees_prefix("menu:")) << "a right drag is no right click";
  hands.click(im(ground()));
  hands.click(im(ground()));
  EXPECT_LT(distance(node("S1"), before), 1);
  EXPECT_TRUE(commands.take().empty());
}

TEST_F(TopologyPanel, AClickSelectsANodeALinkOrNothing) {
  hands.click("node:S4");
  EXPECT_EQ(selection.node, 4u);
  const Point a = node("S3"), b = node("S4");
  hands.click(im(a + (b - a) * 0.5f));
  EXPECT_EQ(selection.node, core::kNobody);
  EXPECT_EQ(std::min(selection.link_from, selection.link_to), 3u);
  EXPECT_EQ(std::max(selection.link_from, selection.link_to), 4u);
  hands.click(im(ground()));
  EXPECT_EQ(selection.link_from, core::kNobody);
}

TEST_F(TopologyPanel, EveryFaultOfANodeIsInItsMenuAndGivesItsCommand) {
  const std::vector<std::vector<std::string>> rows = {
      {"Life", "Crash", "crash S3"}, {"Life", "Pause", "pause S3"}, {"Life", "Isolate", "isolate S3"},
      {"Life", "Heal", "heal S3 | rest"}, {"Life", "Flap", "flap S3 | rest every 500ms for 5s"},
      {"Clock", "Strobe", "strobe-skews S3 200ms every 100ms for 5s"}, {"Disk", "Full", "disk S3 full"},
      {"Disk", "Tears writes", "disk S3 torn"}, {"Disk", "Loses unsynced writes", "disk S3 lossy"},
      {"Ask", "campaign", "tell S3 campaign"}, {"Ask", "snapshot", "tell S3 snapshot"}};
  for (const auto& row : rows) {
    hands.click("node:S3", 1);
    hands.click("choice:" + row[0]);
    hands.click("menu:" + row[1]);
    EXPECT_EQ(given(), Words{row[2]});
    EXPECT_NO_THROW(world::parse_command(row[2])) << row[2];
    EXPECT_FALSE(sees_prefix("menu:")) << "it closes";
  }
}

TEST_F(TopologyPanel, OnlyWhatIsDownCanBeRestartedAndOnlyWhatIsPausedResumed) {
  hands.click("node:S3", 1);
  hands.click("menu:Restart");
  hands.click("menu:Resume");
  EXPECT_TRUE(given().empty());
  hands.key({kEscape});
  give("crash S3");
  hands.click("node:S3", 1);
  hands.click("menu:Restart with an empty disk");
  EXPECT_EQ(given(), Words{"restart S3 wipe"});
  give("pause S4");
  hands.click("node:S4", 1);
  hands.click("menu:Resume");
  EXPECT_EQ(given(), Words{"resume S4"});
}

TEST_F(TopologyPanel, SlidersGiveOneCommandWhenTheyAreLetGo) {
  const std::vector<std::vector<std::string>> sliders = {
      {"Life", "Slow", "slow S3 "}, {"Clock", "Skew", "skew S3 +"}, {"Clock", "Drift", "drift S3 +"}, {"Clock", "Jump", "jump S3 +"},
      {"Disk", "Slow writes", "disk S3 slow "}, {"Disk", "Failing writes", "disk S3 failing "}};
  for (const auto& [tab, label, begin] : [&] {
         std::vector<std::tuple<std::string, std::string, std::string>> all;
         for (const auto& s : sliders) all.emplace_back(s[0], s[1], s[2]);
         return all;
       }()) {
    hands.click("node:S3", 1);
    hands.click("choice:" + tab);
    const auto* probe = stage.find("track:" + label);
    ASSERT_NE(probe, nullptr) << label;
    const ImVec2 at{probe->least.x + (probe->greatest.x - probe->least.x) * 0.6f, (probe->least.y + probe->greatest.y) / 2};
    hands.drag({at, {at.x + 20, at.y}});
    const auto all = given();
    ASSERT_EQ(all.size(), 1u) << label;
    EXPECT_EQ(all[0].substr(0, begin.size()), begin);
    EXPECT_NO_THROW(world::parse_command(all[0])) << all[0];
    hands.key({kEscape});
  }
}

TEST_F(TopologyPanel, SeveralNodesActTogether) {
  hands.click("node:S2");
  stage.input.key(kShift, true);
  hands.frame();
  hands.click("node:S4");
  stage.input.key(kShift, false);
  hands.frame();
  hands.click("node:S4", 1);
  hands.click("menu:Crash");
  EXPECT_EQ(given(), Words{"crash S2 S4"});
}

TEST_F(TopologyPanel, EveryFaultOfALinkIsInItsMenuBothWaysAndEachWay) {
  const auto open = [&] {
    const Point a = node("S3"), b = node("S4");
    hands.click(im(a + (b - a) * 0.5f), 1);
  };
  open();
  hands.click("menu:Cut");
  EXPECT_EQ(given(), Words{"partition S3 | S4"});
  open();
  hands.click("choice:from S4");
  hands.click("menu:Cut");
  EXPECT_EQ(given(), Words{"partition S4 -> S3"});
  open();
  hands.click("choice:from S3");
  hands.click("menu:Clog");
  EXPECT_EQ(given(), Words{"clog S3 -> S4"});
  for (const std::string label : {"Delay", "Jitter", "Loss", "Duplicate", "Reorder", "Corrupt", "Bandwidth"}) {
    open();
    hands.click("track:" + label);
    const auto all = given();
    ASSERT_EQ(all.size(), 1u) << label;
    EXPECT_NE(all[0].find(" S3 <-> S4 "), std::string::npos) << all[0];
    EXPECT_NO_THROW(world::parse_command(all[0])) << all[0];
    hands.key({kEscape});
  }
}

TEST_F(TopologyPanel, WhatIsWrongWithALinkIsSeenOnItAndSwitchedOff) {
  give("delay S3 <-> S4 20ms");
  EXPECT_TRUE(hands.sees("text:+20.0 ms")) << hands.all();
  const Point a = node("S3"), b = node("S4");
  hands.click(im(a + (b - a) * 0.2f), 1);
  hands.click("off:Delay");
  EXPECT_EQ(given(), Words{"delay S3 <-> S4 off"});
}

TEST_F(TopologyPanel, TheGroundOffersWhatConcernsTheWholeCluster) {
  for (const auto& [label, command] : std::vector<std::pair<std::string, std::string>>{
           {"Majority ring", "majority-ring"}, {"Bridge", "bridge"}, {"Swizzle-clog", "swizzle-clog for 5s"}, {"Stop composites", "stop"}, {"Heal all", "heal"}}) {
    hands.click(im(ground()), 1);
    hands.click("menu:" + label);
    EXPECT_EQ(given(), Words{command});
    EXPECT_NO_THROW(world::parse_command(command));
  }
  hands.click(im(ground()), 1);
  // They have no rate of their own here: that is no reason why they could not be switched off.
  hands.click("off:Load");
  EXPECT_EQ(given(), Words{"load off"});
  hands.click("track:Load");
  const auto load = given();
  ASSERT_EQ(load.size(), 1u);
  EXPECT_NO_THROW(world::parse_command(load[0])) << load[0];
  hands.click("off:Load");
  EXPECT_EQ(given(), Words{"load off"});
  hands.click("field:mark");
  hands.type("look here");
  hands.click("button:Mark");
  EXPECT_EQ(given(), Words{"mark look here"});
}

TEST_F(TopologyPanel, ACutIsAnObjectWhoseCrossHealsIt) {
  EXPECT_FALSE(hands.sees("cut:0"));
  give("isolate S3");
  ASSERT_TRUE(hands.sees("heal:0")) << hands.all();
  hands.click("heal:0");
  EXPECT_EQ(given(), Words{"heal S3 | S1 S2 S4 S5"});
}

TEST_F(TopologyPanel, TheWordsOfTwoCutsStandBesideEachOther) {
  give("partition S1 | S4");
  give("partition S1 -> S3");
  const auto *one = stage.find("cut:0"), *other = stage.find("cut:1");
  ASSERT_TRUE(one != nullptr && other != nullptr) << hands.all();
  EXPECT_FALSE(overlap({pt(one->least), pt(one->greatest)}, {pt(other->least), pt(other->greatest)}));
}

TEST_F(TopologyPanel, ACutsMenuMakesItOneWay) {
  give("isolate S3");
  hands.click("cut:0");
  hands.click("menu:Only from S3");
  EXPECT_EQ(given(), (Words{"heal S3 | S1 S2 S4 S5", "partition S3 -> S1 S2 S4 S5"}));
  hands.click("cut:0", 1);
  hands.click("menu:Only to S3");
  EXPECT_EQ(given(), (Words{"heal S3 | S1 S2 S4 S5", "partition S1 S2 S4 S5 -> S3"}));
}

TEST_F(TopologyPanel, AServerThatStandsForElectionSaysSoAlsoWhenAllDo) {
  Playing storm{"raft-split-votes"};
  storm.play_to(1s);
  panel = {};
  Hands at_storm{stage, [&] { panel.draw(storm.view(), selection, commands); }};
  at_storm.frame(2);
  for (const auto& drawn : panel.drawing().nodes) {
    if (drawn.node > 5) continue;
    EXPECT_EQ(drawn.title, "candidate") << drawn.name;
  }
}

TEST_F(TopologyPanel, WhatOneGestureGivesIsOneWish) {
  give("isolate S3");
  hands.click("cut:0");
  hands.click("menu:Only from S3");
  EXPECT_EQ(wishes<GiveTogether>(commands).size(), 1u);
  EXPECT_TRUE(wishes<Give>(commands).empty());
}

TEST_F(TopologyPanel, AOneWayCutSaysSoAndCanBeMadeWhole) {
  give("partition S3 -> S1 S2 S4 S5");
  ASSERT_EQ(panel.drawing().cuts.size(), 1u);
  EXPECT_EQ(panel.drawing().cuts[0].words.substr(0, 7), "one way");
  hands.click("cut:0");
  hands.click("menu:Cut both ways");
  EXPECT_EQ(given(), Words{"partition S3 | S1 S2 S4 S5"});
}

TEST_F(TopologyPanel, ACutThatIsDraggedMovesToOtherLinks) {
  give("isolate S3");
  const Point pill = pt(hands.centre("cut:0")), way = node("S4") - node("S3");
  hold(pill, pill + way);
  EXPECT_TRUE(sees_prefix("preview:heal S3 | S1 S2 S4 S5")) << hands.all();
  let_go();
  EXPECT_EQ(given(), (Words{"heal S3 | S1 S2 S4 S5", "partition S1 S2 S3 S5 | S4"}));
}

TEST_F(TopologyPanel, ACutThatIsDraggedALittleStaysWhereItIs) {
  give("isolate S3");
  const Point pill = pt(hands.centre("cut:0"));
  hands.drag({im(pill), im(pill + Point{7, 3})});
  EXPECT_TRUE(given().empty());
}

TEST_F(TopologyPanel, LostMessagesEndInACrossAtTheCut) {
  give("isolate leader");
  playing.play_to(playing.view().at - core::kStart + 150ms);
  hands.frame();
  ASSERT_FALSE(panel.drawing().crosses.empty());
  ASSERT_FALSE(panel.drawing().cuts.empty());
  for (const auto& lost : panel.drawing().crosses)
    EXPECT_LT(distance_to_line(lost.at, panel.drawing().cuts[0].curve), 2) << playing.view().run.name(lost.why);
  // One that no pill lies on.
  for (const auto& probe : stage.probes())
    if (probe.name.rfind("lost:", 0) == 0 && selection.row == timeline::kNone) hands.click(probe.name);
  ASSERT_NE(selection.row, timeline::kNone);
  EXPECT_EQ(playing.view().run.at(selection.row).event.kind, record::EventKind::drop);
}

TEST_F(TopologyPanel, AMessageTellsWhatItSaysAndAClickSelectsItsRow) {
  for (int i = 0; i < 400 && panel.drawing().dots.empty(); ++i) {
    playing.wish(StepForward{session::Session::Unit::event});
    playing.rest();
    hands.frame();
  }
  ASSERT_FALSE(panel.drawing().dots.empty());
  const auto dot = panel.drawing().dots[0];
  hands.move(im(dot.at));
  const auto event = playing.view().run.at(dot.row).event;
  EXPECT_EQ(event.kind, record::EventKind::send);
  EXPECT_TRUE(sees_prefix("tooltip:" + playing.view().run.name(event.type))) << hands.all();
  EXPECT_NE(hands.all().find("began 2026-"), std::string::npos) << "by the clock on the wall" << hands.all();
  EXPECT_EQ(selection.hovered_row, dot.row);
  hands.click(im(dot.at));
  EXPECT_EQ(selection.row, dot.row);
}

TEST_F(TopologyPanel, AClickInTheLegendHidesAKindOfMessage) {
  const auto all = panel.drawing().dots.size();
  ASSERT_GT(all, 0u);
  const std::string kind = playing.view().run.name(panel.drawing().dots[0].type);
  hands.click("legend:" + kind);
  for (const auto& dot : panel.drawing().dots) EXPECT_NE(playing.view().run.name(dot.type), kind);
  hands.click("legend:" + kind);
  EXPECT_EQ(panel.drawing().dots.size(), all);
}

TEST_F(TopologyPanel, LinksShowFlowWhileMessagesAreTooQuickToBeSeen) {
  EXPECT_TRUE(panel.drawing().flows.empty()) << "it stands: single messages";
  playing.wish(SetSpeed{1});
  playing.wish(Play{true});
  playing.frame(0.02);
  for (int i = 0; i < 40; ++i) playing.frame(0.01), hands.frame();
  EXPECT_FALSE(panel.drawing().flows.empty()) << "4 ms at full speed are a quarter of a frame";
  EXPECT_TRUE(panel.drawing().dots.empty());
  playing.wish(SetSpeed{0.01});
  for (int i = 0; i < 40; ++i) playing.frame(0.01), hands.frame();
  EXPECT_TRUE(panel.drawing().flows.empty());
  playing.wish(Play{false});
}

TEST_F(TopologyPanel, WhatIsWrongAroundANodeIsSaidOnIt) {
  give("skew S5 +180ms");
  give("disk S2 full");
  give("slow S1 10ms");
  EXPECT_TRUE(hands.sees("chip:S5:+180 ms")) << hands.all();
  EXPECT_TRUE(hands.sees("chip:S2:disk full"));
  EXPECT_TRUE(hands.sees("chip:S1:slow 10.0 ms"));
  give("crash S4");
  EXPECT_TRUE(hands.sees("text:down"));
  give("pause S3");
  bool paused = false;
  for (const auto& node : panel.drawing().nodes) paused = paused || (node.name == "S3" && node.paused);
  EXPECT_TRUE(paused);
}

TEST_F(TopologyPanel, ALeaderOfAPastTermIsNotCalledLeader) {
  give("isolate leader");
  playing.play_to(playing.view().at - core::kStart + 1500ms);
  hands.frame();
  std::multiset<std::string> titles;
  for (const auto& node : panel.drawing().nodes) titles.insert(node.title);
  EXPECT_EQ(titles.count("leader"), 1u);
  EXPECT_EQ(titles.count("leader of a past term"), 1u);
}

TEST_F(TopologyPanel, EverythingThatMeansSomethingHasATooltip) {
  give("isolate S3");
  give("loss S1 <-> S2 40%");
  playing.play_to(playing.view().at - core::kStart + 100ms);
  hands.frame();
  std::vector<std::pair<std::string, ImVec2>> things;
  for (const auto& probe : stage.probes())
    for (const std::string kind : {"node:", "cut:", "heal:", "lost:", "message:", "legend:"})
      if (probe.name.rfind(kind, 0) == 0) things.emplace_back(probe.name, ImVec2{(probe.least.x + probe.greatest.x) / 2, (probe.least.y + probe.greatest.y) / 2});
  EXPECT_GT(things.size(), 10u);
  for (const auto& [name, at] : things) {
    hands.move(at);
    EXPECT_TRUE(sees_prefix("tooltip:")) << name;
  }
}

TEST_F(TopologyPanel, AMessageWithAThousandEntriesIsShownByItsBeginning) {
  give("crash follower");
  playing.play_to(playing.view().at - core::kStart + 5s);
  give("restart all");
  const auto long_one = [&] {
    for (const auto& dot : panel.drawing().dots)
      if (playing.view().run.at(dot.row).body.size() > 5000) return dot.row;
    return timeline::kNone;
  };
  // Back to where it was restarted, and on message by message.
  playing.wish(Seek{session::commands_of(playing.view().run).back().at});
  for (int i = 0; i < 400 && long_one() == timeline::kNone; ++i) playing.wish(StepForward{session::Session::Unit::message}), hands.frame();
  ASSERT_NE(long_one(), timeline::kNone);
  for (const auto& dot : panel.drawing().dots)
    if (dot.row == long_one()) hands.move(im(dot.at));
  bool seen = false;
  for (const auto& probe : stage.probes()) {
    if (probe.name.rfind("tooltip:AppendEntries", 0) == 0) seen = true;
    EXPECT_LT(probe.name.size(), 1200u) << "a tooltip of a hundred thousand letters is more than a frame can hold";
  }
  EXPECT_TRUE(seen) << hands.all().substr(0, 3000);
}

TEST_F(TopologyPanel, ScrubbedBackItShowsWhatWasThen) {
  give("isolate S3");
  EXPECT_EQ(panel.drawing().cuts.size(), 1u);
  playing.wish(Seek{core::kStart + 1s});
  playing.frame(0);
  hands.frame();
  EXPECT_TRUE(panel.drawing().cuts.empty());
}

struct TopologySizes : testing::TestWithParam<std::tuple<int, int, float>> {};
TEST_P(TopologySizes, NoWordsAreCutOff) {
  const auto [width, height, scale] = GetParam();
  Playing playing{"raft-losing-the-leader"};
  playing.play_to(2s);
  playing.wish(Give{"isolate leader"});
  playing.rest();
  playing.play_to(3s);
  Stage stage{width, height};
  stage.scale = scale;
  Topology panel;
  Selection selection;
  Commands commands;
  Hands hands{stage, [&] { panel.draw(playing.view(), selection, commands); }};
  hands.frame(2);
  EXPECT_EQ(hands.clipped(), "");
  for (const auto& node : panel.drawing().nodes) EXPECT_TRUE((Box{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}}.holds(node.at))) << node.name;
}
INSTANTIATE_TEST_SUITE_P(Sizes, TopologySizes,
                         testing::Values(std::tuple{1000, 700, 1.0f}, std::tuple{640, 480, 1.0f}, std::tuple{460, 420, 1.0f},
                                         std::tuple{1600, 1100, 2.0f}, std::tuple{900, 700, 1.5f}));

}  // namespace
}  // namespace window
