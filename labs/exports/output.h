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

  // In a folder: says which of its files it is. All of them are open until the end.
  std::size_t begin_file(const std::string& name);
  void write(std::string_view text, std::size_t file = 0);
  void finish();

 private:
  void close_files();
  void take_its_place() const;
  void clear_folder(const std::string& folder) const;
  [[noreturn]] void fail() const;

  std::string target_, beside_;
  bool force_, folder_, done_ = false;
  std::vector<std::string> names_;         // Of a folder's files, as far as they were begun.
  std::vector<std::FILE*> files_;
};

}  // namespace exports
