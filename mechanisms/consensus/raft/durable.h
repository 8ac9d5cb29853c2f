// What a Raft server must find again after a crash: its term, its vote, its log (figure 2), and its snapshot.
#pragma once
#include "mechanisms/consensus/raft/log.h"

namespace raft {

struct SaveVote {
  Term term{};
  core::NodeId voted_for{};
  FIELDS(SaveVote, term, voted_for)
};
// From `first` on the log is these entries: whatever was there is replaced.
struct SaveEntries {
  Index first{};
  std::vector<Entry> entries;
  FIELDS(SaveEntries, first, entries)
};
struct SaveSnapshot {
  Index index{};
  Term term{};
  Configuration config;
  core::Bytes store;  // An encoded Store.
  FIELDS(SaveSnapshot, index, term, config, store)
};
using Write = std::variant<SaveVote, SaveEntries, SaveSnapshot>;

struct Durable {
  Term term = 0;
  core::NodeId voted_for = core::kNobody;
  SaveSnapshot snapshot;       // index 0: none.
  std::vector<Entry> entries;  // Those behind the snapshot.

  void apply(const Write& write) {
    if (const auto* vote = std::get_if<SaveVote>(&write)) {
      term = vote->term;
      voted_for = vote->voted_for;
    } else if (const auto* save = std::get_if<SaveEntries>(&write)) {
      CHECK(save->first > snapshot.index && save->first <= snapshot.index + entries.size() + 1);
      entries.resize(save->first - snapshot.index - 1);
      entries.insert(entries.end(), save->entries.begin(), save->entries.end());
    } else {
      replace(std::get<SaveSnapshot>(write));
    }
  }
  std::vector<Write> image() const {
    std::vector<Write> writes{SaveVote{term, voted_for}};
    if (snapshot.index > 0) writes.push_back(snapshot);
    if (!entries.empty()) writes.push_back(SaveEntries{snapshot.index + 1, entries});
    return writes;
  }

 private:
  void replace(const SaveSnapshot& newer) {
    if (newer.index <= snapshot.index) return;
    const std::uint64_t replaced = newer.index - snapshot.index;
    const bool follows = replaced <= entries.size() && entries[replaced - 1].term == newer.term;
    if (follows)
      entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(replaced));
    else
      entries.clear();
    snapshot = newer;
  }
};

}  // namespace raft
