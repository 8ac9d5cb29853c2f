// The chunks of a recording as an index reads them: the last few are kept at hand, so that a row costs no lock.
#pragma once
#include <array>
#include <memory>

#include "labs/record/recording.h"

namespace timeline {

class Chunks {
 public:
  explicit Chunks(const record::Recording& recording) : recording_(recording) {}
  // Valid until the next call. Throws BadRun when it must be read back and its file is damaged.
  const record::Chunk& of(std::size_t row) {
    const std::size_t index = row / record::kChunkRows;
    Kept& kept = kept_[index % kept_.size()];
    if (!kept.chunk || kept.index != index) kept = {index, recording_.chunk_of(row)};
    return *kept.chunk;
  }

 private:
  struct Kept {
    std::size_t index = 0;
    std::shared_ptr<const record::Chunk> chunk;
  };
  const record::Recording& recording_;
  std::array<Kept, 4> kept_;
};

inline std::size_t in_chunk(std::size_t row) { return row % record::kChunkRows; }
inline std::int64_t ns(core::Time time) { return time.time_since_epoch().count(); }
inline core::Time time_of(std::int64_t ns) { return core::Time(core::Duration(ns)); }

}  // namespace timeline
