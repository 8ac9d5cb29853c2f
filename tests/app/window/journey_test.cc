// A lab from the gallery to the comparison, by real mouse and keys on a real window: cut the leader off with a line, see a
// new one, scrub back, fork, finish the steps, export, compare two runs. It asserts on the runs that were recorded.
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <filesystem>

#include "app/crash_report.h"
#include "labs/record/open_run.h"
#include "labs/session/session.h"
#include "tests/app/window/screen.h"

namespace window {
namespace {

struct Journey : testing::Test {
  void SetUp() override {
    if (!Screen::available()) GTEST_SKIP() << "no Xvfb or xdotool here";
  }
};

std::string leader(const Seen& s) {
  std::string name;
  double epoch = -1;
  for (const auto& [fact, value] : s.facts)
    if (fact.starts_with("node-") && value.starts_with("leader ") && std::strtod(value.c_str() + 7, nullptr) > epoch)
      name = fact.substr(5), epoch = std::strtod(value.c_str() + 7, nullptr);
  return name;
}

// A line beside a node, across all links that come from the middle of its ring.
std::vector<std::pair<int, int>> line_beside(const Seen& s, const std::string& name) {
  double x = 0, y = 0;
  for (const char* each : {"S1", "S2", "S3", "S4", "S5"}) x += s.boxes.at(std::string("node:") + each).x() / 5.0, y += s.boxes.at(std::string("node:") + each).y() / 5.0;
  const auto box = s.boxes.at("node:" + name);
  const double dx = x - box.x(), dy = y - box.y(), length = std::hypot(dx, dy);
  const double ux = dx / length, uy = dy / length;
  const double away = (box.right - box.left) / 2.0 + 22, half = 130;
  const auto at = [&](double along) {
    return std::pair(static_cast<int>(box.x() + ux * away - uy * along), static_cast<int>(box.y() + uy * away + ux * along));
  };
  return {at(-half), at(0), at(half)};
}

// Everybody's questions may be skipped; what a step gives is done for us.
void do_step(Screen& screen, std::size_t step) {
  for (int i = 0; i < 4 && screen.seen().has("button:Skip"); ++i) screen.click("button:Skip");
  screen.click("button:Do it for me");
  ASSERT_TRUE(screen.wait([&](const Seen& s) { return s.number("step") == static_cast<double>(step) && s.number("step_done") == 1; }));
}

std::string command_texts(const record::Recording& run) {
  std::string all;
  for (const auto& given : session::commands_of(run)) all += world::command_text(given.command) + "\n";
  return all;
}

TEST_F(Journey, FromTheGalleryToTheComparison) {
  Screen screen({});
  screen.click("lab:raft-losing-the-leader");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("place") == 1 && s.number("step_done") == 1; }));
  const std::string first_run = screen.seen().facts["run"];
  screen.click("button:Next step");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("step") == 1; }));

  // Cut the leader off by a line that is drawn across its links.
  screen.key("space");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("playing") == 0; }));
  const std::string old_leader = leader(screen.seen());
  ASSERT_NE(old_leader, "");
  screen.drag(line_beside(screen.seen(), old_leader));
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("commands") >= 1; }));
  const double cut_at = screen.seen().number("at");
  screen.key("space");
  ASSERT_TRUE(screen.wait([&](const Seen& s) { return s.number("step_done") == 1 && leader(s) != old_leader; }));
  screen.key("space");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("playing") == 0; }));

  // Back to before the cut, on the strip of the whole run, and another branch from there.
  const auto strip = screen.seen().boxes.at("strip");
  screen.click(strip.left + (strip.right - strip.left) / 10, strip.y());
  ASSERT_TRUE(screen.wait([&](const Seen& s) { return s.number("live") == 0 && s.number("at") < cut_at; }));
  screen.click("button:Fork here");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("branches") == 2 && s.number("rebuilding") == 0; }));
  EXPECT_EQ(screen.seen().number("commands"), 0);
  const std::string second_run = screen.seen().facts["run"];
  EXPECT_NE(second_run, first_run);

  // The rest of the lab, by its own commands.
  screen.key("space");
  ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("step_done") == 1; }));
  for (std::size_t step = static_cast<std::size_t>(screen.seen().number("step")) + 1; step < 4; ++step) {
    screen.click("button:Next step");
    ASSERT_TRUE(screen.wait([&](const Seen& s) { return s.number("step") == static_cast<double>(step); }));
    if (step == 2)
      ASSERT_TRUE(screen.wait([&](const Seen& s) { return s.number("step_done") == 1; }));
    else
      do_step(screen, step);
  }
  const std::string out = screen.home() + "/exported";
  screen.key("ctrl+e");
  const auto fill = [&](const std::string& field, const std::string& words) {
    screen.click(field);
    screen.key("ctrl+a");
    screen.type(words);
  };
  fill("field:export folder", screen.home());
  fill("field:export name", "exported");
  screen.click("button:Export");
  ASSERT_TRUE(screen.wait([&](const Seen& s) { return std::filesystem::exists(out) && s.has("text:" + out); }));   // The dialog grows by its name.
  screen.click("button:Close");

  // Both branches are runs of their own, side by side.
  screen.click("choice:Labs");
  screen.click("choice:Runs");
  std::vector<std::string> checks;
  ASSERT_TRUE(screen.wait([&](const Seen& s) {
    checks.clear();
    for (const auto& [name, box] : s.boxes)
      if (name.starts_with("check:")) checks.push_back(name);
    return checks.size() >= 2;
  }));
  for (const auto& check : checks) screen.click(check);
  screen.click("button:Compare 2");
  ASSERT_TRUE(screen.wait_for("button:Copy table"));
  EXPECT_TRUE(screen.quit());

  const auto first = record::open_run(first_run), second = record::open_run(second_run);
  EXPECT_NE(command_texts(*first).find("partition"), std::string::npos) << command_texts(*first);
  EXPECT_EQ(command_texts(*second), "partition leader | rest\nheal\n");
  // In the first run somebody else came to lead after the cut.
  bool later = false;
  first->visit(0, first->size(), [&](const record::Event& e, core::BytesView) {
    later = later || (e.kind == record::EventKind::show && first->name(e.type) == "leader" && static_cast<double>(e.at.time_since_epoch().count()) > cut_at &&
                      first->node(e.node)->name != old_leader);
  });
  EXPECT_TRUE(later);
  EXPECT_GT(program::lines_of(program::text_of(out + "/events.csv")).size(), 1000u);
}

