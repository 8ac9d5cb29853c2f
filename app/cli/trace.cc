#include "app/cli/trace.h"

#include <algorithm>
#include <charconv>

#include "mechanisms/core/fingerprint.h"
#include "mechanisms/core/brief.h"

namespace cli {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

template <class Number>
bool reads_as(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool says_number(std::string_view text) {
  double number = 0;
  return reads_as(text, number);
}

}  // namespace

TraceReader::TraceReader(std::istream& in) : in_(in) {
  if (!read_line()) throw BadTrace("there is no request in it");
  csv_ = line_.find(',') != std::string::npos;
  waiting_ = true;
  if (!csv_) return;
  split();
  if (is_heading()) {
    waiting_ = read_line();
    if (!waiting_) throw BadTrace("there is no request in it");
  } else if (columns_.size() > 3) {
    refuse("it has " + std::to_string(columns_.size()) + " columns without names; name them in a first line, such as time,key,size");
  } else if (columns_.size() == 3) {
    size_column_ = 2;
  }
}

bool TraceReader::is_heading() {
  const auto at = [&](std::string_view name) {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    return found == columns_.end() ? kNoColumn : static_cast<std::size_t>(found - columns_.begin());
  };
  if (at("key") == kNoColumn) return false;
  // `1,key` is a request for a key of that name.
  if (says_number(columns_.front())) return false;
  time_column_ = at("time"), key_column_ = at("key"), size_column_ = at("size");
  return true;
}

bool TraceReader::next(TraceRequest& request) {
  if (!waiting_ && !read_line()) return false;
  waiting_ = false;
  if (csv_) split();
  const std::string_view key = csv_ ? column(key_column_, "key") : trimmed(line_);
  if (key.empty()) refuse("there is no key");
  request.key = core::fingerprint(0, key);
  request.bytes = 1;
  if (csv_ && time_column_ != kNoColumn)
    if (const auto time = column(time_column_, "time"); !says_number(time)) refuse("its time is `" + core::in_brief(time) + "`, which is no number");
  if (has_sizes())
    if (const auto size = column(size_column_, "size"); !reads_as(size, request.bytes)) refuse("its size is `" + core::in_brief(size) + "`, which is no whole number");
  return true;
}

bool TraceReader::read_line() {
  line_.clear();
  ++number_;
  auto& buffer = *in_.rdbuf();
  for (int c = buffer.sbumpc(); c != '\n'; c = buffer.sbumpc()) {
    if (c == std::istream::traits_type::eof()) {
      if (!line_.empty()) return true;
      --number_;
      return false;
    }
    if (line_.size() == kLongestLine) refuse("it is longer than 64 KiB");
    line_ += static_cast<char>(c);
  }
  return true;
}

void TraceReader::split() {
  columns_.clear();
  for (std::string_view rest = line_;;) {
    const auto comma = rest.find(',');
    columns_.push_back(trimmed(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

std::string_view TraceReader::column(std::size_t index, const char* what) const {
  if (index >= columns_.size())
    refuse("there is no " + std::string(what) + ": it has " + std::to_string(columns_.size()) + (columns_.size() == 1 ? " column" : " columns"));
  return columns_[index];
}

void TraceReader::refuse(const std::string& why) const { throw BadTrace("line " + std::to_string(number_) + ": " + why); }

}  // namespace cli
