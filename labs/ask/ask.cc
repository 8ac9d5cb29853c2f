#include "labs/ask/ask.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "labs/ask/module.h"
#include "labs/record/run_file.h"
#include "mechanisms/core/brief.h"
#include "mechanisms/core/text.h"

namespace ask {
namespace {

using Wall = std::chrono::steady_clock;

bool is_view(std::string_view name) {
  return std::any_of(views().begin(), views().end(), [&](const View& view) { return name == view.name; });
}

// SELECT over the views, with functions that only compute. A table of which no column is read is named without a database,
// and so is what WITH defines: counting the rows of either tells nothing, but of SQLite's own tables not even that.
int authorize(void*, int action, const char* first, const char* second, const char* database, const char*) {
  const std::string_view name = first != nullptr ? first : "";
  if (action == SQLITE_SELECT || action == SQLITE_RECURSIVE) return SQLITE_OK;
  if (action == SQLITE_FUNCTION) {
    const std::string_view function = second != nullptr ? second : "";
    return function == "load_extension" || function == "fts3_tokenizer" ? SQLITE_DENY : SQLITE_OK;
  }
  if (action != SQLITE_READ) return SQLITE_DENY;
  if (is_view(name)) return SQLITE_OK;
  const bool own = sqlite3_strnicmp(name.data(), "sqlite_", 7) == 0 || sqlite3_strnicmp(name.data(), "pragma_", 7) == 0;
  return database == nullptr && !own ? SQLITE_OK : SQLITE_DENY;
}

// Looked at between two of SQLite's own steps. Not SQLite's own limit on memory: that one would meet whoever asks for more next,
// and that may be the run that is being recorded.
struct Watch {
  enum class End : std::uint8_t { none, time, memory, cancelled };
  Wall::time_point end{};
  const std::atomic<bool>* cancelled = nullptr;
  sqlite3_int64 most = 0;          // That SQLite may hold,
  std::size_t samples = 0;         // with what percentile() keeps.
  End why = End::none;

