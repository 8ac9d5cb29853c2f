#include "app/library/library.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "app/library/kept_file.h"
#include "app/library/kept_forms.h"
#include "app/library/run_folder.h"
#include "labs/record/open_run.h"
#include "labs/session/session.h"

namespace library {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::int64_t kTrashDays = 30;
constexpr std::size_t kRecent = 12;
constexpr std::size_t kLongestName = 200, kLongestNote = 4000, kMostTags = 32, kLongestTag = 40;

std::string from_environment(const char* name, const char* below_home) {
  // The specification: what is not absolute is to be ignored.
  const char* const given = std::getenv(name);
  if (given != nullptr && given[0] == '/') return std::string(given) + "/faultline";
  const char* const home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return "";
  return std::string(home) + below_home + "/faultline";
}

std::string shortened(std::string text, std::size_t at_most) {
  if (text.size() <= at_most) return text;
  while (at_most > 0 && (static_cast<unsigned char>(text[at_most]) & 0xc0u) == 0x80u) --at_most;
  return text.substr(0, at_most);
}

// The object of this name within another, made when it is not there.
json& object_in(json& all, const char* name) {
  json& object = all[name];
  if (!object.is_object()) object = json::object();
  return object;
}

std::vector<Recent> recent_of(const json& all) {
  std::vector<Recent> list;
  const auto opened = all.find("opened");
  if (opened == all.end() || !opened->is_array()) return list;
  for (const auto& one : *opened)
    if (const auto path = member<std::string>(one, "path", ""); !path.empty() && list.size() < kRecent)
      list.push_back({path, member<bool>(one, "run", false), member<std::string>(one, "name", path)});
  return list;
}

}  // namespace

Folders standard_folders() {
  return {from_environment("XDG_DATA_HOME", "/.local/share"), from_environment("XDG_CONFIG_HOME", "/.config")};
}

struct Library::Inside {
  Folders folders;
  std::function<std::int64_t()> clock;
  std::function<void()> on_change;
  std::string trouble;
  std::vector<std::string> said;

  SharedJson marks{""}, progress{""}, preferences{""}, recent{""};
  std::string cache_path;
  json kept_preferences = json::object();      // As they were loaded or kept last: what differs was changed here.
  std::map<std::string, LabProgress> labs;
  std::vector<RunEntry> runs;
  std::map<std::string, int> open;             // Runs that this window records, and their held markers.

  mutable std::mutex mutex;                    // Of all below, which the library's own thread uses, too.
  std::condition_variable called;
  std::deque<std::function<void()>> jobs;
  bool busy = false, over = false, fresh = false;
  std::vector<RunEntry> found;
  std::vector<std::string> found_said;
  std::optional<Work> work;
  std::atomic<bool> cancelled{false};
  std::thread thread;

  std::string runs_folder() const { return folders.data + "/runs"; }
  std::string trash_folder() const { return folders.data + "/trash"; }
  void say(SharedJson& file) {
    if (!file.said.empty()) said.push_back(std::exchange(file.said, ""));
    if (!file.trouble.empty() && trouble.empty()) trouble = file.trouble + "; what changes now is kept until this window closes";
  }
  std::string key_of(const std::string& path) const {
    return fs::path(path).parent_path() == fs::path(runs_folder()) ? fs::path(path).filename().string() : path;
  }
  void open_folders();
  void tidy();
  void mark(const std::string& path, const std::function<void(json&)>& change);
  void dress(RunEntry& entry) const;
  void to_trash(const std::string& path);
  void later(std::function<void()> job);
  void work_off();
  bool tell(const std::string& words, double part);
  void list_now(bool keeps);   // `keeps`: what was read is kept for the next list.
  void import_now(const std::string& path, double part, double share);
};

Library::Library(Folders folders, std::function<std::int64_t()> clock) : inside_(new Inside) {
  Inside& in = *inside_;
  in.folders = std::move(folders);
  in.clock = clock ? std::move(clock) : [] { return static_cast<std::int64_t>(std::time(nullptr)); };
  in.open_folders();
  for (const auto& [lab, progress] : in.progress.read().items()) in.labs[lab] = progress_of(progress);
  in.marks.read();
  in.say(in.marks), in.say(in.progress);
  if (in.trouble.empty()) in.tidy();
}

