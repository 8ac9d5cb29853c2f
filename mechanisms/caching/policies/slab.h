// What a replacement policy sees of a cache's residents: not their keys and values, but one small node each, in up to three
// queues. All nodes lie in one slab and are linked by 32-bit slots, so that a resident costs no allocation of its own, a copy
// of the cache is a copy of a few vectors, and a queue of a cache and a queue of ghosts are the same thing.
//
// The front of a queue is its newest end, the back its oldest. A queue's load is what the cache's limit is counted in: its
// entries, or their bytes.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace caching {

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = ~Slot{0};
using QueueId = std::uint8_t;

enum class Measure : std::uint8_t { entries, bytes };

class Slab {
 public:
  explicit Slab(Measure measure = Measure::entries) : measure_(measure) {}

  // A free slot, in no queue. The one that was released last comes first.
  Slot take(std::uint64_t hash, std::uint64_t bytes);
  void release(Slot at);   // Which is in no queue.
  bool taken(Slot at) const { return nodes_[at].state != kFree; }
  Slot slots() const { return static_cast<Slot>(nodes_.size()); }
  void reserve(std::size_t slots) { nodes_.reserve(slots); }

  void push_front(QueueId queue, Slot at) { link(queue, at, kNoSlot, queues_[queue].front); }
  void push_back(QueueId queue, Slot at) { link(queue, at, queues_[queue].back, kNoSlot); }
  // Becomes the newer neighbour of `older`, in its queue.
  void push_before(Slot older, Slot at) { link(nodes_[older].state, at, nodes_[older].newer, older); }
  void unlink(Slot at);
  // From whichever queue it is in.
  void move_to_front(QueueId queue, Slot at) {
    if (queues_[queue].front == at) return;
    unlink(at);
    push_front(queue, at);
  }
  // The hand of a CLOCK: from the oldest on it takes one from each mark above nothing, and whoever it passes over becomes the
  // newest. The first without a mark is the oldest then, and the answer. The queue must not be empty.
  Slot sweep(QueueId queue);
  Slot front(QueueId queue) const { return queues_[queue].front; }
  Slot back(QueueId queue) const { return queues_[queue].back; }
  Slot newer(Slot at) const { return nodes_[at].newer; }
  Slot older(Slot at) const { return nodes_[at].older; }
  QueueId queue_of(Slot at) const { return nodes_[at].state; }
  bool empty(QueueId queue) const { return queues_[queue].count == 0; }
  std::uint64_t load(QueueId queue) const { return measure_ == Measure::bytes ? queues_[queue].bytes : queues_[queue].count; }

  std::uint64_t hash(Slot at) const { return nodes_[at].hash; }
  std::uint64_t bytes(Slot at) const { return nodes_[at].bytes_low | std::uint64_t{nodes_[at].bytes_high} << 32; }
  void resize(Slot at, std::uint64_t bytes);   // Which is in a queue.
  // Asks the processor for a node that will be needed soon: most of what a policy costs is waiting for memory.
  void prefetch(Slot at) const {
    if (at != kNoSlot) __builtin_prefetch(&nodes_[at]);
  }
  // A byte for the policy: a visited bit, a few hits.
  std::uint8_t& mark(Slot at) { return nodes_[at].mark; }

  // Of all queues together.
  std::uint64_t count() const { return queues_[0].count + queues_[1].count + queues_[2].count; }
  std::uint64_t bytes() const { return queues_[0].bytes + queues_[1].bytes + queues_[2].bytes; }
  void measure_by(Measure measure) { measure_ = measure; }
  std::size_t memory() const { return nodes_.capacity() * sizeof(Node); }

  static constexpr std::uint64_t kMostBytes = (std::uint64_t{1} << 48) - 1;   // Of one resident.
  static constexpr QueueId kQueues = 3;
  friend bool operator==(const Slab&, const Slab&) = default;

 private:
  static constexpr QueueId kUnlinked = 254, kFree = 255;
  struct Node {
    std::uint64_t hash = 0;
    Slot newer = kNoSlot, older = kNoSlot;   // Neighbours in the queue; of a free node `older` is the next free one.
    std::uint32_t bytes_low = 0;
    std::uint16_t bytes_high = 0;
    std::uint8_t mark = 0;
    QueueId state = kFree;                   // Its queue, or one of the two above.
    friend bool operator==(const Node&, const Node&) = default;
  };
  struct Queue {
    Slot front = kNoSlot, back = kNoSlot;
    std::uint64_t count = 0, bytes = 0;
    friend bool operator==(const Queue&, const Queue&) = default;
  };
  void link(QueueId queue, Slot at, Slot newer, Slot older);
  void set_bytes(Node& node, std::uint64_t bytes) {
    node.bytes_low = static_cast<std::uint32_t>(bytes);
    node.bytes_high = static_cast<std::uint16_t>(bytes >> 32);
  }

  std::vector<Node> nodes_;
  std::array<Queue, kQueues> queues_;
  Slot free_ = kNoSlot;   // The one that was released last.
  Measure measure_;
};

inline void Slab::link(QueueId queue, Slot at, Slot newer, Slot older) {
  Queue& q = queues_[queue];
  Node& node = nodes_[at];
  node.newer = newer, node.older = older, node.state = queue;
  (newer == kNoSlot ? q.front : nodes_[newer].older) = at;
  (older == kNoSlot ? q.back : nodes_[older].newer) = at;
  ++q.count;
  q.bytes += bytes(at);
}

inline void Slab::unlink(Slot at) {
  Node& node = nodes_[at];
  Queue& q = queues_[node.state];
  (node.newer == kNoSlot ? q.front : nodes_[node.newer].older) = node.older;
  (node.older == kNoSlot ? q.back : nodes_[node.older].newer) = node.newer;
  node.newer = node.older = kNoSlot, node.state = kUnlinked;
  --q.count;
  q.bytes -= bytes(at);
}

// To make the passed over newest one after the other is to turn the queue like a ring: four links, however many they are.
inline Slot Slab::sweep(QueueId queue) {
  Queue& q = queues_[queue];
  Slot at = q.back;
  for (; nodes_[at].mark != 0; at = nodes_[at].newer == kNoSlot ? q.back : nodes_[at].newer) --nodes_[at].mark;
  if (at == q.back) return at;
  nodes_[q.front].newer = q.back, nodes_[q.back].older = q.front;
  q.front = nodes_[at].older, q.back = at;
  nodes_[q.front].newer = kNoSlot, nodes_[at].older = kNoSlot;
  return at;
}

inline Slot Slab::take(std::uint64_t hash, std::uint64_t bytes) {
  Slot at = free_;
  if (at == kNoSlot)
    at = slots(), nodes_.emplace_back();
  else
    free_ = nodes_[at].older;
  Node& node = nodes_[at];
  node = Node{hash};
  node.state = kUnlinked;
  set_bytes(node, bytes);
  return at;
}

inline void Slab::release(Slot at) {
  nodes_[at] = Node{};
  nodes_[at].older = free_;
  free_ = at;
}

inline void Slab::resize(Slot at, std::uint64_t size) {
  Queue& q = queues_[nodes_[at].state];
  q.bytes += size - bytes(at);
  set_bytes(nodes_[at], size);
}

}  // namespace caching