  bool too_much() const { return sqlite3_memory_used() + static_cast<sqlite3_int64>(samples) > most; }
  bool over() {
    if (cancelled != nullptr && *cancelled) why = End::cancelled;
    else if (too_much()) why = End::memory;
    else if (Wall::now() > end) why = End::time;
    return why != End::none;
  }
};

int is_over(void* watch) { return static_cast<Watch*>(watch)->over() ? 1 : 0; }

// The aggregate percentile(x, p). SQLite keeps its few bytes between the rows, from zeros.
struct Samples {
  std::vector<double>* all;
  double percent;
};

void add_sample(sqlite3_context* context, int, sqlite3_value** values) {
  auto* samples = static_cast<Samples*>(sqlite3_aggregate_context(context, sizeof(Samples)));
  if (samples == nullptr) return sqlite3_result_error_nomem(context);
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  samples->percent = sqlite3_value_double(values[1]);
  try {
    if (samples->all == nullptr) samples->all = new std::vector<double>;
    auto& watch = *static_cast<Watch*>(sqlite3_user_data(context));
    const std::size_t had = samples->all->capacity();
    samples->all->push_back(sqlite3_value_double(values[0]));
    watch.samples += (samples->all->capacity() - had) * sizeof(double);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

void end_samples(sqlite3_context* context) {
  auto* samples = static_cast<Samples*>(sqlite3_aggregate_context(context, 0));
  if (samples == nullptr || samples->all == nullptr) return sqlite3_result_null(context);
  const std::unique_ptr<std::vector<double>> all(samples->all);
  static_cast<Watch*>(sqlite3_user_data(context))->samples -= all->capacity() * sizeof(double);
  if (!(samples->percent >= 0 && samples->percent <= 100))
    return sqlite3_result_error(context, "percentile takes a percentage from 0 to 100", -1);
  const auto at = all->begin() + static_cast<std::ptrdiff_t>(samples->percent / 100 * static_cast<double>(all->size() - 1));
  std::nth_element(all->begin(), at, all->end());
  sqlite3_result_double(context, *at);
}

void set_limits(sqlite3* db) {
  const std::pair<int, int> limits[] = {{SQLITE_LIMIT_LENGTH, 1 << 20},        {SQLITE_LIMIT_SQL_LENGTH, 100'000},
                                        {SQLITE_LIMIT_COLUMN, 200},            {SQLITE_LIMIT_EXPR_DEPTH, 100},
                                        {SQLITE_LIMIT_COMPOUND_SELECT, 20},    {SQLITE_LIMIT_VDBE_OP, 100'000},
                                        {SQLITE_LIMIT_FUNCTION_ARG, 16},       {SQLITE_LIMIT_ATTACHED, 0},
                                        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200}, {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                                        {SQLITE_LIMIT_WORKER_THREADS, 0}};
  for (const auto& [limit, value] : limits) sqlite3_limit(db, limit, value);
}

struct CloseDb {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

// A connection to nothing but the views of a recording.
class Asked {
 public:
  Asked(const record::Recording& recording, const Limits& limits) : limits_(limits), rows_(rows_of(recording)), shown_(rows_.size()) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2("", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
    db_.reset(raw);
    if (code != SQLITE_OK) throw BadQuestion("there is no memory left");
    set_limits(raw);
    bool all = sqlite3_exec(raw, "PRAGMA temp_store = MEMORY", nullptr, nullptr, nullptr) == SQLITE_OK;
    // Each is looked at once before there is an authorizer, for SQLite learns of its columns by a CREATE TABLE.
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      shown_[i].view = &views()[i], shown_[i].rows = rows_[i].get();
      all = all && show_as_table(raw, shown_[i]) && Prepared(prepared("SELECT 1 FROM " + std::string(views()[i].name))) != nullptr;
    }
    all = all && sqlite3_create_function_v2(raw, "percentile", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, &watch_, nullptr, add_sample, end_samples, nullptr) == SQLITE_OK;
    if (!all) throw BadQuestion("there is no memory left");
    sqlite3_set_authorizer(raw, authorize, nullptr);
    watch_.end = Wall::now() + limits.time;
    watch_.cancelled = limits.cancelled;
    watch_.most = sqlite3_memory_used() + static_cast<sqlite3_int64>(limits.memory);
    sqlite3_progress_handler(raw, 1000, is_over, &watch_);
  }

  void answer(const std::string& question, Answer& answer) {
    const Prepared statement = prepare(question);
    std::vector<std::string> names;
    const int columns = sqlite3_column_count(statement.get());
    for (int i = 0; i < columns; ++i) names.emplace_back(sqlite3_column_name(statement.get(), i));
    answer.columns(names);
    std::vector<Cell> cells(static_cast<std::size_t>(columns));
    for (;;) {
      const int code = sqlite3_step(statement.get());
      if (code == SQLITE_DONE) return;
      if (code != SQLITE_ROW) fail(question);
      for (int i = 0; i < columns; ++i) cells[static_cast<std::size_t>(i)] = cell(statement.get(), i);
      const auto before = Wall::now();
      if (!answer.row(cells)) return;
      watch_.end += Wall::now() - before;
    }
  }

 private:
  // Null when it is none. `rest`: what follows the first statement.
  sqlite3_stmt* prepared(const std::string& sql, const char** rest = nullptr) {
    sqlite3_stmt* raw = nullptr;
    failed_ = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, rest) != SQLITE_OK;
    return raw;
  }

  Prepared prepare(const std::string& question) {
    const char* rest = nullptr;
    Prepared statement(prepared(question, &rest));
    if (failed_) fail(question);
    if (!statement) throw BadQuestion("there is no question in it");
    if (sqlite3_column_count(statement.get()) == 0) throw BadQuestion(only_this());
    if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos)
      throw BadQuestion(place(question, static_cast<int>(rest - question.c_str())) + "one question at a time");
    if (sqlite3_bind_parameter_count(statement.get()) > 0) throw BadQuestion("there is nothing to put in the place of ? and :names");
    return statement;
  }

  static Cell cell(sqlite3_stmt* statement, int i) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_column_int64(statement, i));
      case SQLITE_FLOAT: return sqlite3_column_double(statement, i);
      case SQLITE_TEXT: return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, i)), size);
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, i));
        return bytes != nullptr ? core::Bytes(bytes, bytes + size) : core::Bytes();
      }
      default: return std::monostate();
    }
  }

  // `at character 8, before "frm events": `; people count from 1, and letters, not bytes.
  static std::string place(const std::string& question, int offset) {
    if (offset < 0 || static_cast<std::size_t>(offset) > question.size()) return "";
    const auto byte = static_cast<std::size_t>(offset);
    const auto letters = std::count_if(question.begin(), question.begin() + offset, [](char c) { return (c & 0xc0) != 0x80; });
    const std::string from = core::in_brief(std::string_view(question).substr(byte), 20);
    return "at character " + std::to_string(letters + 1) + (from.empty() ? "" : ", before `" + from + "`") + ": ";
  }

  [[noreturn]] void fail(const std::string& question) {
    const std::string why = core::in_brief(sqlite3_errmsg(db_.get()), 300);
    for (const Shown& shown : shown_)
      if (shown.damaged) throw record::BadRun(why);
    switch (sqlite3_extended_errcode(db_.get()) & 0xff) {
      case SQLITE_INTERRUPT:
        if (watch_.why == Watch::End::cancelled) throw BadQuestion("it was cancelled");
        if (watch_.why == Watch::End::memory) throw BadQuestion(needs_less());
        throw BadQuestion("it takes longer than " + core::text(limits_.time) + ": ask for less, or give it more time");
      case SQLITE_NOMEM: throw BadQuestion(needs_less());
      case SQLITE_TOOBIG: throw BadQuestion("a text or a row in it is larger than 1 MiB, or the question is too long");
      case SQLITE_AUTH: throw BadQuestion(only_this());
      default:
        // So it says of a function, of a table that SQLite itself would make, and of a view that should be written.
        if (why.starts_with("not authorized") || why.starts_with("vtable constructor failed") || why.ends_with("may not be modified")) throw BadQuestion(only_this());
        throw BadQuestion(place(question, sqlite3_error_offset(db_.get())) + in_words(why));
    }
  }

  std::string needs_less() const { return "it needs more than " + std::to_string(limits_.memory >> 20) + " MiB of memory: ask for less"; }
  static std::string only_this() { return "only SELECT is done, and only over the views " + all_views(); }
  static std::string all_views() {
    std::string all;
    for (const View& view : views()) all += (all.empty() ? "" : ", ") + std::string(view.name);
    return all;
  }

  // SQLite's complaint, and the word that was perhaps meant.
  static std::string in_words(const std::string& why) {
    const auto colon = why.rfind(": ");
    std::vector<std::string> known;
    for (const View& view : views()) {
      if (why.starts_with("no such table")) known.emplace_back(view.name);
      if (why.starts_with("no such column"))
        for (const Column& column : view.columns) known.emplace_back(column.name);
    }
    if (known.empty() || colon == std::string::npos) return why;
    std::string word = why.substr(colon + 2);
    if (const auto dot = word.rfind('.'); dot != std::string::npos) word.erase(0, dot + 1);
    const std::string near = core::nearest(word, known);
    if (!near.empty()) return why + ", did you mean `" + near + "`?";
    return why.starts_with("no such table") ? why + "; there are " + all_views() : why;
  }

  Limits limits_;
  std::vector<std::unique_ptr<Rows>> rows_;
  std::vector<Shown> shown_;
  Watch watch_;
  bool failed_ = false;                    // The last statement could not be prepared.
  std::unique_ptr<sqlite3, CloseDb> db_;   // Last: it goes first.
};

}  // namespace

