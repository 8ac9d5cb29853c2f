// Files to be opened that nobody should trust: made from a run that is sound, by changing it.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include "labs/check/read_history.h"
#include "labs/guide/facts.h"
#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/record/made_run.h"

namespace record {

inline std::string bytes_in(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// A sound run file of made-up events, to which every kind of event was added.
inline void write_sound_run(const std::string& path, std::uint64_t rows) {
  Recording recording(made_header());
  RunStore store(recording, path);
  tell_names(recording);
  tell(recording, 0, rows);
  for (std::uint64_t i = 0; i < names(EventKind{}).size(); ++i) {
    Event event = made_event(rows + i).event;
    event.kind = static_cast<EventKind>(i), event.type = static_cast<NameId>(i % 5), event.ref = 1;
    if (event.kind == EventKind::link) event.peer = 1;
    recording.on_event(event, bytes_of("\x01\x02text"));
  }
  store.finish();
  ASSERT_EQ(store.trouble(), "");
}

// Runs SQL on a file as its owner may: with every guard off. Returns SQLite's complaint, if any.
inline std::string change(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  std::string complaint;
  if (sqlite3_exec(
          db,
          ("PRAGMA writable_schema = ON; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;" + sql)
              .c_str(),
          nullptr, nullptr, nullptr) != SQLITE_OK)
    complaint = sqlite3_errmsg(db);
  sqlite3_close(db);
  return complaint;
}

// Opens a file and reads everything in it in every way. Empty when it could; else why it was refused. What is
// neither fails the test: another exception, much time, much memory.
inline std::string read_whole(const std::string& path) {
  const std::clock_t began = std::clock();
  struct rusage before {
  }, after{};
  ::getrusage(RUSAGE_SELF, &before);
  std::string refused;
  try {
    const auto run = open_run(path);
    run->digest();
    guide::Facts facts(run->header().nodes);
    try {
      run->replay_to(facts);
    } catch (const core::Malformed&) {
    } catch (const check::BadHistory&) {
    }
    for (std::size_t row = 0; row < run->size(); row += 1 + run->size() / 50) {
      const Event event = run->at(row).event;
      line_text(*run, event);
      EXPECT_LE(run->first_at_or_after(event.at), row);
    }
    run->end();
  } catch (const BadRun& bad) {
    refused = bad.what();
    EXPECT_LT(refused.size(), 500u);
    EXPECT_EQ(refused.find('\n'), std::string::npos) << refused;
  } catch (const std::exception& other) {
    ADD_FAILURE() << typeid(other).name() << ": " << other.what();
  }
  ::getrusage(RUSAGE_SELF, &after);
  if (!kSanitized) {
    EXPECT_LT(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC, 2) << refused;
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 300'000) << "kB";
  }
  return refused;
}

}  // namespace record
