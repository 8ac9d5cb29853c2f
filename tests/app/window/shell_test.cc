// The whole window in a process, by its keys: what they do beyond one panel.
#include <gtest/gtest.h>

#include "tests/app/window/playing.h"
#include "tests/app/window/whole.h"

namespace window {
namespace {

// A lab that has gone on for three seconds, and stands.
struct Standing : Whole {
  Standing() {
    shell().open(lab_session("raft-losing-the-leader"));
    key({kSpace});
    EXPECT_TRUE(until([&] { return view().end >= core::kStart + 3s; }));
    key({kSpace});
    EXPECT_TRUE(until([&] { return !view().playing && !view().status.working; }));
  }
};

TEST(Whole, CommandsOfOnesOwnAreCopiedAsTheScriptThatGivesThemAgain) {
  Standing whole;
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
  Standing whole;
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
