#include "labs/record/open_run.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "labs/record/read_ahead.h"
#include "mechanisms/core/codec.h"

namespace record {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMaxRows = std::int64_t{1} << 40;
constexpr std::int64_t kMaxNames = 1'000'000;
constexpr std::size_t kMaxHeader = 8u << 20;
constexpr std::int64_t kMaxFile = std::int64_t{1} << 38;

// Nothing but reading our own tables.
int authorize(void*, int action, const char* first, const char*, const char* database, const char* view) {
  if (view != nullptr) return SQLITE_DENY;
  if (action == SQLITE_SELECT || action == SQLITE_FUNCTION) return SQLITE_OK;
  // A count reads no column, and then SQLite names no database.
  if (action == SQLITE_READ && (database == nullptr || std::string_view(database) == "main")) {
    for (const char* table : {"meta", "nodes", "names", "events", "sqlite_master", "sqlite_schema"})
      if (std::string_view(first) == table) return SQLITE_OK;
  }
  return SQLITE_DENY;
}

struct Deadline {
  std::chrono::steady_clock::time_point at;
  const std::atomic<bool>* cancelled = nullptr;
};
int over(void* given) {
  const auto& deadline = *static_cast<Deadline*>(given);
  if (deadline.cancelled != nullptr && *deadline.cancelled) return 1;
  return std::chrono::steady_clock::now() > deadline.at ? 1 : 0;
}

// Called on the plain connection, before anything of the file is interpreted.
void harden(Database& db) {
  sqlite3* const raw = db.get();
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  const std::pair<int, int> limits[] = {{SQLITE_LIMIT_LENGTH, 64 << 20},
                                        {SQLITE_LIMIT_SQL_LENGTH, 100'000},
                                        {SQLITE_LIMIT_COLUMN, 100},
                                        {SQLITE_LIMIT_EXPR_DEPTH, 20},
                                        {SQLITE_LIMIT_COMPOUND_SELECT, 3},
                                        {SQLITE_LIMIT_VDBE_OP, 25'000},
                                        {SQLITE_LIMIT_FUNCTION_ARG, 8},
                                        {SQLITE_LIMIT_ATTACHED, 0},
                                        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
                                        {SQLITE_LIMIT_VARIABLE_NUMBER, 20},
                                        {SQLITE_LIMIT_TRIGGER_DEPTH, 1}};
  for (const auto& [limit, value] : limits) sqlite3_limit(raw, limit, value);
  db.run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;");
}

// The schema must be ours to the letter: no table, view or trigger more.
void check_schema(Database& db, std::int64_t version) {
  std::vector<std::string> expected, found;
  const std::string ours = schema_of(version);
  for (std::size_t at = 0; (at = ours.find("CREATE", at)) != std::string::npos;) {
    const auto end = ours.find(';', at);
    expected.emplace_back(ours.substr(at, end - at));
    at = end;
  }
  Statement schema(db, "SELECT type, sql FROM sqlite_master");
  while (schema.step())
    if (const std::string sql = schema.text(1); !sql.empty()) found.push_back(sql);
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  if (expected != found) throw BadRun("its tables are not those of a run");
}

RunHeader read_header(Database& db) {
  Statement select(db, "SELECT value FROM meta WHERE key = 'header'");
  if (!select.step()) throw BadRun("it has no header");
  const core::BytesView bytes = select.blob(0);
  if (bytes.size() > kMaxHeader) throw BadRun("its header is too large");
  RunHeader header = core::decode<RunHeader>(bytes);
  select.reset();
  for (std::size_t i = 0; i < header.nodes.size(); ++i)
    if (header.nodes[i].id != i + 1) throw BadRun("its nodes are not counted from 1");
  return header;
}

std::optional<WallTime> read_began(Database& db) {
  Statement select(db, "SELECT value FROM meta WHERE key = ?1");
  if (!select.bind(1, std::string(kBeganKey)).step()) return std::nullopt;
  // So that a moment of the run can be added to it.
  if (!select.is_integer(0) || select.integer(0) < 0 || select.integer(0) >= std::int64_t{1} << 62)
    throw BadRun("when it began is no time");
  return WallTime(core::Duration(select.integer(0)));
}

Bookmarks bookmarks_in(Database& db) {
  Statement select(db, "SELECT value FROM meta WHERE key = ?1");
  if (!select.bind(1, std::string(kBookmarksKey)).step()) return {};
  return read_bookmarks(select.blob(0));
}

std::vector<std::string> read_names(Database& db) {
  std::vector<std::string> names{""};
  Statement select(db, "SELECT id, name FROM names ORDER BY id");
  while (select.step()) {
    if (select.integer(0) != static_cast<std::int64_t>(names.size()) || names.size() > kMaxNames)
      throw BadRun("its names are not counted from 1");
    if (!select.is_text(1)) throw BadRun("a name is no text");
    names.push_back(select.text(1));
  }
  return names;
}

// The first bytes of a log; they change when its writer begins it anew.
std::string head_of(const std::string& path) {
  std::string head(32, '\0');
  std::ifstream(path, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  return head;
}

// A file that its writer did not finish has a log beside it. Both are copied into a private folder and joined
// there: what lies beside a foreign file is never touched. The copy has no name once it is open.
std::unique_ptr<Database> open_copy(const std::string& path) {
  struct Scratch {
    std::string folder = make_scratch_folder();
    ~Scratch() {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    }
  } scratch;
  const std::string copy = scratch.folder + "/run", log = path + "-wal";
  std::error_code error;
  if (fs::space(scratch.folder, error).available <
      fs::file_size(path, error) + fs::file_size(log, error) + kMaxHeader)
    throw BadRun("there is no room for a private copy of it in " +
                 fs::path(scratch.folder).parent_path().string());
  // When the run is still going, its log may be begun anew between the two copies, which then do not belong
  // together.
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::string before = head_of(log);
    fs::copy_file(path, copy, fs::copy_options::overwrite_existing, error);
    if (!error) fs::copy_file(log, copy + "-wal", fs::copy_options::overwrite_existing, error);
    if (error) throw BadRun("it cannot be copied: " + error.message());
    if (head_of(log) != before) continue;
    ::chmod(copy.c_str(), 0600), ::chmod((copy + "-wal").c_str(), 0600);
    auto db = std::make_unique<Database>(copy, Database::Mode::write);
    harden(*db);
    db->number("PRAGMA schema_version");  // Opens the log, too.
    return db;
  }
  throw BadRun("it changes faster than it can be copied");
}

std::unique_ptr<Database> open_plain(const std::string& path) {
  auto db = std::make_unique<Database>(path, Database::Mode::foreign);
  harden(*db);
  return db;
}

// Whether it is a run at all.
void check_form(Database& db) {
  if (db.number("PRAGMA application_id") != kApplicationId) throw BadRun("it is not a run file");
  const std::int64_t version = db.number("PRAGMA user_version");
  if (version > kFormatVersion)
    throw BadRun("it is of format " + std::to_string(version) + ", and this program knows up to " +
                 std::to_string(kFormatVersion));
  if (version < 1) throw BadRun("it has no format version");
  // SQLite's check keeps a bit for each page that the file claims to have.
  if (db.number("PRAGMA page_size") < 4096) throw BadRun("its pages are too small");
  check_schema(db, version);
}

// What SQLite itself can check, before anything in the file is believed.
void check_pages(Database& db) {
  Statement check(db, "PRAGMA quick_check(1)");
  if (!check.step() || check.text(0) != "ok") throw BadRun("it is damaged");
}

std::int64_t count_rows(Database& db) {
  const std::int64_t rows = db.number("SELECT count(*) FROM events");
  if (rows == 0) return 0;
  if (rows > kMaxRows || db.number("SELECT max(row) FROM events") != rows - 1 ||
      db.number("SELECT min(row) FROM events") != 0)
    throw BadRun("its events are not counted from 0");
  return rows;
}

// The time of each chunk's first event.
std::vector<core::Time> read_first_times(Database& db, std::int64_t rows) {
  std::vector<core::Time> times;
  Statement first(db, "SELECT t_ns FROM events WHERE row = ?1");
  for (std::int64_t row = 0; row < rows; row += kChunkRows) {
    first.reset();
    if (!first.bind(1, row).step()) throw BadRun("an event is missing");
    const core::Time time{core::Duration(first.integer(0))};
    if (!first.is_integer(0) || (!times.empty() && time < times.back()))
      throw BadRun("its events are not in order");
    times.push_back(time);
  }
  return times;
}

// A file as it is found: hardened, not yet believed, and not read for longer than its size allows.
struct Found {
  std::unique_ptr<Database> db;
  Deadline deadline;

  Found(const std::string& given, const std::atomic<bool>* cancelled) {
    // A link's log lies beside what the link names.
    std::error_code error;
    const std::string path = fs::canonical(given, error).string();
    if (error) throw BadRun(error.message());
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) throw BadRun(std::strerror(errno));
    if (!S_ISREG(info.st_mode)) throw BadRun("it is not a plain file");
    if (info.st_size > kMaxFile) throw BadRun("it is too large");
    struct stat log {};
    const bool unfinished =
        ::stat((path + "-wal").c_str(), &log) == 0 && S_ISREG(log.st_mode) && log.st_size > 0;
    db = unfinished ? open_copy(path) : open_plain(path);
    // A disk reads more than 50 MB a second; what a sparse file merely claims to hold gives it no time.
    const auto patience = std::chrono::seconds(20 + (info.st_blocks + log.st_blocks) / 100'000);
    deadline = {std::chrono::steady_clock::now() + patience, cancelled};
    sqlite3_progress_handler(db->get(), 10'000, over, &deadline);
  }
  Found(const Found&) = delete;
  Found& operator=(const Found&) = delete;
  // Read as far as it had to be: from now on it is read as somebody asks.
  std::unique_ptr<Database> take() {
    sqlite3_progress_handler(db->get(), 0, nullptr, nullptr);
    return std::move(db);
  }
};

std::shared_ptr<const Recording> open_checked(const std::string& given, const std::atomic<bool>* cancelled) {
  Found found(given, cancelled);
  Database& db = *found.db;
  check_form(db);
  check_pages(db);
  sqlite3_set_authorizer(db.get(), authorize, nullptr);
  RunHeader header = read_header(db);
  const auto began = read_began(db);
  Bookmarks bookmarks = bookmarks_in(db);
  std::vector<std::string> names = read_names(db);
  const std::int64_t rows = count_rows(db);
  std::vector<core::Time> first_times = read_first_times(db, rows);
  auto source = std::make_unique<RunFileChunks>(found.take(), header.nodes.size());
  source->expect(static_cast<std::size_t>(rows), names.size());
  const std::size_t chunks = first_times.size();
  auto recording = std::make_shared<Recording>(std::move(header), std::move(names), static_cast<std::size_t>(rows), std::move(first_times),
                                               std::make_unique<ReadAhead>(std::move(source), chunks));
  if (began) recording->began(*began);
  recording->set_bookmarks(std::move(bookmarks));
  return recording;
}

Brief brief_checked(const std::string& given) {
  Found found(given, nullptr);
  Database& db = *found.db;
  check_form(db);
  sqlite3_set_authorizer(db.get(), authorize, nullptr);
  Brief brief{read_header(db), 0, {}, read_began(db)};
  Statement last(db, "SELECT row, t_ns FROM events ORDER BY row DESC LIMIT 1");
  if (!last.step()) return brief;
  if (last.integer(0) < 0 || last.integer(0) > kMaxRows || !last.is_integer(1) || last.integer(1) < 0)
    throw BadRun("its last event is damaged");
  brief.events = static_cast<std::size_t>(last.integer(0)) + 1;
  brief.end = core::Time(core::Duration(last.integer(1)));
  return brief;
}

// Whatever is wrong is said in one line that begins with the file.
template <class Read>
auto in_words(const std::string& path, const Read& read) {
  try {
    return read();
  } catch (const BadRun& bad) {
    throw BadRun(path + " cannot be opened: " + bad.what());
  } catch (const core::Malformed& bad) {
    throw BadRun(path + " cannot be opened: its header is damaged: " + bad.what());
  } catch (const StoreError& error) {
    throw BadRun(path + " cannot be opened: " + error.what());
  } catch (const std::bad_alloc&) {
    throw BadRun(path + " cannot be opened: it needs more memory than there is");
  }
}

}  // namespace

bool is_run_file(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::ifstream in(path, std::ios::binary);
  char magic[kMagic.size()] = {};
  in.read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == kMagic;
}

std::shared_ptr<const Recording> open_run(const std::string& path, const std::atomic<bool>* cancelled) {
  return in_words(path, [&] { return open_checked(path, cancelled); });
}

void keep_bookmarks(const std::string& path, const Bookmarks& all) {
  in_words(path, [&] {
    std::error_code error;
    const std::string real = fs::canonical(path, error).string();
    if (error) throw BadRun(error.message());
    Database db(real, Database::Mode::write);
    harden(db);
    check_form(db);
    // With a log beside it while it is changed: a reader joins the two, whatever has become of the writer.
    db.run("PRAGMA journal_mode = WAL");
    {
      const core::Bytes bytes = bookmarks_bytes(in_order(all));
      Statement put(db, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)");
      put.bind(1, std::string(kBookmarksKey)).bind(2, core::BytesView(bytes)).step();
    }
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    db.run("PRAGMA journal_mode = DELETE");
    return 0;
  });
}

Brief read_brief(const std::string& path) {
  return in_words(path, [&] { return brief_checked(path); });
}

}  // namespace record
