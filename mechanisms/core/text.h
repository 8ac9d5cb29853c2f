// The text form of values: `RequestVote{term=3 candidate=1}`. Golden scripts, the inspector, exports and error messages
// use it; settings and commands are read back from it. Independent of the locale.
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace core {

// Appends the text of values to a string.
class TextWriter {
 public:
  // Nodes are called by these names; without, by their numbers.
  explicit TextWriter(std::string& out, Names names = {}) : out_(out), names_(std::move(names)) {}

  void put(bool v) { out_ += v ? "true" : "false"; }
  void put(std::unsigned_integral auto v) { put_number(static_cast<std::uint64_t>(v)); }
  void put(std::signed_integral auto v) { put_number(static_cast<std::int64_t>(v)); }
  void put(NodeId v);
  void put(double v);
  void put(Duration v);
  void put(Time v) { put(v.time_since_epoch()); }
  void put(const Span& v);
  void put(const std::string& v);  // Quoted, with C's escapes.
  void put(const Bytes& v);        // As its size, and the first bytes in hexadecimal.
  template <NamedEnum E>
  void put(E v) {
    out_ += name_of(v);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& v) {
    put_range(v, '[', ']');
  }
  template <class T>
  void put(const std::vector<T>& v) {
    put_range(v, '[', ']');
  }
  template <class T>
  void put(const std::set<T>& v) {
    put_range(v, '{', '}');
  }
  template <class K, class V>
  void put(const std::map<K, V>& v) {
    put_range(v, '{', '}');
  }
  template <class A, class B>
  void put(const std::pair<A, B>& v) {
    put(v.first);
    out_ += ':';
    put(v.second);
  }
  template <class T>
  void put(const std::optional<T>& v) {
    if (v)
      put(*v);
    else
      out_ += "none";
  }
  template <class... T>
  void put(const std::variant<T...>& v) {
    std::visit([&](const auto& x) { put(x); }, v);
  }
  template <Described T>
  void put(const T& v) {
    static_assert(fields_complete<T>, "FIELDS of this struct forgets a member");
    out_ += T::kTypeName;
    out_ += '{';
    bool first = true;
    T::fields(v, [&](std::string_view name, const auto& member) {
      if (!first) out_ += ' ';
      first = false;
      put_name(name);
      put(member);
    });
    out_ += '}';
  }

 private:
  void put_number(std::uint64_t v);
  void put_number(std::int64_t v);
  void put_name(std::string_view name);  // Without the underscore of a private member, and with `=`.
  template <class Range>
  void put_range(const Range& v, char open, char close) {
    out_ += open;
    bool first = true;
    for (const auto& x : v) {
      if (!first) out_ += ' ';
      first = false;
      put(x);
    }
    out_ += close;
  }

  std::string& out_;
  Names names_;
};

template <class T>
std::string text(const T& value, const Names& names = {}) {
  std::string out;
  TextWriter(out, names).put(value);
  return out;
}

// Reads one value from its text; false when it is none. `what` in settings.h puts the expectation in words.
bool parse(std::string_view text, bool& v);           // true false on off yes no
bool parse(std::string_view text, std::uint64_t& v);  // 100, 64KiB, 2MiB
bool parse(std::string_view text, std::int64_t& v);
bool parse(std::string_view text, double& v);         // 0.5, 5%
bool parse(std::string_view text, Duration& v);       // 150ms 1.5s 2m 10us 5ns, with an optional sign
bool parse(std::string_view text, Span& v);           // 150ms..300ms, or one duration for both ends
bool parse(std::string_view text, std::string& v);
inline bool parse(std::string_view text, std::uint32_t& v) {
  std::uint64_t wide = 0;
  if (!parse(text, wide) || wide > 0xffffffffu) return false;
  v = static_cast<std::uint32_t>(wide);
  return true;
}
template <NamedEnum E>
bool parse(std::string_view text, E& v) {
  const auto all = names(E{});
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == text) {
      v = static_cast<E>(i);
      return true;
    }
  return false;
}

// The one of `known` that is most like `word` (edit distance), for "unknown ..., did you mean ...?"; empty when none is.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// The words of a line, separated by blanks; "quoted words" may hold blanks.
std::vector<std::string> split_words(std::string_view line);

}  // namespace core
