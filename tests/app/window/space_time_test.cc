#include "app/window/panels/space_time.h"

#include "app/window/decode.h"
#include "hands.h"
#include "playing.h"
#include "scene.h"

namespace window {
namespace {

using Kind = record::EventKind;

// A short run, made by hand: three servers and a client.
class SpaceTimeFold : public testing::Test {
 protected:
  SpaceTimeFold() : run_(header()), line_(run_) {
    for (const char* const name : {"Ask", "Answer", "loss", "ok"}) run_.on_name(++names_, name);
    time.shown = {core::kStart, core::kStart + 100ms};
    time.left = 0, time.right = 1000;   // 10 pixels a millisecond.
    lanes = make_lanes(run_.header().nodes, {}, 0, 180, 10, 40);
  }
  static record::RunHeader header() {
    record::RunHeader h;
    for (core::NodeId id = 1; id <= 3; ++id) h.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
    h.nodes.push_back({4, "C1", "raft-client", "clients"});
    return h;
  }
  std::uint64_t tell(int ms, Kind kind, core::NodeId node, core::NodeId peer = 0, record::NameId type = 0, std::uint64_t ref = 0) {
    run_.on_event({core::kStart + std::chrono::milliseconds(ms), ++id_, kind, node, peer, type, ref, 0}, {});
    return id_;
  }
  const SpaceTimeShapes& fold(const std::function<void(SpaceTimeAsk&)>& change = [](SpaceTimeAsk&) {}) {
    while (!line_.catch_up(10ms)) {}
    SpaceTimeAsk ask{line_, lanes, time, nullptr, nullptr, {}};
    change(ask);
    fold_space_time(ask, shapes);
    return shapes;
  }
  record::Recording run_;
  timeline::Timeline line_;
  record::NameId names_ = 0;
  std::uint64_t id_ = 0;
  TimeAxis time;
  Lanes lanes;
  SpaceTimeShapes shapes;
};

TEST_F(SpaceTimeFold, DrawsAnArrowFromWhereAMessageWasSentToWhereItArrived) {
  const auto send = tell(10, Kind::send, 1, 2, 1);
  tell(14, Kind::deliver, 2, 1, 1, send);
  ASSERT_EQ(fold().arrows.size(), 1u);
  const Arrow& a = shapes.arrows[0];
  EXPECT_FLOAT_EQ(a.x0, 100);
  EXPECT_FLOAT_EQ(a.x1, 140);
  EXPECT_EQ(a.y0, lanes.all[0].y);
  EXPECT_EQ(a.y1, lanes.all[1].y);
  EXPECT_EQ(a.ends, Arrow::End::arrives);
  EXPECT_EQ(a.send, 0u);
  EXPECT_EQ(a.end, 1u);
}

TEST_F(SpaceTimeFold, EndsALostMessageOnItsWayNearerToTheEndThatLostIt) {
  const auto first = tell(10, Kind::send, 1, 2, 1), second = tell(10, Kind::send, 1, 2, 1);
  tell(10, Kind::drop, 1, 2, 3, first);
  tell(14, Kind::drop, 2, 1, 3, second);
  ASSERT_EQ(fold().arrows.size(), 2u);
  const float from = lanes.all[0].y, way = lanes.all[1].y - from;
  EXPECT_EQ(shapes.arrows[0].ends, Arrow::End::lost);
  EXPECT_LT(shapes.arrows[0].y1, from + way * 0.5f);
  EXPECT_GT(shapes.arrows[0].y1, from);
  EXPECT_GT(shapes.arrows[1].y1, from + way * 0.5f);
  EXPECT_LT(shapes.arrows[1].y1, from + way);
}

TEST_F(SpaceTimeFold, ShowsMessagesThatBeginBeforeOrEndAfterWhatIsInSightOrBoth) {
  const auto early = tell(5, Kind::send, 1, 2, 1), across = tell(6, Kind::send, 1, 3, 1);
  tell(30, Kind::deliver, 2, 1, 1, early);
  const auto late = tell(35, Kind::send, 2, 1, 2);
  tell(70, Kind::deliver, 3, 1, 1, across);
  tell(80, Kind::deliver, 1, 2, 2, late);
  time.shown = {core::kStart + 20ms, core::kStart + 40ms};
  ASSERT_EQ(fold().arrows.size(), 3u);
  for (const Arrow& a : shapes.arrows) {
    EXPECT_GE(a.x0, time.left - 41) << "it is cut a little beside what is in sight";
    EXPECT_LE(a.x1, time.right + 41);
    EXPECT_LT(a.x0, a.x1);
  }
}

TEST_F(SpaceTimeFold, ShowsAMessageThatIsStillUnderWayWithoutAnEnd) {
  tell(10, Kind::send, 1, 2, 1);
  ASSERT_EQ(fold().arrows.size(), 1u);
  EXPECT_EQ(shapes.arrows[0].ends, Arrow::End::under_way);
  EXPECT_EQ(shapes.arrows[0].end, kNoRow);
}

TEST_F(SpaceTimeFold, LaysOperationsAtTheSameTimeBelowEachOther) {
  tell(10, Kind::invoke, 4, 0, 1, 71);
  tell(12, Kind::invoke, 4, 0, 1, 72);
  tell(20, Kind::complete, 4, 0, 4, 71);
  tell(30, Kind::complete, 4, 0, 2, 72);
  ASSERT_EQ(fold().operations.size(), 2u);
  EXPECT_FLOAT_EQ(shapes.operations[0].x0, 100);
  EXPECT_FLOAT_EQ(shapes.operations[0].x1, 200);
  EXPECT_TRUE(shapes.operations[0].ok);
  EXPECT_FALSE(shapes.operations[1].ok);
  EXPECT_GT(shapes.operations[1].y, shapes.operations[0].y);
  EXPECT_GT(shapes.operations[0].y, lanes.all[3].y);
}

TEST_F(SpaceTimeFold, ShowsHowMuchHappenedInsteadWhenThereIsTooMuchAndBothBetween) {
  for (int i = 0; i < 100; ++i) tell(i, Kind::note, 1 + static_cast<core::NodeId>(i % 2));
  fold([](SpaceTimeAsk& ask) { ask.most = 1000; });
  EXPECT_EQ(shapes.detail, 1);
  EXPECT_TRUE(shapes.density.empty());
  EXPECT_EQ(shapes.signs.size(), 100u);
  fold([](SpaceTimeAsk& ask) { ask.most = 110; });
  EXPECT_GT(shapes.detail, 0);
  EXPECT_LT(shapes.detail, 1);
  EXPECT_FALSE(shapes.density.empty());
  EXPECT_FALSE(shapes.signs.empty());
  fold([](SpaceTimeAsk& ask) { ask.most = 50; });
  EXPECT_EQ(shapes.detail, 0);
  EXPECT_TRUE(shapes.signs.empty());
  ASSERT_EQ(shapes.density.size(), 4u);
  EXPECT_GT(*std::max_element(shapes.density[0].begin(), shapes.density[0].end()), 0.9f);
  EXPECT_EQ(*std::max_element(shapes.density[2].begin(), shapes.density[2].end()), 0);
}

TEST_F(SpaceTimeFold, LightsWhatCausedAnEventAndWhatItMayHaveLedToAndDimsTheRest) {
  const auto before = tell(10, Kind::send, 1, 2, 1);
  tell(14, Kind::deliver, 2, 1, 1, before);
  const auto chosen = tell(15, Kind::send, 2, 3, 2);
  const auto beside = tell(15, Kind::send, 1, 4, 1);
  tell(19, Kind::deliver, 3, 2, 2, chosen);
  tell(20, Kind::deliver, 4, 1, 1, beside);
  fold();
  const auto cone = line_.cone(2);
  fold([&](SpaceTimeAsk& ask) { ask.cone = &cone; });
  ASSERT_EQ(shapes.arrows.size(), 3u);
  for (const Arrow& a : shapes.arrows) EXPECT_EQ(a.light, a.send == 3 ? Light::dimmed : Light::lit) << a.send;
}

TEST_F(SpaceTimeFold, SaysOfEveryEventHowItStandsToThePickedOne) {
  const auto send = tell(10, Kind::send, 1, 2, 1);
  tell(14, Kind::deliver, 2, 1, 1, send);
  tell(15, Kind::note, 2);
  tell(16, Kind::note, 1);
  tell(17, Kind::command, 0);
  fold();
  const auto text = [&](std::size_t picked, std::size_t row) { return order_text(line_.cone(picked), run_.at(row).event.node, row); };
  EXPECT_EQ(text(1, 0), "Before the event that is picked: it may be a cause of it");
  EXPECT_EQ(text(1, 2), "After the event that is picked: it may be an effect of it");
  EXPECT_EQ(text(1, 3), "Concurrent with the event that is picked: neither can have known of the other") << "though it is later";
  EXPECT_EQ(text(1, 1), "");
  EXPECT_EQ(text(1, 4), "") << "a command happens at no node";
  EXPECT_EQ(order_text(timeline::Cone{}, 1, 0), "") << "nothing is picked";
}

TEST_F(SpaceTimeFold, AnEventsCardSaysItsLamportStampIfItHasOne) {
  tell(10, Kind::note, 1);
  run_.on_event({core::kStart + 11ms, ++id_, Kind::note, 2, 0, 0, 0, 0, 137}, {});
  fold();
  EXPECT_NE(event_card(line_, 1).find("event 2   Lamport 137"), std::string::npos) << event_card(line_, 1);
  EXPECT_EQ(event_card(line_, 0).find("Lamport"), std::string::npos) << "a run from before there were stamps";
}

TEST_F(SpaceTimeFold, LeavesOutHiddenTypesAndWhatTheFilterDoesNotLetThrough) {
  const auto one = tell(10, Kind::send, 1, 2, 1), two = tell(10, Kind::send, 1, 3, 2);
  tell(14, Kind::deliver, 2, 1, 1, one);
  tell(14, Kind::deliver, 3, 1, 2, two);
  const std::set<record::NameId> hidden{1};
  fold([&](SpaceTimeAsk& ask) { ask.hidden = &hidden; });
  ASSERT_EQ(shapes.arrows.size(), 1u);
  EXPECT_EQ(shapes.arrows[0].type, 2u);
  fold([&](SpaceTimeAsk& ask) { ask.shows = [](std::size_t, const record::Event& e, core::BytesView) { return e.type == 1; }; });
  ASSERT_EQ(shapes.arrows.size(), 1u);
  EXPECT_EQ(shapes.arrows[0].type, 1u);
}

TEST_F(SpaceTimeFold, FindsWhatIsNearestToTheMouse) {
  const auto send = tell(10, Kind::send, 1, 3, 1);
  tell(30, Kind::deliver, 3, 1, 1, send);
  tell(50, Kind::crash, 2);
  fold();
  const Arrow& a = shapes.arrows[0];
  EXPECT_EQ(shape_at(shapes, (a.x0 + a.x1) / 2 + 2, (a.y0 + a.y1) / 2, 6), 0u);
  EXPECT_EQ(shape_at(shapes, a.x1 + 1, a.y1, 6), 1u);
  EXPECT_EQ(shape_at(shapes, 503, lanes.all[1].y + 2, 6), 2u);
  EXPECT_EQ(shape_at(shapes, 800, lanes.all[1].y, 6), kNoRow);
}

TEST(SpaceTimeLanes, PutAFoldedGroupOnOneLaneAndKeepItsDistances) {
  record::RunHeader h;
  for (core::NodeId id = 1; id <= 5; ++id) h.nodes.push_back({id, "S" + std::to_string(id), "raft", id <= 3 ? "servers" : "clients"});
  const Lanes all = make_lanes(h.nodes, {}, 0, 1000, 10, 40);
  EXPECT_EQ(all.all.size(), 5u);
  EXPECT_EQ(all.spacing, 40);
  EXPECT_GT(all.y(4) - all.y(3), all.y(3) - all.y(2)) << "groups are apart";
  const Lanes folded = make_lanes(h.nodes, {{"servers"}, {}}, 0, 1000, 10, 40);
  ASSERT_EQ(folded.all.size(), 3u);
  EXPECT_EQ(folded.all[0].name, "servers \u00d73");
  EXPECT_EQ(folded.y(1), folded.y(3));
  const Lanes crowded = make_lanes(h.nodes, {}, 0, 10, 10, 40);
  EXPECT_EQ(crowded.spacing, 10);
  EXPECT_GT(crowded.height, 10);
}

TEST(SpaceTimeLanes, MakeAFoldedLaneThinAndLeaveItItsMessages) {
  record::RunHeader h;
  for (core::NodeId id = 1; id <= 3; ++id) h.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
  const Lanes lanes = make_lanes(h.nodes, {{}, {2}}, 0, 1000, 10, 40);
  EXPECT_TRUE(lanes.thin(2));
  EXPECT_FALSE(lanes.thin(1));
  EXPECT_LT(lanes.all[1].height, lanes.all[0].height / 2);
  EXPECT_NEAR(lanes.y(3) - lanes.y(1), 40 + 10, 1) << "the room goes to nobody else while there is enough";
  const Lanes crowded = make_lanes(h.nodes, {{}, {1, 2, 3}}, 0, 5, 16, 40);
  EXPECT_GE(crowded.all[0].height, 12) << "its name must have room";
}

TEST_F(SpaceTimeFold, LeavesOutWhatIsSmallOnAThinLaneButNoMessageAndNoCrash) {
  const auto send = tell(10, Kind::send, 1, 2, 1);
  tell(14, Kind::deliver, 2, 1, 1, send);
  tell(20, Kind::note, 2);
  tell(30, Kind::crash, 2);
  tell(40, Kind::invoke, 4, 0, 1, 71);
  lanes = make_lanes(run_.header().nodes, {{}, {2, 4}}, 0, 180, 10, 40);
  fold();
  EXPECT_EQ(shapes.arrows.size(), 1u);
  ASSERT_EQ(shapes.signs.size(), 1u);
  EXPECT_EQ(shapes.signs[0].what, Sign::What::crash);
  EXPECT_TRUE(shapes.operations.empty());
}

TEST_F(SpaceTimeFold, SaysWhatBecameOfAMessageAndOfAnOperation) {
  const auto sent = tell(10, Kind::send, 1, 2, 1), lost = tell(11, Kind::send, 1, 3, 1);
  tell(12, Kind::invoke, 4, 0, 1, 71);
  tell(14, Kind::deliver, 2, 1, 1, sent);
  tell(15, Kind::drop, 3, 1, 3, lost);
  tell(30, Kind::complete, 4, 0, 4, 71);
  tell(40, Kind::send, 2, 3, 1);
  fold();
  EXPECT_EQ(outcome_text(line_, shapes, 0), "arrives after 4.00 ms");
  EXPECT_EQ(outcome_text(line_, shapes, 1), "is lost after 4.00 ms");
  EXPECT_EQ(outcome_text(line_, shapes, 2), "ends after 18.0 ms: ok");
  EXPECT_EQ(outcome_text(line_, shapes, 3), "") << "a delivery begins nothing";
  EXPECT_EQ(outcome_text(line_, shapes, 6), "is still under way");
}

class SpaceTimeHands : public testing::Test {
 protected:
  SpaceTimeHands() : playing("raft-elections"), stage(1000, 400), hands(stage, [this] { panel.draw(playing.view(), playing.selection, commands); }) {}
  void play(core::Duration end = 2s) {
    playing.play_to(end);
    hands.frame(2);
  }
  // Looks at so many milliseconds.
  void show(int from, int to) {
    sel().follow = false;
    sel().from = core::kStart + std::chrono::milliseconds(from), sel().to = core::kStart + std::chrono::milliseconds(to);
    hands.frame(2);
  }
  Selection& sel() { return playing.selection; }
  const Probe& ground() { return *stage.find("ground"); }
  double time_at(float x) {
    const double part = static_cast<double>((x - ground().least.x) / (ground().greatest.x - ground().least.x));
    return static_cast<double>(sel().from.time_since_epoch().count()) + part * static_cast<double>((sel().to - sel().from).count());
  }
  // Between two lanes, where no arrow is near: looked for.
  ImVec2 nowhere() {
    for (float x = ground().least.x + 30; x < ground().greatest.x - 30; x += 7)
      for (float y = ground().least.y + 10; y < ground().greatest.y - 10; y += 5)
        if (shape_at(panel.shapes(), x, y, 14) == kNoRow) return {x, y};
    ADD_FAILURE() << "there is no free place";
    return {};
  }
  Playing playing;
  SpaceTime panel;
  Commands commands;
  Stage stage;
  Hands hands;
};

TEST(SpaceTime, SaysThatNothingHasHappenedYet) {
  // A world's thread would record that its nodes start, sooner or later.
  Scene scene(catalog::load_lab("raft-elections").text);
  Stage stage(1000, 400);
  SpaceTime panel;
  Hands hands(stage, [&] { panel.draw(scene.view(), scene.selection, scene.commands); });
  hands.frame(2);
  EXPECT_TRUE(hands.sees("empty:Nothing has happened yet. Play, and every message becomes an arrow here."));
}

TEST_F(SpaceTimeHands, ZoomAtTheMouseWhoseTimeMovesAtMostOnePixel) {
  play();
  show(500, 1500);
  const ImVec2 at{617, 150};
  const double before = time_at(at.x);
  for (int i = 0; i < 12; ++i) {
    hands.wheel(at, 1);
    const double pixel = static_cast<double>((sel().to - sel().from).count()) / static_cast<double>(ground().greatest.x - ground().least.x);
    EXPECT_LE(std::abs(time_at(at.x) - before), pixel);
  }
  EXPECT_LT(sel().to - sel().from, 100ms);
  EXPECT_FALSE(sel().follow);
}

TEST_F(SpaceTimeHands, PanByDragging) {
  play();
  show(500, 1500);
  const ImVec2 at = nowhere();
  const double before = time_at(at.x);
  hands.drag({at, {at.x - 150, at.y}});
  EXPECT_GT(sel().from, core::kStart + 500ms);
  EXPECT_EQ(sel().to - sel().from, core::Duration(1s));
  EXPECT_NEAR(time_at(at.x - 150), before, 2e6) << "what was under the mouse stays there";
  EXPECT_TRUE(commands.all().empty()) << "a drag is no click";
}

TEST_F(SpaceTimeHands, SeekByAClickOnTheGroundAndLetGoOfWhatWasPicked) {
  play();
  show(900, 960);
  sel().row = 5;
  hands.frame(2);
  const ImVec2 at = nowhere();
  hands.click(at);
  ASSERT_EQ(commands.all().size(), 1u);
  EXPECT_NEAR(static_cast<double>(std::get<Seek>(commands.all()[0]).to.time_since_epoch().count()), time_at(at.x), 1e5);
  EXPECT_EQ(sel().row, timeline::kNone);
}

TEST_F(SpaceTimeHands, PickAnArrowTellItsFieldsAndDimWhatHasNothingToDoWithIt) {
  play();
  show(900, 960);
  const auto& arrows = panel.shapes().arrows;
  const auto found = std::find_if(arrows.begin(), arrows.end(), [&](const Arrow& a) {
    return a.ends == Arrow::End::arrives && a.x1 < ground().greatest.x - 20 && a.x0 > ground().least.x + 20;
  });
  ASSERT_NE(found, arrows.end());
  const Arrow arrow = *found;
  hands.move({arrow.x1, arrow.y1});
  hands.frame(2);
  ASSERT_NE(sel().hovered_row, timeline::kNone);
  const bool told = std::any_of(stage.probes().begin(), stage.probes().end(), [](const Probe& p) { return p.name.starts_with("tip:"); });
  EXPECT_TRUE(told) << hands.all();
  hands.click(ImVec2(arrow.x1, arrow.y1));
  ASSERT_NE(sel().row, timeline::kNone);
  hands.frame(2);
  EXPECT_TRUE(hands.sees("picked:" + std::to_string(sel().row)));
  EXPECT_TRUE(std::any_of(panel.shapes().arrows.begin(), panel.shapes().arrows.end(), [](const Arrow& a) { return a.light == Light::lit; }));
  hands.key({kEscape});
  EXPECT_EQ(sel().row, timeline::kNone);
}

TEST_F(SpaceTimeHands, FitTheWholeRunByADoubleClick) {
  play();
  show(900, 960);
  const ImVec2 at = nowhere();
  hands.click(at);
  hands.click(at);
  EXPECT_EQ(sel().from, core::kStart);
  EXPECT_GE(sel().to, playing.view().end);
  EXPECT_LE(sel().to, playing.view().end + 1s);
}

TEST_F(SpaceTimeHands, LeadBackToTheMomentOnceItHasLeftWhatIsShown) {
  play();
  show(0, 5000);
  EXPECT_FALSE(hands.sees("button:To the moment"));
  show(900, 960);
  hands.click("button:To the moment");
  EXPECT_TRUE(sel().follow);
  hands.frame(2);
  EXPECT_FALSE(hands.sees("button:To the moment"));
  EXPECT_LE(sel().from, playing.view().at);
  EXPECT_GE(sel().to, playing.view().at);
}

TEST_F(SpaceTimeHands, MarkARangeByCtrlDragAndForgetItByEscape) {
  play();
  show(900, 1000);
  const ImVec2 at = nowhere();
  stage.input.key(kCtrl, true);
  hands.drag({at, {at.x + 100, at.y}});
  stage.input.key(kCtrl, false);
  hands.frame();
  ASSERT_TRUE(sel().range);
  EXPECT_NEAR(static_cast<double>((sel().range->second - sel().range->first).count()), time_at(at.x + 100) - time_at(at.x), 2e5);
  EXPECT_EQ(sel().from, core::kStart + 900ms) << "it does not pan";
  hands.key({kEscape});
  EXPECT_FALSE(sel().range);
}

TEST_F(SpaceTimeHands, HideAKindOfMessageByItsNameAndShowItAgain) {
  play();
  show(900, 960);
  ASSERT_TRUE(hands.sees("kind:AppendEntries")) << hands.all();
  const std::size_t before = panel.shapes().arrows.size();
  hands.click("kind:AppendEntries");
  hands.frame(2);
  EXPECT_LT(panel.shapes().arrows.size(), before);
  hands.click("kind:AppendEntries");
  hands.frame(2);
  EXPECT_EQ(panel.shapes().arrows.size(), before);
}

TEST_F(SpaceTimeHands, OfferByTheRightButtonWhatCanBeDoneWithAnEvent) {
  play();
  show(900, 960);
  const auto& arrows = panel.shapes().arrows;
  const auto found = std::find_if(arrows.begin(), arrows.end(), [&](const Arrow& a) { return a.ends == Arrow::End::arrives && a.x1 < 900 && a.x0 > 120; });
  ASSERT_NE(found, arrows.end());
  const Arrow arrow = *found;
  hands.click(ImVec2(arrow.x1, arrow.y1), 1);
  hands.frame(2);
  hands.click("item:Fork here");
  ASSERT_EQ(commands.all().size(), 1u) << hands.all();
  EXPECT_GT(std::get<Fork>(commands.all()[0]).at, core::kStart + 900ms);
  const core::Time moment = std::get<Fork>(commands.take()[0]).at;
  hands.click(ImVec2(arrow.x1, arrow.y1), 1);
  hands.frame(2);
  hands.click("item:What if here \u2026");
  const auto asked = commands.take();
  ASSERT_EQ(asked.size(), 2u) << hands.all();
  EXPECT_EQ(std::get<Seek>(asked[0]).to, moment) << "what is given more is given there";
  EXPECT_EQ(std::get<Ask>(asked[1]).dialog, "what if");
  const std::size_t before = panel.shapes().arrows.size();
  hands.click(ImVec2(arrow.x1, arrow.y1), 1);
  hands.frame(2);
  const std::string type = playing.view().run.name(arrow.type);
  hands.click("item:Hide " + type);
  hands.frame(2);
  EXPECT_LT(panel.shapes().arrows.size(), before);
}

TEST_F(SpaceTimeHands, FoldUpAGroupFromTheMenuOfItsLane) {
  play();
  show(900, 960);
  hands.click("lane:S1", 1);
  hands.frame(2);
  hands.click("item:Fold up servers");
  hands.frame(2);
  EXPECT_FALSE(hands.sees("lane:S1"));
  hands.click("lane:servers \u00d75");
  hands.frame(2);
  EXPECT_TRUE(hands.sees("lane:S1"));
  hands.click("lane:S2");
  EXPECT_EQ(sel().node, 2u);
}

TEST_F(SpaceTimeHands, MakeOneLaneThinByItsTriangleAndWideAgain) {
  play();
  show(900, 960);
  const auto height = [&] { return stage.find("lane:S2")->greatest.y - stage.find("lane:S2")->least.y; };
  const float before = height();
  hands.click("fold lane:S2");
  hands.frame(2);
  EXPECT_LT(height(), before * 0.8f);
  EXPECT_EQ(sel().node, core::kNobody) << "the name selects, the triangle folds";
  show(0, 1000);
  EXPECT_LT(height(), before * 0.8f) << "it is remembered";
  hands.click("fold lane:S2");
  hands.frame(2);
  EXPECT_EQ(height(), before);
}

// What a tooltip begins with, when there is one.
std::string told(const Stage& stage) {
  for (const auto& probe : stage.probes())
    if (probe.name.starts_with("tip:")) return probe.name.substr(4);
  return "";
}

TEST_F(SpaceTimeHands, TellOfRolesFaultsOperationsAndTheMomentUnderTheMouse) {
  play();
  playing.wish(Give{"isolate leader"});
  playing.play_to(3s);
  show(1900, 2900);
  const auto over = [&](const std::string& name) {
    hands.move(hands.centre(name));
    hands.frame(2);
    return told(stage);
  };
  EXPECT_FALSE(hands.sees("moment")) << "it is later";
  show(1900, static_cast<int>(playing.view().at.time_since_epoch().count() / 1'000'000) + 300);
  EXPECT_EQ(over("moment"), "The moment that is looked at");
  EXPECT_TRUE(std::any_of(stage.probes().begin(), stage.probes().end(), [&](const Probe& p) { return p.name == "text:" + exact_time_text(playing.view().at); })) << hands.all();
  std::string band, role;
  for (const auto& probe : std::vector<Probe>(stage.probes())) {
    if (probe.name.starts_with("band:")) {
      // Above the first lane nothing else is.
      hands.move({(probe.least.x + probe.greatest.x) / 2, probe.least.y + 1});
      hands.frame(2);
      band = told(stage);
    }
    if (probe.name.starts_with("role:") && probe.name.ends_with(" leader") && probe.greatest.x - probe.least.x > 40)
      for (float x = probe.least.x + 5; x < probe.greatest.x && role.empty(); x += 3) {
        hands.move({x, (probe.least.y + probe.greatest.y) / 2});
        hands.frame(2);
        if (told(stage).find(": leader, term") != std::string::npos) role = told(stage);
      }
  }
  EXPECT_NE(band.find("partition"), std::string::npos) << band;
  EXPECT_FALSE(role.empty());
  show(1500, 1700);
  ASSERT_FALSE(panel.shapes().operations.empty());
  const Operation operation = panel.shapes().operations[panel.shapes().operations.size() / 2];
  for (float x = operation.x0 + 1; x < operation.x1; x += 2) {
    hands.move({x, operation.y});
    hands.frame(2);
    if (told(stage).find("begins") != std::string::npos) break;
  }
  EXPECT_NE(told(stage).find(" begins "), std::string::npos) << told(stage);
}

TEST_F(SpaceTimeHands, LightWhatTheSameRowOfAnotherBranchHasToDoWith) {
  play();
  show(900, 960);
  const auto& arrows = panel.shapes().arrows;
  const auto found = std::find_if(arrows.begin(), arrows.end(), [](const Arrow& a) { return a.ends == Arrow::End::arrives; });
  ASSERT_NE(found, arrows.end());
  sel().row = found->end;
  hands.frame(2);
  const auto lit = [&] {
    std::vector<bool> all;
    for (const Arrow& a : panel.shapes().arrows) all.push_back(a.light == Light::lit);
    return all;
  };
  const auto before = lit();
  playing.wish(Fork{core::kStart + 500ms});
  playing.wish(Give{"crash leader"});
  playing.play_to(2s);
  sel().row = found->end;
  show(900, 960);
  const auto there = lit();
  SpaceTime fresh;
  Hands others(stage, [&] { fresh.draw(playing.view(), playing.selection, commands); });
  others.frame(2);
  std::vector<bool> right;
  for (const Arrow& a : fresh.shapes().arrows) right.push_back(a.light == Light::lit);
  EXPECT_EQ(there, right) << "as a panel shows it that never saw the first branch";
  EXPECT_NE(there, before);
}

TEST_F(SpaceTimeHands, KeepWhatTheLastValidFilterShows) {
  play();
  show(900, 960);
  const std::size_t all = panel.shapes().arrows.size();
  sel().filter = "type:AppendReply";
  hands.frame(2);
  const std::size_t some = panel.shapes().arrows.size();
  EXPECT_LT(some, all);
  EXPECT_GT(some, 0u);
  sel().filter = "type:AppendReply (";
  hands.frame(2);
  EXPECT_EQ(panel.shapes().arrows.size(), some);
}

TEST(SpaceTime, CutsOffNoTextHoweverNarrowItIs) {
  Playing playing;
  playing.play_to(1s);
  for (const int width : {1000, 640, 420}) {
    Stage stage(width, 300);
    SpaceTime panel;
    Commands commands;
    Hands hands(stage, [&] { panel.draw(playing.view(), playing.selection, commands); });
    hands.frame(3);
    EXPECT_TRUE(hands.sees("lane:S1"));
    EXPECT_EQ(hands.clipped(), "") << width;
  }
}

}  // namespace
}  // namespace window
