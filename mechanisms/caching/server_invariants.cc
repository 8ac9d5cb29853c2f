#include "mechanisms/caching/server_invariants.h"

namespace caching {

std::string ServerInvariants::after(std::span<const Server* const> all, std::size_t stepped) {
  seen_.resize(all.size());
  const Server* node = all[stepped];
  const Seen before = std::exchange(seen_[stepped], {});
  if (node == nullptr) return "";
  std::string why;
  const auto& counts = node->back().counts();
  Seen& seen = seen_[stepped];
  seen.begun = counts.begun;
  std::uint64_t at_risk = 0;
  node->back().each([&](const std::string& key, const WriteBack::Value& newest, std::optional<core::Time> since, std::uint64_t writes) {
    at_risk += writes;
    const auto waited = before.since.find(key);
    if (since) seen.since.emplace(key, *since);
    if (since && seen.begun == before.begun && waited != before.since.end() && *since > waited->second) why = "key " + key + " was written again, and waits to be stored as if it had not waited before";
    const auto* kept = node->path().cache().peek(key, core::kStart);
    if (kept == nullptr) return;
    if (newest.deleted) why = "key " + key + " was deleted, and `" + kept->value + "` is kept of it";
    else if (kept->value != newest.value) why = "of key " + key + " `" + kept->value + "` is kept, and `" + newest.value + "` was written";
  });
  if (counts.writes != counts.stored + at_risk)
    why = std::to_string(counts.writes) + " writes were acknowledged, " + std::to_string(counts.stored) + " are stored, and only " +
          std::to_string(at_risk) + " wait to be";
  return why.empty() ? "" : node->name() + ": " + why;
}

}  // namespace caching
