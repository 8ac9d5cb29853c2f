// The place of all runs, with real hands on the real panel.
#include "app/window/panels/runs.h"

#include "tests/app/window/hands.h"
#include "tests/app/window/pictures.h"
#include "tests/labs/record/made_run.h"

namespace window {
namespace {

using library::RunEntry;
using namespace std::chrono_literals;

RunEntry entry(const std::string& name, const std::string& lab, std::uint64_t seed, std::int64_t when, std::uint64_t events) {
  RunEntry run;
  run.path = "/runs/" + name + ".run", run.name = name, run.lab = lab, run.world = "simulated", run.seed = seed;
  run.when = 1'790'000'000 + when, run.events = events, run.length = std::chrono::seconds(events), run.bytes = events * 1000;
  return run;
}

std::vector<RunEntry> four() {
  std::vector<RunEntry> runs{entry("Split votes at night", "raft-split-votes", 7, 30, 48'211), entry("A first look", "raft-elections", 42, 20, 12'400),
                             entry("Losing the leader", "raft-losing-the-leader", 42, 10, 310), entry("broken", "raft-elections", 1, 0, 5)};
  runs[0].tags = {"odd", "for class"}, runs[0].note = "S3 waits far too long here";
  runs[1].recording = true;
  runs[2].cut_off = true;
  runs[3].trouble = "it is damaged";
  return runs;
}

struct Placed {
  explicit Placed(std::vector<RunEntry> of, int width = 1200, int height = 600) : runs(std::move(of)), stage(width, height) { hands.frame(2); }
  void draw() {
    draw_in_place([this] { panel.draw(runs, state, commands); });
  }
  template <class Kind>
  std::vector<Kind> wished() { return taken<Kind>(commands); }
  void picture(const std::string& name) { save_picture(stage, name); }
  std::vector<RunEntry> runs;
  Stage stage;
  Runs panel;
  Runs::State state;
  Commands commands;
  Hands hands{stage, [this] { draw(); }};
};

std::vector<std::string> names_listed(const std::vector<RunEntry>& runs, std::string_view search, RunColumn by, bool descending) {
  std::vector<std::string> names;
  for (const auto row : listed_runs(runs, search, by, descending)) names.push_back(runs[row].name);
  return names;
}

TEST(RunsList, NamesALabByItsTitleWhereItIsKnown) {
  RunEntry run = entry("mine", "/home/me/labs/my-experiment.md", 1, 0, 10);
  EXPECT_EQ(cell_text(run, RunColumn::lab), "my-experiment");
  run.lab_title = "What a slow disk does";
  EXPECT_EQ(cell_text(run, RunColumn::lab), "What a slow disk does");
  EXPECT_NE(exact_text(run, RunColumn::lab).find("my-experiment.md"), std::string::npos);
  EXPECT_EQ(names_listed({run}, "slow disk", RunColumn::lab, false).size(), 1u);
}

TEST(RunsList, SaysWhenARunBeganAndWhenItWasWrittenLast) {
  RunEntry run = entry("mine", "raft-elections", 1, 0, 10);
  EXPECT_EQ(exact_text(run, RunColumn::when).find("began"), std::string::npos) << "its file does not say";
  run.began = run.when - 65;
  const std::string words = exact_text(run, RunColumn::when);
  EXPECT_TRUE(words.starts_with("began ")) << words;
  EXPECT_NE(words.find("\nlast written "), std::string::npos) << words;
}

TEST(RunsList, FindsEveryWordInAnyColumn) {
  const auto runs = four();
  const auto found = [&](std::string_view search) { return names_listed(runs, search, RunColumn::name, false); };
  EXPECT_EQ(found("").size(), 4u);
  EXPECT_EQ(found("NIGHT"), std::vector<std::string>{"Split votes at night"});
  EXPECT_EQ(found("waits split"), std::vector<std::string>{"Split votes at night"}) << "one word of its note, one of its name";
  EXPECT_EQ(found("class"), std::vector<std::string>{"Split votes at night"});
  EXPECT_EQ(found("42"), (std::vector<std::string>{"A first look", "Losing the leader"}));
  EXPECT_EQ(found("damaged"), std::vector<std::string>{"broken"});
  EXPECT_EQ(found("cut off"), std::vector<std::string>{"Losing the leader"});
  EXPECT_TRUE(found("night nowhere").empty());
}

TEST(RunsList, SortsNumbersAsNumbersAndWordsAsPeopleDo) {
  const auto runs = four();
  EXPECT_EQ(names_listed(runs, "", RunColumn::events, true).front(), "Split votes at night");
  EXPECT_EQ(names_listed(runs, "", RunColumn::events, false).front(), "broken");
  EXPECT_EQ(names_listed(runs, "", RunColumn::name, false), (std::vector<std::string>{"A first look", "broken", "Losing the leader", "Split votes at night"}));
  EXPECT_EQ(names_listed(runs, "", RunColumn::when, true).front(), "Split votes at night");
}

TEST(RunsList, ColumnsThatDoNotFitGoAndTheNameStays) {
  for (const float width : {100.0f, 300.0f, 500.0f, 700.0f, 900.0f, 1200.0f, 2000.0f}) {
    const auto columns = placed_columns(width);
    EXPECT_EQ(columns.front().column, RunColumn::name);
    if (width >= 300) { EXPECT_LE(columns.back().x + columns.back().width, width + 0.5f) << width; }
    for (std::size_t i = 1; i < columns.size(); ++i) EXPECT_GE(columns[i].x, columns[i - 1].x + columns[i - 1].width + 17);
  }
  EXPECT_EQ(placed_columns(2000).size(), 10u);
  EXPECT_LT(placed_columns(500).size(), 6u);
}

TEST(RunsList, TagsAreReadAsTheyAreWritten) {
  EXPECT_EQ(tags_of(" odd , for class,, "), (std::vector<std::string>{"odd", "for class"}));
  EXPECT_EQ(tags_text(tags_of("a, b c")), "a, b c");
}

TEST(RunsPanel, WhenThereIsNoneItSaysWhatToDo) {
  Placed placed({});
  EXPECT_NE(placed.hands.all().find("Open a lab to record the first"), std::string::npos) << placed.hands.all();
  EXPECT_FALSE(placed.hands.sees("button:Compare"));
}

TEST(RunsPanel, OpensWithADoubleClickAndWithEnter) {
  Placed placed(four());
  placed.hands.click("run:Split votes at night");
  EXPECT_TRUE(placed.wished<OpenRun>().empty()) << "one click only marks it";
  placed.hands.frame(40);
  const auto name = placed.hands.centre("cell:Name of Split votes at night");
  placed.hands.click(name), placed.hands.click(name);
  const auto opened = placed.wished<OpenRun>();
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].path, "/runs/Split votes at night.run");
  placed.hands.key({kDown});
  placed.hands.key({kEnter});
  const auto next = placed.wished<OpenRun>();
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].path, "/runs/A first look.run") << "the arrow went to the next";
}

