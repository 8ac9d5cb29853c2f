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
using Write = std::variant<SaveKey, SaveHint, DropHint>;

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

  void apply(const Write& write) {
    if (const auto* key = std::get_if<SaveKey>(&write))
      keys[place_of(key->key)] = key->versions;
    else if (const auto* hint = std::get_if<SaveHint>(&write))
      hints[{hint->owner, hint->key}] = {hint->versions, hint->since};
    else
      hints.erase({std::get<DropHint>(write).owner, std::get<DropHint>(write).key});
  }
  std::vector<Write> image() const {
    std::vector<Write> writes;
    for (const auto& [place, versions] : keys) writes.emplace_back(SaveKey{place.second, versions});
    for (const auto& [whose, hint] : hints) writes.emplace_back(SaveHint{whose.first, whose.second, hint.versions, hint.since});
    return writes;
  }
  friend bool operator==(const Durable&, const Durable&) = default;
};

}  // namespace leaderless
