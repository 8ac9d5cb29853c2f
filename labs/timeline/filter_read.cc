// Reads the words of a filter. What is wrong is said with its place, and with what may have been meant.
#include <algorithm>

#include "labs/timeline/filter_inside.h"
#include "mechanisms/core/brief.h"
#include "mechanisms/core/text.h"

namespace timeline {
namespace {

struct Token {
  enum What : std::uint8_t { word, quoted, regular, open, close, minus } what = word;
  std::string text;
  std::size_t at = 0, length = 0;
};

struct Bad {
  FilterError error;
};
[[noreturn]] void refuse(std::size_t at, std::size_t length, std::string words) { throw Bad{{at, length, std::move(words)}}; }
[[noreturn]] void refuse(const Token& token, std::string words) { refuse(token.at, token.length, std::move(words)); }

std::string meant(const std::string& near, const std::string& before = "") {
  return near.empty() ? "" : ", did you mean `" + before + near + "`?";
}

std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// A text between two marks, `"` or `/`, in which a backslash keeps the mark.
Token between(std::string_view text, std::size_t at, char mark, Token::What what) {
  Token token{what, "", at, 0};
  std::size_t i = at + 1;
  for (; i < text.size() && text[i] != mark; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] != mark) token.text += text[i];
      ++i;
    }
    token.text += text[i];
  }
  if (i >= text.size())
    refuse(at, text.size() - at, mark == '/' ? "the regular expression does not end: a `/` is missing" : "the closing `\"` is missing");
  token.length = i + 1 - at;
  return token;
}

std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> all;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n') { ++i; continue; }
    if (c == '(' || c == ')') all.push_back({c == '(' ? Token::open : Token::close, std::string(1, c), i, 1});
    else if (c == '-' && i + 1 < text.size() && text[i + 1] != ' ') all.push_back({Token::minus, "-", i, 1});
    else if (c == '/') all.push_back(between(text, i, '/', Token::regular));
    else if (c == '"') all.push_back(between(text, i, '"', Token::quoted));
    else {
      Token token{Token::word, "", i, 0};
      std::size_t end = i;
      for (; end < text.size() && text[end] != ' ' && text[end] != '\t' && text[end] != '\n' && text[end] != '(' && text[end] != ')';) {
        // `name="two words"`: quotes within a word keep its blanks.
        if (text[end] == '"') {
          const Token inner = between(text, end, '"', Token::quoted);
          token.text += inner.text, end += inner.length;
        } else {
          token.text += text[end++];
        }
      }
      token.length = end - i;
      all.push_back(token);
    }
    i += all.back().length;
  }
  return all;
}

std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

class FilterReader {
 public:
  FilterReader(std::string_view text, const record::Recording& recording) : recording_(recording), tokens_(tokens(text)), length_(text.size()) {}

  static Filter made(const record::Recording& recording, Decode decode, Part root) {
    Filter filter;
    filter.inside_ = std::make_shared<Filter::Inside>(Filter::Inside{recording, std::move(decode), std::move(root)});
    return filter;
  }
  bool nothing() const { return tokens_.empty(); }
  Part whole() {
    Part root = either(0);
    if (at_ < tokens_.size()) refuse(tokens_[at_], "this `)` closes nothing");
    return root;
  }

 private:
  // Deeper than anybody writes, and not so deep that it uses up the stack.
  static constexpr int kDeepest = 60;

  bool ends() const { return at_ >= tokens_.size(); }
  bool at_word(std::string_view word) const { return !ends() && tokens_[at_].what == Token::word && small(tokens_[at_].text) == word; }

