#include "mechanisms/core/check.h"

#include <string>

namespace core {

void check_failed(const char* condition, const char* file, int line) {
  std::string path = file;
  if (const auto cut = path.find_last_of('/'); cut != std::string::npos) path.erase(0, cut + 1);
  throw CheckFailed(path + ":" + std::to_string(line) + ": " + condition);
}

}  // namespace core
