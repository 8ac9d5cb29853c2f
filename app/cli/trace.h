// A trace of requests to a cache, read line by line: a key a line, or CSV with time, key and size. However long it is, only one
// line of it is in memory.
#pragma once
#include <cstdint>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct TraceRequest {
  std::uint64_t key = 0;     // A fingerprint of it: among a hundred million keys two are the same with a chance of 1 in 3,000.
  std::uint64_t bytes = 1;   // Of the object.
};

// Why a trace cannot be read, with the number of the line.
struct BadTrace : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class TraceReader {
 public:
  // Reads the first line, which says what the others look like: without a comma in it, every line is a key; else it is CSV, whose
  // columns are time,key,size (or time,key), or have the names that the first line gives them: `key`, and, if there is one,
  // `size`, at any place.
  explicit TraceReader(std::istream& in);
  // False: that was the last.
  bool next(TraceRequest& request);
  bool has_sizes() const { return size_column_ != kNoColumn; }

 private:
  static constexpr std::size_t kNoColumn = ~std::size_t{0}, kLongestLine = 65536;
  bool read_line();
  void split();
  // Whether the first line is one of names.
  bool is_heading();
  std::string_view column(std::size_t index, const char* what) const;
  [[noreturn]] void refuse(const std::string& why) const;

  std::istream& in_;
  std::string line_;
  std::vector<std::string_view> columns_;   // Of line_.
  std::uint64_t number_ = 0;                // Of line_, from 1.
  bool csv_ = false, waiting_ = false;      // line_ is a request that nobody has taken yet.
  std::size_t time_column_ = 0, key_column_ = 1, size_column_ = kNoColumn;
};

}  // namespace cli
