// The whole way, as a person goes it: a real window, a real mouse, real keys. Each test asserts on the run that was recorded,
// never on pixels.
#include "tests/app/window/screen.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "labs/catalog/labs.h"
#include "tests/app/window/drop_source.h"

namespace window {
namespace {

struct OnScreen : testing::Test {
  void SetUp() override {
    if (!Screen::available()) GTEST_SKIP() << "no Xvfb or xdotool here";
  }
};

TEST_F(OnScreen, TheWindowOpensOnTheGalleryAndTheKeyboardReachesEverything) {
  Screen screen({});
  EXPECT_EQ(screen.seen().number("place"), 0);
  screen.key("ctrl+k");
  ASSERT_TRUE(screen.wait_for("field:find"));
  screen.type("losing");
  ASSERT_TRUE(screen.wait_for("found:Losing the leader"));
  screen.key("Return");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("place") == 1 && s.number("at") > 1e9; }));
  EXPECT_EQ(screen.seen().facts["lab"], "raft-losing-the-leader");
  screen.key("space");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("playing") == 0; }));
  EXPECT_TRUE(screen.quit());
}

TEST_F(OnScreen, AFileThatIsDroppedOnItOpensOrIsRefusedByName) {
  if (!can_drop_files()) GTEST_SKIP() << "no Xlib here";
  Screen screen({});
  const std::string lab = screen.home() + "/my own lab.md";
  std::ofstream(lab) << catalog::load_lab("raft-elections").text;
  EXPECT_EQ(screen.drop("file://" + screen.home() + "/my%20own%20lab.md"), "finished");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("place") == 1; }));
  EXPECT_EQ(screen.seen().facts["lab"], "my own lab");
  std::ofstream(screen.home() + "/mine.toml") << "base = \"light\"\nground = \"#fdf6e3\"\n";
  EXPECT_EQ(screen.drop("file://" + screen.home() + "/mine.toml"), "finished");
  EXPECT_TRUE(screen.wait([&](const Seen& s) { return s.facts.at("theme") == screen.home() + "/mine.toml"; }));
  EXPECT_EQ(screen.drop("file:///etc/passwd"), "finished");
  EXPECT_TRUE(screen.wait_for("said:passwd is no run (.run), no lab (.md), no theme (.toml) and no sweep."));
}

// Where Z and Y have changed places, and the question mark is elsewhere.
TEST_F(OnScreen, KeysAreWhatStandsOnThem) {
  Screen screen({"open", "raft-losing-the-leader"});
  if (!screen.keyboard("de")) GTEST_SKIP() << "no setxkbmap here";
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("step_done") == 1; }));
  screen.key("ctrl+Right");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("step") == 1; }));
  screen.key("ctrl+Return");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("commands") > 0; }));
  screen.key("ctrl+z");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("commands") == 0; }));
  screen.key("question");
  EXPECT_TRUE(screen.wait_for("text:Keys"));
}

TEST_F(OnScreen, StandingStillItCostsNearlyNothing) {
  Screen screen({"open", "raft-losing-the-leader"});
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("at") > 1e9; }));
  screen.key("space");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("playing") == 0 && !s.has("said:"); }));
  std::this_thread::sleep_for(std::chrono::seconds(1));   // What was under way is drawn.
  const double before = screen.cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EXPECT_LT(screen.cpu_seconds() - before, 0.02 * 3);
}

}  // namespace
}  // namespace window
