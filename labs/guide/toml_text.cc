#include "labs/guide/toml_text.h"

#include <algorithm>
#include <vector>

#include "labs/guide/system_toml.h"

namespace guide {
namespace {

constexpr std::size_t kMaxText = 64 * 1024;
constexpr int kMaxDepth = 16;
constexpr int kMaxDots = 100;  // Of one key: `a.b.c = 1` nests, too.

[[noreturn]] void fail_in(int line, const std::string& why) {
  throw BadLab("line " + std::to_string(line) + ": " + why);
}

void check_depth(std::string_view text, int line, const char* what) {
  int depth = 0, dots = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == '.') ++dots;
    if (c == '\n') ++line;
    if (c == '\n' || c == ',' || c == '=' || c == '{') dots = 0;
    if (depth > kMaxDepth || dots > kMaxDots)
      fail_in(line, std::string("the ") + what + " block is nested too deeply");
  }
}

struct GaveUp {};

bool gives_up(std::string_view text) {
  try {
    static_cast<void>(toml::parse(text));
  } catch (const toml::parse_error&) {
  } catch (const GaveUp&) {
    return true;
  }
  return false;
}

// The line at which toml++ gave up: the first that makes it do so.
int line_of_giving_up(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') ends.push_back(i + 1);
  const auto first = std::partition_point(ends.begin(), ends.end(),
                                          [&](std::size_t end) { return !gives_up(text.substr(0, end)); });
  return static_cast<int>(first - ends.begin());
}

}  // namespace

void toml_gives_up() { throw GaveUp{}; }

toml::table parse_toml(std::string_view text, int first_line, const char* what) {
  if (text.size() > kMaxText) fail_in(first_line, std::string("the ") + what + " block is larger than 64 KiB");
  check_depth(text, first_line, what);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    fail_in(first_line + static_cast<int>(error.source().begin.line) - 1, std::string(error.description()));
  } catch (const GaveUp&) {
    fail_in(first_line + line_of_giving_up(text), "this is no TOML");
  }
}

void fail_at(const toml::node& at, int first_line, const std::string& why) {
  const auto line = static_cast<int>(at.source().begin.line);
  fail_in(line > 0 ? first_line + line - 1 : first_line, why);
}

std::string toml_quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace guide
