// What was recorded is in the file, and comes back out of it unchanged.
#include "labs/record/run_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <thread>

#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/record/made_run.h"

namespace record {
namespace {

namespace fs = std::filesystem;

// How often a run is made to wait for the disk at most, for tests that look at what is stored while it grows.
void wait_for(const std::function<bool()>& done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done() && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_TRUE(done());
}

// Records `rows` made-up events to a file and returns what the recording's digest was.
std::uint64_t make_file(const std::string& path, std::uint64_t rows, Level level = Level::bodies) {
  Recording recording(made_header(level));
  RunStore store(recording, path);
  tell_names(recording);
  tell(recording, 0, rows);
  store.finish();
  EXPECT_EQ(store.trouble(), "");
  EXPECT_EQ(store.stored(), recording.size());
  return recording.digest();
}

TEST(RunStore, AFileOpenedAgainIsTheSameRunAtEveryLevel) {
  for (const Level level : {Level::bodies, Level::events, Level::outline}) {
    Folder folder;
    const std::uint64_t digest = make_file(folder / "a.run", 3 * kChunkRows + 77, level);
    const auto opened = open_run(folder / "a.run");
    EXPECT_EQ(opened->digest(), digest);
    EXPECT_EQ(opened->header(), made_header(level));
    ASSERT_EQ(opened->names(), made_names().size() + 1);
    for (std::size_t i = 0; i < made_names().size(); ++i)
      EXPECT_EQ(opened->name(static_cast<NameId>(i + 1)), made_names()[i]);
    if (level == Level::bodies) {
      EXPECT_EQ(differs_from_made(*opened, 3 * kChunkRows + 77), "");
    }
  }
}

TEST(RunStore, WhenARunBeganIsKeptAndIsNoPartOfTheRun) {
  Folder folder;
  const WallTime began{std::chrono::nanoseconds(1'795'281'852'123'456'789)};
  const std::uint64_t silent = make_file(folder / "silent.run", 100);
  {
    Recording recording(made_header());
    recording.began(began);
    RunStore store(recording, folder / "a.run");
    tell_names(recording);
    tell(recording, 0, 100);
  }
  const auto opened = open_run(folder / "a.run");
  EXPECT_EQ(opened->began(), began);
  EXPECT_EQ(read_brief(folder / "a.run").began, began);
  EXPECT_EQ(opened->digest(), silent) << "the digest does not see it";
  EXPECT_EQ(opened->header(), made_header());
  // As files of before are, which are of the same format.
  EXPECT_EQ(open_run(folder / "silent.run")->began(), std::nullopt);
  EXPECT_EQ(read_brief(folder / "silent.run").began, std::nullopt);
}

TEST(RunStore, AnEmptyRunAndOneOfExactlyAChunkComeBack) {
  for (const std::uint64_t rows :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{kChunkRows}, std::uint64_t{kChunkRows + 1}}) {
    Folder folder;
    make_file(folder / "a.run", rows);
    const auto opened = open_run(folder / "a.run");
    EXPECT_EQ(differs_from_made(*opened, rows), "");
    EXPECT_EQ(opened->first_at_or_after(core::Time::max()), rows);
  }
}

TEST(RunStore, OpeningOftenChangesNothing) {
  Folder folder;
  const std::uint64_t digest = make_file(folder / "a.run", 2000);
  const auto written = fs::last_write_time(folder / "a.run");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(open_run(folder / "a.run")->digest(), digest);
  EXPECT_EQ(fs::last_write_time(folder / "a.run"), written);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 1u) << "a finished run is one file";
}

TEST(RunStore, ALoadedRunIsAskedByRowAndByTimeInAnyOrder) {
  Folder folder;
  constexpr std::uint64_t kRows = 20 * kChunkRows + 5;  // More chunks than are kept once they were read back.
  make_file(folder / "a.run", kRows);
  const auto opened = open_run(folder / "a.run");
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::uint64_t row = i * 7919 * 4801 % kRows;
    const Row seen = opened->at(row);
    const MadeEvent made = made_event(row);
    ASSERT_EQ(seen.event, made.event) << row;
    ASSERT_EQ(text_of(seen.body), made.body) << row;
    ASSERT_EQ(opened->first_at_or_after(made.event.at), row / 3 * 3) << row;
    ASSERT_EQ(opened->first_at_or_after(made.event.at - core::Duration(1)), row / 3 * 3) << row;
  }
  EXPECT_EQ(opened->end(), made_event(kRows - 1).event.at);
}

