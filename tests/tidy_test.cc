// Guards what the compiler cannot: which layer may include what, what mechanisms may call, how long files may be.
// Debian's headers need no -I, so a wrong include would build.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Source {
  std::string path;  // From the root.
  std::vector<std::string> lines;
};

std::vector<Source> sources(const std::string& folder) {
  std::vector<Source> all;
  const fs::path root = SOURCE_DIR;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const auto extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    Source source{fs::relative(entry.path(), root).string(), {}};
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) source.lines.push_back(line);
    all.push_back(std::move(source));
  }
  EXPECT_FALSE(all.empty()) << folder;
  return all;
}

// Every line of the folder's sources that matches, as `path:line: text`.
std::string matches(const std::string& folder, const std::string& pattern, const std::string& but_not = "") {
  const std::regex wanted(pattern);
  std::string found;
  for (const auto& source : sources(folder)) {
    if (!but_not.empty() && source.path.find(but_not) != std::string::npos) continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i)
      if (std::regex_search(source.lines[i], wanted))
        found += source.path + ":" + std::to_string(i + 1) + ": " + source.lines[i] + "\n";
  }
  return found;
}

TEST(Tidy, MechanismsIncludeTheStandardLibraryAndMechanismsOnly) {
  EXPECT_EQ(matches("mechanisms", R"re(#include "(?!mechanisms/))re"), "") << "a mechanism knows no host: move it to labs/";
  EXPECT_EQ(matches("mechanisms", R"re(#include <[^>]*[./])re"), "") << "no library in mechanisms/";
  EXPECT_EQ(matches("mechanisms", R"re(#include <(thread|mutex|shared_mutex|condition_variable|future|atomic|fstream|filesystem|iostream|random|ctime|regex|unordered_map|unordered_set)>)re"),
            "")
      << "no threads, files, clocks, or orders that differ between machines: the host gives time and random numbers";
}

TEST(Tidy, MechanismsCallNoClockAndNoRandomDevice) {
  EXPECT_EQ(matches("mechanisms", R"re((::now\(\)|\brand\(|\btime\(|getenv|random_device|std::log\(|std::exp\(|std::pow\())re"),
            "")
      << "time and chance come through Step; a C library's log() is not the same on every machine (see rng.cc)";
}

TEST(Tidy, LabsKnowNoWindow) {
  EXPECT_EQ(matches("labs", R"re(#include [<"](app/|imgui|GLFW))re"), "") << "arrows run mechanisms <- labs <- app";
}

TEST(Tidy, NobodyUsesCoroutines) {
  for (const char* folder : {"mechanisms", "labs", "app"})
    EXPECT_EQ(matches(folder, R"re(\b(co_await|co_yield|co_return)\b)re"), "") << "g++ 12.2 destroys temporaries twice";
}

TEST(Tidy, WorldsUseNoOrderThatDiffersBetweenMachines) {
  EXPECT_EQ(matches("labs/world", R"re(std::unordered_|_distribution)re"), "");
}

TEST(Tidy, FilesAreShortEnoughToRead) {
  for (const char* folder : {"mechanisms", "labs", "app"})
    for (const auto& source : sources(folder)) {
      EXPECT_LE(source.lines.size(), 600u) << source.path << ": split it by concept";
      // A header is at most 250 lines; what must be templates may be more.
      if (source.path.ends_with(".h")) { EXPECT_LE(source.lines.size(), 300u) << source.path << ": split it by concept"; }
    }
}

TEST(Tidy, EveryHeaderIsGuardedAndEverySourceSaysWhatItIs) {
  for (const char* folder : {"mechanisms", "labs", "app"})
    for (const auto& source : sources(folder)) {
      if (!source.path.ends_with(".h")) continue;
      ASSERT_FALSE(source.lines.empty()) << source.path;
      EXPECT_TRUE(source.lines.front().starts_with("//")) << source.path << ": begin with what it is and why it is here";
      EXPECT_NE(std::find(source.lines.begin(), source.lines.end(), "#pragma once"), source.lines.end()) << source.path;
    }
}

TEST(Tidy, NothingIsLeftForLater) {
  for (const char* folder : {"mechanisms", "labs", "app", "tests"})
    EXPECT_EQ(matches(folder, R"re(\b(TODO|FIXME|XXX|HACK)\b)re", "tidy_test.cc"), "");
}

}  // namespace
