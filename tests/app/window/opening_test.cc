#include "app/window/opening.h"

#include <condition_variable>

#include "tests/app/library/made_library.h"

namespace window {
namespace {

using namespace std::chrono_literals;

Opening::Opened opened(const std::string& path, bool cancelled = false) {
  std::mutex mutex;
  std::condition_variable changed;
  Opening opening(path, [&] {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  if (cancelled) opening.cancel();
  std::unique_lock lock(mutex);
  for (;;) {
    if (auto answer = opening.take()) return *answer;
    changed.wait_for(lock, 50ms);
  }
}

std::string refusal(const std::string& path) {
  const auto answer = opened(path);
  const auto* const refused = std::get_if<Opening::Refused>(&answer);
  return refused != nullptr ? refused->why : "(it was opened)";
}

TEST(Opening, ARunIsOpenedWhateverItsNameIs) {
  const record::Folder folder;
  library::write_run(folder / "a.sqlite", 2s, 1, 77);
  const auto answer = opened(folder / "a.sqlite");
  ASSERT_TRUE(std::holds_alternative<Opening::Run>(answer));
  EXPECT_EQ(std::get<Opening::Run>(answer)->header().seed, 77u);
}

TEST(Opening, ALabIsNamedForTheWindowToOpen) {
  const record::Folder folder;
  std::ofstream(folder / "mine.md") << "# Mine\n";
  const auto answer = opened(folder / "mine.md");
  ASSERT_TRUE(std::holds_alternative<Opening::Lab>(answer));
  EXPECT_EQ(std::get<Opening::Lab>(answer).path, folder / "mine.md");
}

TEST(Opening, AThemeIsNamedForTheWindowToUse) {
  const record::Folder folder;
  std::ofstream(folder / "mine.toml") << "base = \"dark\"\n";
  const auto answer = opened(folder / "mine.toml");
  ASSERT_TRUE(std::holds_alternative<Opening::Colours>(answer));
  EXPECT_EQ(std::get<Opening::Colours>(answer).path, folder / "mine.toml");
}

TEST(Opening, AllElseIsRefusedByName) {
  const record::Folder folder;
  std::ofstream(folder / "song.mp3") << "la";
  std::ofstream(folder / "empty.run");
  std::ofstream(folder / "other.db") << std::string("SQLite format 3\0", 16) << std::string(5000, 'x');
  EXPECT_EQ(refusal(folder / "song.mp3"), "song.mp3 is no run (.run), no lab (.md), no theme (.toml) and no sweep.");
  EXPECT_NE(refusal(folder / "empty.run").find("cannot be opened"), std::string::npos);
  EXPECT_NE(refusal(folder / "other.db").find("cannot be opened"), std::string::npos);
  EXPECT_EQ(refusal(folder / "nothing.run"), "There is no file " + (folder / "nothing.run") + ".");
  EXPECT_NE(refusal(folder.path()).find("is a folder"), std::string::npos);
}

TEST(Opening, CancellingEndsTheCheckOfALargeRun) {
  const record::Folder folder;
  library::write_run(folder / "large.run", 2s, 0, 1, "lab", 200'000);
  const auto answer = opened(folder / "large.run", true);
  ASSERT_TRUE(std::holds_alternative<Opening::Refused>(answer));
  EXPECT_EQ(std::get<Opening::Refused>(answer).why, "large.run was not opened: it was cancelled.");
}

}  // namespace
}  // namespace window
