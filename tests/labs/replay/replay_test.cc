// Runs done again from their own files: every lab's, with other settings, with commands given by hand and in a fork, at lower
// levels; and files in which one thing was changed, which must be found out with its row.
#include <gtest/gtest.h>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/replay/replay.h"
#include "tests/labs/exports/lab_run.h"
#include "tests/labs/record/foreign_file.h"
#include "tests/labs/session/sessions.h"

namespace replay {
namespace {

using record::Folder;
using record::Recording;
using session::at;
using namespace std::chrono_literals;

// A recorded file of a lab, with all that happened until `length`.
std::string recorded(const std::string& path, const std::string& lab_name, std::uint64_t seed, const std::vector<std::string>& settings = {},
                     record::Level level = record::Level::bodies, core::Duration length = 5s) {
  guide::Lab lab = catalog::load_lab(lab_name);
  guide::apply_settings(lab.system, settings);
  world::SimulatedWorld world(lab.system, seed);
  record::RunHeader header;
  header.program = "faultline test", header.lab = lab_name, header.lab_text = lab.text, header.world = "simulated";
  header.seed = seed, header.settings = settings, header.level = level, header.nodes = world.nodes();
  Recording recording(header);
  record::RunStore store(recording, path);
  world.listen(&recording);
  world.run_until(core::kStart + length);
  world.apply("crash 1");
  world.run_until(core::kStart + length + 1s);
  store.finish();
  EXPECT_EQ(store.trouble(), "");
  return path;
}

Result replayed(const std::string& path) { return replay(*record::open_run(path)); }

// What replaying the file says once this was done to it: the parting, which there must be.
Parting parting_after(const std::string& path, const std::string& sql) {
  EXPECT_EQ(record::change(path, sql), "") << sql;
  const Result result = replayed(path);
  if (result.parting) return *result.parting;
  ADD_FAILURE() << "not found out: " << sql;
  return {};
}

std::string first_row(const std::string& path, const std::string& where) {
  return std::to_string(record::Database(path, record::Database::Mode::read).number(("SELECT min(row) FROM event WHERE " + where).c_str()));
}

class EveryLab : public testing::TestWithParam<std::string> {};

TEST_P(EveryLab, IsTheSameWhenItIsDoneAgain) {
  const auto run = exports::lab_run(GetParam().c_str(), 3);
  ASSERT_GT(run->size(), 100u);
  const Result result = replay(*run);
  EXPECT_EQ(result.same, run->size());
  if (result.parting) {
    ADD_FAILURE() << "row " << result.parting->row << ": " << result.parting->differs << "\n" << result.parting->recorded << "\n" << result.parting->again;
  }
}

std::vector<std::string> all_labs() {
  std::vector<std::string> names;
  for (const auto& file : catalog::lab_files()) names.emplace_back(file.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Replay, EveryLab, testing::ValuesIn(all_labs()), [](const auto& lab) {
  std::string name = lab.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Replay, SettingsAndTheSeedAreTakenFromTheFile) {
  const Folder folder;
  const std::vector<std::string> settings{"raft.election_timeout=400ms..700ms", "raft.pre_vote=off"};
  const std::string path = recorded(folder / "a.run", "raft-elections", 11, settings);
  const auto run = record::open_run(path);
  const Result result = replay(*run);
  EXPECT_FALSE(result.parting);
  EXPECT_EQ(result.same, run->size());
  // They do matter: the same file without them is another run.
  auto header = run->header();
  header.settings.clear();
  Recording other(header);
  run->replay_to(other);
  EXPECT_TRUE(replay(other).parting);
  header = run->header();
  header.seed = 12;
  Recording third(header);
  run->replay_to(third);
  EXPECT_TRUE(replay(third).parting);
}

TEST(Replay, CommandsGivenByHandBetweenTwoEventsAndInAForkAreDoneAgain) {
  const Folder folder;
  {
    session::Session session(session::origin());
    session.run_until(at(1s));
    session::settled(session);
    // In the middle of a moment: a command comes after the rest of it all the same.
    for (int i = 0; i < 7; ++i) session.step(session::Session::Unit::event);
    session.give(world::parse_command("set S2 raft.heartbeat=80ms"));
    session.step(session::Session::Unit::message);
    session.give({world::parse_command("delay 1 -> 2 20ms"), world::parse_command("skew 3 +180ms")});
    session.give(world::parse_command("flap 1 2 | 3 4 5 every 300ms for 2s"));
    session.give(world::parse_command("crash 77"));   // Is refused, and leaves no trace.
    session.run_until(at(4s));
    ASSERT_EQ(session::settled(session).refused.size(), 1u);
    const auto fork = session.fork(at(2500ms), folder / "fork.run");
    fork->give(world::parse_command("crash leader"));
    fork->give(world::parse_command("loss 1 -> 3 30%"));
    fork->run_until(at(6s));
    session::settled(*fork);
    ASSERT_EQ(fork->status().trouble, "");
    const Result result = replay(session.recording());
    EXPECT_FALSE(result.parting) << result.parting->row << result.parting->recorded << "\n" << result.parting->again;
    EXPECT_EQ(result.same, session.recording().size());
  }
  const auto forked = record::open_run(folder / "fork.run");
  std::size_t commands = 0, made = 0;
  forked->visit(0, forked->size(), [&](const record::Event& event, core::BytesView) {
    if (event.kind == record::EventKind::command) ++(event.type == 0 ? commands : made);
  });
  EXPECT_EQ(commands, 6u);
  EXPECT_GT(made, 3u);   // By the flap.
  const Result result = replay(*forked);
  EXPECT_FALSE(result.parting) << result.parting->row << result.parting->recorded << "\n" << result.parting->again;
  EXPECT_EQ(result.same, forked->size());
}

TEST(Replay, AtALowerLevelWhatItKeepsIsCompared) {
  const Folder folder;
  for (const auto level : {record::Level::events, record::Level::outline}) {
    const auto run = record::open_run(recorded(folder / std::string(core::name_of(level)), "raft-elections", 4, {}, level));
    const Result result = replay(*run);
    EXPECT_FALSE(result.parting) << result.parting->recorded << "\n" << result.parting->again;
    EXPECT_EQ(result.same, run->size());
    EXPECT_NE(not_compared(run->header()), "");
  }
  EXPECT_EQ(not_compared(record::RunHeader{}), "");
}

// One thing changed at a time, each in a file of its own: it is found at its row, and said in what.
TEST(Replay, AnEventThatWasChangedIsFoundWithItsRow) {
  const Folder folder;
  const std::string sound = recorded(folder / "sound", "raft-elections", 4);
  const std::string send = first_row(sound, "kind = 'send' AND t_ns > 2000000000");
  const std::string metric = first_row(sound, "kind = 'metric' AND t_ns > 2000000000");
  const struct {
    std::string row, change, differs;
  } cases[] = {{send, "body = zeroblob(length(body))", "body"},
               {send, "stamp = stamp + 1", "stamp"},
               {send, "peer = peer % 5 + 1", "node"},
               {send, "ref = ref + 1", "reference"},
               {send, "type = 1 + type % 3", "name"},
               {send, "kind = 4", "kind"},
               {metric, "value = value + 0.001", "value"},
               {metric, "value = NULL", "value"}};
  for (const auto& c : cases) {
    std::filesystem::copy_file(sound, folder / "changed", std::filesystem::copy_options::overwrite_existing);
    const Parting parting = parting_after(folder / "changed", "UPDATE events SET " + c.change + " WHERE row = " + c.row);
    EXPECT_EQ(std::to_string(parting.row), c.row) << c.change;
    EXPECT_EQ(parting.differs, c.change.starts_with("peer") ? "peer" : c.differs) << c.change;
    EXPECT_NE(parting.recorded, "") << c.change;
    EXPECT_NE(parting.again, "") << c.change;
  }
}

TEST(Replay, EventsThatWereAddedTakenOutOrNeverHappenedAreFound) {
  const Folder folder;
  const std::string path = recorded(folder / "a", "raft-elections", 4);
  const std::string sound = record::bytes_in(path);
  const std::size_t rows = record::open_run(path)->size();
  const std::string last = std::to_string(rows - 1);
  // One more at the end, later than all.
  Parting parting = parting_after(path, "INSERT INTO events SELECT row + 1, id + 1000000, t_ns + 1, 6, 1, 0, 0, 1, 0, CAST('said' AS BLOB), stamp + 1 FROM events WHERE row = " + last);
  EXPECT_EQ(parting.row, rows);
  EXPECT_EQ(parting.again.find("said"), std::string::npos);
  // One less in the middle.
  record::write_bytes(path, sound);
  parting = parting_after(path, "DELETE FROM events WHERE row = 1000; UPDATE events SET row = -row WHERE row > 1000; UPDATE events SET row = -row - 1 WHERE row < 0;");
  EXPECT_EQ(parting.row, 1000u);
  // A command that was never given.
  record::write_bytes(path, sound);
  parting = parting_after(path, "UPDATE events SET body = CAST('crash 2' AS BLOB) WHERE kind = 0");
  const std::string command = first_row(path, "kind = 'command'");
  EXPECT_EQ(std::to_string(parting.row - 1), command);   // It was given, and what followed was another crash.
  EXPECT_NE(parting.differs.find("node"), std::string::npos) << parting.differs;
}

TEST(Replay, ACommandThatTheWorldRefusesIsAParting) {
  const Folder folder;
  const std::string path = recorded(folder / "a", "raft-elections", 4);
  const Parting parting = parting_after(path, "UPDATE events SET body = CAST('crash 99' AS BLOB) WHERE kind = 0");
  EXPECT_NE(parting.recorded.find("crash 99"), std::string::npos);
  EXPECT_NE(parting.again.find("`crash 99` is refused: "), std::string::npos) << parting.again;
}

// Why it cannot be done again; empty: it can.
std::string refused(const Recording& recording) {
  try {
    replay(recording);
    return "";
  } catch (const NotAgain& why) {
    return why.what();
  }
}

TEST(Replay, WhatCannotBeDoneAgainIsSaidInWords) {
  const auto run = exports::lab_run("raft-elections", 4);
  const auto with = [&](const std::function<void(record::RunHeader&)>& change) {
    auto header = run->header();
    change(header);
    Recording changed(header);
    run->replay_to(changed);
    return refused(changed);
  };
  EXPECT_EQ(with([](record::RunHeader&) {}), "");
  EXPECT_NE(with([](record::RunHeader& h) { h.world = "loopback"; }).find("real time does not come again"), std::string::npos);
  EXPECT_NE(with([](record::RunHeader& h) { h.lab_text = "# No lab\n"; }).find("its lab cannot be run again: "), std::string::npos);
  EXPECT_NE(with([](record::RunHeader& h) { h.settings = {"raft.heartbeat=99h"}; }).find("its lab cannot be run again: "), std::string::npos);
  EXPECT_NE(with([](record::RunHeader& h) { h.nodes[0].name = "X"; }).find("other nodes"), std::string::npos);
  Recording spoken(run->header());
  spoken.on_event({core::kStart, 1, record::EventKind::command, 0, 0, 0, 0, 0, 1}, record::bytes_of("dance"));
  EXPECT_NE(refused(spoken).find("a command in it cannot be given again: "), std::string::npos);
}

// Its program knew nothing of stamps, and called a write of its clients otherwise: the one is not held against it, and of the
// other it is said where.
TEST(Replay, AFileOfAnEarlierFormatIsComparedUpToWhereItsProgramDidOtherwise) {
  const auto run = record::open_run(std::string(SOURCE_DIR) + "/tests/labs/record/format_2.run");
  const Result result = replay(*run);
  EXPECT_EQ(run->at(0).event.stamp, 0u);
  EXPECT_GT(result.same, 0u);
  ASSERT_TRUE(result.parting);
  EXPECT_EQ(result.parting->row, result.same);
  EXPECT_EQ(result.parting->differs.find("stamp"), std::string::npos) << result.parting->differs;
}

TEST(Replay, AnEmptyRunIsTheSame) {
  const auto run = exports::lab_run("raft-elections", 4);
  const Recording empty(run->header());
  const Result result = replay(empty);
  EXPECT_EQ(result.same, 0u);
  EXPECT_FALSE(result.parting);
}

TEST(Replay, WhoLooksOnMayEndIt) {
  const auto run = exports::lab_run("raft-elections", 4);
  int told = 0;
  const Result result = replay(*run, [&](double part) { return ++told < 2 && part < 1; });
  EXPECT_LT(result.same, run->size());
  EXPECT_FALSE(result.parting);
}

}  // namespace
}  // namespace replay
