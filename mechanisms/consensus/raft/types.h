// The words of Raft: terms, log entries, configurations, and the majorities that decide.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/traffic/clients/ask.h"

namespace raft {

using Term = std::uint64_t;   // 0: before the first election.
using Index = std::uint64_t;  // Of the log's entries, from 1; 0: before the first.

// Who decides. While `next` is not empty two configurations decide together (section 6, joint consensus): every
// election and every commit needs a majority of both.
struct Configuration {
  std::vector<core::NodeId> voters;  // Ascending.
  std::vector<core::NodeId> next;    // Ascending; empty: no change is under way.
  FIELDS(Configuration, voters, next)

  bool joint() const { return !next.empty(); }
  bool votes(core::NodeId id) const {
    return std::binary_search(voters.begin(), voters.end(), id) || std::binary_search(next.begin(), next.end(), id);
  }
  std::vector<core::NodeId> everybody() const {
    std::vector<core::NodeId> all = voters;
    all.insert(all.end(), next.begin(), next.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }
  // Whether those for whom `agrees(id)` holds decide.
  template <class Agrees>
  bool quorum(const Agrees& agrees) const {
    return majority(voters, agrees) && (next.empty() || majority(next, agrees));
  }

 private:
  template <class Agrees>
  static bool majority(const std::vector<core::NodeId>& of, const Agrees& agrees) {
    const auto count = static_cast<std::size_t>(std::count_if(of.begin(), of.end(), agrees));
    return count * 2 > of.size();
  }
};

using clients::Function;

// A session's number is its client's and, in the lower bits, its own: a client counts its sessions upwards.
inline constexpr int kSessionBits = 24;

// What a client wants of the key-value store. `session` and `serial` make a retry recognisable (section 8).
struct Command {
  std::uint64_t session{};
  std::uint64_t serial{};  // Counts the session's operations from 1.
  Function function{};
  std::string key;
  std::string value;
  std::string expected;    // For a cas.
  FIELDS(Command, session, serial, function, key, value, expected)
};

// What a leader appends when its term begins: it commits the terms before (section 5.4.2), and tells it what is
// committed before it answers reads (section 8).
struct Noop {
  std::uint32_t max_sessions{};  // From here on the store remembers so many; 0: as before. All must forget the same ones.
  FIELDS(Noop, max_sessions)
};

struct Entry {
  Term term{};
  std::variant<Noop, Command, Configuration> payload;
  FIELDS(Entry, term, payload)
};

enum class Status : std::uint8_t {
  ok,          // Done; `value` is the answer.
  mismatch,    // A cas found another value, or a create any value: it did nothing.
  absent,      // A cas or delete found no such key: it did nothing.
  expired,     // The session is not known any more: nobody can say whether an earlier try was done.
  // It does not lead, or has just stepped down; `leader` may know more. That says nothing about a write: if this server
  // had taken it, it is in its log and may still be committed. Only the same serial number makes another try safe.
  not_leader,
};
constexpr auto names(Status) {
  return std::array<std::string_view, 5>{"ok", "mismatch", "absent", "expired", "not_leader"};
}

struct Result {
  Status status{};
  std::optional<std::string> value;
  FIELDS(Result, status, value)
};

}  // namespace raft
