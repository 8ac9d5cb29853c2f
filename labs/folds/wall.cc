#include "labs/folds/wall.h"

#include <ctime>

namespace folds {

std::string wall_text(record::WallTime when) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
  std::tm local{};
  char out[64] = "";
  if (::localtime_r(&seconds, &local) != nullptr) std::strftime(out, sizeof out, "%Y-%m-%d %H:%M:%S %z", &local);
  return out;
}

std::string wall_below(const record::Recording& run, core::Time at) {
  if (!run.began()) return "";
  if (run.header().world == "loopback") return "\n" + wall_text(*run.began() + at.time_since_epoch());
  return "\nbegan " + wall_text(*run.began());
}

}  // namespace folds
