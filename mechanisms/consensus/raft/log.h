// The log: entries after a snapshot, and the configurations among them.
#pragma once
#include <utility>
#include <vector>

#include "mechanisms/consensus/raft/types.h"
#include "mechanisms/core/check.h"

namespace raft {

class Log {
 public:
  // An empty log of a cluster that begins with this configuration.
  explicit Log(Configuration initial = {}) : configs_{{0, std::move(initial)}} {}

  Index base() const { return base_; }         // The last entry that a snapshot has replaced; 0: none.
  Term base_term() const { return base_term_; }
  Index first() const { return base_ + 1; }
  Index last() const { return base_ + entries_.size(); }
  Term last_term() const { return entries_.empty() ? base_term_ : entries_.back().term; }
  bool holds(Index i) const { return i > base_ && i <= last(); }
  // Known also for the base itself.
  bool knows_term(Index i) const { return i >= base_ && i <= last(); }
  Term term(Index i) const {
    CHECK(knows_term(i));
    return i == base_ ? base_term_ : entries_[i - base_ - 1].term;
  }
  const Entry& at(Index i) const {
    CHECK(holds(i));
    return entries_[i - base_ - 1];
  }

  void append(Entry entry) {
    if (const auto* config = std::get_if<Configuration>(&entry.payload)) configs_.emplace_back(last() + 1, *config);
    entries_.push_back(std::move(entry));
    ++version_;
  }
  // Removes the entry at `from` and all behind it.
  void truncate(Index from) {
    CHECK(from > base_);
    if (from > last()) return;
    entries_.resize(from - base_ - 1);
    while (configs_.back().first >= from) configs_.pop_back();
    ++version_;
  }
  // A snapshot stands for everything up to `index`. Entries behind it stay if they follow from it (section 7).
  // `config` is a value: the caller's may be one of those that go.
  void compact(Index index, Term term, Configuration config) {
    if (index <= base_) return;
    const bool follows = holds(index) && this->term(index) == term;
    if (follows) {
      entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(index - base_));
      std::erase_if(configs_, [&](const auto& c) { return c.first <= index; });
    } else {
      entries_.clear();
      configs_.clear();
      ++version_;
    }
    configs_.insert(configs_.begin(), {index, std::move(config)});
    base_ = index;
    base_term_ = term;
  }

  // A server uses the latest configuration in its log, committed or not (section 6).
  const Configuration& config() const { return configs_.back().second; }
  Index config_index() const { return configs_.back().first; }
  const Configuration& config_as_of(Index index) const {
    for (auto it = configs_.rbegin(); it != configs_.rend(); ++it)
      if (it->first <= index) return it->second;
    return configs_.front().second;
  }

  // Changes whenever entries come or go at the end: for whoever looks at many logs after each step.
  std::uint64_t version() const { return version_; }

  friend bool operator==(const Log&, const Log&) = default;

 private:
  Index base_ = 0;
  Term base_term_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::pair<Index, Configuration>> configs_;  // Ascending; the first is the base's.
  std::uint64_t version_ = 0;
};

}  // namespace raft
