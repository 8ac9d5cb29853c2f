// Small files that must be whole whenever they are read: written beside and renamed, changed under a lock that all windows
// of one person take, and put aside, never lost, when they cannot be read.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

namespace library {

// Something could not be kept or found, in words for the person.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Makes a folder and those above it, for nobody else to enter. Throws Refused.
void make_folder(const std::string& path);
// The content; nothing when there is no such file. Throws Refused when it cannot be read or is larger than `at_most`.
std::optional<std::string> read_file(const std::string& path, std::size_t at_most);
// All or nothing, also when the process is killed or the power fails. Throws Refused.
void write_file(const std::string& path, const std::string& content);

// A copy for this user alone. `tell` is told how much is done; false stops. Throws Refused, also when it is stopped.
void copy_file(const std::string& from, const std::string& to, const std::function<bool(double part)>& tell);

// Holds a file's lock. It ends with the process, whatever ends that.
class FileLock {
 public:
  enum class How { wait, shared_now, alone_now };
  FileLock(const std::string& path, How how);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool held() const { return held_; }

 private:
  int file_ = -1;
  bool held_ = false;
};

// One JSON object in a file that several windows share. When it cannot be written it lives in memory, and `trouble` says why.
class SharedJson {
 public:
  // An empty path: only in memory.
  explicit SharedJson(std::string path) : path_(std::move(path)) {}

  // What the file holds now. What cannot be read is put aside under another name, and said.
  const nlohmann::json& read();
  // Another window may have written since: what is changed is what the file holds now, and nobody else changes it meanwhile.
  const nlohmann::json& change(const std::function<void(nlohmann::json&)>& change);
  const nlohmann::json& last() const { return last_; }
  std::string trouble;                 // Why it is kept in memory only.
  std::string said;                    // A file was put aside: where it lies now.

 private:
  void load();
  std::string path_;
  nlohmann::json last_ = nlohmann::json::object();
};

// The member of this name, when it is there and of the right type: files are edited by hand, and by newer programs.
template <class T>
T member(const nlohmann::json& object, const char* name, T otherwise) {
  if (!object.is_object()) return otherwise;
  const auto it = object.find(name);
  if (it == object.end()) return otherwise;
  try {
    return it->template get<T>();
  } catch (const nlohmann::json::exception&) {
    return otherwise;
  }
}

}  // namespace library
