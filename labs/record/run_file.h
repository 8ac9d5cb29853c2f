// A run file: SQLite with plain, documented tables, so that any tool can read it. This is the only place that talks to
// SQLite; run_store.h writes with it, open_run.h opens what others wrote.
#pragma once
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "labs/record/recording.h"

struct sqlite3;
struct sqlite3_stmt;

namespace record {

// A file that is no run, is damaged, or is of a newer format: one line, in words.
struct BadRun : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Writing failed: the disk is full, the file is gone.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::int32_t kApplicationId = 0x466c746c;  // "Fltl"
inline constexpr std::int32_t kFormatVersion = 3;  // 2 knows of arm, link and around, 3 of siblings, versions and stamps. All are read.
inline constexpr std::int32_t kStampsSince = 3;
// In `meta`: nanoseconds since 1970, UTC. Files of before have none, and programs of before do not look for it.
inline constexpr const char* kBeganKey = "began_ns";
extern const char* const kSchema;  // Every CREATE statement, with what the columns mean.
std::string schema_of(std::int64_t version);  // As it was in an earlier format.

// A connection. Closes itself.
class Database {
 public:
  // `foreign`: read, as if nobody else ever wrote to it; what lies beside the file is not looked at.
  enum class Mode { create, write, read, foreign };
  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);                    // Throws StoreError.
  std::int64_t number(const char* sql);         // The one number of a query; throws StoreError.
  sqlite3* get() const { return db_; }
  std::string error() const;

 private:
  sqlite3* db_ = nullptr;
};

class Statement {
 public:
  Statement(Database& db, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int at, std::int64_t v);
  Statement& bind(int at, double v);
  Statement& bind(int at, const std::string& v);
  Statement& bind(int at, core::BytesView v);   // NULL when it is empty. Must live until the step.
  bool step();                                  // True: there is a row. Resets itself at the end. Throws StoreError.
  void reset();
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  core::BytesView blob(int column) const;       // Until the next step.
  bool is_integer(int column) const;
  bool is_real(int column) const;
  bool is_text(int column) const;
  bool is_blob(int column) const;
  bool is_null(int column) const;

 private:
  Database& db_;
  sqlite3_stmt* statement_ = nullptr;
};

// Reads chunks of the events table, and checks every row: a file may be foreign.
class RunFileChunks : public ChunkSource {
 public:
  RunFileChunks(std::unique_ptr<Database> db, std::size_t nodes);
  ~RunFileChunks() override;
  std::shared_ptr<const Chunk> load(std::size_t index) override;
  // How many rows the table holds, and how many names there are. Without it: more than anybody asks for.
  void expect(std::size_t rows, std::size_t names) { rows_ = rows, names_ = names; }
  // Lets go of the file while `change` does something that needs it for itself. Who wants to read meanwhile waits.
  void reopen(const std::string& path, const std::function<void()>& change);

 private:
  void open(std::unique_ptr<Database> db);
  void read_rows(Chunk& chunk);

  std::mutex mutex_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Statement> select_;   // Null when the file could not be opened again.
  std::size_t nodes_;
  std::size_t rows_ = ~std::size_t{0}, names_ = ~std::size_t{0};
};

// Makes a folder that only this user can enter, where large things may lie: $TMPDIR, or else /var/tmp, for /tmp may be
// memory. Throws StoreError.
std::string make_scratch_folder();

}  // namespace record
