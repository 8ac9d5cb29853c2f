// The client of a Raft cluster: section 8; thesis, sections 6.2 and 6.3. Nobody is behind it here: the test
// answers.
#include <gtest/gtest.h>

#include <set>

#include "mechanisms/consensus/raft/client.h"
#include "mechanisms/consensus/raft/store.h"

namespace raft {
namespace {

using namespace std::chrono_literals;
using core::Outcome;

ClientSettings quiet() {  // Issues nothing by itself.
  ClientSettings settings;
  settings.active = false;
  return settings;
}

// A client at its desk: it can be told, answered, made to wait, crashed and restarted.
class Desk {
 public:
  explicit Desk(const ClientSettings& settings = quiet(), std::uint64_t seed = 1)
      : settings_(settings), rng_(seed) {
    restart();
  }

  void restart() {
    client_.emplace(core::Roster{100, {100}, {{"servers", {1, 2, 3}}}}, settings_, disk_);
    timers_.clear();
    step([](Client& client, Client::Step& s) { client.start(s); });
  }
  std::string tell(std::string_view words) {
    std::string refused;
    step([&](Client& client, Client::Step& s) { refused = client.on_tell(s, words); });
    return refused;
  }
  void set(const ClientSettings& settings) {
    settings_ = settings;
    step([&](Client& client, Client::Step& s) { client.on_settings(s, settings); });
  }
  void fire(Client::Alarm kind, std::uint64_t slot) {
    ASSERT_EQ(timers_.erase({kind, slot}), 1u) << "the timer is not set";
    step([&](Client& client, Client::Step& s) { client.on_timer(s, {kind, slot}); });
  }
  void reply(core::NodeId from, const Command& to, Status status, core::NodeId leader = core::kNobody,
             std::optional<std::string> value = {}) {
    const ClientReply m{to.session, to.serial, {status, std::move(value)}, leader};
    step([&](Client& client, Client::Step& s) { client.on_message(s, from, m); });
  }
  bool has_timer(Client::Alarm kind, std::uint64_t slot) const { return timers_.count({kind, slot}) != 0; }

  // Of the last step.
  std::vector<std::pair<core::NodeId, Command>> asked() const {
    std::vector<std::pair<core::NodeId, Command>> all;
    for (const auto& send : last_.sends)
      all.emplace_back(send.to, std::get<ClientRequest>(send.message).command);
    return all;
  }
  core::NodeId target() const { return asked().at(0).first; }
  Command command() const { return asked().at(0).second; }
  const Client::Step& last() const { return last_; }
  // How the last step's operation ended.
  std::optional<Outcome> outcome() const {
    if (last_.completions.empty()) return {};
    return last_.completions[0].outcome;
  }
  const Client::Durable& disk() const { return disk_; }
  const Client& client() const { return *client_; }

 private:
  template <class Handler>
  void step(const Handler& handler) {
    last_.clear();
    last_.rng = &rng_;
    handler(*client_, last_);
    for (const auto& write : last_.writes) disk_.apply(write);
    for (const auto& change : last_.timers) {
      timers_.erase({change.timer.kind, change.timer.key});
      if (change.set) timers_.insert({change.timer.kind, change.timer.key});
    }
  }

