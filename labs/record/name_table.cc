#include "labs/record/name_table.h"

#include <bit>

#include "mechanisms/core/check.h"

namespace record {
namespace {

struct Place {
  std::size_t block;
  std::size_t offset;
  std::size_t block_size;
};

Place place_of(NameId id, unsigned first_bits) {
  const auto width = static_cast<unsigned>(std::bit_width(id >> first_bits));
  if (width == 0) return {0, id, std::size_t{1} << first_bits};
  const std::size_t begin = std::size_t{1} << (first_bits + width - 1);
  return {width, id - begin, begin};
}

}  // namespace

NameTable::NameTable() { add(0, ""); }

void NameTable::add(NameId id, std::string_view text) {
  const NameId count = size_.load(std::memory_order_relaxed);
  if (id < count) {
    CHECK(word(id) == text);
    return;
  }
  CHECK(id == count);
  const Place place = place_of(id, kFirstBits);
  auto& block = blocks_[place.block];
  if (!block) block = std::make_unique<std::string[]>(place.block_size);
  block[place.offset] = text;
  size_.store(count + 1, std::memory_order_release);
}

const std::string& NameTable::word(NameId id) const {
  const Place place = place_of(id, kFirstBits);
  return blocks_[place.block][place.offset];
}

std::string_view NameTable::text(NameId id) const {
  if (id >= size()) return {};
  return word(id);
}

std::optional<NameId> NameTable::find(std::string_view text) const {
  const NameId count = size();
  for (NameId id = 0; id < count; ++id)
    if (word(id) == text) return id;
  return std::nullopt;
}

}  // namespace record
