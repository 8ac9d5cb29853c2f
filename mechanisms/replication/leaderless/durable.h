// What a node of a leaderless cluster must find again after a crash: its keys, and what it keeps for others.
#pragma once
#include <map>
#include <utility>

#include "mechanisms/core/codec.h"
#include "mechanisms/replication/leaderless/messages.h"

namespace leaderless {

struct SaveKey {
  std::string key;
  Versions versions;
  FIELDS(SaveKey, key, versions)
};
struct SaveHint {
  core::NodeId owner{};
  std::string key;
  Versions versions;
  core::Time since{};
  FIELDS(SaveHint, owner, key, versions, since)
};
struct DropHint {
  core::NodeId owner{};
  std::string key;
  FIELDS(DropHint, owner, key)
};
// All that keep the key have what this node had of it.
struct DropKey {
  std::string key;
  FIELDS(DropKey, key)
};
struct SaveMember {
  Member member;
  FIELDS(SaveMember, member)
};
// A node that has dropped a key does not know any more which numbers it gave to its own writes of it, and none may be given
// twice. Where copies of those writes live on, it goes on under another name, of which this is the count (as Riak's per-key
// actor epochs do); where all were deleted, above the highest number.
struct Minted {
  std::uint32_t name{};
  std::uint64_t floor{};         // Of that name: numbers up to here may have been given to what is deleted and forgotten.
  FIELDS(Minted, name, floor)
};
inline constexpr unsigned kNameBits = 16;   // A name is the node's number, and above these bits the count.
struct SaveMinted {
  Minted minted;
  FIELDS(SaveMinted, minted)
};
// The greatest N that a request brought: so many nodes may have been counted as keeping a key.
struct SaveWidest {
  std::uint32_t n{};
  FIELDS(SaveWidest, n)
};
using Write = std::variant<SaveKey, SaveHint, DropHint, DropKey, SaveMember, SaveMinted, SaveWidest>;

struct Hint {
  Versions versions;
  core::Time since{};   // By the stand-in's clock, when it last got something for it.
  friend bool operator==(const Hint&, const Hint&) = default;
};

// Keys in the order of the ring, so that those of an arc lie side by side.
using Place = std::pair<partitioning::Position, std::string>;
using Keys = std::map<Place, Versions>;
using Hints = std::map<std::pair<core::NodeId, std::string>, Hint>;

inline Place place_of(const std::string& key) { return {partitioning::position_of(key), key}; }
// Never 0: that is the digest of what is not there.
Digest digest_of(const std::string& key, const Versions& versions);

struct Durable {
  Keys keys;
  Hints hints;
  std::map<core::NodeId, Member> members;   // Those that have ever changed.
  Minted minted;
  std::uint32_t widest = 0;

  void apply(const Write& write);
  std::vector<Write> image() const;
  friend bool operator==(const Durable&, const Durable&) = default;
};

}  // namespace leaderless
