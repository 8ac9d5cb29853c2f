// The words that a run names by number. Read by many threads while one adds: a word never moves once it is there, and
// the count is published after the word.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "labs/record/event.h"

namespace record {

class NameTable {
 public:
  NameTable();

  // The writer's. Numbers must come in order; one that is there already is let pass when it is the same word.
  void add(NameId id, std::string_view text);

  // How many words there are, with the empty one.
  NameId size() const { return size_.load(std::memory_order_acquire); }
  // The word of a number; empty when there is none.
  std::string_view text(NameId id) const;
  // The number of a word, if the run has used it yet.
  std::optional<NameId> find(std::string_view text) const;

 private:
  const std::string& word(NameId id) const;

  static constexpr unsigned kFirstBits = 6;  // The first block holds 64 words, each further one as many as all before.
  std::array<std::unique_ptr<std::string[]>, 32 - kFirstBits + 1> blocks_;
  std::atomic<NameId> size_{0};
};

}  // namespace record
