// A cache of bounded size: keys, values, their sizes, and until when they may be used. Who has to go when there is no room is
// for a policy to say (settings.h lists them, one file each). A plain value: copied, it goes on alike.
//
// Guarantees
//   1. After put() and tune() there are at most `entries` entries, and at most `bytes` bytes of objects.
//   2. No value is returned at or after the time at which it expires. It is dropped when somebody asks for it (lazily), when
//      expire() comes by, or when its turn comes to be evicted, which then counts as expired: nothing of use was lost.
//   3. Whatever leaves without having been asked to (evicted or expired) is handed to the caller, value and all: a write-back
//      cache must not lose a dirty one unseen.
//   4. The same calls leave equal caches, on every machine.
//
// A hit costs one probe of the index, one look at the entry, and what the policy does. Keys are strings or 64-bit numbers.
#pragma once
#include <concepts>
#include <string_view>
#include <utility>
#include <vector>

#include "mechanisms/caching/policies/index.h"
#include "mechanisms/caching/policies/replacement.h"
#include "mechanisms/core/check.h"
#include "mechanisms/core/fingerprint.h"
#include "mechanisms/core/time.h"

namespace caching {

inline constexpr core::Time kNever = core::Time::max();

enum class Why : std::uint8_t { evicted, expired };

inline std::uint64_t hash_of(std::string_view key) { return core::fingerprint(0, key); }
inline std::uint64_t hash_of(std::uint64_t key) { return core::fingerprint(0, key); }

// For who does not care what goes.
struct Unmourned {
  template <class Key, class Value>
  void operator()(const Key&, Value&&, Why) const {}
};

template <class Key, class Value>
class Cache {
 public:
  using Settings = CacheSettings;
  struct Counts {
    std::uint64_t hits = 0, misses = 0, evictions = 0, expired = 0, refused = 0;   // Refused: larger than the whole cache.
    FIELDS(Counts, hits, misses, evictions, expired, refused)
    double hit_rate_percent() const { return hits + misses == 0 ? 0 : 100.0 * static_cast<double>(hits) / static_cast<double>(hits + misses); }
  };

  explicit Cache(const Settings& settings) : settings_(settings), slab_(settings.measure()), policy_(settings) {
    CHECK(settings.conflict().empty());
  }

  // The value, which may be changed in place and is good until the next call; nullptr: a miss. Counted either way.
  template <class K, class Gone = Unmourned>
  Value* get(const K& key, core::Time now, const Gone& gone = {}) {
    const Slot at = find(key, hash_of(key));
    if (at == kNoSlot || expired(at, now)) {
      if (at != kNoSlot) remove(at, Why::expired, gone);
      ++counts_.misses;
      return nullptr;
    }
    ++counts_.hits;
    policy_.hit(slab_, at);
    return &items_[at].value;
  }
  // Looks without being counted, and without a word to the policy.
  template <class K>
  const Value* peek(const K& key, core::Time now) const {
    const Slot at = find(key, hash_of(key));
    return at == kNoSlot || expired(at, now) ? nullptr : &items_[at].value;
  }
  // Says `gone(key, value, why)` of each that has to make room. False: it is larger than the whole cache, and an older value
  // of it is not here any more either. Putting a key that is here counts as use of it.
  template <class Gone = Unmourned>
  bool put(const Key& key, Value value, std::uint64_t bytes, core::Time expires, core::Time now, const Gone& gone = {});
  // Asked to: neither evicted nor expired.
  template <class K>
  bool erase(const K& key) {
    const Slot at = find(key, hash_of(key));
    if (at != kNoSlot) drop(at);
    return at != kNoSlot;
  }
  // Looks at so many slots, going on where it stopped last, and drops what has expired; returns how many that were.
  template <class Gone = Unmourned>
  std::uint64_t expire_some(core::Time now, std::size_t looks, const Gone& gone = {});
  // The same with all slots.
  template <class Gone = Unmourned>
  std::uint64_t expire(core::Time now, const Gone& gone = {}) { return expire_some(now, items_.size(), gone); }
  // A person moved a slider. A new policy begins with what is here in the order of the old one's queues, and knows no hits.
  template <class Gone = Unmourned>
  void tune(const Settings& settings, core::Time now, const Gone& gone = {});

  std::uint64_t entries() const { return slab_.count(); }
  std::uint64_t bytes() const { return slab_.bytes(); }
  const Counts& counts() const { return counts_; }
  const Settings& settings() const { return settings_; }
  const Replacement& policy() const { return policy_; }
  // What it takes in memory, without what keys and values own elsewhere.
  std::size_t memory() const { return slab_.memory() + index_.memory() + items_.capacity() * sizeof(Item) + policy_.memory(); }
  // Calls visit(key, value, bytes, expires) of each, in an order that means nothing and is always the same.
  template <class Visit>
  void each(const Visit& visit) const {
    for (Slot at = 0; at < slab_.slots(); ++at)
      if (slab_.taken(at)) visit(items_[at].key, items_[at].value, slab_.bytes(at), items_[at].expires);
  }
  friend bool operator==(const Cache&, const Cache&) = default;

