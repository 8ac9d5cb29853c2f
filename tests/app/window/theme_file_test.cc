// Themes from files: what is named is taken, all else is the base's, and what is wrong is said with its line.
#include "app/window/theme_file.h"

#include <gtest/gtest.h>

namespace window {
namespace {

std::string why_no_theme(const std::string& text) {
  try {
    read_theme(text, "mine.toml");
    return "(it was read)";
  } catch (const BadTheme& bad) {
    return bad.what();
  }
}

TEST(ThemeFile, NamesColoursOverAThemeOfTheProgram) {
  const Theme mine = read_theme("base = \"light\"\naccent = \"#a1B2c3\"\nseries = [\"#010203\"]\n", "mine.toml");
  EXPECT_EQ(mine.accent, rgb(0xa1b2c3));
  EXPECT_EQ(mine.series[0], rgb(0x010203));
  EXPECT_EQ(mine.series[1], light_theme().series[1]);
  EXPECT_EQ(mine.text, light_theme().text);
  EXPECT_FALSE(mine.dark);
  EXPECT_EQ(read_theme("", "mine.toml").ground, dark_theme().ground);
}

TEST(ThemeFile, IsRefusedWithLineAndName) {
  EXPECT_EQ(why_no_theme("\ngrond = \"#000000\"\n"), "mine.toml, line 2: there is no colour `grond`, did you mean `ground`?");
  EXPECT_EQ(why_no_theme("text = \"white\"\n"), "mine.toml, line 1: `text` takes a colour such as \"#56b4e9\"");
  EXPECT_EQ(why_no_theme("text = \"#12345g\"\n"), "mine.toml, line 1: `text` takes a colour such as \"#56b4e9\"");
  EXPECT_EQ(why_no_theme("text = 7\n"), "mine.toml, line 1: `text` takes a colour such as \"#56b4e9\"");
  EXPECT_EQ(why_no_theme("base = \"mauve\"\n"), "mine.toml, line 1: `base` is \"dark\", \"light\" or \"high contrast\"");
  EXPECT_EQ(why_no_theme("series = []\n"), "mine.toml, line 1: `series` is a list of 1 to 8 colours");
  EXPECT_EQ(why_no_theme("series = [\"#000000\",\n 3]\n"), "mine.toml, line 2: `series` takes colours such as \"#56b4e9\"");
  EXPECT_TRUE(why_no_theme("text =\n").starts_with("mine.toml, line 1: ")) << why_no_theme("text =\n");
  EXPECT_TRUE(why_no_theme(std::string(100'000, '#')).starts_with("mine.toml, line 1: "));
  EXPECT_THROW(load_theme("/nowhere/mine.toml"), BadTheme);
}

TEST(ThemeFile, WarnsOfWhatCanHardlyBeSeen) {
  for (const Theme* theme : {&dark_theme(), &light_theme(), &high_contrast_theme()}) EXPECT_TRUE(hard_to_see(*theme).empty()) << hard_to_see(*theme).front();
  const auto warnings = hard_to_see(read_theme("text = \"#222222\"\nseries = [\"#202020\"]\n", "mine.toml"));
  ASSERT_EQ(warnings.size(), 4u);
  EXPECT_TRUE(warnings[0].starts_with("`text` on `ground` has a contrast of 1.")) << warnings[0];
  EXPECT_TRUE(warnings[1].starts_with("`series 1` on `ground` ")) << warnings[1];
}

TEST(ThemeFile, TheExampleCanBeReadAndSeen) {
  const Theme dusk = load_theme(SOURCE_DIR "/assets/themes/dusk.toml");
  EXPECT_NE(dusk.ground, dark_theme().ground);
  for (const auto& warning : hard_to_see(dusk)) ADD_FAILURE() << warning;
}

TEST(ThemeFile, IsToldFromAName) {
  EXPECT_TRUE(names_theme_file("mine.toml"));
  EXPECT_TRUE(names_theme_file("~/themes/mine"));
  EXPECT_FALSE(names_theme_file("high contrast"));
}

}  // namespace
}  // namespace window
