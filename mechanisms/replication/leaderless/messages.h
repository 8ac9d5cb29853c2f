// What nodes of a leaderless cluster and their clients say to each other.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/clocks/dotted.h"
#include "mechanisms/core/fields.h"
#include "mechanisms/core/time.h"
#include "mechanisms/replication/leaderless/merkle.h"

namespace leaderless {

struct Value {
  std::string text;
  bool gone{};        // A deletion: it must be known as long as others may have what it deletes.
  core::Time stamp{}; // By the clock of the node that coordinated the write.
  // What its client had read. The protocol does without, its dots say enough; it shows what this write had a right to replace.
  clocks::VectorClock seen{};
  FIELDS(Value, text, gone, stamp, seen)
};
// All that is known of one key: what was written, and what each write had seen.
using Versions = clocks::Dotted<Value>;

// All values are deletions.
inline bool is_deleted(const Versions& versions) {
  bool any = false, all = true;
  for (const auto& [server, writes] : versions.by_server)
    for (const Value& value : writes.values) any = true, all = all && value.gone;
  return any && all;
}

// Values beyond the first.
inline std::uint64_t siblings_of(const Versions& versions) {
  std::uint64_t values = 0;
  for (const auto& [server, writes] : versions.by_server) values += writes.values.size();
  return values > 1 ? values - 1 : 0;
}

enum class Function : std::uint8_t { get, put, del };
constexpr auto names(Function) { return std::array<std::string_view, 3>{"get", "put", "delete"}; }

enum class Status : std::uint8_t {
  ok,
  refused,      // Nothing was done, and `why` says why not.
  unavailable,  // Too few nodes answered. A write may be done or not, and may be seen later.
};
constexpr auto names(Status) { return std::array<std::string_view, 3>{"ok", "refused", "unavailable"}; }

// A client to any node. n, r, w of 0: as the node is set.
struct Request {
  std::uint64_t id{};
  Function function{};
  std::string key, value;
  clocks::VectorClock context;   // What the client has seen of the key: a write replaces that, and nothing else.
  std::uint32_t n{}, r{}, w{};
  FIELDS(Request, id, function, key, value, context, n, r, w)
};
struct Reply {
  std::uint64_t id{};
  Status status{};
  std::string why;
  Versions versions;             // Of a read.
  FIELDS(Reply, id, status, why, versions)
};
// A node that does not keep the key hands the request to one that does (section 5).
struct Forward {
  core::NodeId client{};
  Request request;
  FIELDS(Forward, client, request)
};
// The coordinator to those that are to keep a write. `owner`: for whom a stand-in keeps it; 0: for itself.
struct Store {
  std::uint64_t operation{};
  std::string key;
  Versions versions;
  core::NodeId owner{};
  std::uint32_t n{};             // As in the request.
  FIELDS(Store, operation, key, versions, owner, n)
};
struct Stored {
  std::uint64_t operation{};
  FIELDS(Stored, operation)
};
struct Fetch {
  std::uint64_t operation{};
  std::string key;
  FIELDS(Fetch, operation, key)
};
struct Fetched {
  std::uint64_t operation{};
  Versions versions;
  FIELDS(Fetched, operation, versions)
};
// To one who has less, or may have. It sends back what it has more.
struct Repair {
  std::string key;
  Versions versions;
  FIELDS(Repair, key, versions)
};
// A stand-in to the one for whom it kept a write (section 4.6).
struct Handoff {
  std::string key;
  Versions versions;
  FIELDS(Handoff, key, versions)
};
struct HandedOff {
  std::string key;
  Digest digest{};               // Of what it was handed: the stand-in may have more by now.
  FIELDS(HandedOff, key, digest)
};
struct Ping { FIELDS(Ping) };
struct Pong { FIELDS(Pong) };

// Anti-entropy (section 4.7). Each answers with the children of what differs; at the leaves with the keys.
struct Compare {
  partitioning::Arc arc;
  std::uint32_t level{};
  std::vector<Merkle::Part> parts;
  FIELDS(Compare, arc, level, parts)
};
struct KeyDigest {
  std::string key;
  Digest digest{};
  FIELDS(KeyDigest, key, digest)
};
struct LeafKeys {
  partitioning::Arc arc;
  std::vector<std::uint64_t> leaves;
  std::vector<KeyDigest> keys;
  FIELDS(LeafKeys, arc, leaves, keys)
};
struct Want {
  std::vector<std::string> keys;
  FIELDS(Want, keys)
};

// Who is on the ring (section 4.8). A node changes its own entry only, and counts the changes: of two the later is right.
enum class Standing : std::uint8_t {
  out,      // It stands by.
  joining,  // It is sent writes and takes over its keys; reads do not ask it yet.
  in,
  leaving,  // It keeps its keys until all of them are with others.
};
constexpr auto names(Standing) { return std::array<std::string_view, 4>{"out", "joining", "in", "leaving"}; }
struct Member {
  core::NodeId node{};
  std::uint64_t change{};        // 0: as the settings say.
  Standing standing{};
  FIELDS(Member, node, change, standing)
};
// All that a node knows of it. Who knows more answers with that.
struct Members {
  std::vector<Member> history;
  FIELDS(Members, history)
};

// To one that is to have these keys: does it? (Section 4.9: they are moved only when it has confirmed that it needs them.)
struct Offered {
  std::string key;
  Digest digest{};
  bool gone{};                   // A deletion that the offerer would forget: who has nothing of the key needs nothing.
  FIELDS(Offered, key, digest, gone)
};
struct Offer {
  std::vector<Offered> keys;
  FIELDS(Offer, keys)
};
// Those that it has just so, and those that it is to be handed.
struct Accept {
  std::vector<KeyDigest> has;
  std::vector<std::string> wants;
  FIELDS(Accept, has, wants)
};
// To one that joins: all that the sender had of its keys is there.
struct HandedOver {
  std::uint64_t members{};       // Digest of who was on the ring.
  FIELDS(HandedOver, members)
};

using Message = std::variant<Request, Reply, Forward, Store, Stored, Fetch, Fetched, Repair, Handoff, HandedOff, Ping, Pong, Compare,
                             LeafKeys, Want, Members, Offer, Accept, HandedOver>;

}  // namespace leaderless
