#include "mechanisms/balancing/connections.h"

#include "mechanisms/core/check.h"

namespace balancing {

std::optional<core::NodeId> Connections::find(const Key& key) const {
  const auto it = open_.find(key);
  if (it == open_.end()) return std::nullopt;
  return it->second.backend;
}

void Connections::open(core::Time now, const Key& key, core::NodeId backend) {
  const auto [it, fresh] = open_.emplace(key, Connection{backend, ++last_, now});
  CHECK(fresh);
  oldest_first_.emplace(it->second.number, key);
}

void Connections::erase(Open::iterator at) {
  oldest_first_.erase(at->second.number);
  open_.erase(at);
}

bool Connections::close(const Key& key, core::NodeId backend) {
  const auto it = open_.find(key);
  if (it == open_.end() || it->second.backend != backend) return false;
  erase(it);
  return true;
}

std::size_t Connections::close_all(core::NodeId backend) {
  const std::size_t before = open_.size();
  for (auto it = open_.begin(); it != open_.end();) {
    const auto at = it++;
    if (at->second.backend == backend) erase(at);
  }
  return before - open_.size();
}

std::map<core::NodeId, std::uint32_t> Connections::by_backend() const {
  std::map<core::NodeId, std::uint32_t> all;
  for (const auto& [key, connection] : open_) ++all[connection.backend];
  return all;
}

std::vector<core::NodeId> Connections::expire(core::Time now, core::Duration life) {
  std::vector<core::NodeId> ended;
  while (!oldest_first_.empty()) {
    const auto it = open_.find(oldest_first_.begin()->second);
    if (now - it->second.since < life) break;
    ended.push_back(it->second.backend);
    erase(it);
  }
  return ended;
}

}  // namespace balancing
