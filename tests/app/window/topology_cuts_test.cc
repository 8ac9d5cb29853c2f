// Layout and cuts, without a window: where nodes lie, which links a line crosses, and which commands follow.
#include <gtest/gtest.h>

#include "app/window/panels/topology_cuts.h"
#include "labs/world/command.h"

namespace window {
namespace {

Nodes cluster(std::size_t servers, std::size_t clients = 0) {
  Nodes nodes;
  for (std::size_t i = 1; i <= servers; ++i) nodes.push_back({static_cast<core::NodeId>(i), "S" + std::to_string(i), "raft", "servers"});
  for (std::size_t i = 1; i <= clients; ++i)
    nodes.push_back({static_cast<core::NodeId>(servers + i), "C" + std::to_string(i), "raft-client", "clients"});
  return nodes;
}

std::vector<world::Group> groups(bool clients) {
  std::vector<world::Group> all(1);
  all[0].name = "servers";
  if (clients) all.emplace_back().name = "clients", all.back().to = {"servers"};
  return all;
}

Places placed(const Nodes& nodes, const std::set<std::string>& opened = {}) {
  return place_nodes(nodes, groups(nodes.back().group == "clients"), opened);
}

// A long line across the plane, upright at x.
std::vector<Point> upright(float x) { return {{x, -3000}, {x, 3000}}; }
std::vector<Point> level(float y) { return {{-3000, y}, {3000, y}}; }

std::vector<std::string> cut_by(const Nodes& nodes, const Places& places, const std::vector<Point>& line) {
  return cut_commands(nodes, places, crossed_links(places, line));
}

// What a world would say of its links after this partition.
void cut(std::vector<timeline::LinkState>& links, core::NodeId a, core::NodeId b, bool both = true, int at_ms = 1000) {
  timeline::LinkState link{a, b, core::kStart + std::chrono::milliseconds(at_ms), {}};
  link.faults.cut = true;
  links.push_back(link);
  if (!both) return;
  std::swap(link.from, link.to);
  links.push_back(link);
}
void cut_sides(std::vector<timeline::LinkState>& links, const Ids& a, const Ids& b, bool both = true) {
  for (const auto x : a)
    for (const auto y : b) cut(links, x, y, both);
}

using Words = std::vector<std::string>;

TEST(TopologyLayout, FiveServersAreARingThatBeginsOnTop) {
  const auto places = placed(cluster(5));
  ASSERT_EQ(places.sites.size(), 5u);
  const Point middle = places.groups[0].centre;
  EXPECT_NEAR(places.of(1).at.x, middle.x, 0.01);
  EXPECT_LT(places.of(1).at.y, middle.y - 100);
  for (const Site& site : places.sites) EXPECT_NEAR(distance(site.at, middle), places.groups[0].radius, 0.01);
  EXPECT_GT(places.of(2).at.x, middle.x) << "clockwise, as one reads a clock";
}

TEST(TopologyLayout, NoTwoNodesTouchWhateverTheirNumber) {
  for (const std::size_t count : {1u, 2u, 3u, 5u, 9u, 25u, 30u, 31u, 37u, 60u, 100u, 110u}) {
    const auto places = placed(cluster(count));
    ASSERT_EQ(places.sites.size(), count);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = i + 1; j < count; ++j)
        EXPECT_GT(distance(places.sites[i].at, places.sites[j].at), 2 * kNodeRadius) << count << " nodes: " << i << " and " << j;
  }
}

TEST(TopologyLayout, ClientsAreBoxesAtTheLeftOfWhatTheyKnow) {
  const auto places = placed(cluster(5, 1));
  EXPECT_TRUE(places.of(6).box);
  EXPECT_FALSE(places.of(1).box);
  for (core::NodeId id = 1; id <= 5; ++id) EXPECT_LT(places.of(6).at.x, places.of(id).at.x);
  EXPECT_TRUE(places.linked(6, 1));
  EXPECT_FALSE(placed(cluster(5, 2)).linked(6, 7)) << "clients do not talk to each other";
}

TEST(TopologyLayout, WhoAsksOthersAndIssuesNoOperationsIsANodeLikeThem) {
  Nodes nodes = cluster(3, 1);
  nodes[3].kind = "ntp-client";
  const auto clock = placed(nodes);
  EXPECT_FALSE(clock.of(4).box) << "what counts of it is its state";
  for (core::NodeId id = 1; id <= 3; ++id) EXPECT_LT(clock.of(4).at.x, clock.of(id).at.x);
  EXPECT_TRUE(clock.linked(4, 1));
  nodes[3].kind = "replica-client";
  EXPECT_TRUE(placed(nodes).of(4).box);
}

TEST(TopologyLayout, ACrowdIsOneGlyphAGroupUntilItIsOpened) {
  const auto nodes = cluster(130, 1);
  const auto folded = placed(nodes);
  EXPECT_EQ(folded.sites.size(), 2u);
  EXPECT_EQ(&folded.of(1), &folded.of(130));
  const auto open = placed(nodes, {"servers"});
  EXPECT_EQ(open.sites.size(), 131u);
}

TEST(TopologyCuts, ALineThatSeparatesAGroupIsAPartition) {
  const auto nodes = cluster(5);
  const auto places = placed(nodes);
  // S2 and S3 lie at the right, S1 in the middle, S4 and S5 at the left.
  EXPECT_EQ(cut_by(nodes, places, upright(places.groups[0].centre.x + 40)), Words{"partition S1 S4 S5 | S2 S3"});
  EXPECT_EQ(cut_by(nodes, places, level(places.of(2).at.y + 60)), Words{"partition S1 S2 S5 | S3 S4"});
}

TEST(TopologyCuts, ALineThroughARingLeavesTheLinksOfClientsBehindItAlone) {
  const auto nodes = cluster(5, 1);
  const auto places = placed(nodes);
  // Beside S5, which lies between the client and the ring: the client's links to all others are crossed, too.
  const auto line = upright((places.of(5).at.x + places.groups[0].centre.x) / 2 - 40);
  EXPECT_GT(crossed_links(places, line).size(), 4u);
  EXPECT_EQ(cut_commands(nodes, places, meant_links(places, crossed_links(places, line))), Words{"partition S1 S2 S3 S4 | S5"});
  const auto beside = upright(places.of(6).at.x + 90);
  EXPECT_EQ(cut_commands(nodes, places, meant_links(places, crossed_links(places, beside))), Words{"partition C1 | S1 S2 S3 S4 S5"});
}

TEST(TopologyCuts, ALineThatSeparatesNobodyCutsPairByPair) {
  const auto nodes = cluster(5);
  const auto places = placed(nodes);
  const Point middle = (places.of(3).at + places.of(4).at) * 0.5f;
  EXPECT_EQ(cut_by(nodes, places, {middle - Point{0, 15}, middle + Point{0, 15}}), Words{"partition S3 | S4"});
}

TEST(TopologyCuts, ALineAcrossNothingGivesNothing) {
  const auto nodes = cluster(5);
  const auto places = placed(nodes);
  EXPECT_TRUE(cut_by(nodes, places, upright(9000)).empty());
  EXPECT_TRUE(cut_by(nodes, places, {{0, 0}}).empty());
  EXPECT_TRUE(cut_by(nodes, places, {}).empty());
}

TEST(TopologyCuts, ClientsStayConnectedUnlessTheLineCrossesTheirLinks) {
  const auto nodes = cluster(5, 1);
  const auto places = placed(nodes);
  // Around S1 alone, on the ring's side only: the client's links are not touched.
  const Point s1 = places.of(1).at;
  std::vector<Point> inner;
  for (int i = 0; i <= 20; ++i) inner.push_back(s1 + towards(0.3f + 2.45f * static_cast<float>(i) / 20) * 70);
  EXPECT_EQ(cut_by(nodes, places, inner), Words{"partition S1 | S2 S3 S4 S5"});
  // Right before the client: only its links.
  const Point client = places.of(6).at;
  EXPECT_EQ(cut_by(nodes, places, {client + Point{60, -400}, client + Point{60, 900}}), Words{"partition C1 | S1 S2 S3 S4 S5"});
  // Between two sides, the client's links to the far side included: it is on the near side.
  const auto all = cut_by(nodes, places, upright(places.groups[0].centre.x + 40));
  EXPECT_EQ(all, Words{"partition S1 S4 S5 C1 | S2 S3"});
}

TEST(TopologyCuts, EveryCommandThatFollowsFromALineCanBeRead) {
  for (const std::size_t count : {3u, 5u, 25u, 100u}) {
    const auto nodes = cluster(count, 1);
    const auto places = placed(nodes);
    const Point middle = places.groups[0].centre;
    for (int turn = 0; turn < 12; ++turn) {
      const Point way = towards(static_cast<float>(turn) * 0.26f) * 4000;
      const auto commands = cut_by(nodes, places, {middle - way + Point{7, 5}, middle + way + Point{7, 5}});
      EXPECT_FALSE(commands.empty());
      for (const auto& command : commands) EXPECT_NO_THROW(world::parse_command(command)) << command;
    }
  }
}

TEST(TopologyCuts, ManyNodesInARowAreSaidAsARange) {
  const auto nodes = cluster(100);
  Ids ids;
  for (core::NodeId id = 1; id <= 60; ++id) ids.push_back(id);
  EXPECT_EQ(who(nodes, ids), "S1..S60");
  EXPECT_EQ(who(nodes, {5, 3, 4}), "S3 S4 S5");
}

TEST(TopologyCuts, NamesOfStrangersAreSaidAsNumbers) {
  Nodes nodes = cluster(2);
  nodes[1].name = "a | b\ncrash all";
  EXPECT_EQ(who(nodes, {1, 2}), "S1 2");
}

TEST(TopologyCuts, ABandSplitsThoseInsideFromTheRest) {
  const auto nodes = cluster(5, 1);
  const auto places = placed(nodes);
  const Box band{{places.groups[0].centre.x + 20, -900}, {places.groups[0].centre.x + 900, 900}};
  EXPECT_EQ(split_commands(nodes, places, band), Words{"partition S2 S3 | S1 S4 S5"});
  EXPECT_TRUE(split_commands(nodes, places, {{9000, 0}, {9001, 1}}).empty());
  const Point c = places.of(6).at;
  EXPECT_EQ(split_commands(nodes, places, {c - Point{9, 9}, c + Point{9, 9}}), Words{"partition C1 | S1 S2 S3 S4 S5"});
}

TEST(TopologyCuts, APartitionIsOneObjectWithItsSmallerSideFirst) {
  const auto nodes = cluster(5, 1);
  const auto places = placed(nodes);
  std::vector<timeline::LinkState> links;
  cut_sides(links, {3}, {1, 2, 4, 5});
  const auto cuts = present_cuts(places, links);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].a, Ids{3});
  EXPECT_EQ(cuts[0].b, (Ids{1, 2, 4, 5}));
  EXPECT_TRUE(cuts[0].a_to_b && cuts[0].b_to_a && cuts[0].sides);
  EXPECT_EQ(cuts[0].since, core::kStart + std::chrono::seconds(1));
  EXPECT_EQ(heal_command(nodes, cuts[0]), "heal S3 | S1 S2 S4 S5");
  EXPECT_EQ(again_command(nodes, cuts[0], true, false), "partition S3 -> S1 S2 S4 S5");
  EXPECT_EQ(again_command(nodes, cuts[0], false, true), "partition S1 S2 S4 S5 -> S3");
}