Library::~Library() {
  Inside& in = *inside_;
  in.cancelled = true;
  {
    const std::lock_guard lock(in.mutex);
    in.jobs.clear();
    in.over = true;
  }
  in.called.notify_all();
  if (in.thread.joinable()) in.thread.join();
  // Only now: nobody asks any more whether a run is being recorded.
  while (!in.open.empty()) close_run(std::string(in.open.begin()->first));
}

void Library::Inside::open_folders() {
  try {
    if (folders.data.empty() || folders.config.empty()) throw Refused("there is no home folder");
    make_folder(runs_folder()), make_folder(trash_folder()), make_folder(folders.config);
    for (const auto& folder : {runs_folder(), trash_folder(), folders.config})
      if (::access(folder.c_str(), W_OK | X_OK) != 0) throw Refused("cannot write in " + folder + ": " + std::strerror(errno));
  } catch (const Refused& refused) {
    trouble = std::string(refused.what()) + "; runs, progress and preferences are kept until this window closes";
  }
  // What can be read is read, also where nothing can be written.
  if (!folders.data.empty()) {
    marks = SharedJson(folders.data + "/runs.json"), progress = SharedJson(folders.data + "/progress.json");
    recent = SharedJson(folders.data + "/recent.json");
    cache_path = folders.data + "/runs-read.json";
  }
  if (!folders.config.empty()) preferences = SharedJson(folders.config + "/preferences.json");
  if (trouble.empty()) return;
  for (SharedJson* file : {&marks, &progress, &recent, &preferences}) {
    try {
      file->read();
    } catch (const std::exception&) {
      // It stays empty: the trouble is said already.
    }
    file->trouble = trouble, file->said.clear();
  }
}

// What is in the trash for longer than it was promised, and what a killed window left half written.
void Library::Inside::tidy() {
  std::error_code error;
  const std::int64_t now = clock();
  const json trash = marks.last().contains("trash") ? marks.last()["trash"] : json::object();
  std::vector<std::string> gone;
  for (fs::directory_iterator it(trash_folder(), error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".run" && it->path().extension() != ".md") continue;
    const std::string file = it->path().filename().string();
    const json entry = trash.is_object() ? trash.value(file, json::object()) : json::object();
    if (now - member<std::int64_t>(entry, "deleted", now) < kTrashDays * 86'400) continue;
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((it->path().string() + ending).c_str());
    gone.push_back(file);
  }
  if (!gone.empty())
    marks.change([&](json& all) {
      for (const auto& file : gone) object_in(all, "trash").erase(file);
    });
  for (const auto& folder : {folders.data, folders.config, runs_folder()})
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      const bool half = name.find(".json.") != std::string::npos && name.find(".damaged-") == std::string::npos &&
                        !name.ends_with(".lock");
      struct stat info {};
      if ((half || name.ends_with(".part")) && ::lstat(it->path().c_str(), &info) == 0 && now - info.st_mtime > 3600)
        ::unlink(it->path().c_str());
    }
}

void Library::on_change(std::function<void()> call) { inside_->on_change = std::move(call); }
std::string Library::trouble() const { return inside_->trouble; }
std::vector<std::string> Library::take_said() { return std::exchange(inside_->said, {}); }

// --- The library's own thread.

void Library::Inside::later(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex);
    cancelled = false;
    jobs.push_back(std::move(job));
  }
  called.notify_all();
  if (!thread.joinable()) thread = std::thread([this] { work_off(); });
}

void Library::Inside::work_off() {
  std::unique_lock lock(mutex);
  for (;;) {
    called.wait(lock, [&] { return over || !jobs.empty(); });
    if (over) return;
    const auto job = std::move(jobs.front());
    jobs.pop_front();
    busy = true;
    lock.unlock();
    try {
      job();
    } catch (const std::exception& why) {
      const std::lock_guard again(mutex);
      found_said.push_back(why.what()), fresh = true;
    }
    if (on_change) on_change();
    lock.lock();
    busy = false, work.reset();
    called.notify_all();
  }
}

