// Storing a run: rows a second beside a bare loop of one prepared statement, and bytes an event on disk.
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "app/bench/bench.h"
#include "labs/record/run_file.h"
#include "labs/record/run_store.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kRows = 2'000'000;

record::Event event(std::int64_t i) {
  return {core::Time(core::Duration(i * 1000)), static_cast<std::uint64_t>(i + 1), record::EventKind::send,
          static_cast<core::NodeId>(1 + i % 5), static_cast<core::NodeId>(1 + i % 3), 1, static_cast<std::uint64_t>(i / 2), 0, static_cast<std::uint64_t>(i / 3)};
}

double bare(const std::string& path, core::BytesView body) {
  record::Database db(path, record::Database::Mode::create);
  db.run("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  db.run("CREATE TABLE events(row INTEGER PRIMARY KEY, id INTEGER, t_ns INTEGER, kind INTEGER, node INTEGER, peer INTEGER,"
         "type INTEGER, ref INTEGER, value REAL, body BLOB, stamp INTEGER)");
  record::Statement insert(db, "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  const auto began = Clock::now();
  for (std::int64_t i = 0; i < kRows; ++i) {
    if (i % 20'000 == 0) db.run(i == 0 ? "BEGIN" : "COMMIT; BEGIN");
    const auto e = event(i);
    insert.bind(1, i).bind(2, static_cast<std::int64_t>(e.id)).bind(3, std::int64_t{e.at.time_since_epoch().count()}).bind(4, static_cast<std::int64_t>(e.kind));
    insert.bind(5, std::int64_t{e.node}).bind(6, std::int64_t{e.peer}).bind(7, std::int64_t{e.type}).bind(8, static_cast<std::int64_t>(e.ref)).bind(9, e.value).bind(10, body).bind(11, static_cast<std::int64_t>(e.stamp));
    insert.step();
  }
  db.run("COMMIT");
  return static_cast<double>(kRows) / std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace

std::vector<Figure> record_bench() {
  const std::string folder = std::filesystem::temp_directory_path() / ("faultline-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const core::Bytes body(32, 7);
  const double bare_rate = bare(folder + "/bare", body);
  record::RunHeader header;
  for (core::NodeId id = 1; id <= 5; ++id) header.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
  record::Recording recording(header);
  recording.on_name(1, "AppendEntries");
  const auto began = Clock::now();
  {
    record::RunStore store(recording, folder + "/ours");
    for (std::int64_t i = 0; i < kRows; ++i) recording.on_event(event(i), body);
    store.finish();
  }
  const double ours = static_cast<double>(kRows) / std::chrono::duration<double>(Clock::now() - began).count();
  const double bytes = static_cast<double>(std::filesystem::file_size(folder + "/ours")) / static_cast<double>(kRows);
  std::filesystem::remove_all(folder);
  return {{"bare insert loop", bare_rate, "rows/s", ""},
          {"recording to a run file", ours, "rows/s", ""},
          {"recording / bare", ours / bare_rate, "", ">= 0.6"},
          {"on disk, with bodies of 32 bytes", bytes, "bytes/event", ""}};
}

}  // namespace bench
