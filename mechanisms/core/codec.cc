#include "mechanisms/core/codec.h"

namespace core {

void Writer::put(double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v);
  for (int shift = 0; shift < 64; shift += 8) out_.push_back(static_cast<std::uint8_t>(bits >> shift));
}

// Through pointers to bytes: the library then copies them in one piece.
void Writer::put(const std::string& v) {
  put_varint(v.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(v.data());
  out_.insert(out_.end(), bytes, bytes + v.size());
}

void Writer::put(const Bytes& v) {
  put_varint(v.size());
  out_.insert(out_.end(), v.data(), v.data() + v.size());
}

void Writer::put_long_varint(std::uint64_t v) {
  std::uint8_t digits[10];
  std::size_t n = 0;
  for (; v >= 0x80; v >>= 7) digits[n++] = static_cast<std::uint8_t>(v | 0x80);
  digits[n++] = static_cast<std::uint8_t>(v);
  out_.insert(out_.end(), digits, digits + n);
}

std::uint64_t Reader::get_long_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (in_.empty()) throw Malformed("the bytes end too early");
    const std::uint8_t byte = in_[0];
    in_ = in_.subspan(1);
    if (shift == 63 && byte > 1) throw Malformed("a number is out of range");
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
    if (shift == 63) throw Malformed("a number is out of range");
  }
}

std::size_t Reader::get_count() {
  const std::uint64_t n = get_varint();
  if (n > in_.size()) throw Malformed("a length is past the end");
  return static_cast<std::size_t>(n);
}

void Reader::get(bool& v) {
  if (in_.empty()) throw Malformed("the bytes end too early");
  if (in_[0] > 1) throw Malformed("a truth value is neither");
  v = in_[0] == 1;
  in_ = in_.subspan(1);
}

void Reader::get(double& v) {
  if (in_.size() < 8) throw Malformed("the bytes end too early");
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 8; ++i) bits |= static_cast<std::uint64_t>(in_[i]) << (8 * i);
  in_ = in_.subspan(8);
  v = std::bit_cast<double>(bits);
}

void Reader::get(Duration& v) {
  std::int64_t count = 0;
  get(count);
  v = Duration(count);
}

void Reader::get(Time& v) {
  Duration since{};
  get(since);
  v = Time(since);
}

void Reader::get(std::string& v) {
  const std::size_t n = get_count();
  v.assign(reinterpret_cast<const char*>(in_.data()), n);
  in_ = in_.subspan(n);
}

void Reader::get(Bytes& v) {
  const std::size_t n = get_count();
  v.assign(in_.data(), in_.data() + n);
  in_ = in_.subspan(n);
}

}  // namespace core
