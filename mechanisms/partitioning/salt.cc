#include "mechanisms/partitioning/salt.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mechanisms/partitioning/slots.h"

namespace partitioning {
namespace {

// No value that anybody types begins with it.
constexpr char kStamp = '\x1f';

}  // namespace

bool SaltSettings::holds(std::string_view key) const {
  std::string_view rest = keys;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (rest.substr(0, comma) == key) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

std::string salted(std::string_view key, std::uint32_t salt) {
  const std::string_view tag = hash_tag(key);
  const auto behind = static_cast<std::size_t>(tag.data() - key.data()) + tag.size();
  return std::string(key.substr(0, behind)) + "#" + std::to_string(salt) + std::string(key.substr(behind));
}

std::vector<std::string> salted_for_read(std::string_view key, std::uint32_t salts) {
  std::vector<std::string> all;
  for (std::uint32_t salt = 0; salt < salts; ++salt) all.push_back(salted(key, salt));
  return all;
}

std::string stamped(const Stamped& value) {
  return kStamp + std::to_string(value.stamp) + (value.value ? '=' + *value.value : "-");
}

Stamped unstamped(std::string_view text) {
  Stamped found;
  if (!text.empty() && text.front() == kStamp) {
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), found.stamp);
    const auto behind = static_cast<std::size_t>(end - text.data());
    if (error == std::errc{} && behind < text.size()) {
      if (text[behind] == '=') found.value = text.substr(behind + 1);
      return found;
    }
  }
  return {0, std::string(text)};
}

Stamped put_together(const std::vector<Row>& parts, Together how) {
  Stamped found;
  bool first = true;
  for (const Row& row : parts) {
    if (!row.value) continue;
    if (how == Together::all) {
      found.value = found.value.value_or("") + *row.value;
      continue;
    }
    if (Stamped one = unstamped(*row.value); std::exchange(first, false) || one.stamp > found.stamp) found = std::move(one);
  }
  return found;
}

}  // namespace partitioning