  ClientSettings settings_;
  core::Rng rng_;
  Client::Durable disk_;
  std::optional<Client> client_;
  std::set<std::pair<Client::Alarm, std::uint64_t>> timers_;
  Client::Step last_;
};

// The slot of operations that it is told, beside the one session of its own.
constexpr std::uint64_t kTold = 1;

TEST(RaftClient, TriesAgainWithTheSameSerialAtAnotherServer) {
  Desk d;
  ASSERT_EQ(d.tell("put k v"), "");
  ASSERT_EQ(d.last().invocations.size(), 1u);
  const Command first = d.command();
  EXPECT_EQ(first.serial, 1u);
  std::set<core::NodeId> targets{d.target()};
  for (int i = 0; i < 2; ++i) {
    d.fire(Client::Alarm::attempt, kTold);
    EXPECT_EQ(d.command(), first);
    EXPECT_TRUE(d.last().invocations.empty()) << "it is the same operation";
    targets.insert(d.target());
  }
  EXPECT_EQ(targets, (std::set<core::NodeId>{1, 2, 3}));
}

TEST(RaftClient, AsksTheServerThatIsNamedAsLeader) {
  Desk d;
  d.tell("put k v");
  const Command first = d.command();
  const core::NodeId other = d.target() % 3 + 1;
  d.reply(d.target(), first, Status::not_leader, other);
  EXPECT_EQ(d.target(), other);
  EXPECT_EQ(d.command(), first);
}

TEST(RaftClient, AsksTheNextServerWhenNobodyIsNamed) {
  Desk d;
  d.tell("put k v");
  const core::NodeId first = d.target();
  d.reply(first, d.command(), Status::not_leader);
  EXPECT_EQ(d.target(), first % 3 + 1);
}

TEST(RaftClient, RemembersWhoAnswered) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Desk d(quiet(), seed);
    d.tell("put k v");
    d.reply(2, d.command(), Status::ok);
    ASSERT_EQ(d.outcome(), Outcome::ok);
    EXPECT_EQ(d.client().show().leader, 2u);
    d.tell("put k w");
    EXPECT_EQ(d.target(), 2u);
    d.reply(2, d.command(), Status::not_leader);
    EXPECT_EQ(d.client().show().leader, core::kNobody);
  }
}

TEST(RaftClient, AfterOneTurnThroughAllServersItWaitsForTheTimeout) {
  Desk d;
  d.tell("put k v");
  const Command first = d.command();
  int asked = 0;
  while (!d.asked().empty() && asked < 100) {
    ++asked;
    d.reply(d.target(), first, Status::not_leader, d.target() % 3 + 1);
  }
  EXPECT_EQ(asked, 4);
  EXPECT_FALSE(d.outcome());
  d.fire(Client::Alarm::attempt, kTold);
  EXPECT_EQ(d.command(), first);
  d.reply(d.target(), first, Status::not_leader, d.target() % 3 + 1);
  EXPECT_EQ(d.asked().size(), 1u) << "after the timeout it follows hints again";
}

TEST(RaftClient, EveryOperationAndEveryTimeoutBeginsANewTurnThroughAllServers) {
  Desk d;
  const auto turn = [&] {
    const Command asked = d.command();
    int hops = 0;
    while (!d.asked().empty() && hops < 100) {
      ++hops;
      d.reply(d.target(), asked, Status::not_leader, d.target() % 3 + 1);
    }
    return hops;
  };
  d.tell("put k v");
  const Command first = d.command();
  EXPECT_EQ(turn(), 4);
  d.fire(Client::Alarm::attempt, kTold);
  EXPECT_EQ(turn(), 4);
  d.reply(1, first, Status::ok);
  ASSERT_EQ(d.outcome(), Outcome::ok);
  d.tell("put k w");
  ASSERT_EQ(d.command().session, first.session);
  EXPECT_EQ(turn(), 4) << "in the same session";
}

TEST(RaftClient, AnAnswerOfWhomItDoesNotAskAnyMoreSendsItNowhere) {
  Desk d;
  d.tell("put k v");
  const Command first = d.command();
  const core::NodeId before = d.target();
  d.fire(Client::Alarm::attempt, kTold);
  d.reply(before, first, Status::not_leader, before);
  EXPECT_TRUE(d.asked().empty());
}

// The server that said so may have taken the write before it stepped down, and it may still be committed.
TEST(RaftClient, NeverReportsAWriteAsFailedBecauseAServerDoesNotLead) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Desk d(quiet(), seed);
    core::Rng rng(seed);
    d.tell("put k v");
    const Command first = d.command();
    for (int i = 0; i < 50; ++i) {
      if (!d.asked().empty() && rng.chance(0.7))
        d.reply(d.target(), first, Status::not_leader, static_cast<core::NodeId>(rng.below(4)));
      else
        d.fire(Client::Alarm::attempt, kTold);
      ASSERT_FALSE(d.outcome());
      for (const auto& [to, command] : d.asked()) ASSERT_EQ(command, first);
    }
    d.fire(Client::Alarm::give_up, kTold);
    EXPECT_EQ(d.outcome(), Outcome::unknown);
  }
}

