// Files that somebody made to harm whoever opens them, one trick each: all are refused in words, or do no
// harm.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>

#include "tests/labs/record/foreign_file.h"

namespace record {
namespace {

namespace fs = std::filesystem;

class Hostile : public testing::Test {
 protected:
  void SetUp() override { write_sound_run(file_, 900); }
  // Why the file is refused once this was done to it; what SQLite itself would not do fails the test.
  std::string after(const std::string& sql) {
    const std::string sound = bytes_in(file_);
    EXPECT_EQ(change(file_, sql), "") << sql;
    const std::string refused = read_whole(file_);
    write_bytes(file_, sound);
    return refused;
  }
  void expect_refused(const std::string& sql, const std::string& why) {
    const std::string refused = after(sql);
    EXPECT_NE(refused.find(why), std::string::npos)
        << sql << "\n  was: " << (refused.empty() ? "opened" : refused);
  }

  Folder folder_;
  std::string file_ = folder_ / "a.run";
};

TEST_F(Hostile, AnotherSchemaIsRefused) {
  const std::string tables = "its tables are not those of a run";
  for (const char* sql :
       {"DROP TABLE events; CREATE VIEW events AS WITH RECURSIVE c(x) AS (SELECT 0 UNION ALL SELECT x + 1 "
        "FROM c) SELECT x AS row, x AS id,"
        " x AS t_ns, 0 AS kind, 0 AS node, 0 AS peer, 0 AS type, 0 AS ref, 0.0 AS value, zeroblob(1000000) "
        "AS body FROM c",
        "ALTER TABLE events RENAME TO other; CREATE VIEW events AS SELECT * FROM other",
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END", "CREATE TABLE more(x)",
        "CREATE INDEX i ON events(abs(id))", "CREATE VIEW v AS SELECT load_extension('/tmp/x.so')",
        "CREATE VIRTUAL TABLE f USING fts5(x)", "CREATE TEMP TABLE x(y); DROP VIEW metrics",
        "DROP VIEW event",
        "DROP TABLE names; CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT AS (zeroblob(1000000000)))",
        "DROP TABLE names; CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT, "
        "CHECK(length(zeroblob(1000000000)) > id))",
        "DROP TABLE names; CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT) WITHOUT ROWID",
        "DROP TABLE names; CREATE VIRTUAL TABLE names USING rtree(id, name, x)"})
    EXPECT_NE(after(sql), "") << sql;
  expect_refused("CREATE TABLE more(x)", tables);
  expect_refused("CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END", tables);
  expect_refused("DROP TABLE meta", tables);
}

TEST_F(Hostile, ASchemaThatLiesAboutItselfIsRefused) {
  for (const char* sql :
       {"UPDATE sqlite_master SET rootpage = 2 WHERE name = 'events'",
        "UPDATE sqlite_master SET rootpage = 1000000 WHERE name = 'events'",
        "UPDATE sqlite_master SET rootpage = -1 WHERE name = 'events'",
        "UPDATE sqlite_master SET name = 'events2' WHERE name = 'events'",
        "UPDATE sqlite_master SET type = 'view' WHERE name = 'events'",
        "UPDATE sqlite_master SET sql = NULL WHERE name = 'events'",
        "UPDATE sqlite_master SET sql = zeroblob(50000000) WHERE name = 'events'",
        "INSERT INTO sqlite_master SELECT * FROM sqlite_master", "DELETE FROM sqlite_master"})
    EXPECT_NE(after(sql), "") << sql;
}

// Rows with fewer columns than the table has: SQLite takes the others for NULL.
TEST_F(Hostile, RowsWithoutTheirColumnsAreRefused) {
  const std::string ours = "(SELECT sql FROM kept)";
  EXPECT_NE(after("CREATE TABLE kept AS SELECT sql FROM sqlite_master WHERE name = 'events';"
                  "CREATE TABLE short(row INTEGER PRIMARY KEY, id INTEGER, t_ns INTEGER); INSERT INTO short "
                  "SELECT row, id, t_ns FROM events;"
                  "DROP TABLE events; ALTER TABLE short RENAME TO events;"
                  "UPDATE sqlite_master SET sql = " +
                  ours + " WHERE name = 'events'; DROP TABLE kept")
                .find("a number is missing"),
            std::string::npos);
}

TEST_F(Hostile, AnotherFormatIsRefused) {
  expect_refused("PRAGMA application_id = 0", "it is not a run file");
  expect_refused("PRAGMA user_version = 4", "it is of format 4, and this program knows up to 3");
  expect_refused("PRAGMA user_version = 2147483647", "it is of format 2147483647");
  expect_refused("PRAGMA user_version = 0", "it has no format version");
  expect_refused("PRAGMA user_version = -5", "it has no format version");
  expect_refused("PRAGMA page_size = 512; VACUUM", "its pages are too small");
}

// Runs of one lab that the program recorded in earlier days: of format 1 as of commit 62cdef4, with 17 kinds of events, and of
// format 2, with three more and no stamps yet.
TEST_F(Hostile, FilesOfEarlierFormatsAreReadAsTheyAre) {
  for (const auto& [name, events] : {std::pair("format_1.run", 376u), std::pair("format_2.run", 471u)}) {
    const auto run = open_run((fs::path(SOURCE_DIR) / "tests/labs/record" / name).string());
    EXPECT_EQ(run->size(), events);
    EXPECT_EQ(run->header().lab, "small");
    std::size_t answers = 0;
    run->visit(0, run->size(), [&](const Event& e, core::BytesView body) {
      EXPECT_EQ(e.stamp, 0u);
      if (e.kind != EventKind::complete) return;
      const auto answer = core::decode<core::Completion>(body);
      EXPECT_EQ(answer.id, e.ref);
      EXPECT_TRUE(answer.siblings.empty() && answer.version.empty());
      ++answers;
    });
    EXPECT_EQ(answers, 5u);
  }
}

TEST_F(Hostile, AFileOfOneFormatWithTheTablesOfAnotherIsRefused) {
  expect_refused("PRAGMA user_version = 2", "its tables are not those of a run");
  EXPECT_NE(after("UPDATE events SET stamp = NULL WHERE row = 3").find("its stamp is none"), std::string::npos);
  EXPECT_NE(after("UPDATE events SET stamp = -1 WHERE row = 3").find("its stamp is none"), std::string::npos);
}

TEST_F(Hostile, HarmlessOtherWaysToStoreTheSameAreRead) {
  for (const char* sql : {"PRAGMA page_size = 65536; VACUUM", "PRAGMA auto_vacuum = FULL; VACUUM", "VACUUM",
                          "ANALYZE; DROP TABLE sqlite_stat1"})
    EXPECT_EQ(after(sql), "") << sql;
}

TEST_F(Hostile, AHeaderThatCannotBeIsRefused) {
  expect_refused("DELETE FROM meta WHERE key = 'header'", "it has no header");
  expect_refused("UPDATE meta SET value = zeroblob(9000000) WHERE key = 'header'", "its header is too large");
  expect_refused("UPDATE meta SET value = x'ffffffffffffffffff01' WHERE key = 'header'",
                 "its header is damaged");
  expect_refused("UPDATE meta SET value = NULL WHERE key = 'header'", "its header is damaged");
  RunHeader header = made_header();
  header.nodes[2].id = 9;
  const core::Bytes wrong = core::encode(header);
  std::string hex;
  for (const std::uint8_t byte : wrong)
    hex += "0123456789abcdef"[byte >> 4], hex += "0123456789abcdef"[byte & 15];
  expect_refused("UPDATE meta SET value = x'" + hex + "' WHERE key = 'header'",
                 "its nodes are not counted from 1");
}

TEST_F(Hostile, ABeginningThatIsNoTimeIsRefused) {
  for (const char* value : {"-1", "4611686018427387904", "'yesterday'", "1.5", "NULL", "x'00'"})
    expect_refused(std::string("INSERT OR REPLACE INTO meta VALUES('began_ns', ") + value + ")", "when it began is no time");
}

TEST_F(Hostile, NamesThatAreNotCountedAreRefused) {
  const std::string counted = "its names are not counted from 1";
  expect_refused("DELETE FROM names WHERE id = 2", counted);
  expect_refused("UPDATE names SET id = id - 1", counted);
  expect_refused("INSERT INTO names VALUES(4000000000, 'x')", counted);
  expect_refused("UPDATE names SET name = zeroblob(100) WHERE id = 1", "a name is no text");
  expect_refused("UPDATE names SET name = NULL WHERE id = 1", "a name is no text");
  expect_refused(
      "WITH RECURSIVE c(x) AS (SELECT 5 UNION ALL SELECT x + 1 FROM c WHERE x < 1000010) INSERT INTO names "
      "SELECT x, 'n' FROM c",
      counted);
}

TEST_F(Hostile, EventsThatCannotBeAreRefused) {
  expect_refused("UPDATE events SET t_ns = -5 WHERE row = 0", "the order is wrong");
  expect_refused("UPDATE events SET t_ns = 9223372036854775807 WHERE row = 919", "the order is wrong");
  expect_refused("UPDATE events SET t_ns = 0 WHERE row = 500", "the order is wrong");
  expect_refused("UPDATE events SET id = 3 WHERE row = 500", "the order is wrong");
  expect_refused("UPDATE events SET id = -3 WHERE row = 0", "the order is wrong");
  expect_refused("UPDATE events SET kind = 20 WHERE row = 500", "no such kind");
  expect_refused("UPDATE events SET kind = -1 WHERE row = 500", "no such kind");
  expect_refused("UPDATE events SET node = 6 WHERE row = 500", "no such node");
  for (const char* kind : {"9", "12", "13", "14", "15", "17", "18", "19"})
    expect_refused("UPDATE events SET node = 0 WHERE kind = " + std::string(kind), "no such node");
  expect_refused("UPDATE events SET peer = 0 WHERE kind = 18", "no such node");
  expect_refused("UPDATE events SET peer = -1 WHERE row = 500", "no such node");
  expect_refused("UPDATE events SET peer = 4294967297 WHERE row = 500", "no such node");
  expect_refused("UPDATE events SET type = 5 WHERE row = 500", "no such name");
  expect_refused("UPDATE events SET type = 4294967297 WHERE row = 500", "no such name");
  expect_refused("UPDATE events SET ref = -1 WHERE row = 500", "a negative reference");
  expect_refused("UPDATE events SET ref = 1.5 WHERE row = 500", "a number is missing");
  expect_refused("UPDATE events SET id = NULL WHERE row = 500", "a number is missing");
  expect_refused("UPDATE events SET kind = 'send' WHERE row = 500", "a number is missing");
  expect_refused("UPDATE events SET value = 'high' WHERE row = 500", "its value is no number");
  expect_refused("UPDATE events SET value = x'00' WHERE row = 500", "its value is no number");
  expect_refused("UPDATE events SET body = 'text' WHERE row = 500", "its body is no bytes");
  expect_refused("UPDATE events SET body = 7 WHERE row = 500", "its body is no bytes");
  expect_refused("UPDATE events SET body = zeroblob(70000000) WHERE row = 500", "larger than in any run");
  expect_refused("DELETE FROM events WHERE row = 500", "its events are not counted from 0");
  expect_refused("DELETE FROM events WHERE row = 0", "its events are not counted from 0");
  expect_refused("UPDATE events SET row = -7 WHERE row = 0", "its events are not counted from 0");
  expect_refused("UPDATE events SET row = 1152921504606846976 WHERE row = 919",
                 "its events are not counted from 0");
  expect_refused("UPDATE events SET row = -7 WHERE row = 500", "its events are not counted from 0");
}

// SQLite stores NULL for it. Who sorts measures must not stumble over it.
TEST_F(Hostile, AMeasureThatIsNoNumberDoesNoHarm) {
  ASSERT_EQ(change(file_,
                   "UPDATE names SET name = 'client_latency_ms' WHERE id = 4; UPDATE events SET value = NULL "
                   "WHERE kind = 8 AND row % 12 = 3"),
            "");
  EXPECT_EQ(read_whole(file_), "");
  const auto run = open_run(file_);
  EXPECT_TRUE(std::isnan(run->at(3).event.value));
  guide::Facts facts(run->header().nodes);
  for (NameId id = 1; id < run->names(); ++id) facts.on_name(id, run->name(id));
  run->visit(0, 900, [&](const Event& event, core::BytesView body) { facts.on_event(event, body); });
  EXPECT_EQ(facts.percentile_after("client_latency_ms", 1, 0), made_event(897).event.value)
      << "the largest of those that are numbers";
  EXPECT_EQ(facts.percentile_after("client_latency_ms", 0, 0), made_event(9).event.value);
}

TEST_F(Hostile, TheOrderBetweenTwoChunksIsChecked) {
  fs::remove(file_);
  write_sound_run(file_, 3 * kChunkRows);
  const std::string second = " WHERE row >= " + std::to_string(kChunkRows);
  const std::string third = " WHERE row >= " + std::to_string(2 * kChunkRows);
  expect_refused("UPDATE events SET t_ns = t_ns - 9000000" + third, "its events are not in order");
  expect_refused("UPDATE events SET t_ns = t_ns - 5000000" + second, "the order is wrong");
  expect_refused("UPDATE events SET id = id - 100" + second, "the order is wrong");
  expect_refused("UPDATE events SET t_ns = t_ns + 5000000 WHERE row = " + std::to_string(kChunkRows - 1),
                 "the order is wrong");
  EXPECT_EQ(after("UPDATE events SET id = id + 100" + second), "") << "ids may have gaps";
}

TEST_F(Hostile, NoQueryOfTheFilesOwnIsEverRun) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_NE(after("DROP VIEW metrics; CREATE VIEW metrics AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL "
                  "SELECT x + 1 FROM c) SELECT x FROM c"),
            "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(Hostile, WhatIsNoRunFileIsSaidSo) {
  const auto expect = [&](const std::string& path, const std::string& why) {
    const std::string refused = read_whole(path);
    EXPECT_NE(refused.find(why), std::string::npos) << path << ": " << refused;
    EXPECT_TRUE(refused.starts_with(path)) << refused;
  };
  write_bytes(folder_ / "empty", "");
  expect(folder_ / "empty", "it is not a run file");
  write_bytes(folder_ / "text", "# A run\n\nNot really.\n" + std::string(20'000, 'x'));
  expect(folder_ / "text", "it is not a run file, or its beginning is damaged");
  expect(folder_.path(), "it is not a plain file");
  expect("/dev/zero", "it is not a plain file");
  expect(folder_ / "nothing", "No such file");
  expect(file_ + "/x", "Not a directory");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  expect(folder_ / "pipe", "it is not a plain file");
  fs::create_symlink("loop", folder_ / "loop");
  expect(folder_ / "loop", "symbolic links");
  write_bytes(folder_ / "other", "");
  ASSERT_EQ(change(folder_ / "other", "CREATE TABLE t(x)"), "");
  expect(folder_ / "other", "it is not a run file");
}

// Root may do anything; then the file is read as somebody else.
class AsSomebody {
 public:
  AsSomebody() {
    if (me_ == 0) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~AsSomebody() {
    if (me_ == 0) {
      EXPECT_EQ(::seteuid(me_), 0);
    }
  }

 private:
  uid_t me_ = ::geteuid();
};
constexpr auto kAllRead = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
constexpr auto kAllEnter = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;

TEST_F(Hostile, AFileWithoutPermissionIsSaidSo) {
  fs::permissions(folder_.path(), kAllRead | kAllEnter);
  fs::permissions(file_, fs::perms::none);
  {
    const AsSomebody other;
    const std::string refused = read_whole(file_);
    EXPECT_NE(refused.find("it may not be read"), std::string::npos) << refused;
  }
  fs::permissions(folder_.path(), fs::perms::owner_all);
}

TEST_F(Hostile, AReadOnlyFileInAReadOnlyFolderOpensAlsoWithALogBesideIt) {
  for (const bool log : {false, true}) {
    if (log) write_bytes(file_ + "-wal", std::string(5000, 'x'));
    for (const char* ending : {"", "-wal"})
      if (fs::exists(file_ + ending)) fs::permissions(file_ + ending, kAllRead);
    fs::permissions(folder_.path(), kAllRead | kAllEnter);
    {
      const AsSomebody other;
      EXPECT_EQ(read_whole(file_), "");
    }
    fs::permissions(folder_.path(), fs::perms::owner_all);
  }
}

TEST_F(Hostile, WhatLiesBesideItNeitherHangsNorIsTouched) {
  const std::string journal(5000, '\xd9');
  write_bytes(file_ + "-journal", journal);
  EXPECT_EQ(read_whole(file_), "");
  EXPECT_EQ(bytes_in(file_ + "-journal"), journal);
  fs::remove(file_ + "-journal");
  // A log that is no file.
  ASSERT_EQ(::mkfifo((file_ + "-wal").c_str(), 0600), 0);
  EXPECT_EQ(read_whole(file_), "");
  fs::remove(file_ + "-wal");
  fs::create_directory(file_ + "-wal");
  EXPECT_EQ(read_whole(file_), "");
  fs::remove(file_ + "-wal");
  fs::create_symlink("/dev/zero", file_ + "-wal");
  EXPECT_EQ(read_whole(file_), "");
  fs::remove(file_ + "-wal");
  // One of bytes that mean nothing.
  write_bytes(file_ + "-wal", journal);
  EXPECT_EQ(read_whole(file_), "");
  EXPECT_EQ(bytes_in(file_ + "-wal"), journal);
  EXPECT_FALSE(fs::exists(file_ + "-shm"));
}

// One that claims 200 GB and has next to nothing on the disk.
TEST_F(Hostile, AFileOfHolesTakesNoTime) {
  ASSERT_EQ(::truncate(file_.c_str(), off_t{200} << 30), 0) << "the file system has no holes";
  read_whole(file_);
  fs::resize_file(file_, std::uintmax_t{400} << 30);
  EXPECT_NE(read_whole(file_).find("it is too large"), std::string::npos);
  fs::resize_file(file_, std::uintmax_t{200} << 30);
  write_bytes(file_ + "-wal", "x");
  EXPECT_NE(read_whole(file_).find("no room for a private copy"), std::string::npos);
}

}  // namespace
}  // namespace record
