#include "app/library/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "app/library/kept_file.h"
#include "labs/record/open_run.h"

namespace library {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kBeside[] = {"-wal", "-shm", "-journal"};   // What SQLite leaves beside a file.
constexpr std::size_t kShownEach = 64;   // Runs, of a folder that is read for the first time.

struct Seen {
  std::string path;
  std::int64_t when = 0, changed = 0;    // Seconds; nanoseconds.
  std::uint64_t bytes = 0;
};

std::vector<Seen> files_of(const std::string& folder) {
  std::vector<Seen> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() != ".run") continue;
    struct stat info {};
    if (::stat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    struct stat log {};
    const bool has_log = ::stat((it->path().string() + "-wal").c_str(), &log) == 0;
    // What was written last may be in the log alone.
    const bool later = has_log && (log.st_mtim.tv_sec > info.st_mtim.tv_sec ||
                                   (log.st_mtim.tv_sec == info.st_mtim.tv_sec && log.st_mtim.tv_nsec > info.st_mtim.tv_nsec));
    const auto& last = later ? log.st_mtim : info.st_mtim;
    files.push_back({it->path().string(), last.tv_sec, last.tv_sec * 1'000'000'000 + last.tv_nsec,
                     static_cast<std::uint64_t>(info.st_size + log.st_size)});
  }
  std::sort(files.begin(), files.end(), [](const Seen& a, const Seen& b) {
    return a.changed != b.changed ? a.changed > b.changed : a.path < b.path;
  });
  return files;
}

// The first line of a lab file.
std::string title_of(const std::string& lab_text) {
  if (!lab_text.starts_with("# ")) return "";
  return lab_text.substr(2, std::min<std::size_t>(lab_text.find('\n'), 120) - 2);
}

json read_now(const Seen& file) {
  json read = {{"changed", file.changed}, {"bytes", file.bytes}};
  try {
    const record::Brief brief = record::read_brief(file.path);
    read["title"] = title_of(brief.header.lab_text);
    read["lab"] = brief.header.lab, read["world"] = brief.header.world, read["seed"] = brief.header.seed;
    if (brief.began) read["began"] = std::chrono::floor<std::chrono::seconds>(*brief.began).time_since_epoch().count();
    read["events"] = brief.events, read["length"] = brief.end.time_since_epoch().count();
  } catch (const std::exception& bad) {
    // The row of the list names the file already.
    std::string why = bad.what();
    if (const auto at = why.find(" cannot be opened: "); at != std::string::npos) why = why.substr(at + 19);
    read["trouble"] = why;
  }
  return read;
}

RunEntry entry_of(const Seen& file, const json& read) {
  RunEntry entry;
  entry.path = file.path, entry.when = file.when, entry.bytes = file.bytes;
  const std::string stem = fs::path(file.path).stem().string();
  entry.name = entry.plain_name = plain_name(stem, member<std::string>(read, "title", ""));
  entry.lab_title = member<std::string>(read, "title", "");
  entry.began = member<std::int64_t>(read, "began", 0);
  entry.lab = member<std::string>(read, "lab", lab_of_stem(stem));
  entry.world = member<std::string>(read, "world", "");
  entry.seed = member<std::uint64_t>(read, "seed", 0);
  entry.events = member<std::uint64_t>(read, "events", 0);
  entry.length = core::Duration(member<std::int64_t>(read, "length", 0));
  entry.trouble = member<std::string>(read, "trouble", "");
  return entry;
}

}  // namespace

std::string marker_of(const std::string& run) { return run + ".open"; }

Marked marked(const std::string& run) {
  struct stat info {};
  if (::lstat(marker_of(run).c_str(), &info) != 0) return Marked::none;
  // Shared: two windows that look at once must not take each other for the writer.
  const FileLock lock(marker_of(run), FileLock::How::shared_now);
  return lock.held() ? Marked::left : Marked::held;
}

