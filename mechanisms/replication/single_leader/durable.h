// What a replica must find again after a crash: which epoch it has heard of, whether it leads it, its log, and a snapshot
// of its data.
#pragma once
#include "mechanisms/replication/single_leader/log.h"

namespace single_leader {

// From now on this node takes no part in any epoch before this one.
struct SaveEpoch {
  Epoch epoch{};
  bool leads{};   // This node is the primary of the epoch.
  FIELDS(SaveEpoch, epoch, leads)
};
// From `first` on the log is these entries: whatever was there is replaced.
struct SaveEntries {
  Index first{};
  std::vector<Entry> entries;
  Index acknowledged{};       // How far clients were told that their writes are done; of a primary.
  FIELDS(SaveEntries, first, entries, acknowledged)
};
// The data as of `index`. The log begins behind `base`.
struct SaveSnapshot {
  Index index{};
  Index base{};
  std::uint64_t base_bytes{};
  std::vector<EpochStart> history;  // Of the log up to `index`.
  core::Bytes store;                // An encoded Store.
  bool by_hand{};                   // It differs from what the log says.
  bool replaces{};                  // It came from the primary: nothing of the log before is kept.
  FIELDS(SaveSnapshot, index, base, base_bytes, history, store, by_hand, replaces)
};
using Write = std::variant<SaveEpoch, SaveEntries, SaveSnapshot>;

struct Durable {
  SaveEpoch epoch;
  SaveSnapshot snapshot;        // index 0 and no store: none.
  std::vector<Entry> entries;   // Those behind the snapshot's base.
  Index acknowledged = 0;

  void apply(const Write& write) {
    if (const auto* heard = std::get_if<SaveEpoch>(&write)) {
      epoch = *heard;
    } else if (const auto* save = std::get_if<SaveEntries>(&write)) {
      CHECK(save->first > snapshot.base && save->first <= snapshot.base + entries.size() + 1);
      entries.resize(save->first - snapshot.base - 1);
      entries.insert(entries.end(), save->entries.begin(), save->entries.end());
      acknowledged = save->acknowledged;
    } else {
      replace(std::get<SaveSnapshot>(write));
    }
  }
  std::vector<Write> image() const {
    std::vector<Write> writes{epoch};
    if (!snapshot.store.empty()) {
      SaveSnapshot whole = snapshot;
      whole.replaces = true;
      writes.push_back(std::move(whole));
    }
    if (!entries.empty() || acknowledged > 0) writes.push_back(SaveEntries{snapshot.base + 1, entries, acknowledged});
    return writes;
  }

 private:
  void replace(const SaveSnapshot& newer) {
    if (newer.replaces) {
      entries.clear();
      acknowledged = 0;
    } else {
      CHECK(newer.base >= snapshot.base && newer.base - snapshot.base <= entries.size());
      entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(newer.base - snapshot.base));
    }
    snapshot = newer;
    snapshot.replaces = false;
  }
};

}  // namespace single_leader
