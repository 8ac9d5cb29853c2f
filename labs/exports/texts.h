// Words and numbers as each kind of text has them. All of them append to `out`: an export writes millions.
#pragma once
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "mechanisms/core/time.h"

namespace exports {

template <class Whole>
void put_number(std::string& out, Whole number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
// The shortest text that is exactly this number. Not for NaN and infinities where the reader has no words for them.
void put_real(std::string& out, double number);
// A time in micro- or milliseconds or seconds with all its digits: 12.345.
void put_time(std::string& out, core::Time time, std::int64_t unit_ns);

// A cell that a spreadsheet would take for a formula begins with an apostrophe. A zero byte, at which many programs would
// end the text, is replaced; all other bytes are as they were.
void put_csv(std::string& out, std::string_view text);
// With its quotes. Bytes that are no UTF-8 become the replacement character: JSON knows nothing else.
void put_json(std::string& out, std::string_view text);
// JSON has no NaN and no infinity: null.
void put_json_real(std::string& out, double number);
// Of XML and HTML, also within an attribute. Characters that XML has no words for become the replacement character.
void put_xml(std::string& out, std::string_view text);

}  // namespace exports
