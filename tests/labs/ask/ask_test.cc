// Questions to a run: what the views and the worked examples say is what the recording says when it is counted by hand, and
// whatever is no plain question is refused.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <thread>

#include <chrono>
#include <map>

#include "labs/ask/ask.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"
#include "tests/labs/exports/lab_run.h"
#include "tests/labs/record/foreign_file.h"

namespace ask {
namespace {

using record::EventKind;
using record::Recording;

class Kept : public Answer {
 public:
  std::vector<std::string> names;
  std::vector<std::vector<Cell>> rows;
  void columns(const std::vector<std::string>& all) override { names = all; }
  bool row(const std::vector<Cell>& cells) override {
    rows.push_back(cells);
    return true;
  }
};

std::vector<std::vector<Cell>> asked(const Recording& recording, const std::string& question, Limits limits = {}) {
  Kept kept;
  ask(recording, question, limits, kept);
  return kept.rows;
}

std::int64_t number(const Recording& recording, const std::string& question) { return std::get<std::int64_t>(asked(recording, question).at(0).at(0)); }

// Why it is refused; empty: it is answered.
std::string refused(const Recording& recording, const std::string& question, Limits limits = {}) {
  try {
    asked(recording, question, limits);
    return "";
  } catch (const BadQuestion& bad) {
    return bad.what();
  }
}

void expect_refused(const Recording& recording, const std::string& question, const std::string& part) {
  const std::string why = refused(recording, question);
  EXPECT_NE(why.find(part), std::string::npos) << question << "\n  was: " << (why.empty() ? "answered" : why);
}

// One in which leaders crash, messages are lost and clients wait.
const Recording& a_run() {
  static const auto run = exports::lab_run("raft-losing-the-leader", 5);
  return *run;
}

std::size_t count_of(const Recording& run, EventKind kind) {
  std::size_t count = 0;
  run.visit(0, run.size(), [&](const record::Event& event, core::BytesView) { count += event.kind == kind; });
  return count;
}

std::int64_t ns(core::Time time) { return time.time_since_epoch().count(); }

TEST(Ask, EveryViewHasTheRowsThatTheRecordingHas) {
  const Recording& run = a_run();
  const auto rows = [&](const char* view) { return static_cast<std::size_t>(number(run, std::string("select count(*) from ") + view)); };
  EXPECT_EQ(rows("events"), run.size());
  EXPECT_EQ(rows("messages"), count_of(run, EventKind::send));
  EXPECT_EQ(rows("operations"), count_of(run, EventKind::invoke));
  EXPECT_EQ(rows("metrics"), count_of(run, EventKind::metric));
  EXPECT_EQ(rows("commands"), count_of(run, EventKind::command));
  EXPECT_EQ(rows("notes"), count_of(run, EventKind::note) + count_of(run, EventKind::refuse) + count_of(run, EventKind::crash) + count_of(run, EventKind::violation));
  EXPECT_EQ(rows("nodes"), run.header().nodes.size());
  for (const View& view : views()) EXPECT_GT(rows(view.name), 0u) << view.name;
}

TEST(Ask, EveryEventIsAsItIsInTheRecording) {
  const Recording& run = a_run();
  const auto rows = asked(run, "select row, id, t_ns, kind, node, peer, type, ref, value, body, stamp from events");
  ASSERT_EQ(rows.size(), run.size());
  std::size_t row = 0;
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView body) {
    const auto& cells = rows[row];
    const auto node = [&](core::NodeId id) { return run.node(id) != nullptr ? Cell(run.node(id)->name) : Cell(); };
    const std::vector<Cell> expected{static_cast<std::int64_t>(row), static_cast<std::int64_t>(e.id), ns(e.at), std::string(core::name_of(e.kind)),
                                     node(e.node), node(e.peer), e.type == 0 ? Cell() : run.name(e.type),
                                     e.ref == 0 ? Cell() : static_cast<std::int64_t>(e.ref), e.value, core::Bytes(body.begin(), body.end()),
                                     static_cast<std::int64_t>(e.stamp)};
    if (cells != expected) { ADD_FAILURE() << "row " << row; }
    ++row;
  });
}

