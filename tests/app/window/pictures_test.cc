// Pictures of every panel, dialog and place, at both sizes and in both themes, for a person to look at: build/pictures/.
// What can be judged without eyes is judged here: no text is cut, none lies over another, nothing is empty without a word.
#include "tests/app/window/pictures.h"

#include <algorithm>
#include <fstream>

#include "app/window/off_screen.h"
#include "tests/app/library/made_runs.h"
#include "tests/app/window/playing.h"

namespace window {
namespace {

constexpr float kTouch = 1.5f;         // Letters do not reach the edges of their rectangles: so much may be shared.

struct Way {
  const char* name;
  float scale;
  const char* theme;
};
constexpr Way kWays[]{{"dark", 1, "dark"}, {"light", 1, "light"}, {"dark-2x", 2, "dark"}, {"light-2x", 2, "light"}};

bool is_text(const Probe& p) { return p.name.starts_with("text:") || p.name.starts_with("empty:"); }

// Drawn over what lies below it: words that reach under it are lost.
bool is_plate(const Probe& p) { return p.name.starts_with("node:") || p.name.starts_with("group:") || p.name.starts_with("cut:"); }

bool within(const Probe& inner, const Probe& outer) {
  constexpr float kSlack = 3;
  return inner.least.x >= outer.least.x - kSlack && inner.least.y >= outer.least.y - kSlack && inner.greatest.x <= outer.greatest.x + kSlack && inner.greatest.y <= outer.greatest.y + kSlack;
}

bool is_node(const Probe& p) { return p.name.starts_with("node:") || p.name.starts_with("group:"); }

bool same(const Probe& a, const Probe& b) {
  return a.name == b.name && a.least.x == b.least.x && a.least.y == b.least.y && a.greatest.x == b.greatest.x && a.greatest.y == b.greatest.y;
}

bool collide(const Probe& a, const Probe& b, float scale) {
  const float touch = kTouch * scale;
  return std::min(a.greatest.x, b.greatest.x) - std::max(a.least.x, b.least.x) > touch &&
         std::min(a.greatest.y, b.greatest.y) - std::max(a.least.y, b.least.y) > 2 * touch;
}

// What is wrong with the texts that came with the last change: those that were there `before` lie below it.
std::string faults_of(const Stage& stage, const std::vector<Probe>& before) {
  std::vector<Probe> texts;
  for (const Probe& p : stage.probes())
    if (is_text(p) && std::none_of(before.begin(), before.end(), [&](const Probe& old) { return same(old, p); })) texts.push_back(p);
  if (texts.empty()) return "\n  there is not a word";
  std::string faults;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].clipped) faults += "\n  cut: " + texts[i].name;
    for (std::size_t k = 0; k < i; ++k)
      if (collide(texts[i], texts[k], stage.scale) && !same(texts[i], texts[k])) faults += "\n  over each other: " + texts[k].name + " | " + texts[i].name;
    for (const Probe& plate : stage.probes())
      if (before.empty() && is_plate(plate) && collide(texts[i], plate, stage.scale) && !within(texts[i], plate)) faults += "\n  partly under: " + texts[i].name + " | " + plate.name;
  }
  for (const Probe& a : stage.probes())
    for (const Probe& b : stage.probes())
      if (is_plate(a) && (is_node(a) || before.empty()) && is_node(b) && a.name < b.name && collide(a, b, stage.scale)) faults += "\n  over each other: " + a.name + " | " + b.name;
  return faults;
}

// The leader is cut off, a clock is wrong, a node is down: so much is to be seen at 4.5 s.
std::unique_ptr<session::Session> broken_cluster() {
  auto session = lab_session("raft-losing-the-leader");
  const auto until = [&](core::Duration at) {
    session->run_until(core::kStart + at);
    while (session->status().working || session->status().now < core::kStart + at) std::this_thread::sleep_for(1ms);
  };
  const auto give = [&](const std::string& command) {
    const auto before = session->status().own_commands;
    session->give(world::parse_command(command));
    while (session->status().own_commands == before) std::this_thread::sleep_for(1ms);
  };
  session->stop_at_violation(false);
  until(2s), give("isolate leader"), give("skew S2 +180ms");
  until(3s), give("crash S4");
  until(4500ms);
  return session;
}

struct Shown {
  Shown(const Way& how, int width, int height, library::Folders folders = {}) : way(how), screen(setup(how, width, height, std::move(folders))) {}
  static OffScreen::Setup setup(const Way& way, int width, int height, library::Folders folders) {
    OffScreen::Setup s;
    s.width = width, s.height = height, s.scale = way.scale, s.theme = way.theme;
    s.outside.program = "faultline test", s.outside.folders = std::move(folders);
    return s;
  }
  void settle(int times = 6) {
    for (int i = 0; i < times; ++i) screen.settle();
  }
  void open() {
    screen.shell().open(broken_cluster());
    screen.shell().select("S1");
    settle();
  }
  // Until the library, a comparison, whatever works on a thread, rests.
  void rest() {
    const auto patience = std::chrono::steady_clock::now() + 30s;
    for (settle(); screen.shell().busy() && std::chrono::steady_clock::now() < patience; screen.settle()) std::this_thread::sleep_for(2ms);
    settle();
  }
  void picture(const std::string& name) {
    EXPECT_EQ(faults_of(screen.stage(), before), "") << name << "-" << way.name;
    save_picture(screen.stage(), name + "-" + way.name);
  }
  Way way;
  OffScreen screen;
  std::vector<Probe> before;           // What a dialog lies over.
};

