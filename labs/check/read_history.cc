#include "labs/check/read_history.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace check {
namespace {

constexpr std::size_t kMaxFile = 256u << 20;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxValues = 100'000;        // In one map.
constexpr std::size_t kMaxOperations = 2'000'000;  // Some hundred bytes each.

[[noreturn]] void bad_line(std::uint64_t line, const std::string& why) {
  throw BadHistory("line " + std::to_string(line) + ": " + why);
}

// A word of the file in a message: short, and of one line whatever it holds.
std::string shown(std::string_view word) {
  std::string out = "`";
  for (const char c : word.substr(0, 40)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (word.size() > 40 ? "..`" : "`");
}

// One value of EDN, as far as histories use it.
struct Edn {
  enum class Kind { nil, word, number, text, keyword, list, map };
  Kind kind = Kind::nil;
  std::string text;        // word, number, text, keyword (without its colon)
  std::vector<Edn> items;  // list; map: keys and values in turn

  const Edn* find(std::string_view key) const {
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
      if (items[i].kind == Kind::keyword && items[i].text == key) return &items[i + 1];
    return nullptr;
  }
};

class EdnReader {
 public:
  explicit EdnReader(std::string_view in, std::uint64_t line = 1) : in_(in), line_(line) {}

  bool at_end() {
    skip_blank();
    return in_.empty();
  }
  // One value that stands by itself: a map of the history.
  Edn whole() {
    values_ = 0;
    return value();
  }
  char peek() const { return in_.empty() ? '\0' : in_.front(); }
  bool take(char c) {
    skip_blank();
    if (peek() != c) return false;
    in_.remove_prefix(1);
    return true;
  }
  std::uint64_t line() const { return line_; }
  [[noreturn]] void fail(const std::string& why) const { bad_line(line_, why); }

  Edn value(std::size_t depth = 0) {
    if (depth > kMaxDepth) fail("nested too deeply");
    if (++values_ > kMaxValues) fail("more than 100,000 values in one map");
    skip_blank();
    if (in_.empty()) fail("the text ends too early");
    const char c = in_.front();
    if (c == '{' || c == '[' || c == '(') return list(c, depth, c == '{' ? Edn::Kind::map : Edn::Kind::list);
    if (c == '"') return quoted();
    if (c == '^') {  // Metadata of the value that follows.
      in_.remove_prefix(1);
      value(depth + 1);
      return value(depth + 1);
    }
    if (c == '#') {
      in_.remove_prefix(1);
      if (peek() == '{') return list('{', depth, Edn::Kind::list);  // A set.
      // A tag, such as #jepsen.history.Op{..}: only what it tags matters.
      while (!in_.empty() && !is_delimiter(in_.front())) in_.remove_prefix(1);
      return value(depth + 1);
    }
    return word();
  }

 private:
  static bool is_delimiter(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']' ||
           c == '(' || c == ')' || c == '"';
  }
  void skip_blank() {
    while (!in_.empty()) {
      const char c = in_.front();
      if (c == ';') {
        while (!in_.empty() && in_.front() != '\n') in_.remove_prefix(1);
        continue;
      }
      if (c == '\n') ++line_;
      if (in_.starts_with("#_") && !discarding_) {  // The value behind it is left out.
        in_.remove_prefix(2);
        discarding_ = true;
        value(1);
        discarding_ = false;
        continue;
      }
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ',') return;
      in_.remove_prefix(1);
    }
  }
  Edn list(char open, std::size_t depth, Edn::Kind kind) {
    const char close = open == '{' ? '}' : open == '[' ? ']' : ')';
    const std::uint64_t begins = line_;
    Edn v;
    v.kind = kind;
    in_.remove_prefix(1);
    while (!take(close)) {
      if (in_.empty()) bad_line(begins, "`" + std::string(1, open) + "` is not closed");
      v.items.push_back(value(depth + 1));
    }
    if (v.kind == Edn::Kind::map && v.items.size() % 2 != 0) fail("a map has a key without a value");
    return v;
  }
  Edn quoted() {
    Edn v;
    v.kind = Edn::Kind::text;
    const std::uint64_t begins = line_;
    in_.remove_prefix(1);
    for (;;) {
      if (in_.empty()) bad_line(begins, "a text is not closed");
      char c = in_.front();
      in_.remove_prefix(1);
      if (c == '"') return v;
      if (c == '\n') ++line_;
      if (c == '\\' && !in_.empty()) {
        const char e = in_.front();
        if (e == '\n') ++line_;
        c = e == 'n' ? '\n' : e == 't' ? '\t' : e == 'r' ? '\r' : e;
        in_.remove_prefix(1);
      }
      v.text += c;
    }
  }
  Edn word() {
    std::size_t n = in_.front() == '\\' && in_.size() > 1 ? 2 : 0;  // A character, such as \{ is one, too.
    while (n < in_.size() && !is_delimiter(in_[n])) ++n;
    if (n == 0) fail(shown(in_.substr(0, 1)) + " does not belong here");
    Edn v;
    v.text = in_.substr(0, n);
    in_.remove_prefix(n);
    const char c = v.text[0];
    if (v.text == "nil") {
      v.kind = Edn::Kind::nil;
      v.text.clear();
    } else if (c == ':') {
      v.kind = Edn::Kind::keyword;
      v.text.erase(0, 1);
    } else {
      v.kind = c == '-' || (c >= '0' && c <= '9') ? Edn::Kind::number : Edn::Kind::word;
    }
    return v;
  }

  std::string_view in_;
  std::uint64_t line_;
  std::size_t values_ = 0;
  bool discarding_ = false;  // Inside of #_: another one there is a tag like others.
};

// What a register or a key holds: one value.
const std::string& scalar(const Edn& value, std::uint64_t line) {
  if (value.kind == Edn::Kind::list || value.kind == Edn::Kind::map)
    bad_line(line, "a list or a map is no value of a register or a key");
  return value.text;
}

// Joins the beginnings and ends of processes, whatever the format.
class Builder {
 public:
  explicit Builder(History& history) : history_(history) {}

