// Each known bug of an NTP client, what it does, and who catches it: an invariant, or the true time.
#include <gtest/gtest.h>

#include <set>

#include "tests/mechanisms/time/ntp/network.h"

namespace ntp {
namespace {

struct Flaw {
  std::string name;
  bool Flaws::* bug;
  void (*story)(Network&);
  std::size_t servers;
  std::string broken;        // Which promise; empty: only the true time tells.
  double error_ms, right_ms;  // The error at the end, with the flaw and without.
};

void a_queue_on_the_way_there(Network& n) {
  n.run_for(10s);
  n.link(1, 90ms, 1ms);
  n.run_for(4500ms);
}
void a_link_of_thirty_ms(Network& n) {
  n.link(1, 30ms, 30ms);
  n.run_for(10s);
}
void a_server_ten_seconds_ahead(Network& n) {
  n.skew(2, 10s);
  n.run_for(10s);
}

std::vector<Flaw> flaws() {
  return {{"trust_first", &Flaws::trust_first, a_queue_on_the_way_there, 1, "Clock filter", 44.5, 0},
          {"ignore_delay", &Flaws::ignore_delay, a_link_of_thirty_ms, 1, "", -30, 0},
          {"believe_liar", &Flaws::believe_liar, a_server_ten_seconds_ahead, 3, "Majority", 3333, 0}};
}

double error_ms(Network& n) { return static_cast<double>(n.error().count()) / 1e6; }

class NtpFlaws : public testing::TestWithParam<Flaw> {};

TEST_P(NtpFlaws, IsCaught) {
  ClientSettings settings = quick();
  settings.flaws.*GetParam().bug = true;
  Network n(GetParam().servers, settings);
  GetParam().story(n);
  EXPECT_NEAR(error_ms(n), GetParam().error_ms, 1);
  EXPECT_EQ(n.world.broken.substr(0, GetParam().broken.size()), GetParam().broken);
  EXPECT_EQ(n.world.broken.empty(), GetParam().broken.empty()) << n.world.broken;
}

TEST_P(NtpFlaws, IsAllThatIsWrong) {
  Network n(GetParam().servers, quick());
  GetParam().story(n);
  EXPECT_NEAR(error_ms(n), GetParam().right_ms, 0.01);
  EXPECT_EQ(n.world.broken, "");
}

INSTANTIATE_TEST_SUITE_P(Each, NtpFlaws, testing::ValuesIn(flaws()), [](const auto& one) { return one.param.name; });

// Where the way back takes more than half of the round trip the true time is outside of what it claims.
TEST(NtpFlawsTest, IgnoringTheDelayBreaksTheErrorBound) {
  ClientSettings settings = quick();
  Network right(1, settings);
  settings.flaws.ignore_delay = true;
  Network wrong(1, settings);
  for (Network* n : {&right, &wrong}) {
    n->link(1, 10ms, 40ms);
    n->run_for(10s);
  }
  EXPECT_GT(std::chrono::abs(wrong.error()), wrong.bound());
  EXPECT_EQ(wrong.world.broken.substr(0, 11), "Error bound") << wrong.world.broken;
  EXPECT_LE(std::chrono::abs(right.error()), right.bound());
  EXPECT_EQ(right.world.broken, "");
}

TEST(NtpFlawsTest, EveryFlawHasAStory) {
  std::set<std::string> told, declared;
  for (const Flaw& flaw : flaws()) told.insert(flaw.name);
  for (const auto& setting : Flaws::kDeclared) declared.insert(std::string(setting.name));
  EXPECT_EQ(told, declared);
}

// Nobody is blamed for a bound that rests on what is not so. When it is so again, whoever is wrong is blamed again.
struct Excuse {
  const char* name;
  void (*harm)(Network&);
  void (*mend)(Network&);
};
class NtpPremises : public testing::TestWithParam<Excuse> {};

TEST_P(NtpPremises, ExcuseAsLongAsTheyAreBroken) {
  Network n(3, quick());
  n.run_for(10'500ms);
  GetParam().harm(n);
  core::Duration beyond{};
  for (int i = 0; i < 400; ++i) {
    n.run_for(50ms);
    if (n.client().error_bound(n.world.clock(kClient))) beyond = std::max(beyond, std::chrono::abs(n.error()) - n.bound());
  }
  EXPECT_GT(beyond, 0ns) << "the bound was not kept, so there was something to excuse";
  EXPECT_EQ(n.world.broken, "");
  GetParam().mend(n);
  n.run_for(20s);
  EXPECT_EQ(n.world.broken, "");
  ClientSettings wrong = quick();
  wrong.flaws.ignore_delay = true;
  n.set(wrong);
  for (core::NodeId id = 1; id <= 3; ++id) n.link(id, 10ms, 40ms);
  n.run_for(20s);
  EXPECT_EQ(n.world.broken.substr(0, 11), "Error bound") << "it is watched again: " << n.world.broken;
}

const Excuse kExcuses[] = {
    {"ItsOwnClockIsSet", [](Network& n) { n.skew(kClient, 3s); }, [](Network&) {}},
    {"ItsOwnClockDriftsByMoreThanWasDeclared", [](Network& n) { n.skew(kClient, 0ns, 20'000); }, [](Network& n) { n.skew(kClient, 0ns); }},
    {"AMajorityLies", [](Network& n) { n.skew(1, 2s), n.skew(3, 2s); }, [](Network& n) { n.skew(1, 0ns), n.skew(3, 0ns); }},
    {"AMajorityIsALittleLessExactThanItSays", [](Network& n) { n.skew(1, 5ms), n.skew(2, 5ms), n.skew(3, 5ms); },
     [](Network& n) { for (core::NodeId id = 1; id <= 3; ++id) n.skew(id, 0ns); }}};
INSTANTIATE_TEST_SUITE_P(Each, NtpPremises, testing::ValuesIn(kExcuses), [](const auto& one) { return std::string(one.param.name); });

// The transition invariant sees what no state shows.
TEST(NtpInvariants, AClockThatTurnsBackOrRunsAheadWithoutAStepIsSeen) {
  const auto at = [](core::Duration own, core::Duration kept) { return Reading{true, core::kStart + own, core::kStart + kept, 0, 500'000, 0}; };
  EXPECT_EQ(runs_on(at(0s, 0s), at(10s, 10s + 5ms)), "");
  EXPECT_EQ(runs_on(at(0s, 0s), at(10s, 10s + 6ms)), "Slewing: in 10s of its own clock the kept clock ran 10.006s without a step");
  EXPECT_NE(runs_on(at(5s, 5s), at(5s, 4s)), "");
  Reading stepped = at(5s, 4s);
  stepped.steps = 1;
  EXPECT_EQ(runs_on(at(5s, 5s), stepped), "");
}

}  // namespace
}  // namespace ntp
