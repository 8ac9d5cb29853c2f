// What the settings of all nodes are at a moment, folded from the lab and the commands that were given since; and how a
// setting's text is a place on a slider. Nothing here draws.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/window/view.h"
#include "mechanisms/core/settings.h"

namespace window {

// The numbers of a setting along a slider. Where they span more than two decades, equal steps of the hand are equal factors.
struct Along {
  double least = 0, greatest = 1;
  bool logarithmic = false;
  double smallest = 0;                 // Logarithmic from 0 on: the least above it. The slider's left end is 0 then.
  double part_of(double value) const;  // 0 to 1.
  double value_at(double part) const;
};
Along along(const core::SettingInfo& info);

// A setting's value as a number: durations in ns. A span's are its two ends.
double number_of(const core::SettingInfo& info, std::string_view text);
std::pair<double, double> ends_of(std::string_view span);
// The text of a number that a hand chose: rounded to what a person would have typed.
std::string text_of(const core::SettingInfo& info, double number);
std::string span_text(const core::SettingInfo& info, double low, double high);
// For people, with its unit: `150-300 ms`, `256 entries`, `64 KiB`, `20 %`.
std::string shown_value(const core::SettingInfo& info, std::string_view text);
// `flaw.commit_old_term` -> `commit old term`
std::string setting_words(std::string_view name);
// `call.retry.base` -> `call \u00b7 retry`: the part that it is of; empty: of none, or a flaw.
std::string part_words(std::string_view name);

// For a search among settings: whatever the case is, and a blank finds a `_`.
bool contains(std::string_view all, std::string_view part);

using ValuesOfNode = std::map<std::string, std::string, std::less<>>;

// Reads on as the moment goes forward, and begins anew when it goes back.
class SettingsFold {
 public:
  // By node id - 1: every setting that its kind declares.
  const std::vector<ValuesOfNode>& at(const View& view);

 private:
  void begin(const View& view);
  void give(const View& view, const timeline::Mark& mark);

  std::vector<ValuesOfNode> values_;
  std::uint64_t line_ = 0;             // Of which timeline; 0: none yet.
  std::size_t marks_ = 0;
};

// How a group, or one node of it, has a setting.
struct GroupValue {
  std::string value;
  bool mixed = false;                  // Its nodes differ.
  bool changed = false;                // From the default.
};
GroupValue group_value(const core::SettingInfo& info, const std::vector<ValuesOfNode>& values, const std::vector<core::NodeId>& nodes);

// What is added to all links' own delay and jitter at a moment.
struct LinkValue {
  core::Duration delay{}, jitter{};
  bool mixed = false;                  // Not all links have the same.
};
LinkValue link_value(const View& view);

// What clients are to do together: the sum of their rates. `own_pace`: some have none, and go as fast as they are served.
struct LoadValue {
  bool known = false;                  // There are clients.
  bool off = false, own_pace = false;
  double rate = 0;
};
LoadValue load_value(const View& view, const std::vector<ValuesOfNode>& values);

}  // namespace window