TEST(TopologyCuts, AOneWayPartitionKnowsItsWay) {
  const auto places = placed(cluster(5));
  std::vector<timeline::LinkState> links;
  cut_sides(links, {1, 2, 4, 5}, {3}, false);
  const auto cuts = present_cuts(places, links);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_FALSE(cuts[0].a_to_b);
  EXPECT_TRUE(cuts[0].b_to_a);
}

TEST(TopologyCuts, ThreeSidesAreTwoCutsAndHealingOneLeavesTheOther) {
  const auto nodes = cluster(5);
  const auto places = placed(nodes);
  std::vector<timeline::LinkState> links;
  cut_sides(links, {1, 2}, {3, 4}), cut_sides(links, {1, 2}, {5}), cut_sides(links, {3, 4}, {5});
  const auto cuts = present_cuts(places, links);
  ASSERT_EQ(cuts.size(), 2u);
  EXPECT_EQ(heal_command(nodes, cuts[1]), "heal S5 | S1 S2") << "not S3 and S4: these are still cut off themselves";
}

TEST(TopologyCuts, LinksThatSeparateNobodyAreCutsOfTheirOwn) {
  const auto places = placed(cluster(5, 1));
  std::vector<timeline::LinkState> links;
  cut(links, 1, 3), cut(links, 6, 2);
  const auto cuts = present_cuts(places, links);
  ASSERT_EQ(cuts.size(), 2u);
  for (const auto& one : cuts) EXPECT_FALSE(one.sides);
  EXPECT_EQ(curve_of(places, cuts[1]).size(), 2u) << "a bar across the link";
}

