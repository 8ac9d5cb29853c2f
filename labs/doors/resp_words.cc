#include "labs/doors/resp_words.h"

#include <algorithm>
#include <charconv>

namespace doors {
namespace {

constexpr std::size_t kNumberLine = 32;   // `*` or `$`, a number, and the line's end are shorter.

// The number of `*3\r\n` or `$5\r\n` at `at`, which is moved behind it. Nothing: it is not all there.
std::optional<long long> number_line(std::string_view bytes, std::size_t& at, const char* what) {
  const auto end = bytes.find("\r\n", at);
  if (end == bytes.npos || end - at > kNumberLine) {
    if (bytes.size() - at > kNumberLine) throw BadResp(std::string("Protocol error: invalid ") + what);
    return std::nullopt;
  }
  long long number = 0;
  const char* last = bytes.data() + end;
  const auto read = std::from_chars(bytes.data() + at + 1, last, number);
  if (read.ec != std::errc{} || read.ptr != last) throw BadResp(std::string("Protocol error: invalid ") + what);
  at = end + 2;
  return number;
}

// "a b", 'c d' and bare words; as redis-cli's own, but that \x escapes are kept as they are.
std::vector<std::string> inline_words(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t') {
      ++i;
      continue;
    }
    const char quote = line[i] == '"' || line[i] == '\'' ? line[i] : '\0';
    const std::size_t begin = quote != '\0' ? i + 1 : i;
    const std::size_t end = quote != '\0' ? line.find(quote, begin) : line.find_first_of(" \t", begin);
    if (quote != '\0' && end == line.npos) throw BadResp("Protocol error: unbalanced quotes in request");
    words.emplace_back(line.substr(begin, end == line.npos ? line.npos : end - begin));
    i = end == line.npos ? line.size() : end + 1;
  }
  return words;
}

}  // namespace

std::vector<std::string> read_resp(std::string_view bytes, std::size_t& taken, const RespLimits& limits) {
  taken = 0;
  if (bytes.empty()) return {};
  if (bytes[0] != '*') {
    const auto end = bytes.find('\n');
    if (end == bytes.npos || end > limits.line) {
      if (bytes.size() > limits.line) throw BadResp("Protocol error: too big inline request");
      return {};
    }
    taken = end + 1;
    return inline_words(bytes.substr(0, end > 0 && bytes[end - 1] == '\r' ? end - 1 : end));
  }
  std::size_t at = 0;
  const auto count = number_line(bytes, at, "multibulk length");
  if (!count) return {};
  if (*count > static_cast<long long>(limits.words)) throw BadResp("Protocol error: invalid multibulk length");
  std::vector<std::string> words;
  for (long long i = 0; i < *count; ++i) {
    if (at >= bytes.size()) return {};
    if (bytes[at] != '$') throw BadResp(std::string("Protocol error: expected '$', got '") + bytes[at] + "'");
    const auto length = number_line(bytes, at, "bulk length");
    if (!length) return {};
    if (*length < 0 || *length > static_cast<long long>(limits.word)) throw BadResp("Protocol error: invalid bulk length");
    const auto size = static_cast<std::size_t>(*length);
    if (bytes.size() - at < size + 2) return {};
    if (bytes.substr(at + size, 2) != "\r\n") throw BadResp("Protocol error: a bulk string does not end where it says");
    words.emplace_back(bytes.substr(at, size));
    at += size + 2;
  }
  taken = at;
  return words;
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
