// The log: entries behind a base, where each epoch begins, and how many bytes there are up to each entry.
#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "mechanisms/core/check.h"
#include "mechanisms/replication/single_leader/types.h"

namespace single_leader {

class Log {
 public:
  Index base() const { return base_; }  // Entries up to here are not kept; 0: all are.
  Index last() const { return base_ + entries_.size(); }
  Position end() const { return {epoch(last()), last()}; }
  bool holds(Index i) const { return i > base_ && i <= last(); }
  const Entry& at(Index i) const {
    CHECK(holds(i));
    return entries_[i - base_ - 1];
  }
  // Also of entries that are not kept any more. 0: of the beginning.
  Epoch epoch(Index i) const {
    Epoch found = 0;
    for (const auto& start : history_)
      if (start.first <= i) found = start.epoch;
    return i == 0 ? 0 : found;
  }
  const std::vector<EpochStart>& history() const { return history_; }
  // Bytes of all entries up to this one since the beginning of time. At or behind the base.
  std::uint64_t bytes(Index i) const {
    CHECK(i >= base_ && i <= last());
    return i == base_ ? base_bytes_ : ends_[i - base_ - 1];
  }
  std::uint64_t bytes() const { return bytes(last()); }

  // The last entry that is the same in a log with this history and this end.
  Index common(const std::vector<EpochStart>& other, Index other_last) const {
    Index agreed = 0;
    for (std::size_t k = 0; k < history_.size() && k < other.size() && history_[k] == other[k]; ++k) {
      const auto end = [&](const auto& history, Index end_of_log) {
        return k + 1 < history.size() ? history[k + 1].first - 1 : end_of_log;
      };
      agreed = std::min(end(history_, last()), end(other, other_last));
    }
    return agreed;
  }

  void append(Entry entry) {
    if (entry.epoch != epoch(last())) history_.push_back({entry.epoch, last() + 1});
    ends_.push_back(bytes() + size_of(entry));
    entries_.push_back(std::move(entry));
    ++version_;
  }
  // Removes the entry at `from` and all behind it.
  void truncate(Index from) {
    CHECK(from > base_);
    if (from > last()) return;
    entries_.resize(from - base_ - 1);
    ends_.resize(entries_.size());
    while (!history_.empty() && history_.back().first >= from) history_.pop_back();
    ++version_;
  }
  // Lets go of the entries up to `base`. They are still part of what the log says.
  void forget(Index base) {
    if (base <= base_) return;
    base_bytes_ = bytes(base);
    const auto gone = static_cast<std::ptrdiff_t>(base - base_);
    entries_.erase(entries_.begin(), entries_.begin() + gone);
    ends_.erase(ends_.begin(), ends_.begin() + gone);
    base_ = base;
  }
  // Becomes a log of which nothing is kept up to `base`, as another's is.
  void restart(Index base, std::uint64_t bytes, std::vector<EpochStart> history) {
    *this = Log(base, bytes, std::move(history), version_ + 1);
  }

  Log() = default;

  // Changes whenever entries come or go at the end: for whoever looks at many logs after each step.
  std::uint64_t version() const { return version_; }
  friend bool operator==(const Log&, const Log&) = default;

 private:
  Log(Index base, std::uint64_t bytes, std::vector<EpochStart> history, std::uint64_t version)
      : base_(base), base_bytes_(bytes), history_(std::move(history)), version_(version) {}

  Index base_ = 0;
  std::uint64_t base_bytes_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> ends_;   // By entry, bytes up to it.
  std::vector<EpochStart> history_;   // Ascending; of all entries since the first.
  std::uint64_t version_ = 0;
};

}  // namespace single_leader
