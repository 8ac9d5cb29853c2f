// What leaderless replication rests on: look-ups in the ring beside a bare search of a sorted array of the same positions,
// its spread of load beside theory's, and the bytes of anti-entropy beside those of a full copy.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "app/bench/bench.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/replication/leaderless/durable.h"

namespace bench {
namespace {

using namespace leaderless;
using partitioning::Arc;
using partitioning::Position;
using partitioning::Ring;

constexpr int kLookups = 2'000'000;

template <class Look>
double per_second(const Look& look) {
  core::Rng rng(1);
  std::uint64_t sum = 0;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kLookups; ++i) sum += look(rng.next());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  // The sum is used, so that the look-ups are done.
  return (sum == 0 ? 0 : kLookups) / seconds;
}

void ring_figures(std::vector<Figure>& figures) {
  constexpr std::uint32_t kNodes = 100;
  constexpr std::uint32_t kPoints = 256;
  Ring ring(kPoints);
  for (core::NodeId node = 1; node <= kNodes; ++node) ring.join(node);
  std::vector<Position> bare;
  for (const auto& point : ring.points()) bare.push_back(point.at);
  const double searched = per_second([&](Position at) { return static_cast<std::uint64_t>(std::lower_bound(bare.begin(), bare.end(), at) - bare.begin()); });
  const double owners = per_second([&](Position at) { return std::uint64_t{ring.owner(at)}; });
  const double lists = per_second([&](Position at) { return std::uint64_t{ring.preference(at, 3).back()}; });
  figures.push_back({"ring of 100 x 256 points: owner", owners, "look-ups/s", ""});
  figures.push_back({"ring of 100 x 256 points: preference list of 3", lists, "look-ups/s", ""});
  figures.push_back({"the same positions in a sorted array", searched, "look-ups/s", ""});
  figures.push_back({"owner beside the sorted array", owners / searched, "x", ">= 0.5"});
  std::map<core::NodeId, double> share;
  for (std::size_t i = 0; i < ring.arcs(); ++i) {
    const Arc arc = ring.arc(i);
    share[ring.points()[i].node] += static_cast<double>(arc.until - arc.after) / 0x1p64 * kNodes;
  }
  double largest = 0;
  for (const auto& [node, s] : share) largest = std::max(largest, s);
  figures.push_back({"largest share over the mean", largest, "x", ""});
  figures.push_back({"what theory says of it: 1 + sqrt(2 ln n / V)", 1 + std::sqrt(2 * std::log(kNodes) / kPoints), "x", ""});
}

using Table = std::map<leaderless::Place, Digest>;

// All positions but one: an arc that does not go over the end.
constexpr Arc kWide{0, ~Position{0}};

std::vector<KeyDigest> keys_in(const Table& table, const Arc& arc) {
  std::vector<KeyDigest> all;
  for (auto it = table.lower_bound({arc.after + 1, ""}); it != table.end() && it->first.first <= arc.until; ++it)
    all.push_back({it->first.second, it->second});
  return all;
}

// The messages by which two nodes find what differs between them.
std::size_t bytes_to_find(const Table& a, const Merkle& tree_a, const Merkle& tree_b) {
  leaderless::Compare message{kWide, 0, {{0, tree_a.digest(0, 0)}}};
  std::size_t bytes = 0;
  for (bool at_b = true;; at_b = !at_b) {
    const Merkle& tree = at_b ? tree_b : tree_a;
    bytes += core::encode(Message(message)).size();
    const auto parts = tree.differing(message.level, message.parts);
    if (message.level < tree.levels()) {
      message = {kWide, message.level + 1, tree.children(message.level, parts)};
      continue;
    }
    // Both tables have the same keys, and all digests are equally long.
    LeafKeys leaves{kWide, parts, {}};
    for (const auto leaf : parts)
      for (auto& key : keys_in(a, *tree.leaf(leaf))) leaves.keys.push_back(std::move(key));
    return bytes + core::encode(Message(leaves)).size();
  }
}

void entropy_figures(std::vector<Figure>& figures) {
  constexpr int kKeys = 1'000'000, kDiffer = 100;
  core::Rng rng(1);
  Table a;
  Merkle tree_a(kWide, 4), tree_b(kWide, 4);
  LeafKeys copy{kWide, {}, {}};
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = "user" + std::to_string(i);
    const Position at = partitioning::position_of(key);
    const Digest digest = rng.next() | 1;
    a[{at, key}] = digest;
    tree_a.change(at, 0, digest);
    tree_b.change(at, 0, i % (kKeys / kDiffer) == 0 ? digest + 1 : digest);
    copy.keys.push_back({key, digest});
  }
  const auto moved = static_cast<double>(bytes_to_find(a, tree_a, tree_b));
  const auto all = static_cast<double>(core::encode(Message(copy)).size());
  figures.push_back({"anti-entropy, 100 of 1,000,000 keys differ", moved, "bytes", ""});
  figures.push_back({"a full copy of their keys and digests", all, "bytes", ""});
  figures.push_back({"anti-entropy beside the full copy", 100 * moved / all, "%", "<= 2"});
}

}  // namespace

std::vector<Figure> leaderless_bench() {
  std::vector<Figure> figures;
  ring_figures(figures);
  entropy_figures(figures);
  return figures;
}

}  // namespace bench
