// A folder for what a bench writes, gone with it.
#pragma once
#include <filesystem>
#include <string>

#include "labs/record/run_file.h"

namespace bench {

struct Scratch {
  Scratch() : path(record::make_scratch_folder()) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string path;
};

}  // namespace bench