int hold_marker(const std::string& run) {
  std::error_code error;
  if (fs::exists(run, error)) return -1;
  const std::string path = marker_of(run);
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0 && errno == EEXIST) return -1;
  if (file < 0) throw Refused("cannot write " + path + ": " + std::strerror(errno));
  ::flock(file, LOCK_EX);
  const std::string words = std::to_string(::getpid()) + "\n";
  if (::write(file, words.data(), words.size()) < 0) {
    const int why = errno;
    ::close(file);
    ::unlink(path.c_str());
    throw Refused("cannot write " + path + ": " + std::strerror(why));
  }
  return file;
}

std::string file_stem(const std::string& lab, std::int64_t when) {
  std::string plain;
  for (const char c : fs::path(lab).stem().string())
    plain += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '-';
  if (plain.empty()) plain = "run";
  char moment[32] = "";
  const std::time_t seconds = when;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::strftime(moment, sizeof moment, "-%Y%m%d-%H%M%S", &parts);
  return plain.substr(0, 80) + moment;
}

std::string lab_of_stem(const std::string& stem) {
  // lab-YYYYMMDD-HHMMSS[-n]
  const auto digits = [&](std::size_t at, std::size_t count) {
    return at + count <= stem.size() && std::all_of(stem.begin() + static_cast<std::ptrdiff_t>(at), stem.begin() + static_cast<std::ptrdiff_t>(at + count),
                                                    [](unsigned char c) { return std::isdigit(c) != 0; });
  };
  for (std::size_t at = 0; (at = stem.find('-', at)) != std::string::npos; ++at)
    if (digits(at + 1, 8) && at + 9 < stem.size() && stem[at + 9] == '-' && digits(at + 10, 6)) return stem.substr(0, at);
  return "";
}

std::string plain_name(const std::string& stem, const std::string& lab_title) {
  const std::string lab = lab_of_stem(stem);
  if (lab_title.empty() || lab.empty()) return stem;
  const std::string digits = stem.substr(lab.size() + 10, 6), more = stem.substr(lab.size() + 16);
  return lab_title + ", " + digits.substr(0, 2) + ":" + digits.substr(2, 2) + ":" + digits.substr(4) + (more.empty() ? "" : " (" + more.substr(1) + ")");
}

void move_run(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw Refused("cannot move " + from + ": " + std::strerror(errno));
  for (const char* ending : kBeside) ::rename((from + ending).c_str(), (to + ending).c_str());
}

void finish_run(const std::string& run) {
  std::error_code error;
  if (!fs::exists(run, error)) return;
  record::Database db(run, record::Database::Mode::write);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  db.run("PRAGMA journal_mode = DELETE");
}

std::string free_path(const std::string& folder, const std::string& name, const std::string& ending) {
  std::error_code error;
  for (int i = 1;; ++i) {
    const std::string path = folder + "/" + name + (i > 1 ? "-" + std::to_string(i) : "") + ending;
    if (!fs::exists(fs::symlink_status(path, error)) && !fs::exists(fs::symlink_status(marker_of(path), error))) return path;
  }
}

std::vector<RunEntry> read_runs(const std::string& folder, json& cache, const Progress& progress) {
  std::vector<RunEntry> entries;
  json now = json::object();
  const std::vector<Seen> files = files_of(folder);
  std::size_t read_anew = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Seen& file = files[i];
    const std::string key = fs::path(file.path).filename().string();
    const Marked mark = marked(file.path);
    const auto known = cache.find(key);
    const bool fresh = known != cache.end() && member<std::int64_t>(*known, "changed", -1) == file.changed &&
                       member<std::uint64_t>(*known, "bytes", 0) == file.bytes;
    // What is being written changes all the time; its name says enough until it is done.
    json read = fresh ? *known : mark == Marked::held ? json::object() : read_now(file);
    RunEntry entry = entry_of(file, read);
    entry.recording = mark == Marked::held, entry.cut_off = mark == Marked::left;
    entries.push_back(std::move(entry));
    if (!read.empty()) now[key] = std::move(read);
    if (!fresh && ++read_anew % kShownEach == 0 &&
        !progress(static_cast<double>(i + 1) / static_cast<double>(files.size()), entries))
      return entries;
  }
  cache = std::move(now);
  return entries;
}

}  // namespace library
