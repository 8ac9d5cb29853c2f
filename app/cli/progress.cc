#include "app/cli/progress.h"

#include <unistd.h>

#include <iostream>

namespace cli {

std::function<bool(double)> progress_line() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [](double part) {
    std::cerr << "\r" << static_cast<int>(part * 100) << " %\033[K" << (part >= 1 ? "\r\033[K" : "") << std::flush;
    return true;
  };
}

}  // namespace cli
