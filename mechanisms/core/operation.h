// What clients ask of a cluster, as a checker sees it: an invocation and, later or never, a completion.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/core/fields.h"

namespace core {

// A client operation when it begins.
struct Invocation {
  std::uint64_t id{};       // Unique in the run.
  std::uint64_t process{};  // The logical client. It has at most one operation open; after `unknown` it is not used again.
  std::string function;     // "get", "put", "append", "cas", "delete", "read", "write", ...
  std::string key;
  std::string value;        // What is written; empty for reads.
  std::string expected;     // What a cas compares with; else empty.
  FIELDS(Invocation, id, process, function, key, value, expected)
};

enum class Outcome : std::uint8_t {
  ok,       // It happened, and `value` is what the client was told.
  failed,   // It certainly did not happen.
  unknown,  // Nobody answered: it may have happened, may still happen, or never.
};
constexpr auto names(Outcome) { return std::array<std::string_view, 3>{"ok", "failed", "unknown"}; }

struct Completion {
  std::uint64_t id{};
  Outcome outcome{};
  std::optional<std::string> value{};   // What a read returned; nothing: the key was absent, or it was no read.
  std::vector<std::string> siblings{};  // What a read returned beside it: values of writes that did not know of each other.
  std::string version{};                // Where the system itself puts what was read or written in its order: "3.17" is
                                        // epoch 3, position 17; empty: it did not say. Greater numbers are later.
  FIELDS(Completion, id, outcome, value, siblings, version)
  static constexpr std::size_t kFirstFormat = 3;  // Files of format 2 and before end here.
};

}  // namespace core