TEST(RunsPanel, ADamagedRunSaysWhyAndIsNotOpened) {
  Placed placed(four());
  EXPECT_TRUE(placed.hands.sees("text:damaged"));
  const auto name = placed.hands.centre("cell:Name of broken");
  placed.hands.click(name), placed.hands.click(name);
  placed.hands.key({kEnter});
  EXPECT_TRUE(placed.wished<OpenRun>().empty());
}

TEST(RunsPanel, RenamesInPlaceAndEscapeTakesItBack) {
  Placed placed(four());
  placed.hands.click("cell:Name of A first look");
  placed.hands.key({kF2});
  placed.hands.key({kCtrl, kA});
  placed.hands.type("My run");
  placed.hands.key({kEnter});
  const auto renamed = placed.wished<RenameRun>();
  ASSERT_EQ(renamed.size(), 1u);
  EXPECT_EQ(renamed[0].path, "/runs/A first look.run");
  EXPECT_EQ(renamed[0].name, "My run");
  placed.hands.key({kF2});
  placed.hands.type("nonsense");
  placed.hands.key({kEscape});
  EXPECT_TRUE(placed.wished<RenameRun>().empty());
  EXPECT_FALSE(placed.hands.sees("field:edit Name"));
}

TEST(RunsPanel, AClickIntoTagsOrNoteWritesThem) {
  Placed placed(four(), 1500);
  placed.hands.click("cell:Tags of A first look");
  placed.hands.type("odd, late");
  placed.hands.click("title:Name");   // Elsewhere.
  const auto tagged = placed.wished<TagRun>();
  ASSERT_EQ(tagged.size(), 1u);
  EXPECT_EQ(tagged[0].tags, (std::vector<std::string>{"odd", "late"}));
  placed.hands.click("cell:Note of A first look");
  placed.hands.type("S3 leads");
  placed.hands.key({kEnter});
  const auto noted = placed.wished<NoteRun>();
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(noted[0].note, "S3 leads");
}

TEST(RunsPanel, DeletedRunsComeBackByUndo) {
  Placed placed(four());
  placed.hands.click("run:Losing the leader");
  placed.hands.key({kDelete});
  const auto deleted = placed.wished<DeleteRuns>();
  ASSERT_EQ(deleted.size(), 1u);
  EXPECT_EQ(deleted[0].paths, std::vector<std::string>{"/runs/Losing the leader.run"});
  placed.runs.erase(placed.runs.begin() + 2);   // As the library does it.
  placed.hands.frame();
  EXPECT_TRUE(placed.hands.sees("text:1 run deleted."));
  placed.hands.click("button:Undo");
  const auto restored = placed.wished<RestoreRuns>();
  ASSERT_EQ(restored.size(), 1u);
  EXPECT_EQ(restored[0].paths, deleted[0].paths);
  EXPECT_FALSE(placed.hands.sees("button:Undo"));
}

