// Foreign words in a message of ours: whatever they are, the message stays short and on one line.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace core {

// No longer than about so many bytes; `..` stands for the rest.
inline std::string in_brief(std::string_view words, std::size_t most = 60) {
  std::size_t end = std::min(words.size(), most);
  while (end < words.size() && end > 0 && (words[end] & 0xc0) == 0x80) --end;   // Not in the middle of a letter.
  std::string out(words.substr(0, end));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return out + (end < words.size() ? ".." : "");
}

}  // namespace core