bool Library::Inside::tell(const std::string& words, double part) {
  {
    const std::lock_guard lock(mutex);
    work = Work{words, part};
  }
  if (on_change) on_change();
  return !cancelled;
}

void Library::Inside::list_now(bool keeps) {
  json cache = json::object();
  try {
    if (const auto text = read_file(cache_path, std::size_t{64} << 20)) cache = json::parse(*text, nullptr, false);
  } catch (const Refused&) {
    // It is only what was read before: it is read again.
  }
  if (!cache.is_object()) cache = json::object();
  const json before = cache;
  const auto publish = [&](const std::vector<RunEntry>& entries) {
    const std::lock_guard lock(mutex);
    found = entries, fresh = true;
  };
  publish(read_runs(runs_folder(), cache, [&](double part, const auto& so_far) {
    publish(so_far);
    return tell("Reading the runs", part);
  }));
  if (cache == before || cancelled || !keeps) return;
  try {
    write_file(cache_path, cache.dump(-1, ' ', false, json::error_handler_t::replace));
  } catch (const Refused&) {
    // The next list takes longer. That is all.
  }
}

void Library::list_runs() {
  if (inside_->folders.data.empty()) return;
  {
    const std::lock_guard lock(inside_->mutex);
    if (!inside_->jobs.empty()) return;        // Every job ends with a list.
  }
  inside_->later([in = inside_.get(), keeps = inside_->trouble.empty()] { in->list_now(keeps); });
}

bool Library::poll() {
  Inside& in = *inside_;
  {
    const std::lock_guard lock(in.mutex);
    if (!in.fresh) return false;
    in.fresh = false;
    in.runs = in.found;
    for (auto& words : in.found_said) in.said.push_back(std::move(words));
    in.found_said.clear();
  }
  in.marks.read();                             // Another window may have named some.
  in.say(in.marks);
  // What was deleted while the folder was read.
  std::erase_if(in.runs, [](const RunEntry& entry) { return ::access(entry.path.c_str(), F_OK) != 0; });
  for (RunEntry& entry : in.runs) in.dress(entry);
  return true;
}

const std::vector<RunEntry>& Library::runs() const { return inside_->runs; }
const RunEntry* Library::find(const std::string& path) const {
  const auto& runs = inside_->runs;
  const auto it = std::find_if(runs.begin(), runs.end(), [&](const RunEntry& entry) { return entry.path == path; });
  return it == runs.end() ? nullptr : &*it;
}

std::optional<Library::Work> Library::work() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->work;
}
void Library::cancel() { inside_->cancelled = true; }
void Library::wait() {
  std::unique_lock lock(inside_->mutex);
  inside_->called.wait(lock, [&] { return inside_->jobs.empty() && !inside_->busy; });
}

// --- Runs.

std::string Library::new_run_path(const std::string& lab) {
  Inside& in = *inside_;
  if (!in.trouble.empty()) return "";
  try {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const std::string path = free_path(in.runs_folder(), file_stem(lab, in.clock()), ".run");
      const int file = hold_marker(path);
      if (file < 0) continue;                  // Another window was faster.
      in.open[path] = file;
      return path;
    }
  } catch (const Refused& refused) {
    in.said.push_back(std::string(refused.what()) + "; this run is kept in memory");
  }
  return "";
}

void Library::close_run(const std::string& path) {
  Inside& in = *inside_;
  const auto held = in.open.find(path);
  if (held == in.open.end()) return;
  try {
    // Somebody opened a lab and left it at once: nothing was done that anybody looks for again.
    const record::Brief brief = record::read_brief(path);
    if (brief.end - core::kStart < std::chrono::seconds(1) && session::commands_of(*record::open_run(path)).empty())
      for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((path + ending).c_str());
  } catch (const std::exception&) {
    // It is listed with what is wrong with it.
  }
  ::unlink(marker_of(path).c_str());
  ::close(held->second);
  in.open.erase(held);
}

