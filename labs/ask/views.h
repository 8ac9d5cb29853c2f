// What a run looks like to SQL: a few views with the columns that questions need, each computed from the recording as it is
// asked for. The run file itself is never shown to SQL: whatever a foreign file holds, only its checked events come through.
#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "labs/record/recording.h"

namespace ask {

struct Column {
  const char* name;
  const char* type;   // INTEGER, REAL, TEXT, BLOB
  const char* says;
};

struct View {
  const char* name;
  const char* says;
  std::vector<Column> columns;
};

// All there are: events, messages, operations, metrics, commands, notes, nodes.
const std::vector<View>& views();

// NULL, a number, text, bytes.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string, core::Bytes>;

// The rows of one view of one recording, counted from 0.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual std::size_t count() = 0;
  // `column` counts the view's. Throws BadRun when the file is damaged there.
  virtual Cell cell(std::size_t row, int column) = 0;
  // Whether this column is a whole number that never falls from row to row, so that a row is found by halving.
  virtual bool rises(int column) const = 0;
};

// Of each of views(), in that order. What is common to several is read once, when one of them is first asked. The recording
// must outlive them.
std::vector<std::unique_ptr<Rows>> rows_of(const record::Recording& recording);

}  // namespace ask
