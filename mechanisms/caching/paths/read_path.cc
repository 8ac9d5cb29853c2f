#include "mechanisms/caching/paths/read_path.h"

namespace caching {

ReadPath::Lookup ReadPath::look(const std::string& key, core::Time now, core::Rng& rng) {
  const Kept* kept = cache_.get(key, now);
  if (kept != nullptr && now < kept->fresh_until) {
    ++counts_.hits;
    const Lease lease = due_early(*kept, now, rng) ? lead(key, now) : 0;
    counts_.refreshes += lease != 0 ? 1 : 0;
    return {lease != 0 ? Answer::refresh : Answer::hit, lease, kept};
  }
  if (kept != nullptr && now < kept->fresh_until + settings_.stale_while_revalidate) {
    ++counts_.hits, ++counts_.stale;
    return {Answer::stale, lead(key, now), kept};
  }
  ++counts_.misses;
  const Lease lease = lead(key, now);
  counts_.waits += lease == 0 ? 1 : 0;
  return {lease != 0 ? Answer::fetch : Answer::wait, lease, nullptr};
}

// A lease, unless somebody else's is in force.
Lease ReadPath::lead(const std::string& key, core::Time now) {
  if (settings_.lock) {
    Held& held = leases_[key];
    if (held.lease != 0 && now < held.until) return 0;
    held = {last_ + 1, now + settings_.lock_timeout};
  }
  ++counts_.fetches;
  return ++last_;
}

bool ReadPath::due_early(const Kept& kept, core::Time now, core::Rng& rng) const {
  if (settings_.refresh_ahead_percent > 0) {
    const core::Duration whole = kept.fresh_until - kept.filled;
    if (now - kept.filled >= whole / 100 * settings_.refresh_ahead_percent) return true;
  }
  if (settings_.early_beta <= 0) return false;
  // Figure 3 of Vattani et al.: refresh when the time of expiry is reached by now - delta * beta * (the logarithm of a uniform
  // number); minus such a logarithm is an exponentially distributed number.
  const auto mean = static_cast<double>(kept.took.count()) * settings_.early_beta;
  return now + rng.exponential(core::Duration(static_cast<core::Duration::rep>(mean))) >= kept.fresh_until;
}

ReadPath::Fill ReadPath::fill(const std::string& key, Lease lease, std::string value, Version version, core::Duration took, core::Time now, core::Rng& rng,
                              core::Duration age) {
  fail(key, lease);   // Whatever becomes of the value, this one does not lead any more.
  if (!settings_.flaws.fill_without_lease && is_late(key, lease, version)) {
    // Whoever fetched it has seen it, and must not find an older one here afterwards.
    const Kept* kept = cache_.peek(key, now);
    if (version > 0 && (kept == nullptr || kept->version > 0)) invalidate(key, version, now);
    return ++counts_.late_fills, Fill::late;
  }
  if (!settings_.flaws.older_overwrites && is_older(key, version, now)) return ++counts_.older_fills, Fill::older;
  // Once this copy is gone again, somebody may come with an older one, such as a write that was sent again.
  if (const auto buried = tombstones_.find(key); buried != tombstones_.end()) buried->second.version = std::max(buried->second.version, version);
  return store(key, std::move(value), version, took, now, rng, age);
}

void ReadPath::fail(const std::string& key, Lease lease) {
  const auto held = leases_.find(key);
  if (held != leases_.end() && held->second.lease == lease) leases_.erase(held);
}

// Whether it was fetched before the key's last change, as far as anybody can tell.
bool ReadPath::is_late(const std::string& key, Lease lease, Version version) const {
  if (lease <= floor_) return true;   // What is forgotten may have been a change of any version.
  const auto buried = tombstones_.find(key);
  if (buried == tombstones_.end()) return false;
  const bool known_to_be_new = version > 0 && buried->second.known && version >= buried->second.version;
  return lease < buried->second.since && !known_to_be_new;
}

bool ReadPath::is_older(const std::string& key, Version version, core::Time now) const {
  if (version == 0) return false;
  const auto buried = tombstones_.find(key);
  if (buried != tombstones_.end() && version < buried->second.version) return true;
  const Kept* kept = cache_.peek(key, now);
  return kept != nullptr && version < kept->version;
}

ReadPath::Fill ReadPath::store(const std::string& key, std::string value, Version version, core::Duration took, core::Time now, core::Rng& rng,
                               core::Duration age) {
  const core::Duration jitter = settings_.ttl / 100 * settings_.jitter_percent;
  const core::Time fresh_until = now + settings_.ttl - (jitter > core::Duration{} ? rng.between({}, jitter) : core::Duration{});
  const core::Time expires = fresh_until + std::max(settings_.stale_while_revalidate, settings_.stale_if_error);
  const std::uint64_t bytes = key.size() + value.size();
  return cache_.put(key, {std::move(value), version, now, fresh_until, took, age}, bytes, expires, now, mourn()) ? Fill::stored : Fill::too_large;
}

const ReadPath::Kept* ReadPath::in_place_of_error(const std::string& key, core::Time now) const {
  const Kept* kept = cache_.peek(key, now);
  return kept != nullptr && now < kept->fresh_until + settings_.stale_if_error ? kept : nullptr;
}

void ReadPath::invalidate(const std::string& key, Version version, core::Time now) {
  // An event that comes behind the value that it speaks of.
  const Kept* kept = cache_.peek(key, now);
  if (kept != nullptr && version > 0 && kept->version >= version) return;
  cache_.erase(key);
  bury(key, version, now);
}

ReadPath::Fill ReadPath::write(const std::string& key, std::string value, Version version, core::Time now, core::Rng& rng) {
  if (!settings_.flaws.older_overwrites && is_older(key, version, now)) return ++counts_.older_fills, Fill::older;
  // Who is under way with what was there before must not come behind this, not even when it was evicted by then.
  bury(key, version, now);
  return store(key, std::move(value), version, {}, now, rng);
}

void ReadPath::bury(const std::string& key, Version version, core::Time now) {
  leases_.erase(key);   // The next one who misses need not wait for one whose answer is refused.
  Tombstone& tombstone = tombstones_[key];
  if (tombstone.since != 0) burials_.erase(tombstone.since);
  tombstone = {++last_, std::max(version, tombstone.version), tombstone.known && version > 0, now};
  burials_[tombstone.since] = key;
  forget_tombstones(now);
}

void ReadPath::forget_tombstones(core::Time now) {
  while (!burials_.empty()) {
    const auto oldest = burials_.begin();
    const auto buried = tombstones_.find(oldest->second);
    if (tombstones_.size() <= settings_.tombstones && now - buried->second.at < settings_.tombstone) return;
    floor_ = oldest->first;
    tombstones_.erase(buried);
    burials_.erase(oldest);
  }
}

void ReadPath::expire(core::Time now) {
  cache_.expire(now);
  std::erase_if(leases_, [now](const auto& held) { return held.second.until <= now; });
  forget_tombstones(now);
}

void ReadPath::tune(const Settings& settings, const CacheSettings& cache, core::Time now) {
  settings_ = settings;
  if (!settings.lock) leases_.clear();
  cache_.tune(cache, now, mourn());
}

void ReadPath::clear() {
  std::vector<std::string> keys;
  cache_.each([&](const std::string& key, const Kept&, std::uint64_t, core::Time) { keys.push_back(key); });
  for (const auto& key : keys) cache_.erase(key);
}

}  // namespace caching
