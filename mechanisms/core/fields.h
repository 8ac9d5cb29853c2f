// FIELDS names every member of a struct once. The codec, the text form, the inspector, the recorder, settings and ==
// are all written against it; nothing else in the project lists members.
//
//   struct RequestVote {
//     Term term{};
//     NodeId candidate{};
//     FIELDS(RequestVote, term, candidate)
//   };
//
// A member that the list forgets does not compile: whoever uses the list asserts fields_complete<T> (a struct cannot
// assert it of itself, it is not complete yet). Holds at most 200 members.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#define FIELDS_SCAN_(...) FIELDS_SCAN1_(FIELDS_SCAN1_(FIELDS_SCAN1_(FIELDS_SCAN1_(__VA_ARGS__))))
#define FIELDS_SCAN1_(...) FIELDS_SCAN2_(FIELDS_SCAN2_(FIELDS_SCAN2_(FIELDS_SCAN2_(__VA_ARGS__))))
#define FIELDS_SCAN2_(...) FIELDS_SCAN3_(FIELDS_SCAN3_(FIELDS_SCAN3_(FIELDS_SCAN3_(__VA_ARGS__))))
#define FIELDS_SCAN3_(...) FIELDS_SCAN4_(FIELDS_SCAN4_(FIELDS_SCAN4_(FIELDS_SCAN4_(__VA_ARGS__))))
#define FIELDS_SCAN4_(...) __VA_ARGS__
#define FIELDS_PARENS_ ()
#define FIELDS_VISIT_(member, ...) \
  visit(#member, self.member);     \
  __VA_OPT__(FIELDS_VISIT_AGAIN_ FIELDS_PARENS_(__VA_ARGS__))
#define FIELDS_VISIT_AGAIN_() FIELDS_VISIT_
#define FIELDS_COUNT_(member, ...) +1 __VA_OPT__(FIELDS_COUNT_AGAIN_ FIELDS_PARENS_(__VA_ARGS__))
#define FIELDS_COUNT_AGAIN_() FIELDS_COUNT_

// `fields(self, visit)` calls visit("name", self.name) for each member in order. A type that only one file knows need not
// use all of it: clang warns of that.
#define FIELDS(Type, ...)                                                                     \
  [[maybe_unused]] static constexpr std::string_view kTypeName = #Type;                       \
  [[maybe_unused]] static constexpr std::size_t kFieldCount =                                 \
      0 __VA_OPT__(FIELDS_SCAN_(FIELDS_COUNT_(__VA_ARGS__)));                                 \
  template <class Self, class Visit>                                                          \
  static constexpr void fields([[maybe_unused]] Self& self, [[maybe_unused]] Visit&& visit) { \
    __VA_OPT__(FIELDS_SCAN_(FIELDS_VISIT_(__VA_ARGS__)))                                      \
  }                                                                                           \
  [[maybe_unused]] friend bool operator==(const Type&, const Type&) = default;

namespace core {

template <class T>
concept Described = requires { T::kTypeName; };

// An enum with names: `constexpr auto names(Role) { return std::array<std::string_view, 2>{"follower", "leader"}; }`
// beside it, found by argument-dependent lookup. Its values count from 0. Bytes that name no value are malformed.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { names(e).size(); };

template <NamedEnum E>
constexpr std::string_view name_of(E e) {
  const auto all = names(e);
  const auto i = static_cast<std::size_t>(e);
  return i < all.size() ? all[i] : std::string_view("?");
}

namespace detail {

// Converts to anything: counts how many values brace-initialise an aggregate.
struct Anything {
  std::size_t index;
  template <class T>
  operator T&() const& noexcept;
  template <class T>
  operator T&&() const&& noexcept;
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{Anything{I}...}; };
}

template <class T, std::size_t N = 0>
constexpr std::size_t member_count() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{}))
    return member_count<T, N + 1>();
  else
    return N;
}

template <class T>
constexpr bool fields_complete() {
  if constexpr (std::is_aggregate_v<T>)
    return T::kFieldCount == member_count<T>();
  else
    return true;  // A class with private members: its members cannot be counted.
}

}  // namespace detail

template <Described T>
inline constexpr bool fields_complete = detail::fields_complete<T>();

}  // namespace core
