// A run of any length stays within its memory budget, and every row of it can still be read.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/record/spill.h"
#include "tests/labs/record/made_run.h"

namespace record {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMiB = std::size_t{1} << 20;
// Beyond the budget there may be: the chunk that grows, those that wait for the disk, and one that was read
// back.
constexpr std::size_t kLeeway = 8 * kMiB;

// Of this process, in bytes: the most that it ever had in memory, or 0 when the system does not say.
std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  return 0;
}

// Tells the run in steps and returns the most memory that the recording said it had.
std::size_t tell_and_weigh(Recording& recording, std::uint64_t rows) {
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < rows; i += 10'000) {
    tell(recording, i, std::min(rows, i + 10'000));
    most = std::max(most, recording.memory());
  }
  return most;
}

TEST(Memory, ALongRunWithAFileStaysWithinItsBudgetAndIsReadBackWhole) {
  const auto rows = static_cast<std::uint64_t>(trials(kSanitized ? 300'000 : 3'000'000, 50'000'000));
  const std::size_t budget = (kSanitized ? 8 : 64) * kMiB;
  Folder folder;
  Recording recording(made_header(), budget);
  const std::size_t before = peak_memory();
  {
    RunStore store(recording, folder / "a.run");
    tell_names(recording);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_LT(tell_and_weigh(recording, rows), budget + kLeeway);
    store.finish();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    RecordProperty("events_per_second",
                   std::to_string(static_cast<std::uint64_t>(static_cast<double>(rows) / took.count())));
    EXPECT_EQ(store.trouble(), "");
  }
  EXPECT_EQ(differs_from_made(recording, rows), "");
  EXPECT_LT(recording.memory(), budget + kLeeway) << "what was read back counts, too";
  const auto opened = open_run(folder / "a.run");
  EXPECT_EQ(differs_from_made(*opened, rows), "");
  if (!kSanitized) {
    EXPECT_LT(peak_memory() - before, 3 * budget) << "also the process as a whole stays small";
  }
  RecordProperty("peak_mib", std::to_string(peak_memory() / kMiB));
}

TEST(Memory, ALoadedRunKeepsLittleOfWhatWasReadBack) {
  Folder folder;
  {
    Recording recording(made_header());
    RunStore store(recording, folder / "a.run");
    const std::string large(4000, 'x');
    for (std::uint64_t i = 0; i < 5 * kChunkRows; ++i) {
      MadeEvent made = made_event(i);
      made.event.type = 0;
      recording.on_event(made.event, bytes_of(large));
    }
  }
  const auto opened = open_run(folder / "a.run");
  EXPECT_LT(opened->memory(), kMiB) << "nothing is read before somebody asks";
  opened->visit(0, opened->size(), [](const Event&, core::BytesView body) { ASSERT_EQ(body.size(), 4000u); });
  EXPECT_LT(opened->memory(), 200 * kMiB) << "a quarter of the budget, and one chunk";
}

TEST(Memory, WithoutAFileARunThatIsShortMakesNone) {
  Folder folder;
  const TemporaryFilesIn here(folder.path());
  Recording recording(made_header(), 16 * kMiB);
  const Spill spill(recording);
  tell(recording, 0, 3 * kChunkRows);
  EXPECT_FALSE(spill.began());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Memory, WithoutAFileALongRunSpillsIntoATemporaryOneThatHasNoName) {
  Folder folder;
  const TemporaryFilesIn here(folder.path());
  constexpr std::uint64_t kRows = 60 * kChunkRows;
  Recording recording(made_header(), 8 * kMiB);
  std::uint64_t digest = 0;
  {
    const Spill spill(recording);
    tell_names(recording);
    EXPECT_LT(tell_and_weigh(recording, kRows), 8 * kMiB + kLeeway);
    EXPECT_TRUE(spill.began());
    EXPECT_EQ(spill.trouble(), "");
    EXPECT_TRUE(fs::is_empty(folder.path())) << "a name would outlive a killed process";
    EXPECT_EQ(differs_from_made(recording, kRows), "");
    digest = recording.digest();
  }
  EXPECT_EQ(recording.digest(), digest) << "the run can be read after it ended";
  Recording whole(made_header());
  tell_names(whole);
  tell(whole, 0, kRows);
  EXPECT_EQ(digest, whole.digest());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// All that it would store is about to be thrown away.
TEST(Memory, ASpillThatEndsDoesNotStoreTheRestFirst) {
  Folder folder;
  const TemporaryFilesIn here(folder.path());
  Recording recording(made_header(), 40 * kMiB);
  auto spill = std::make_unique<Spill>(recording);
  std::uint64_t rows = 0;
  for (; !spill->began(); rows += 100) tell(recording, rows, rows + 100);
  ASSERT_GT(rows, 20 * kChunkRows);
  const auto began = std::chrono::steady_clock::now();
  spill.reset();
  if (!kSanitized) {
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(300));
  }
  EXPECT_EQ(recording.size(), rows);
  EXPECT_EQ(recording.at(rows - 1).event, made_event(rows - 1).event);
}

TEST(Memory, WhenNoTemporaryFileCanBeMadeTheRunGoesOnAndSaysSo) {
  Folder folder;
  const TemporaryFilesIn here(folder.path());
  Recording recording(made_header(), kMiB);
  const Spill spill(recording);
  {
    const FilesEndAt limit(0);
    tell(recording, 0, 6 * kChunkRows);
  }
  EXPECT_TRUE(spill.began());
  EXPECT_NE(spill.trouble(), "");
  EXPECT_EQ(differs_from_made(recording, 6 * kChunkRows), "");
}

}  // namespace
}  // namespace record
