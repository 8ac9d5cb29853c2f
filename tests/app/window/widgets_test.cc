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

TEST(Tooltip, CutsNoLetterInTwo) {
  std::string letters;
  while (letters.size() < 10'000) letters += "\u00e9";
  const std::string cut = beginning("x" + letters);
  ASSERT_TRUE(cut.ends_with("\u2026"));
  EXPECT_EQ((cut.size() - 4) % 2, 0u);
}

}  // namespace
}  // namespace window
