// A node's disk as both worlds keep it: the writes in order, and what is wrong with it.
#pragma once
#include <string_view>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/time.h"

namespace world {

constexpr std::string_view kTornWrite = "torn write";

struct DiskFaults {
  core::Duration slow{};  // Added to every durable write.
  bool full = false;      // Every write fails.
  double failing = 0;     // Each write fails with this probability.
  bool torn = false;      // The next write stops halfway, and the node with it; then this is over.
  bool lossy = false;     // Writes are said to be durable and are not: a crash loses all since this began.
  FIELDS(DiskFaults, slow, full, failing, torn, lossy)
};

// What a recording says of a node's surroundings, whenever they change.
struct Around {
  core::Duration skew{};       // How far its clock is from the world's at this moment,
  std::int64_t drift_ppm{};    // and how much more it gains, in microseconds a second.
  core::Duration slow{};       // Each of its steps takes so long.
  DiskFaults disk;
  FIELDS(Around, skew, drift_ppm, slow, disk)
};

class Disk {
 public:
  DiskFaults faults;

  // Why this write fails, or nothing. A database that cannot write its log must stop: the node crashes.
  std::string_view failure(core::Rng& rng) {
    if (faults.full) return "disk full";
    if (rng.chance(faults.failing)) return "disk error";
    if (faults.torn) {
      faults.torn = false;
      return kTornWrite;
    }
    return {};
  }

  void append(core::BytesView write) {
    writes_.emplace_back(write.begin(), write.end());
    bytes_ += write.size();
    if (!faults.lossy) synced_ = writes_.size();
  }
  // What a restart finds.
  const std::vector<core::Bytes>& writes() const { return writes_; }
  std::size_t synced() const { return synced_; }

  // Returns how many writes were lost.
  std::size_t crash() {
    const std::size_t lost = writes_.size() - synced_;
    for (std::size_t i = synced_; i < writes_.size(); ++i) bytes_ -= writes_[i].size();
    writes_.resize(synced_);
    return lost;
  }
  void wipe() { replace({}); }
  // Nothing is wrong with it any more; what was unsynced is written now.
  void mend() {
    faults = {};
    synced_ = writes_.size();
  }

  // A log that only grows must be compacted: when it is four times what it was after the last time, so that the work is
  // a fraction of the writing. Not while writes are unsynced: compacting would have to choose what is lost.
  bool wants_compaction() const {
    return bytes_ > 1024 * 1024 && bytes_ > 4 * compacted_bytes_ && synced_ == writes_.size();
  }
  void replace(std::vector<core::Bytes> writes) {
    writes_ = std::move(writes);
    synced_ = writes_.size();
    bytes_ = 0;
    for (const auto& write : writes_) bytes_ += write.size();
    compacted_bytes_ = bytes_;
  }

 private:
  std::vector<core::Bytes> writes_;
  std::size_t synced_ = 0;           // How many of them a crash leaves. All, unless the disk is lossy.
  std::size_t bytes_ = 0;
  std::size_t compacted_bytes_ = 0;  // bytes_ after the last compaction.
};

}  // namespace world
