// Which events somebody wants to see, in words. One language for the list, the diagram, the plots and exports:
//
//   node:S1              it happened at S1, or S1 is its other end. Also a group's name, and *: node:clients node:S*
//   from:S1 to:S2        a message's way
//   kind:drop            what it is: send, deliver, drop, note, crash, ... One of several: kind:crash,restart
//   type:RequestVote     its name, or what that begins with; * for anything
//   term>=3  granted=true    any field of its body, with = != < <= > >=; a node may be named: candidate=S2
//   t>12.5s  t<13s       when; row>1000 which; stamp>=137 by its Lamport stamp
//   /time.?out/  words  "two words"    in everything that is said of it, whatever the case
//   -word   a or b   ( )     not; either; together. Words beside each other must all hold.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "labs/record/recording.h"

namespace timeline {

// The text of an event's body, for people. Of a delivery or a drop: of what was sent.
using Decode = std::function<std::string(const record::Event& event, core::BytesView body)>;

class Filter {
 public:
  Filter() = default;                  // Everything.
  bool matches(std::size_t row, const record::Event& event, core::BytesView body) const;
  bool everything() const { return !inside_; }
  bool reads_bodies() const;           // Then it takes longer.

 private:
  friend class FilterReader;
  struct Inside;
  std::shared_ptr<const Inside> inside_;
};

// Why a text is no filter.
struct FilterError {
  std::size_t at = 0, length = 0;      // Which part of the text.
  std::string words;
};

// The recording must outlive the filter, and may grow meanwhile.
std::variant<Filter, FilterError> compile(std::string_view text, const record::Recording& recording, Decode decode);

// The language by examples, for help that can be clicked.
struct FilterExample {
  std::string_view filter, meaning;
};
const std::vector<FilterExample>& filter_examples();

}  // namespace timeline
