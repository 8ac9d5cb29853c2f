// A disk that is full, or that is gone: the run goes on, says so, and what was stored before stays readable.
#include <gtest/gtest.h>

#include <filesystem>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "tests/labs/record/made_run.h"

namespace record {
namespace {

namespace fs = std::filesystem;

TEST(DiskFull, TheRunGoesOnSaysSoAndTheFileHoldsWhatCameBefore) {
  Folder folder;
  Recording recording(made_header());
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  tell(recording, 0, 5000);
  while (store.stored() < 5000) std::this_thread::yield();
  store.inject("PRAGMA max_page_count = 200");
  tell(recording, 5000, 300'000);
  store.finish();
  EXPECT_NE(store.trouble().find("full"), std::string::npos) << store.trouble();
  EXPECT_NE(store.trouble().find("a.run"), std::string::npos) << store.trouble();
  EXPECT_EQ(differs_from_made(recording, 300'000), "") << "the run in memory is whole";
  const auto opened = open_run(folder / "a.run");
  EXPECT_EQ(opened->size(), store.stored());
  EXPECT_GE(opened->size(), 5000u);
  EXPECT_LT(opened->size(), 300'000u);
  EXPECT_EQ(differs_from_made(*opened, opened->size()), "");
  EXPECT_FALSE(fs::exists(folder / "a.run-wal")) << "what was stored is one file, also now";
}

TEST(DiskFull, AtAnyPageTheFileIsWhole) {
  for (int pages = 12; pages < 200; pages += trials(23, 1)) {
    Folder folder;
    Recording recording(made_header());
    RunStore store(recording, folder / "a.run");
    store.inject(("PRAGMA max_page_count = " + std::to_string(pages)).c_str());
    tell_names(recording);
    for (std::uint64_t i = 0; i < 60'000; i += 200) tell(recording, i, i + 200);
    store.finish();
    EXPECT_NE(store.trouble(), "");
    EXPECT_EQ(recording.size(), 60'000u);
    const auto opened = open_run(folder / "a.run");
    EXPECT_EQ(opened->size(), store.stored());
    EXPECT_EQ(differs_from_made(*opened, opened->size()), "");
  }
}

TEST(DiskFull, WhatWasDroppedFromMemoryIsStillReadFromTheFile) {
  Folder folder;
  Recording recording(made_header(), 2 << 20);
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  tell(recording, 0, 10 * kChunkRows);
  while (store.stored() < 10 * kChunkRows) std::this_thread::yield();
  store.inject("PRAGMA max_page_count = 10");
  tell(recording, 10 * kChunkRows, 20 * kChunkRows);
  store.finish();
  EXPECT_NE(store.trouble(), "");
  EXPECT_GE(recording.size(), 10 * kChunkRows);
  EXPECT_EQ(differs_from_made(recording, recording.size()), "");
}

TEST(DiskFull, TheMemoryStaysWithinItsBudgetAndTheRecordingSaysWhereItEnds) {
  Folder folder;
  constexpr std::size_t kBudget = 8 << 20;
  Recording recording(made_header(), kBudget);
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  store.inject("PRAGMA max_page_count = 20");
  tell(recording, 0, 1'000'000);
  store.finish();
  EXPECT_NE(store.trouble(), "");
  EXPECT_LE(recording.memory(), kBudget);
  EXPECT_TRUE(recording.cut_off());
  EXPECT_GT(recording.size(), 10'000u);
  EXPECT_LT(recording.size(), 1'000'000u);
  EXPECT_EQ(differs_from_made(recording, recording.size()), "");
}

TEST(DiskFull, WhenTheSystemRefusesToWriteItIsTheSame) {
  Folder folder;
  Recording recording(made_header());
  {
    RunStore store(recording, folder / "a.run");
    tell_names(recording);
    tell(recording, 0, 5000);
    while (store.stored() < 5000) std::this_thread::yield();
    {
      const FilesEndAt limit(4'000'001);  // In the middle of a page.
      tell(recording, 5000, 300'000);
      store.finish();
    }
    EXPECT_NE(store.trouble(), "");
    EXPECT_GE(store.stored(), 5000u);
    EXPECT_LT(store.stored(), 300'000u);
    EXPECT_EQ(differs_from_made(recording, 300'000), "");
  }
  const auto opened = open_run(folder / "a.run");
  EXPECT_GE(opened->size(), 5000u);
  EXPECT_EQ(differs_from_made(*opened, opened->size()), "");
}

TEST(DiskFull, AFileThatCannotEvenBeginLeavesNothingBehind) {
  Folder folder;
  Recording recording(made_header());
  {
    const FilesEndAt limit(100);
    EXPECT_THROW(RunStore(recording, folder / "a.run"), StoreError);
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace record