TEST(TopologyCuts, WhatALineCutsIsFoundAgainAsTheSameCut) {
  const auto nodes = cluster(5, 1);
  const auto places = placed(nodes);
  const auto crossed = crossed_links(places, upright(places.groups[0].centre.x + 40));
  std::vector<timeline::LinkState> links;
  for (const auto& [a, b] : crossed) cut(links, a, b);
  const auto cuts = present_cuts(places, links);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(heal_command(nodes, cuts[0]), "heal S2 S3 | S1 S4 S5 C1");
}

TEST(TopologyCuts, TheCurveOfACutCrossesItsLinksAndNoOthers) {
  const auto nodes = cluster(5);
  const auto places = placed(nodes);
  for (const auto& [a, b] : std::vector<std::pair<Ids, Ids>>{{{3}, {1, 2, 4, 5}}, {{1}, {2, 3, 4, 5}}, {{1, 2}, {3, 4, 5}}, {{3, 4}, {1, 2, 5}}}) {
    std::vector<timeline::LinkState> links;
    cut_sides(links, a, b);
    const auto curve = curve_of(places, present_cuts(places, links).at(0));
    std::vector<std::pair<core::NodeId, core::NodeId>> wanted;
    for (const auto x : a)
      for (const auto y : b) wanted.push_back(std::minmax(x, y));
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(crossed_links(places, curve), wanted) << who(nodes, a);
  }
}

