// What clients saw: their operations with the order in which they began and ended. Fed from a recording or read from a
// file; judged by promise.h.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mechanisms/core/operation.h"

namespace check {

// A history that cannot be one, in words: a process with two operations open, an end without a beginning.
struct BadHistory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Operation {
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  std::uint64_t id = 0;                        // As in the recording; of a file, the so-manieth that begins in it.
  std::uint64_t process = 0;
  std::string function, key, value, expected;  // As core::Invocation.
  core::Outcome outcome = core::Outcome::unknown;
  std::optional<std::string> result;           // What a read returned; none: absent.
  std::vector<std::string> siblings;           // What it returned beside it.
  std::string version;                         // Where the system puts what was read or written, as core::Completion.
  bool result_known = true;                    // false: ok, but nothing was told of the value: it may be any.
  std::uint64_t call = 0;                      // Position among all beginnings and ends, from 1.
  std::uint64_t line = 0;                      // Where it begins in the file it was read from; 0: in none.
  std::uint64_t end = kNever;                  // kNever: unknown, it may be done at any later time, or never.
};

// What an operation asks to be there before it writes: of a create no value.
inline std::optional<std::string> asked_for(const Operation& o) {
  return o.function == "create" ? std::nullopt : std::optional(o.expected);
}

class History {
 public:
  void begin(const core::Invocation& invocation, std::uint64_t line = 0);
  void end(const core::Completion& completion);
  // Some histories tell absent values as empty ones.
  bool empty_is_absent = false;

  // From here on, so somebody says, nobody writes any more, and there was time for every write to get everywhere.
  void quiet() { quiet_ = position_; }
  std::optional<std::uint64_t> quiet_since() const { return quiet_; }

  // What was known when the so-manieth beginning or end had happened: operations that had not ended are unknown.
  History until(std::uint64_t position) const;

  const std::vector<Operation>& operations() const { return operations_; }
  std::uint64_t events() const { return position_; }

 private:
  std::vector<Operation> operations_;
  std::map<std::uint64_t, std::size_t> open_;          // Operation id -> which.
  std::map<std::uint64_t, std::uint64_t> busy_;        // Process -> its open operation's id.
  std::uint64_t position_ = 0;
  std::optional<std::uint64_t> quiet_;
};

// One line for people: `get k1 -> "v3" by process 5`.
std::string words(const Operation& operation);
// Whether it does nothing but read.
bool is_read(const Operation& operation);
// Whether this command says that it is quiet: `mark quiet`, perhaps with more words.
bool says_quiet(std::string_view command);

}  // namespace check
