#include "app/library/library.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "app/library/kept_file.h"
#include "app/library/run_folder.h"
#include "tests/app/library/made_library.h"

namespace library {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

unsigned mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777u : 0;
}

void write_text(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

Preferences with_theme(const std::string& theme) {
  Preferences preferences;
  preferences.theme = theme;
  return preferences;
}

LabProgress with_steps(std::size_t done) {
  LabProgress progress;
  progress.steps_done = done;
  return progress;
}

TEST(Library, FoldersAndFilesAreForNobodyElse) {
  MadeLibrary made;
  const std::string run = made.library.new_run_path("raft-elections");
  write_run(run, 5s, 1);
  made.library.close_run(run);
  made.library.keep_progress("raft-elections", {});
  made.library.keep_preferences(with_theme("light"));
  made.library.rename(run, "a name");
  EXPECT_EQ(mode_of(made.folders().data), 0700u);
  EXPECT_EQ(mode_of(made.folders().data + "/runs"), 0700u);
  EXPECT_EQ(mode_of(made.folders().config), 0700u);
  EXPECT_EQ(mode_of(run), 0600u);
  EXPECT_EQ(mode_of(made.folders().data + "/runs.json"), 0600u);
  EXPECT_EQ(mode_of(made.folders().data + "/progress.json"), 0600u);
  EXPECT_EQ(mode_of(made.folders().config + "/preferences.json"), 0600u);
}

TEST(Library, WhereNothingCanBeWrittenItSaysSoAndWorksInMemory) {
  record::Folder folder;
  write_text(folder / "file", "");
  for (const Folders& folders : {Folders{folder / "file/data", folder / "file/config"}, Folders{}}) {
    Library library(folders);
    EXPECT_NE(library.trouble(), "");
    EXPECT_EQ(library.new_run_path("raft-elections"), "");
    library.keep_preferences(with_theme("light"));
    EXPECT_EQ(library.load_preferences().theme, "light");
    library.keep_progress("lab", with_steps(3));
    EXPECT_EQ(library.progress().at("lab").steps_done, 3u);
    library.opened({"x.run", true, "x"});
    EXPECT_EQ(library.recent().size(), 1u);
    library.list_runs();
    library.wait();
    EXPECT_TRUE(library.runs().empty());
    EXPECT_THROW(library.remove("x.run"), Refused);
  }
}

TEST(Library, ARunIsListedWithWhatItsHeaderSays) {
  MadeLibrary made;
  const std::string run = made.library.new_run_path("raft-elections");
  write_run(run, 2500ms, 2, 42);
  made.library.close_run(run);
  made.list();
  ASSERT_EQ(made.library.runs().size(), 1u);
  const RunEntry& entry = made.library.runs()[0];
  EXPECT_EQ(entry.path, run);
  EXPECT_EQ(entry.lab, "raft-elections");
  EXPECT_EQ(entry.world, "simulated");
  EXPECT_EQ(entry.seed, 42u);
  EXPECT_EQ(entry.events, 4u);
  EXPECT_EQ(entry.length, 2500ms);
  EXPECT_EQ(entry.bytes, fs::file_size(run));
  EXPECT_FALSE(entry.recording);
  EXPECT_FALSE(entry.cut_off);
  EXPECT_EQ(entry.trouble, "");
}

TEST(Library, PathsOfRunsNeverMeet) {
  MadeLibrary made;
  Library other(made.folders(), [&] { return made.now; });
  std::set<std::string> paths;
  for (int i = 0; i < 5; ++i) paths.insert(made.library.new_run_path("../../etc/a b\n")), paths.insert(other.new_run_path("../../etc/a b\n"));
  EXPECT_EQ(paths.size(), 10u);
  for (const auto& path : paths) {
    EXPECT_EQ(fs::path(path).parent_path(), made.folders().data + "/runs");
    EXPECT_EQ(path.find_first_of(" \n"), std::string::npos) << path;
  }
}

TEST(Library, ARunInWhichNothingWasDoneIsNotKept) {
  MadeLibrary made;
  const auto closed = [&](core::Duration length, int commands) {
    const std::string path = made.library.new_run_path("lab");
    write_run(path, length, commands);
    made.library.close_run(path);
    return path;
  };
  EXPECT_FALSE(fs::exists(closed(900ms, 0)));
  EXPECT_TRUE(fs::exists(closed(900ms, 1)));
  EXPECT_TRUE(fs::exists(closed(1100ms, 0)));
  made.list();
  EXPECT_EQ(made.library.runs().size(), 2u);
}

TEST(Library, NamesNotesAndTagsOutliveTheWindow) {
  MadeLibrary made;
  write_run(made.in_runs("a.run"), 5s, 1);
  made.list();
  made.library.rename(made.in_runs("a.run"), "The \"split\" vote \xff");
  made.library.note(made.in_runs("a.run"), "S3 twice\nleads");
  made.library.tag(made.in_runs("a.run"), {"odd", "", "odd", "for class"});
  EXPECT_EQ(made.library.runs()[0].note, "S3 twice\nleads") << "it shows at once";
  Library later(made.folders());
  MadeLibrary::list(later);
  ASSERT_EQ(later.runs().size(), 1u);
  EXPECT_TRUE(later.runs()[0].name.starts_with("The \"split\" vote ")) << later.runs()[0].name;
  EXPECT_EQ(later.runs()[0].note, "S3 twice\nleads");
  EXPECT_EQ(later.runs()[0].tags, (std::vector<std::string>{"odd", "for class"}));
  later.rename(made.in_runs("a.run"), "");
  EXPECT_EQ(later.runs()[0].name, "a") << "without a name it has its file's";
}

TEST(Library, ARunThatNobodyNamedIsCalledByItsLabAndWhenItBegan) {
  MadeLibrary made;
  const std::string path = made.in_runs("raft-elections-20261121-142234-2.run"), foreign = made.in_runs("from-a-friend.run");
  write_run(path, 5s, 1);
  write_run(foreign, 5s, 1);
  made.list();
  EXPECT_EQ(made.library.find(path)->name, "Lab, 14:22:34 (2)");
  EXPECT_EQ(made.library.find(foreign)->name, "from-a-friend") << "a file from elsewhere keeps its name";
  made.library.rename(path, "Mine");
  made.library.rename(path, "");
  EXPECT_EQ(made.library.find(path)->name, "Lab, 14:22:34 (2)");
}

TEST(Library, WhatWasDeletedComesBackWithAllThatWasSaidOfIt) {
  MadeLibrary made;
  const std::string run = made.in_runs("a.run");
  write_run(run, 5s, 1);
  made.list();
  made.library.note(run, "mine");
  made.library.remove(run);
  EXPECT_FALSE(fs::exists(run));
  EXPECT_TRUE(made.library.runs().empty());
  made.library.restore(run);
  made.library.wait(), made.library.poll();
  ASSERT_EQ(made.library.runs().size(), 1u);
  EXPECT_EQ(made.library.runs()[0].note, "mine");
  EXPECT_THROW(made.library.restore(run), Refused) << "it is not in the trash any more";
}

TEST(Library, TheTrashIsEmptiedAfterThirtyDays) {
  MadeLibrary made;
  write_run(made.in_runs("old.run"), 5s, 1);
  made.library.remove(made.in_runs("old.run"));
  made.now += 20 * 86'400;
  write_run(made.in_runs("young.run"), 5s, 1);
  made.library.remove(made.in_runs("young.run"));
  { const Library before(made.folders(), [&] { return made.now + 9 * 86'400; }); }
  EXPECT_TRUE(fs::exists(made.folders().data + "/trash/old.run"));
  { const Library after(made.folders(), [&] { return made.now + 11 * 86'400; }); }
  EXPECT_FALSE(fs::exists(made.folders().data + "/trash/old.run"));
  EXPECT_TRUE(fs::exists(made.folders().data + "/trash/young.run"));
}

TEST(Library, AnotherWindowsRunIsRecordingUntilThatWindowDies) {
  MadeLibrary made;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Library theirs(made.folders());
    const std::string path = theirs.new_run_path("lab");
    write_run(path, 5s, 1);
    if (::write(ready[1], path.data(), path.size()) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  char path[4096] = {};
  ASSERT_GT(::read(ready[0], path, sizeof path - 1), 0);
  made.list();
  ASSERT_EQ(made.library.runs().size(), 1u);
  EXPECT_TRUE(made.library.runs()[0].recording);
  EXPECT_FALSE(made.library.runs()[0].cut_off);
  EXPECT_EQ(made.library.runs()[0].lab, "lab");
  EXPECT_THROW(made.library.remove(path), Refused);
  EXPECT_THROW(made.library.take_over(path), Refused);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  made.list();
  ASSERT_EQ(made.library.runs().size(), 1u);
  EXPECT_TRUE(made.library.runs()[0].cut_off);
  EXPECT_FALSE(made.library.runs()[0].recording);
  made.library.take_over(path);
  made.library.wait(), made.library.poll();
  EXPECT_FALSE(made.library.runs()[0].cut_off);
  EXPECT_FALSE(fs::exists(marker_of(path)));
  ::close(ready[0]), ::close(ready[1]);
}

TEST(Library, ARunCutOffInTheMiddleIsWholeAgainOnceItIsTakenOver) {
  MadeLibrary made;
  const std::string path = made.in_runs("cut.run");
  const pid_t child = ::fork();
  if (child == 0) {
    record::RunHeader header{"test", "lab", "# Lab", "simulated", 7, {}, record::Level::bodies, {{1, "S1", "raft", "servers"}}};
    record::Recording recording(header);
    hold_marker(path);
    record::RunStore store(recording, path);
    for (std::uint64_t i = 1; i <= 1000; ++i)
      recording.on_event({core::kStart + std::chrono::milliseconds(i), i, record::EventKind::restart, 1, 0, 0, 0, 0}, {});
    while (store.stored() < 1000) ::usleep(1000);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(fs::exists(path + "-wal"));
  made.list();
  ASSERT_EQ(made.library.runs().size(), 1u);
  EXPECT_TRUE(made.library.runs()[0].cut_off);
  EXPECT_EQ(made.library.runs()[0].events, 1000u) << "what is only in the log counts, too";
  made.library.take_over(path);
  EXPECT_FALSE(fs::exists(path + "-wal"));
  EXPECT_FALSE(fs::exists(marker_of(path)));
  made.library.wait(), made.library.poll();
  EXPECT_EQ(made.library.runs()[0].events, 1000u);
}

TEST(Library, DamagedRunsAreListedWithWhyAndDamagedIndexesArePutAside) {
  MadeLibrary made;
  write_run(made.in_runs("good.run"), 5s, 1);
  write_text(made.in_runs("bad.run"), "not a run at all");
  write_text(made.in_runs("cut.run"), content(made.in_runs("good.run")).substr(0, 3000));
  for (const char* file : {"/runs.json", "/progress.json", "/recent.json", "/runs-read.json"})
    write_text(made.folders().data + file, "{\"runs\": [1, 2");
  write_text(made.folders().config + "/preferences.json", std::string(100'000, '['));
  Library library(made.folders());
  EXPECT_EQ(library.load_preferences(), Preferences{});
  library.recent();
  MadeLibrary::list(library);
  ASSERT_EQ(library.runs().size(), 3u);
  for (const RunEntry& run : library.runs()) EXPECT_EQ(run.trouble.empty(), run.name == "good") << run.name << ": " << run.trouble;
  EXPECT_TRUE(fs::exists(made.folders().data + "/runs.json.damaged-1"));
  EXPECT_TRUE(fs::exists(made.folders().config + "/preferences.json.damaged-1"));
  std::string said;
  for (const auto& words : library.take_said()) said += words + "\n";
  EXPECT_NE(said.find("preferences.json was damaged; it now lies in"), std::string::npos) << said;
  EXPECT_EQ(library.trouble(), "");
}

TEST(Library, AFileWithAnyByteChangedIsListedOrNamedAsDamaged) {
  MadeLibrary made;
  write_run(made.in_runs("good.run"), 5s, 20);
  const std::string whole = content(made.in_runs("good.run"));
  std::uint32_t seed = 99;
  const auto chance = [&](std::size_t below) { return ((seed = seed * 1664525u + 1013904223u) >> 8) % below; };
  for (int i = 0; i < 200; ++i) {
    std::string mutant = whole;
    for (int byte = 0; byte < 1 + i % 20; ++byte) mutant[static_cast<std::size_t>(chance(mutant.size()))] = static_cast<char>(seed >> 9);
    if (i % 5 == 0) mutant.resize(chance(mutant.size()));
    write_text(made.in_runs("mutant-" + std::to_string(i) + ".run"), mutant);
  }
  made.list();
  EXPECT_EQ(made.library.runs().size(), 201u);
  const auto damaged = std::count_if(made.library.runs().begin(), made.library.runs().end(), [](const RunEntry& run) { return !run.trouble.empty(); });
  EXPECT_GT(damaged, 20);
}

TEST(Library, OddButWellFormedFilesKeepTheirDefaults) {
  MadeLibrary made;
  write_text(made.folders().config + "/preferences.json",
             R"({"scale": 1e30, "theme": 7, "width": -5, "left": "wide", "plots": {"a": [1]}, "newer": {"x": 1}})");
  write_text(made.folders().data + "/progress.json", R"({"lab": 3, "other": {"answers": [[1], [0, 0, 2]], "steps_done": -1}})");
  write_text(made.folders().data + "/runs.json", R"({"runs": "none", "trash": 5})");
  write_run(made.in_runs("a.run"), 5s, 1);
  Library library(made.folders());
  const Preferences preferences = library.load_preferences();
  EXPECT_EQ(preferences.scale, 2.5f);
  EXPECT_EQ(preferences.theme, "dark");
  EXPECT_EQ(preferences.width, 320);
  EXPECT_EQ(preferences.left, Preferences{}.left);
  EXPECT_TRUE(preferences.plots.empty());
  EXPECT_EQ(library.progress().at("other").answers.size(), 1u);
  MadeLibrary::list(library);
  library.rename(made.in_runs("a.run"), "b");
  EXPECT_EQ(library.runs()[0].name, "b");
  library.remove(made.in_runs("a.run"));
  library.restore(made.in_runs("a.run"));
  Preferences changed = preferences;
  changed.theme = "light";
  library.keep_preferences(changed);
  EXPECT_NE(content(made.folders().config + "/preferences.json").find("\"newer\""), std::string::npos)
      << "what a newer program wrote stays";
}

TEST(Library, WhereOneWasIsKeptAndWhatIsNoMomentIsTheBeginning) {
  MadeLibrary made;
  Preferences there = made.library.load_preferences();
  there.last = {"/runs/a.run", "Elections", core::kStart + 12'480ms, "S3", "node:S3"};
  there.report_seen = "crash-20261121-170400-7.txt";
  made.library.keep_preferences(there);
  EXPECT_EQ(Library(made.folders()).load_preferences(), there);
  write_text(made.folders().config + "/preferences.json", R"({"last": {"run": 5, "at": -7, "title": "T"}, "report_seen": []})");
  const Preferences odd = Library(made.folders()).load_preferences();
  EXPECT_EQ(odd.last, (LastLook{"", "T", core::kStart, "", ""}));
  EXPECT_EQ(odd.report_seen, "");
  write_text(made.folders().config + "/preferences.json", R"({"last": [1]})");
  EXPECT_EQ(Library(made.folders()).load_preferences().last, LastLook{});
}

TEST(Library, OnesOwnLabsGoToTheTrashAsRunsDoAndNothingElseDoes) {
  MadeLibrary made;
  const std::string labs = made.folders().data + "/labs", mine = labs + "/mine.md";
  fs::create_directories(labs);
  write_text(mine, "# Mine\n");
  made.library.remove_lab(mine);
  EXPECT_FALSE(fs::exists(mine));
  EXPECT_EQ(content(made.folders().data + "/trash/mine.md"), "# Mine\n");
  made.library.restore(mine);
  EXPECT_EQ(content(mine), "# Mine\n");
  write_text(labs + "/notes.txt", "");
  for (const std::string& other : {labs + "/notes.txt", made.folders().data + "/progress.json", std::string("raft-elections"), labs + "/../labs/mine.md"})
    EXPECT_THROW(made.library.remove_lab(other), Refused) << other;
  // After 30 days it is gone.
  made.library.remove_lab(mine);
  made.now += 31 * 86'400;
  const Library later(made.folders(), [&] { return made.now; });
  EXPECT_FALSE(fs::exists(made.folders().data + "/trash/mine.md"));
}

TEST(Library, ARunSaysWhenItBeganAndWhichLabItIsOf) {
  MadeLibrary made;
  {
    record::Recording recording({"test", "raft-elections", "# Electing a leader\n", "simulated", 1, {}, record::Level::bodies, {{1, "S1", "raft", "servers"}}});
    recording.began(record::WallTime(std::chrono::seconds(1'795'281'852)));
    const record::RunStore store(recording, made.in_runs("a.run"));
  }
  write_run(made.in_runs("before.run"), 5s, 1);
  made.list();
  EXPECT_EQ(made.library.find(made.in_runs("a.run"))->began, 1'795'281'852);
  EXPECT_EQ(made.library.find(made.in_runs("a.run"))->lab_title, "Electing a leader");
  EXPECT_EQ(made.library.find(made.in_runs("before.run"))->began, 0) << "its file is of before that was kept";
}

TEST(Library, TwoWindowsDoNotUndoEachOther) {
  MadeLibrary made;
  Library other(made.folders());
  write_run(made.in_runs("a.run"), 5s, 1);
  write_run(made.in_runs("b.run"), 5s, 1);
  Preferences mine = made.library.load_preferences(), theirs = other.load_preferences();
  mine.theme = "light", made.library.keep_preferences(mine);
  theirs.left = 0.5f, other.keep_preferences(theirs);
  made.library.keep_progress("x", with_steps(1));
  other.keep_progress("y", with_steps(2));
  made.library.rename(made.in_runs("a.run"), "A");
  other.rename(made.in_runs("b.run"), "B");
  made.library.opened({"a", true, "A"});
  other.opened({"b", true, "B"});
  Library third(made.folders());
  EXPECT_EQ(third.load_preferences().theme, "light");
  EXPECT_EQ(third.load_preferences().left, 0.5f);
  EXPECT_EQ(third.progress().size(), 2u);
  MadeLibrary::list(third);
  std::set<std::string> names;
  for (const auto& run : third.runs()) names.insert(run.name);
  EXPECT_EQ(names, (std::set<std::string>{"A", "B"}));
  EXPECT_EQ(third.recent(), (std::vector<Recent>{{"b", true, "B"}, {"a", true, "A"}}));
}

TEST(Library, AThousandRunsAreListedFromWhatWasReadBefore) {
  MadeLibrary made;
  write_run(made.in_runs("0.run"), 5s, 1);
  const std::string one = content(made.in_runs("0.run"));
  for (int i = 1; i < 1000; ++i) write_text(made.in_runs(std::to_string(i) + ".run"), one);
  made.list();
  ASSERT_EQ(made.library.runs().size(), 1000u);
  const auto began = std::chrono::steady_clock::now();
  Library again(made.folders());
  MadeLibrary::list(again);
  EXPECT_EQ(again.runs().size(), 1000u);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  const auto first = std::chrono::steady_clock::now();
  again.poll();
  for (int i = 0; i < 100; ++i) again.find(made.in_runs("0.run"));
  EXPECT_LT(std::chrono::steady_clock::now() - first, 50ms) << "a frame does not wait for it";
  // One that changed is read anew.
  fs::remove(made.in_runs("7.run"));
  write_run(made.in_runs("7.run"), 9s, 1, 77);
  MadeLibrary::list(again);
  ASSERT_NE(again.find(made.in_runs("7.run")), nullptr);
  EXPECT_EQ(again.find(made.in_runs("7.run"))->seed, 77u);
}

TEST(Library, AFileFromElsewhereIsCopiedAndARefusedOneIsNamed) {
  MadeLibrary made;
  write_run(made.folder / "friend.run", 5s, 1, 9);
  write_text(made.folder / "song.mp3", "la la la");
  made.library.import({made.folder / "friend.run", made.folder / "song.mp3", made.folder / "nothing"});
  made.library.wait(), made.library.poll();
  ASSERT_EQ(made.library.runs().size(), 1u);
  EXPECT_EQ(made.library.runs()[0].seed, 9u);
  EXPECT_EQ(mode_of(made.library.runs()[0].path), 0600u);
  EXPECT_TRUE(fs::exists(made.folder / "friend.run"));
  const auto said = made.library.take_said();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_NE(said[0].find("song.mp3"), std::string::npos) << said[0];
  made.library.import({made.folder / "friend.run"});
  made.library.wait(), made.library.poll();
  EXPECT_EQ(made.library.runs().size(), 2u) << "never over one that is there";
}

TEST(Library, ACopyThatIsCancelledLeavesNothing) {
  record::Folder folder;
  write_text(folder / "large", std::string(5 << 20, 'x'));
  int told = 0;
  EXPECT_THROW(copy_file(folder / "large", folder / "copy", [&](double) { return ++told < 3; }), Refused);
  EXPECT_EQ(told, 3);
}

TEST(Library, RecentKeepsTheLastTwelveEachOnce) {
  MadeLibrary made;
  for (int i = 0; i < 20; ++i) made.library.opened({std::to_string(i % 15), true, "n"});
  const auto recent = made.library.recent();
  ASSERT_EQ(recent.size(), 12u);
  EXPECT_EQ(recent[0].path, "4");
  EXPECT_EQ(std::count_if(recent.begin(), recent.end(), [](const Recent& r) { return r.path == "4"; }), 1);
}

// field.md, section 8: kill -9 while settings are saved, 100 times: they always load, and no half file is left in their place.
TEST(Library, SettingsLoadAfterAKillAtAnyMoment) {
  MadeLibrary made;
  made.library.keep_preferences(with_theme("before"));
  std::uint32_t seed = 12345;
  int changed = 0;
  for (int kill = 0; kill < 100; ++kill) {
    const pid_t child = ::fork();
    if (child == 0) {
      Library theirs(made.folders());
      Preferences preferences = theirs.load_preferences();
      for (int i = 0;; ++i) {
        preferences.theme = "theme-" + std::to_string(i), preferences.width = 1000 + i % 1000;
        theirs.keep_preferences(preferences);
        theirs.keep_progress("lab", with_steps(static_cast<std::size_t>(i)));
      }
    }
    seed = seed * 1664525u + 1013904223u;
    ::usleep(2000 + seed % 15'000);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Library after(made.folders());
    const Preferences loaded = after.load_preferences();
    EXPECT_TRUE(loaded.theme == "before" || loaded.theme.starts_with("theme-")) << loaded.theme;
    changed += loaded.theme.starts_with("theme-") ? 1 : 0;
    EXPECT_TRUE(after.take_said().empty());
    EXPECT_EQ(after.trouble(), "");
  }
  EXPECT_GT(changed, 10) << "the kills came too early to try anything";
}

}  // namespace
}  // namespace library