TEST(Ask, OperationsAreWhatClientsAskedForAndGot) {
  const Recording& run = a_run();
  std::map<std::uint64_t, std::pair<record::Event, core::Invocation>> called;
  std::map<std::uint64_t, std::pair<record::Event, core::Completion>> ended;
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView body) {
    if (e.kind == EventKind::invoke) called[e.ref] = {e, core::decode<core::Invocation>(body)};
    if (e.kind == EventKind::complete) ended[e.ref] = {e, core::decode<core::Completion>(body)};
  });
  const auto rows = asked(run, "select id, function, key, value, outcome, called_ns, ended_ns, latency_ns, result from operations");
  ASSERT_EQ(rows.size(), called.size());
  ASSERT_GT(ended.size(), 100u);
  std::size_t results = 0;
  for (const auto& cells : rows) {
    const auto id = static_cast<std::uint64_t>(std::get<std::int64_t>(cells[0]));
    const auto& [event, invocation] = called.at(id);
    std::vector<Cell> expected{cells[0], invocation.function, invocation.key, invocation.value, {}, ns(event.at), {}, {}, {}};
    if (const auto end = ended.find(id); end != ended.end()) {
      const auto& [at, completion] = end->second;
      expected[4] = std::string(core::name_of(completion.outcome)), expected[6] = ns(at.at), expected[7] = ns(at.at) - ns(event.at);
      if (completion.value) expected[8] = *completion.value, ++results;
    }
    EXPECT_EQ(cells, expected) << id;
  }
  EXPECT_GT(results, 10u);
}

TEST(Ask, AMessageEndsWithItsFirstDeliveryElseWithItsFirstLoss) {
  record::RunHeader header = record::made_header();
  Recording run(header);
  for (const char* name : {"Ask", "loss", "partition"}) run.on_name(static_cast<record::NameId>(run.names()), name);
  std::uint64_t id = 0;
  const auto happens = [&](EventKind kind, core::NodeId node, core::NodeId peer, record::NameId type, std::uint64_t ref) {
    ++id;
    run.on_event({core::Time(core::Duration(static_cast<std::int64_t>(id * 10))), id, kind, node, peer, type, ref, 0, id}, {});
  };
  happens(EventKind::send, 1, 2, 1, 0);      // 1: a copy is lost, then one comes, then another one.
  happens(EventKind::send, 2, 1, 1, 0);      // 2: lost.
  happens(EventKind::send, 3, 1, 1, 0);      // 3: under way.
  happens(EventKind::drop, 2, 1, 2, 1);
  happens(EventKind::deliver, 2, 1, 1, 1);
  happens(EventKind::deliver, 2, 1, 1, 1);
  happens(EventKind::drop, 1, 2, 3, 2);
  happens(EventKind::drop, 1, 2, 2, 77);     // Of no message.
  const std::int64_t n = 0;
  const std::vector<std::vector<Cell>> expected{
      {n + 1, std::string("S1"), std::string("S2"), n + 10, std::string("delivered"), n + 50, n + 40, Cell()},
      {n + 2, std::string("S2"), std::string("S1"), n + 20, std::string("lost"), n + 70, Cell(), std::string("partition")},
      {n + 3, std::string("S3"), std::string("S1"), n + 30, std::string("under way"), Cell(), Cell(), Cell()}};
  EXPECT_EQ(asked(run, "select id, sender, receiver, sent_ns, fate, fate_ns, latency_ns, why from messages"), expected);
}

// The worked examples, each against a count by hand.

