#include "app/window/panels/palette_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace window {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAtMost = 200;

std::string home() {
  const char* const folder = std::getenv("HOME");
  return folder != nullptr ? folder : "/";
}

Found of(const fs::directory_entry& entry, const std::string& typed_folder) {
  std::error_code ignored;
  const std::string name = entry.path().filename().string();
  if (entry.is_directory(ignored)) return {name + "/", "folder", "", {}, typed_folder + name + "/", 0};
  const std::string path = entry.path().string();
  if (path.ends_with(".md")) return {name, "lab file", "", OpenLab{path, {}, false, {}}, "", 0};
  return {name, "run", "", OpenRun{path}, "", 0};
}

}  // namespace

bool looks_like_path(std::string_view typed) { return typed.starts_with("/") || typed.starts_with("~") || typed.starts_with("."); }

std::vector<Found> find_files(const std::string& typed) {
  const auto slash = typed.rfind('/');
  const std::string typed_folder = slash == std::string::npos ? typed + "/" : typed.substr(0, slash + 1);
  const std::string beginning = slash == std::string::npos ? "" : typed.substr(slash + 1);
  const std::string folder = typed_folder.starts_with("~") ? home() + typed_folder.substr(1) : typed_folder;
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), last; !error && it != last; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    const bool opens = it->is_directory(ignored) || name.ends_with(".md") || name.ends_with(".run");
    const bool hidden = name.starts_with(".") && !beginning.starts_with(".");
    if (!opens || hidden || !name.starts_with(beginning)) continue;
    found.push_back(of(*it, typed_folder));
    if (found.size() == kAtMost) break;
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.fill.empty() != b.fill.empty() ? a.fill.empty() : a.title < b.title;   // What opens comes before what is entered.
  });
  return found;
}

}  // namespace window
