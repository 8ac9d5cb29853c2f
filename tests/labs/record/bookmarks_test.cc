// What people write beside a run lies in its file, also when the run is over, and harms nothing.
#include "labs/record/bookmarks.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/record/made_run.h"

namespace record {
namespace {

using namespace std::chrono_literals;

const Bookmarks kTwo{{core::kStart + 1s, "here it begins", false}, {core::kStart + 2500ms, "the lost write", true}};

std::string made_file(const Folder& folder) {
  Recording recording(made_header(Level::bodies));
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  tell(recording, 0, 900);
  store.finish();
  return folder / "a.run";
}

TEST(Bookmarks, OfARunThatIsOverAreKeptInItsFileAndAreNoPartOfTheRun) {
  const Folder folder;
  const std::string path = made_file(folder);
  const auto before = open_run(path);
  EXPECT_TRUE(before->bookmarks()->empty());
  keep_bookmarks(path, kTwo);
  const auto after = open_run(path);
  EXPECT_EQ(*after->bookmarks(), kTwo);
  EXPECT_EQ(after->digest(), before->digest());
  EXPECT_FALSE(std::filesystem::exists(path + "-wal")) << "one file, as before";
  // Whoever had it open goes on reading.
  EXPECT_EQ(before->digest(), after->digest());
  keep_bookmarks(path, {});
  EXPECT_TRUE(open_run(path)->bookmarks()->empty());
}

TEST(Bookmarks, OfARunThatIsBeingRecordedAreInItsFile200MillisecondsLater) {
  const Folder folder;
  Recording recording(made_header(Level::bodies));
  RunStore store(recording, folder / "a.run");
  tell_names(recording);
  tell(recording, 0, 100);
  recording.set_bookmarks(kTwo);
  const auto limit = std::chrono::steady_clock::now() + 30s;
  while (open_run(folder / "a.run")->bookmarks()->size() < 2 && std::chrono::steady_clock::now() < limit) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(*open_run(folder / "a.run")->bookmarks(), kTwo) << "as after a crash";
  Bookmarks one{kTwo[0]};
  recording.set_bookmarks(one);
  store.finish();
  EXPECT_EQ(store.trouble(), "");
  EXPECT_EQ(*open_run(folder / "a.run")->bookmarks(), one);
}

TEST(Bookmarks, AreInOrderOneOpensAndNoneIsTooLong) {
  Bookmarks all{{core::kStart + 3s, "c", true}, {core::kStart + 1s, "a", true}, {core::kStart + 2s, std::string(kMostBookmarkBytes - 1, 'x') + "\u00fc", false}};
  all = in_order(std::move(all));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text, "a");
  EXPECT_TRUE(all[0].opens);
  EXPECT_FALSE(all[2].opens);
  EXPECT_EQ(all[1].text, std::string(kMostBookmarkBytes - 1, 'x')) << "cut between letters";
  EXPECT_EQ(in_order(Bookmarks(kMostBookmarks + 7)).size(), kMostBookmarks);
}

TEST(Bookmarks, OfAHostileFileAreRefusedInWords) {
  const Folder folder;
  const std::string path = made_file(folder);
  const auto refused = [&](const char* value) -> std::string {
    {
      Database db(path, Database::Mode::write);
      db.run((std::string("INSERT OR REPLACE INTO meta VALUES('bookmarks', ") + value + ")").c_str());
    }
    try {
      open_run(path);
    } catch (const BadRun& bad) {
      return bad.what();
    }
    return "(it was opened)";
  };
  EXPECT_NE(refused("x'ffffffffffffffff'").find("bookmarks are damaged"), std::string::npos);
  EXPECT_NE(refused("zeroblob(20000000)").find("bookmarks are too long"), std::string::npos);
  Bookmarks early{{core::Time(core::Duration(-5)), "", false}};
  std::string hex = "x'";
  for (const std::uint8_t byte : bookmarks_bytes(early)) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", byte);
    hex += two;
  }
  EXPECT_NE(refused((hex + "'").c_str()).find("a bookmark is damaged"), std::string::npos);
  EXPECT_EQ(refused("NULL"), "(it was opened)");
}

TEST(Bookmarks, AreNotWrittenIntoWhatIsNoRun) {
  const Folder folder;
  std::ofstream(folder / "notes.txt") << "mine";
  EXPECT_THROW(keep_bookmarks(folder / "notes.txt", kTwo), BadRun);
  EXPECT_THROW(keep_bookmarks(folder / "none.run", kTwo), BadRun);
  const std::string path = made_file(folder);
  {
    Database db(path, Database::Mode::write);
    db.run("CREATE TRIGGER evil AFTER INSERT ON meta BEGIN DELETE FROM events; END");
  }
  EXPECT_THROW(keep_bookmarks(path, kTwo), BadRun) << "a file with a trigger is none of ours";
}

}  // namespace
}  // namespace record
