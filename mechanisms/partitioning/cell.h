// What a shard keeps of one key: its value, which version that is, and which operations have been done on it. A client that does
// not know whether its write was done sends it again with the same number; the number is then found here, and the write is not
// done twice. It lies beside the value because it must share its fate: it is durable with it in one write, and goes with it when
// the shard is moved or split. RIFL's completion records do the same (Lee and others, Implementing Linearizability at Large
// Scale and Low Latency, SOSP 2015, sections 3.3 and 3.4); a memory of the node, as resilience/idempotency.h is for services
// that call others, would be lost with the node, and stay behind when the shard goes.
//
// A key that was deleted leaves a cell without value behind, as long as its numbers are remembered. RIFL forgets a record when
// its client has acknowledged it; here the last so many of each key are kept.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/fields.h"

namespace partitioning {

// An operation that was done.
struct Done {
  std::uint64_t operation{};
  bool absent{};   // A delete that found nothing.
  FIELDS(Done, operation, absent)
};

struct Cell {
  std::uint64_t version{};
  std::optional<std::string> value{};
  std::vector<Done> done{};   // The oldest first.
  FIELDS(Cell, version, value, done)

  // null: it was not done, or was forgotten.
  const Done* find(std::uint64_t operation) const {
    const auto it = std::find_if(done.begin(), done.end(), [operation](const Done& one) { return one.operation == operation; });
    return it == done.end() ? nullptr : &*it;
  }
  void remember(const Done& one, std::size_t most) {
    done.push_back(one);
    if (done.size() > most) done.erase(done.begin(), done.end() - static_cast<std::ptrdiff_t>(most));
  }
};

inline std::string packed(const Cell& cell) {
  const core::Bytes bytes = core::encode(cell);
  return {bytes.begin(), bytes.end()};
}
inline Cell unpacked(const std::string& text) {
  return core::decode<Cell>(core::BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace partitioning
