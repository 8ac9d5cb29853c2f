// `faultline` without a subcommand, or with a lab or a run: the window.
#pragma once
#include <string>

namespace window {

// Returns the exit code. `open`: a lab's name, a lab file or a run file; empty: the gallery. `state`: see state_file.h; empty
// but in tests.
int run(const std::string& open, const std::string& state = {});

}  // namespace window