TEST(TopologyCuts, ACutThatIsCarriedToAnotherNodeCutsThatOne) {
  const auto nodes = cluster(5);
  const auto places = placed(nodes);
  std::vector<timeline::LinkState> links;
  cut_sides(links, {3}, {1, 2, 4, 5});
  const auto cuts = present_cuts(places, links);
  const auto curve = curve_of(places, cuts.at(0), places.of(4).at - places.of(3).at);
  EXPECT_EQ(cut_by(nodes, places, curve), Words{"partition S1 S2 S3 S5 | S4"});
}

TEST(TopologyCuts, OnlyFarOutsideOfItsRingIsANodeOutOfItsGroup) {
  const auto places = placed(cluster(5, 1));
  const Point middle = places.groups[0].centre;
  EXPECT_FALSE(out_of_group(places, 3, places.of(3).at));
  EXPECT_FALSE(out_of_group(places, 3, middle + Point{places.groups[0].radius + 60, 0}));
  EXPECT_TRUE(out_of_group(places, 3, middle + Point{places.groups[0].radius + 160, 0}));
  EXPECT_FALSE(out_of_group(places, 6, {9000, 9000})) << "a client has no ring";
}

TEST(TopologyPlane, ZoomingKeepsWhatIsUnderTheMouse) {
  Camera camera{0.8f, {312, 207}};
  const Point mouse{411, 305}, under = camera.plane(mouse);
  for (int i = 0; i < 30; ++i) camera.zoom_at(mouse, camera.zoom * (i % 3 == 0 ? 0.7f : 1.25f));
  EXPECT_LT(distance(camera.screen(under), mouse), 1);
}

}  // namespace
}  // namespace window
