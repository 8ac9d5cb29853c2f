#include "mechanisms/partitioning/point.h"

#include "mechanisms/core/check.h"

namespace partitioning {
namespace {

constexpr std::size_t kSlotLetters = 4, kPositionLetters = 16;

std::string in_letters(std::uint64_t number, std::size_t letters) {
  std::string text(letters, '0');
  for (std::size_t i = letters; i > 0; --i, number >>= 4) text[i - 1] = "0123456789abcdef"[number & 15];
  return text;
}

std::size_t letters_of(Order order) {
  switch (order) {
    case Order::key: return 0;
    case Order::slot: return kSlotLetters;
    case Order::hash: return kPositionLetters;
  }
  return 0;
}

}  // namespace

std::string first_of(Slot slot) { return in_letters(slot, kSlotLetters); }
std::string first_of(Position position) { return in_letters(position, kPositionLetters); }

std::string point_of(Order order, std::string_view key) {
  switch (order) {
    case Order::key: break;
    case Order::slot: return first_of(slot_of(key)).append(key);
    case Order::hash: return first_of(position_of(key)).append(key);
  }
  return std::string(key);
}

std::string_view key_of(Order order, std::string_view point) {
  const std::size_t letters = letters_of(order);
  return point.substr(point.size() < letters ? point.size() : letters);
}

std::string cut_at(Order order, std::string_view point) {
  return std::string(order == Order::slot ? point.substr(0, kSlotLetters) : point);
}

std::size_t modulo_of(Position position, std::size_t n) {
  CHECK(n > 0);
  return static_cast<std::size_t>(position % n);
}

}  // namespace partitioning
