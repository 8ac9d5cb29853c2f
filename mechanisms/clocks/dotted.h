// Dotted version vectors, as a set for each key: which values of it are there, and which writes each of them has seen. A
// plain version vector for a server cannot tell two clients that write at once through the same server from one that
// overwrites; a dot, the number of the very write, can (Preguica, Baquero, Almeida, Fonte, Goncalves: Dotted Version
// Vectors, 2012; the compact set: Almeida et al., Scalable and Accurate Causality Tracking for Eventually Consistent
// Stores, 2014, section 5).
//
// Guarantees
//   1. A write replaces exactly those values that its client had read: its context covers their dots.
//   2. Writes that did not know of each other stay side by side as siblings, also through one server.
//   3. sync() is commutative, associative and idempotent: copies that have seen the same writes are equal.
//   4. Its size grows with the servers that write the key, and with the siblings; never with clients or with writes.
//
// Left out: values without a dot (the paper's anonymous ones, of clients that write without a server).
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "mechanisms/clocks/vector_clock.h"

namespace clocks {

template <class Value>
struct Dotted {
  // What is known of one server's writes of this key.
  struct Writes {
    std::uint64_t count{};             // It has made writes 1 .. count, and all of them are known here.
    std::vector<Value> values;         // Of the newest of them, the newest first; older ones were replaced.
    FIELDS(Writes, count, values)
  };
  std::map<core::NodeId, Writes> by_server;
  FIELDS(Dotted, by_server)

  // What a reader has seen when it has seen this: hand it back with the write.
  VectorClock context() const {
    VectorClock seen;
    for (const auto& [server, writes] : by_server) seen.counts[server] = writes.count;
    return seen;
  }

  // The siblings: one value, unless writes did not know of each other.
  std::vector<Value> values() const {
    std::vector<Value> all;
    for (const auto& [server, writes] : by_server) all.insert(all.end(), writes.values.begin(), writes.values.end());
    return all;
  }

  // A client that had read as far as `seen` writes through `server`: what it knew is replaced, what it did not stays.
  void write(core::NodeId server, const VectorClock& seen, Value value) {
    forget(seen);
    // A context may know of more writes of this server than are here: a copy that was lost, or another's word. The dot
    // must be new to everybody.
    Writes& mine = by_server[server];
    mine.count = std::max(mine.count, seen.of(server)) + 1;
    mine.values.insert(mine.values.begin(), std::move(value));
    for (const auto& [other, count] : seen.counts) by_server[other].count = std::max(by_server[other].count, count);
  }

  // All that either knows. A value stays if the other does not know its write, or still has it.
  void sync(const Dotted& other) {
    for (const auto& [server, theirs] : other.by_server) {
      const auto [it, is_new] = by_server.emplace(server, theirs);
      if (!is_new) it->second = merged(it->second, theirs);
    }
  }

 private:
  // Values whose writes are among `seen` are gone.
  void forget(const VectorClock& seen) {
    for (auto& [server, writes] : by_server) {
      const std::uint64_t known = seen.of(server);
      const std::uint64_t unknown = writes.count > known ? writes.count - known : 0;
      if (writes.values.size() > unknown) writes.values.resize(unknown);
    }
  }

  // Of two lists, each the newest writes of the same server: what neither has replaced.
  static Writes merged(const Writes& a, const Writes& b) {
    const Writes& newer = a.count >= b.count ? a : b;
    const Writes& older = a.count >= b.count ? b : a;
    // Up to which write both of them together have replaced the values.
    const auto replaced = [](const Writes& w) { return w.count - std::min<std::uint64_t>(w.count, w.values.size()); };
    const std::uint64_t gone = std::max(replaced(newer), replaced(older));
    Writes both = newer;
    both.values.resize(std::min<std::uint64_t>(both.values.size(), newer.count - gone));
    return both;
  }
};

}  // namespace clocks
