#include "labs/record/run_file.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <limits>

namespace record {
namespace {

// No run lasts 146 years. What adds to a time need not think of an overflow.
constexpr std::int64_t kLastMoment = std::int64_t{1} << 62;

// Who hears of these looks the node up.
bool happens_at_a_node(EventKind kind) {
  return kind == EventKind::show || kind == EventKind::crash || kind == EventKind::restart || kind == EventKind::pause ||
         kind == EventKind::resume || kind == EventKind::arm || kind == EventKind::link || kind == EventKind::around;
}

std::string uri_of(const std::string& path) {
  std::string escaped;
  for (const char c : path) {
    constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) escaped += c;
    else escaped += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return "file:" + escaped + "?immutable=1";
}

// What SQLite means, for a person who has a file and no SQL. Only of a mistake of ours it speaks itself.
std::string in_words(sqlite3& db) {
  switch (sqlite3_extended_errcode(&db) & 0xff) {
    case SQLITE_NOTADB: return "it is not a run file, or its beginning is damaged";
    case SQLITE_CORRUPT: return "it is damaged";
    case SQLITE_TOOBIG: return "something in it is larger than in any run";
    case SQLITE_AUTH: return "it asks for what no run asks for";
    case SQLITE_INTERRUPT: return "reading it takes longer than any run of its size does";
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_IOERR: return "the disk cannot be read or written";
    case SQLITE_CANTOPEN: return "it may not be read, or it is gone";
    case SQLITE_READONLY:
    case SQLITE_PERM: return "it may not be written";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another program holds it";
    case SQLITE_NOMEM: return "there is no memory left";
    default: return sqlite3_errmsg(&db);
  }
}

}  // namespace

const char* const kSchema = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE nodes(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, family TEXT);
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE kinds(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE events(row INTEGER PRIMARY KEY, id INTEGER, t_ns INTEGER, kind INTEGER, node INTEGER, peer INTEGER, type INTEGER, ref INTEGER, value REAL, body BLOB, stamp INTEGER);
CREATE VIEW event AS SELECT e.row, e.id, e.t_ns, k.name AS kind, n.name AS node, p.name AS peer, t.name AS type, e.ref, e.value, e.body, e.stamp FROM events e JOIN kinds k ON k.id = e.kind LEFT JOIN nodes n ON n.id = e.node LEFT JOIN nodes p ON p.id = e.peer LEFT JOIN names t ON t.id = e.type;
CREATE VIEW commands AS SELECT row, t_ns, CAST(body AS TEXT) AS command FROM event WHERE kind = 'command';
CREATE VIEW notes AS SELECT row, t_ns, node, kind, CAST(body AS TEXT) AS note FROM event WHERE kind IN ('note', 'refuse', 'crash', 'violation');
CREATE VIEW metrics AS SELECT row, t_ns, node, type AS metric, value FROM event WHERE kind = 'metric';
)sql";

std::string schema_of(std::int64_t version) {
  std::string schema = kSchema;
  if (version < kStampsSince)
    for (const std::string_view newer : {", stamp INTEGER", ", e.stamp"}) schema.erase(schema.find(newer), newer.size());
  return schema;
}

Database::Database(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_READONLY;
  if (mode == Mode::write) flags = SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // Debian's SQLite takes any name that begins with `file:` for a URI with options, and `:memory:` for no file at all.
  // A whole path begins with a slash.
  std::error_code error_code;
  std::string name = std::filesystem::absolute(path, error_code).string();
  if (error_code) throw StoreError(error_code.message());
  if (mode == Mode::foreign) name = uri_of(name), flags |= SQLITE_OPEN_URI;
  if (sqlite3_open_v2(name.c_str(), &db_, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string why = error();
    sqlite3_close_v2(db_);
    throw StoreError(why);
  }
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, 5000);
}

Database::~Database() { sqlite3_close_v2(db_); }

std::string Database::error() const { return db_ != nullptr ? in_words(*db_) : "there is no memory left"; }

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
bool Statement::is_real(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_FLOAT; }
bool Statement::is_text(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_TEXT; }
bool Statement::is_blob(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_BLOB; }
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

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

RunFileChunks::RunFileChunks(std::unique_ptr<Database> db, std::size_t nodes) : nodes_(nodes) { open(std::move(db)); }

RunFileChunks::~RunFileChunks() = default;

void RunFileChunks::open(std::unique_ptr<Database> db) {
  db_ = std::move(db);
  const bool stamped = sqlite3_table_column_metadata(db_->get(), nullptr, "events", "stamp", nullptr, nullptr, nullptr, nullptr, nullptr) == SQLITE_OK;
  const std::string select = std::string("SELECT row, id, t_ns, kind, node, peer, type, ref, value, body, ") +
                             (stamped ? "stamp" : "0") + " FROM events WHERE row >= ?1 AND row < ?2 ORDER BY row";
  select_ = std::make_unique<Statement>(*db_, select.c_str());
}

void RunFileChunks::reopen(const std::string& path, const std::function<void()>& change) {
  const std::lock_guard lock(mutex_);
  select_.reset();
  db_.reset();
  std::exception_ptr failed;
  try {
    change();
  } catch (...) {
    failed = std::current_exception();
  }
  open(std::make_unique<Database>(path, Database::Mode::read));
  if (failed) std::rethrow_exception(failed);
}

std::shared_ptr<const Chunk> RunFileChunks::load(std::size_t index) {
  const std::lock_guard lock(mutex_);
  if (!select_) throw BadRun("the run file cannot be read any more");
  auto chunk = std::make_shared<Chunk>();
  chunk->first_row = index * kChunkRows;
  try {
    read_rows(*chunk);
  } catch (const StoreError& error) {
    select_->reset();
    throw BadRun(std::string("the run file cannot be read: ") + error.what());
  } catch (...) {
    select_->reset();
    throw;
  }
  return chunk;
}

void RunFileChunks::read_rows(Chunk& chunk) {
  const auto first = static_cast<std::int64_t>(chunk.first_row);
  const auto end = static_cast<std::int64_t>(std::min(rows_, chunk.first_row + kChunkRows));
  std::int64_t expected = first == 0 ? 0 : first - 1;  // With the row before, for the order between two chunks.
  std::int64_t last_time = 0, last_id = 0;
  const auto bad = [&](const char* why) { throw BadRun("event " + std::to_string(expected) + " is damaged: " + why); };
  const Statement& s = *select_;
  select_->reset();
  select_->bind(1, expected).bind(2, end);
  while (select_->step()) {
    std::int64_t number[8];
    for (int column = 0; column < 8; ++column) {
      if (!s.is_integer(column)) bad("a number is missing");
      number[column] = s.integer(column);
    }
    const auto [row, id, at, kind, node, peer, type, ref] = number;
    const std::int64_t stamp = s.is_integer(10) ? s.integer(10) : -1, nodes = static_cast<std::int64_t>(nodes_);
    // SQLite keeps no NaN; it stores NULL for one.
    const bool valued = s.is_real(8);
    if (!valued && !s.is_null(8)) bad("its value is no number");
    const bool bodied = s.is_blob(9);
    if (!bodied && !s.is_null(9)) bad("its body is no bytes");
    if (stamp < 0) bad("its stamp is none");
    if (row != expected) bad("one is missing");
    if (id <= last_id || at < last_time || at > kLastMoment) bad("the order is wrong");
    if (kind < 0 || kind >= static_cast<std::int64_t>(names(EventKind{}).size())) bad("no such kind");
    const auto what = static_cast<EventKind>(kind);
    if (node < 0 || node > nodes || peer < 0 || peer > nodes) bad("no such node");
    if (node == core::kNobody && happens_at_a_node(what)) bad("no such node");
    if (peer == core::kNobody && what == EventKind::link) bad("no such node");
    if (type < 0 || type > std::numeric_limits<NameId>::max() || static_cast<std::uint64_t>(type) >= names_) bad("no such name");
    if (ref < 0) bad("a negative reference");
    last_id = id, last_time = at;
    if (expected++ < first) continue;
    const Event event{core::Time(core::Duration(at)), static_cast<std::uint64_t>(id), what, static_cast<core::NodeId>(node),
                      static_cast<core::NodeId>(peer), static_cast<NameId>(type), static_cast<std::uint64_t>(ref),
                      valued ? s.real(8) : std::numeric_limits<double>::quiet_NaN(), static_cast<std::uint64_t>(stamp)};
    chunk.append(event, bodied ? s.blob(9) : core::BytesView());
  }
  if (expected < end) bad("one is missing");
}

std::string make_scratch_folder() {
  const char* wished = std::getenv("TMPDIR");
  for (const char* base : {wished != nullptr ? wished : "/var/tmp", "/var/tmp", "/tmp"}) {
    std::string pattern = std::string(base) + "/faultline-XXXXXX";
    if (::mkdtemp(pattern.data()) != nullptr) return pattern;
  }
  throw StoreError("no folder for temporary files can be written to: set TMPDIR");
}

}  // namespace record
