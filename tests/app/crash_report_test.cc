// A process that dies of a bug leaves a report, and is seen to have died of it.
#include "app/crash_report.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <thread>

#include "tests/app/program.h"

namespace app {
namespace {

// The signal that ended a process which did this while crashes were reported there; 0: it ended by itself.
int died_of(const std::string& folder, const std::function<void()>& deed) {
  const int child = ::fork();
  if (child == 0) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::close(STDERR_FILENO);            // The line about it is for a terminal.
    report_crashes(folder);
    crash_would_lose("/runs/mine.run");
    for (int i = 0; i < 20; ++i) crash_would_follow("crash S" + std::to_string(i));
    deed();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::string report_in(const program::Folder& folder) {
  const std::string path = newest_crash_report(folder.path(), "");
  return path.empty() ? "there is none" : program::text_of(path);
}

TEST(CrashReport, SaysOfWhatWhereAndWhatWasRecorded) {
  const program::Folder folder;
  EXPECT_EQ(died_of(folder.path(), [] { ::raise(SIGSEGV); }), SIGSEGV);
  const std::string report = report_in(folder);
  EXPECT_TRUE(report.starts_with("faultline ")) << report;
  EXPECT_TRUE(program::has(report, "signal: SIGSEGV")) << report;
  EXPECT_TRUE(program::has(report, "run: /runs/mine.run")) << report;
  EXPECT_FALSE(program::has(report, "  crash S11\n")) << "only the last eight:" << report;
  EXPECT_TRUE(program::has(report, "  crash S12\n  crash S13\n")) << report;
  EXPECT_TRUE(program::has(report, "  crash S19\nstack")) << report;
  const auto lines = program::lines_of(report);
  EXPECT_GT(std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.find("[0x") != std::string::npos; }), 3) << report;
}

TEST(CrashReport, AnExceptionThatNobodyCatchesIsNamed) {
  const program::Folder folder;
  EXPECT_EQ(died_of(folder.path(), [] { std::thread([] { throw std::runtime_error("the cat was not fed"); }).join(); }), SIGABRT);
  EXPECT_TRUE(program::has(report_in(folder), "signal: SIGABRT")) << report_in(folder);
  EXPECT_TRUE(program::has(report_in(folder), "exception: the cat was not fed")) << report_in(folder);
}

TEST(CrashReport, WhoEndsWellLeavesNone) {
  const program::Folder folder;
  EXPECT_EQ(died_of(folder.path(), [] {}), 0);
  EXPECT_EQ(newest_crash_report(folder.path(), ""), "");
}

TEST(CrashReport, TheNewestThatNobodyHasSeenIsFound) {
  const program::Folder folder;
  EXPECT_EQ(newest_crash_report(folder / "nowhere", ""), "");
  folder.file("notes.txt", "");
  folder.file("crash-20261121-170400-7.txt", ""), folder.file("crash-20261122-080000-3.txt", "");
  EXPECT_EQ(newest_crash_report(folder.path(), ""), folder / "crash-20261122-080000-3.txt");
  EXPECT_EQ(newest_crash_report(folder.path(), "crash-20261121-170400-7.txt"), folder / "crash-20261122-080000-3.txt");
  EXPECT_EQ(newest_crash_report(folder.path(), "crash-20261122-080000-3.txt"), "");
}

}  // namespace
}  // namespace app
