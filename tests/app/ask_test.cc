// `faultline sql` and `faultline replay`, as a person at a terminal or a script meets them.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "program.h"

namespace {

using program::faultline;
using program::Folder;
using program::has;
using program::Ran;

// A recorded run that several tests ask.
class AskARun : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new Folder;
    ASSERT_EQ(faultline({"run", "raft-losing-the-leader", "--seed", "5", "--record", path()}).code, 0);
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string path() { return *folder_ / "a.run"; }
  static Ran sql(std::vector<std::string> words) {
    words.insert(words.begin(), {"sql", path()});
    return faultline(words);
  }
  static void expect_refused(const std::vector<std::string>& words, int code, const std::string& part) {
    const Ran ran = sql(words);
    EXPECT_EQ(ran.code, code) << ran.out;
    EXPECT_EQ(program::lines_of(ran.err).size(), 1u) << ran.err;
    EXPECT_TRUE(has(ran.err, part)) << ran.err;
  }

 private:
  static inline Folder* folder_ = nullptr;
};

TEST_F(AskARun, TheAnswerIsATableThatStandsAligned) {
  const Ran ran = sql({"select name, kind, id * 1000 as number, null as empty from nodes order by id limit 2"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "name  kind  number  empty\nS1    raft    1000      -\nS2    raft    2000      -\n");
  EXPECT_TRUE(has(sql({"select 1 where 0"}).out, "no rows"));
  const Ran many = sql({"select row from events"});
  EXPECT_EQ(program::lines_of(many.out).size(), 1002u);
  EXPECT_TRUE(has(many.out, "\nand more: these are the first 1,000 rows; --csv and --json write all\n"));
}

TEST_F(AskARun, CsvAndJsonWriteAllRowsAsTheirReadersTakeThem) {
  const std::string question = "select row, node, text, value, x'00ff' as bytes from events";
  const Ran csv = sql({question, "--csv"}), json = sql({question, "--json"});
  ASSERT_EQ(csv.code, 0) << csv.err;
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_TRUE(csv.out.starts_with("row,node,text,value,bytes\n0,"));
  const auto rows = nlohmann::json::parse(json.out);
  ASSERT_GT(rows.size(), 1001u);
  EXPECT_GT(program::lines_of(csv.out).size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i]["row"], i);
  EXPECT_EQ(rows[0]["bytes"], "00ff");
  EXPECT_EQ(sql({"select 1 where 0", "--json"}).out, "[]\n");
  EXPECT_EQ(sql({"select '=1+1' as a, null as b, 'x\"y' as c", "--csv"}).out, "a,b,c\n'=1+1,,\"x\"\"y\"\n");
  expect_refused({question, "--csv", "--json"}, 64, "choose one");
}

TEST_F(AskARun, WithoutAQuestionAndInItsHelpItShowsTheViewsAndThreeWorkedQuestions) {
  for (const Ran& ran : {sql({}), sql({" "}), faultline({"sql", "--help"})}) {
    EXPECT_EQ(ran.code, 0) << ran.err;
    for (const char* part : {"\n  events ", "\n  messages ", "\n  operations ", "\n  metrics ", "\n  commands ", "\n  nodes ", "latency_ns", "What share of the messages was lost",
                             "How long did clients wait", "Who was leader when?", "percentile(x, p)"})
      EXPECT_TRUE(has(ran.out, part)) << part;
  }
}

// As a person would copy them out of the help.
TEST_F(AskARun, TheWorkedQuestionsAreAnswered) {
  std::string question;
  int asked = 0;
  const auto ask = [&] {
    if (question.empty()) return;
    const Ran ran = sql({question});
    EXPECT_EQ(ran.code, 0) << question << ran.err;
    EXPECT_GT(program::lines_of(ran.out).size(), 2u) << question << ran.out;
    ++asked;
    question.clear();
  };
  const std::string guide = sql({}).out;
  for (const auto& line : program::lines_of(guide.substr(guide.find("Questions:")))) {
    if (line.starts_with("    ")) question += line + "\n";
    else ask();
  }
  ask();
  EXPECT_EQ(asked, 3);
}

TEST_F(AskARun, WhatGoesWrongIsOneLineWithItsPlace) {
  expect_refused({"select sendr from messages"}, 64, "at character 8, before `sendr from messages`: no such column: sendr, did you mean `sender`?");
  expect_refused({"delete from events"}, 64, "only SELECT is done");
  expect_refused({"with recursive c(x) as (select 0 union all select x + 1 from c) select max(x) from c", "--seconds", "1"}, 64, "it takes longer than 1s");
  expect_refused({"select 1", "--seconds", "0"}, 64, "--seconds takes a whole number from 1");
  const Ran none = faultline({"sql", "/nonexistent", "select 1"});
  EXPECT_EQ(none.code, 65) << none.err;
}

TEST_F(AskARun, AReplaySaysThatEveryEventIsTheSame) {
  const Ran ran = faultline({"replay", path()});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  const auto rows = nlohmann::json::parse(sql({"select count(*) as n from events", "--json"}).out)[0]["n"].get<std::size_t>();
  std::string digits = program::lines_of(ran.out).at(1);
  EXPECT_TRUE(digits.ends_with(" events, the same")) << ran.out;
  std::erase(digits, ',');
  EXPECT_EQ(std::stoul(digits), rows);
  EXPECT_FALSE(has(ran.out, "not compared"));
}

TEST_F(AskARun, AReplayShowsTheEventAtWhichTheyPart) {
  const Folder folder;
  const std::string changed = folder / "changed.run";
  program::run({"cp", path(), changed});
  ASSERT_EQ(program::run({"sqlite3", changed, "UPDATE events SET value = 41 WHERE row = (SELECT row FROM metrics LIMIT 1 OFFSET 50)"}).code, 0);
  const Ran ran = faultline({"replay", changed});
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  const std::string row = program::lines_of(program::run({"sqlite3", changed, "SELECT row FROM metrics LIMIT 1 OFFSET 50"}).out).at(0);
  EXPECT_TRUE(has(ran.out, "they part at row " + row + ", after ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "that are the same; what differs: value\n  recorded  ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "41")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\n  again     ")) << ran.out;
}

TEST_F(AskARun, AReplayOfLessSaysWhatIsNotCompared) {
  const Folder folder;
  ASSERT_EQ(faultline({"run", "raft-elections", "--level", "outline", "--record", folder / "o.run"}).code, 0);
  const Ran outline = faultline({"replay", folder / "o.run"});
  EXPECT_EQ(outline.code, 0) << outline.err;
  EXPECT_TRUE(has(outline.out, "events, the same\nnot compared: messages, timers and writes, which its level does not keep\n")) << outline.out;
  program::How how;   // Real time passes: it is interrupted as soon as there is something in its file.
  how.signal = SIGINT, how.when = program::larger_than(folder / "l.run-wal", 100'000);
  ASSERT_TRUE(faultline({"run", "raft-elections", "--world", "loopback", "--record", folder / "l.run"}, how).in_time);
  const Ran loopback = faultline({"replay", folder / "l.run"});
  EXPECT_EQ(loopback.code, 2) << loopback.out;
  EXPECT_TRUE(has(loopback.err, "real time does not come again")) << loopback.err;
  EXPECT_EQ(faultline({"replay", "/nonexistent"}).code, 65);
}

}  // namespace