 private:
  struct Item {
    Key key{};
    Value value{};
    core::Time expires = kNever;
    friend bool operator==(const Item&, const Item&) = default;
  };
  template <class K>
  Slot find(const K& key, std::uint64_t hash) const {
    return index_.find(hash, [&](Slot at) { return items_[at].key == key; });
  }
  bool expired(Slot at, core::Time now) const { return items_[at].expires <= now; }
  // How much a resident of these bytes takes of the capacity.
  std::uint64_t load(std::uint64_t bytes) const { return settings_.measure() == Measure::bytes ? bytes : 1; }
  bool fits(std::uint64_t entries, std::uint64_t bytes) const {
    return (settings_.entries == 0 || entries <= settings_.entries) && (settings_.bytes == 0 || bytes <= settings_.bytes);
  }
  template <class Gone>
  void make_room(std::uint64_t entries, std::uint64_t bytes, core::Time now, const Gone& gone) {
    while (!fits(slab_.count() + entries, slab_.bytes() + bytes)) {
      const Slot at = policy_.victim(slab_);
      remove(at, expired(at, now) ? Why::expired : Why::evicted, gone);
    }
  }
  template <class Gone>
  void remove(Slot at, Why why, const Gone& gone) {
    ++(why == Why::expired ? counts_.expired : counts_.evictions);
    gone(std::as_const(items_[at].key), std::move(items_[at].value), why);
    drop(at);
  }
  void drop(Slot at) {
    policy_.leave(slab_, at);
    index_.erase(slab_.hash(at), at);
    slab_.unlink(at);
    slab_.release(at);
    items_[at] = Item{};
  }

  // What the next eviction will touch comes out of memory while others are served.
  void foresee() {
    const Slot next = policy_.next(slab_);
    if (next == kNoSlot) return;
    index_.prefetch(slab_.hash(next));
    __builtin_prefetch(&items_[next]);
    slab_.prefetch(slab_.newer(next));
  }
  // All three tables grow together, twofold, and not beyond what `entries` can ever ask for.
  void grow() {
    std::size_t wanted = std::max<std::size_t>(8, items_.size() * 2);
    if (settings_.entries > 0) wanted = std::min<std::size_t>(wanted, settings_.entries);
    items_.reserve(wanted), slab_.reserve(wanted), index_.reserve(wanted);
  }

  Settings settings_;
  Slab slab_;
  Index index_;
  std::vector<Item> items_;   // By slot.
  Replacement policy_;
  Counts counts_;
  std::size_t next_look_ = 0;   // Of expire().
};

template <class Key, class Value>
template <class Gone>
bool Cache<Key, Value>::put(const Key& key, Value value, std::uint64_t bytes, core::Time expires, core::Time now, const Gone& gone) {
  // An object of no bytes would let any number of them in.
  bytes = std::clamp<std::uint64_t>(bytes, 1, Slab::kMostBytes);
  const std::uint64_t hash = hash_of(key);
  Slot at = find(key, hash);
  if (!fits(1, bytes)) {
    if (at != kNoSlot) drop(at);
    ++counts_.refused;
    return false;
  }
  if (at != kNoSlot) {
    items_[at].value = std::move(value), items_[at].expires = expires;
    policy_.hit(slab_, at);
    slab_.resize(at, bytes);
    make_room(0, 0, now, gone);   // It may be the victim itself, and is handed over as it was put.
    return true;
  }
  policy_.expect(slab_, {hash, load(bytes)});
  make_room(1, bytes, now, gone);
  if (slab_.count() == items_.capacity()) grow();
  at = slab_.take(hash, bytes);
  if (at == items_.size()) items_.emplace_back();
  items_[at] = Item{key, std::move(value), expires};
  index_.insert(hash, at);
  policy_.enter(slab_, at);
  foresee();
  return true;
}

template <class Key, class Value>
template <class Gone>
std::uint64_t Cache<Key, Value>::expire_some(core::Time now, std::size_t looks, const Gone& gone) {
  std::uint64_t found = 0;
  for (looks = std::min(looks, items_.size()); looks > 0; --looks) {
    if (next_look_ >= items_.size()) next_look_ = 0;
    const auto at = static_cast<Slot>(next_look_++);
    if (!slab_.taken(at) || !expired(at, now)) continue;
    remove(at, Why::expired, gone);
    ++found;
  }
  return found;
}

template <class Key, class Value>
template <class Gone>
void Cache<Key, Value>::tune(const Settings& settings, core::Time now, const Gone& gone) {
  CHECK(settings.conflict().empty());
  const bool begins_anew = settings.policy != settings_.policy || settings.measure() != settings_.measure();
  settings_ = settings;
  if (!begins_anew) {
    policy_.adapt(settings);
  } else {
    // The slots stay where they are, so that index and items need not change.
    policy_ = Replacement(settings);
    std::vector<Slot> order;
    for (QueueId queue = 0; queue < Slab::kQueues; ++queue)
      for (Slot at = slab_.back(queue); at != kNoSlot; at = slab_.newer(at)) order.push_back(at);
    for (const Slot at : order) slab_.unlink(at), slab_.mark(at) = 0;
    slab_.measure_by(settings.measure());
    for (const Slot at : order) {
      policy_.expect(slab_, {slab_.hash(at), load(slab_.bytes(at))});
      policy_.enter(slab_, at);
    }
  }
  make_room(0, 0, now, gone);
}

}  // namespace caching