TEST(Ask, TheShareOfLostMessagesByTypeIsWhatTheRecordingSays) {
  const Recording& run = a_run();
  struct Count {
    std::int64_t sent = 0, lost = 0;
  };
  std::map<std::string, Count> counts;
  std::map<std::uint64_t, bool> delivered;   // Of those that ended.
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind == EventKind::deliver) delivered[e.ref] = true;
    if (e.kind == EventKind::drop) delivered.emplace(e.ref, false);
  });
  std::int64_t lost = 0;
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind != EventKind::send) return;
    Count& count = counts[run.name(e.type)];
    ++count.sent;
    if (const auto end = delivered.find(e.id); end != delivered.end() && !end->second) ++count.lost, ++lost;
  });
  ASSERT_GT(lost, 0);
  const auto rows = asked(run, examples()[0].sql);
  ASSERT_EQ(rows.size(), counts.size());
  for (const auto& row : rows) {
    const Count& count = counts.at(std::get<std::string>(row[0]));
    EXPECT_EQ(std::get<std::int64_t>(row[1]), count.sent);
    EXPECT_NEAR(std::get<double>(row[2]), 100.0 * static_cast<double>(count.lost) / static_cast<double>(count.sent), 0.0051);
  }
}

TEST(Ask, ThePercentileOfClientLatencyEachSecondIsWhatTheRecordingSays) {
  const Recording& run = a_run();
  std::map<std::uint64_t, std::int64_t> called;
  std::map<std::int64_t, std::vector<std::int64_t>> latencies;
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind == EventKind::invoke) called[e.ref] = ns(e.at);
    if (e.kind == EventKind::complete && run.name(e.type) == "ok") latencies[called.at(e.ref) / 1'000'000'000].push_back(ns(e.at) - called.at(e.ref));
  });
  const auto rows = asked(run, examples()[1].sql);
  ASSERT_EQ(rows.size(), latencies.size());
  ASSERT_GE(rows.size(), 3u);
  std::size_t i = 0;
  for (auto& [second, all] : latencies) {
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::get<std::int64_t>(rows[i][0]), second);
    EXPECT_EQ(std::get<std::int64_t>(rows[i][1]), static_cast<std::int64_t>(all.size()));
    EXPECT_DOUBLE_EQ(std::get<double>(rows[i][2]), static_cast<double>(all[static_cast<std::size_t>(0.99 * static_cast<double>(all.size() - 1))]) / 1e6);
    ++i;
  }
}

TEST(Ask, WhoWasLeaderWhenIsWhatTheRecordingSays) {
  const Recording& run = a_run();
  struct Reign {
    double from, to;
  };
  std::map<std::pair<std::string, double>, Reign> reigns;
  std::map<core::NodeId, double> leads;   // Now, and in which term.
  run.visit(0, run.size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind != EventKind::show && e.kind != EventKind::crash && e.kind != EventKind::restart) return;
    const double at = static_cast<double>(ns(e.at)) / 1e9;
    const auto before = leads.find(e.node);
    if (before != leads.end()) reigns.at({run.node(e.node)->name, before->second}).to = at, leads.erase(before);
    if (e.kind != EventKind::show || run.name(e.type) != "leader") return;
    leads[e.node] = e.value;
    reigns.try_emplace({run.node(e.node)->name, e.value}, Reign{at, at});
  });
  for (const auto& [node, term] : leads) reigns.at({run.node(node)->name, term}).to = static_cast<double>(ns(run.end())) / 1e9;
  ASSERT_GT(reigns.size(), 1u);
  const auto rows = asked(run, examples()[2].sql);
  ASSERT_EQ(rows.size(), reigns.size());
  double last = 0;
  for (const auto& row : rows) {
    const Reign& reign = reigns.at({std::get<std::string>(row[0]), std::get<double>(row[1])});
    EXPECT_DOUBLE_EQ(std::get<double>(row[2]), reign.from);
    EXPECT_DOUBLE_EQ(std::get<double>(row[3]), reign.to);
    EXPECT_GE(std::get<double>(row[2]), last);
    last = std::get<double>(row[2]);
  }
}

