// What a node of a leaderless cluster is busy with, and shows of it.
#pragma once
#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "mechanisms/replication/leaderless/durable.h"

namespace leaderless {

enum class Alarm : std::uint8_t {
  operation,  // Of an operation: not all have answered.
  probe,      // Of a node: it has not answered, or was left alone for long enough.
  handoff,    // Hints are offered again, and those that are too old go; keys, too, that others are to keep.
  entropy,    // Trees are compared.
  gossip,     // Somebody is told who has joined and left.
};
constexpr auto names(Alarm) { return std::array<std::string_view, 5>{"operation", "probe", "handoff", "entropy", "gossip"}; }

struct Shown {
  Standing standing{};
  std::uint64_t keys{}, siblings{};
  std::uint64_t hints{};                  // Kept for others.
  std::uint64_t open{};                   // Operations that it coordinates.
  std::vector<core::NodeId> suspected;
  FIELDS(Shown, standing, keys, siblings, hints, open, suspected)
};

struct Target {                       // One that was asked.
  core::NodeId owner = core::kNobody; // For whom it stands in; nobody: it keeps the key itself.
  bool answered = false;
  friend bool operator==(const Target&, const Target&) = default;
};

struct Operation {                       // That this node coordinates.
  core::NodeId client = core::kNobody;
  Request request;
  std::vector<core::NodeId> preferred;   // The N that keep the key; of a write also those that take it over.
  std::uint64_t ring = 0;                // Digest of that from which they were chosen.
  std::uint32_t n = 0, needed = 0;       // N, and W or R.
  std::uint32_t taking_over = 0;         // So many must answer beyond W.
  std::map<core::NodeId, Target> targets;
  Versions versions;                     // What is written; or what the answers add up to.
  std::map<core::NodeId, Versions> answers;
  bool told = false;                     // The client was.
  bool widened = false;                  // Others were asked to stand in for those that were silent.
  friend bool operator==(const Operation&, const Operation&) = default;
};

struct Answer {                  // That a client was told.
  core::NodeId client{};
  Request request;
  std::uint64_t operation{};
  std::uint32_t n{}, needed{};   // Of how many nodes how many had to answer,
  std::uint64_t ring{};          // by which ring.
  Reply reply;
  friend bool operator==(const Answer&, const Answer&) = default;
};

struct Passing {                 // A request that waits until it is known that the next coordinator lives.
  core::NodeId to{}, client{};
  Request request;
  friend bool operator==(const Passing&, const Passing&) = default;
};

struct Errand {                  // Why others must say that they have a key, and who.
  enum class Why : std::uint8_t { none, hand_over, give_up, collect };
  Why why = Why::none;
  std::vector<core::NodeId> to;
};

struct Batch {                   // Of offers that were not answered yet.
  std::size_t open = 0;
  Place last;
  friend bool operator==(const Batch&, const Batch&) = default;
};

inline bool among(const std::vector<core::NodeId>& nodes, core::NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace leaderless
