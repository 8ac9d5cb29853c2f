// A filter taken apart: what filter_read.cc makes of the words, and filter.cc holds against each event.
#pragma once
#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "labs/timeline/filter.h"

namespace timeline {

enum class Compare : std::uint8_t { equal, unequal, less, at_most, more, at_least };

// Whether a word is like a pattern in which * stands for anything; whatever the case.
bool glob(std::string_view pattern, std::string_view word);

// The right side of a comparison: a number, a length of time, a node, or words.
struct Operand {
  std::string words;
  std::optional<double> number;        // Of a length: nanoseconds.
  bool length = false;
  core::NodeId node = core::kNobody;   // It names one, as bodies do by number.
  bool compare(Compare how, std::string_view value) const;
};
Operand read_operand(std::string_view text, const record::Recording& recording);

// A test of a name that recordings know by number.
class NameTest {
 public:
  NameTest() = default;
  explicit NameTest(std::function<bool(std::string_view)> test) : test_(std::move(test)) {}
  bool operator()(const record::Recording& recording, record::NameId id) const;

 private:
  enum Known : std::uint8_t { Unknown, Yes, No };
  std::function<bool(std::string_view)> test_;
  mutable std::vector<Known> known_;   // By number, so that each word is looked at once.
};

struct Part {
  enum What : std::uint8_t { all, any, negated, kind, node, from, to, type, time, row, stamp, value, text, regular } what = all;
  std::vector<Part> parts;
  std::uint32_t kinds = 0;             // A bit for each. Of text and regular: those whose names hold it.
  std::vector<bool> nodes;             // By id; likewise.
  NameTest name;
  std::string words;                   // In small letters; of value: the field.
  Compare how = Compare::equal;
  Operand operand;
  std::optional<std::regex> regex;
  bool costly = false;                 // It has to read the body.
};

struct Filter::Inside {
  const record::Recording& recording;
  Decode decode;
  Part root;

  bool holds_for(const Part&, std::size_t row, const record::Event&, core::BytesView) const;
  bool way(const record::Event&, const std::vector<bool>& set, bool from) const;
  bool heading_holds(const Part&, const record::Event&) const;
  bool regex_holds(const Part&, const record::Event&, core::BytesView) const;
  std::string body_words(const record::Event&, core::BytesView) const;
};

}  // namespace timeline
