#include "labs/record/run_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "labs/record/run_file.h"
#include "mechanisms/core/codec.h"

namespace record {
namespace {

// So often the batch is committed; with the time of a commit well below the 200 ms that are promised.
constexpr auto kBeat = std::chrono::milliseconds(50);
// So many rows wait at most before the world waits, too. What waits is lost with the process, so it must be written
// within the 200 ms also by a busy machine, at 100,000 rows a second.
constexpr std::size_t kBacklog = 8'000;
constexpr std::size_t kBatch = 4'000;

}  // namespace

struct RunStore::Writer {
  explicit Writer(const std::string& path) : db(path, Database::Mode::create) {
    db.run(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192; BEGIN;");
    db.run(kSchema);
    db.run(("PRAGMA application_id = " + std::to_string(kApplicationId) +
            "; PRAGMA user_version = " + std::to_string(kFormatVersion))
               .c_str());
  }
  void write_header(const RunHeader& header, std::optional<WallTime> began);

  Database db;
  std::unique_ptr<Statement> insert, insert_name;
};

void RunStore::Writer::write_header(const RunHeader& header, std::optional<WallTime> began) {
  Statement meta(db, "INSERT INTO meta VALUES(?1, ?2)");
  const auto put = [&](const char* key, const std::string& value) {
    meta.bind(1, std::string(key)).bind(2, value).step();
  };
  const core::Bytes encoded = core::encode(header);
  meta.bind(1, std::string("header")).bind(2, core::BytesView(encoded)).step();
  put("program", header.program);
  put("lab", header.lab);
  put("lab_text", header.lab_text);
  put("world", header.world);
  put("seed", std::to_string(header.seed));
  put("level", std::string(core::name_of(header.level)));
  std::string settings;
  for (const auto& setting : header.settings) settings += setting + "\n";
  put("settings", settings);
  if (began) meta.bind(1, std::string(kBeganKey)).bind(2, std::int64_t{began->time_since_epoch().count()}).step();
  Statement node(db, "INSERT INTO nodes VALUES(?1, ?2, ?3, ?4)");
  for (const auto& info : header.nodes)
    node.bind(1, std::int64_t{info.id}).bind(2, info.name).bind(3, info.kind).bind(4, info.group).step();
  Statement kind(db, "INSERT INTO kinds VALUES(?1, ?2)");
  const auto kinds = names(EventKind{});
  for (std::size_t i = 0; i < kinds.size(); ++i)
    kind.bind(1, static_cast<std::int64_t>(i)).bind(2, std::string(kinds[i])).step();
  db.run("COMMIT");
  insert =
      std::make_unique<Statement>(db, "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  insert_name = std::make_unique<Statement>(db, "INSERT INTO names VALUES(?1, ?2)");
}

RunStore::RunStore(Recording& recording, std::string path, bool temporary)
    : recording_(recording), path_(std::move(path)), temporary_(temporary) {
  // Created here and not by SQLite: never over something that is there, never through a link, for nobody else
  // to read.
  const int file = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) throw StoreError("cannot make " + path_ + ": " + std::string(std::strerror(errno)));
  ::close(file);
  try {
    writer_ = std::make_unique<Writer>(path_);
    writer_->write_header(recording_.header(), recording_.began());
    source_ = std::make_shared<RunFileChunks>(std::make_unique<Database>(path_, Database::Mode::read),
                                              recording_.header().nodes.size());
  } catch (...) {
    writer_.reset();
    unlink_files();
    throw;
  }
  // Both connections have opened the file and its log by now, and find neither by name again.
  if (temporary_) unlink_files();
  recording_.attach(source_);
  recording_.limit_backlog(kBacklog);
  thread_ = std::thread([this] { work(); });
}

RunStore::~RunStore() { finish(); }

void RunStore::finish() {
  if (!thread_.joinable()) return;
  stop_ = true;
  thread_.join();
  recording_.limit_backlog(0);
  writer_.reset();
}

void RunStore::unlink_files() const {
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + ending).c_str());
}

std::string RunStore::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void RunStore::inject(const char* sql) {
  const std::lock_guard lock(mutex_);
  injected_ = sql;
}

void RunStore::give_up(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    trouble_ = why;
  }
  recording_.give_up_storing();
}

void RunStore::work() {
  std::string trouble;
  try {
    store_all();
  } catch (const std::exception& error) {
    trouble = "recording to " + path_ + " stopped: " + error.what();
    give_up(trouble);
  }
  writer_->insert.reset(), writer_->insert_name.reset();
  if (temporary_) return;
  try {
    close_file();
  } catch (const std::exception& error) {
    // Nothing is lost: the log holds it.
    if (trouble.empty()) give_up(path_ + " is whole only with " + path_ + "-wal beside it: " + error.what());
  }
}

void RunStore::store_all() {
  for (;;) {
    const bool last = stop_.load();
    const auto began = std::chrono::steady_clock::now();
    std::string injected;
    {
      const std::lock_guard lock(mutex_);
      injected.swap(injected_);
    }
    if (!injected.empty()) writer_->db.run(injected.c_str());
    const std::size_t end = recording_.size();
    while (stored_ < end && !(temporary_ && stop_)) store_until(std::min(end, stored_ + kBatch));
    if (!temporary_) store_bookmarks();
    if (last && (temporary_ || recording_.size() == stored_)) break;
    // With much to do there is no rest.
    while (!stop_ && std::chrono::steady_clock::now() < began + kBeat && recording_.size() - stored_ < kBatch)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// One file, without anything beside it. SQLite wants it for itself, so whoever reads waits for a moment.
void RunStore::close_file() {
  source_->reopen(path_, [&] {
    writer_->db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    writer_->db.run("PRAGMA journal_mode = DELETE");
  });
}

void RunStore::store_bookmarks() {
  const auto now = recording_.bookmarks();
  if (now == stored_bookmarks_) return;
  if (stored_bookmarks_ || !now->empty()) {
    const core::Bytes bytes = bookmarks_bytes(*now);
    Statement put(writer_->db, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)");
    put.bind(1, std::string(kBookmarksKey)).bind(2, core::BytesView(bytes)).step();
  }
  stored_bookmarks_ = now;
}

// One transaction. Names first, so that no event ever names what the file does not hold.
void RunStore::store_until(std::size_t row) {
  Writer& w = *writer_;
  w.db.run("BEGIN");
  try {
    for (; stored_names_ < recording_.names(); ++stored_names_)
      w.insert_name->bind(1, static_cast<std::int64_t>(stored_names_))
          .bind(2, recording_.name(static_cast<NameId>(stored_names_)))
          .step();
    auto at = static_cast<std::int64_t>(stored_.load());
    recording_.visit(stored_, row, [&](const Event& e, core::BytesView body) {
      w.insert->bind(1, at++)
          .bind(2, static_cast<std::int64_t>(e.id))
          .bind(3, std::int64_t{e.at.time_since_epoch().count()});
      w.insert->bind(4, static_cast<std::int64_t>(e.kind))
          .bind(5, std::int64_t{e.node})
          .bind(6, std::int64_t{e.peer});
      w.insert->bind(7, std::int64_t{e.type})
          .bind(8, static_cast<std::int64_t>(e.ref))
          .bind(9, e.value)
          .bind(10, body)
          .bind(11, static_cast<std::int64_t>(e.stamp));
      w.insert->step();
    });
    w.db.run("COMMIT");
  } catch (...) {
    sqlite3_exec(w.db.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
  stored_ = row;
  recording_.stored(row);
}

}  // namespace record
