// The shell scripts that set up, build, run and test. They run in a small project of their own, with package
// tools that only write down what they were asked.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <regex>

#include "program.h"

namespace {

using program::Folder;
using program::has;
using program::How;
using program::Ran;
using program::Words;

namespace fs = std::filesystem;
const std::string kRoot = SOURCE_DIR;

// A project with our scripts, two tests that pass, one that fails, and a program `faultline` that says its
// words.
class Scripts : public ::testing::Test {
 protected:
  Scripts() {
    for (const char* script : {"app/run", "app/setup.sh", "tests/run"})
      folder_.file(script, program::text_of(kRoot + "/" + script), true);
    folder_.file("CMakePresets.json",
                 R"({"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja",
      "binaryDir": "${sourceDir}/build"}]})");
    folder_.file("CMakeLists.txt", R"(cmake_minimum_required(VERSION 3.25)
      project(small LANGUAGES NONE)
      enable_testing()
      add_custom_target(faultline ALL COMMAND ${CMAKE_COMMAND} -E copy
                        ${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/faultline)
      add_test(NAME good.one COMMAND true)
      add_test(NAME good.two COMMAND true)
      add_test(NAME bad.one COMMAND false)
      add_test(NAME skipped.one COMMAND sh -c "exit 77")
      set_tests_properties(skipped.one PROPERTIES SKIP_RETURN_CODE 77))");
    folder_.file("program", "#!/bin/sh\necho \"$PWD: $*\"\n", true);
    installed("*");
    tool("apt-get", "echo \"apt-get $*\" >>\"$LOG\"; [ ! -e \"$FAKE/no-network\" ]");
    tool("sudo",
         "[ -e \"$FAKE/no-sudo\" ] && exit 1; [ \"$1\" = -n ] && shift; echo \"sudo $*\" >>\"$LOG\"; exec "
         "\"$@\"");
    as_user(1000);
  }

  // What dpkg-query knows: a pattern of a shell's `case`. Asked for several names, it answers a line for each
  // it knows.
  void installed(const std::string& pattern) {
    tool("dpkg-query", "status=0\nfor word; do case $word in -*) ;; " + pattern +
                           ") echo \"$word installed\" ;; *) echo \"no packages found matching $word\" >&2; "
                           "status=1 ;; esac; done\nexit $status");
  }
  void as_user(int id) { tool("id", "echo " + std::to_string(id)); }
  void tool(const std::string& name, const std::string& body) {
    folder_.file("fake/" + name, "#!/bin/sh\n" + body + "\n", true);
  }
  void trouble(const std::string& name) { folder_.file("fake/" + name, ""); }

  Ran script(const std::string& name, const Words& words = {}, const std::string& from = "") {
    Words all{folder_ / name};
    all.insert(all.end(), words.begin(), words.end());
    How how;
    how.folder = from;
    how.environment = {"PATH=" + folder_ / "fake" + ":" + ::getenv("PATH"), "FAKE=" + folder_ / "fake",
                       "LOG=" + folder_ / "log"};
    return program::run(all, how);
  }
  std::string asked() const { return program::text_of(folder_ / "log"); }

  Folder folder_;
};

TEST_F(Scripts, TestsRunEndsWithHowManyPassedAndFailed) {
  const Ran all = script("tests/run");
  EXPECT_NE(all.code, 0);
  EXPECT_EQ(program::lines_of(all.out).back(), "2 passed, 1 failed") << all.out << all.err;
  const Ran good = script("tests/run", {"-R", "good"});
  EXPECT_EQ(good.code, 0);
  EXPECT_EQ(program::lines_of(good.out).back(), "2 passed, 0 failed") << good.out;
  const Ran bad = script("tests/run", {"-R", "bad"});
  EXPECT_NE(bad.code, 0);
  EXPECT_EQ(program::lines_of(bad.out).back(), "0 passed, 1 failed") << bad.out;
}

TEST_F(Scripts, TestsRunTakesAWordAsAFilter) {
  const Ran one = script("tests/run", {"good.one"});
  EXPECT_EQ(one.code, 0) << one.out << one.err;
  EXPECT_EQ(program::lines_of(one.out).back(), "1 passed, 0 failed") << one.out;
}

