// A piece of a recording: the columns of up to kChunkRows events, and their bodies. Written by one thread, read by many
// while it grows: a reader sees only rows below `published`.
#pragma once
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "labs/record/event.h"

namespace record {

inline constexpr std::size_t kChunkRows = 1 << 14;

// Bodies lie in blocks that never move, so that a reader may hold a view while the writer goes on.
class Arena {
 public:
  const std::uint8_t* keep(core::BytesView bytes) {
    if (bytes.empty()) return nullptr;
    if (bytes.size() > left_) {
      const std::size_t size = bytes.size() > kBlock ? bytes.size() : kBlock;
      blocks_.push_back(std::make_unique<std::uint8_t[]>(size));
      next_ = blocks_.back().get();
      left_ = size;
      bytes_ += size;
    }
    std::uint8_t* const at = next_;
    std::memcpy(at, bytes.data(), bytes.size());
    next_ += bytes.size();
    left_ -= bytes.size();
    return at;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kBlock = 64 * 1024;
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::uint8_t* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
};

// There are many NaN and two zeros; a file knows one of each, and a run must be the same in memory and out of a file.
inline double plain_value(double v) {
  if (std::isnan(v)) return std::numeric_limits<double>::quiet_NaN();
  return v == 0 ? 0.0 : v;
}

struct Chunk {
  std::size_t first_row = 0;
  std::array<std::int64_t, kChunkRows> at;
  std::array<std::uint64_t, kChunkRows> id;
  std::array<EventKind, kChunkRows> kind;
  std::array<core::NodeId, kChunkRows> node, peer;
  std::array<NameId, kChunkRows> type;
  std::array<std::uint64_t, kChunkRows> ref;
  std::array<double, kChunkRows> value;
  std::array<std::uint64_t, kChunkRows> stamp;
  std::array<const std::uint8_t*, kChunkRows> body;
  std::array<std::uint32_t, kChunkRows> body_size;
  Arena arena;
  std::atomic<std::uint32_t> published{0};

  void append(const Event& e, core::BytesView bytes) {
    const std::uint32_t i = published.load(std::memory_order_relaxed);
    at[i] = e.at.time_since_epoch().count();
    id[i] = e.id, kind[i] = e.kind, node[i] = e.node, peer[i] = e.peer, type[i] = e.type, ref[i] = e.ref;
    value[i] = plain_value(e.value);
    stamp[i] = e.stamp;
    body[i] = arena.keep(bytes);
    body_size[i] = static_cast<std::uint32_t>(bytes.size());
    published.store(i + 1, std::memory_order_release);
  }
  std::size_t rows() const { return published.load(std::memory_order_acquire); }
  Event event(std::size_t i) const {
    return {core::Time(core::Duration(at[i])), id[i], kind[i], node[i], peer[i], type[i], ref[i], value[i], stamp[i]};
  }
  core::BytesView body_of(std::size_t i) const { return {body[i], body_size[i]}; }
  std::size_t bytes() const { return sizeof(Chunk) + arena.bytes(); }
};

}  // namespace record
