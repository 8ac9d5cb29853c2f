#include "mechanisms/replication/leaderless/durable.h"

#include "mechanisms/core/fingerprint.h"

namespace leaderless {

Digest digest_of(const std::string& key, const Versions& versions) {
  const core::Bytes bytes = core::encode(versions);
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Digest digest = core::fingerprint(core::fingerprint(2, key), view);
  return digest == 0 ? 1 : digest;
}

std::vector<Write> Durable::image() const {
  std::vector<Write> writes;
  writes.reserve(keys.size() + hints.size());
  for (const auto& [place, versions] : keys) writes.emplace_back(SaveKey{place.second, versions});
  for (const auto& [whose, hint] : hints) writes.emplace_back(SaveHint{whose.first, whose.second, hint.versions, hint.since});
  return writes;
}

}  // namespace leaderless
