// What one shard keeps: rows in the order of their points, how many bytes they are, and where it could be cut in two.
//
// Guarantees
//   1. bytes() is the sum over all rows, whatever was done.
//   2. split_off and take_over lose no row and double none.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/partitioning/table.h"

namespace partitioning {

// One row as it is stored, sent and logged. No value: it was deleted.
struct Row {
  std::string point{};
  std::optional<std::string> value{};
  FIELDS(Row, point, value)
  std::uint64_t bytes() const { return point.size() + (value ? value->size() : 0); }
};

class Store {
 public:
  const std::string* get(std::string_view point) const;
  void put(const Row& row);
  // The rows of a range in order, at most `limit` of them.
  std::vector<Row> scan(const Range& range, std::size_t limit) const;
  // The rows of a range in order, until they are `bytes` or more; one at least, if there is one.
  std::vector<Row> scan_bytes(const Range& range, std::uint64_t bytes) const;

  std::size_t size() const { return rows_.size(); }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t bytes(const Range& range) const;
  // The first point behind half of the bytes where `order` lets it be cut; empty: it cannot be cut.
  std::string middle(Order order) const;

  // Gives away the rows from `point` on.
  Store split_off(std::string_view point);
  // Takes all rows of another, whose points are none of its own.
  void take_over(Store other);

  FIELDS(Store, rows_, bytes_)

 private:
  std::map<std::string, std::string> rows_;
  std::uint64_t bytes_ = 0;
};

}  // namespace partitioning
