// The replacement policies once more, as their papers say them and as slow as that: lists that are searched from end to end,
// one entry of size one each. A front is newest.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "mechanisms/caching/policies/settings.h"
#include "mechanisms/caching/policies/sketch.h"

namespace caching::reference {

using Key = std::uint64_t;
using List = std::deque<Key>;

inline bool in(const List& list, Key key) { return std::find(list.begin(), list.end(), key) != list.end(); }
inline bool cut(List& list, Key key) {
  const bool found = in(list, key);
  std::erase(list, key);
  return found;
}
inline Key pop(List& list) {
  const Key last = list.back();
  list.pop_back();
  return last;
}

struct Model {
  explicit Model(std::size_t c) : capacity(c) {}
  virtual ~Model() = default;
  virtual bool has(Key key) const = 0;
  virtual void hit(Key key) = 0;
  virtual std::optional<Key> insert(Key key) = 0;   // Who went.
  virtual void erase(Key key) = 0;
  std::size_t capacity;
};

// One list; who goes is what they differ in.
struct OneList : Model {
  using Model::Model;
  List list;
  bool has(Key key) const override { return in(list, key); }
  void hit(Key) override {}
  std::optional<Key> insert(Key key) override {
    std::optional<Key> gone;
    if (list.size() == capacity) gone = evict();
    list.push_front(key);
    return gone;
  }
  void erase(Key key) override { cut(list, key); }
  virtual Key evict() { return pop(list); }
};

struct Lru : OneList {
  using OneList::OneList;
  void hit(Key key) override { cut(list, key), list.push_front(key); }
};

// A dial of pages and a hand, as of 1968: the incoming page takes the place of the one that went, and the hand goes on behind
// it. Erased places are taken out of the dial, and a page that finds room enters where the hand is, to be met last.
struct Clock : Model {
  Clock(std::size_t c, int bits) : Model(c), most((1 << bits) - 1) {}
  int most;
  std::vector<std::pair<Key, int>> dial;
  std::size_t hand = 0;
  std::size_t place(Key key) const {
    std::size_t at = 0;
    while (at < dial.size() && dial[at].first != key) ++at;
    return at;
  }
  bool has(Key key) const override { return place(key) < dial.size(); }
  void hit(Key key) override { dial[place(key)].second = std::min(most, dial[place(key)].second + 1); }
  std::optional<Key> insert(Key key) override {
    std::optional<Key> gone;
    if (dial.size() == capacity) {
      while (dial[hand].second > 0) --dial[hand].second, hand = (hand + 1) % dial.size();
      gone = dial[hand].first;
      dial[hand] = {key, 0};
      hand = (hand + 1) % dial.size();
    } else {
      dial.insert(dial.begin() + static_cast<std::ptrdiff_t>(hand), {key, 0});
      hand = (hand + 1) % dial.size();
    }
    return gone;
  }
  void erase(Key key) override {
    const std::size_t at = place(key);
    dial.erase(dial.begin() + static_cast<std::ptrdiff_t>(at));
    if (at < hand) --hand;
    if (hand >= dial.size()) hand = 0;
  }
};

struct Lfu : OneList {
  using OneList::OneList;
  struct Use {
    std::uint64_t times = 1, last = 0;
  };
  std::map<Key, Use> uses;
  std::uint64_t clock = 0;
  void hit(Key key) override { ++uses[key].times, uses[key].last = ++clock; }
  std::optional<Key> insert(Key key) override {
    const auto gone = OneList::insert(key);
    uses[key] = {1, ++clock};
    return gone;
  }
  Key evict() override {
    const Key least = *std::min_element(list.begin(), list.end(), [&](Key a, Key b) {
      return uses[a].times != uses[b].times ? uses[a].times < uses[b].times : uses[a].last < uses[b].last;
    });
    cut(list, least);
    return least;
  }
};

// Figure 4 of the paper, case by case.
struct Arc : Model {
  using Model::Model;
  List t1, t2, b1, b2;
  double p = 0;
  bool has(Key key) const override { return in(t1, key) || in(t2, key); }
  void hit(Key key) override {
    if (!cut(t1, key)) cut(t2, key);
    t2.push_front(key);
  }
  void erase(Key key) override { cut(t1, key), cut(t2, key); }
  Key replace(bool in_b2) {
    const auto size = static_cast<double>(t1.size());
    if (!t1.empty() && (t2.empty() || size > p || (in_b2 && size == p))) return b1.push_front(t1.back()), pop(t1);
    return b2.push_front(t2.back()), pop(t2);
  }
  bool full() const { return t1.size() + t2.size() == capacity; }
  std::optional<Key> insert(Key key) override {
    std::optional<Key> gone;
    const auto c = static_cast<double>(capacity);
    const auto one = static_cast<double>(b1.size()), two = static_cast<double>(b2.size());
    if (in(b1, key)) {
      p = std::min(c, p + (one >= two ? 1 : two / one));
      cut(b1, key);
      if (full()) gone = replace(false);
      t2.push_front(key);
    } else if (in(b2, key)) {
      p = std::max(0.0, p - (two >= one ? 1 : one / two));
      cut(b2, key);
      if (full()) gone = replace(true);
      t2.push_front(key);
    } else {
      if (t1.size() + b1.size() == capacity) {
        if (t1.size() < capacity) {
          b1.pop_back();
          if (full()) gone = replace(false);
        } else {
          gone = pop(t1);
        }
      } else {
        if (t1.size() + t2.size() + b1.size() + b2.size() == 2 * capacity) b2.pop_back();
        if (full()) gone = replace(false);
      }
      t1.push_front(key);
    }
    return gone;
  }
};

// Algorithm 1 of the paper, one eviction a call (see s3_fifo.h).
struct S3Fifo : Model {
  S3Fifo(std::size_t c, std::size_t percent) : Model(c), small(std::max<std::size_t>(1, c * percent / 100)) {}
  std::size_t small;
  List s, m;
  std::deque<std::optional<Key>> g;   // The newest first. One that came back keeps its place.
  std::map<Key, int> freq;
  bool has(Key key) const override { return in(s, key) || in(m, key); }
  void hit(Key key) override { freq[key] = std::min(3, freq[key] + 1); }
  void erase(Key key) override { cut(s, key), cut(m, key); }
  Key evict_main() {
    while (true) {
      const Key t = pop(m);
      if (freq[t] == 0) return t;
      --freq[t];
      m.push_front(t);
    }
  }
  Key evict_small() {
    while (!s.empty() && (s.size() >= small || m.empty())) {
      const Key t = pop(s);
      if (freq[t] > 1) {
        freq[t] = 0;
        m.push_front(t);
        if (m.size() > capacity - small) return evict_main();
      } else {
        g.push_front(t);
        if (g.size() > capacity - small) g.pop_back();
        return t;
      }
    }
    return evict_main();
  }
  std::optional<Key> insert(Key key) override {
    std::optional<Key> gone;
    if (s.size() + m.size() == capacity) gone = s.size() >= small || m.empty() ? evict_small() : evict_main();
    freq[key] = 0;
    const auto ghost = std::find(g.begin(), g.end(), key);
    (ghost != g.end() ? m : s).push_front(key);
    if (ghost != g.end()) ghost->reset();
    return gone;
  }
};

// Algorithm 1 of the paper: the hand is a key, or none.
struct Sieve : OneList {
  using OneList::OneList;
  std::set<Key> visited;
  std::optional<Key> hand;
  void hit(Key key) override { visited.insert(key); }
  // Towards the newest; nothing behind it.
  std::optional<Key> newer(Key key) const {
    const auto at = std::find(list.begin(), list.end(), key);
    return at == list.begin() ? std::nullopt : std::optional(*(at - 1));
  }
  void erase(Key key) override {
    if (hand == key) hand = newer(key);
    cut(list, key), visited.erase(key);
  }
  Key evict() override {
    Key at = hand.value_or(list.back());
    while (visited.erase(at) > 0) at = newer(at).value_or(list.back());
    hand = at;
    erase(at);
    return at;
  }
};

// Section 4: window, probation, protected. Its frequencies come from the real sketch, which sketch_test.cc holds to account.
struct WTinyLfu : Model {
  WTinyLfu(std::size_t c, std::size_t percent, std::size_t kept)
      : Model(c), window_size(std::max<std::size_t>(1, c * percent / 100)), protected_size(std::max<std::size_t>(1, (c - window_size) * kept / 100)) {}
  std::size_t window_size, protected_size;
  List window, probation, safe;
  Sketch sketch;
  static std::uint64_t hash(Key key) { return core::fingerprint(0, key); }
  std::size_t size() const { return window.size() + probation.size() + safe.size(); }
  bool has(Key key) const override { return in(window, key) || in(probation, key) || in(safe, key); }
  void erase(Key key) override { cut(window, key), cut(probation, key), cut(safe, key); }
  void hit(Key key) override {
    sketch.add(hash(key));
    if (cut(window, key)) return window.push_front(key);
    cut(probation, key), cut(safe, key);
    safe.push_front(key);
    if (safe.size() > protected_size) probation.push_front(pop(safe));
  }
  std::optional<Key> insert(Key key) override {
    sketch.ensure(size() + 1);
    sketch.add(hash(key));
    window.push_front(key);
    std::optional<Key> candidate;
    if (window.size() > window_size) candidate = pop(window);
    if (size() + (candidate ? 1 : 0) <= capacity) {
      if (candidate) probation.push_front(*candidate);
      return std::nullopt;
    }
    List& main = probation.empty() ? safe : probation;
    if (main.empty()) return candidate;
    if (!candidate) return pop(main);
    if (sketch.estimate(hash(*candidate)) <= sketch.estimate(hash(main.back()))) return candidate;
    const Key victim = pop(main);
    probation.push_front(*candidate);
    return victim;
  }
};

inline std::unique_ptr<Model> model_of(const CacheSettings& s) {
  const std::size_t c = s.entries;
  switch (s.policy) {
    case Policy::fifo: return std::make_unique<OneList>(c);
    case Policy::clock: return std::make_unique<Clock>(c, static_cast<int>(s.clock_bits));
    case Policy::lru: return std::make_unique<Lru>(c);
    case Policy::lfu: return std::make_unique<Lfu>(c);
    case Policy::arc: return std::make_unique<Arc>(c);
    case Policy::s3_fifo: return std::make_unique<S3Fifo>(c, s.small_percent);
    case Policy::sieve: return std::make_unique<Sieve>(c);
    case Policy::w_tinylfu: break;
  }
  return std::make_unique<WTinyLfu>(c, s.window_percent, s.protected_percent);
}

}  // namespace caching::reference
