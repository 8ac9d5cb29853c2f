// ARC (Megiddo and Modha, ARC: A Self-Tuning, Low Overhead Replacement Cache, FAST 2003, figure 4): T1 holds what was asked
// for once, T2 what was asked for more often, each least recently used last; B1 and B2 remember the keys that left them. A
// miss of a key in B1 says that T1 should have been larger, one in B2 that T2 should: so p, the size that T1 aims at, adapts
// itself, and a scan passes through T1 without touching T2.
//
// With a limit in bytes |T1| and the others are bytes, and p moves by the arrival's bytes where figure 4 moves it by one.
#pragma once
#include "mechanisms/caching/policies/ghosts.h"
#include "mechanisms/caching/policies/settings.h"

namespace caching {

class Arc : public Indifferent {
 public:
  explicit Arc(const CacheSettings& settings) : b1_(settings.measure()), b2_(settings.measure()) { adapt(settings); }

  void adapt(const CacheSettings& settings);
  void expect(const Slab& slab, const Arrival& arrival);
  void enter(Slab& slab, Slot at) {
    slab.push_front(arrival_ == From::nowhere ? kT1 : kT2, at);
    arrival_ = From::nowhere;
  }
  void hit(Slab& slab, Slot at) const { slab.move_to_front(kT2, at); }   // Case I.
  Slot victim(Slab& slab);
  double p() const { return p_; }
  std::size_t memory() const { return b1_.memory() + b2_.memory(); }
  friend bool operator==(const Arc&, const Arc&) = default;

 private:
  static constexpr QueueId kT1 = 0, kT2 = 1;
  enum class From : std::uint8_t { nowhere, b1, b2 };

  std::uint64_t c_ = 1;
  double p_ = 0;                    // 0 <= p <= c.
  Ghosts b1_, b2_;
  From arrival_ = From::nowhere;    // Where the expected one is remembered.
};

inline void Arc::adapt(const CacheSettings& settings) {
  c_ = settings.capacity();
  p_ = std::min(p_, static_cast<double>(c_));
  b1_.trim(c_);
  b2_.trim(2 * c_ - b1_.load());
}

inline void Arc::expect(const Slab& slab, const Arrival& x) {
  const auto c = static_cast<double>(c_), step = static_cast<double>(x.load);
  const auto b1 = static_cast<double>(b1_.load()), b2 = static_cast<double>(b2_.load());
  if (b1_.remove(x.hash)) {   // Case II.
    p_ = std::min(c, p_ + step * (b1 >= b2 ? 1 : b2 / b1));
    arrival_ = From::b1;
  } else if (b2_.remove(x.hash)) {   // Case III.
    p_ = std::max(0.0, p_ - step * (b2 >= b1 ? 1 : b1 / b2));
    arrival_ = From::b2;
  } else {   // Case IV: the keys of T1 and B1 are at most c, those of all four lists at most 2c, the arrival with them.
    arrival_ = From::nowhere;
    const std::uint64_t t1 = slab.load(kT1);
    if (t1 + b1_.load() + x.load > c_)   // Case A; where B1 is empty, victim() goes on.
      while (!b1_.empty() && t1 + b1_.load() + x.load > c_) b1_.drop_oldest();
    else   // Case B.
      while (!b2_.empty() && t1 + slab.load(kT2) + b1_.load() + b2_.load() + x.load > 2 * c_) b2_.drop_oldest();
  }
}

// The paper's REPLACE, and the part of case IV in which T1 is the whole cache: there its oldest goes and is not remembered.
inline Slot Arc::victim(Slab& slab) {
  const std::uint64_t t1 = slab.load(kT1);
  if (arrival_ == From::nowhere && b1_.empty() && t1 >= c_) return slab.back(kT1);
  const auto size = static_cast<double>(t1);
  const bool from_t1 = t1 > 0 && (slab.empty(kT2) || size > p_ || (arrival_ == From::b2 && size == p_));
  const Slot at = slab.back(from_t1 ? kT1 : kT2);
  (from_t1 ? b1_ : b2_).add(slab.hash(at), slab.bytes(at));
  return at;
}

}  // namespace caching
