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
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

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

// What is done with the values of one type, for code that does not know the type.
struct ValueType {
  SettingInfo::Type type;
  std::string (*text)(const void* value);
  bool (*in_range)(const void* value, const Setting&);
  // False, and the value stays what it was: the text is none, or out of range.
  bool (*assign)(void* value, std::string_view text, const Setting&);
  std::vector<std::string> (*choices)();
};

// Where a setting lies in the settings of a type. There are some 750 of them in 18 kinds of nodes: what is done with them is
// written against this list, so that it is compiled once and not for each of them.
struct Place {
  std::string name;    // The full one.
  std::size_t offset;  // In bytes from the beginning of the settings.
  const ValueType* type;
  const Setting* declared;
  bool flaw;
};

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

template <class T>
std::string text_of(const void* value) {
  if constexpr (std::is_same_v<T, std::string>) return *static_cast<const T*>(value);
  else return text(*static_cast<const T*>(value));
}

template <class T>
bool assign(void* value, std::string_view text, const Setting& declared) {
  T parsed{};
  if (!parse(text, parsed) || !in_range(parsed, declared)) return false;
  *static_cast<T*>(value) = std::move(parsed);
  return true;
}

template <class T>
std::vector<std::string> choices_of() {
  if constexpr (std::is_enum_v<T>) {
    const auto all = names(T{});
    return {all.begin(), all.end()};
  } else {
    return {};
  }
}

template <class T>
inline constexpr ValueType kValueType{
    setting_type<T>(), text_of<T>, [](const void* v, const Setting& declared) { return in_range(*static_cast<const T*>(v), declared); },
    assign<T>, choices_of<T>};

// Refuses a member that is not declared.
void add_place(std::vector<Place>& all, const std::string& before, std::string_view member, std::size_t offset, const ValueType& type,
               std::span<const Setting> declared, bool flaw);

// Adds every setting of `settings`, which lie in `whole`.
template <class S>
void add_places(std::vector<Place>& all, const S& settings, const void* whole, const std::string& before = "", bool flaws = false) {
  static_assert(core::fields_complete<S>, "FIELDS of these settings forgets a member");
  S::fields(settings, [&](std::string_view name, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (Described<Member>) {
      if (name == "flaws")
        add_places(all, member, whole, "flaw.", true);
      else
        add_places(all, member, whole, nameless<Member>() ? before : before + std::string(name) + ".", flaws);
    } else {
      const auto offset = static_cast<std::size_t>(reinterpret_cast<const char*>(&member) - static_cast<const char*>(whole));
      add_place(all, before, name, offset, kValueType<Member>, S::kDeclared, flaws);
    }
  });
}

template <class S>
const std::vector<Place>& places() {
  static const auto all = [] {
    std::vector<Place> found;
    const S any{};
    add_places(found, any, &any);
    return found;
  }();
  return all;
}

// The same as the functions below, of any settings.
std::vector<SettingInfo> describe(const std::vector<Place>& places, const void* settings);
std::string set(const std::vector<Place>& places, void* settings, std::string_view wanted, std::string_view value);
std::string get(const std::vector<Place>& places, const void* settings, std::string_view wanted);

}  // namespace detail

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
  const S initial{};
  return detail::describe(detail::places<S>(), &initial);
}

// Sets one setting from text. Returns why not, or nothing.
template <class S>
std::string set_setting(S& settings, std::string_view wanted, std::string_view value) {
  return detail::set(detail::places<S>(), &settings, wanted, value);
}

// The value of one setting as text; nothing when there is no such setting.
template <class S>
std::string get_setting(const S& settings, std::string_view wanted) {
  return detail::get(detail::places<S>(), &settings, wanted);
}

}  // namespace core
