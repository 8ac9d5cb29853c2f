// Which keys left a cache of late: the ghost queue of S3-FIFO as its paper's section 4.2 keeps it, a table of fingerprints and of
// when each was added, counted in additions. A fingerprint is forgotten when as much was added after it as is remembered: nobody
// has to be unlinked, and a look is one line of memory. One that was asked for back keeps its place in that count.
//
// A fingerprint is 32 bits of the key's hash: two keys of one are taken for each other, which costs a wrong guess and never a
// wrong value.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace caching {

class Recent {
 public:
  // `load` as the cache's limit is counted: 1, or its bytes. The key is not remembered yet.
  void add(std::uint64_t hash, std::uint64_t load, std::uint64_t most) {
    if (used_ * 3 >= table_.size() * 2 || last_ % kTurn == kTurn - 1) rebuild();
    const std::uint32_t tag = tag_of(hash);
    std::size_t at = home(tag);
    while (table_[at].when != kNever && lives(table_[at])) at = next(at);
    used_ += table_[at].when == kNever ? 1 : 0;
    if (++last_ == kNever) ++last_;
    table_[at] = {tag, last_};
    window_.push_back(load);
    sum_ += load;
    trim(most);
  }
  // Whether it was there; it is not any more.
  bool remove(std::uint64_t hash) {
    if (table_.empty()) return false;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = home(tag); table_[at].when != kNever; at = next(at))
      if (table_[at].tag == tag && lives(table_[at])) {
        table_[at].when = last_ - static_cast<std::uint32_t>(window_.size());   // As if it were just forgotten.
        if (table_[at].when == kNever) --table_[at].when;
        return true;
      }
    return false;
  }
  // Remembers no more than this much.
  void trim(std::uint64_t most) {
    for (; sum_ > most; window_.pop_front()) sum_ -= window_.front();
  }
  // For add() and remove() of this one, soon.
  void prefetch(std::uint64_t hash) const {
    if (!table_.empty()) __builtin_prefetch(&table_[home(tag_of(hash))]);
  }
  std::size_t memory() const { return table_.capacity() * sizeof(Entry) + window_.size() * sizeof(std::uint64_t); }
  friend bool operator==(const Recent&, const Recent&) = default;

 private:
  static constexpr std::uint32_t kNever = 0;           // Of an empty place.
  static constexpr std::uint32_t kTurn = 1u << 30;     // Counts go round; by then nothing old may be left.
  struct Entry {
    std::uint32_t tag = 0;
    std::uint32_t when = kNever;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::size_t home(std::uint32_t tag) const { return static_cast<std::size_t>((std::uint64_t{tag} * table_.size()) >> 32); }
  std::size_t next(std::size_t at) const { return at + 1 == table_.size() ? 0 : at + 1; }
  // The newest has the number last_, the oldest that is remembered last_ - window_.size() + 1.
  bool lives(const Entry& entry) const { return last_ - entry.when < window_.size(); }
  void rebuild() {
    std::vector<Entry> old(std::max<std::size_t>(16, 4 * window_.size() + 16));
    old.swap(table_);
    used_ = 0;
    for (const Entry& entry : old) {
      if (entry.when == kNever || !lives(entry)) continue;
      std::size_t at = home(entry.tag);
      while (table_[at].when != kNever) at = next(at);
      table_[at] = entry;
      ++used_;
    }
  }

  std::vector<Entry> table_;          // Linear probing; what is forgotten lies about until its place is wanted.
  std::deque<std::uint64_t> window_;  // The loads of those that are remembered, the oldest first,
  std::uint64_t sum_ = 0;             // and all of them together.
  std::size_t used_ = 0;              // Places that are not empty.
  std::uint32_t last_ = 0;            // The number of the newest.
};

}  // namespace caching
