#include "app/window/panels/inspector.h"

#include "hands.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/consensus/raft/raft.h"
#include "mechanisms/core/codec.h"
#include "playing.h"

namespace window {
namespace {

using timeline::read_text_tree;

std::string listed(const std::vector<FieldRow>& rows) {
  std::string out;
  for (const auto& row : rows)
    out += std::string(static_cast<std::size_t>(row.depth), '>') + row.name + "=" + row.value + (row.changed ? row.added ? " new" : " was " + row.was : "") + "\n";
  return out;
}

TEST(InspectorTree, MarksWhatChangedAndSaysWhatItWas) {
  const auto now = read_text_tree("S{term=4 voted=none list=[1 2] words=\"b\"}"), was = read_text_tree("S{term=3 voted=none list=[1 2]}");
  EXPECT_EQ(listed(field_rows(now, &was, {})), "term=4 was 3\nvoted=none\nlist=[1 2]\nwords=\"b\" new\n");
  EXPECT_EQ(listed(field_rows(now, nullptr, {})), "term=4\nvoted=none\nlist=[1 2]\nwords=\"b\"\n");
}

TEST(InspectorTree, UnfoldsStructuresAndComparesTheirPartsByKeyOrPlace) {
  const auto now = read_text_tree("S{by=[F{id=1 next=5} F{id=2 next=7}]}"), was = read_text_tree("S{by=[F{id=1 next=5} F{id=2 next=6}]}");
  EXPECT_EQ(listed(field_rows(now, &was, {})), "by=2 entries was \n");
  EXPECT_EQ(listed(field_rows(now, &was, {"by"})), "by=2 entries was \n>0=id=1 next=5\n>1=id=2 next=7 was id=2 next=6\n");
  EXPECT_EQ(listed(field_rows(now, &was, {"by", "by/1"})), "by=2 entries was \n>0=id=1 next=5\n>1= was \n>>id=2\n>>next=7 was 6\n");
}

TEST(InspectorTree, CutsALongListAndCountsTheRest) {
  std::string text = "S{list=[";
  for (int i = 0; i < 100; ++i) text += (i > 0 ? " " : "") + std::to_string(i);
  const auto rows = field_rows(read_text_tree(text + "]}"), nullptr, {"list"}, 10);
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(rows[0].value, "100 entries");
  EXPECT_EQ(rows.back().value, "\u2026 and 90 more");
}

TEST(InspectorTree, ShowsATextThatIsNoValueAsItIs) {
  EXPECT_EQ(listed(field_rows(read_text_tree("steps down in term 3"), nullptr, {})), "=steps down in term 3\n");
  EXPECT_TRUE(field_rows(read_text_tree(""), nullptr, {}).empty());
}

class InspectorHands : public testing::Test {
 protected:
  InspectorHands() : playing("raft-elections"), stage(420, 900), hands(stage, [this] { panel.draw(playing.view(), playing.selection, commands); }) {}
  void play() {
    playing.play_to(2s);
    hands.frame(2);
  }
  // The number of the event on a line of the inspector that begins with these words; kNone: there is none.
  std::size_t line_of(const std::string& words) const {
    for (const auto& probe : stage.probes())
      if (probe.name.starts_with("line:" + words + " ")) return std::stoul(probe.name.substr(words.size() + 6));
    return timeline::kNone;
  }
  std::size_t first(record::EventKind kind) {
    const auto view = playing.view();
    for (std::size_t row = 0; row < view.run.size(); ++row)
      if (view.run.at(row).event.kind == kind) return row;
    return timeline::kNone;
  }
  Playing playing;
  Inspector panel;
  Commands commands;
  Stage stage;
  Hands hands;
};

TEST_F(InspectorHands, SaysWhatToDoWhenNothingIsPicked) {
  play();
  EXPECT_TRUE(hands.sees("empty:Nothing is picked. Click a node, a link or an event to see all that is known of it."));
}

TEST_F(InspectorHands, ShowsEveryFieldOfWhatANodeShowsAtThatMoment) {
  play();
  playing.selection.node = 1;
  hands.frame(2);
  EXPECT_TRUE(hands.sees("inspected:S1"));
  const auto view = playing.view();
  const auto shown = view.run.at(view.moment.nodes[0].spell.shown);
  const auto tree = read_text_tree(catalog::find_kind("raft")->shown_text(shown.body, view.run.node_names()));
  ASSERT_GT(tree.parts.size(), 5u);
  for (const auto& part : tree.parts) {
    const bool seen = std::any_of(stage.probes().begin(), stage.probes().end(), [&](const Probe& p) {
      return p.name.starts_with("value:" + part.name + "=") || p.name.starts_with("changed:" + part.name + "=");
    });
    EXPECT_TRUE(seen) << part.name << hands.all();
  }
}

TEST_F(InspectorHands, GoesToTheChangeBeforeAndHighlightsWhatItChanged) {
  play();
  playing.selection.node = 1;
  hands.frame(2);
  const bool changed = std::any_of(stage.probes().begin(), stage.probes().end(), [](const Probe& p) { return p.name.starts_with("changed:"); });
  EXPECT_TRUE(changed) << hands.all();
  const auto view = playing.view();
  const std::size_t before = show_before(view.run, 1, view.moment.nodes[0].spell.shown);
  ASSERT_NE(before, timeline::kNone);
  hands.click("button:Previous change");
  ASSERT_EQ(commands.all().size(), 1u);
  EXPECT_EQ(std::get<Seek>(commands.all()[0]).to, view.run.at(before).event.at);
}

TEST_F(InspectorHands, CallsNodesByTheirNames) {
  play();
  playing.selection.node = 2;
  hands.frame(2);
  const auto view = playing.view();
  const auto shown = view.run.at(view.moment.nodes[1].spell.shown);
  const auto leader = core::decode<raft::Shown>(shown.body).leader;
  ASSERT_NE(leader, core::kNobody);
  const std::string row = ":leader=" + view.run.node(leader)->name;
  EXPECT_TRUE(hands.sees("value" + row) || hands.sees("changed" + row)) << hands.all();
}

TEST_F(InspectorHands, LeadsFromASendToItsDeliveryAndBack) {
  play();
  const std::size_t send = first(record::EventKind::send);
  ASSERT_NE(send, timeline::kNone);
  const std::size_t end = playing.view().line.end_of(send);
  ASSERT_NE(end, timeline::kNone);
  playing.selection.row = send;
  hands.frame(2);
  hands.click("line:ended " + std::to_string(end));
  EXPECT_EQ(playing.selection.row, end);
  hands.frame(2);
  hands.click("line:began " + std::to_string(send));
  EXPECT_EQ(playing.selection.row, send);
  hands.frame(2);
  EXPECT_NE(line_of("because"), timeline::kNone) << hands.all();
  hands.click("button:Let it go");
  EXPECT_EQ(playing.selection.row, timeline::kNone);
}

TEST_F(InspectorHands, CopiesAValueByTheRightButton) {
  play();
  playing.selection.row = first(record::EventKind::arm);   // Its body is two plain fields.
  hands.frame(2);
  const auto found = std::find_if(stage.probes().begin(), stage.probes().end(), [](const Probe& p) { return p.name.starts_with("value:") && !p.name.ends_with("=") && p.name.find_first_of(" [{\"") == std::string::npos; });
  ASSERT_NE(found, stage.probes().end()) << hands.all();
  const std::string value = found->name.substr(found->name.find('=') + 1);
  hands.click(std::string(found->name), 1);
  hands.frame(2);
  hands.click("item:Copy the value");
  ASSERT_EQ(commands.all().size(), 1u);
  EXPECT_EQ(std::get<CopyText>(commands.all()[0]).text, value);
}

TEST_F(InspectorHands, TellsOfALinkWhatIsWrongWithItAndWhatWentOverIt) {
  playing.play_to(1s);
  playing.wish(Give{"partition S1 | S2"});
  playing.play_to(1500ms);
  playing.selection.link_from = 1, playing.selection.link_to = 2;
  hands.frame(2);
  EXPECT_TRUE(hands.sees("inspected link"));
  EXPECT_TRUE(hands.sees("text:cut")) << hands.all();
  EXPECT_TRUE(hands.sees("text:traffic"));
}

TEST_F(InspectorHands, OfOneThatRunsAgainTheCrashIsNoNews) {
  play();
  playing.selection.node = 1;
  playing.wish(Give{"crash S1"});
  playing.rest();
  hands.frame(2);
  const auto tells_crash = [&] {
    const std::size_t row = line_of("said last");
    return row != timeline::kNone && playing.view().run.at(row).event.kind == record::EventKind::crash;
  };
  EXPECT_TRUE(tells_crash()) << hands.all();
  playing.wish(Give{"restart S1"});
  playing.rest();
  hands.frame(2);
  EXPECT_FALSE(tells_crash()) << hands.all();
}

TEST_F(InspectorHands, SaysATextWholeHoweverNarrowItIs) {
  play();
  playing.wish(Give{"mark a few words that are far too long for one line of such a narrow column, so that they need several of them"});
  playing.rest();
  const auto view = playing.view();
  for (std::size_t row = 0; row < view.run.size(); ++row)
    if (view.run.at(row).event.kind == record::EventKind::command) playing.selection.row = row;
  hands.frame(2);
  for (const auto& probe : stage.probes()) {
    if (probe.name.find("a few words") == std::string::npos) continue;
    EXPECT_FALSE(probe.clipped) << probe.name;
  }
}

}  // namespace
}  // namespace window
