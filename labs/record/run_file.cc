#include "labs/record/run_file.h"

#include <sqlite3.h>

#include <filesystem>

namespace record {

const char* const kSchema = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE nodes(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, family TEXT);
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE kinds(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE events(row INTEGER PRIMARY KEY, id INTEGER, t_ns INTEGER, kind INTEGER, node INTEGER, peer INTEGER, type INTEGER, ref INTEGER, value REAL, body BLOB);
CREATE VIEW event AS SELECT e.row, e.id, e.t_ns, k.name AS kind, n.name AS node, p.name AS peer, t.name AS type, e.ref, e.value, e.body FROM events e JOIN kinds k ON k.id = e.kind LEFT JOIN nodes n ON n.id = e.node LEFT JOIN nodes p ON p.id = e.peer LEFT JOIN names t ON t.id = e.type;
CREATE VIEW commands AS SELECT row, t_ns, CAST(body AS TEXT) AS command FROM event WHERE kind = 'command';
CREATE VIEW notes AS SELECT row, t_ns, node, kind, CAST(body AS TEXT) AS note FROM event WHERE kind IN ('note', 'refuse', 'crash', 'violation');
CREATE VIEW metrics AS SELECT row, t_ns, node, type AS metric, value FROM event WHERE kind = 'metric';
)sql";

Database::Database(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  if (mode == Mode::write) flags = SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path.c_str(), &db_, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string why = error();
    sqlite3_close_v2(db_);
    throw StoreError(why);
  }
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, 5000);
}

Database::~Database() { sqlite3_close_v2(db_); }

std::string Database::error() const { return db_ != nullptr ? sqlite3_errmsg(db_) : "out of memory"; }

void Database::run(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw StoreError(error());
}

std::int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

Statement::Statement(Database& db, const char* sql) : db_(db) {
  if (sqlite3_prepare_v3(db.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK)
    throw StoreError(db.error());
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int at, std::int64_t v) {
  sqlite3_bind_int64(statement_, at, v);
  return *this;
}
Statement& Statement::bind(int at, double v) {
  sqlite3_bind_double(statement_, at, v);
  return *this;
}
Statement& Statement::bind(int at, const std::string& v) {
  sqlite3_bind_text(statement_, at, v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(int at, core::BytesView v) {
  if (v.empty())
    sqlite3_bind_null(statement_, at);
  else
    sqlite3_bind_blob(statement_, at, v.data(), static_cast<int>(v.size()), SQLITE_STATIC);
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  const std::string why = result == SQLITE_DONE ? "" : db_.error();
  sqlite3_reset(statement_);
  if (!why.empty()) throw StoreError(why);
  return false;
}

void Statement::reset() { sqlite3_reset(statement_); }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }
bool Statement::is_integer(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_INTEGER; }

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return text != nullptr ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

core::BytesView Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes != nullptr ? core::BytesView(bytes, size) : core::BytesView();
}

RunFileChunks::RunFileChunks(std::unique_ptr<Database> db, std::size_t nodes, bool trusted)
    : db_(std::move(db)),
      select_(std::make_unique<Statement>(*db_,
                                          "SELECT row, id, t_ns, kind, node, peer, type, ref, value, body FROM events "
                                          "WHERE row >= ?1 AND row < ?2 ORDER BY row")),
      nodes_(nodes),
      trusted_(trusted) {}

RunFileChunks::~RunFileChunks() {
  select_.reset();
  db_.reset();
  std::error_code ignored;
  if (!scratch_folder.empty()) std::filesystem::remove_all(scratch_folder, ignored);
}

std::shared_ptr<const Chunk> RunFileChunks::load(std::size_t index) {
  const std::lock_guard lock(mutex_);
  auto chunk = std::make_shared<Chunk>();
  chunk->first_row = index * kChunkRows;
  std::int64_t expected = static_cast<std::int64_t>(chunk->first_row), last_time = 0, last_id = 0;
  const auto bad = [&](const char* why) { throw BadRun("event " + std::to_string(expected) + " is damaged: " + why); };
  try {
    select_->reset();
    select_->bind(1, expected).bind(2, expected + static_cast<std::int64_t>(kChunkRows));
    while (select_->step()) {
      const Statement& s = *select_;
      for (int column = 0; column <= 7; ++column)
        if (!s.is_integer(column)) bad("a number is missing");
      if (s.integer(0) != expected) bad("one is missing");
      if (s.integer(1) <= last_id || s.integer(2) < last_time) bad("the order is wrong");
      if (s.integer(3) < 0 || s.integer(3) >= static_cast<std::int64_t>(names(EventKind{}).size())) bad("no such kind");
      for (const int column : {4, 5})
        if (s.integer(column) < 0 || s.integer(column) > static_cast<std::int64_t>(nodes_)) bad("no such node");
      if (s.integer(6) < 0 || static_cast<std::uint64_t>(s.integer(6)) >= names_) bad("no such name");
      if (s.integer(7) < 0) bad("a negative reference");
      const Event event{core::Time(core::Duration(s.integer(2))), static_cast<std::uint64_t>(s.integer(1)),
                        static_cast<EventKind>(s.integer(3)), static_cast<core::NodeId>(s.integer(4)),
                        static_cast<core::NodeId>(s.integer(5)), static_cast<NameId>(s.integer(6)),
                        static_cast<std::uint64_t>(s.integer(7)), s.real(8)};
      chunk->append(event, s.blob(9));
      last_id = s.integer(1), last_time = s.integer(2);
      ++expected;
    }
  } catch (const StoreError& error) {
    select_->reset();
    throw BadRun(std::string("the run file cannot be read: ") + error.what());
  } catch (const BadRun&) {
    select_->reset();
    throw;
  }
  const std::size_t wanted = std::min(rows_, chunk->first_row + kChunkRows);
  if (!trusted_ && chunk->first_row + chunk->rows() < wanted) bad("one is missing");
  return chunk;
}

}  // namespace record
