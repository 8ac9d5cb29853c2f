#include "mechanisms/core/settings.h"

#include <algorithm>

namespace core::detail {

std::string expectation(const SettingInfo& info) {
  using Type = SettingInfo::Type;
  std::string kind;
  switch (info.type) {
    case Type::toggle: return "on or off";
    case Type::text: return "text";
    case Type::choice: {
      for (const auto& choice : info.choices) kind += (kind.empty() ? "" : ", ") + choice;
      return "one of " + kind;
    }
    case Type::count: kind = "a whole number"; break;
    case Type::real: kind = "a number"; break;
    case Type::duration: kind = "a duration such as 150ms"; break;
    case Type::span: kind = "a range such as 150ms..300ms"; break;
  }
  if (!info.low.empty() && !info.high.empty()) return kind + " between " + info.low + " and " + info.high;
  if (!info.low.empty()) return kind + " of at least " + info.low;
  if (!info.high.empty()) return kind + " of at most " + info.high;
  return kind;
}

void part_by_part(std::vector<SettingInfo>& all) {
  std::vector<SettingInfo> ordered;
  std::vector<std::string> parts{""};
  for (const auto& info : all)
    if (const std::string part(part_of_name(info.name)); std::find(parts.begin(), parts.end(), part) == parts.end())
      parts.push_back(part);
  for (const auto& part : parts)
    for (const auto& info : all)
      if (part_of_name(info.name) == part) ordered.push_back(info);
  all = std::move(ordered);
}

}  // namespace core::detail
