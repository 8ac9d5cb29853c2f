// A setting as something that hands can move, made from its declaration: a slider, one with two ends, a switch, a choice or
// a field. The settings of a run and the settings of an experiment that is being made are the same controls.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "mechanisms/core/settings.h"

namespace window {

// What a hand holds: nothing is changed before it lets go, so that a drag is one command and not a hundred.
struct Holding {
  std::string key;                     // Which control; empty: none.
  std::string value;                   // Its value meanwhile.
  bool typing = false;                 // In its field, which a click on the value opens.
  bool focus = false;                  // The field was just opened.
};

struct ControlLook {
  std::string_view key;                // Unique in the panel.
  std::string_view value;              // The present one.
  bool mixed = false;                  // Nodes differ: the value is that of the first.
  bool changed = false;                // From the default: marked, and can be reset.
  // Why a typed value cannot be, or nothing.
  std::string (*refuse)(const void* who, std::string_view setting, std::string_view value) = nullptr;
  const void* who = nullptr;
};
// Says of which part the settings that follow are, when that is another one than `part`, which is that then.
void part_heading(const core::SettingInfo& info, std::string& part);
// The new value, once it was let go.
std::optional<std::string> setting_control(const core::SettingInfo& info, const ControlLook& how, Holding& holding);

// A plain number on a slider, such as a link's delay: `info` as for a setting, `label` its words.
std::optional<std::string> amount_control(std::string_view label, const core::SettingInfo& info, const ControlLook& how,
                                          Holding& holding, std::string_view shown, std::string_view tooltip);

}  // namespace window
