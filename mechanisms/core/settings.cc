#include "mechanisms/core/settings.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace core::detail {
namespace {

const void* value_of(const Place& place, const void* settings) { return static_cast<const char*>(settings) + place.offset; }

SettingInfo info_of(const Place& place, const void* settings) {
  const Setting& declared = *place.declared;
  SettingInfo info;
  info.name = place.name;
  info.type = place.type->type;
  info.low = declared.low, info.high = declared.high;
  info.unit = declared.unit, info.help = declared.help;
  info.initial = place.type->text(value_of(place, settings));
  info.choices = place.type->choices();
  info.flaw = place.flaw;
  return info;
}

// What a value of this setting looks like, for an error message.
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

// Those of one part stand together, wherever nameless parts have put them; parts in the order in which they came.
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

}  // namespace

void add_place(std::vector<Place>& all, const std::string& before, std::string_view member, std::size_t offset, const ValueType& type,
               std::span<const Setting> declared, bool flaw) {
  const auto line = std::find_if(declared.begin(), declared.end(), [&](const Setting& one) { return one.name == member; });
  CHECK(line != declared.end());
  all.push_back({before + std::string(member), offset, &type, &*line, flaw});
}

std::vector<SettingInfo> describe(const std::vector<Place>& places, const void* settings) {
  std::vector<SettingInfo> all;
  for (const Place& place : places) {
    CHECK(place.type->in_range(value_of(place, settings), *place.declared));
    const bool known = std::any_of(all.begin(), all.end(), [&](const SettingInfo& one) { return one.name == place.name; });
    if (known)
      CHECK(place.flaw);
    else
      all.push_back(info_of(place, settings));
  }
  part_by_part(all);
  return all;
}

std::string set(const std::vector<Place>& places, void* settings, std::string_view wanted, std::string_view value) {
  std::string error = "no such setting";
  for (const Place& place : places) {
    if (place.name != wanted) continue;
    if (place.type->assign(static_cast<char*>(settings) + place.offset, value, *place.declared))
      error.clear();
    else
      error = place.name + " takes " + expectation(info_of(place, settings)) + ", not `" + std::string(value) + "`";
  }
  return error;
}

std::string get(const std::vector<Place>& places, const void* settings, std::string_view wanted) {
  for (const Place& place : places)
    if (place.name == wanted) return place.type->text(value_of(place, settings));
  return "";
}

}  // namespace core::detail
