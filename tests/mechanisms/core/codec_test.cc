// The codec: what goes in comes out, and bytes that nobody wrote are refused.
#include "mechanisms/core/codec.h"
#include "mechanisms/core/rng.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace {

enum class Colour : std::uint8_t { red, green };
constexpr auto names(Colour) { return std::array<std::string_view, 2>{"red", "green"}; }

struct Small {
  std::int32_t a{};
  std::string b;
  FIELDS(Small, a, b)
};
struct Other {
  FIELDS(Other)
};
struct Everything {
  bool flag{};
  std::uint64_t big{};
  std::int64_t negative{};
  double real{};
  std::string text;
  core::Bytes bytes;
  core::Duration time{};
  core::Time at{};
  core::Span span{};
  Colour colour{};
  std::vector<Small> list;
  std::map<std::string, std::uint32_t> table;
  std::set<std::uint32_t> members;
  std::optional<std::string> maybe;
  std::variant<Small, Other> either;
  std::array<std::uint32_t, 3> three{};
  FIELDS(Everything, flag, big, negative, real, text, bytes, time, at, span, colour, list, table, members, maybe,
         either, three)
};

Everything sample() {
  Everything e;
  e.flag = true;
  e.big = std::numeric_limits<std::uint64_t>::max();
  e.negative = std::numeric_limits<std::int64_t>::min();
  e.real = -0.1;
  e.text = std::string("a\0b", 3);
  e.bytes = {1, 2, 255};
  e.time = core::Duration(-5);
  e.at = core::Time(core::Duration(1'000'000'007));
  e.span = {core::Duration(3), core::Duration(4)};
  e.colour = Colour::green;
  e.list = {{1, "x"}, {-2, ""}};
  e.table = {{"k", 7}};
  e.members = {3, 1};
  e.maybe = "";
  e.either = Small{5, "five"};
  e.three = {7, 8, 300};
  return e;
}

TEST(Codec, EveryTypeComesBackAsItWent) {
  EXPECT_EQ(core::decode<Everything>(core::encode(sample())), sample());
  EXPECT_EQ(core::decode<Everything>(core::encode(Everything{})), Everything{});
}

RC_GTEST_PROP(Codec, AnyNumbersAndTextComeBack, (std::int64_t a, std::uint64_t b, std::string text, bool flag)) {
  Everything e;
  e.negative = a, e.big = b, e.text = text, e.flag = flag;
  e.list = {{static_cast<std::int32_t>(a), text}};
  RC_ASSERT(core::decode<Everything>(core::encode(e)) == e);
}

TEST(Codec, SmallNumbersTakeOneByte) {
  EXPECT_EQ(core::encode(std::uint64_t{127}).size(), 1u);
  EXPECT_EQ(core::encode(std::int64_t{-64}).size(), 1u);
  EXPECT_EQ(core::encode(std::uint64_t{128}).size(), 2u);
}

TEST(Codec, EveryTruncationIsRefused) {
  const auto bytes = core::encode(sample());
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_THROW(core::decode<Everything>(core::BytesView(bytes).first(n)), core::Malformed) << n;
}

TEST(Codec, BytesThatAreLeftOverAreRefused) {
  auto bytes = core::encode(sample());
  bytes.push_back(0);
  EXPECT_THROW(core::decode<Everything>(bytes), core::Malformed);
}

TEST(Codec, RandomBytesAreRefusedOrDecodedButNeverHarm) {
  core::Rng rng(1);
  std::size_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    auto bytes = core::encode(sample());
    for (std::uint64_t flips = 1 + rng.below(4); flips > 0; --flips)
      bytes[rng.below(bytes.size())] = static_cast<std::uint8_t>(rng.next());
    try {
      core::decode<Everything>(bytes);
    } catch (const core::Malformed&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(Codec, AHugeCountAllocatesNothing) {
  core::Bytes bytes;
  core::encode(std::uint64_t{1} << 60, bytes);
  EXPECT_THROW(core::decode<std::vector<Small>>(bytes), core::Malformed);
  EXPECT_THROW(core::decode<std::string>(bytes), core::Malformed);
}

TEST(Codec, NumbersOutOfTheirTypesRangeAreRefused) {
  EXPECT_THROW(core::decode<std::uint8_t>(core::encode(std::uint64_t{256})), core::Malformed);
  EXPECT_THROW(core::decode<std::int32_t>(core::encode(std::int64_t{1} << 40)), core::Malformed);
  EXPECT_THROW(core::decode<Colour>(core::encode(std::uint64_t{2})), core::Malformed);
  EXPECT_THROW(core::decode<bool>(core::encode(std::uint64_t{2})), core::Malformed);
}

TEST(Codec, DecodingIntoAnOldValueLeavesNothingOfIt) {
  std::variant<Small, Other> value = Small{9, "a long text that was here before"};
  core::decode_into(value, core::encode(std::variant<Small, Other>(Small{1, "x"})));
  EXPECT_EQ(std::get<Small>(value), (Small{1, "x"}));
  core::decode_into(value, core::encode(std::variant<Small, Other>(Other{})));
  EXPECT_EQ(value.index(), 1u);
}

// As it was written before it had `more` and `most`.
struct Before {
  int a{};
  FIELDS(Before, a)
};
struct Grown {
  int a{};
  std::vector<int> more{};
  std::string most = "initial";
  FIELDS(Grown, a, more, most)
  static constexpr std::size_t kFirstFormat = 1;
};

TEST(Codec, AStructThatGrewReadsBytesFromBeforeAndNoneThatAreCutOffElsewhere) {
  Grown value{1, {2, 3}, "here before"};
  core::decode_into(value, core::encode(Before{7}));
  EXPECT_EQ(value, (Grown{7, {}, ""}));
  const core::Bytes whole = core::encode(Grown{7, {1, 2}, "x"});
  EXPECT_EQ(core::decode<Grown>(whole), (Grown{7, {1, 2}, "x"}));
  EXPECT_THROW(core::decode<Grown>(core::BytesView(whole).first(2)), core::Malformed);
  EXPECT_THROW(core::decode<Grown>(core::BytesView{}), core::Malformed);
}

struct Forgets {
  int a{};
  int b{};
  FIELDS(Forgets, a)
};
static_assert(!core::fields_complete<Forgets>, "a forgotten member must be noticed");
static_assert(core::fields_complete<Everything> && core::fields_complete<Other> && core::fields_complete<Small>);

}  // namespace
