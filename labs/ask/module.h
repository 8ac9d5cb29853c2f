// Shows a view to SQLite as a table that can only be read (sqlite.org/vtab.html), so that nothing is copied to be asked.
#pragma once
#include "labs/ask/views.h"

struct sqlite3;

namespace ask {

// What SQLite reads one view from. Must outlive the connection.
struct Shown {
  const View* view = nullptr;
  Rows* rows = nullptr;
  bool damaged = false;   // The file was damaged where it was read; SQLite's error says how.
};

// False: there is no memory left.
bool show_as_table(sqlite3* db, Shown& shown);

}  // namespace ask
