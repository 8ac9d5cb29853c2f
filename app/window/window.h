// `faultline` without a subcommand, or with a lab or a run: the window.
#pragma once
#include <string>

namespace window {

struct Start {
  std::string open;                    // A lab's name, a lab file or a run file; empty: the gallery.
  std::string theme;                   // By name, or a file; empty: as preferred.
  std::string state;                   // See state_file.h; empty but in tests.
};
// Returns the exit code.
int run(const Start& start);

}  // namespace window
