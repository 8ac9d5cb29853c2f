// What is yet to happen, ordered by time and, at the same time, by who came first. A four-way heap of small entries:
// half the depth of a binary one, and its four children share a cache line or two.
#pragma once
#include <cstdint>
#include <vector>

#include "mechanisms/core/time.h"

namespace world {

struct Due {
  core::Time at;
  std::uint64_t order;  // Of two at the same time the smaller comes first: the order in which they were planned.
  std::uint32_t what;   // See World::Plan.
  std::uint32_t index;

  bool before(const Due& other) const { return at != other.at ? at < other.at : order < other.order; }
};

class Queue {
 public:
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  const Due& top() const { return heap_.front(); }

  void push(Due due) {
    std::size_t hole = heap_.size();
    heap_.push_back(due);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!due.before(heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = due;
  }

  Due pop() {
    const Due first = heap_.front();
    const Due last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sink(last);
    return first;
  }

 private:
  // Puts `due` where the root was.
  void sink(const Due& due) {
    const std::size_t size = heap_.size();
    Due* const heap = heap_.data();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * 4 + 1;
      if (first >= size) break;
      const std::size_t end = first + 4 < size ? first + 4 : size;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child)
        if (heap[child].before(heap[least])) least = child;
      if (!heap[least].before(due)) break;
      heap[hole] = heap[least];
      hole = least;
    }
    heap[hole] = due;
  }

  std::vector<Due> heap_;
};

}  // namespace world