void Library::Inside::dress(RunEntry& entry) const {
  const json& all = marks.last();
  if (!all.contains("runs") || !all["runs"].is_object()) return;
  const auto mark = all["runs"].find(key_of(entry.path));
  if (mark == all["runs"].end()) return;
  if (const auto name = member<std::string>(*mark, "name", ""); !name.empty()) entry.name = name;
  entry.note = member<std::string>(*mark, "note", "");
  entry.tags = member<std::vector<std::string>>(*mark, "tags", {});
}

void Library::Inside::mark(const std::string& path, const std::function<void(json&)>& change) {
  const std::string key = key_of(path);
  marks.change([&](json& all) {
    json& mark = object_in(all, "runs")[key];
    if (!mark.is_object()) mark = json::object();
    change(mark);
    if (mark.empty()) all["runs"].erase(key);
  });
  say(marks);
  for (RunEntry& entry : runs)
    if (entry.path == path) {
      entry.name = entry.plain_name, entry.note.clear(), entry.tags.clear();
      dress(entry);
    }
}

void Library::rename(const std::string& path, const std::string& name) {
  const RunEntry* const entry = find(path);
  inside_->mark(path, [&](json& mark) {
    if (name.empty() || (entry != nullptr && name == entry->plain_name))
      mark.erase("name");
    else
      mark["name"] = shortened(name, kLongestName);
  });
}

void Library::note(const std::string& path, const std::string& note) {
  inside_->mark(path, [&](json& mark) {
    if (note.empty())
      mark.erase("note");
    else
      mark["note"] = shortened(note, kLongestNote);
  });
}

void Library::tag(const std::string& path, const std::vector<std::string>& tags) {
  std::vector<std::string> kept;
  for (const auto& tag : tags)
    if (const auto one = shortened(tag, kLongestTag);
        !one.empty() && kept.size() < kMostTags && std::find(kept.begin(), kept.end(), one) == kept.end())
      kept.push_back(one);
  inside_->mark(path, [&](json& mark) {
    if (kept.empty())
      mark.erase("tags");
    else
      mark["tags"] = kept;
  });
}

void Library::Inside::to_trash(const std::string& path) {
  const std::string to = free_path(trash_folder(), fs::path(path).stem().string(), fs::path(path).extension().string());
  // First the word, then the deed: what is in the trash without a word would stay there for ever.
  marks.change([&](json& all) {
    object_in(all, "trash")[fs::path(to).filename().string()] = {{"path", path}, {"deleted", clock()}};
  });
  say(marks);
  move_run(path, to);
}

void Library::remove_lab(const std::string& path) {
  Inside& in = *inside_;
  if (!in.trouble.empty()) throw Refused("nothing can be deleted: " + in.trouble);
  if (fs::path(path).parent_path() != fs::path(in.folders.data + "/labs") || fs::path(path).extension() != ".md")
    throw Refused(path + " is not one of your own labs");
  in.to_trash(path);
}

void Library::remove(const std::string& path) {
  Inside& in = *inside_;
  if (!in.trouble.empty()) throw Refused("nothing can be deleted: " + in.trouble);
  if (marked(path) == Marked::held) throw Refused(fs::path(path).filename().string() + " is being recorded: close its window first");
  if (fs::path(path).parent_path() != fs::path(in.runs_folder())) throw Refused(path + " is not one of the library's runs");
  in.to_trash(path);
  ::unlink(marker_of(path).c_str());
  std::erase_if(in.runs, [&](const RunEntry& entry) { return entry.path == path; });
}

void Library::restore(const std::string& path) {
  Inside& in = *inside_;
  std::string file;
  std::int64_t deleted = 0;
  const json& all = in.marks.read();
  if (all.contains("trash") && all["trash"].is_object())
    for (const auto& [name, entry] : all["trash"].items())
      if (member<std::string>(entry, "path", "") == path && member<std::int64_t>(entry, "deleted", 0) >= deleted)
        file = name, deleted = member<std::int64_t>(entry, "deleted", 0);
  if (file.empty() || file.find('/') != std::string::npos) throw Refused(fs::path(path).filename().string() + " is not in the trash any more");
  std::error_code error;
  if (fs::exists(path, error)) throw Refused(path + " exists again");
  move_run(in.trash_folder() + "/" + file, path);
  in.marks.change([&](json& marks) { object_in(marks, "trash").erase(file); });
  in.say(in.marks);
  list_runs();
}

