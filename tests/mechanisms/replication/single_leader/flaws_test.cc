// Each known bug that can be switched on is caught by an invariant, in a story where the correct replica breaks nothing.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

// What the invariants say of a story, without and with the flaw.
template <class Story>
void expect_caught(const Story& story, const std::string& promise) {
  EXPECT_EQ(story(false), "");
  const std::string broken = story(true);
  EXPECT_TRUE(broken.starts_with(promise)) << broken;
}

TEST(Flaws, NoFencingIsSplitBrain) {
  expect_caught(
      [](bool flaw) {
        Settings settings;
        settings.flaws.no_fencing = flaw;
        Group group(3, settings, MonitorSettings{});
        group.run_for(200ms);
        group.isolate(1);
        group.run_for(1s);
        EXPECT_NE(group.primary(), 1u);
        group.heal();
        group.run_for(300ms);
        EXPECT_EQ(group[1].leads(), flaw);
        return group.broken();
      },
      "Fencing");
}

// An old primary that ignores what it hears is still refused by those who have heard it.
TEST(Flaws, EvenWithoutFencingReplicasRefuseTheOldPrimarysLog) {
  Settings settings = with_mode(Mode::semi_sync);
  settings.flaws.no_fencing = true;
  Group group(3, settings, MonitorSettings{});
  group.run_for(200ms);
  group.isolate(1);
  group.run_for(1s);
  group.heal();
  const auto serial = group.put(1, "k", "a");
  EXPECT_FALSE(group.answer(serial));
}

TEST(Flaws, AcknowledgingBeforeReplicasHaveItBreaksThePromiseOfCopies) {
  expect_caught(
      [](bool flaw) {
        Settings settings = with_mode(Mode::semi_sync);
        settings.flaws.acknowledge_before_replicas = flaw;
        Group group(3, settings);
        const auto serial = group.put(1, "k", "a");
        EXPECT_TRUE(flaw || group.done(serial));
        return group.broken();
      },
      "Acknowledged is copied");
}

TEST(Flaws, SkippingAnEntryMakesACopyDrift) {
  expect_caught(
      [](bool flaw) {
        Settings settings;
        settings.flaws.skip_entry = flaw;
        Group group(2, settings);
        for (int i = 0; i < 10; ++i) group.put(1, "k" + std::to_string(i), "v");
        return group.broken();
      },
      "Same data");
}

TEST(Flaws, IgnoringTheTokenAnswersFromBeforeWhatTheReaderHasSeen) {
  expect_caught(
      [](bool flaw) {
        Settings settings;
        settings.flaws.ignore_token = flaw;
        Group group(3, settings);
        group.cut(1, 2);
        const auto written = group.put(1, "k", "a");
        group.get(2, "k", group.answer(written)->at);
        return group.broken();
      },
      "Tokens");
}

TEST(Flaws, PromotingAnyReplicaLosesWhatWasPromised) {
  expect_caught(
      [](bool flaw) {
        MonitorSettings watching;
        watching.quorum = 2;
        watching.flaws.promote_any = flaw;
        Group group(3, with_mode(Mode::semi_sync), watching);
        group.run_for(200ms);
        group.cut(1, 2);
        EXPECT_TRUE(group.done(group.put(1, "k", "a")));
        group.crash(1);
        group.run_for(1s);
        return group.broken();
      },
      "Nothing promised is lost");
}

TEST(Flaws, ASwitchoverThatDoesNotWaitLosesWhatTheOldPrimaryHadAnswered) {
  expect_caught(
      [](bool flaw) {
        MonitorSettings watching;
        watching.flaws.hasty_switchover = flaw;
        Group group(3, with_mode(Mode::async), watching);
        group.run_for(200ms);
        group.cut(1, 2);
        EXPECT_TRUE(group.done(group.put(1, "k", "a")));
        EXPECT_EQ(group.tell(kMonitor, "switchover 2"), "");
        group.run_for(100ms);
        group.heal();
        group.run_for(500ms);
        EXPECT_TRUE(flaw || group.value(2, "k") == "a");
        return group.broken();
      },
      "Nothing promised is lost");
}

// What a node shows of its log must not depend on how the log came to it: a copied group goes on in the same way.
TEST(Flaws, AReplicaIsAValue) {
  Group group(2);
  group.put(1, "k", "a");
  const Replica copy = group[1];
  EXPECT_EQ(copy, group[1]);
  group.put(1, "k", "b");
  EXPECT_FALSE(copy == group[1]);
}

}  // namespace
}  // namespace single_leader
