#include "app/window/widgets.h"

#include "tests/app/window/hands.h"

namespace window {
namespace {

TEST(Tooltip, HoldsTheBeginningOfATextHoweverLongItIs) {
  Stage stage(400, 200);
  const std::string whole_log(50'000, 'x');
  Hands hands(stage, [&] {
    button("It");
    tooltip(whole_log);
  });
  hands.frame(2);
  hands.move(hands.centre("button:It"));
  hands.frame(3);
  EXPECT_LT(beginning(whole_log).size(), 3000u);
  EXPECT_EQ(beginning("short"), "short");
}

// A slider that keeps what the hand makes of it.
struct Slid {
  Slid() { hands.frame(2); }
  double value = 1;
  int released = 0;
  Stage stage{400, 200};
  Hands hands{stage, [this] {
    bool let_go = false;
    slider("Scale", value, 0.5, 2.5, "", false, let_go);
    released += let_go;
  }};
};

TEST(Slider, IsTakenByItsKnobWithoutAJumpAndTellsWhenItIsLetGo) {
  Slid s;
  const ImVec2 knob = s.hands.centre("slider:Scale");
  s.hands.click(ImVec2(knob.x + 3, knob.y));
  EXPECT_EQ(s.value, 1) << "a click on the knob changes nothing";
  EXPECT_EQ(s.released, 0);
  s.hands.drag({knob, {knob.x + 40, knob.y}});
  s.hands.frame();
  EXPECT_GT(s.value, 1.1);
  EXPECT_EQ(s.released, 1) << "once, however long the way was";
}

TEST(Slider, GoesToWhereItsTrackIsClicked) {
  Slid s;
  s.hands.click("track:Scale");
  s.hands.frame();
  EXPECT_NEAR(s.value, 1.5, 0.01);
  EXPECT_EQ(s.released, 1);
}

TEST(Tooltip, CutsNoLetterInTwo) {
  std::string letters;
  while (letters.size() < 10'000) letters += "\u00e9";
  const std::string cut = beginning("x" + letters);
  ASSERT_TRUE(cut.ends_with("\u2026"));
  EXPECT_EQ((cut.size() - 4) % 2, 0u);
}

}  // namespace
}  // namespace window