  void event(std::uint64_t line, std::uint64_t process, const std::string& type, const std::string& function,
             const std::string& key, const Edn& value) {
    if (type != "invoke" && type != "ok" && type != "fail" && type != "info")
      bad_line(line, "expected invoke, ok, fail or info, not " + shown(type));
    if (type == "invoke") return begin(line, process, function, key, value);
    const auto open = open_.find(process);
    const std::string who = "process " + std::to_string(process);
    if (open == open_.end() || open->second.crashed)
      bad_line(line, who + " ends an operation that did not begin");
    if (open->second.function != function)
      bad_line(line, who + " ends " + shown(function) + " but has begun " + shown(open->second.function));
    const bool reads = function == "read" || function == "get";
    core::Completion c;
    c.id = open->second.id;
    c.outcome = type == "ok" ? core::Outcome::ok : type == "fail" ? core::Outcome::failed : core::Outcome::unknown;
    // What is said of an operation that failed, or of which nobody knows, is no answer.
    if (type == "ok" && reads && value.kind != Edn::Kind::nil && !(history_.empty_is_absent && scalar(value, line).empty()))
      c.value = scalar(value, line);
    if (type == "info")
      open->second.crashed = true;
    else
      open_.erase(open);
    history_.end(c);
  }

 private:
  struct Open {
    std::uint64_t id;
    std::string function;
    bool crashed;  // Ended by :info. It may still be done, so its process must not do anything else.
  };

  void begin(std::uint64_t line, std::uint64_t process, const std::string& function, const std::string& key, const Edn& value) {
    const auto [open, fresh] = open_.emplace(process, Open{last_id_ + 1, function, false});
    if (!fresh)
      bad_line(line, "process " + std::to_string(process) +
                         (open->second.crashed ? " begins an operation, but its last one ended in :info: nobody may use it again"
                                               : " begins an operation while another is open"));
    if (last_id_ == kMaxOperations) bad_line(line, "more than 2,000,000 operations");
    core::Invocation i{++last_id_, process, function, key, {}, {}};
    if (function == "cas") {
      if (value.kind != Edn::Kind::list || value.items.size() != 2) bad_line(line, "a cas needs [from to]");
      i.expected = scalar(value.items[0], line), i.value = scalar(value.items[1], line);
    } else if (function != "read" && function != "get") {
      i.value = scalar(value, line);
    }
    history_.begin(i, line);
  }