void ask(const record::Recording& recording, const std::string& question, const Limits& limits, Answer& answer) {
  Asked(recording, limits).answer(question, answer);
}

const std::vector<Example>& examples() {
  static const std::vector<Example> all{
      {"What share of the messages was lost, by type?",
       "select type, count(*) as sent,\n"
       "  round(100.0 * sum(fate = 'lost') / count(*), 2) as lost_percent\n"
       "from messages group by type order by lost_percent desc, type"},
      {"How long did clients wait, second by second?",
       "select called_ns / 1000000000 as second, count(*) as operations,\n"
       "  percentile(latency_ns, 99) / 1e6 as p99_ms\n"
       "from operations where outcome = 'ok' group by second order by second"},
      {"Who was leader when?",
       "with states as (select node, kind, type, value, t_ns,\n"
       "    lead(t_ns, 1, (select max(t_ns) from events))\n"
       "      over (partition by node order by row) as until_ns\n"
       "  from events where kind in ('show', 'crash', 'restart'))\n"
       "select node, value as term,\n"
       "  min(t_ns) / 1e9 as from_s, max(until_ns) / 1e9 as to_s\n"
       "from states where kind = 'show' and type = 'leader'\n"
       "group by node, value order by from_s"},
  };
  return all;
}

}  // namespace ask
