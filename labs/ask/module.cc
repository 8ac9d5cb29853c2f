#include "labs/ask/module.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "labs/record/run_file.h"

namespace ask {
namespace {

struct Table {
  sqlite3_vtab base{};   // First: SQLite knows only this.
  Shown* shown = nullptr;
};
struct Cursor {
  sqlite3_vtab_cursor base{};
  std::size_t at = 0, end = 0;
};

Table& table_of(sqlite3_vtab* base) { return *reinterpret_cast<Table*>(base); }
Cursor& cursor_of(sqlite3_vtab_cursor* base) { return *reinterpret_cast<Cursor*>(base); }
Shown& shown_of(sqlite3_vtab_cursor* base) { return *table_of(base->pVtab).shown; }

// SQLite is written in C: what is thrown ends here, and is told its way.
template <class Do, class Fail>
int guarded(Shown& shown, const Do& what, const Fail& failed) {
  try {
    what();
    return SQLITE_OK;
  } catch (const record::BadRun& bad) {
    shown.damaged = true;
    failed(bad.what());
    return SQLITE_ERROR;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception& error) {
    failed(error.what());
    return SQLITE_ERROR;
  }
}

int connect(sqlite3* db, void* given, int, const char* const*, sqlite3_vtab** out, char**) {
  auto* shown = static_cast<Shown*>(given);
  std::string declared;
  for (const auto& column : shown->view->columns)
    declared += (declared.empty() ? "CREATE TABLE x(\"" : ", \"") + std::string(column.name) + "\" " + column.type;
  if (const int code = sqlite3_declare_vtab(db, (declared + ")").c_str()); code != SQLITE_OK) return code;
  auto* table = new (std::nothrow) Table;
  if (table == nullptr) return SQLITE_NOMEM;
  table->shown = shown;
  *out = &table->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* base) {
  delete &table_of(base);
  return SQLITE_OK;
}

bool finds_rows(int op) {
  return op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_GT || op == SQLITE_INDEX_CONSTRAINT_GE ||
         op == SQLITE_INDEX_CONSTRAINT_LT || op == SQLITE_INDEX_CONSTRAINT_LE;
}

// Of a column that rises, bounds are found by halving. The plan is told to filter() as pairs of letters: the column and the
// comparison. SQLite checks each row again, so a bound need not be exact.
int best_index(sqlite3_vtab* base, sqlite3_index_info* info) {
  Rows& rows = *table_of(base).shown->rows;
  std::string plan;
  bool one = false;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.usable == 0 || constraint.iColumn < 0 || !finds_rows(constraint.op) || !rows.rises(constraint.iColumn)) continue;
    plan += {static_cast<char>('a' + constraint.iColumn), static_cast<char>(constraint.op)};
    info->aConstraintUsage[i].argvIndex = static_cast<int>(plan.size() / 2);
    one = one || constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
  }
  info->estimatedRows = one ? 3 : plan.empty() ? 1'000'000 : 100'000;
  info->estimatedCost = one ? 30 : plan.empty() ? 1e6 : 1e5;
  if (info->nOrderBy == 1 && info->aOrderBy[0].desc == 0 && info->aOrderBy[0].iColumn >= 0)
    info->orderByConsumed = rows.rises(info->aOrderBy[0].iColumn) ? 1 : 0;
  info->idxStr = sqlite3_mprintf("%s", plan.c_str());
  info->needToFreeIdxStr = 1;
  return info->idxStr != nullptr ? SQLITE_OK : SQLITE_NOMEM;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  auto* cursor = new (std::nothrow) Cursor;
  if (cursor == nullptr) return SQLITE_NOMEM;
  *out = &cursor->base;
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* base) {
  delete &cursor_of(base);
  return SQLITE_OK;
}

// The first row whose column is not below `value`.
std::size_t first_not_below(Rows& rows, int column, std::int64_t value) {
  std::size_t low = 0, high = rows.count();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (std::get<std::int64_t>(rows.cell(middle, column)) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// A whole number not above the bound; nothing: it is no number, and bounds nothing.
std::optional<std::int64_t> below(sqlite3_value* value) {
  if (sqlite3_value_type(value) == SQLITE_INTEGER) return sqlite3_value_int64(value);
  if (sqlite3_value_type(value) != SQLITE_FLOAT) return std::nullopt;
  const double bound = std::floor(sqlite3_value_double(value));
  if (!(std::abs(bound) < 9e18)) return std::nullopt;
  return static_cast<std::int64_t>(bound);
}

int filter(sqlite3_vtab_cursor* base, int, const char* plan, int count, sqlite3_value** values) {
  Cursor& cursor = cursor_of(base);
  Shown& shown = shown_of(base);
  return guarded(
      shown,
      [&] {
        cursor.at = 0, cursor.end = shown.rows->count();
        for (int i = 0; i < count; ++i) {
          const int column = plan[2 * i] - 'a', op = plan[2 * i + 1];
          const auto bound = below(values[i]);
          if (!bound) continue;
          if (op != SQLITE_INDEX_CONSTRAINT_LT && op != SQLITE_INDEX_CONSTRAINT_LE)
            cursor.at = std::max(cursor.at, first_not_below(*shown.rows, column, *bound));
          // What is at most 2.5 is below 3, and what is at most 2 is, too.
          if (op != SQLITE_INDEX_CONSTRAINT_GT && op != SQLITE_INDEX_CONSTRAINT_GE && *bound < std::numeric_limits<std::int64_t>::max())
            cursor.end = std::min(cursor.end, first_not_below(*shown.rows, column, *bound + 1));
        }
      },
      [&](const char* why) { base->pVtab->zErrMsg = sqlite3_mprintf("%s", why); });
}

int next(sqlite3_vtab_cursor* base) {
  ++cursor_of(base).at;
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* base) { return cursor_of(base).at >= cursor_of(base).end ? 1 : 0; }

struct Tell {
  sqlite3_context* context;
  void operator()(std::monostate) const { sqlite3_result_null(context); }
  void operator()(std::int64_t number) const { sqlite3_result_int64(context, number); }
  void operator()(double number) const { sqlite3_result_double(context, number); }
  void operator()(const std::string& text) const { sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8); }
  void operator()(const core::Bytes& bytes) const { sqlite3_result_blob64(context, bytes.empty() ? "" : static_cast<const void*>(bytes.data()), bytes.size(), SQLITE_TRANSIENT); }
};

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int index) {
  Shown& shown = shown_of(base);
  return guarded(
      shown, [&] { std::visit(Tell{context}, shown.rows->cell(cursor_of(base).at, index)); },
      [&](const char* why) { sqlite3_result_error(context, why, -1); });
}

int rowid(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(cursor_of(base).at);
  return SQLITE_OK;
}

// No xCreate: the table is there without being made. No xUpdate: it cannot be written.
const sqlite3_module kModule = [] {
  sqlite3_module module{};
  module.xConnect = connect, module.xDisconnect = disconnect, module.xBestIndex = best_index;
  module.xOpen = open, module.xClose = close, module.xFilter = filter, module.xNext = next, module.xEof = at_end;
  module.xColumn = column, module.xRowid = rowid;
  return module;
}();

}  // namespace

bool show_as_table(sqlite3* db, Shown& shown) {
  return sqlite3_create_module_v2(db, shown.view->name, &kModule, &shown, nullptr) == SQLITE_OK;
}

}  // namespace ask