TEST(RaftClient, GivesUpWithUnknownAndNeverUsesThatSessionAgain) {
  Desk d;
  d.tell("put k v");
  const Command first = d.command();
  d.fire(Client::Alarm::give_up, kTold);
  EXPECT_EQ(d.outcome(), Outcome::unknown);
  EXPECT_FALSE(d.has_timer(Client::Alarm::attempt, kTold));
  EXPECT_EQ(d.client().show().unknown, 1u);
  d.tell("put k w");
  EXPECT_NE(d.command().session, first.session);
  EXPECT_EQ(d.command().serial, 1u);
  d.reply(1, first, Status::ok);
  EXPECT_FALSE(d.outcome()) << "the late answer to what was given up ends nothing";
}

TEST(RaftClient, AnExpiredSessionMeansThatNobodyKnows) {
  Desk d;
  d.tell("put k v");
  const Command first = d.command();
  d.reply(1, first, Status::expired);
  EXPECT_EQ(d.outcome(), Outcome::unknown);
  d.tell("put k w");
  EXPECT_NE(d.command().session, first.session);
}

TEST(RaftClient, WhatTheStoreRefusedHasFailed) {
  for (const Status status : {Status::mismatch, Status::absent}) {
    Desk d;
    d.tell("cas k a b");
    EXPECT_EQ(d.command().expected, "a");
    EXPECT_EQ(d.command().value, "b");
    d.reply(1, d.command(), status);
    EXPECT_EQ(d.outcome(), Outcome::failed);
  }
}

TEST(RaftClient, CountsTheOperationsOfASessionOneByOne) {
  Desk d;
  d.tell("put k v");
  const Command first = d.command();
  d.reply(1, first, Status::ok);
  EXPECT_FALSE(d.has_timer(Client::Alarm::attempt, kTold));
  EXPECT_FALSE(d.has_timer(Client::Alarm::give_up, kTold));
  d.tell("get k");
  const Command second = d.command();
  EXPECT_EQ(second.session, first.session);
  EXPECT_EQ(second.serial, 2u);
  d.reply(1, first, Status::ok, 1, "late");
  EXPECT_FALSE(d.outcome()) << "an answer to an earlier operation is none to this one";
  d.reply(1, second, Status::ok, 1, "v");
  ASSERT_EQ(d.outcome(), Outcome::ok);
  EXPECT_EQ(d.last().completions[0].value, "v");
}

TEST(RaftClient, OperationsThatItIsToldAtOnceHaveSessionsOfTheirOwn) {
  Desk d;
  std::set<std::uint64_t> sessions;
  for (int i = 0; i < 5; ++i) {
    d.tell("put k v");
    EXPECT_TRUE(sessions.insert(d.command().session).second);
  }
  EXPECT_EQ(d.client().show().open, 5u);
}

TEST(RaftClient, AsksOneServerOnlyIfItIsToldTo) {
  ClientSettings settings = quiet();
  settings.only = 3;
  Desk d(settings);
  d.tell("put k v");
  const Command first = d.command();
  EXPECT_EQ(d.target(), 3u);
  d.reply(3, first, Status::not_leader, 1);
  EXPECT_TRUE(d.asked().empty());
  d.fire(Client::Alarm::attempt, kTold);
  EXPECT_EQ(d.target(), 3u);
  EXPECT_EQ(d.command(), first);
}

TEST(RaftClient, RefusesWordsThatItDoesNotKnow) {
  Desk d;
  for (const char* words : {"", "jump", "put k", "put k v w", "get", "cas k a"}) {
    EXPECT_NE(d.tell(words).find("expected one of: get K"), std::string::npos) << words;
    EXPECT_TRUE(d.asked().empty());
  }
}

