#include "mechanisms/core/settings.h"

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

}  // namespace core::detail
