// A file, or a folder of files, that is written beside its target and takes its place when all is well.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace exports {

class Output {
 public:
  // All of it throws record::StoreError.
  Output(std::string target, bool force, bool folder);
  ~Output();                               // What is not finished is gone.
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void begin_file(const std::string& name);   // In a folder: what is written from here on is in this file.
  void write(std::string_view text);
  void finish();

 private:
  void close_file();
  void take_its_place() const;
  void clear_folder(const std::string& folder) const;
  [[noreturn]] void fail() const;

  std::string target_, beside_;
  bool force_, folder_, done_ = false;
  std::vector<std::string> files_;         // Of a folder, as far as they were begun.
  std::FILE* out_ = nullptr;
};

}  // namespace exports
