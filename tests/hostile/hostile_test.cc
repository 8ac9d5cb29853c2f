// Whatever bytes a reader is given, it reads them or refuses them in words: it does not crash, takes no second and no
// gigabyte. Inputs that are sound are changed at random, each change by its number; one that fails is named and kept.
//
//   FAULTLINE_MUTANTS=50000 build/tests/hostile_test          so many of each reader
//   FAULTLINE_MUTANTS=57..57 build/tests/hostile_test --gtest_filter=*filter      one of them again
#include <gtest/gtest.h>

#include <cstdlib>
#include <exception>

#include "guard.h"
#include "mechanisms/core/text.h"
#include "mutate.h"
#include "readers.h"

namespace hostile {
namespace {

// tests/hostile/asan.sh tries more of them.
constexpr std::uint64_t kUsual = 2'000;

struct Range {
  std::uint64_t first = 1, last = kUsual;
};

Range wanted() {
  Range range;
  const char* words = std::getenv("FAULTLINE_MUTANTS");
  if (words == nullptr) return range;
  const std::string_view text = words;
  const auto dots = text.find("..");
  const bool read = dots == std::string_view::npos ? core::parse(text, range.last)
                                                   : core::parse(text.substr(0, dots), range.first) && core::parse(text.substr(dots + 2), range.last);
  if (!read) throw std::runtime_error("FAULTLINE_MUTANTS is a number, or A..B");
  return range;
}

// Why it is neither read nor refused in a line of words; empty: it is one of both.
std::string trouble(const Reader& reader, const std::string& bytes, bool& read) {
  try {
    const std::string refused = reader.read(bytes);
    read = refused.empty();
    if (refused.size() > 1000) return "what it says is " + std::to_string(refused.size()) + " bytes long";
    return refused.find('\n') == std::string::npos ? "" : "what it says is more than a line: " + refused;
  } catch (const std::exception& error) {
    return std::string(typeid(error).name()) + ": " + error.what();
  }
}

class HostileInput : public ::testing::TestWithParam<Reader> {
 protected:
  static void SetUpTestSuite() { limit_memory(); }
  const Reader& reader() const { return GetParam(); }
};

TEST_P(HostileInput, WhatIsSoundIsRead) {
  for (const std::string& sound : reader().corpus()) EXPECT_EQ(reader().read(sound), "") << sound.substr(0, 200);
}

TEST_P(HostileInput, WhatIsChangedIsReadOrRefusedSoonAndInLittleMemory) {
  const std::vector<std::string> corpus = reader().corpus();
  const Range range = wanted();
  std::uint64_t read = 0, tried = 0;
  for (std::uint64_t number = range.first; number <= range.last; ++number) {
    const std::string bytes = mutant(corpus, number);
    const std::string name = "hostile-" + std::string(reader().name) + "-" + std::to_string(number);
    const Try watched(name, bytes);
    bool was_read = false;
    const std::string why = trouble(reader(), bytes, was_read);
    EXPECT_EQ(why, "") << "mutant " << number << ", kept as " << Try::keep() << "; again: FAULTLINE_MUTANTS=" << number << ".." << number
                       << " build/tests/hostile_test --gtest_filter=*" << reader().name;
    read += was_read, ++tried;
  }
  std::printf("%llu of %llu mutants could be read\n", static_cast<unsigned long long>(read), static_cast<unsigned long long>(tried));
  if (tried < 1000) return;
  EXPECT_GT(read, 0u) << "no change was harmless";
  if (reader().name != "maelstrom") { EXPECT_LT(read, tried) << "no change did harm"; }
}

INSTANTIATE_TEST_SUITE_P(Readers, HostileInput, ::testing::ValuesIn(readers()), [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace hostile