TEST_F(Scripts, TestsRunFailsWhenNoTestIsLikeTheFilter) {
  const Ran none = script("tests/run", {"nothing"});
  EXPECT_NE(none.code, 0);
  EXPECT_EQ(program::lines_of(none.out).back(), "0 passed, 1 failed") << none.out;
}

TEST_F(Scripts, AppRunPassesItsWordsAndStaysInTheCallersFolder) {
  const Ran ran = script("app/run", {"run", "a b"}, "/usr");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "/usr: run a b\n");
  EXPECT_EQ(asked(), "");
}

TEST_F(Scripts, ABuildThatFailsShowsWhyAndStops) {
  fs::remove(folder_ / "program");
  const Ran ran = script("app/run", {"labs"});
  EXPECT_NE(ran.code, 0);
  EXPECT_EQ(ran.out, "");
  EXPECT_TRUE(has(ran.err, "The build failed")) << ran.err;
}

TEST_F(Scripts, ASetUpThatFailsShowsWhyAndStops) {
  folder_.file("CMakeLists.txt", "message(FATAL_ERROR \"no compiler here\")\n");
  const Ran ran = script("app/run", {"labs"});
  EXPECT_NE(ran.code, 0);
  EXPECT_TRUE(has(ran.err, "no compiler here")) << ran.err;
}

TEST_F(Scripts, OnlyWhatIsMissingIsInstalled) {
  as_user(0);
  installed("g++|cmake|pkg-config|libs*|libc*|libt*|libi*|libg*|libf*|fonts*|nloh*|libx*");
  const Ran ran = script("app/run", {"labs"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(asked(), "apt-get install -y -q ninja-build libasio-dev\n");
  EXPECT_TRUE(has(ran.err, "Installing: ninja-build libasio-dev")) << ran.err;
}

TEST_F(Scripts, APackageThatWasRemovedButNotPurgedIsMissing) {
  as_user(0);
  tool("dpkg-query",
       "for word; do case $word in -*) ;; cmake) echo \"cmake config-files\" ;; *) echo \"$word installed\" "
       ";; esac; done");
  EXPECT_EQ(script("app/run").code, 0);
  EXPECT_EQ(asked(), "apt-get install -y -q cmake\n");
}

TEST_F(Scripts, SudoIsUsedByWhoIsNotRoot) {
  installed("g++|cmake|ninja-build|pkg-config|fonts*|lib*");
  EXPECT_EQ(script("app/run").code, 0);
  EXPECT_TRUE(
      has(asked(), "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q nlohmann-json3-dev\n"))
      << asked();
}

TEST_F(Scripts, WithoutRightsThePackagesAreNamedAndNothingIsBuilt) {
  installed("g++|cmake|ninja-build|pkg-config|fonts*|lib*");
  trouble("no-sudo");
  const Ran ran = script("app/run", {"labs"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_TRUE(has(ran.err, "apt-get install nlohmann-json3-dev\n")) << ran.err;
  EXPECT_FALSE(fs::exists(folder_ / "build"));
}

TEST_F(Scripts, WhenAptCannotThePackagesAreNamedAndNothingIsBuilt) {
  as_user(0);
  installed("g++|cmake|ninja-build|pkg-config|fonts*|lib*");
  trouble("no-network");
  const Ran ran = script("app/run", {"labs"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(has(ran.err, "apt-get could not install: nlohmann-json3-dev\n")) << ran.err;
  EXPECT_TRUE(has(asked(), "apt-get update -q\n")) << asked();
  EXPECT_FALSE(fs::exists(folder_ / "build"));
}

// The real one: with nothing to do, a person does not wait.
TEST(RealScripts, TheSecondCallOfAppRunIsFast) {
  std::error_code ignored;
  if (!fs::equivalent(FAULTLINE_BINARY, kRoot + "/build/faultline", ignored))
    GTEST_SKIP() << "this build is not the one that app/run makes";
  How how;
  how.time = std::chrono::minutes(5);
  ASSERT_EQ(program::run({kRoot + "/app/run", "labs"}, how).code, 0);
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 3 && best > std::chrono::seconds(2); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const Ran ran = program::run({kRoot + "/app/run", "labs"}, how);
    best = std::min(best, std::chrono::steady_clock::now() - begin);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.err, "");
    EXPECT_TRUE(has(ran.out, "raft-elections"));
  }
  EXPECT_LT(best, std::chrono::seconds(2));
}

}  // namespace
