// What the papers and nginx say of their ways to balance, measured.
#include "mechanisms/balancing/balancer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace balancing {
namespace {

Balancer balancer(Policy policy, std::vector<double> weights, double bound = 1.25) {
  Balancer::Settings settings;
  settings.policy = policy, settings.bound = bound;
  Balancer made(settings);
  for (std::size_t i = 0; i < weights.size(); ++i) made.join({core::NodeId(i + 1), weights[i]});
  return made;
}
Balancer equals(Policy policy, std::size_t n, double bound = 1.25) { return balancer(policy, std::vector<double>(n, 1), bound); }

constexpr Policy kEveryPolicy[] = {Policy::round_robin, Policy::weighted_round_robin, Policy::least_connections, Policy::two_choices,
                                   Policy::ip_hash,     Policy::bounded_hash,         Policy::random,            Policy::modulo};

std::string sequence(Balancer& from, int picks) {
  core::Rng rng(1);
  std::string letters;
  for (int i = 0; i < picks; ++i) letters += static_cast<char>('a' + from.pick(rng, 0) - 1);
  return letters;
}

TEST(Balancer, RoundRobinGoesOnWhereItWasWhenOthersComeAndGo) {
  Balancer b = equals(Policy::round_robin, 4);
  EXPECT_EQ(sequence(b, 6), "abcdab");
  b.set_eligible(2, false);
  EXPECT_EQ(sequence(b, 4), "cdac");
  b.set_eligible(2, true), b.leave(4);
  EXPECT_EQ(sequence(b, 4), "abca");
}

// nginx's commit "Upstream: smooth weighted round-robin balancing" (2012): weights 5, 1, 1 give a a b a c a a.
TEST(Balancer, SmoothWeightedRoundRobinSpreadsTheHeavyOneAsNginxSays) {
  Balancer b = balancer(Policy::weighted_round_robin, {5, 1, 1});
  EXPECT_EQ(sequence(b, 14), "aabacaaaabacaa");
}

TEST(Balancer, SmoothWeightedRoundRobinIsExactInEveryRunAsLongAsTheSumOfTheWeights) {
  core::Rng rng(3);
  for (int run = 0; run < 100; ++run) {
    std::vector<double> weights(1 + rng.below(8));
    for (double& w : weights) w = 1 + static_cast<double>(rng.below(9));
    const auto sum = static_cast<std::size_t>(std::accumulate(weights.begin(), weights.end(), 0.0));
    Balancer b = balancer(Policy::weighted_round_robin, weights);
    const std::string all = sequence(b, static_cast<int>(3 * sum));
    for (std::size_t from = 0; from <= 2 * sum; ++from)
      for (std::size_t i = 0; i < weights.size(); ++i)
        ASSERT_EQ(std::count(all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(from + sum), static_cast<char>('a' + i)), weights[i]);
  }
}

TEST(Balancer, LeastConnectionsPicksTheEmptiestForItsWeightAndEqualsTakeTurns) {
  Balancer b = equals(Policy::least_connections, 3);
  EXPECT_EQ(sequence(b, 6), "abcabc");
  b.begin(1), b.begin(2);
  EXPECT_EQ(sequence(b, 2), "cc");
  b.begin(3), b.begin(3);
  EXPECT_EQ(sequence(b, 4), "abab");
  Balancer heavy = balancer(Policy::least_connections, {3, 1});
  core::Rng rng(1);
  for (int i = 0; i < 40; ++i) heavy.begin(heavy.pick(rng, 0));
  EXPECT_EQ(heavy.open(1), 30u);
  EXPECT_EQ(heavy.open(2), 10u);
}

std::uint32_t fullest(Balancer b, std::size_t n, std::uint64_t seed) {
  core::Rng rng(seed);
  std::uint32_t most = 0;
  for (std::size_t ball = 0; ball < n; ++ball) {
    const core::NodeId into = b.pick(rng, 0);
    b.begin(into);
    most = std::max(most, b.open(into));
  }
  return most;
}

// Mitzenmacher 2001, section 1: n balls into n bins at random: the fullest has about ln n / ln ln n; with two choices
// ln ln n / ln 2 + O(1), exponentially less.
TEST(Balancer, TheFullestOfNBinsIsFarLessFullWithTwoChoicesThanAtRandom) {
  for (const std::size_t n : {1000u, 4000u}) {
    const Balancer by_two = equals(Policy::two_choices, n), by_chance = equals(Policy::random, n);
    double two = 0, random = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) two += fullest(by_two, n, seed), random += fullest(by_chance, n, seed);
    const double ln = std::log(static_cast<double>(n));
    std::printf("%zu balls: two choices %.1f, random %.1f\n", n, two / 10, random / 10);
    EXPECT_LE(two / 10, std::log(ln) / std::log(2) + 1.5);
    EXPECT_GE(random / 10, ln / std::log(ln) + 1);
    EXPECT_LT(2 * two, 1.5 * random);
  }
}

