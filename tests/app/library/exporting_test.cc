#include "app/library/exporting.h"

#include <condition_variable>
#include <filesystem>

#include "tests/app/library/made_library.h"

namespace library {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Waits for the export's own word that it is done.
Exporting::Done finished(ExportJob job) {
  std::mutex mutex;
  std::condition_variable changed;
  Exporting exporting(std::move(job), [&] {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  while (!exporting.done()) changed.wait_for(lock, 50ms);
  return *exporting.done();
}

ExportJob job_of(const record::Folder& folder, const std::string& to, bool force = false) {
  ExportJob job;
  job.from_path = folder / "a.run", job.to_path = to, job.force = force;
  if (to.ends_with(".json")) job.format = exports::find_format("json");
  return job;
}

TEST(Exporting, WritesARunAndSaysHowMany) {
  const record::Folder folder;
  write_run(folder / "a.run", 5s, 3);
  const auto done = finished(job_of(folder, folder / "a"));
  EXPECT_EQ(done.trouble, "");
  EXPECT_EQ(done.events, 5u);
  EXPECT_TRUE(content(folder / "a/events.csv").starts_with("t_ns,id,kind"));
}

TEST(Exporting, NeverOverWhatIsThereUnlessItIsForced) {
  const record::Folder folder;
  write_run(folder / "a.run", 5s, 3);
  std::ofstream(folder / "a.json") << "mine";
  const auto refused = finished(job_of(folder, folder / "a.json"));
  EXPECT_TRUE(refused.exists);
  EXPECT_EQ(content(folder / "a.json"), "mine");
  const auto forced = finished(job_of(folder, folder / "a.json", true));
  EXPECT_EQ(forced.trouble, "");
  EXPECT_NE(content(folder / "a.json"), "mine");
}

TEST(Exporting, WhatGoesWrongIsSaidInWords) {
  const record::Folder folder;
  write_run(folder / "a.run", 5s, 3);
  EXPECT_EQ(finished(job_of(folder, folder / "none/a.json")).trouble, "There is no folder " + (folder / "none") + ".");
  ExportJob damaged = job_of(folder, folder / "b.json");
  std::ofstream(folder / "bad.run") << "nothing";
  damaged.from_path = folder / "bad.run";
  EXPECT_NE(finished(damaged).trouble.find("bad.run cannot be opened"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "b.json"));
}

TEST(Exporting, ACancelledOneLeavesNothing) {
  const record::Folder folder;
  write_run(folder / "a.run", 5s, 0, 1, "lab", 50'000);
  std::mutex made;
  made.lock();
  Exporting* running = nullptr;
  std::condition_variable changed;
  std::atomic<bool> was_under_way{false};
  Exporting exporting(job_of(folder, folder / "a.json"), [&] {
    {
      const std::lock_guard wait(made);
      if (running->part() > 0 && running->part() < 1) was_under_way = true, running->cancel();
    }
    changed.notify_all();
  });
  running = &exporting;
  made.unlock();
  std::unique_lock lock(made);
  while (!exporting.done()) changed.wait_for(lock, 50ms);
  EXPECT_TRUE(was_under_way);
  EXPECT_TRUE(exporting.done()->cancelled);
  EXPECT_EQ(exporting.done()->trouble, "It was cancelled. Nothing was written.");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1) << "only the run is there";
}

TEST(Exporting, OnlyTheRangeAskedForIsWritten) {
  const record::Folder folder;
  write_run(folder / "a.run", 4s, 3);   // Commands at 1, 2, 3 s.
  ExportJob job = job_of(folder, folder / "a.jsonl");
  job.format = exports::find_format("json"), job.range = {core::kStart + 1500ms, core::kStart + 3500ms};
  EXPECT_EQ(finished(job).events, 2u);
  EXPECT_EQ(content(folder / "a.jsonl").find("mark 0"), std::string::npos);
}

TEST(Exporting, NamesOfFilesHoldNothingThatHarms) {
  EXPECT_EQ(export_name("Split votes, at night", *exports::find_format("csv")), "Split-votes-at-night");
  EXPECT_EQ(export_name("../../etc/passwd", *exports::find_format("json")), "etc-passwd.jsonl");
  EXPECT_EQ(export_name("", *exports::find_format("csv")), "run");
  EXPECT_EQ(export_name("\xe2\x80\xae" "gnp.exe", *exports::find_format("csv")), "gnp.exe");
  EXPECT_LT(export_name(std::string(5000, 'x'), *exports::find_format("csv")).size(), 200u);
}

}  // namespace
}  // namespace library
