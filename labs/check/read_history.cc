#include "labs/check/read_history.h"

#include <charconv>
#include <fstream>
#include <iterator>

namespace check {
namespace {

constexpr std::size_t kMaxFile = 256u << 20;
constexpr std::size_t kMaxDepth = 16;

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
  explicit EdnReader(std::string_view in) : in_(in) {}

  bool at_end() {
    skip_blank();
    return in_.empty();
  }
  char peek() const { return in_.empty() ? '\0' : in_.front(); }
  bool take(char c) {
    skip_blank();
    if (peek() != c) return false;
    in_.remove_prefix(1);
    return true;
  }
  int line() const { return line_; }
  [[noreturn]] void fail(const std::string& why) const {
    throw BadHistory("line " + std::to_string(line_) + ": " + why);
  }

  Edn value(std::size_t depth = 0) {
    if (depth > kMaxDepth) fail("nested too deeply");
    skip_blank();
    if (in_.empty()) fail("the text ends too early");
    const char c = in_.front();
    if (c == '{' || c == '[' || c == '(') return list(c, depth);
    if (c == '"') return quoted();
    if (c == '#') {  // A tag, such as #jepsen.history.Op{..}: only what it tags matters.
      in_.remove_prefix(1);
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
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ',') return;
      in_.remove_prefix(1);
    }
  }
  Edn list(char open, std::size_t depth) {
    const char close = open == '{' ? '}' : open == '[' ? ']' : ')';
    Edn v;
    v.kind = open == '{' ? Edn::Kind::map : Edn::Kind::list;
    in_.remove_prefix(1);
    while (!take(close)) {
      if (in_.empty()) fail(std::string("expected `") + close + "`");
      v.items.push_back(value(depth + 1));
    }
    if (v.kind == Edn::Kind::map && v.items.size() % 2 != 0) fail("a map has a key without a value");
    return v;
  }
  Edn quoted() {
    Edn v;
    v.kind = Edn::Kind::text;
    in_.remove_prefix(1);
    for (;;) {
      if (in_.empty()) fail("a text is not closed");
      char c = in_.front();
      in_.remove_prefix(1);
      if (c == '"') return v;
      if (c == '\n') ++line_;
      if (c == '\\' && !in_.empty()) {
        c = in_.front() == 'n' ? '\n' : in_.front() == 't' ? '\t' : in_.front();
        in_.remove_prefix(1);
      }
      v.text += c;
    }
  }
  Edn word() {
    std::size_t n = 0;
    while (n < in_.size() && !is_delimiter(in_[n])) ++n;
    if (n == 0) fail(std::string("`") + in_.front() + "` does not belong here");
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
  int line_ = 1;
};

// Joins the beginnings and ends of processes, whatever the format.
class Builder {
 public:
  explicit Builder(History& history) : history_(history) {}

  void event(std::uint64_t process, const std::string& type, const std::string& function, const std::string& key, const Edn& value) {
    const auto open = open_.find(process);
    if (type == "invoke") {
      if (open != open_.end()) throw BadHistory("process " + std::to_string(process) + " begins an operation while another is open");
      core::Invocation i{++last_id_, process, function, key, {}, {}};
      const bool reads = function == "read" || function == "get";
      if (function == "cas") {
        if (value.kind != Edn::Kind::list || value.items.size() != 2) throw BadHistory("a cas needs [from to]");
        i.expected = value.items[0].text, i.value = value.items[1].text;
      } else if (!reads) {
        i.value = value.text;
      }
      open_[process] = {i.id, reads};
      return history_.begin(i);
    }
    if (open == open_.end()) throw BadHistory("process " + std::to_string(process) + " ends an operation that did not begin");
    core::Completion c{open->second.id, {}, {}};
    if (type == "ok")
      c.outcome = core::Outcome::ok;
    else if (type == "fail")
      c.outcome = core::Outcome::failed;
    else if (type == "info")
      c.outcome = core::Outcome::unknown;
    else
      throw BadHistory("expected invoke, ok, fail or info, not `" + type + "`");
    if (open->second.reads && value.kind != Edn::Kind::nil && !(history_.empty_is_absent && value.text.empty()))
      c.value = value.text;
    open_.erase(open);
    history_.end(c);
  }

