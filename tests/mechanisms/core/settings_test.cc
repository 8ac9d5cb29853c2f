#include "mechanisms/core/settings.h"

#include <gtest/gtest.h>

#include "mechanisms/core/check.h"

namespace {

using namespace std::chrono_literals;

enum class Mode : std::uint8_t { slow, fast };
constexpr auto names(Mode) { return std::array<std::string_view, 2>{"slow", "fast"}; }

struct Flaws {
  bool forget{};
  FIELDS(Flaws, forget)
  static constexpr auto kDeclared = std::array{core::Setting{"forget", "", "", "", "Forgets."}};
};
struct Settings {
  core::Span timeout{150ms, 300ms};
  std::uint32_t batch = 64;
  Mode mode{};
  Flaws flaws;
  FIELDS(Settings, timeout, batch, mode, flaws)
  static constexpr auto kDeclared = std::array{core::Setting{"timeout", "1ms", "10s", "", "Patience."},
                                               core::Setting{"batch", "1", "1000", "entries", "How many at once."},
                                               core::Setting{"mode", "", "", "", "How."}};
};

TEST(Settings, AreDescribedFromTheirDeclaration) {
  const auto all = core::describe_settings<Settings>();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].initial, "150ms..300ms");
  EXPECT_EQ(all[1].unit, "entries");
  EXPECT_EQ(all[2].choices, (std::vector<std::string>{"slow", "fast"}));
  EXPECT_EQ(all[3].name, "flaw.forget");
  EXPECT_TRUE(all[3].flaw);
}

TEST(Settings, AreSetFromTextWithinTheirRange) {
  Settings s;
  EXPECT_EQ(core::set_setting(s, "timeout", "20ms..40ms"), "");
  EXPECT_EQ(s.timeout.high, 40ms);
  EXPECT_EQ(core::set_setting(s, "flaw.forget", "on"), "");
  EXPECT_TRUE(s.flaws.forget);
  EXPECT_EQ(core::set_setting(s, "mode", "fast"), "");
  EXPECT_EQ(core::get_setting(s, "mode"), "fast");
  EXPECT_EQ(core::set_setting(s, "batch", "5000"), "batch takes a whole number between 1 and 1000, not `5000`");
  EXPECT_EQ(core::set_setting(s, "mode", "quick"), "mode takes one of slow, fast, not `quick`");
  EXPECT_EQ(s.batch, 64u);
  EXPECT_EQ(core::set_setting(s, "nothing", "1"), "no such setting");
}

// A part with settings of its own, and a whole that has two of them.
struct Part {
  struct Flaws {
    bool leak{};
    FIELDS(Flaws, leak)
    static constexpr auto kDeclared = std::array{core::Setting{"leak", "", "", "", "Leaks."}};
  };
  std::uint32_t low = 1, high = 9;
  Flaws flaws;
  FIELDS(Part, low, high, flaws)
  static constexpr auto kDeclared = std::array{core::Setting{"low", "0", "9", "", "Low."}, core::Setting{"high", "0", "9", "", "High."}};
  std::string conflict() const { return low > high ? "low is above high" : ""; }
};
struct Whole {
  std::uint32_t size = 3;
  Part first, second;
  FIELDS(Whole, size, first, second)
  static constexpr auto kDeclared = std::array{core::Setting{"size", "0", "9", "", "Size."}};
  std::string conflict() const { return size == 7 ? "seven is no size" : ""; }
};

TEST(Settings, OfAPartAreNamedAfterIt) {
  std::vector<std::string> all;
  for (const auto& info : core::describe_settings<Whole>()) all.push_back(info.name + (info.flaw ? "!" : ""));
  EXPECT_EQ(all, (std::vector<std::string>{"size", "first.low", "first.high", "flaw.leak!", "second.low", "second.high"}));
  Whole whole;
  EXPECT_EQ(core::set_setting(whole, "second.high", "4"), "");
  EXPECT_EQ(whole.first.high, 9u);
  EXPECT_EQ(whole.second.high, 4u);
  EXPECT_EQ(core::get_setting(whole, "second.high"), "4");
  EXPECT_EQ(core::set_setting(whole, "first.high", "12"), "first.high takes a whole number between 0 and 9, not `12`");
}

TEST(Settings, TwoPartsThatHaveAFlawOfOneNameShareItsSwitch) {
  Whole whole;
  EXPECT_EQ(core::set_setting(whole, "flaw.leak", "on"), "");
  EXPECT_TRUE(whole.first.flaws.leak && whole.second.flaws.leak);
}

TEST(Settings, APartThatMakesNoSenseSaysWhyUnderItsName) {
  Whole whole;
  EXPECT_EQ(core::conflict_of(whole), "");
  whole.second.low = 8, whole.second.high = 2;
  EXPECT_EQ(core::conflict_of(whole), "second: low is above high");
  whole.second = {};
  whole.size = 7;
  EXPECT_EQ(core::conflict_of(whole), "seven is no size");
}

struct Lent {
  static constexpr bool kNameless = true;
  std::uint32_t depth = 2;
  Part part;
  FIELDS(Lent, depth, part)
  static constexpr auto kDeclared = std::array{core::Setting{"depth", "0", "9", "", "Depth."}};
  std::string conflict() const { return depth == 7 ? "seven is no depth" : ""; }
};
struct Borrower {
  Lent lent;
  std::uint32_t size = 3;
  FIELDS(Borrower, lent, size)
  static constexpr auto kDeclared = std::array{core::Setting{"size", "0", "9", "", "Size."}};
};

TEST(Settings, OfANamelessPartAreTheWholesOwn) {
  std::vector<std::string> order;
  for (const auto& info : core::describe_settings<Borrower>()) order.push_back(info.name);
  EXPECT_EQ(order, (std::vector<std::string>{"depth", "size", "part.low", "part.high", "flaw.leak"}));
  Borrower whole;
  EXPECT_EQ(core::set_setting(whole, "depth", "4"), "");
  EXPECT_EQ(core::set_setting(whole, "part.low", "4"), "");
  EXPECT_EQ(whole.lent.part.low, 4u);
  EXPECT_NE(core::set_setting(whole, "lent.depth", "4"), "");
  whole.lent.depth = 7;
  EXPECT_EQ(core::conflict_of(whole), "seven is no depth");
}

struct Undeclared {
  std::uint32_t a = 1;
  FIELDS(Undeclared, a)
  static constexpr auto kDeclared = std::array{core::Setting{"b", "", "", "", ""}};
};

TEST(Settings, AMemberWithoutItsDeclarationIsRefused) {
  EXPECT_THROW(core::describe_settings<Undeclared>(), core::CheckFailed);
}

}  // namespace
