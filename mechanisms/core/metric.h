// What a mechanism counts and measures, under the names that operators know. Declared once, as a constant, beside the
// mechanism; a step emits samples of it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace core {

// Of a number of which two runs have different ones: which of them is to be wished for. Latencies, losses and failures should
// be low, what succeeded high; of what is only work, size or place - entries, terms, signed offsets - neither is better.
enum class Better : std::uint8_t { neither, lower, higher };

struct Metric {
  enum class Kind { counter, gauge, timing };

  std::string_view name;  // As Prometheus has it: `consensus_leader_elections_total`.
  Kind kind = Kind::gauge;
  std::string_view unit;  // "", "ms", "bytes", "entries", "percent": for the axis.
  std::string_view help;  // One line.
  Better better = Better::neither;
  // Of a gauge that counts states from 0: what they are called, separated by `|`, from the usual one to the worst. It is
  // drawn as a strip of what was when.
  std::string_view states{};
};

// The metrics of a node and of its parts, as one list.
template <std::size_t... N>
constexpr auto joined(const std::array<const Metric*, N>&... lists) {
  std::array<const Metric*, (N + ...)> all{};
  std::size_t at = 0;
  const auto append = [&](const auto& list) {
    for (const Metric* metric : list) all[at++] = metric;
  };
  (append(lists), ...);
  return all;
}

// counter: the step says how much was added, the host keeps the total since the node's last start.
// gauge: the step says the value; a value that did not change is not recorded again.
// timing: every sample counts (latencies); readers make percentiles of them.

}  // namespace core