void Library::take_over(const std::string& path) {
  const FileLock lock(marker_of(path), FileLock::How::alone_now);
  if (!lock.held()) {
    if (marked(path) == Marked::none) return;
    throw Refused(fs::path(path).filename().string() + " is being recorded by another window");
  }
  try {
    finish_run(path);
  } catch (const std::exception& why) {
    throw Refused(path + " cannot be finished: " + why.what());
  }
  ::unlink(marker_of(path).c_str());
  for (RunEntry& entry : inside_->runs)
    if (entry.path == path) entry.cut_off = false;
  list_runs();
}

void Library::import(const std::vector<std::string>& paths) {
  Inside& in = *inside_;
  if (!in.trouble.empty()) throw Refused("nothing can be brought in: " + in.trouble);
  in.later([&in, paths] {
    for (std::size_t i = 0; i < paths.size() && !in.cancelled; ++i) {
      try {
        in.import_now(paths[i], static_cast<double>(i) / static_cast<double>(paths.size()), 1.0 / static_cast<double>(paths.size()));
      } catch (const std::exception& why) {
        const std::lock_guard lock(in.mutex);
        in.found_said.push_back(why.what());
      }
    }
    in.list_now(true);
  });
}

void Library::Inside::import_now(const std::string& path, double part, double share) {
  if (fs::path(path).parent_path() == fs::path(runs_folder())) return;   // It is here already.
  record::read_brief(path);                    // Throws when it is no run.
  const std::string to = free_path(runs_folder(), fs::path(path).stem().string(), ".run");
  std::vector<std::string> made;
  try {
    for (const char* ending : {"-wal", ""}) {
      std::error_code error;
      const std::string from = path + ending;
      if (!fs::exists(from, error)) continue;
      const std::string beside = to + ending + ".part";
      made.push_back(beside);
      copy_file(from, beside, [&](double done) { return tell("Copying " + fs::path(path).filename().string(), part + share * done); });
      if (::rename(beside.c_str(), (to + ending).c_str()) != 0) throw Refused("cannot write " + to + ": " + std::strerror(errno));
      made.back() = to + ending;
    }
  } catch (...) {
    for (const auto& file : made) ::unlink(file.c_str());
    throw;
  }
}

// --- Labs, preferences, recent.

const std::map<std::string, LabProgress>& Library::progress() const { return inside_->labs; }

void Library::keep_progress(const std::string& lab, const LabProgress& progress) {
  Inside& in = *inside_;
  if (const auto known = in.labs.find(lab); known != in.labs.end() && known->second == progress) return;
  in.labs[lab] = progress;
  in.progress.change([&](json& all) { all[lab] = json_of(progress); });
  in.say(in.progress);
}

Preferences Library::load_preferences() {
  Inside& in = *inside_;
  const Preferences loaded = preferences_of(in.preferences.read());
  in.say(in.preferences);
  in.kept_preferences = json_of(loaded);
  return loaded;
}

void Library::keep_preferences(const Preferences& preferences) {
  Inside& in = *inside_;
  const json now = json_of(preferences);
  if (now == in.kept_preferences) return;
  // What another window changed meanwhile stays, unless it was changed here, too.
  in.preferences.change([&](json& all) {
    for (const auto& [name, value] : now.items())
      if (!in.kept_preferences.contains(name) || in.kept_preferences[name] != value) all[name] = value;
  });
  in.say(in.preferences);
  in.kept_preferences = now;
}

std::vector<Recent> Library::recent() { return recent_of(inside_->recent.read()); }

void Library::opened(const Recent& what) {
  inside_->recent.change([&](json& all) {
    std::vector<Recent> list = recent_of(all);
    std::erase_if(list, [&](const Recent& one) { return one.path == what.path; });
    list.insert(list.begin(), what);
    if (list.size() > kRecent) list.resize(kRecent);
    all["opened"] = json::array();
    for (const auto& one : list) all["opened"].push_back({{"path", one.path}, {"run", one.is_run}, {"name", one.name}});
  });
}

}  // namespace library
