// Questions to a run in SQL. What is promised:
//   1. A question reads the views of labs/ask/views.h and nothing else: no file, no setting, no other table. It cannot write.
//   2. It ends within its time and its memory, or is ended, and says so.
//   3. A foreign file's own tables, views and triggers have no part in it: the connection is an empty one in memory, and what
//      it shows are events that the recording has checked.
#pragma once
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "labs/ask/views.h"
#include "mechanisms/core/time.h"

namespace ask {

struct Limits {
  core::Duration time = std::chrono::seconds(30);   // Of SQLite's own work; what the answer's reader does is not counted.
  std::size_t memory = std::size_t{512} << 20;      // Beyond what SQLite has in this process when the question begins.
  const std::atomic<bool>* cancelled = nullptr;     // Once it is true, nobody wants the answer any more.
};

// A question that cannot be answered: in words, with the place where it goes wrong.
struct BadQuestion : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Who hears the answer, row by row.
class Answer {
 public:
  virtual ~Answer() = default;
  virtual void columns(const std::vector<std::string>& names) = 0;
  virtual bool row(const std::vector<Cell>& cells) = 0;   // False: enough.
};

// Besides SQLite's functions there is percentile(x, p), an aggregate: of the x in order, the one with p percent of them
// before it, as `faultline show` has it. Throws BadQuestion; BadRun when the recording's file is damaged.
void ask(const record::Recording& recording, const std::string& question, const Limits& limits, Answer& answer);

// Questions that somebody else had, with what they are for.
struct Example {
  const char* asks;
  const char* sql;
};
const std::vector<Example>& examples();

}  // namespace ask
