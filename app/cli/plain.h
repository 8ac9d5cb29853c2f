// Words that come from outside (a foreign run file, a lab's name, a path) made harmless for a terminal.
#pragma once
#include <string>
#include <string_view>

namespace cli {

// Control characters, C1 controls and what turns the direction of writing become `\x1b` or `\u202e`; bytes
// that are no UTF-8 become `\xff`. All else stays, `\n` and `\t` too.
std::string plain(std::string_view text);
// The same on one line: a line break becomes a blank.
std::string plain_line(std::string_view text);

}  // namespace cli