TEST_F(Journey, AKilledWindowLosesNothingAndTheNextOneOffersTheRun) {
  program::Folder home;
  std::string run;
  double rows = 0;
  {
    Screen screen({"open", "raft-elections"}, home.path());
    screen.click("button:Skip");       // Its world waits for a prediction.
    ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("at") > 2e9; }));
    run = screen.seen().facts["run"];
    screen.key("space");
    ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("playing") == 0; }));
    rows = screen.seen().number("rows");
    std::filesystem::path stored = run;
    // Standing, everything is stored within a moment.
    ASSERT_TRUE(screen.wait([&](const Seen& s) { return s.number("stored") >= rows; }));
    screen.kill_it();
  }
  Screen again({}, home.path());
  ASSERT_TRUE(again.wait([](const Seen& s) { return s.has("button:Open it"); }));
  again.click("button:Open it");
  ASSERT_TRUE(again.wait([&](const Seen& s) { return s.number("place") == 1 && s.number("rows") == rows; }));
}

TEST_F(Journey, AWindowThatCrashesLeavesAReportAndTheNextOneGoesOnWhereItWas) {
  program::Folder home;
  std::string run;
  double at = 0;
  {
    Screen screen({"open", "raft-losing-the-leader"}, home.path());
    ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("at") > 1e9; }));
    run = screen.seen().facts["run"];
    screen.key("space");
    ASSERT_TRUE(screen.wait([](const Seen& s) { return s.number("playing") == 0; }));
    // Where it stands is kept within a few seconds.
    const std::string kept = home / "config/faultline/preferences.json";
    ASSERT_TRUE(screen.wait([&](const Seen&) {
      screen.move(700, 300), screen.move(701, 300);
      return program::has(program::text_of(kept), run);
    }));
    at = screen.seen().number("at");   // The world came to rest a little after it was told to.
    EXPECT_EQ(screen.crash_it(), SIGSEGV);
  }
  const std::string report = app::newest_crash_report(home / "data/faultline/crashes", "");
  ASSERT_NE(report, "");
  EXPECT_TRUE(program::has(program::text_of(report), "signal: SIGSEGV")) << program::text_of(report);
  EXPECT_TRUE(program::has(program::text_of(report), "run: " + run)) << program::text_of(report);
  Screen again({}, home.path());
  ASSERT_TRUE(again.wait([](const Seen& s) { return s.has("button:Put away") && s.has("button:Open it"); }));
  again.click("button:Open it");
  // Its world stood a little after its last event, with which a run that was recorded ends.
  EXPECT_TRUE(again.wait([&](const Seen& s) { return s.number("place") == 1 && std::abs(s.number("at") - at) < 5e7; })) << at;
}

}  // namespace
}  // namespace window
