#include "app/cli/progress.h"

#include <unistd.h>

#include <iostream>

#include "app/cli/interruptible.h"

namespace cli {

std::function<bool(double)> progress_line() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [](double part) {
    std::cerr << "\r" << static_cast<int>(part * 100) << " %\033[K" << (part >= 1 ? "\r\033[K" : "") << std::flush;
    return true;
  };
}

std::function<void(double)> interruptible_line() {
  return [line = progress_line(), said = -1](double part) mutable {
    if (interrupted) throw Interrupted{};
    // It may be told much more often than anybody reads.
    if (const int percent = static_cast<int>(part * 100); line && percent != said) said = percent, line(part);
  };
}

}  // namespace cli