// Every body that a lab may give it, and every number that a double can be, save that there is one NaN and
// one zero.
TEST(RunStore, OddValuesAndBodiesComeBackBitForBit) {
  Folder folder;
  using Limits = std::numeric_limits<double>;
  const std::vector<double> values{0.0,
                                   -0.0,
                                   1e300,
                                   -1e-300,
                                   Limits::denorm_min(),
                                   Limits::infinity(),
                                   -Limits::infinity(),
                                   Limits::quiet_NaN(),
                                   -Limits::quiet_NaN(),
                                   9007199254740993.0,
                                   -9223372036854775808.0,
                                   1.0 / 3,
                                   Limits::max()};
  const std::vector<std::string> bodies{
      "",         std::string(1, '\0'),   std::string(70'000, '\xff'), "\"a\",\n'b'\r\n",
      "\xc3\x28", std::string("a\0b", 3), std::string(3 << 20, 'x')};
  std::uint64_t digest = 0;
  {
    Recording recording(made_header());
    RunStore store(recording, folder / "a.run");
    recording.on_name(1, "");
    recording.on_name(2, "it's; DROP TABLE events; --");
    recording.on_name(3, "\xff\xfe not UTF-8");
    Event event;
    for (const double value : values)
      for (const auto& body : bodies) {
        ++event.id;
        event.value = value, event.kind = EventKind::note, event.type = static_cast<NameId>(event.id % 4);
        recording.on_event(event, bytes_of(body));
      }
    store.finish();
    digest = recording.digest();
  }
  const auto opened = open_run(folder / "a.run");
  ASSERT_EQ(opened->size(), values.size() * bodies.size());
  EXPECT_EQ(opened->name(2), "it's; DROP TABLE events; --");
  for (std::size_t row = 0; row < opened->size(); ++row) {
    const double was = values[row / bodies.size()] + 0.0, is = opened->at(row).event.value;
    if (std::isnan(was))
      EXPECT_TRUE(std::isnan(is)) << row;
    else
      EXPECT_EQ(std::bit_cast<std::uint64_t>(is), std::bit_cast<std::uint64_t>(was))
          << was << " came back as " << is;
    EXPECT_EQ(text_of(opened->at(row).body), bodies[row % bodies.size()]) << row;
  }
  EXPECT_EQ(opened->digest(), digest);
}

TEST(RunStore, ANameIsInTheFileBeforeTheFirstEventThatUsesIt) {
  Folder folder;
  {
    Recording recording(made_header());
    RunStore store(recording, folder / "a.run");
    for (std::uint64_t i = 0; i < 30'000; ++i) {
      recording.on_name(static_cast<NameId>(i + 1), "name " + std::to_string(i));
      Event event = made_event(i).event;
      event.type = static_cast<NameId>(i + 1);
      recording.on_event(event, {});
    }
  }
  const auto opened = open_run(folder / "a.run");
  ASSERT_EQ(opened->size(), 30'000u);
  for (std::size_t row = 0; row < opened->size(); row += 997)
    EXPECT_EQ(opened->name(opened->at(row).event.type), "name " + std::to_string(row));
}

TEST(RunStore, AnybodyMayReadTheWholeRunWhileItIsStoredAndWhileTheFileIsFinished) {
  Folder folder;
  Recording recording(made_header(), 1 << 20);  // A small budget: nearly all is read back from the file.
  RunStore store(recording, folder / "a.run");
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0}, looked{0};
  const auto read = [&] {
    for (std::uint64_t i = 0; !done; ++i) {
      const std::size_t rows = recording.size();
      if (rows == 0) continue;
      try {
        const std::size_t row = i * 7919 * 4801 % rows;
        const Row seen = recording.at(row);
        const MadeEvent made = made_event(row);
        if (!(seen.event == made.event) || text_of(seen.body) != made.body) ++wrong;
        if (recording.first_at_or_after(made.event.at) != row / 3 * 3) ++wrong;
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
        return;
      }
      ++looked;
    }
  };
  std::thread first(read), second(read);
  tell_names(recording);
  const std::uint64_t rows = 8 * kChunkRows;
  tell(recording, 0, rows);
  store.finish();
  wait_for([&, seen = looked.load()] { return looked > seen + 20; });
  done = true;
  first.join(), second.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(store.trouble(), "");
  EXPECT_EQ(differs_from_made(recording, rows), "");
  EXPECT_EQ(differs_from_made(*open_run(folder / "a.run"), rows), "");
}

TEST(RunStore, NeverWritesOverAFileNorThroughALink) {
  Folder folder;
  make_file(folder / "a.run", 10);
  Recording recording(made_header());
  EXPECT_THROW(RunStore(recording, folder / "a.run"), StoreError);
  ASSERT_EQ(::symlink((folder / "elsewhere").c_str(), (folder / "link").c_str()), 0);
  EXPECT_THROW(RunStore(recording, folder / "link"), StoreError);
  EXPECT_FALSE(fs::exists(folder / "elsewhere"));
  EXPECT_THROW(RunStore(recording, folder / "no such folder/a.run"), StoreError);
  EXPECT_EQ(open_run(folder / "a.run")->size(), 10u);
}

TEST(RunStore, TheFileIsForNobodyElse) {
  Folder folder;
  make_file(folder / "a.run", 10);
  struct stat info {};
  ASSERT_EQ(::stat((folder / "a.run").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(RunStore, AnyNameIsAFilesNameAndNothingElse) {
  Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  for (const char* name : {"file:a.run", "a run?mode=memory", "a#b%41.run", ":memory:", "-wal",
                           "it's \"a\" run", "l\xc3\xa4uft.run"}) {
    make_file(name, 500);
    EXPECT_TRUE(fs::exists(folder / name)) << name;
    EXPECT_EQ(differs_from_made(*open_run(name), 500), "") << name;
  }
  fs::current_path(before);
}

TEST(RunStore, AFileOfAnEarlierWriterWithItsLogBesideItOpensToo) {
  Folder folder;
  Recording recording(made_header());
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  tell(recording, 0, 1000);
  wait_for([&] { return store.stored() == 1000; });
  // As a process that was killed leaves it.
  fs::copy_file(folder / "a.run", folder / "b.run");
  fs::copy_file(folder / "a.run-wal", folder / "b.run-wal");
  const auto size = fs::file_size(folder / "b.run-wal");
  EXPECT_EQ(differs_from_made(*open_run(folder / "b.run"), 1000), "");
  EXPECT_EQ(fs::file_size(folder / "b.run-wal"), size) << "what lies beside a file is never touched";
  EXPECT_FALSE(fs::exists(folder / "b.run-shm"));
  Folder elsewhere;
  fs::create_symlink(folder / "b.run", elsewhere / "link");
  EXPECT_EQ(differs_from_made(*open_run(elsewhere / "link"), 1000), "")
      << "a link's log lies beside what the link names";
}

TEST(RunStore, ARunThatIsStillGoingMayBeOpenedByAnother) {
  Folder folder;
  Recording recording(made_header());
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint64_t i = 0; !done; i += 100) {
      tell(recording, i, i + 100);
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  });
  wait_for([&] { return store.stored() > 0; });
  for (int i = 0; i < trials(8, 100); ++i) {
    const std::size_t safe = store.stored();
    const auto opened = open_run(folder / "a.run");
    EXPECT_GE(opened->size(), safe);
    EXPECT_EQ(differs_from_made(*opened, opened->size()), "");
  }
  done = true;
  writer.join();
}

TEST(RunStore, StoresWithin200MillisecondsWhatWasRecordedSlowly) {
  Folder folder;
  Recording recording(made_header());
  RunStore store(recording, folder / "a.run");
  for (std::uint64_t i = 0; i < 20; ++i) {
    tell(recording, i, i + 1);
    const auto began = std::chrono::steady_clock::now();
    wait_for([&] { return store.stored() == i + 1; });
    if (!kSanitized) {
      EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(200));
    }
  }
}

}  // namespace
}  // namespace record
