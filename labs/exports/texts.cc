#include "labs/exports/texts.h"

#include <array>
#include <cmath>
#include <cstring>

namespace exports {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t n = byte(0) < 0x80                      ? 1
                        : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2
                        : byte(0) >= 0xe0 && byte(0) < 0xf0 ? 3
                        : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                                                            : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if (n == 3 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) >= 0xa0))) return 0;
  if (n == 4 && ((byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) >= 0x90))) return 0;
  return n;
}

// Which bytes are not simply appended.
template <class Escape>
constexpr std::array<bool, 256> kLooked = [] {
  std::array<bool, 256> all{};
  for (unsigned c = 0; c < all.size(); ++c) all[c] = c >= 0x80 || Escape::needs(static_cast<unsigned char>(c));
  return all;
}();

// Appends `text` with what `Escape` puts for its single bytes, and with a replacement for bytes that are no UTF-8.
template <class Escape>
void put_escaped(std::string& out, std::string_view text) {
  std::size_t plain = 0;   // What is as it is, and not appended yet, begins there.
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t n = !kLooked<Escape>[c] ? 1 : c < 0x80 ? 0 : utf8_length(text.substr(at));
    if (n != 0) {
      at += n;
      continue;
    }
    out.append(text, plain, at - plain);
    c >= 0x80 ? void(out += kReplacement) : Escape::put(out, c);
    plain = ++at;
  }
  out.append(text, plain);
}

struct JsonEscape {
  static constexpr bool needs(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }
  static void put(std::string& out, unsigned char c) {
    constexpr char kHex[] = "0123456789abcdef";
    if (c >= 0x20) (out += '\\') += static_cast<char>(c);
    else ((out += "\\u00") += kHex[c >> 4]) += kHex[c & 15];
  }
};

struct XmlEscape {
  static constexpr bool needs(unsigned char c) { return c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; }
  static void put(std::string& out, unsigned char c) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += kReplacement;
    }
  }
};

// What a letter asks for in a cell of CSV.
constexpr unsigned char kQuotes = 1, kReplaced = 2;
constexpr std::array<unsigned char, 256> kInCsv = [] {
  std::array<unsigned char, 256> all{};
  all[','] = all['\n'] = all['\r'] = kQuotes;
  all['"'] = kQuotes | kReplaced;
  all['\0'] = kReplaced;
  return all;
}();

}  // namespace

void put_real(std::string& out, double number) {
  char digits[40];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void put_time(std::string& out, core::Time time, std::int64_t unit_ns) {
  const std::int64_t ns = time.time_since_epoch().count();
  std::uint64_t size = ns < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  if (ns < 0) out += '-';
  const auto unit = static_cast<std::uint64_t>(unit_ns);
  put_number(out, size / unit);
  size %= unit;
  if (size == 0) return;
  out += '.';
  for (std::uint64_t digit = unit / 10; digit != 0 && size != 0; size %= digit, digit /= 10) out += static_cast<char>('0' + size / digit);
}

void put_csv(std::string& out, std::string_view text) {
  if (text.empty()) return;
  unsigned found = 0;
  for (const char c : text) found |= kInCsv[static_cast<unsigned char>(c)];
  const bool formula = std::strchr("=+-@\t\r", text[0]) != nullptr && text[0] != '\0';
  const bool quoted = (found & kQuotes) != 0;
  if (quoted) out += '"';
  if (formula) out += '\'';
  std::size_t plain = 0;   // What is as it is, and not appended yet, begins there.
  for (std::size_t at = 0; (found & kReplaced) != 0 && at < text.size(); ++at) {
    if ((kInCsv[static_cast<unsigned char>(text[at])] & kReplaced) == 0) continue;
    out.append(text, plain, at - plain);
    out += text[at] == '"' ? "\"\"" : kReplacement;
    plain = at + 1;
  }
  out.append(text, plain);
  if (quoted) out += '"';
}

void put_json(std::string& out, std::string_view text) {
  out += '"';
  put_escaped<JsonEscape>(out, text);
  out += '"';
}

void put_json_real(std::string& out, double number) {
  std::isfinite(number) ? put_real(out, number) : void(out += "null");
}

void put_xml(std::string& out, std::string_view text) { put_escaped<XmlEscape>(out, text); }

}  // namespace exports
