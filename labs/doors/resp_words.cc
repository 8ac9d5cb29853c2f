#include "labs/doors/resp_words.h"

#include <algorithm>
#include <charconv>

namespace doors {
namespace {

constexpr std::size_t kNumberLine = 32;   // `*` or `$`, a number, and the line's end are shorter.

// The number of `*3\r\n` or `$5\r\n` at `at`, which is moved behind it. Nothing: it is not all there.
std::optional<long long> number_line(std::string_view bytes, std::size_t& at, const char* what) {
  const auto line = bytes.substr(at, kNumberLine);
  const auto end = line.find("\r\n");
  if (end == line.npos) {
    if (line.size() == kNumberLine) throw BadResp(std::string("Protocol error: invalid ") + what);
    return std::nullopt;
  }
  long long number = 0;
  const auto read = std::from_chars(line.data() + 1, line.data() + end, number);
  if (read.ec != std::errc{} || read.ptr != line.data() + end) throw BadResp(std::string("Protocol error: invalid ") + what);
  at += end + 2;
  return number;
}

std::optional<char> hex_byte(std::string_view two) {
  unsigned value = 0;
  if (two.size() != 2 || std::from_chars(two.data(), two.data() + 2, value, 16).ptr != two.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

// What stands behind a backslash between double quotes at `i`, which is moved to its last character.
char escaped(std::string_view line, std::size_t& i) {
  switch (line[i]) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    case 'x':
      if (const auto byte = hex_byte(line.substr(i + 1, 2))) {
        i += 2;
        return *byte;
      }
      return 'x';
    default: return line[i];
  }
}

// The word at `i` that begins and ends with this quote; `i` is moved behind it.
std::string quoted(std::string_view line, std::size_t& i) {
  const char quote = line[i++];
  std::string word;
  for (; i < line.size() && line[i] != quote; ++i) {
    const bool escapes = line[i] == '\\' && i + 1 < line.size() && (quote == '"' || line[i + 1] == '\'');
    word += escapes ? escaped(line, ++i) : line[i];
  }
  const bool ends = i < line.size() && (i + 1 == line.size() || line[i + 1] == ' ' || line[i + 1] == '\t');
  if (!ends) throw BadResp("Protocol error: unbalanced quotes in request");
  ++i;
  return word;
}

// "a b", 'c d' and bare words, as redis-cli and Redis read them.
std::vector<std::string> inline_words(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t') {
      ++i;
    } else if (line[i] == '"' || line[i] == '\'') {
      words.push_back(quoted(line, i));
    } else {
      const std::size_t end = std::min(line.find_first_of(" \t", i), line.size());
      words.emplace_back(line.substr(i, end - i));
      i = end;
    }
  }
  return words;
}

}  // namespace

std::size_t RespReader::read(std::string_view bytes) {
  if (bytes.empty()) return 0;
  if (bytes[0] != '*') return read_line(bytes);
  if (!read_array(bytes)) {
    if (bytes.size() > limits_.request) throw BadResp("Protocol error: too big request");
    return 0;
  }
  words_.clear();
  for (const auto& [from, length] : found_) words_.emplace_back(bytes.substr(from, length));
  inline_ = false;
  found_.clear(), count_.reset(), length_.reset();
  return std::exchange(at_, 0);
}

std::size_t RespReader::read_line(std::string_view bytes) {
  const auto end = bytes.find('\n', at_);
  if (end == bytes.npos || end > limits_.line) {
    if (bytes.size() > limits_.line) throw BadResp("Protocol error: too big inline request");
    at_ = bytes.size();
    return 0;
  }
  at_ = 0;
  inline_ = true;
  words_ = inline_words(bytes.substr(0, end > 0 && bytes[end - 1] == '\r' ? end - 1 : end));
  return end + 1;
}

// Whether the request is whole.
bool RespReader::read_array(std::string_view bytes) {
  if (!count_) {
    const auto count = number_line(bytes, at_, "multibulk length");
    if (!count) return false;
    if (*count > static_cast<long long>(limits_.words)) throw BadResp("Protocol error: invalid multibulk length");
    count_ = static_cast<std::size_t>(std::max(*count, 0LL));
  }
  while (found_.size() < *count_) {
    if (!length_) {
      if (at_ >= bytes.size()) return false;
      if (bytes[at_] != '$') throw BadResp(std::string("Protocol error: expected '$', got '") + bytes[at_] + "'");
      const auto length = number_line(bytes, at_, "bulk length");
      if (!length) return false;
      if (*length < 0 || *length > static_cast<long long>(limits_.word)) throw BadResp("Protocol error: invalid bulk length");
      length_ = static_cast<std::size_t>(*length);
    }
    if (bytes.size() - at_ < *length_ + 2) return false;
    if (bytes.substr(at_ + *length_, 2) != "\r\n") throw BadResp("Protocol error: a bulk string does not end where it says");
    found_.emplace_back(at_, *length_);
    at_ += *length_ + 2;
    length_.reset();
  }
  return true;
}

std::string resp_simple(std::string_view word) { return "+" + std::string(word) + "\r\n"; }

std::string resp_error(std::string_view words) {
  std::string line(words);
  std::replace_if(line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return "-" + line + "\r\n";
}

std::string resp_integer(long long value) { return ":" + std::to_string(value) + "\r\n"; }

std::string resp_bulk(const std::optional<std::string>& value) {
  return value ? "$" + std::to_string(value->size()) + "\r\n" + *value + "\r\n" : "$-1\r\n";
}

std::string resp_array(const std::vector<std::string>& written) {
  std::string all = "*" + std::to_string(written.size()) + "\r\n";
  for (const auto& one : written) all += one;
  return all;
}

}  // namespace doors
