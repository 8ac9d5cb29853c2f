#include "mechanisms/replication/leaderless/durable.h"

#include "mechanisms/core/fingerprint.h"

namespace leaderless {

Digest digest_of(const std::string& key, const Versions& versions) {
  const core::Bytes bytes = core::encode(versions);
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Digest digest = core::fingerprint(core::fingerprint(2, key), view);
  return digest == 0 ? 1 : digest;
}

void Durable::apply(const Write& write) {
  struct Applied {
    Durable& durable;
    void operator()(const SaveKey& w) { durable.keys[place_of(w.key)] = w.versions; }
    void operator()(const SaveHint& w) { durable.hints[{w.owner, w.key}] = {w.versions, w.since}; }
    void operator()(const DropHint& w) { durable.hints.erase({w.owner, w.key}); }
    void operator()(const DropKey& w) { durable.keys.erase(place_of(w.key)); }
    void operator()(const SaveMember& w) { durable.members[w.member.node] = w.member; }
    void operator()(const SaveMinted& w) { durable.minted = w.minted; }
    void operator()(const SaveWidest& w) { durable.widest = w.n; }
  };
  std::visit(Applied{*this}, write);
}

std::vector<Write> Durable::image() const {
  std::vector<Write> writes;
  writes.reserve(keys.size() + hints.size());
  for (const auto& [place, versions] : keys) writes.emplace_back(SaveKey{place.second, versions});
  for (const auto& [whose, hint] : hints) writes.emplace_back(SaveHint{whose.first, whose.second, hint.versions, hint.since});
  for (const auto& [node, member] : members) writes.emplace_back(SaveMember{member});
  if (minted != Minted{}) writes.emplace_back(SaveMinted{minted});
  if (widest > 0) writes.emplace_back(SaveWidest{widest});
  return writes;
}

}  // namespace leaderless