  History& history_;
  std::map<std::uint64_t, Open> open_;
  std::uint64_t last_id_ = 0;
};

bool read_process(const Edn& value, std::uint64_t& process) {
  const auto [end, error] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), process);
  return value.kind == Edn::Kind::number && error == std::errc() && end == value.text.data() + value.text.size();
}

void read_map(const Edn& map, std::uint64_t line, History& history, Builder& builder) {
  const Edn* process = map.find("process");
  const Edn* type = map.find("type");
  const Edn* function = map.find("f");
  const Edn* value = map.find("value");
  if (process == nullptr || type == nullptr || function == nullptr) bad_line(line, "expected :process, :type and :f");
  std::uint64_t number = 0;
  if (process->kind == Edn::Kind::keyword || process->kind == Edn::Kind::word) {  // :nemesis
    if (function->text == "quiet") history.quiet();
    return;
  }
  if (!read_process(*process, number)) bad_line(line, shown(process->text) + " is no process");
  const Edn nothing;
  const Edn* what = value != nullptr ? value : &nothing;
  std::string key;
  if (const Edn* named = map.find("key")) {
    key = scalar(*named, line);
    history.empty_is_absent = true;  // Porcupine's strings by key begin empty, and get tells the whole value.
  } else if (what->kind == Edn::Kind::list && what->items.size() == 2 && (function->text != "cas" || what->items[1].kind == Edn::Kind::list)) {
    key = scalar(what->items[0], line);  // A tuple of Jepsen's independent keys.
    what = &what->items[1];
  }
  builder.event(line, number, type->text, function->text, key, *what);
}

History read_edn(std::string_view text) {
  History history;
  Builder builder(history);
  EdnReader in(text);
  in.at_end();
  const std::uint64_t begins = in.line();
  const bool in_vector = in.take('[');
  bool closed = false;
  while (!closed && !in.at_end()) {
    closed = in_vector && in.take(']');
    if (closed) break;
    const std::uint64_t line = in.line();
    const Edn map = in.whole();
    if (map.kind != Edn::Kind::map)
      bad_line(line, "expected a map such as {:process 0, :type :invoke, :f :read, :value nil}");
    read_map(map, line, history, builder);
  }
  if (in_vector && !closed) bad_line(begins, "`[` is not closed");
  if (!in.at_end()) in.fail("something follows the history");
  return history;
}

void read_log_line(std::string_view line, std::uint64_t at, Builder& builder) {
  const auto dash = line.find(" - ");
  if (dash == std::string_view::npos) return;
  EdnReader in(line.substr(dash + 3), at);
  if (in.at_end()) return;
  const Edn process = in.value();
  std::uint64_t number = 0;
  if (!read_process(process, number)) return;  // :nemesis, or another line of the log.
  const Edn type = in.value(), function = in.value();
  const Edn value = in.at_end() ? Edn{} : in.value();
  // `:timed-out` behind an :info is no value.
  builder.event(at, number, type.text, function.text, "", value.kind == Edn::Kind::keyword ? Edn{} : value);
}

History read_log(std::string_view text) {
  History history;
  Builder builder(history);
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("INFO")) read_log_line(line, number, builder);
  }
  return history;
}

}  // namespace

History read_history(std::string_view text) {
  if (text.size() > kMaxFile) throw BadHistory("larger than 256 MiB");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // Some editors begin UTF-8 so.
  const auto first = text.find_first_not_of(" \t\r\n,");
  if (first == std::string_view::npos) throw BadHistory("the file is empty");
  const bool edn = text[first] == '{' || text[first] == '[' || text[first] == '#' || text[first] == '^' || text[first] == ';';
  if (!edn && text.substr(first, 4) != "INFO")
    bad_line(1 + static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(first), '\n')), "neither EDN maps nor lines that begin with INFO");
  History history = edn ? read_edn(text) : read_log(text);
  if (history.operations().empty()) throw BadHistory("there is no operation in it");
  return history;
}

History read_history_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw BadHistory("cannot read " + path);
  in.seekg(0, std::ios::end);
  if (in.tellg() < 0 || static_cast<std::uint64_t>(in.tellg()) > kMaxFile) throw BadHistory(path + " is larger than 256 MiB");
  in.seekg(0);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return read_history(text);
}

}  // namespace check
