// An export on a thread of its own: the run is opened when it is not yet, written beside its target, and can be cancelled
// until it is done.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "labs/exports/exports.h"

namespace library {

struct ExportJob {
  std::shared_ptr<const record::Recording> run;   // Null: what lies at `from_path` is opened.
  std::string from_path;
  const exports::Format* format = &exports::formats().front();
  exports::Range range;
  std::string metric;                  // Of a plot: which, with commas; empty: what shows most.
  std::string to_path;
  bool force = false;                  // Writes over what is there.
};

class Exporting {
 public:
  struct Done {
    std::size_t events = 0;
    std::string warning;               // It is written, and its reader may not like it.
    std::string trouble;               // Why nothing was written; empty: it was.
    bool exists = false;               // Because something is there, and `force` was not set.
    bool cancelled = false;
  };
  Exporting(ExportJob job, std::function<void()> on_change);
  ~Exporting();                        // Cancels.
  Exporting(const Exporting&) = delete;
  Exporting& operator=(const Exporting&) = delete;

  double part() const { return part_.load(); }
  void cancel() { cancelled_ = true; }
  std::optional<Done> done() const;    // Nothing: it still goes on.
  const ExportJob& job() const { return job_; }

 private:
  Done write();

  const ExportJob job_;
  std::function<void()> on_change_;
  std::atomic<bool> cancelled_{false};
  std::atomic<double> part_{0};
  mutable std::mutex mutex_;
  std::optional<Done> done_;
  std::thread thread_;
};

// The folder in which a person looks for documents.
std::string documents_folder();
// A file's name for a run's, without any letter that a shell or another system minds: `Split votes` -> `Split-votes.jsonl`.
std::string export_name(const std::string& run, const exports::Format& format);
// `~/x` is in the person's home.
std::string expanded(const std::string& path);

}  // namespace library
