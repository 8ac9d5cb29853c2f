// A libFuzzer target for one of the readers of tests/hostile: FUZZED_READER names it. tests/fuzz/run builds and runs all.
// An empty folder among the arguments is filled with the reader's sound inputs first.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>

#include "tests/hostile/readers.h"

namespace {

namespace fs = std::filesystem;

const hostile::Reader& reader() {
  static const hostile::Reader* const one = hostile::find_reader(FUZZED_READER);
  if (one == nullptr) std::fprintf(stderr, "there is no reader %s\n", FUZZED_READER), std::exit(64);
  return *one;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  for (int i = 1; i < *count; ++i) {
    const fs::path folder = (*words)[i];
    std::error_code none;
    if (!fs::is_directory(folder, none) || !fs::is_empty(folder, none)) continue;
    int number = 0;
    for (const auto& sound : reader().corpus()) std::ofstream(folder / std::to_string(++number), std::ios::binary) << sound;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  reader().read(bytes);
  return 0;
}
