// A process that is killed loses at most its last 200 ms, and never the file.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/record/spill.h"
#include "tests/labs/record/made_run.h"

namespace record {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;  // The same in a parent and its child.
constexpr auto kPromise = std::chrono::milliseconds(200);

// What the child says now and then: so far it was, at this moment.
struct Said {
  std::int64_t when_ns;
  std::uint64_t recorded, stored;
};

// A child process and what it says through a pipe.
class Child {
 public:
  template <class Body>
  explicit Child(const Body& body) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
      body([out = ends[1]](std::uint64_t recorded, std::uint64_t stored) {
        const Said said{Clock::now().time_since_epoch().count(), recorded, stored};
        [[maybe_unused]] const auto written = ::write(out, &said, sizeof said);
      });
      ::_exit(0);
    }
    ::close(ends[1]);
    in_ = ends[0];
  }
  ~Child() { ::close(in_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next thing that it says; false: it is gone.
  bool hear(Said& said) { return ::read(in_, &said, sizeof said) == static_cast<ssize_t>(sizeof said); }
  // Kills it and returns when.
  Clock::time_point kill() {
    const auto at = Clock::now();
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    return at;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
};

// Records made-up events for ever: `burst` at once, then a rest.
template <class Tell>
void record_for_ever(const std::string& path, std::uint64_t burst, std::chrono::microseconds rest,
                     const Tell& say) {
  Recording recording(made_header(), std::size_t{32} << 20);
  RunStore store(recording, path);
  tell_names(recording);
  auto said = Clock::now();
  for (std::uint64_t i = 0;; i += burst) {
    tell(recording, i, i + burst);
    if (Clock::now() - said > std::chrono::milliseconds(1)) {
      said = Clock::now();
      say(i + burst, store.stored());
    }
    if (rest.count() > 0) std::this_thread::sleep_for(rest);
  }
}

class Killed : public testing::TestWithParam<std::pair<std::uint64_t, int>> {};

TEST_P(Killed, TheFileHoldsEverythingUpTo200MillisecondsBefore) {
  const auto burst = std::get<0>(GetParam());
  const auto rest = std::get<1>(GetParam());
  std::mt19937 chance(static_cast<unsigned>(burst));
  std::int64_t worst_ms = 0;
  std::uint64_t rows_in_all = 0;
  for (int trial = 0; trial < trials(6, 150); ++trial) {
    Folder folder;
    Child child([&](const auto& say) {
      record_for_ever(folder / "a.run", burst, std::chrono::microseconds(rest), say);
    });
    std::vector<Said> heard(1);
    ASSERT_TRUE(child.hear(heard[0]));
    std::this_thread::sleep_for(std::chrono::milliseconds(chance() % 900));
    const auto killed = child.kill();
    for (Said said{}; child.hear(said);) heard.push_back(said);
    ASSERT_TRUE(fs::exists(folder / "a.run"));
    const auto opened = open_run(folder / "a.run");
    EXPECT_EQ(differs_from_made(*opened, opened->size()), "") << "a beginning of the run, without a hole";
    rows_in_all += opened->size();
    EXPECT_GE(opened->size(), heard.back().stored) << "what the store called stored is there";
    for (const Said& said : heard) {
      const Clock::time_point when{Clock::duration(said.when_ns)};
      if (when > killed || said.recorded <= opened->size()) continue;
      worst_ms = std::max<std::int64_t>(
          worst_ms, std::chrono::duration_cast<std::chrono::milliseconds>(killed - when).count());
      if (!kSanitized) {
        EXPECT_GT(when + kPromise, killed)
            << "row " << said.recorded << " is lost, of " << heard.back().recorded;
      }
      break;
    }
  }
  EXPECT_GT(rows_in_all, 0u);
  RecordProperty("worst_loss_ms", std::to_string(worst_ms));
  std::printf("lost at most %d ms, of %llu rows in all\n", static_cast<int>(worst_ms),
              static_cast<unsigned long long>(rows_in_all));
}

// As fast as it goes, at a pace that the disk keeps up with, and a trickle.
INSTANTIATE_TEST_SUITE_P(AtAnyPace, Killed,
                         testing::Values(std::pair{std::uint64_t{1000}, 0},
                                         std::pair{std::uint64_t{100}, 500},
                                         std::pair{std::uint64_t{3}, 3000}));

TEST(KilledEarly, WhateverIsThereOpensOrIsRefusedInWords) {
  std::mt19937 chance(5);
  for (int trial = 0; trial < trials(20, 300); ++trial) {
    Folder folder;
    Child child(
        [&](const auto& say) { record_for_ever(folder / "a.run", 100, std::chrono::microseconds(0), say); });
    std::this_thread::sleep_for(std::chrono::microseconds(chance() % 12'000));
    child.kill();
    if (!fs::exists(folder / "a.run")) continue;
    try {
      const auto opened = open_run(folder / "a.run");
      EXPECT_EQ(differs_from_made(*opened, opened->size()), "");
    } catch (const BadRun& bad) {
      EXPECT_NE(std::string(bad.what()).find("it is not a run file"), std::string::npos) << bad.what();
    }
  }
}

TEST(KilledWithoutAFile, ASpilledRunLeavesNothingBehind) {
  Folder folder;
  const TemporaryFilesIn here(folder.path());
  Child child([&](const auto& say) {
    Recording recording(made_header(), std::size_t{2} << 20);
    const Spill spill(recording);
    for (std::uint64_t i = 0;; i += 1000) {
      tell(recording, i, i + 1000);
      if (spill.began()) say(i, 0);
    }
  });
  Said said{};
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(child.hear(said));
  child.kill();
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// It is read from a private copy, which must not stay behind either.
TEST(KilledWithoutAFile, WhoOpensAnUnfinishedRunAndIsKilledLeavesNothingBehind) {
  Folder folder, scratch;
  Child writer(
      [&](const auto& say) { record_for_ever(folder / "a.run", 100, std::chrono::microseconds(500), say); });
  Said said{};
  while (writer.hear(said) && said.stored < 1000) {
  }
  writer.kill();
  const TemporaryFilesIn here(scratch.path());
  Child reader([&](const auto& say) {
    const auto opened = open_run(folder / "a.run");
    say(opened->size(), 0);
    ::pause();
  });
  ASSERT_TRUE(reader.hear(said));
  EXPECT_GE(said.recorded, 1000u);
  reader.kill();
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

}  // namespace
}  // namespace record
