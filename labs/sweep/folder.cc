#include "labs/sweep/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "labs/exports/output.h"
#include "labs/record/run_file.h"

namespace sweep {

namespace fs = std::filesystem;
using record::StoreError;

namespace {

constexpr const char* kGridFile = "/sweep.json";
constexpr const char* kResultsFile = "/results.jsonl";
constexpr const char* kRunFiles = "/runs";
constexpr std::uintmax_t kMostBytes = std::uintmax_t{4} << 30;

[[noreturn]] void cannot_write(const std::string& path) { throw StoreError("cannot write " + path + ": " + std::strerror(errno)); }

std::string content_of(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) throw BadSweep("cannot read " + path);
  if (size > kMostBytes) throw BadSweep(path + " is too large for a sweep");
  return {std::istreambuf_iterator<char>(in), {}};
}

// What was written beside and never took its place: whoever wrote it was killed. Of a run file that is several files.
void remove_parts(const std::string& folder) {
  std::error_code none;
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().filename().string().find(".part") != std::string::npos) parts.push_back(entry.path());
  for (const auto& path : parts) fs::remove(path, none);
}

// Whole lines by their runs' numbers; how many bytes they are.
std::size_t read_lines(const std::string& path, const std::string& text, const Grid& grid, std::map<std::uint64_t, std::string>& lines) {
  std::size_t at = 0;
  for (std::size_t number = 1;; ++number) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) return at;
    std::string line = text.substr(at, end + 1 - at);
    try {
      const std::uint64_t run = read_line(grid, line).run;
      const auto [it, fresh] = lines.emplace(run, line);
      if (!fresh && it->second != line) throw BadSweep("this run came out otherwise in an earlier line");
    } catch (const BadSweep& bad) {
      throw BadSweep(path + ", line " + std::to_string(number) + ": " + bad.what());
    }
    at = end + 1;
  }
}

void replace(const std::string& path, const std::string& content) {
  exports::Output out(path, true, false);
  out.write(content);
  out.finish();
}

[[noreturn]] void in_two_ways(const Grid& grid, std::uint64_t run, const std::string& one, const std::string& other) {
  throw BadSweep("cell " + std::to_string(grid.cell_of(run) + 1) + ", seed " + std::to_string(grid.seed_of(run)) +
                 " came out in two ways, in " + one + " and in " + other);
}

Grid read_grid_file(const std::string& folder, Shard& shard) {
  Grid grid;
  try {
    read_grid(content_of(folder + kGridFile), grid, shard);
  } catch (const BadSweep& bad) {
    throw BadSweep(folder + kGridFile + ": " + bad.what());
  }
  return grid;
}

}  // namespace

Folder::Folder(std::string path, Grid grid, Shard shard) : path_(std::move(path)), grid_(std::move(grid)), shard_(shard) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  std::error_code error;
  fs::create_directories(path_, error);
  lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) cannot_write(path_);
  try {
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) throw BadSweep("somebody else writes into " + path_ + " now");
    make_or_check();
    read_results();
  } catch (...) {
    if (results_ >= 0) ::close(results_);
    ::close(lock_);
    throw;
  }
}

Folder::~Folder() {
  ::close(results_);
  ::close(lock_);
}

void Folder::make_or_check() {
  const std::string file = path_ + kGridFile;
  std::error_code error;
  if (fs::exists(file, error)) {
    remove_parts(path_);
    remove_parts(path_ + kRunFiles);
    Shard lies_there;
    const Grid there = read_grid_file(path_, lies_there);
    if (const auto why = difference(there, grid_); !why.empty()) throw BadSweep(path_ + " holds another sweep: " + why);
    if (!(lies_there == shard_))
      throw BadSweep(path_ + " holds part " + std::to_string(lies_there.part) + " of " + std::to_string(lies_there.of) + " of this sweep");
    return;
  }
  // One that was killed at its very beginning left at most this.
  fs::remove(file + ".part", error);
  if (!fs::is_empty(path_, error)) throw BadSweep(path_ + " is no sweep's folder, and not empty");
  replace(file, grid_text(grid_, shard_));
}

void Folder::read_results() {
  const std::string file = path_ + kResultsFile;
  results_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (results_ < 0) cannot_write(file);
  const std::size_t whole = read_lines(file, content_of(file), grid_, lines_);
  if (::ftruncate(results_, static_cast<::off_t>(whole)) != 0) cannot_write(file);
}

std::uint64_t Folder::wanted() const {
  const std::uint64_t all = grid_.runs();
  return all / shard_.of + (all % shard_.of >= shard_.part ? 1 : 0);
}

std::string run_file(const std::string& folder, const Grid& grid, std::uint64_t run) {
  return folder + kRunFiles + "/" + std::to_string(grid.cell_of(run) + 1) + "-" + std::to_string(grid.seed_of(run)) + ".run";
}

std::string Folder::run_file(std::uint64_t run) const { return sweep::run_file(path_, grid_, run); }

void Folder::append(const Outcome& outcome) {
  const std::string line = line_of(grid_, outcome);
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < line.size();) {
    const auto written = ::write(results_, line.data() + at, line.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot_write(path_ + kResultsFile);
    at += static_cast<std::size_t>(written);
  }
  lines_.emplace(outcome.run, line);
}

void Folder::finish(const std::map<std::uint64_t, std::string>& others) {
  const std::lock_guard lock(mutex_);
  for (const auto& [run, line] : others)
    if (const auto [it, fresh] = lines_.emplace(run, line); !fresh && it->second != line) in_two_ways(grid_, run, path_, "the others");
  std::string all;
  for (const auto& [run, line] : lines_) all += line;
  replace(path_ + kResultsFile, all);
}

Stored read_folder(const std::string& path) {
  Stored stored;
  stored.grid = read_grid_file(path, stored.shard);
  const std::string file = path + kResultsFile;
  std::error_code error;
  // Killed before its first line.
  if (fs::exists(file, error)) read_lines(file, content_of(file), stored.grid, stored.lines);
  return stored;
}

Stored merged(const std::vector<std::string>& folders) {
  Stored all;
  std::map<std::uint64_t, const std::string*> from;
  for (const auto& path : folders) {
    Stored one = read_folder(path);
    if (&path == &folders.front()) all.grid = one.grid;
    if (const auto why = difference(one.grid, all.grid); !why.empty())
      throw BadSweep(path + " is of another sweep than " + folders.front() + ": " + why);
    for (auto& [run, line] : one.lines) {
      const auto [it, fresh] = all.lines.emplace(run, line);
      if (fresh) from[run] = &path;
      else if (it->second != line) in_two_ways(all.grid, run, *from[run], path);
    }
  }
  return all;
}

std::vector<Missing> missing(const Stored& stored) {
  std::vector<std::uint64_t> done(stored.grid.cells(), 0);
  for (const auto& [run, line] : stored.lines) ++done[stored.grid.cell_of(run)];
  std::vector<Missing> all;
  for (std::uint64_t cell = 0; cell < done.size(); ++cell)
    if (done[cell] < stored.grid.seeds()) all.push_back({cell, stored.grid.seeds() - done[cell]});
  return all;
}

}  // namespace sweep
