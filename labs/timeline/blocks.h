// A list that only grows, in blocks that stay where they are: no append copies what is there, so that indexing never stops
// for the time it takes to move a hundred megabytes, and no memory is kept for growth that never comes.
#pragma once
#include <cstddef>
#include <vector>

namespace timeline {

template <class T>
class Blocks {
 public:
  static constexpr std::size_t kShift = 12;
  static constexpr std::size_t kBlock = std::size_t{1} << kShift;

  void push_back(const T& value) {
    if (size_ % kBlock == 0) add_block();
    blocks_.back().push_back(value);
    ++size_;
  }
  // So many more of one value.
  void append(std::size_t count, const T& value) {
    while (count > 0) {
      if (size_ % kBlock == 0) add_block();
      const std::size_t room = kBlock - size_ % kBlock;
      const std::size_t now = count < room ? count : room;
      blocks_.back().resize(blocks_.back().size() + now, value);
      size_ += now, count -= now;
    }
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return blocks_.data()[i >> kShift].data()[i & (kBlock - 1)]; }
  T& operator[](std::size_t i) { return blocks_.data()[i >> kShift].data()[i & (kBlock - 1)]; }
  const T& back() const { return blocks_.back().back(); }
  // What lies beside each other from i on: up to the end of its block.
  const T* run(std::size_t i) const { return &(*this)[i]; }
  // The first in [begin, size) that is not before `value`, of a list in order.
  template <class Value, class Before>
  std::size_t first_not_before(const Value& value, std::size_t begin, const Before& before) const {
    std::size_t count = size_ - begin;
    while (count > 0) {
      const std::size_t half = count / 2;
      if (before((*this)[begin + half], value)) begin += half + 1, count -= half + 1;
      else count = half;
    }
    return begin;
  }
  std::size_t first_not_before(const T& value, std::size_t begin = 0) const {
    return first_not_before(value, begin, [](const T& a, const T& b) { return a < b; });
  }
  std::size_t memory() const {
    std::size_t bytes = blocks_.capacity() * sizeof(std::vector<T>);
    for (const auto& block : blocks_) bytes += block.capacity() * sizeof(T);
    return bytes;
  }

 private:
  void add_block() {
    blocks_.emplace_back();
    if (size_ > 0) blocks_.back().reserve(kBlock);   // The first one grows: most lists of a short run are short.
  }
  std::vector<std::vector<T>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace timeline