 private:
  struct Open {
    std::uint64_t id;
    bool reads;
  };
  History& history_;
  std::map<std::uint64_t, Open> open_;
  std::uint64_t last_id_ = 0;
};

bool read_process(const Edn& value, std::uint64_t& process) {
  const auto [end, error] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), process);
  return value.kind == Edn::Kind::number && error == std::errc() && end == value.text.data() + value.text.size();
}

void read_map(const Edn& map, Builder& builder) {
  const Edn* process = map.find("process");
  const Edn* type = map.find("type");
  const Edn* function = map.find("f");
  const Edn* value = map.find("value");
  if (process == nullptr || type == nullptr || function == nullptr) throw BadHistory("expected :process, :type and :f");
  std::uint64_t number = 0;
  if (process->kind != Edn::Kind::number) return;  // :nemesis
  if (!read_process(*process, number)) throw BadHistory("`" + process->text.substr(0, 40) + "` is no process");
  const Edn nothing;
  const Edn* what = value != nullptr ? value : &nothing;
  std::string key;
  if (const Edn* named = map.find("key")) {
    key = named->text;
  } else if (what->kind == Edn::Kind::list && what->items.size() == 2 && (function->text != "cas" || what->items[1].kind == Edn::Kind::list)) {
    key = what->items[0].text;  // A tuple of Jepsen's independent keys.
    what = &what->items[1];
  }
  builder.event(number, type->text, function->text, key, *what);
}

History read_edn(std::string_view text) {
  History history;
  // Porcupine's strings by key begin empty, and get tells the whole value.
  history.empty_is_absent = text.find(":key") != std::string_view::npos;
  Builder builder(history);
  EdnReader in(text);
  const bool in_vector = in.take('[');
  while (!in.at_end()) {
    if (in_vector && in.take(']')) break;
    const int line = in.line();
    const Edn map = in.value();
    if (map.kind != Edn::Kind::map) in.fail("expected a map such as {:process 0, :type :invoke, :f :read, :value nil}");
    try {
      read_map(map, builder);
    } catch (const BadHistory& bad) {
      throw BadHistory("line " + std::to_string(line) + ": " + bad.what());
    }
  }
  if (!in.at_end()) in.fail("something follows the history");
  return history;
}

void read_log_line(std::string_view line, Builder& builder) {
  const auto dash = line.find(" - ");
  if (dash == std::string_view::npos) return;
  EdnReader in(line.substr(dash + 3));
  const Edn process = in.value();
  std::uint64_t number = 0;
  if (!read_process(process, number)) return;  // :nemesis, or another line of the log.
  const Edn type = in.value(), function = in.value();
  const Edn value = in.at_end() ? Edn{} : in.value();
  // `:timed-out` behind an :info is no value.
  builder.event(number, type.text, function.text, "", value.kind == Edn::Kind::keyword ? Edn{} : value);
}

History read_log(std::string_view text) {
  History history;
  Builder builder(history);
  int number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    try {
      if (line.starts_with("INFO")) read_log_line(line, builder);
    } catch (const BadHistory& bad) {
      throw BadHistory("line " + std::to_string(number) + ": " + bad.what());
    }
  }
  return history;
}

}  // namespace

History read_history(std::string_view text) {
  if (text.size() > kMaxFile) throw BadHistory("larger than 256 MiB");
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) throw BadHistory("the file is empty");
  const bool edn = text[first] == '{' || text[first] == '[' || text[first] == '#' || text[first] == ';';
  if (!edn && text.substr(first, 4) != "INFO")
    throw BadHistory("line 1: neither EDN maps nor lines that begin with INFO");
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
