// What a board counts and measures.
#pragma once
#include "mechanisms/core/metric.h"

namespace board {

using Kind = core::Metric::Kind;
inline constexpr core::Metric kPosted{"board_posts_total", Kind::counter, "posts", "Posts written here."};
inline constexpr core::Metric kShown{"board_shown_total", Kind::counter, "posts", "Posts shown here, one's own included."};
inline constexpr core::Metric kBefore{"board_answers_before_questions_total", Kind::counter, "posts", "Answers that, when they were shown here, stood before their question or without it.", core::Better::lower};
inline constexpr core::Metric kMisplaced{"board_misplaced_answers", Kind::gauge, "posts", "Answers that stand before their question, or without it, now.", core::Better::lower};
inline constexpr core::Metric kConcurrent{"board_concurrent_posts_total", Kind::counter, "posts", "Posts whose author had not seen the one shown before, nor that one's author this one."};
inline constexpr core::Metric kWaiting{"board_waiting_posts", Kind::gauge, "posts", "Posts that have come and wait for what their author had seen.", core::Better::lower};
inline constexpr core::Metric kWait{"board_wait_ms", Kind::timing, "ms", "How long a post that came before its causes waited for them.", core::Better::lower};
inline constexpr core::Metric kAnswered{"board_answer_ms", Kind::timing, "ms", "From a question that was written here to its first answer shown here.", core::Better::lower};
inline constexpr core::Metric kAhead{"board_hybrid_ahead_ms", Kind::gauge, "ms", "How far the hybrid stamp of the last post written here was ahead of the clock here.", core::Better::lower};

}  // namespace board