TEST(RaftClient, BeginsTheNextOperationWhenTheLastHasEnded) {
  ClientSettings settings;
  settings.sessions = 2;
  Desk d(settings);
  ASSERT_EQ(d.asked().size(), 2u);
  const Command one = d.asked()[0].second;
  d.reply(1, one, Status::ok);
  ASSERT_EQ(d.asked().size(), 1u);
  EXPECT_EQ(d.client().show().open, 2u);
  const Command two = d.command();
  settings.active = false;
  d.set(settings);
  d.reply(1, two, Status::ok);
  EXPECT_EQ(d.outcome(), Outcome::ok) << "what was begun is ended";
  EXPECT_TRUE(d.asked().empty());
  settings.active = true;
  d.set(settings);
  EXPECT_EQ(d.asked().size(), 1u) << "the other session is still busy";
}

TEST(RaftClient, RestsBetweenTwoOperationsWhenItThinks) {
  ClientSettings settings;
  settings.think = 10ms;
  Desk d(settings);
  EXPECT_TRUE(d.asked().empty());
  d.fire(Client::Alarm::think, 0);
  ASSERT_EQ(d.asked().size(), 1u);
  d.reply(1, d.command(), Status::ok);
  EXPECT_TRUE(d.asked().empty());
  EXPECT_TRUE(d.has_timer(Client::Alarm::think, 0));
}

TEST(RaftClient, WithARateItIssuesOnlyWhatFindsAFreeSession) {
  ClientSettings settings;
  settings.rate = 100;
  settings.sessions = 2;
  Desk d(settings);
  EXPECT_TRUE(d.asked().empty());
  for (int i = 0; i < 2; ++i) {
    d.fire(Client::Alarm::arrival, 0);
    EXPECT_EQ(d.asked().size(), 1u);
  }
  d.fire(Client::Alarm::arrival, 0);
  EXPECT_TRUE(d.asked().empty());
  EXPECT_TRUE(d.has_timer(Client::Alarm::arrival, 0));
}

TEST(RaftClient, NeverUsesASessionNumberTwiceAlsoAfterACrash) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Desk d(quiet(), seed);
    core::Rng rng(seed);
    std::set<std::pair<std::uint64_t, std::uint64_t>> used;
    std::set<std::uint64_t> before_crash, sessions;
    for (int i = 0; i < 400; ++i) {
      if (rng.chance(0.02)) {
        before_crash = sessions;
        d.restart();
      }
      d.tell(rng.chance(0.3) ? "get k" : "put k v");
      const Command command = d.command();
      ASSERT_TRUE(used.emplace(command.session, command.serial).second);
      ASSERT_EQ(before_crash.count(command.session), 0u);
      // What is on the disk when the request leaves covers it.
      ASSERT_LT(command.session & ((1u << kSessionBits) - 1), d.disk().next);
      sessions.insert(command.session);
      d.reply(1, command, rng.chance(0.3) ? Status::expired : Status::ok);
    }
    EXPECT_GT(before_crash.size(), 0u);
    EXPECT_GT(sessions.size(), 64u) << "more than a block of numbers";
  }
}

// Reads that need no entry in the log never reach the store, which must still know a session's first write
// for what it is.
TEST(RaftClient, ASessionThatHasOnlyReadSoFarCanStillWrite) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Desk d(quiet(), seed);
    core::Rng rng(seed);
    Store store;
    d.tell("get k");
    Index index = 0;
    for (int i = 0; i < 200; ++i) {
      const Command command = d.command();
      const bool get = command.function == Function::get;
      const Result result = get ? store.read(command.key) : store.apply(++index, command, false);
      ASSERT_EQ(result.status, Status::ok) << i;
      d.reply(1, command, result.status);
      d.tell(rng.chance(0.5) ? "get k" : "put k v");
    }
    EXPECT_EQ(store.done(), index);
  }
}

}  // namespace
}  // namespace raft
