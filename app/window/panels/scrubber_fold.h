// The strip of a whole run as plain shapes: how much happened when, in bars that stay where they are while a run grows.
#pragma once
#include <cstdint>
#include <vector>

#include "app/window/folds.h"
#include "labs/timeline/timeline.h"

namespace window {

// How long a strip is for a run that ended there: the run itself, or, while it still goes on, the next round length, so
// that the strip does not creep.
core::Duration strip_length(core::Time end, bool grows);

// Remembers what was counted: of a run of ten million events only the bars that are not over yet are counted again.
class Activity {
 public:
  // Of [kStart, kStart + length) in so many bars.
  const std::vector<std::uint32_t>& bars(const timeline::Timeline& line, core::Duration length, std::size_t count);
  std::uint64_t counted() const { return counted_; }   // Bars so far, for tests.

 private:
  std::uint64_t line_ = 0;
  core::Duration length_{};
  std::size_t closed_ = 0;             // Bars [0, closed_) can not change any more.
  std::vector<std::uint32_t> bars_, some_;
  std::uint64_t counted_ = 0;
};

// What a hand takes hold of.
enum class Grip : std::uint8_t { none, scrub, window, left_edge, right_edge };
// `frame_*`: the shown stretch on the strip, `moment`: the line. The line comes before the edges, and these before the
// frame; a frame that fills the strip cannot be moved, so a hand within it scrubs.
Grip grip_at(float x, float frame_left, float frame_right, float moment, float left, float right, float reach);

}  // namespace window
