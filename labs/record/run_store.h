// Writes a recording to a run file while it grows, on a thread of its own. What was recorded is on disk 200 ms later at
// the latest: a process that is killed loses no more. When the disk fails or is full, the run goes on without it, and
// the store says so.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "labs/record/recording.h"

namespace record {

class RunFileChunks;

class RunStore {
 public:
  // Throws StoreError when the file exists or cannot be made. `temporary`: has no name any more once it is made, so that
  // it goes with the process, whatever ends that; what is not yet stored at the end is not stored then.
  RunStore(Recording& recording, std::string path, bool temporary = false);
  // Stores what is left, and leaves one file that any SQLite reads. The recording can still be read whole.
  ~RunStore();
  void finish();

  // Empty while all is well; else why nothing is stored any more.
  std::string trouble() const;
  std::size_t stored() const { return stored_.load(); }
  const std::string& path() const { return path_; }

  // For tests: what to do to the connection's file, such as `PRAGMA max_page_count = 50`.
  void inject(const char* sql);

 private:
  struct Writer;
  void work();
  void store_all();
  void store_until(std::size_t row);
  void store_bookmarks();
  void close_file();
  void unlink_files() const;
  void give_up(const std::string& why);

  Recording& recording_;
  std::string path_;
  bool temporary_;
  std::unique_ptr<Writer> writer_;
  std::shared_ptr<RunFileChunks> source_;
  std::atomic<std::size_t> stored_{0};
  std::size_t stored_names_ = 1;
  std::shared_ptr<const Bookmarks> stored_bookmarks_;   // Those of the recording that the file holds.
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::string trouble_, injected_;
  std::thread thread_;
};

}  // namespace record
