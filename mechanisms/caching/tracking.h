// Who has asked for a key, and so is to be told when it changes: as Redis' server tracks what its clients have cached
// ("Client-side caching in Redis", the tracking table). Who was told is forgotten until he asks again.
//
// Guarantees
//   1. Whoever was noted for a key is returned by take() of that key, or was returned by take_surplus() before: nobody goes
//      unseen. Redis does the same when its table is full (`tracking-table-max-keys`): it tells those of some key, as if
//      that had changed.
//   2. At most `keys` keys are in the table after take_surplus().
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "mechanisms/core/ids.h"
#include "mechanisms/core/settings.h"

namespace caching {

class Tracking {
 public:
  struct Settings {
    bool on = false;
    std::uint64_t keys = 10'000;
    FIELDS(Settings, on, keys)
    static constexpr auto kDeclared = std::array{
        core::Setting{"on", "", "", "", "Whoever asked for a key is told when it changes."},
        core::Setting{"keys", "1", "10000000", "keys", "Of so many keys it is known who asked; of one more, all are told as if it had changed."}};
  };
  using Nodes = std::set<core::NodeId>;

  void note(const std::string& key, core::NodeId who) { table_[key].insert(who); }
  Nodes take(const std::string& key) {
    const auto node = table_.extract(key);
    return node.empty() ? Nodes{} : node.mapped();
  }
  // One key that is too many, and who has asked for it.
  std::optional<std::pair<std::string, Nodes>> take_surplus(std::uint64_t keys) {
    if (table_.size() <= keys) return std::nullopt;
    auto node = table_.extract(table_.begin());
    return std::pair{node.key(), node.mapped()};
  }
  void clear() { table_.clear(); }
  std::size_t keys() const { return table_.size(); }
  friend bool operator==(const Tracking&, const Tracking&) = default;

 private:
  std::map<std::string, Nodes> table_;
};

}  // namespace caching
