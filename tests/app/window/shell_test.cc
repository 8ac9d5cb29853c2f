// The whole window in a process, by its keys: what they do beyond one panel.
#include <gtest/gtest.h>

#include "app/window/off_screen.h"
#include "tests/app/window/playing.h"
#include "tests/labs/record/made_run.h"

namespace window {
namespace {

class Whole {
 public:
  Whole() : window_(setup(folder_.path())) {
    window_.shell().open(lab_session("raft-losing-the-leader"));
    key({kSpace});
    EXPECT_TRUE(until([&] { return view().end >= core::kStart + 3s; }));
    key({kSpace});
    EXPECT_TRUE(until([&] { return !view().playing && !view().status.working; }));
  }

  bool until(const std::function<bool()>& done) {
    const auto patience = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > patience) return false;
      window_.frame(0.05);
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  void key(const std::vector<int>& chord) {
    for (const int k : chord) window_.stage().input.key(k, true);
    window_.settle();
    for (auto k = chord.rbegin(); k != chord.rend(); ++k) window_.stage().input.key(*k, false);
    window_.settle();
  }
  void type(const std::string& words) {
    for (const char c : words) window_.stage().input.character(static_cast<unsigned char>(c));
    window_.settle();
  }
  bool sees(const std::string& name) { return window_.stage().find(name) != nullptr; }
  View view() { return window_.shell().player()->view(); }
  Shell& shell() { return window_.shell(); }
  OffScreen& window() { return window_; }

 private:
  static OffScreen::Setup setup(const std::string& home) {
    OffScreen::Setup setup;
    setup.outside.program = "faultline test";
    setup.outside.folders = {home + "/data", home + "/config"};
    return setup;
  }
  record::Folder folder_;
  OffScreen window_;
};

TEST(Whole, CommandsOfOnesOwnAreCopiedAsTheScriptThatGivesThemAgain) {
  Whole whole;
  whole.key({kCtrl, kShift, kC});
  EXPECT_TRUE(whole.sees("said:No command was given in this run yet."));
  whole.shell().wish(Give{"isolate leader"});
  EXPECT_TRUE(whole.until([&] { return whole.view().status.own_commands == 1; }));
  whole.key({kCtrl, kShift, kC});
  const auto script = world::parse_script(whole.window().copied());
  ASSERT_EQ(script.size(), 1u) << whole.window().copied();
  EXPECT_EQ(world::command_text(script[0].command), "partition leader | rest");
  EXPECT_EQ(core::kStart + script[0].wait, session::commands_of(whole.view().run).front().at);
}

TEST(Whole, AnEventIsFoundByTheKeyboardAlone) {
  Whole whole;
  whole.key({kCtrl, kF});
  whole.type("kind:note");
  ASSERT_TRUE(whole.until([&] { return whole.shell().selection().filter == "kind:note"; }));
  // In the field letters are text.
  whole.key({kN});
  EXPECT_EQ(whole.shell().selection().row, timeline::kNone);
  whole.key({kEnter});
  whole.shell().wish(Seek{core::kStart});
  whole.window().settle();
  std::size_t last = 0;
  for (int i = 0; i < 3; ++i) {
    whole.key({kN});
    const std::size_t row = whole.shell().selection().row;
    ASSERT_NE(row, timeline::kNone);
    EXPECT_EQ(whole.view().run.at(row).event.kind, record::EventKind::note);
    EXPECT_TRUE(i == 0 || row > last);
    last = row;
  }
  const std::size_t before = last;
  whole.key({kShift, kN});
  EXPECT_LT(whole.shell().selection().row, before);
  EXPECT_EQ(whole.view().run.at(whole.shell().selection().row).event.kind, record::EventKind::note);
}

}  // namespace
}  // namespace window