  Part either(int depth) {
    if (depth > kDeepest) refuse(tokens_[std::min(at_, tokens_.size() - 1)], "too many brackets within brackets");
    Part any;
    any.what = Part::any;
    any.parts.push_back(together(depth));
    while (at_word("or")) {
      const Token word = tokens_[at_++];
      if (ends() || tokens_[at_].what == Token::close) refuse(word, "`or` needs something on both sides");
      any.parts.push_back(together(depth));
    }
    if (any.parts.size() == 1) {
      Part only = std::move(any.parts.front());
      return only;
    }
    return finished(std::move(any));
  }
  Part together(int depth) {
    Part all;
    all.what = Part::all;
    while (!ends() && tokens_[at_].what != Token::close && !at_word("or")) {
      if (at_word("and") && !all.parts.empty()) { ++at_; continue; }
      all.parts.push_back(one(depth));
    }
    if (all.parts.empty()) {
      if (ends()) refuse(length_, 0, "something is missing at the end");
      refuse(tokens_[at_], at_word("or") ? "`or` needs something on both sides" : "there is nothing in these brackets");
    }
    if (all.parts.size() == 1) {
      Part only = std::move(all.parts.front());
      return only;
    }
    return finished(std::move(all));
  }
  // What costs little is asked first.
  static Part finished(Part part) {
    std::stable_sort(part.parts.begin(), part.parts.end(), [](const Part& a, const Part& b) { return !a.costly && b.costly; });
    part.costly = std::any_of(part.parts.begin(), part.parts.end(), [](const Part& p) { return p.costly; });
    return part;
  }
  Part one(int depth) {
    const Token token = tokens_[at_++];
    switch (token.what) {
      case Token::minus: {
        if (ends() || tokens_[at_].what == Token::close || depth > kDeepest) refuse(token, "`-` stands before what is not wanted");
        Part negated;
        negated.what = Part::negated;
        negated.parts.push_back(one(depth + 1));
        negated.costly = negated.parts.front().costly;
        return negated;
      }
      case Token::open: {
        Part inner = either(depth + 1);
        if (ends()) refuse(token, "this `(` is not closed");
        ++at_;
        return inner;
      }
      case Token::close: refuse(token, "this `)` closes nothing");
      case Token::regular: return regular(token);
      case Token::quoted: return words(token.text);
      case Token::word: break;
    }
    return word(token);
  }
  Part word(const Token& token) {
    const std::string& text = token.text;
    const std::size_t mark = text.find_first_of(":=<>!");
    if (mark != std::string::npos && mark > 0 && is_key(text.substr(0, mark))) {
      if (text[mark] == ':') return keyed(token, small(text.substr(0, mark)), text.substr(mark + 1));
      return compared(token, text.substr(0, mark), std::string_view(text).substr(mark));
    }
    return words(text);
  }
  static bool is_key(std::string_view key) {
    return std::all_of(key.begin(), key.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
  }

  Part keyed(const Token& token, const std::string& key, const std::string& value) {
    const std::vector<std::string> keys{"node", "from", "to", "kind", "type"};
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      const std::string near = core::nearest(key, keys);
      refuse(token.at, key.size() + 1, "there is no `" + core::in_brief(key) + ":`" + (near.empty() ? "; a field is compared with `=`: `" + core::in_brief(key + "=" + value) + "`" : meant(near + ":")));
    }
    const std::vector<std::string> any_of = listed(value);
    if (any_of.empty()) refuse(token, "`" + key + ":` needs a value right behind it");
    const std::size_t at = token.at + key.size() + 1;
    Part part;
    if (key == "kind") {
      part.what = Part::kind;
      for (const auto& name : any_of) part.kinds |= kinds_like(name, at, value.size());
    } else if (key == "type") {
      part.what = Part::type;
      part.name = NameTest([any_of](std::string_view name) {
        return std::any_of(any_of.begin(), any_of.end(), [&](const std::string& pattern) { return glob(pattern + "*", name) && !name.empty(); });
      });
    } else {
      part.what = key == "node" ? Part::node : key == "from" ? Part::from : Part::to;
      for (const auto& name : any_of) add_nodes(name, part.nodes, at, value.size());
    }
    return part;
  }
  static std::uint32_t kinds_like(const std::string& pattern, std::size_t at, std::size_t length) {
    const auto all = names(record::EventKind{});
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (glob(pattern, all[i])) bits |= 1u << i;
    if (bits == 0) refuse(at, length, "no event is of the kind `" + core::in_brief(pattern) + "`" + meant(core::nearest(pattern, {all.begin(), all.end()})));
    return bits;
  }
  void add_nodes(const std::string& pattern, std::vector<bool>& set, std::size_t at, std::size_t length) const {
    const auto& nodes = recording_.header().nodes;
    set.resize(nodes.size() + 1);
    bool some = false;
    std::vector<std::string> known;
    for (const auto& node : nodes) {
      known.push_back(node.name), known.push_back(node.group);
      if (!glob(pattern, node.name) && !glob(pattern, node.group)) continue;
      some = true;
      if (node.id < set.size()) set[node.id] = true;
    }
    if (!some) refuse(at, length, "there is no node or group `" + core::in_brief(pattern) + "`" + meant(core::nearest(pattern, known)));
  }

