// Runs side by side, with real hands on the real panel and runs of a real lab.
#include "app/window/panels/compare.h"

#include "tests/app/library/made_runs.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/pictures.h"

namespace window {
namespace {

using namespace std::chrono_literals;

struct Compared3 {
  explicit Compared3(int width = 1500, int height = 900) : stage(width, height) {
    library::record_raft(folder / "a.run", 5, 3s, {});
    library::record_raft(folder / "b.run", 5, 3s, {{1s, "partition leader | rest"}, {2s, "heal"}});
    library::record_raft(folder / "c.run", 6, 2s, {{500ms, "crash S1"}}, {"raft.heartbeat=20ms"});
    panel.open({{folder / "a.run", "A calm one"}, {folder / "b.run", "The leader cut off"}, {folder / "c.run", "Another seed"}}, {}, &leaving);
    hands.frame();
    settle();
  }
  void settle() {
    if (panel.comparison() == nullptr) return;
    const_cast<library::Comparison*>(panel.comparison())->wait();
    hands.frame(2);
  }
  void draw() {
    draw_in_place([this] { panel.draw(commands); });
  }
  template <class Kind>
  std::vector<Kind> wished() { return taken<Kind>(commands); }
  void picture(const std::string& name) { save_picture(stage, name); }
  record::Folder folder;
  Stage stage;
  Leaving leaving;
  Compare panel;
  Commands commands;
  Hands hands{stage, [this] { draw(); }};
};

TEST(ComparePanel, ShowsDifferencesAndOnDemandAll) {
  Compared3 three;
  EXPECT_TRUE(three.hands.sees("compared:messages dropped")) << three.hands.all();
  EXPECT_TRUE(three.hands.sees("compared:raft.heartbeat"));
  EXPECT_FALSE(three.hands.sees("compared:lab")) << "it is the same in all";
  three.hands.click("check:Differences only");
  EXPECT_TRUE(three.hands.sees("compared:promises broken")) << three.hands.all();
  EXPECT_TRUE(three.hands.sees("compared:lab")) << three.hands.all();
  three.hands.wheel(three.hands.centre("compared:crashes"), -200);
  three.hands.frame(3);
  EXPECT_TRUE(three.hands.sees("compared:1")) << "the first command\n" << three.hands.all();
}

TEST(ComparePanel, CallsAMetricAsAPersonDoesAndKeepsItsNameBesideThat) {
  Compared3 three;
  const auto rows = compare::figure_rows(*three.panel.comparison()->known(), 0);
  const auto words = [&](const std::string& name) {
    for (const auto& row : rows)
      if (row.name == name) return row.words;
    return "there is no row " + name;
  };
  EXPECT_EQ(words("consensus_leader_elections_total"), "Leader elections");
  EXPECT_EQ(words("client_latency_ms p99"), "Latency, p99");
  EXPECT_EQ(words("messages dropped"), "") << "it is in words already";
  EXPECT_TRUE(three.hands.sees("text:Leader elections")) << three.hands.all();
}

TEST(ComparePanel, AnotherRunBecomesTheBaselineByAClick) {
  Compared3 three;
  EXPECT_TRUE(three.hands.sees("parting:The leader cut off"));
  three.hands.click("baseline:The leader cut off");
  three.settle();
  EXPECT_EQ(three.panel.comparison()->known()->baseline, 1u);
  EXPECT_FALSE(three.hands.sees("parting:The leader cut off"));
  EXPECT_TRUE(three.hands.sees("parting:A calm one"));
}

TEST(ComparePanel, GoesToWhereTwoRunsPart) {
  Compared3 three;
  three.hands.click("button:Show it");
  const auto wishes = three.commands.take();
  ASSERT_EQ(wishes.size(), 2u);
  EXPECT_EQ(std::get<OpenRun>(wishes[0]).path, three.folder / "b.run");
  EXPECT_EQ(std::get<Seek>(wishes[1]).to, core::kStart + 1s);
}

TEST(ComparePanel, ARunHasOneHueAndItsNameInTheLegendAndCanBeHidden) {
  Compared3 three;
  for (const char* run : {"A  A calm one", "B  The leader cut off", "C  Another seed"}) EXPECT_TRUE(three.hands.sees(std::string("legend:Term:") + run)) << three.hands.all();
  // All lines of a run have its hue, whichever node they are of, and the sign of the run, too.
  const auto place = three.hands.centre("legend:Term:B  The leader cut off");
  three.hands.click(place);
  three.hands.frame(2);
  EXPECT_TRUE(three.hands.sees("legend:Term:B  The leader cut off")) << "switched off, it stays in the legend";
}

TEST(ComparePanel, CopiesTheTableAndGoesBack) {
  Compared3 three;
  three.hands.click("button:Copy table");
  const auto copied = three.wished<CopyText>();
  ASSERT_EQ(copied.size(), 1u);
  EXPECT_TRUE(copied[0].text.starts_with("name,A calm one,The leader cut off,Another seed\nlength,2.99")) << copied[0].text;
  three.hands.key({kEscape});
  EXPECT_FALSE(three.panel.is_open());
  EXPECT_NE(three.hands.all().find("empty:Tick two to six runs"), std::string::npos);
}

TEST(ComparePanel, AlignsByWhatAPersonChoosesAndSaysWhoHasNoSuchEvent) {
  Compared3 three;
  three.hands.click("choice:partition");
  three.settle();
  EXPECT_EQ(three.panel.comparison()->known()->aligned[1], core::kStart + 1s);
  EXPECT_TRUE(three.hands.sees("text:A calm one has no such event: it begins where the others do.")) << three.hands.all();
  three.hands.click("choice:event");
  three.hands.click("field:aligned text");
  three.hands.type("crash S1");
  three.hands.key({kEnter});
  three.settle();
  EXPECT_EQ(three.panel.comparison()->known()->aligned[2], core::kStart + 500ms);
}

TEST(ComparePanel, AlignedByAnEventTheNumbersAreOfTheRunOrOfOneSideOfIt) {
  Compared3 three(1500, 1400);
  EXPECT_FALSE(three.hands.sees("choice:from it on")) << "by the start there is no other side";
  three.hands.click("choice:command");
  three.settle();
  EXPECT_FALSE(three.hands.sees("text:0.50 s")) << three.hands.all();
  three.hands.click("choice:before the event");
  EXPECT_TRUE(three.hands.sees("text:0.50 s")) << "so long the third ran before its crash\n" << three.hands.all();
  EXPECT_TRUE(three.hands.sees("text:1.00 s")) << "and the second before its partition";
  three.hands.click("choice:from it on");
  EXPECT_FALSE(three.hands.sees("text:0.50 s"));
  EXPECT_TRUE(three.hands.sees("text:2.00 s")) << three.hands.all();
}

TEST(ComparePanel, WordsThatAreNoFilterAreSaid) {
  Compared3 three;
  three.hands.click("choice:event");
  three.hands.click("field:aligned text");
  three.hands.type("(crash");
  three.hands.key({kEnter});
  three.settle();
  EXPECT_NE(three.hands.all().find("text:This is no filter: "), std::string::npos) << three.hands.all();
}

TEST(ComparePanel, PicturesToLookAt) {
  {
    Compared3 wide;
    wide.hands.click("choice:partition"), wide.settle();
    wide.picture("compare-1500");
  }
  {
    Compared3 narrow(860, 900);
    narrow.hands.click("check:Differences only");
    narrow.picture("compare-860");
    narrow.hands.click("choice:Plots");
    narrow.picture("compare-860-plots");
  }
  Compared3 light(2600, 1500);
  light.stage.scale = 2, light.stage.colours = &light_theme();
  light.hands.frame(2);
  light.picture("compare-light-2x");
}

}  // namespace
}  // namespace window
