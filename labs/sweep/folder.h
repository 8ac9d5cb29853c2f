// Where a sweep lies: `sweep.json` says what it is, `results.jsonl` has a line of each run that is done, `runs/` has the run
// files that were kept, as CELL-SEED.run.
//
// 1. A line is in the file before append() returns: a sweep that is killed loses the runs that were under way, no others.
// 2. A torn last line is dropped when the folder is opened again, and what is done is not done again.
// 3. finish() sorts the lines: the same grid and shard leave the same bytes, whatever was done when, by how many, and how
//    often it was killed.
// 4. One process at a time writes into a folder.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "labs/sweep/one_run.h"

namespace sweep {

class Folder {
 public:
  // Makes it, or goes on with it. Throws BadSweep when there lies something else, or another sweep, or somebody is at it;
  // record::StoreError when it cannot be written.
  Folder(std::string path, Grid grid, Shard shard);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  const Shard& shard() const { return shard_; }
  bool has(std::uint64_t run) const { return lines_.contains(run); }
  std::size_t done() const { return lines_.size(); }
  std::uint64_t wanted() const;        // Runs of the shard.
  // By the runs' numbers.
  const std::map<std::uint64_t, std::string>& lines() const { return lines_; }
  std::string run_file(std::uint64_t run) const;

  // From any thread.
  void append(const Outcome& outcome);
  // The file is whole from now on. Lines of other folders of the same grid come in with it; throws BadSweep when a run came
  // out in two ways.
  void finish(const std::map<std::uint64_t, std::string>& others = {});

 private:
  void make_or_check();
  void read_results();

  std::string path_;
  Grid grid_;
  Shard shard_;
  int lock_ = -1, results_ = -1;
  std::mutex mutex_;
  std::map<std::uint64_t, std::string> lines_;
};

// Where the run file lies of a run that was kept.
std::string run_file(const std::string& folder, const Grid& grid, std::uint64_t run);

// A folder that is only read. A torn last line is not among its lines. Throws BadSweep, which names it.
struct Stored {
  Grid grid;
  Shard shard;
  std::map<std::uint64_t, std::string> lines;
};
Stored read_folder(const std::string& path);

// What several folders of one sweep hold together; the same run twice is one. Throws BadSweep: they are of different sweeps,
// or a run came out in two ways.
Stored merged(const std::vector<std::string>& folders);

// Where a cell lacks runs of the whole grid.
struct Missing {
  std::uint64_t cell = 0, runs = 0;
};
std::vector<Missing> missing(const Stored& stored);

}  // namespace sweep
