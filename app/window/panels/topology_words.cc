#include "app/window/panels/topology_words.h"

#include <algorithm>
#include <array>

#include "mechanisms/core/text.h"

namespace window {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

bool number_of(std::string_view text, std::uint64_t& v) { return !text.empty() && core::parse(text, v); }

bool number_in(const Fields& fields, std::string_view name, std::uint64_t& v) {
  for (const auto& [field, value] : fields)
    if (field == name) return number_of(value, v);
  return false;
}

// `[1 1 4]` of numbers; false: it is no such list.
bool numbers_of(std::string_view text, std::vector<std::uint64_t>& out) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  for (const auto& word : core::split_words(text.substr(1, text.size() - 2))) {
    std::uint64_t v = 0;
    if (!number_of(word, v)) return false;
    out.push_back(v);
  }
  return true;
}

// Numbers that say how far a node is, before those that name somebody.
constexpr std::array<std::string_view, 13> kTelling{"commit", "last", "applied", "busy", "queued", "open", "answered", "received",
                                                    "size",   "used", "keys",    "hits", "version"};

void say_numbers(const Fields& fields, std::string_view epoch_word, NodeWords& words) {
  std::size_t said = 0;
  for (const auto wanted : kTelling) {
    std::uint64_t v = 0;
    if (said == 2 || !number_in(fields, wanted, v)) continue;
    words.said += (said++ > 0 ? " \u00b7 " : "") + std::string(wanted) + " " + std::to_string(v);
  }
  for (const auto& [name, value] : fields) {
    std::uint64_t v = 0;
    if (said > 0 || name == epoch_word || !number_of(value, v)) continue;
    words.said = name + " " + value;
    ++said;
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> shown_fields(std::string_view text) {
  Fields fields;
  const std::size_t open = text.find('{');
  if (open == std::string_view::npos || text.back() != '}') return fields;
  text = text.substr(open + 1, text.size() - open - 2);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) break;
    int depth = 0;
    bool quoted = false;
    std::size_t end = equals + 1;
    for (; end < text.size() && (depth > 0 || quoted || text[end] != ' '); ++end) {
      const char c = text[end];
      if (quoted && c == '\\') { ++end; continue; }
      if (c == '"') quoted = !quoted;
      if (quoted) continue;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
    end = std::min(end, text.size());
    fields.emplace_back(std::string(text.substr(at, equals - at)), std::string(text.substr(equals + 1, end - equals - 1)));
    at = end + 1;
  }
  return fields;
}

NodeWords words_of(std::string_view shown, std::string_view epoch_word) {
  NodeWords words;
  const Fields fields = shown_fields(shown);
  for (const auto& [name, value] : fields) {
    words.lines.push_back(name + " " + value);
  }
  for (const auto& [name, value] : fields)
    if (name == "newest" && numbers_of(value, words.newest) && number_in(fields, "last", words.last) &&
        number_in(fields, "commit", words.commit) && words.newest.size() <= words.last)
      words.has_log = true;
  if (!words.has_log) words.newest.clear();
  say_numbers(fields, epoch_word, words);
  return words;
}

}  // namespace window
