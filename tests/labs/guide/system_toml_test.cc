// The system block: what it says becomes a System, and a System that was written can be read again, equal.
#include "labs/guide/system_toml.h"

#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "labs/catalog/labs.h"
#include "labs/guide/toml_text.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/rng.h"
#include "tests/labs/world/tally_log.h"

namespace {

using namespace std::chrono_literals;

world::System system_of(std::string_view text) { return guide::read_system(text, catalog::all_kinds()); }

void expect_equal(const world::System& a, const world::System& b, const std::string& text) {
  EXPECT_EQ(a.link.delay, b.link.delay) << text;
  EXPECT_EQ(a.link.jitter, b.link.jitter) << text;
  EXPECT_EQ(a.link.bandwidth, b.link.bandwidth) << text;
  EXPECT_EQ(a.disk.sync, b.disk.sync) << text;
  EXPECT_EQ(a.disk.files, b.disk.files) << text;
  EXPECT_EQ(a.judge, b.judge) << text;
  ASSERT_EQ(a.groups.size(), b.groups.size()) << text;
  for (std::size_t i = 0; i < a.groups.size(); ++i) {
    EXPECT_EQ(a.groups[i].name, b.groups[i].name) << text;
    EXPECT_EQ(a.groups[i].kind, b.groups[i].kind) << text;
    EXPECT_EQ(a.groups[i].count, b.groups[i].count) << text;
    EXPECT_EQ(a.groups[i].to, b.groups[i].to) << text;
    auto left = a.groups[i].settings, right = b.groups[i].settings;
    std::sort(left.begin(), left.end());
    std::sort(right.begin(), right.end());
    EXPECT_EQ(left, right) << text;
  }
}

TEST(SystemToml, EverythingThatASystemHasCanBeSaid) {
  const world::System system = system_of(R"(check = false
[link]
delay = "4ms"
jitter = "1.5ms"
bandwidth = "1MiB"
[disk]
sync = "250us"
files = true
[[group]]
name = "servers"
kind = "raft"
count = 5
settings = { election_timeout = "150ms..300ms", pre_vote = false, voters = 3, lease_drift_bound = 0.25, flaw.forget_vote = true }
[[group]]
kind = "raft-client"
to = ["servers"]
)");
  EXPECT_FALSE(system.judge);
  EXPECT_EQ(system.link.delay, 4ms);
  EXPECT_EQ(system.link.jitter, 1500us);
  EXPECT_EQ(system.link.bandwidth, 1u << 20);
  EXPECT_EQ(system.disk.sync, 250us);
  EXPECT_TRUE(system.disk.files);
  ASSERT_EQ(system.groups.size(), 2u);
  EXPECT_EQ(system.groups[0].count, 5u);
  EXPECT_EQ(system.groups[0].settings.size(), 5u);
  EXPECT_EQ(system.groups[1].name, "raft-client") << "a group without a name has its kind's";
  EXPECT_EQ(system.groups[1].count, 1u);
  EXPECT_EQ(system.groups[1].to, std::vector<std::string>{"servers"});
  expect_equal(system, system_of(guide::write_system(system)), guide::write_system(system));
}

TEST(SystemToml, TheSystemOfEveryLabIsReadBackAsItWas) {
  for (const auto& file : catalog::lab_files()) {
    const guide::Lab lab = catalog::load_lab(std::string(file.name));
    const std::string text = guide::write_system(lab.system);
    expect_equal(lab.system, system_of(text), text);
    EXPECT_EQ(guide::write_system(system_of(text)), guide::write_system(system_of(guide::write_system(system_of(text)))));
    world::SimulatedWorld world(system_of(text), 1);  // What was saved opens again and runs.
    world.run_for(50ms);
    EXPECT_GT(world.events(), 0u);
  }
}

// Random systems: any number of groups, any settings at their defaults or their ends, odd names and times.
TEST(SystemToml, WhateverIsWrittenIsReadBackEqual) {
  core::Rng rng(7);
  const char* const names[] = {"servers", "a",   "x-1", "ü",    "it's", "back\\slash",
                               "#hash",   "[b]", "a=b", "true", "5"};
  for (int round = 0; round < 300; ++round) {
    world::System system;
    system.judge = rng.chance(0.5);
    if (rng.chance(0.7))
      system.link.delay = core::Duration(static_cast<std::int64_t>(rng.below(3'600'000'000'000)));
    if (rng.chance(0.5)) system.link.jitter = core::Duration(static_cast<std::int64_t>(rng.below(1'000)));
    if (rng.chance(0.5)) system.link.bandwidth = 1 + rng.below(1'000'000'000);
    if (rng.chance(0.5)) system.disk.sync = core::Duration(static_cast<std::int64_t>(rng.below(3'000'001)));
    system.disk.files = rng.chance(0.3);
    const std::size_t groups = 1 + rng.below(4);
    for (std::size_t i = 0; i < groups; ++i) {
      world::Group group;
      group.name = std::string(names[rng.below(std::size(names))]) + "." + std::to_string(i);
      group.kind = catalog::kinds()[rng.below(catalog::kinds().size())];
      group.count = 1 + rng.below(20);
      if (i > 0 && rng.chance(0.5)) group.to.push_back(system.groups[rng.below(i)].name);
      for (const auto& setting : group.kind->settings)
        if (rng.chance(0.3)) group.settings.emplace_back(setting.name, setting.initial);
      system.groups.push_back(std::move(group));
    }
    const std::string text = guide::write_system(system);
    expect_equal(system, system_of(text), text);
  }
}

TEST(SystemToml, TextsAreQuotedAsTomlReadsThem) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  all += "é\u2028";
  const toml::table table = guide::parse_toml("a = " + guide::toml_quoted(all), 1, "test");
  EXPECT_EQ(table["a"].value<std::string>(), all);
}

TEST(SystemToml, ASettingIsAppliedToAKindAGroupALinkOrADisk) {
  world::System system =
      system_of("[[group]]\nname = \"servers\"\nkind = \"raft\"\n[[group]]\nname = \"others\"\nkind = \"raft\"\n");
  guide::apply_settings(system, {"raft.voters=3"});
  guide::apply_settings(system, {"servers.voters=2"});
  EXPECT_EQ(system.groups[0].settings, (world::SettingValues{{"voters", "2"}}))
      << "set again, it is not there twice";
  EXPECT_EQ(system.groups[1].settings, (world::SettingValues{{"voters", "3"}}));
  guide::apply_settings(system, {"link.delay=5ms"});
  guide::apply_settings(system, {"link.bandwidth=64KiB"});
  guide::apply_settings(system, {"disk.sync=2ms"});
  guide::apply_settings(system, {"disk.files=on"});
  EXPECT_EQ(system.link.delay, 5ms);
  EXPECT_EQ(system.link.bandwidth, 65536u);
  EXPECT_EQ(system.disk.sync, 2ms);
  EXPECT_TRUE(system.disk.files);
}

TEST(SystemToml, SettingsThatCannotGoTogetherAreRefusedWhenAllOfThemAreKnown) {
  const guide::Kinds kinds{[](std::string_view) { return &tally::tally_kind(); }, [] { return std::vector<std::string>{"tally"}; }};
  const std::string group = "[[group]]\nname = \"servers\"\nkind = \"tally\"\n";
  try {
    guide::read_system(group + "settings = { period = \"9s\", rate = 9 }\n", kinds, 7);
    FAIL() << "it was read";
  } catch (const guide::BadLab& bad) {
    EXPECT_NE(std::string(bad.what()).find("line 10"), std::string::npos) << bad.what();
    EXPECT_NE(std::string(bad.what()).find("exclude each other"), std::string::npos) << bad.what();
  }
  world::System system = guide::read_system(group + "settings = { period = \"9s\" }\n", kinds);
  guide::apply_settings(system, {"servers.rate=9", "servers.period=8s"});
  EXPECT_THROW(guide::apply_settings(system, {"servers.period=9s"}), guide::BadLab);
}

TEST(SystemToml, ASettingThatCannotBeIsRefusedInWords) {
  const std::pair<const char*, const char*> bad[] = {{"voters=3", "expected KIND.SETTING=VALUE"},
                                                     {"raft.voters", "expected KIND.SETTING=VALUE"},
                                                     {"", "expected KIND.SETTING=VALUE"},
                                                     {"rat.voters=3", "did you mean `raft`"},
                                                     {"raft.voter=3", "did you mean `voters`"},
                                                     {"raft.voters=x", "voters"},
                                                     {"link.delay=-5ms", "expected a duration"},
                                                     {"link.delay=soon", "expected a duration"},
                                                     {"link.dealy=5ms", "link has delay, jitter, bandwidth"},
                                                     {"disk.speed=3", "disk has sync, files"},
                                                     {"link.bandwidth=much", "expected bytes"},
                                                     {"disk.files=maybe", "expected true or false"}};
  for (const auto& [assignment, why] : bad) {
    world::System system = system_of("[[group]]\nkind = \"raft\"\n");
    try {
      guide::apply_settings(system, {assignment});
      ADD_FAILURE() << assignment << " was taken";
    } catch (const guide::BadLab& refused) {
      EXPECT_NE(std::string(refused.what()).find(why), std::string::npos)
          << assignment << " -> " << refused.what();
    }
    expect_equal(system, system_of("[[group]]\nkind = \"raft\"\n"), assignment);
  }
}

}  // namespace
