#include "labs/catalog/labs.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

guide::Kinds all_kinds() {
  return {[](std::string_view name) { return find_kind(name); },
          [] {
            std::vector<std::string> names;
            for (const auto* kind : kinds()) names.push_back(kind->name);
            return names;
          }};
}

guide::Lab load_lab(const std::string& name_or_path) {
  std::vector<std::string> names;
  for (const LabFile& file : lab_files()) {
    if (file.name == name_or_path) return guide::read_lab(std::string(file.name), file.text, all_kinds());
    names.emplace_back(file.name);
  }
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::is_regular_file(name_or_path, ignored)) {
    if (fs::file_size(name_or_path, ignored) > (1u << 20)) throw guide::BadLab(name_or_path + ": a lab file is at most 1 MiB");
    std::ifstream in(name_or_path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    try {
      return guide::read_lab(fs::path(name_or_path).stem().string(), text, all_kinds());
    } catch (const guide::BadLab& bad) {
      throw guide::BadLab(name_or_path + ", " + bad.what());
    }
  }
  const std::string near = core::nearest(name_or_path, names);
  throw guide::BadLab("there is no lab `" + name_or_path + "`" + (near.empty() ? "; `faultline labs` lists them" : ", did you mean `" + near + "`?"));
}

}  // namespace catalog
