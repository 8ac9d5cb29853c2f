// The labs that come with the program: the Markdown files of this folder, built into it so that they are found wherever
// it is installed.
#pragma once
#include <string_view>
#include <vector>

#include "labs/guide/lab.h"

namespace catalog {

struct LabFile {
  std::string_view name, text;
};
const std::vector<LabFile>& lab_files();  // In the order that teaches. Generated at build time: see embed.cmake.

guide::Kinds all_kinds();
// By name, or by the path of a file; throws guide::BadLab, which names the nearest.
guide::Lab load_lab(const std::string& name_or_path);

}  // namespace catalog
