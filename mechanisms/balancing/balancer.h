// The balancer: which of several backends a request goes to. It knows of each how many requests are open there, because it
// is told when one begins and ends.
//   round_robin           Each in turn.
//   weighted_round_robin  nginx's smooth way: each round everybody gains his weight, the richest is picked and pays for all.
//   least_connections     Fewest open requests for its weight; equals take turns.
//   two_choices           The better of `choices` drawn at random (Mitzenmacher, The Power of Two Choices in Randomized Load
//                         Balancing, 2001; Envoy's least request).
//   ip_hash               The same backend for the same client, as nginx's ip_hash; who cannot have his is hashed again.
//   bounded_hash          Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam, SODA 2018): the first backend
//                         clockwise that has less than c times its share.
//   random                The baseline.
//   modulo                By hash modulo the number of those who are there, as twemproxy's `modula` when it ejects hosts: simple,
//                         and when one goes or comes nearly everybody is sent elsewhere.
//
// Guarantees
//   1. pick() gives an eligible backend, or kNobody when there is none.
//   2. weighted_round_robin: in any run of as many picks as the weights sum up to, each is picked as often as its weight
//      (as long as neither weights nor eligible set have ever changed, and nobody was barred; otherwise in the long run).
//   3. bounded_hash: whoever is picked has, with this request, at most ceil(c * its share of the open requests).
//   4. Eligibility changes nothing of the ring: the clients of others stay where they are (ip_hash, bounded_hash).
//   5. To bar somebody from one pick changes nothing of what he has saved up: his turn comes as it would have come.
//   6. Other settings change nothing of who is there, eligible, and busy with how much.
// Weights are ignored by round_robin, ip_hash, random and modulo.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "mechanisms/balancing/orders.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/metric.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/partitioning/ring.h"

namespace balancing {

enum class Policy : std::uint8_t {
  round_robin, weighted_round_robin, least_connections, two_choices, ip_hash, bounded_hash, random, modulo
};
constexpr auto names(Policy) {
  return std::array<std::string_view, 8>{"round_robin", "weighted_round_robin", "least_connections", "two_choices",
                                         "ip_hash",     "bounded_hash",         "random",            "modulo"};
}

inline constexpr core::Metric kActiveRequests{"upstream_requests_active", core::Metric::Kind::gauge, "requests",
                                              "Requests that backends have and have not answered."};
inline constexpr core::Metric kNoneHealthy{"upstream_none_healthy_total", core::Metric::Kind::counter, "requests",
                                           "Requests for which there was no backend.", core::Better::lower};

struct Backend {
  core::NodeId id{};
  double weight = 1;
  FIELDS(Backend, id, weight)
};

class Balancer {
 public:
  struct Settings {
    Policy policy = Policy::round_robin;
    std::uint32_t choices = 2;
    double bound = 1.25;
    std::uint32_t points = 40;
    FIELDS(Settings, policy, choices, bound, points)
    static constexpr auto kDeclared = std::array{
        core::Setting{"policy", "", "", "", "How the backend of a request is chosen."},
        core::Setting{"choices", "1", "100", "backends", "How many are drawn at random, of which the one with the fewest open requests is picked."},
        core::Setting{"bound", "1", "100", "", "bounded_hash: nobody gets more than so many times its share."},
        core::Setting{"points", "1", "1024", "points", "bounded_hash: how many points of the ring each backend has."}};
  };

  explicit Balancer(const Settings& settings) : settings_(settings), ring_(settings.points) {}

  void set(const Settings&);
  void join(Backend);   // Eligible at first. Who comes back while requests of before are open there has these.
  void leave(core::NodeId);
  void set_eligible(core::NodeId, bool);
  void set_weight(core::NodeId, double);

  // The hash is of the client's address, or of the key: the two that hash go by it alone.
  // `but`: not one of these, this time.
  core::NodeId pick(core::Rng&, std::uint64_t hash, std::span<const core::NodeId> but = {});
  void begin(core::NodeId);
  void end(core::NodeId);   // Also of one that has left meanwhile.

  const Settings& settings() const { return settings_; }
  std::uint32_t open(core::NodeId) const;   // Also of one that has left.
  bool has(core::NodeId) const;
  bool eligible(core::NodeId) const;
  std::size_t size() const { return members_.size(); }
  std::size_t eligible_count() const { return eligible_.size(); }

  friend bool operator==(const Balancer&, const Balancer&) = default;

 private:
  using Index = Place;           // Of members_.
  struct Member {
    Backend backend;
    std::uint32_t open = 0;
    bool eligible = true;
    friend bool operator==(const Member&, const Member&) = default;
  };
  // The eligible without those who are barred this time, counted from 0.
  struct Choice {
    const std::vector<Index>& eligible;
    std::vector<Index> barred;   // In order; all of them eligible.
    std::size_t size() const { return eligible.size() - barred.size(); }
    bool bars(Index) const;
    Index operator[](std::size_t number) const;
  };

  Index index_of(core::NodeId) const;   // Of the first that is not before it.
  Member* find(core::NodeId);
  const Member* find(core::NodeId) const;
  // Takes all savings with it, in the order of the members.
  std::vector<std::int64_t> take_savings();
  void membership_changed(const std::vector<std::int64_t>& savings);
  void eligibility_changed();
  void enlist(Index, std::int64_t saved);   // In the order that the policy goes by, if it has one.
  void delist(Index);
  void load_changed(Index);
  Index behind_last() const;            // The place behind the one picked last.
  bool lighter(const Member&, const Member&) const;

  Index pick_next(const Choice&) const;
  Index pick_weighted(const Choice&);
  Index pick_least(const Choice&);
  Index pick_of_choices(core::Rng&, const Choice&) const;
  Index pick_hashed(std::uint64_t hash, const Choice&) const;
  Index pick_bounded(std::uint64_t hash, const Choice&) const;

  Settings settings_;
  std::vector<Member> members_;      // In the order of their ids.
  std::vector<Index> eligible_;      // In order.
  double weights_ = 0;               // Of the eligible.
  std::uint64_t open_eligible_ = 0;  // Requests open at the eligible.
  core::NodeId last_ = core::kNobody;
  Savings savings_;                  // Of the eligible, for weighted_round_robin only,
  Fullness fullness_;                // and for least_connections only.
  std::map<core::NodeId, std::uint32_t> gone_;   // Requests that are open at those who have left.
  partitioning::Ring ring_;          // Of all, for bounded_hash only.
  std::vector<Index> of_point_;      // Whose each point of the ring is.
};

}  // namespace balancing
