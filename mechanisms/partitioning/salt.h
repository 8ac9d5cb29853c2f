// A celebrity key has more requests than one shard can serve, and no split helps: it is one key. Salting makes several keys of it,
// which can lie in different shards: a write goes to one of them, a read must ask all, and puts together what they say.
// (DynamoDB's documentation calls it write sharding, HBase's salting.) So it helps where much is written, and makes reads dear.
// In a store that is cut by the keys themselves they are neighbours still, but now there is somewhere to split.
//
// Only values that can be put together can be salted:
//   newest   registers: the last write wins. Each write bears a stamp of its writer's clock, for numbers of different shards say
//            nothing of their order; a writer whose clock is behind loses (Lamport's happened-before is not kept), and a write
//            that was under way for long may come back over a newer one of the same salt.
//   all      collections to which is appended, as counters and sets are: a read returns all parts, in no order of time.
//
// Which keys are salted is said by a setting that all who write and read must share, as in those stores. A writer that decided
// it alone, by its own count, would hide its writes from readers who do not know; to find the keys is what a shard's own
// `hottest_key` is for. The plain key is read with the others: what was written before is not lost.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/partitioning/store.h"

namespace partitioning {

// What becomes of the parts of a salted key.
enum class Together : std::uint8_t { newest, all };
constexpr auto names(Together) { return std::array<std::string_view, 2>{"newest", "all"}; }

struct SaltSettings {
  std::string keys;
  std::uint32_t ways = 8;
  Together together = Together::newest;
  FIELDS(SaltSettings, keys, ways, together)
  static constexpr auto kDeclared = std::array{
      core::Setting{"keys", "", "", "", "These keys, such as `k12,k40`, are spread over several."},
      core::Setting{"ways", "1", "256", "keys", "Over how many. With fewer, what was written to the others is not found any more."},
      core::Setting{"together", "", "", "", "What a read makes of the parts: the newest value, or all of them, one behind the other."}};
  bool holds(std::string_view key) const;
};

// The `salt`th of the keys that stand for a salted one. Behind a hash tag, the salt would not move the key: so the tag gets it.
std::string salted(std::string_view key, std::uint32_t salt);
// Where a write goes: to any of them.
inline std::string salted_for_write(std::string_view key, std::uint32_t salts, core::Rng& rng) {
  return salted(key, static_cast<std::uint32_t>(rng.below(salts)));
}
// Where a read must ask: all of them.
std::vector<std::string> salted_for_read(std::string_view key, std::uint32_t salts);

// A value of a salted register, with the stamp of its write. No value: it was deleted then.
struct Stamped {
  std::uint64_t stamp{};
  std::optional<std::string> value{};
  FIELDS(Stamped, stamp, value)
};
std::string stamped(const Stamped& value);
// What was written without a stamp is older than all that has one.
Stamped unstamped(std::string_view text);

// What a read of all parts has found; no value: there is none.
Stamped put_together(const std::vector<Row>& parts, Together how);

}  // namespace partitioning
