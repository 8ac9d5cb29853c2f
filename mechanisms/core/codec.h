// Bytes from values and back. Every message and every durable write passes through here, in the simulated world too,
// so that nothing can be shared by accident. Integers are LEB128 (signed ones zigzag first), so that small numbers,
// which most are, take one byte on the wire and in a recording.
#pragma once
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace core {

// Bytes that no value of the expected type has. They came from outside: dropped and recorded, never a crash.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Appends values to a byte vector that the caller owns.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  void put(bool v) { out_.push_back(v ? 1 : 0); }
  void put(std::unsigned_integral auto v) { put_varint(v); }
  void put(std::signed_integral auto v) {
    const auto wide = static_cast<std::int64_t>(v);
    put_varint((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
  }
  void put(NodeId v) { put_varint(v); }
  void put(double v);
  void put(Duration v) { put(static_cast<std::int64_t>(v.count())); }
  void put(Time v) { put(v.time_since_epoch()); }
  void put(const Span& v) { put(v.low), put(v.high); }
  void put(const std::string& v);
  void put(const Bytes& v);
  template <NamedEnum E>
  void put(E v) {
    put_varint(static_cast<std::uint64_t>(v));
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& v) {
    for (const auto& x : v) put(x);
  }
  template <class T>
  void put(const std::vector<T>& v) {
    put_range(v);
  }
  template <class T>
  void put(const std::set<T>& v) {
    put_range(v);
  }
  template <class K, class V>
  void put(const std::map<K, V>& v) {
    put_range(v);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& v) {
    put(v.first), put(v.second);
  }
  template <class T>
  void put(const std::optional<T>& v) {
    put(v.has_value());
    if (v) put(*v);
  }
  template <class... T>
  void put(const std::variant<T...>& v) {
    put_varint(v.index());
    std::visit([&](const auto& x) { put(x); }, v);
  }
  template <Described T>
  void put(const T& v) {
    static_assert(fields_complete<T>, "FIELDS of this struct forgets a member");
    T::fields(v, [&](std::string_view, const auto& member) { put(member); });
  }

 private:
  void put_varint(std::uint64_t v) {
    if (v < 0x80)
      out_.push_back(static_cast<std::uint8_t>(v));
    else
      put_long_varint(v);
  }
  void put_long_varint(std::uint64_t v);
  template <class Range>
  void put_range(const Range& v) {
    put_varint(v.size());
    for (const auto& x : v) put(x);
  }

  Bytes& out_;
};

// Takes values off the front of a span of bytes; throws Malformed. Allocates no more than the bytes can justify.
class Reader {
 public:
  explicit Reader(BytesView in) : in_(in) {}

  bool done() const { return in_.empty(); }
  std::size_t left() const { return in_.size(); }

  void get(bool& v);
  template <std::unsigned_integral T>
  void get(T& v) {
    const std::uint64_t wide = get_varint();
    v = static_cast<T>(wide);
    if (v != wide) throw Malformed("a number is out of range");
  }
  void get(NodeId& v) {
    std::uint32_t number = 0;
    get(number);
    v = number;
  }
  template <std::signed_integral T>
  void get(T& v) {
    const std::uint64_t coded = get_varint();
    const auto wide = static_cast<std::int64_t>((coded >> 1) ^ (~(coded & 1) + 1));
    v = static_cast<T>(wide);
    if (v != wide) throw Malformed("a number is out of range");
  }
  void get(double& v);
  void get(Duration& v);
  void get(Time& v);
  void get(Span& v) { get(v.low), get(v.high); }
  void get(std::string& v);
  void get(Bytes& v);
  template <NamedEnum E>
  void get(E& v) {
    const std::uint64_t raw = get_varint();
    if (raw >= names(E{}).size()) throw Malformed("an enum value that does not exist");
    v = static_cast<E>(raw);
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& v) {
    for (auto& x : v) get(x);
  }
  template <class T>
  void get(std::vector<T>& v) {
    v.clear();
    for (std::size_t n = get_count(); n > 0; --n) get(v.emplace_back());
  }
  template <class T>
  void get(std::set<T>& v) {
    v.clear();
    for (std::size_t n = get_count(); n > 0; --n) {
      T x{};
      get(x);
      v.insert(std::move(x));
    }
  }
  template <class K, class V>
  void get(std::map<K, V>& v) {
    v.clear();
    for (std::size_t n = get_count(); n > 0; --n) {
      K key{};
      get(key);
      get(v[std::move(key)]);
    }
  }
  template <class A, class B>
  void get(std::pair<A, B>& v) {
    get(v.first), get(v.second);
  }
  template <class T>
  void get(std::optional<T>& v) {
    bool there = false;
    get(there);
    if (there)
      get(v.emplace());
    else
      v.reset();
  }
  template <class... T>
  void get(std::variant<T...>& v) {
    const std::uint64_t tag = get_varint();
    std::uint64_t i = 0;
    const bool known = ((tag == i++ ? (get(alternative<T>(v)), true) : false) || ...);
    if (!known) throw Malformed("an unknown alternative");
  }
  template <Described T>
  void get(T& v) {
    static_assert(fields_complete<T>, "FIELDS of this struct forgets a member");
    [[maybe_unused]] std::size_t done = 0;
    T::fields(v, [&](std::string_view, auto& member) {
      // A struct that grew may say with how many members it began: bytes of then end there.
      bool old = false;
      if constexpr (requires { T::kFirstFormat; }) old = done++ >= T::kFirstFormat && in_.empty();
      if (old)
        member = {};
      else
        get(member);
    });
  }

 private:
  // The alternative that is already there is overwritten in place: a message that is decoded again and again into the
  // same variant keeps its memory.
  template <class T, class Variant>
  static T& alternative(Variant& v) {
    if (auto* there = std::get_if<T>(&v)) return *there;
    return v.template emplace<T>();
  }
  std::uint64_t get_varint() {
    if (!in_.empty() && in_[0] < 0x80) {
      const std::uint8_t byte = in_[0];
      in_ = in_.subspan(1);
      return byte;
    }
    return get_long_varint();
  }
  std::uint64_t get_long_varint();
  // A count of elements. Each takes at least a byte (an empty struct in a list is not worth a format).
  std::size_t get_count();

  BytesView in_;
};

template <class T>
void encode(const T& value, Bytes& out) {
  Writer(out).put(value);
}

template <class T>
Bytes encode(const T& value) {
  Bytes out;
  encode(value, out);
  return out;
}

// The one value that these bytes are, all of them; throws Malformed.
template <class T>
void decode_into(T& value, BytesView bytes) {
  Reader in(bytes);
  in.get(value);
  if (!in.done()) throw Malformed("bytes are left over");
}

template <class T>
T decode(BytesView bytes) {
  T value{};
  decode_into(value, bytes);
  return value;
}

}  // namespace core