// Rows that are found by halving are those that a full reading finds.
TEST(Ask, BoundsOnTimesAndNumbersFindWhatAFullReadingFinds) {
  const Recording& run = a_run();
  const std::string middle = std::to_string(ns(run.at(run.size() / 2).event.at));
  const std::string id = std::to_string(run.at(run.size() / 3).event.id);
  for (const std::string column : {"row", "id", "t_ns"})
    for (const std::string op : {"=", "<", "<=", ">", ">=", "<>"})
      for (const std::string& bound : {middle, id, std::string("-5"), std::string("12.5"), std::string("1e300"), std::string("-1e300"), std::string("9223372036854775807"),
                                       std::string("'17'"), std::string("'x'"), std::string("NULL"), middle + ".5"}) {
        const std::string counted = "select count(*) || ':' || total(stamp) from ", where = " where " + column + " " + op + " " + bound;
        const std::string copied = "with copy as materialized (select " + column + ", stamp from events) ";
        EXPECT_EQ(asked(run, counted + "events" + where), asked(run, copied + counted + "copy" + where)) << where;
      }
  EXPECT_EQ(number(run, "select count(*) from messages m join events e on e.id = m.id and e.kind = 'send'"), number(run, "select count(*) from messages"));
  EXPECT_EQ(asked(run, "select row from events order by t_ns, row limit 50"), asked(run, "select row from events limit 50"));
  EXPECT_EQ(number(run, "select row from events order by row desc limit 1"), static_cast<std::int64_t>(run.size()) - 1);
}

TEST(Ask, WhateverIsNoQuestionToTheViewsIsRefused) {
  const Recording& run = a_run();
  for (const char* question :
       {"insert into events values (1)", "update events set value = 1", "delete from events", "drop table events", "create table x(y)", "create temp table x(y)",
        "create view v as select 1", "attach '/tmp/x' as y", "detach main", "pragma user_version", "pragma temp_store = FILE", "vacuum into '/tmp/x'", "begin",
        "reindex", "analyze", "select load_extension('/tmp/x.so')", "select fts3_tokenizer('x')", "select * from pragma_database_list", "select count(*) from PRAGMA_function_list",
        "select * from sqlite_master", "select count(*) from sqlite_schema", "select * from json_each('[1]')", "select * from temp.sqlite_master", "create virtual table t using fts5(x)"})
    expect_refused(run, question, "only SELECT is done, and only over the views events, messages, ");
  expect_refused(run, "select 1; select 2", "at character 10, before ` select 2`: one question at a time");
  expect_refused(run, "select 1; drop table events", "one question at a time");
  expect_refused(run, "select ?", "nothing to put in the place of ?");
  expect_refused(run, "-- nothing", "there is no question in it");
  EXPECT_EQ(refused(run, "select 1;  \n"), "");
  EXPECT_EQ(refused(run, "with x as (select 1) select count(*) from x"), "");
}

TEST(Ask, AMistakeIsSaidWithItsPlaceAndTheWordThatWasMeant) {
  const Recording& run = a_run();
  expect_refused(run, "select count(*) frm events", "near \"events\"");
  expect_refused(run, "select count(*) from mesages", "did you mean `messages`?");
  expect_refused(run, "select count(*) from zzzzzzzz", "there are events, messages, ");
  expect_refused(run, "select sendr from messages", "at character 8, before `sendr from messages`: no such column: sendr, did you mean `sender`?");
  expect_refused(run, "select 'ü', sendr from messages", "at character 13, ");
  expect_refused(run, "select sendr\n\tfrom messages", "at character 8, before `sendr  from messages`: ");
  expect_refused(run, "select m.sendr from messages m", "did you mean `sender`?");
  expect_refused(run, "select percentile(1, 101)", "from 0 to 100");
}

