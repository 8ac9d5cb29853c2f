// The words of single-leader replication: epochs, positions, log entries, and what clients ask for.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"
#include "mechanisms/traffic/clients/ask.h"

namespace single_leader {

using Epoch = std::uint64_t;  // The reign of one primary; 0: before the first. Postgres calls it a timeline.
using Index = std::uint64_t;  // Of the log's entries, from 1; 0: before the first.

// A place in the log. Of two, the one of the later epoch is later: what the earlier epoch had behind the place where the
// later one began is lost.
struct Position {
  Epoch epoch{};
  Index index{};
  FIELDS(Position, epoch, index)
  friend auto operator<=>(const Position& a, const Position& b) {
    return a.epoch != b.epoch ? a.epoch <=> b.epoch : a.index <=> b.index;
  }
};
inline std::string in_words(Position p) { return std::to_string(p.epoch) + "." + std::to_string(p.index); }

// Epochs are shared out, so that no two promoters can ever begin the same one: of `nodes` replicas, the one of rank r (from
// 1) may use those that leave the rest r when divided by nodes + 1, and monitors share those that leave none.
inline Epoch next_epoch(Epoch after, std::uint64_t stride, std::uint64_t rest) {
  Epoch next = after - after % stride + rest;
  return next > after ? next : next + stride;
}

using clients::Function;

// A session's number is its client's and, in the lower bits, its own: a client counts its sessions upwards.
inline constexpr int kSessionBits = 24;

// What a client wants. `session` and `write` make a retry recognisable, so that it is not done twice.
struct Command {
  std::uint64_t session{};
  std::uint64_t serial{};  // Counts the session's operations from 1.
  std::uint64_t write{};   // Counts its writes from 1; 0: a get.
  Function function{};
  std::string key;
  std::string value;
  std::string expected;    // For a cas.
  std::vector<std::pair<std::string, std::string>> also;  // Further puts of the same transaction.
  FIELDS(Command, session, serial, write, function, key, value, expected, also)
};

// The first entry of every epoch.
struct Promoted {
  core::NodeId primary{};
  std::uint32_t consulted{};  // How many nodes had told the promoter how far their logs reach, and had left the epochs before.
  Epoch ended{};              // The latest epoch whose primary was one of them: what it answered is kept. 0: none was.
  FIELDS(Promoted, primary, consulted, ended)
};

// Checksums of the primary's data at this very position, a sum for each range of keys: whoever applies it compares.
inline constexpr std::size_t kRanges = 16;
using Sums = std::array<std::uint64_t, kRanges>;
struct Checksums {
  Sums sums{};
  bool by_hand{};  // The primary's own data was changed by hand: who is equal to it need not be what the log says.
  FIELDS(Checksums, sums, by_hand)
};

// What the primary has in one range of keys at this position: whoever applies it replaces its own.
struct Repair {
  std::uint32_t range{};
  std::vector<std::pair<std::string, std::string>> data;
  FIELDS(Repair, range, data)
};

struct Entry {
  Epoch epoch{};
  std::variant<Promoted, Command, Checksums, Repair> payload;
  FIELDS(Entry, epoch, payload)
};

// How much of the log an entry is, and how many keys it changes.
std::uint64_t size_of(const Entry& entry);
std::uint64_t changes_of(const Entry& entry);

// Where an epoch begins in a log. The list of them tells any two logs where they part: within an epoch only its primary
// appends, so entries of the same epoch and index are the same (a Postgres timeline history).
struct EpochStart {
  Epoch epoch{};
  Index first{};
  FIELDS(EpochStart, epoch, first)
};

enum class Status : std::uint8_t {
  ok,           // Done; `value` is the answer.
  mismatch,     // A cas found another value, or a create any value: it did nothing.
  absent,       // A cas or delete found no such key: it did nothing.
  expired,      // The session is not known any more: nobody can say whether an earlier try was done.
  not_primary,  // Ask the primary. Says nothing about an earlier try of the same write.
  no_lease,     // It was the primary, and cannot be sure that it still is: nobody vouched for it within the lease.
  behind,       // This replica has not applied yet what the reader has seen.
};
constexpr auto names(Status) {
  return std::array<std::string_view, 7>{"ok", "mismatch", "absent", "expired", "not_primary", "no_lease", "behind"};
}

struct Result {
  Status status{};
  std::optional<std::string> value;
  FIELDS(Result, status, value)
};

}  // namespace single_leader