TEST(Balancer, IpHashKeepsAClientWhereItIsAndMovesOnlyThoseWhoseBackendIsAway) {
  Balancer b = equals(Policy::ip_hash, 10);
  core::Rng rng(1);
  std::map<core::NodeId, int> share;
  std::vector<core::NodeId> before;
  for (std::uint64_t client = 0; client < 10'000; ++client) before.push_back(b.pick(rng, client)), ++share[before.back()];
  for (const auto& [id, clients] : share) EXPECT_NEAR(clients, 1000, 150) << id;
  b.set_eligible(4, false);
  for (std::uint64_t client = 0; client < 10'000; ++client) {
    const core::NodeId now = b.pick(rng, client);
    EXPECT_NE(now, 4u);
    if (before[client] != 4) { ASSERT_EQ(now, before[client]); }
  }
}

TEST(Balancer, ModuloSendsFourOfFiveElsewhereWhenOneOfFiveGoesAndTheRingOnlyThoseOfTheOneThatWent) {
  core::Rng rng(1);
  for (const Policy policy : {Policy::modulo, Policy::bounded_hash}) {
    Balancer b = equals(policy, 5, 100);
    std::vector<core::NodeId> before;
    for (std::uint64_t i = 0; i < 10'000; ++i) before.push_back(b.pick(rng, core::derive_seed(i, "key")));
    b.set_eligible(3, false);
    int moved = 0;
    for (std::uint64_t i = 0; i < 10'000; ++i) moved += b.pick(rng, core::derive_seed(i, "key")) != before[i];
    if (policy == Policy::modulo) EXPECT_NEAR(moved, 8000, 200);
    else EXPECT_EQ(moved, std::count(before.begin(), before.end(), core::NodeId(3)));
  }
}

// Mirrokni, Thorup, Zadimoghaddam, section 1: no bin has more than ceil(c m / n).
TEST(Balancer, BoundedHashNeverGivesAnybodyMoreThanItsBoundOfTheAverage) {
  for (const double c : {1.0, 1.25, 2.0})
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      Balancer b = equals(Policy::bounded_hash, 20, c);
      core::Rng rng(seed);
      std::vector<core::NodeId> open;
      bool reached = false;
      for (int i = 0; i < 4000; ++i) {
        if (open.empty() || rng.chance(0.55)) {
          // Half of the requests are for one key: that is what would break plain consistent hashing.
          const core::NodeId to = b.pick(rng, rng.chance(0.5) ? 42 : rng.next());
          b.begin(to), open.push_back(to);
          const double bound = std::ceil(c * static_cast<double>(open.size()) / 20);
          ASSERT_LE(b.open(to), bound);
          reached |= b.open(to) == bound && bound > 2;
        } else {
          const auto at = open.begin() + static_cast<std::ptrdiff_t>(rng.below(open.size()));
          b.end(*at), open.erase(at);
        }
      }
      EXPECT_TRUE(reached);
    }
}

// The same for a set of keys placed one after another: section 1's promise that a change of the bins moves few balls, here
// against what hashing modulo n would move (nearly all).
TEST(Balancer, BoundedHashMovesFewWhenABackendComesOrGoes) {
  const auto place = [](std::size_t n, bool without_seven) {
    Balancer b = equals(Policy::bounded_hash, n);
    if (without_seven) b.leave(7);
    core::Rng rng(1);
    std::vector<core::NodeId> at;
    for (std::uint64_t key = 0; key < 2000; ++key) at.push_back(b.pick(rng, partitioning::position_of("key" + std::to_string(key)))), b.begin(at.back());
    return at;
  };
  const auto all = place(20, false), fewer = place(20, true), more = place(21, false);
  int lost = 0, moved_by_leave = 0, moved_by_join = 0;
  for (std::size_t key = 0; key < all.size(); ++key)
    lost += all[key] == 7, moved_by_leave += all[key] != fewer[key], moved_by_join += all[key] != more[key];
  std::printf("of 2000 keys on 20: %d were on the one that left, %d moved; %d moved to or for one that came\n", lost, moved_by_leave, moved_by_join);
  EXPECT_GE(moved_by_leave, lost);
  EXPECT_LT(moved_by_leave, 600);
  EXPECT_LT(moved_by_join, 600);
}

TEST(Balancer, WithNobodyEligibleItPicksNobodyAndWithOneThatOne) {
  core::Rng rng(1);
  for (const Policy policy : kEveryPolicy) {
    Balancer b = equals(policy, 5);
    for (core::NodeId id = 1; id <= 5; ++id) b.set_eligible(id, false);
    EXPECT_EQ(b.pick(rng, 7), core::kNobody);
    b.set_eligible(3, true);
    for (std::uint64_t i = 0; i < 20; ++i) EXPECT_EQ(b.pick(rng, i), 3u) << core::text(policy);
  }
}

TEST(Balancer, NoOrderOfChangesMakesItPickSomebodyWhoIsNotThereOrMiscount) {
  for (const Policy policy : kEveryPolicy)
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      Balancer b = equals(policy, 6);
      core::Rng rng(seed);
      std::map<core::NodeId, bool> there;
      for (core::NodeId id = 1; id <= 6; ++id) there[id] = true;
      std::map<core::NodeId, std::uint32_t> open;
      for (int i = 0; i < 2000; ++i) {
        const core::NodeId id(1 + rng.below(12));
        if (rng.chance(0.05) && !there.contains(id)) b.join({id, 1.0 + static_cast<double>(rng.below(3))}), there[id] = true;
        else if (rng.chance(0.05) && there.contains(id)) b.leave(id), there.erase(id);
        else if (rng.chance(0.1) && there.contains(id)) b.set_eligible(id, there[id] = rng.chance(0.5));
        else if (rng.chance(0.1) && there.contains(id)) b.set_weight(id, 0.5 + rng.unit());
        else if (rng.chance(0.3)) { b.end(id); if (open[id] > 0) --open[id]; }
        const core::NodeId to = b.pick(rng, rng.next());
        const bool any = std::any_of(there.begin(), there.end(), [](const auto& one) { return one.second; });
        ASSERT_EQ(to != core::kNobody, any);
        if (!any) continue;
        ASSERT_TRUE(there.contains(to) && there[to]) << core::text(policy);
        b.begin(to), ++open[to];
        ASSERT_EQ(b.open(to), open[to]);
      }
    }
}

// What the header says of the two policies that look at all, done by looking at all.
struct Walk {
  struct One {
    std::int64_t weight = 0, saved = 0;
    std::uint32_t open = 0;
    bool eligible = true;
  };
  std::map<core::NodeId, One> all;
  core::NodeId last = core::kNobody;

  core::NodeId pick(Policy policy, const std::vector<core::NodeId>& but) {
    std::vector<core::NodeId> some;
    for (const auto& [id, one] : all)
      if (one.eligible && std::find(but.begin(), but.end(), id) == but.end()) some.push_back(id);
    if (some.empty()) return core::kNobody;
    if (policy == Policy::weighted_round_robin) {
      std::int64_t sum = 0;
      for (const auto id : some) all[id].saved += all[id].weight, sum += all[id].weight;
      last = *std::max_element(some.begin(), some.end(), [&](auto a, auto b) { return all[a].saved < all[b].saved; });
      all[last].saved -= sum;
      return last;
    }
    // From the one behind the last picked, in a circle; the first of the emptiest.
    std::stable_partition(some.begin(), some.end(), [&](auto id) { return id > last; });
    return last = *std::min_element(some.begin(), some.end(), [&](auto a, auto b) {
      return (std::int64_t{all[a].open} + 1) * all[b].weight < (std::int64_t{all[b].open} + 1) * all[a].weight;
    });
  }
};

TEST(Balancer, PicksByItsOrdersWhomAWalkOverAllWouldPickWhateverChanges) {
  for (const Policy policy : {Policy::weighted_round_robin, Policy::least_connections})
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      core::Rng rng(seed);
      const std::uint64_t kinds = 1 + seed % 5;   // Different weights.
      Balancer b = balancer(policy, {});
      Walk walk;
      int barred = 0;
      for (int i = 0; i < 3000; ++i) {
        const core::NodeId id(1 + rng.below(12));
        const double weight = 0.3 + 0.7 * static_cast<double>(rng.below(kinds));
        const bool there = walk.all.contains(id);
        const std::uint64_t what = rng.below(100);
        if (!there && (what < 20 || walk.all.empty())) {
          b.join({id, weight}), walk.all[id] = {whole(weight), 0, b.open(id), true};
        } else if (there && what < 2) {
          b.leave(id), walk.all.erase(id);
        } else if (there && what < 6) {
          const bool eligible = rng.chance(0.6);
          b.set_eligible(id, eligible);
          if (walk.all[id].eligible != eligible) walk.all[id].eligible = eligible, walk.all[id].saved = 0;
        } else if (there && what < 9) {
          b.set_weight(id, weight), walk.all[id].weight = whole(weight);
        } else if (there && what < 40) {
          b.end(id);
          if (walk.all[id].open > 0) --walk.all[id].open;
        }
        std::vector<core::NodeId> but;
        while (rng.chance(0.2)) but.push_back(core::NodeId(1 + rng.below(12)));
        barred += !but.empty();
        const core::NodeId to = b.pick(rng, 0, but);
        ASSERT_EQ(to, walk.pick(policy, but)) << core::text(policy) << ", seed " << seed << ", pick " << i;
        if (to == core::kNobody) continue;
        b.begin(to), ++walk.all[to].open;
        ASSERT_EQ(b.open(to), walk.all[to].open);
      }
      EXPECT_GT(barred, 300);
    }
}

