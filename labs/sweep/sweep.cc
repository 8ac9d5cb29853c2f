#include "labs/sweep/sweep.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

#include "labs/record/run_file.h"

namespace sweep {
namespace {

// What the threads of a sweep share.
class Crew {
 public:
  Crew(const Prepared& sweep, Folder& folder, const Wishes& wishes) : sweep_(sweep), folder_(folder), wishes_(wishes) {
    progress_ = {folder.done(), folder.wanted(), 0};
    for (std::uint64_t run = folder.shard().part - 1; run < sweep.grid.runs(); run += folder.shard().of)
      if (!folder.has(run)) todo_.push_back(run);
  }

  bool work_off() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < wishes_.jobs && i < todo_.size(); ++i) threads.emplace_back([this] { work(); });
    for (auto& thread : threads) thread.join();
    if (trouble_) std::rethrow_exception(trouble_);
    return progress_.done == progress_.wanted;
  }

 private:
  bool go_on() const { return !ended_.load(std::memory_order_relaxed) && wishes_.go_on(); }

  void work() {
    for (;;) {
      const std::size_t next = next_++;
      if (next >= todo_.size() || !go_on()) return;
      try {
        if (!do_one(todo_[next])) return;
      } catch (...) {
        give_up(todo_[next]);
        return;
      }
    }
  }

  bool do_one(std::uint64_t run) {
    Outcome outcome;
    const auto go_on_too = [this] { return go_on(); };
    const std::string kept = wishes_.keep == Keep::all ? begin_file(run) : "";
    if (!do_run(sweep_, run, kept, go_on_too, outcome)) return drop(kept);
    if (!kept.empty()) finish_file(kept, run);
    if (wishes_.keep == Keep::failed && !outcome.passed()) {
      const std::string again = begin_file(run);
      Outcome same;
      if (!do_run(sweep_, run, again, go_on_too, same)) return drop(again);
      if (same.digest != outcome.digest) throw std::runtime_error("it came out otherwise when it was done again");
      finish_file(again, run);
    }
    // A run whose file is missing would never get one: the file first.
    folder_.append(outcome);
    const std::lock_guard lock(mutex_);
    ++progress_.done;
    progress_.failed += outcome.passed() ? 0 : 1;
    wishes_.told(progress_);
    return true;
  }

  // A run file gets its name when it is whole.
  std::string begin_file(std::uint64_t run) {
    const std::string folder = folder_.path() + "/runs";
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
      throw record::StoreError("cannot make " + folder + ": " + std::strerror(errno));
    return folder_.run_file(run) + ".part";
  }
  void finish_file(const std::string& path, std::uint64_t run) const {
    if (::rename(path.c_str(), folder_.run_file(run).c_str()) != 0)
      throw record::StoreError("cannot write " + folder_.run_file(run) + ": " + std::strerror(errno));
  }
  static bool drop(const std::string& path) {
    if (path.empty()) return false;
    for (const char* beside : {"", "-wal", "-shm", "-journal"}) ::unlink((path + beside).c_str());
    return false;
  }

  // The first trouble counts: others mostly follow from it.
  void give_up(std::uint64_t run) {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (trouble_) return;
    try {
      throw;
    } catch (const record::StoreError&) {
      trouble_ = std::current_exception();
    } catch (const std::exception& error) {
      trouble_ = std::make_exception_ptr(std::runtime_error("cell " + std::to_string(sweep_.grid.cell_of(run) + 1) + ", seed " +
                                                            std::to_string(sweep_.grid.seed_of(run)) + ": " + error.what()));
    }
  }

  const Prepared& sweep_;
  Folder& folder_;
  const Wishes& wishes_;
  std::vector<std::uint64_t> todo_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> ended_{false};
  std::mutex mutex_;                   // Of both below.
  Progress progress_;
  std::exception_ptr trouble_;
};

}  // namespace

bool do_all(const Prepared& sweep, Folder& folder, const Wishes& wishes) {
  const bool all = Crew(sweep, folder, wishes).work_off();
  if (all) folder.finish();
  return all;
}

}  // namespace sweep
