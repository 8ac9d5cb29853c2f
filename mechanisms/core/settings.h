// A mechanism declares its settings once: the members of a FIELDS struct (type and default) and, beside them, a line of
// `Setting` for each (range, unit, help). The window's sliders, the lab file, `--set`, sweeps and the presets all come
// from that.
//
//   struct Settings {
//     core::Duration heartbeat = 50ms;
//     bool pre_vote = true;
//     Flaws flaws;                       // a struct of switches, set as `flaw.forget_vote`; its member is always `flaws`
//     resilience::Breaker::Settings breaker;   // the settings of a part, set as `breaker.failure_rate`
//     FIELDS(Settings, heartbeat, pre_vote, flaws, breaker)
//     static constexpr auto kDeclared = std::array{
//         core::Setting{"heartbeat", "1ms", "10s", "", "How often a leader says that it lives."},
//         core::Setting{"pre_vote", "", "", "", "Ask before an election whether it could be won."}};
//   };
//
// Values that are each in range may still make no sense together: `std::string conflict() const` of the settings says why,
// or nothing. It is asked, of the parts too, when a lab is read and whenever one of them changes. The flaws of parts are
// flaws of the whole: two parts that have a flaw of one name share its switch.
//
// A part that says `static constexpr bool kNameless = true;` lends its settings to the whole as if they were the whole's own.
//
// A member without its line, or a line without its member, is refused by describe() when the kind is listed.
#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mechanisms/core/check.h"
#include "mechanisms/core/fields.h"
#include "mechanisms/core/text.h"

namespace core {

struct Setting {
  std::string_view name;
  std::string_view low, high;  // The range in the setting's own text form; empty: no bound.
  std::string_view unit;       // "entries", "bytes", "/s"; empty for durations, switches and choices.
  std::string_view help;       // One line.
};

// A declaration together with what its type says, as the hosts show it.
struct SettingInfo {
  enum class Type { toggle, count, real, duration, span, choice, text };
  std::string name;
  Type type{};
  std::string low, high, unit, help;
  std::string initial;               // The default, as text.
  std::vector<std::string> choices;  // For Type::choice.
  bool flaw = false;                 // A known bug to switch on, not a tuning knob.
};

// Of which part a setting is: `call.retry`, of `call.retry.base`; empty: of the whole itself.
constexpr std::string_view part_of_name(std::string_view name) {
  const auto dot = name.rfind('.');
  return name.substr(0, dot == std::string_view::npos ? 0 : dot);
}

namespace detail {

template <class T>
constexpr bool nameless() {
  if constexpr (requires { T::kNameless; }) return T::kNameless;
  else return false;
}

template <class T>
constexpr SettingInfo::Type setting_type() {
  using Type = SettingInfo::Type;
  if constexpr (std::is_same_v<T, bool>) return Type::toggle;
  else if constexpr (std::is_same_v<T, Duration>) return Type::duration;
  else if constexpr (std::is_same_v<T, Span>) return Type::span;
  else if constexpr (std::is_floating_point_v<T>) return Type::real;
  else if constexpr (std::is_enum_v<T>) return Type::choice;
  else if constexpr (std::is_integral_v<T>) return Type::count;
  else return Type::text;
}

template <class T>
bool in_range(const T& v, const Setting& declared) {
  if constexpr (std::is_same_v<T, Span>) {
    return in_range(v.low, declared) && in_range(v.high, declared);
  } else if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T> || std::is_same_v<T, std::string>) {
    return true;
  } else {
    T bound{};
    if (!declared.low.empty() && parse(declared.low, bound) && v < bound) return false;
    if (!declared.high.empty() && parse(declared.high, bound) && v > bound) return false;
    return true;
  }
}

template <class S>
const Setting* find_declared(std::string_view name) {
  for (const Setting& declared : S::kDeclared)
    if (declared.name == name) return &declared;
  return nullptr;
}

// What a value of this setting looks like, for an error message.
std::string expectation(const SettingInfo& info);
// Those of one part stand together, wherever nameless parts have put them; parts in the order in which they came.
void part_by_part(std::vector<SettingInfo>& all);

template <class T>
void complete(SettingInfo& info, const T& initial, const Setting& declared) {
  info.type = setting_type<T>();
  info.low = declared.low, info.high = declared.high;
  info.unit = declared.unit, info.help = declared.help;
  if constexpr (std::is_same_v<T, std::string>)
    info.initial = initial;
  else
    info.initial = text(initial);
  if constexpr (std::is_enum_v<T>)
    for (const auto choice : names(T{})) info.choices.emplace_back(choice);
}

}  // namespace detail

// Calls visit(full name, member, declaration, is a flaw) for every setting of `settings`.
template <class S, class Visit>
void visit_settings(S& settings, const Visit& visit, const std::string& before = "", bool flaws = false) {
  using Plain = std::remove_const_t<S>;
  static_assert(fields_complete<Plain>, "FIELDS of these settings forgets a member");
  Plain::fields(settings, [&](std::string_view name, auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (Described<Member>) {
      if (name == "flaws")
        visit_settings(member, visit, "flaw.", true);
      else
        visit_settings(member, visit, detail::nameless<Member>() ? before : before + std::string(name) + ".", flaws);
    } else {
      const Setting* declared = detail::find_declared<Plain>(name);
      CHECK(declared != nullptr);
      visit(before + std::string(name), member, *declared, flaws);
    }
  });
}

// Why these values, each in its range, make no sense together; of the parts, too.
template <class S>
std::string conflict_of(const S& settings) {
  std::string why;
  S::fields(settings, [&](std::string_view name, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (Described<Member>) {
      const std::string of_part = conflict_of(member);
      if (why.empty() && !of_part.empty()) why = detail::nameless<Member>() ? of_part : std::string(name) + ": " + of_part;
    }
  });
  if constexpr (requires { settings.conflict(); })
    if (why.empty()) why = settings.conflict();
  return why;
}

// All settings of a struct: its own, and then part by part, in order.
template <class S>
std::vector<SettingInfo> describe_settings() {
  std::vector<SettingInfo> all;
  const S initial{};
  visit_settings(initial, [&](const std::string& name, const auto& member, const Setting& declared, bool flaw) {
    for (const SettingInfo& one : all)
      if (one.name == name) return CHECK(flaw);
    SettingInfo& info = all.emplace_back();
    info.name = name;
    info.flaw = flaw;
    detail::complete(info, member, declared);
    CHECK(detail::in_range(member, declared));
  });
  detail::part_by_part(all);
  return all;
}

// Sets one setting from text. Returns why not, or nothing.
template <class S>
std::string set_setting(S& settings, std::string_view wanted, std::string_view value) {
  std::string error = "no such setting";
  visit_settings(settings, [&](const std::string& name, auto& member, const Setting& declared, bool flaw) {
    if (name != wanted) return;
    auto parsed = member;
    if (parse(value, parsed) && detail::in_range(parsed, declared)) {
      member = parsed;
      error.clear();
      return;
    }
    SettingInfo info;
    info.name = name;
    info.flaw = flaw;
    detail::complete(info, member, declared);
    error = name + " takes " + detail::expectation(info) + ", not `" + std::string(value) + "`";
  });
  return error;
}

// The value of one setting as text; nothing when there is no such setting.
template <class S>
std::string get_setting(const S& settings, std::string_view wanted) {
  std::string found;
  visit_settings(settings, [&](const std::string& name, const auto& member, const Setting&, bool) {
    if (name != wanted) return;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::string>)
      found = member;
    else
      found = text(member);
  });
  return found;
}

}  // namespace core
