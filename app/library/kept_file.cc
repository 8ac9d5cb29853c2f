#include "app/library/kept_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace library {
namespace {

namespace fs = std::filesystem;

// Names, notes and progress of thousands of runs are a few megabytes; what is larger was not written by us.
constexpr std::size_t kLargest = std::size_t{32} << 20;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw Refused("cannot " + what + " " + path + ": " + std::strerror(errno));
}

void sync_folder(const std::string& path) {
  const int folder = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);                     // Some file systems cannot, and then it is not needed either.
  ::close(folder);
}

}  // namespace

void make_folder(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) throw Refused(path + " is not a folder");
    return;
  }
  const fs::path above = fs::path(path).parent_path();
  if (!above.empty() && above != fs::path(path)) make_folder(above.string());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("make the folder", path);
}

std::optional<std::string> read_file(const std::string& path, std::size_t at_most) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    if (errno == ENOENT) return {};
    fail("read", path);
  }
  std::string content;
  char part[65536];
  ssize_t got = 0;
  while ((got = ::read(file, part, sizeof part)) > 0 && content.size() <= at_most) content.append(part, static_cast<std::size_t>(got));
  const int why = errno;
  ::close(file);
  errno = why;
  if (got < 0) fail("read", path);
  if (content.size() > at_most) throw Refused(path + " is too large");
  return content;
}

void write_file(const std::string& path, const std::string& content) {
  // A name of this process and thread alone: two that write at once must not write into one file.
  std::string beside = path + ".XXXXXX";
  const int file = ::mkostemp(beside.data(), O_CLOEXEC);
  if (file < 0) fail("write", path);
  std::size_t written = 0;
  bool good = true;
  while (good && written < content.size()) {
    const ssize_t now = ::write(file, content.data() + written, content.size() - written);
    if (now < 0 && errno == EINTR) continue;
    good = now > 0;
    if (good) written += static_cast<std::size_t>(now);
  }
  good = good && ::fsync(file) == 0;
  good = ::close(file) == 0 && good;
  if (good && ::rename(beside.c_str(), path.c_str()) == 0) return sync_folder(path);
  const int why = errno;
  ::unlink(beside.c_str());
  errno = why;
  fail("write", path);
}

void copy_file(const std::string& from, const std::string& to, const std::function<bool(double part)>& tell) {
  struct Open {
    int file;
    ~Open() {
      if (file >= 0) ::close(file);
    }
  };
  const Open in{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info {};
  if (in.file < 0 || ::fstat(in.file, &info) != 0) fail("read", from);
  if (!S_ISREG(info.st_mode)) throw Refused(from + " is not a plain file");
  const Open out{::open(to.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (out.file < 0) fail("write", to);
  std::vector<char> part(std::size_t{1} << 20);
  for (off_t done = 0;;) {
    const ssize_t got = ::read(in.file, part.data(), part.size());
    if (got < 0) fail("read", from);
    if (got == 0) break;
    for (ssize_t written = 0; written < got;) {
      const ssize_t now = ::write(out.file, part.data() + written, static_cast<std::size_t>(got - written));
      if (now < 0) fail("write", to);
      written += now;
    }
    done += got;
    if (!tell(info.st_size > 0 ? static_cast<double>(done) / static_cast<double>(info.st_size) : 1))
      throw Refused("copying " + fs::path(from).filename().string() + " was cancelled");
  }
  if (::fsync(out.file) != 0) fail("write", to);
}

FileLock::FileLock(const std::string& path, How how) {
  file_ = ::open(path.c_str(), (how == How::wait ? O_CREAT : 0) | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) return;
  const int operation = how == How::wait ? LOCK_EX : how == How::shared_now ? LOCK_SH | LOCK_NB : LOCK_EX | LOCK_NB;
  int result = 0;
  do result = ::flock(file_, operation);
  while (result != 0 && errno == EINTR);
  held_ = result == 0;
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

void SharedJson::load() {
  if (path_.empty() || !trouble.empty()) return;
  std::string why;
  try {
    const auto content = read_file(path_, kLargest);
    if (!content) {
      last_ = nlohmann::json::object();
      return;
    }
    nlohmann::json found = nlohmann::json::parse(*content, nullptr, false);
    if (found.is_object()) {
      last_ = std::move(found);
      return;
    }
    why = path_ + " was damaged";
  } catch (const Refused& refused) {
    why = refused.what();
  }
  // The next free name: what was put aside before stays, too.
  for (int i = 1; i < 1000; ++i) {
    const std::string aside = path_ + ".damaged-" + std::to_string(i);
    std::error_code error;
    if (fs::exists(aside, error)) continue;
    fs::rename(path_, aside, error);
    said = why + (error ? "; it could not be put aside" : "; it now lies in " + aside);
    break;
  }
  last_ = nlohmann::json::object();
}

const nlohmann::json& SharedJson::read() {
  load();
  return last_;
}

const nlohmann::json& SharedJson::change(const std::function<void(nlohmann::json&)>& change) {
  if (path_.empty() || !trouble.empty()) {
    change(last_);
    return last_;
  }
  const FileLock lock(path_ + ".lock", FileLock::How::wait);
  load();
  change(last_);
  try {
    write_file(path_, last_.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } catch (const Refused& refused) {
    trouble = refused.what();
  }
  return last_;
}

}  // namespace library
