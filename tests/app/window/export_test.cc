// The export dialog, with real hands on the real panel.
#include "app/window/panels/export_dialog.h"

#include <filesystem>

#include "tests/app/library/made_library.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/pictures.h"

namespace window {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Opened {
  Opened() {
    library::write_run(folder / "a.run", 4s, 3);
    ExportDialog::Source source;
    source.path = folder / "a.run", source.name = "Split votes";
    source.shown = {core::kStart + 1500ms, core::kStart + 3500ms};
    dialog.open(source, {});
    hands.frame(3);
  }
  void into_the_folder() {
    hands.click("field:export folder");
    hands.key({kCtrl, kA});
    hands.type(folder.path());
  }
  void wait() {
    while (dialog.busy()) std::this_thread::sleep_for(1ms);
    hands.frame(3);
  }
  record::Folder folder;
  Stage stage{900, 640};
  ExportDialog dialog;
  Commands commands;
  Hands hands{stage, [this] { dialog.draw(commands); }};
};

TEST(ExportDialog, WritesWhatIsAskedForAndShowsWhere) {
  Opened opened;
  opened.into_the_folder();
  save_picture(opened.stage, "export");
  opened.hands.click("button:Export");
  opened.wait();
  EXPECT_TRUE(opened.hands.sees("text:5 events are written to")) << opened.hands.all();
  EXPECT_TRUE(fs::exists(opened.folder / "Split-votes"));
  save_picture(opened.stage, "export-done");
  opened.hands.click("button:Copy path");
  ASSERT_EQ(opened.commands.all().size(), 1u);
  EXPECT_EQ(std::get<CopyText>(opened.commands.all()[0]).text, opened.folder / "Split-votes");
  opened.hands.click("button:Close");
  EXPECT_FALSE(opened.dialog.is_open());
}

TEST(ExportDialog, TheEndingFollowsTheFormatAndTheRangeIsWhatThePlotsShow) {
  Opened opened;
  opened.into_the_folder();
  opened.hands.click("radio:JSON lines");
  opened.hands.click("radio:What the plots show: 00:01.500 to 00:03.500");
  opened.hands.click("button:Export");
  opened.wait();
  EXPECT_TRUE(opened.hands.sees("text:2 events are written to")) << opened.hands.all();
  EXPECT_TRUE(fs::exists(opened.folder / "Split-votes.jsonl"));
}

TEST(ExportDialog, OfAPlotTheMetricsAreChosen) {
  Opened opened;
  opened.into_the_folder();
  EXPECT_FALSE(opened.hands.sees("field:export metrics"));
  opened.hands.click("radio:Plot of metrics");
  opened.hands.click("field:export metrics");
  opened.hands.type("no_such_metric");
  opened.hands.click("button:Export");
  opened.wait();
  EXPECT_NE(opened.hands.all().find("no metric `no_such_metric`"), std::string::npos) << opened.hands.all();
  EXPECT_FALSE(fs::exists(opened.folder / "Split-votes.svg"));
}

TEST(ExportDialog, AsksBeforeItWritesOverSomething) {
  Opened opened;
  std::ofstream(opened.folder / "Split-votes.jsonl") << "mine";
  opened.into_the_folder();
  opened.hands.click("radio:JSON lines");
  opened.hands.click("button:Export");
  opened.wait();
  EXPECT_EQ(library::content(opened.folder / "Split-votes.jsonl"), "mine");
  save_picture(opened.stage, "export-exists");
  opened.hands.click("button:Choose another name");
  EXPECT_TRUE(opened.hands.sees("field:export name"));
  opened.hands.click("button:Export");
  opened.wait();
  opened.hands.click("button:Write over it");
  opened.wait();
  EXPECT_NE(library::content(opened.folder / "Split-votes.jsonl"), "mine");
}

TEST(ExportDialog, ANameIsNoPathAndEscapeCloses) {
  Opened opened;
  opened.hands.click("field:export name");
  opened.hands.key({kCtrl, kA});
  opened.hands.type("../x.csv");
  EXPECT_TRUE(opened.hands.sees("text:A name has no slash: the folder stands above."));
  opened.hands.click("button:Export");
  EXPECT_FALSE(opened.dialog.busy());
  opened.hands.key({kEscape});
  EXPECT_FALSE(opened.dialog.is_open());
}

}  // namespace
}  // namespace window
