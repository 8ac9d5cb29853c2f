#include "mechanisms/partitioning/salt.h"

#include "mechanisms/partitioning/slots.h"

namespace partitioning {

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

}  // namespace partitioning
