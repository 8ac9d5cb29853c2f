// A run file: SQLite with plain, documented tables, so that any tool can read it. This is the only place that talks to
// SQLite; run_store.h writes with it, open_run.h opens what others wrote.
#pragma once
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
inline constexpr std::int32_t kFormatVersion = 1;
extern const char* const kSchema;  // Every CREATE statement, with what the columns mean.

// A connection. Closes itself.
class Database {
 public:
  enum class Mode { create, write, read };
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

 private:
  Database& db_;
  sqlite3_stmt* statement_ = nullptr;
};

// Reads chunks of the events table, and checks every row: a file may be foreign.
class RunFileChunks : public ChunkSource {
 public:
  // `rows`: how many the table holds, or more than it ever will for one that grows. Names and nodes bound what rows say.
  RunFileChunks(std::unique_ptr<Database> db, std::size_t nodes, bool trusted);
  std::shared_ptr<const Chunk> load(std::size_t index) override;
  void expect(std::size_t rows, std::size_t names) { rows_ = rows, names_ = names; }
  // Something to remove when this goes: a private copy's folder.
  std::string scratch_folder;
  ~RunFileChunks() override;

 private:
  std::mutex mutex_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Statement> select_;
  std::size_t nodes_;
  std::size_t rows_ = ~std::size_t{0}, names_ = ~std::size_t{0};
  bool trusted_;
};

}  // namespace record
