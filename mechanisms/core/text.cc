#include "mechanisms/core/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace core {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
constexpr Unit kUnits[] = {{"ns", 1},           {"us", 1'000},          {"ms", 1'000'000},
                           {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};

template <class T>
bool parse_all(std::string_view text, T& v) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void TextWriter::put_number(std::uint64_t v) {
  char buffer[24];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr);
}

void TextWriter::put_number(std::int64_t v) {
  char buffer[24];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr);
}

void TextWriter::put(NodeId v) { out_ += names_.of(v); }

void TextWriter::put(double v) {
  char buffer[32];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr);
}

// In the largest unit up to seconds that it fills, with as many decimals as it has: 150ms, 1.5s, 12.345us.
void TextWriter::put(Duration v) {
  const std::int64_t ns = v.count();
  if (ns == 0) {
    out_ += "0s";
    return;
  }
  if (ns < 0) out_ += '-';
  // Unsigned, because the smallest number has no positive twin.
  const std::uint64_t size = ns < 0 ? ~static_cast<std::uint64_t>(ns) + 1 : static_cast<std::uint64_t>(ns);
  std::size_t u = 3;
  while (u > 0 && size < static_cast<std::uint64_t>(kUnits[u].ns)) --u;
  const auto unit = static_cast<std::uint64_t>(kUnits[u].ns);
  put_number(size / unit);
  if (const std::uint64_t rest = size % unit; rest != 0) {
    // unit + rest is a 1 and then exactly the decimals, leading zeros included.
    std::string digits = std::to_string(unit + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    out_ += '.' + digits;
  }
  out_ += kUnits[u].name;
}

void TextWriter::put(const Span& v) {
  put(v.low);
  if (v.high == v.low) return;
  out_ += "..";
  put(v.high);
}

void TextWriter::put(const std::string& v) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out_ += '"';
  std::size_t plain = 0;  // What is as it is, and not appended yet, begins there.
  for (std::size_t at = 0; at < v.size(); ++at) {
    const auto byte = static_cast<unsigned char>(v[at]);
    if (byte >= 0x20 && byte != 0x7f && byte != '"' && byte != '\\') continue;
    out_.append(v, plain, at - plain);
    plain = at + 1;
    if (byte == '"' || byte == '\\') {
      out_ += '\\';
      out_ += v[at];
    } else if (byte == '\n') {
      out_ += "\\n";
    } else {
      out_ += "\\x";
      out_ += kHex[byte >> 4];
      out_ += kHex[byte & 15];
    }
  }
  out_.append(v, plain);
  out_ += '"';
}

void TextWriter::put(const Bytes& v) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kShown = 8;
  put_number(static_cast<std::uint64_t>(v.size()));
  out_ += 'B';
  if (v.empty()) return;
  out_ += ':';
  for (std::size_t i = 0; i < std::min(v.size(), kShown); ++i) {
    out_ += kHex[v[i] >> 4];
    out_ += kHex[v[i] & 15];
  }
  if (v.size() > kShown) out_ += "..";
}

void TextWriter::put_name(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  out_ += name;
  out_ += '=';
}

bool parse(std::string_view text, bool& v) {
  const bool yes = text == "true" || text == "on" || text == "yes" || text == "1";
  const bool no = text == "false" || text == "off" || text == "no" || text == "0";
  if (yes || no) v = yes;
  return yes || no;
}

bool parse(std::string_view text, std::uint64_t& v) {
  std::uint64_t scale = 1;
  if (text.ends_with("KiB")) scale = 1024, text.remove_suffix(3);
  if (text.ends_with("MiB")) scale = 1024 * 1024, text.remove_suffix(3);
  std::uint64_t n = 0;
  if (!parse_all(text, n) || n > std::numeric_limits<std::uint64_t>::max() / scale) return false;
  v = n * scale;
  return true;
}

bool parse(std::string_view text, std::int64_t& v) { return parse_all(text, v); }

bool parse(std::string_view text, double& v) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double number = 0;
  if (!parse_all(text, number) || !std::isfinite(number)) return false;
  v = percent ? number / 100 : number;
  return true;
}

bool parse(std::string_view text, Duration& v) {
  const auto unit_at = text.find_first_not_of("+-0123456789.");
  if (unit_at == 0) return false;
  if (unit_at == std::string_view::npos) {
    std::int64_t zero = 1;
    if (!parse_all(text, zero) || zero != 0) return false;  // A bare number has no unit, but 0 needs none.
    v = Duration{};
    return true;
  }
  double number = 0;
  if (!parse(text.substr(0, unit_at), number)) return false;
  for (const Unit& unit : kUnits) {
    if (unit.name != text.substr(unit_at)) continue;
    const double ns = number * static_cast<double>(unit.ns);
    if (std::abs(ns) > 9e18) return false;
    v = Duration(static_cast<Duration::rep>(ns < 0 ? ns - 0.5 : ns + 0.5));
    return true;
  }
  return false;
}

bool parse(std::string_view text, Span& v) {
  Span span;
  const auto dots = text.find("..");
  if (!parse(text.substr(0, dots), span.low)) return false;
  span.high = span.low;
  if (dots != std::string_view::npos && !parse(text.substr(dots + 2), span.high)) return false;
  if (span.high < span.low) return false;
  v = span;
  return true;
}

bool parse(std::string_view text, std::string& v) {
  v = text;
  return true;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
  for (const std::string& candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t replaced = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
      }
    }
    if (row.back() < best_distance) best_distance = row.back(), best = candidate;
  }
  return best;
}

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  bool quoted = false, open = false;
  for (const char c : line) {
    if (c == '"') {
      if (!quoted && !open) words.emplace_back(), open = true;
      quoted = !quoted;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
      open = false;
    } else {
      if (!open) words.emplace_back(), open = true;
      words.back() += c;
    }
  }
  return words;
}

}  // namespace core
