// What reads files and words of others, each with sound inputs to begin from: for the tests that change them
// (hostile_test.cc) and for libFuzzer (tests/fuzz).
#pragma once
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace hostile {

struct Reader {
  std::string_view name;
  std::vector<std::string> (*corpus)();
  // Empty: it was read, and everything that is then done with such a thing was done. Else why it was refused, as this reader
  // says that it does. Whatever else it throws is a bug.
  std::string (*read)(const std::string& bytes);
};

std::ostream& operator<<(std::ostream& out, const Reader& reader);

const std::vector<Reader>& readers();
// Null when there is none of that name.
const Reader* find_reader(std::string_view name);

}  // namespace hostile
