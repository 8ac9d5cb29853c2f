#include "labs/folds/words.h"

#include <chrono>
#include <cmath>
#include <cstdio>

namespace folds {

std::string time_text(core::Time at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  char out[32];
  std::snprintf(out, sizeof out, "%02lld:%02lld.%03lld", static_cast<long long>(ms / 60'000),
                static_cast<long long>(ms / 1000 % 60), static_cast<long long>(ms % 1000));
  return out;
}

std::string seconds_text(core::Duration length) {
  const double ns = static_cast<double>(length.count());
  const double size = std::abs(ns);
  char out[32];
  if (size >= 1e9) std::snprintf(out, sizeof out, "%.*f s", size >= 1e11 ? 0 : size >= 1e10 ? 1 : 2, ns / 1e9);
  else if (size >= 1e6) std::snprintf(out, sizeof out, "%.*f ms", size >= 1e8 ? 0 : size >= 1e7 ? 1 : 2, ns / 1e6);
  else if (size >= 1e3) std::snprintf(out, sizeof out, "%.*f \u00b5s", size >= 1e5 ? 0 : 1, ns / 1e3);
  else std::snprintf(out, sizeof out, "%.0f ns", ns);
  return out;
}

std::string count_text(double value) {
  char out[32];
  const double size = std::abs(value);
  if (size >= 1e9) std::snprintf(out, sizeof out, "%.3g G", value / 1e9);
  else if (size >= 1e6) std::snprintf(out, sizeof out, "%.3g M", value / 1e6);
  else if (size >= 1e4) std::snprintf(out, sizeof out, "%.3g k", value / 1e3);
  else if (size >= 1000) std::snprintf(out, sizeof out, "%d,%03d", static_cast<int>(value) / 1000, std::abs(static_cast<int>(value)) % 1000);
  else if (value == std::floor(value)) std::snprintf(out, sizeof out, "%.0f", value);
  else std::snprintf(out, sizeof out, "%.3g", value);
  return out;
}

std::string bytes_text(double bytes) {
  char out[32];
  if (bytes >= 1e9) std::snprintf(out, sizeof out, "%.1f GB", bytes / 1e9);
  else if (bytes >= 1e6) std::snprintf(out, sizeof out, "%.1f MB", bytes / 1e6);
  else if (bytes >= 1e3) std::snprintf(out, sizeof out, "%.0f kB", bytes / 1e3);
  else std::snprintf(out, sizeof out, "%.0f B", bytes);
  return out;
}

}  // namespace folds
