// Whichever policy the settings name, behind one set of words. A variant and no virtual functions, so that a cache is a value:
// a copied world copies its caches with all that their policies know.
#pragma once
#include <utility>
#include <variant>

#include "mechanisms/caching/policies/arc.h"
#include "mechanisms/caching/policies/clock.h"
#include "mechanisms/caching/policies/fifo.h"
#include "mechanisms/caching/policies/lfu.h"
#include "mechanisms/caching/policies/lru.h"
#include "mechanisms/caching/policies/s3_fifo.h"
#include "mechanisms/caching/policies/sieve.h"
#include "mechanisms/caching/policies/tiny_lfu.h"

namespace caching {

class Replacement {
 public:
  // In the order of enum Policy.
  using Any = std::variant<Fifo, Clock, Lru, Lfu, Arc, S3Fifo, Sieve, WTinyLfu>;

  explicit Replacement(const CacheSettings& settings) : any_(chosen(settings, std::make_index_sequence<std::variant_size_v<Any>>{})) {}

  void expect(Slab& slab, const Arrival& arrival) {
    ask([&](auto& policy) { policy.expect(slab, arrival); });
  }
  void enter(Slab& slab, Slot at) {
    ask([&](auto& policy) { policy.enter(slab, at); });
  }
  void hit(Slab& slab, Slot at) {
    ask([&](auto& policy) { policy.hit(slab, at); });
  }
  void leave(Slab& slab, Slot at) {
    ask([&](auto& policy) { policy.leave(slab, at); });
  }
  Slot victim(Slab& slab) {
    Slot found = kNoSlot;
    ask([&](auto& policy) { found = policy.victim(slab); });
    return found;
  }
  Slot next(const Slab& slab) {
    Slot found = kNoSlot;
    ask([&](auto& policy) { found = policy.next(slab); });
    return found;
  }
  void adapt(const CacheSettings& settings) {
    ask([&](auto& policy) { policy.adapt(settings); });
  }
  std::size_t memory() const {
    return std::visit([](const auto& policy) { return policy.memory(); }, any_);
  }
  const Any& any() const { return any_; }
  friend bool operator==(const Replacement&, const Replacement&) = default;

 private:
  template <std::size_t... I>
  static Any chosen(const CacheSettings& settings, std::index_sequence<I...>) {
    Any any(std::in_place_index<0>, settings);
    (void)((static_cast<std::size_t>(settings.policy) == I && (any.emplace<I>(settings), true)) || ...);
    return any;
  }
  // A switch, which a compiler can inline: std::visit goes through a table of function pointers from some size on.
  template <class Ask>
  void ask(const Ask& words) {
    switch (any_.index()) {
      case 0: return words(*std::get_if<0>(&any_));
      case 1: return words(*std::get_if<1>(&any_));
      case 2: return words(*std::get_if<2>(&any_));
      case 3: return words(*std::get_if<3>(&any_));
      case 4: return words(*std::get_if<4>(&any_));
      case 5: return words(*std::get_if<5>(&any_));
      case 6: return words(*std::get_if<6>(&any_));
      default: return words(*std::get_if<7>(&any_));
    }
  }

  Any any_;
};

}  // namespace caching