// The other attempt of a call goes to somebody else: for those who pick after it nothing is different.
TEST(Balancer, WhoIsBarredFromOnePickKeepsWhatItHasSavedUp) {
  Balancer b = balancer(Policy::weighted_round_robin, {5, 1, 1});
  EXPECT_EQ(sequence(b, 2), "aa");
  core::Rng rng(1);
  const core::NodeId a(1);
  EXPECT_EQ(b.pick(rng, 0, {&a, 1}), 2u);
  EXPECT_EQ(b.pick(rng, 0, {&a, 1}), 3u);
  EXPECT_EQ(sequence(b, 5), "bacaa") << "the round goes on where it was: a a | b a c a a";
}

TEST(Balancer, OtherSettingsForgetNobodyAndNothingThatIsOpen) {
  for (const Policy from : kEveryPolicy)
    for (const Policy to : kEveryPolicy) {
      Balancer b = equals(from, 4);
      for (core::NodeId id(1); id <= 4; ++id) b.begin(id);
      b.set_eligible(2, false), b.begin(3);
      Balancer::Settings settings;
      settings.policy = to;
      b.set(settings);
      core::Rng rng(1);
      for (std::uint64_t i = 0; i < 20; ++i) {
        const core::NodeId picked = b.pick(rng, rng.next());
        ASSERT_TRUE(picked != 2u && b.has(picked));
        b.begin(picked), b.end(picked);
      }
      EXPECT_EQ(b.open(3), 2u);
      if (to == Policy::least_connections) { EXPECT_NE(b.pick(rng, 0), 3u); }
    }
}