  Part compared(const Token& token, const std::string& field, std::string_view rest) {
    static constexpr std::pair<std::string_view, Compare> kSigns[] = {
        {"==", Compare::equal}, {"!=", Compare::unequal}, {"<=", Compare::at_most}, {">=", Compare::at_least},
        {"=", Compare::equal},  {"<", Compare::less},     {">", Compare::more}};
    Part part;
    const auto* const sign = std::find_if(std::begin(kSigns), std::end(kSigns), [&](const auto& s) { return rest.starts_with(s.first); });
    if (sign == std::end(kSigns)) return words(token.text);
    part.how = sign->second;
    rest.remove_prefix(sign->first.size());
    if (rest.empty()) refuse(token, "`" + core::in_brief(field + std::string(sign->first)) + "` needs a value right behind it");
    part.words = field;
    part.operand = read_operand(rest, recording_);
    if (field == "t") {
      part.what = Part::time;
      if (!part.operand.number) refuse(token, "`t` is compared with a time such as `12.5s`, not `" + core::in_brief(rest) + "`");
      if (!part.operand.length) *part.operand.number *= 1e9;   // A plain number: seconds.
    } else if (field == "row" || field == "stamp") {
      part.what = field == "row" ? Part::row : Part::stamp;
      if (!part.operand.number || part.operand.length) refuse(token, "`" + field + "` is compared with a number, not `" + core::in_brief(rest) + "`");
    } else {
      part.what = Part::value;
      part.costly = true;
    }
    return part;
  }
  Part words(const std::string& text) {
    Part part;
    part.what = Part::text;
    part.words = small(text);
    part.costly = true;
    const auto like = [low = part.words](std::string_view name) { return small(name).find(low) != std::string::npos; };
    part.name = NameTest(like);
    mark_names(part, like);
    return part;
  }
  Part regular(const Token& token) {
    Part part;
    part.what = Part::regular;
    part.costly = true;
    try {
      // libstdc++'s other way of searching follows all ways through an expression at once: `(a*)*b` does not take for ever
      // then, nor does a long text need a deep stack. It takes three times as long for a harmless one.
      part.regex.emplace(token.text, std::regex::ECMAScript | std::regex::icase | std::regex_constants::__polynomial);
    } catch (const std::regex_error& bad) {
      if (bad.code() == std::regex_constants::error_complexity) refuse(token, "what was found before (such as `\\1`) cannot be searched for");
      refuse(token, "this is no regular expression: a bracket or a backslash may be missing");
    }
    const auto like = [expression = *part.regex](std::string_view name) {
      return !name.empty() && std::regex_search(name.begin(), name.end(), expression);
    };
    part.name = NameTest(like);
    mark_names(part, like);
    return part;
  }
  template <class Like>
  void mark_names(Part& part, const Like& like) const {
    const auto kinds = names(record::EventKind{});
    for (std::size_t i = 0; i < kinds.size(); ++i)
      if (like(kinds[i])) part.kinds |= 1u << i;
    part.nodes.resize(recording_.header().nodes.size() + 1);
    for (const auto& node : recording_.header().nodes)
      if (node.id < part.nodes.size()) part.nodes[node.id] = like(node.name);
  }

  const record::Recording& recording_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0, length_;
};

std::variant<Filter, FilterError> compile(std::string_view text, const record::Recording& recording, Decode decode) {
  try {
    FilterReader reader(text, recording);
    if (reader.nothing()) return Filter();
    return FilterReader::made(recording, std::move(decode), reader.whole());
  } catch (const Bad& bad) {
    return bad.error;
  }
}

}  // namespace timeline
