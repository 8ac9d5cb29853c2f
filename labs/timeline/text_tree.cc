#include "labs/timeline/text_tree.h"

#include <algorithm>

namespace timeline {
namespace {

// Deeper than any mechanism's value; a stranger's file may hold anything.
constexpr int kDeepest = 48;

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Where the quoted text that begins at `at` ends, behind its quote; npos: it does not.
std::size_t after_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') ++at;
    else if (text[at] == '"') return at + 1;
  }
  return std::string_view::npos;
}

// `12B:0a0b` are bytes, and no entry of a map.
bool is_bytes(std::string_view word) {
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  return digits > 0 && word.substr(digits).starts_with("B:");
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  TextTree whole() {
    TextTree tree;
    if (value(tree, 0) && at_ == text_.size()) return tree;
    TextTree plain;
    plain.value = text_;
    return plain;
  }

 private:
  bool ends() const { return at_ >= text_.size(); }
  bool value(TextTree& out, int depth) {
    const std::size_t begin = at_;
    if (!ends() && text_[at_] == '"') {
      at_ = after_quoted(text_, at_);
      if (at_ == std::string_view::npos) return false;
      if (at_ < text_.size() && text_[at_] == ':') return entry(out, unquoted(text_.substr(begin, at_ - begin)), depth);
      out.value = text_.substr(begin, at_ - begin);
      return true;
    }
    while (!ends() && text_[at_] != ' ' && text_[at_] != '{' && text_[at_] != '}' && text_[at_] != '[' && text_[at_] != ']' && text_[at_] != '"') {
      if (text_[at_] == ':' && at_ > begin && !is_bytes(text_.substr(begin, at_ + 1 - begin)))
        return entry(out, std::string(text_.substr(begin, at_ - begin)), depth);
      ++at_;
    }
    if (!ends() && (text_[at_] == '{' || text_[at_] == '[')) return parts(out, begin, depth);
    out.value = text_.substr(begin, at_ - begin);
    return at_ > begin;
  }
  // A key was read, and what it leads to comes behind the colon.
  bool entry(TextTree& out, std::string key, int depth) {
    ++at_;
    if (depth >= kDeepest || !value(out, depth + 1)) return false;
    // A key of a key, `1:2:3`, reads as 1 -> `2:3`.
    if (!out.name.empty()) out.value = out.name + ":" + out.value, out.parts.clear(), out.shape = TextTree::Shape::plain;
    out.name = std::move(key);
    return true;
  }
  bool parts(TextTree& out, std::size_t begin, int depth) {
    if (depth >= kDeepest) return false;
    const bool square = text_[at_] == '[';
    out.type = text_.substr(begin, at_ - begin);
    if (square && !out.type.empty()) return false;
    out.shape = out.type.empty() ? TextTree::Shape::list : TextTree::Shape::structure;
    const char close = square ? ']' : '}';
    for (++at_; !ends() && text_[at_] != close;) {
      TextTree part;
      std::string member;
      if (out.shape == TextTree::Shape::structure) {
        const std::size_t start = at_;
        while (!ends() && is_name(text_[at_])) ++at_;
        if (ends() || text_[at_] != '=' || at_ == start) return false;
        member = text_.substr(start, at_ - start);
        ++at_;
      }
      // A value may be empty: an enumeration's word can be.
      const bool nothing = !member.empty() && !ends() && (text_[at_] == ' ' || text_[at_] == close);
      if (!nothing && !value(part, depth + 1)) return false;
      if (!member.empty()) {
        if (!part.name.empty()) part.value = part.name + ":" + part.value;
        part.name = std::move(member);
      }
      out.parts.push_back(std::move(part));
      if (!ends() && text_[at_] == ' ') ++at_;
    }
    if (ends()) return false;
    ++at_;
    out.value = text_.substr(begin, at_ - begin);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

TextTree read_text_tree(std::string_view text) { return Reader(text).whole(); }

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string out;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) {
      ++i;
      if (value[i] == 'n') { out += ' '; continue; }
      if (value[i] == 'x') { out += "\\x"; continue; }
    }
    out += value[i];
  }
  return out;
}

bool any_field(std::string_view text, std::string_view name, const std::function<bool(std::string_view)>& visit) {
  if (name.empty()) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = after_quoted(text, at);
      if (at == std::string_view::npos) return false;
      continue;
    }
    const bool begins = at > 0 && (text[at - 1] == '{' || text[at - 1] == ' ');
    if (!begins || !text.substr(at).starts_with(name) || at + name.size() >= text.size() || text[at + name.size()] != '=') {
      ++at;
      continue;
    }
    at += name.size() + 1;
    if (at < text.size() && text[at] == '"') {
      const std::size_t end = after_quoted(text, at);
      if (end == std::string_view::npos) return false;
      if (visit(unquoted(text.substr(at, end - at)))) return true;
      at = end;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" {}[]", at), text.size());
    const bool plain = end == text.size() || text[end] == ' ' || text[end] == '}' || text[end] == ']';
    if (plain && visit(text.substr(at, end - at))) return true;
    at = end;
  }
  return false;
}

}  // namespace timeline
