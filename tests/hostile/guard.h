// Watches one try of a reader: what crashes, takes more than a second of the processor or more than 1 GiB is kept as a file,
// and said, before the process ends.
#pragma once
#include <string>

namespace hostile {

// Of this process, from now on. Call once, before the first try.
void limit_memory();

class Try {
 public:
  // `name`: of the file that is kept, in $TMPDIR. Both must outlive it.
  Try(const std::string& name, const std::string& bytes);
  ~Try();
  Try(const Try&) = delete;
  Try& operator=(const Try&) = delete;

  // Writes the bytes to their file; returns its path.
  static std::string keep();
};

}  // namespace hostile