struct Pictures : testing::TestWithParam<Way> {};

TEST_P(Pictures, OfEveryPanel) {
  const int scale = static_cast<int>(GetParam().scale);
  Shown shown(GetParam(), 800 * scale, 560 * scale);
  shown.open();
  for (const char* panel : {"topology", "plots", "space-time", "events", "inspector", "guide", "settings", "checks", "scrubber"}) {
    shown.screen.shell().only(panel);
    shown.rest();
    shown.picture(panel);
  }
}

// The bench at the ends of what its scale may be, and in small and large windows.
TEST(PicturesOfSizes, OfTheBenchInEverySize) {
  struct Size {
    const char* name;
    float scale;
    int width, height;
  };
  for (const Size& size : {Size{"75", 0.75f, 1600, 1000}, Size{"150", 1.5f, 1600, 1000}, Size{"250", 2.5f, 1600, 1000}, Size{"1280", 1, 1280, 720},
                           Size{"1280-150", 1.5f, 1280, 720}, Size{"2560", 1, 2560, 1440}, Size{"2560-200", 2, 2560, 1440}}) {
    Shown shown(Way{size.name, size.scale, "dark"}, size.width, size.height);
    shown.open();
    shown.picture("bench");
  }
}

// From three servers to a hundred, a leader cut off from each.
TEST(PicturesOfSizes, OfClustersOfEverySize) {
  for (const std::size_t count : {3u, 7u, 30u, 100u})
    for (const float scale : {1.0f, 2.0f}) {
      session::Origin origin;
      origin.lab = catalog::load_lab("raft-losing-the-leader");
      origin.lab.system.groups.front().count = count;
      origin.seed = 1, origin.program = "faultline test";
      auto session = std::make_unique<session::Session>(std::move(origin));
      const auto at = [&](core::Duration when) {
        session->run_until(core::kStart + when);
        while (session->status().working || session->status().now < core::kStart + when) std::this_thread::sleep_for(1ms);
      };
      session->stop_at_violation(false);
      at(1s), session->give(world::parse_command("isolate leader")), at(1600ms);
      const std::string name = std::to_string(count) + (scale > 1 ? "-2x" : "");
      Shown shown(Way{name.c_str(), scale, "dark"}, static_cast<int>(800 * scale), static_cast<int>(560 * scale));
      shown.screen.shell().open(std::move(session));
      shown.screen.shell().only("topology");
      shown.rest();
      shown.picture("topology");
    }
}

TEST_P(Pictures, OfTheBenchAndEveryDialog) {
  Shown shown(GetParam(), 1600, 1000);
  shown.open();
  shown.picture("bench");
  for (const char* dialog : {"palette", "help", "preferences", "export", "what if"}) {
    shown.before = shown.screen.stage().probes();
    shown.screen.shell().wish(Ask{dialog});
    shown.rest();
    shown.picture(dialog);
    shown.screen.stage().input.key(kEscape, true);
    shown.screen.stage().input.key(kEscape, false);
    shown.settle();
  }
  shown.before.clear();
  shown.screen.shell().wish(Ask{"new"});
  shown.settle();
  shown.picture("free-play");
}

TEST_P(Pictures, OfGalleryRunsAndComparison) {
  record::Folder folder;
  const library::Folders folders{folder / "data", folder / "config"};
  std::vector<std::string> paths;
  {
    library::Library library(folders);
    library::LabProgress begun;
    begun.steps_done = 2, begun.steps = 4, begun.when = 1;
    library.keep_progress("raft-elections", begun);
    begun.steps_done = 4;
    library.keep_progress("raft-losing-the-leader", begun);
    for (const char* name : {"a calm one", "the leader cut off", "cut off by a crash"}) {
      paths.push_back(library.new_run_path("raft-elections"));
      std::vector<std::pair<core::Duration, std::string>> commands{{300ms, "skew S2 +20ms"}};
      if (paths.size() == 2) commands = {{400ms, "partition leader | rest"}};
      library::record_raft(paths.back(), paths.size(), 1s, commands);
      library.close_run(paths.back());
      library.list_runs(), library.wait(), library.poll();
      library.rename(paths.back(), name);
    }
  }
  // The mark of a window that is gone without an end.
  std::ofstream(paths[2] + ".open").close();
  Shown shown(GetParam(), 1600, 1000, folders);
  shown.screen.shell().preferences.scale = GetParam().scale, shown.screen.shell().preferences.theme = GetParam().theme;
  shown.rest();
  shown.picture("gallery");
  shown.screen.shell().wish(GoTo{Place::runs});
  shown.rest();
  shown.picture("runs");
  shown.screen.shell().wish(CompareRuns{{paths[0], paths[1]}});
  shown.rest();
  shown.picture("compare");
}

INSTANTIATE_TEST_SUITE_P(Ways, Pictures, testing::ValuesIn(kWays), [](const auto& way) {
  std::string name = way.param.name;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace window