double seconds_of(const std::function<void()>& what) {
  const auto began = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

TEST(Ask, AQuestionThatWouldRunForEverEndsInItsTime) {
  const Recording& run = a_run();
  Limits limits;
  limits.time = std::chrono::milliseconds(200);
  for (const char* question : {"with recursive c(x) as (select 0 union all select x + 1 from c) select max(x) from c",
                               "select count(*) from events a, events b, events c where a.value + b.value + c.value = 1.5",
                               "with recursive c(x) as (select 0 union all select x + 1 from c) select x from c order by x desc"}) {
    std::string why;
    EXPECT_LT(seconds_of([&] { why = refused(run, question, limits); }), record::kSanitized ? 20 : 2) << question;
    EXPECT_TRUE(why.find("it takes longer than 200ms") != std::string::npos || why.find("MiB of memory") != std::string::npos) << why;
  }
}

TEST(Ask, AQuestionThatNeedsMuchMemoryIsEnded) {
  const Recording& run = a_run();
  Limits limits;
  limits.memory = 24u << 20;
  const std::string many = "with recursive c(x) as (select 0 union all select x + 1 from c limit 100000000) ";
  EXPECT_NE(refused(run, many + "select x from c order by -x", limits).find("it needs more than 24 MiB of memory"), std::string::npos);
  EXPECT_NE(refused(run, "select zeroblob(2000000)").find("larger than 1 MiB"), std::string::npos);
  EXPECT_NE(refused(run, "select group_concat(text, '') from events a, (select 1 union select 2 union select 3)").find("larger than 1 MiB"), std::string::npos);
  EXPECT_NE(refused(run, many + "select percentile(x, 50) from c", limits).find("it needs more than 24 MiB of memory"), std::string::npos);
  EXPECT_EQ(number(run, "select 17"), 17);   // And afterwards all is as before.
}

TEST(Ask, WhatAQuestionMayNotHaveIsNotTakenFromOthers) {
  // Somebody records while the question is answered, and asks SQLite for more memory than the question may have.
  class Meanwhile : public Kept {
    bool row(const std::vector<Cell>& cells) override {
      void* some = sqlite3_malloc(40 << 20);
      EXPECT_NE(some, nullptr);
      sqlite3_free(some);
      return Kept::row(cells);
    }
  } answer;
  Limits limits;
  limits.memory = 24u << 20;
  ask(a_run(), "with recursive c(x) as (select 1 union all select x + 1 from c limit 3) select x from c", limits, answer);
  EXPECT_EQ(answer.rows.size(), 3u);
}

TEST(Ask, NobodyWaitsForAnAnswerThatNobodyWants) {
  std::atomic<bool> cancelled{false};
  Limits limits;
  limits.cancelled = &cancelled;
  std::thread hand([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancelled = true;
  });
  const std::string why = refused(a_run(), "with recursive c(x) as (select 0 union all select x + 1 from c) select max(x) from c", limits);
  hand.join();
  EXPECT_NE(why.find("it was cancelled"), std::string::npos) << why;
}

TEST(Ask, WhoReadsTheAnswerMayHaveEnough) {
  class Three : public Kept {
    bool row(const std::vector<Cell>& cells) override { return Kept::row(cells) && rows.size() < 3; }
  } three;
  ask(a_run(), "with recursive c(x) as (select 0 union all select x + 1 from c) select x from c", {}, three);
  EXPECT_EQ(three.rows.size(), 3u);
}

// A file that carries tables, views and triggers of its own is not opened; one whose rows are damaged answers up to there.
TEST(Ask, ACraftedFileIsHarmless) {
  const record::Folder folder;
  const std::string path = folder / "a.run";
  record::write_sound_run(path, 900);
  const std::string sound = record::bytes_in(path);
  for (const char* sql : {"CREATE VIEW messages AS SELECT 1 AS id", "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
                          "DROP VIEW metrics; CREATE VIEW metrics AS SELECT load_extension('/tmp/x.so')"}) {
    EXPECT_EQ(record::change(path, sql), "");
    EXPECT_THROW(record::open_run(path), record::BadRun) << sql;
    record::write_bytes(path, sound);
  }
  EXPECT_EQ(record::change(path, "UPDATE events SET kind = 99 WHERE row = 700"), "");
  const auto run = record::open_run(path);
  EXPECT_THROW(asked(*run, "select count(text) from events"), record::BadRun);
  EXPECT_THROW(asked(*run, "select count(*) from metrics"), record::BadRun);
  record::write_bytes(path, sound);
  EXPECT_EQ(record::change(path, "UPDATE events SET kind = 10, body = x'ff' WHERE row = 700"), "");
  EXPECT_THROW(asked(*record::open_run(path), "select count(key) from operations"), record::BadRun);
  EXPECT_EQ(number(*record::open_run(path), "select count(*) from nodes"), 5);
}

}  // namespace
}  // namespace ask