TEST(RunsPanel, ComparesTwoOrMoreThatAreTicked) {
  Placed placed(four());
  placed.hands.click("check:Split votes at night");
  placed.hands.click("button:Compare");
  EXPECT_TRUE(placed.wished<CompareRuns>().empty()) << "one alone is compared with nothing";
  placed.hands.click("check:broken");
  placed.hands.click("check:Losing the leader");
  placed.hands.click("button:Compare 2");
  const auto compared = placed.wished<CompareRuns>();
  ASSERT_EQ(compared.size(), 1u);
  EXPECT_EQ(compared[0].paths, (std::vector<std::string>{"/runs/Split votes at night.run", "/runs/Losing the leader.run"}));
}

TEST(RunsPanel, AColumnsTitleSortsAndAgainTheOtherWay) {
  Placed placed(four());
  const auto first = [&] {
    std::string name;
    float top = 1e9f;
    for (const auto& probe : placed.stage.probes())
      if (probe.name.starts_with("run:") && probe.least.y < top) top = probe.least.y, name = probe.name;
    return name;
  };
  EXPECT_EQ(first(), "run:Split votes at night") << "the newest";
  placed.hands.click("title:Name");
  EXPECT_EQ(first(), "run:A first look");
  placed.hands.click("title:Name");
  EXPECT_EQ(first(), "run:Split votes at night");
  placed.hands.click("title:Length");
  EXPECT_EQ(first(), "run:Split votes at night") << "the longest";
}

TEST(RunsPanel, OfAThousandOnlyThoseInSightAreDrawnAndKeysReachTheLast) {
  std::vector<RunEntry> runs;
  for (int i = 0; i < 1000; ++i) runs.push_back(entry("run " + std::to_string(i), "raft-elections", 1, -i, static_cast<std::uint64_t>(i)));
  Placed placed(std::move(runs));
  const auto drawn = std::count_if(placed.stage.probes().begin(), placed.stage.probes().end(), [](const Probe& p) { return p.name.starts_with("run:"); });
  EXPECT_GT(drawn, 5);
  EXPECT_LT(drawn, 40);
  placed.hands.click("run:run 0");
  placed.hands.key({kEnd});
  EXPECT_TRUE(placed.hands.sees("run:run 999"));
  placed.hands.key({kEnter});
  EXPECT_EQ(placed.wished<OpenRun>().at(0).path, "/runs/run 999.run");
  placed.hands.click("field:search runs");
  placed.hands.type("run 77");
  placed.hands.frame();
  EXPECT_TRUE(placed.hands.sees("text:19 of 1000 runs \u00b7 12.2 MB")) << placed.hands.all();
}

TEST(RunsPanel, AFrameOfAThousandTakesNoLongerThanAScreenDoes) {
  std::vector<RunEntry> runs;
  for (int i = 0; i < 1000; ++i) runs.push_back(entry("run " + std::to_string(i), "raft-elections", 1, -i, static_cast<std::uint64_t>(i)));
  Placed placed(std::move(runs));
  placed.hands.click("title:Name");
  placed.hands.click("field:search runs");
  placed.hands.type("run");
  auto least = std::chrono::nanoseconds::max();
  for (int i = 0; i < 5; ++i) {
    const auto began = std::chrono::steady_clock::now();
    placed.stage.frame([&] { placed.draw(); });
    least = std::min<std::chrono::nanoseconds>(least, std::chrono::steady_clock::now() - began);
  }
  EXPECT_LT(least, record::kSanitized ? 200ms : 16ms);
  RecordProperty("frame_us", static_cast<int>(least.count() / 1000));
}

TEST(RunsPanel, PicturesToLookAt) {
  for (const int width : {700, 1000, 1400}) {
    Placed placed(four(), width, 420);
    placed.hands.click("check:Split votes at night"), placed.hands.click("check:Losing the leader");
    placed.hands.click("run:Losing the leader");
    EXPECT_EQ(placed.hands.clipped(), "") << width;
    placed.picture("runs-" + std::to_string(width));
  }
  {
    Placed light(four(), 2400, 1000);
    light.stage.scale = 2, light.stage.colours = &light_theme();
    light.hands.frame(2);
    light.hands.click("cell:Note of A first look");
    light.picture("runs-light-2x");
  }
  Placed none({}, 1000, 420);
  none.picture("runs-none");
}

}  // namespace
}  // namespace window