TEST(Balancer, WhoComesBackHasWhatIsStillOpenThere) {
  Balancer b = equals(Policy::least_connections, 2);
  b.begin(1), b.begin(1), b.leave(1);
  b.end(1);
  EXPECT_EQ(b.open(1), 1u);
  b.join({core::NodeId(1), 1});
  core::Rng rng(1);
  EXPECT_EQ(b.pick(rng, 0), 2u);
  b.end(1);
  EXPECT_EQ(b.open(1), 0u);
}

// From N to N + 1: modulo leaves one key in N + 1 where it was, a ring all but one in N + 1.
TEST(Balancer, OneMoreMovesNOfNPlusOneKeysByModuloAndOneOfNPlusOneOnTheRing) {
  core::Rng rng(1);
  for (const Policy policy : {Policy::modulo, Policy::bounded_hash})
    for (const std::size_t n : {3u, 5u, 9u}) {
      Balancer::Settings settings;
      settings.policy = policy, settings.bound = 100, settings.points = 1000;
      Balancer b(settings);
      for (core::NodeId id(1); id <= n; ++id) b.join({id, 1});
      std::vector<core::NodeId> before;
      for (std::uint64_t i = 0; i < 10'000; ++i) before.push_back(b.pick(rng, core::derive_seed(i, "key")));
      b.join({core::NodeId(n + 1), 1});
      int moved = 0, elsewhere = 0;
      for (std::uint64_t i = 0; i < 10'000; ++i) {
        const core::NodeId now = b.pick(rng, core::derive_seed(i, "key"));
        moved += now != before[i], elsewhere += now != before[i] && now != n + 1;
      }
      const double share = 10'000.0 / static_cast<double>(n + 1);
      EXPECT_NEAR(moved, policy == Policy::modulo ? 10'000 - share : share, 0.1 * share + 150);
      if (policy == Policy::bounded_hash) { EXPECT_EQ(elsewhere, 0) << "all that moves goes to the new one"; }
    }
}

TEST(Balancer, ACopyGoesOnAsTheOriginalDoes) {
  for (const Policy policy : kEveryPolicy) {
    Balancer b = balancer(policy, {3, 1, 2});
    core::Rng rng(9);
    for (int i = 0; i < 10; ++i) b.begin(b.pick(rng, rng.next()));
    Balancer copy = b;
    core::Rng same = rng;
    EXPECT_EQ(copy, b);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(b.pick(rng, i), copy.pick(same, i));
    EXPECT_EQ(copy, b);
    copy.begin(1);
    EXPECT_NE(copy, b);
  }
}

}  // namespace
}  // namespace balancing
