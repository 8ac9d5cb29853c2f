// Histories in a line, as people draw them: `1 w x a; 2 r x a; 2 r y -`. One operation after the other.
//   P w K V   P w? K V (nobody answered)   P w! K V (failed)   P r K V   P r K - (nothing)   P r K V|V (siblings)
//   P cas K V V   P new K V   P new! K V (found one)   P del K   P app K V   quiet          with ` @1.2` behind: the version
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "labs/check/history.h"
#include "mechanisms/core/text.h"

namespace told {

inline std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> all{""};
  for (const char c : text)
    if (c == by) all.emplace_back();
    else all.back() += c;
  return all;
}

inline void tell(check::History& history, std::uint64_t id, std::vector<std::string> words) {
  core::Completion end{id, core::Outcome::ok};
  if (words.back().starts_with("@")) end.version = words.back().substr(1), words.pop_back();
  core::Invocation begin{id, std::stoull(words.at(0)), "", words.at(2), "", ""};
  const std::string& what = words.at(1);
  if (what == "r") {
    begin.function = "get";
    auto values = split(words.at(3), '|');
    if (values[0] != "-") end.value = values[0];
    end.siblings.assign(values.begin() + 1, values.end());
  } else if (what == "cas") {
    begin.function = "cas", begin.expected = words.at(3), begin.value = words.at(4);
  } else if (what == "new" || what == "new!") {
    begin.function = "create", begin.value = words.at(3);
    if (what == "new!") end.outcome = core::Outcome::failed;
  } else if (what == "app") {
    begin.function = "append", begin.value = words.at(3);
  } else if (what == "del") {
    begin.function = "delete";
  } else {
    begin.function = "put", begin.value = words.at(3);
    if (what == "w?") end.outcome = core::Outcome::unknown;
    if (what == "w!") end.outcome = core::Outcome::failed;
  }
  history.begin(begin);
  history.end(end);
}

inline check::History history(const std::string& text) {
  check::History all;
  std::uint64_t id = 0;
  for (const auto& line : split(text, ';')) {
    const auto words = core::split_words(line);
    if (words.empty()) continue;
    if (words[0] == "quiet") all.quiet();
    else tell(all, ++id, words);
  }
  return all;
}

// Back to a line, for messages.
inline std::string line(const check::History& history) {
  std::string all;
  for (const auto& o : history.operations()) all += check::words(o) + (o.version.empty() ? "" : " @" + o.version) + "; ";
  return all;
}

}  // namespace told
