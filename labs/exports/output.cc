#include "labs/exports/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "labs/record/run_file.h"

namespace exports {

namespace fs = std::filesystem;
using record::StoreError;

Output::Output(std::string target, bool force, bool folder) : target_(std::move(target)), force_(force), folder_(folder) {
  while (target_.size() > 1 && target_.ends_with('/')) target_.pop_back();
  std::error_code ignored;
  if (!force_ && fs::exists(fs::symlink_status(target_, ignored))) throw StoreError(target_ + " exists already; --force writes over it");
  // A device, a pipe or a folder would be replaced by a file: for root even /dev/null.
  if (fs::exists(target_, ignored) && !(folder_ ? fs::is_directory(target_, ignored) : fs::is_regular_file(target_, ignored)))
    throw StoreError("cannot write " + target_ + ": it is not a " + (folder_ ? "folder" : "plain file"));
  // Never over what has the name already: somebody's file, or another export that is still going.
  for (int i = 1; i <= 100 && beside_.empty(); ++i) {
    const std::string name = target_ + ".part" + (i > 1 ? std::to_string(i) : "");
    int file = -1;
    const bool made = folder_ ? ::mkdir(name.c_str(), 0755) == 0
                              : (file = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0644)) >= 0;
    if (!made && errno == EEXIST) continue;
    if (!made) break;
    beside_ = name;
    if (folder_) break;
    std::FILE* const stream = ::fdopen(file, "w");
    if (stream == nullptr) fail();
    files_.push_back(stream);
  }
  if (beside_.empty()) fail();
}

Output::~Output() {
  for (std::FILE* const file : files_) std::fclose(file);
  if (done_ || beside_.empty()) return;
  for (const auto& name : names_) ::unlink((beside_ + "/" + name).c_str());
  folder_ ? ::rmdir(beside_.c_str()) : ::unlink(beside_.c_str());
}

std::size_t Output::begin_file(const std::string& name) {
  names_.push_back(name);
  std::FILE* const stream = std::fopen((beside_ + "/" + name).c_str(), "wxe");
  if (stream == nullptr) fail();
  files_.push_back(stream);
  return files_.size() - 1;
}

void Output::write(std::string_view text, std::size_t file) {
  if (std::fwrite(text.data(), 1, text.size(), files_[file]) != text.size()) fail();
}

void Output::close_files() {
  while (!files_.empty()) {
    std::FILE* const file = files_.back();
    files_.pop_back();
    const bool written = std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0;
    if (std::fclose(file) != 0 || !written) fail();
  }
}

void Output::finish() {
  close_files();
  take_its_place();
  done_ = true;
}

// What came to the target in the meantime stays. Of file systems, some know the one way and some the other.
void Output::take_its_place() const {
  if (force_ && folder_) clear_folder(target_);
  if (force_) return ::rename(beside_.c_str(), target_.c_str()) == 0 ? void() : fail();
  if (::renameat2(AT_FDCWD, beside_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) fail();
  // A folder takes the place of an empty one, a file gets a second name.
  const bool moved = folder_ ? ::mkdir(target_.c_str(), 0755) == 0 && ::rename(beside_.c_str(), target_.c_str()) == 0
                             : ::link(beside_.c_str(), target_.c_str()) == 0 && ::unlink(beside_.c_str()) == 0;
  if (!moved) fail();
}

// Only files that an export writes go: a folder in which there is anything else is somebody's.
void Output::clear_folder(const std::string& folder) const {
  std::error_code error;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder, error)) old.push_back(entry.path());
  for (const auto& path : old)
    if (std::find(names_.begin(), names_.end(), path.filename().string()) == names_.end())
      throw StoreError("cannot write over " + target_ + ": there is also " + path.filename().string() + " in it");
  for (const auto& path : old)
    if (::unlink(path.c_str()) != 0) fail();
}

void Output::fail() const { throw StoreError("cannot write " + target_ + ": " + std::strerror(errno)); }

}  // namespace exports
