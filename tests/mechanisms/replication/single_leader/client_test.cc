// The client: whom it asks, what it carries, how it tries again, and what it says of what it was told.
#include <gtest/gtest.h>

#include <set>

#include "mechanisms/replication/single_leader/client.h"

namespace single_leader {
namespace {

using namespace std::chrono_literals;

class ClientTest : public testing::Test {
 protected:
  void begin(const ClientSettings& settings) {
    client_.emplace(core::Roster{9, {9}, {{"replicas", {1, 2, 3}}}}, settings, Client::Durable{});
    run([](Client& c, Client::Step& s) { c.start(s); });
  }
  template <class Handler>
  void run(const Handler& handler) {
    step_.clear();
    step_.now = now_;
    step_.rng = &rng_;
    handler(*client_, step_);
    for (const auto& send : step_.sends) {
      to_ = send.to;
      request_ = std::get<Request>(send.message);
    }
  }
  std::string tell(const std::string& words) {
    std::string refused;
    run([&](Client& c, Client::Step& s) { refused = c.on_tell(s, words); });
    return refused;
  }
  void answer(Status status, Position at = {}, core::NodeId primary = 0, std::optional<std::string> value = {}) {
    const Reply reply{request_.command.session, request_.command.serial, {status, std::move(value)}, at, primary};
    run([&](Client& c, Client::Step& s) { c.on_message(s, to_, reply); });
  }
  void fire(Client::Alarm alarm, std::uint64_t key) {
    run([&](Client& c, Client::Step& s) { c.on_timer(s, {alarm, key}); });
  }
  double counted(const core::Metric& metric) const {
    double all = 0;
    for (const auto& sample : step_.samples)
      if (sample.metric == &metric) all += sample.value;
    return all;
  }
  static ClientSettings by_hand() {
    ClientSettings settings;
    settings.active = false;
    return settings;
  }

  std::optional<Client> client_;
  Client::Step step_;
  core::Rng rng_{1};
  core::Time now_{};
  core::NodeId to_ = 0;
  Request request_;
};

TEST_F(ClientTest, ItFindsThePrimaryAndStaysWithIt) {
  begin(by_hand());
  tell("put k a");
  const core::NodeId primary = to_ == 2 ? 3 : 2;
  answer(Status::not_primary, {}, primary);
  EXPECT_EQ(to_, primary);
  answer(Status::ok, {1, 5}, primary);
  tell("put k b");
  EXPECT_EQ(to_, primary);
}

TEST_F(ClientTest, ItTriesAgainWithTheSameNumberAtAnotherNode) {
  begin(by_hand());
  tell("put k a");
  const Command first = request_.command;
  const core::NodeId asked = to_;
  fire(Client::Alarm::attempt, 1);
  EXPECT_EQ(request_.command, first);
  EXPECT_NE(to_, asked);
  EXPECT_EQ(counted(kRetries), 1);
}

TEST_F(ClientTest, AnAnswerSaysItsVersion) {
  begin(by_hand());
  tell("put k a");
  answer(Status::ok, {3, 17}, 1);
  ASSERT_EQ(step_.completions.size(), 1u);
  EXPECT_EQ(step_.completions[0].version, "3.17");
  EXPECT_EQ(step_.completions[0].outcome, core::Outcome::ok);
}

TEST_F(ClientTest, WhatNobodyAnswersIsUnknownAndTheSessionIsNotUsedAgain) {
  begin(by_hand());
  tell("put k a");
  const auto session = request_.command.session;
  fire(Client::Alarm::give_up, 1);
  EXPECT_EQ(step_.completions.at(0).outcome, core::Outcome::unknown);
  tell("put k b");
  EXPECT_NE(request_.command.session, session);
  EXPECT_EQ(request_.command.write, 1u);
}

TEST_F(ClientTest, ATokenIsTheHighestPositionThatTheSessionHasSeen) {
  ClientSettings settings = by_hand();
  settings.reads_at = ReadsAt::replicas;
  settings.session = Session::token;
  begin(settings);
  tell("put k a");
  EXPECT_EQ(request_.token, Position{}) << "writes need none";
  answer(Status::ok, {1, 5}, 1);
  tell("get k");
  EXPECT_EQ(request_.token, (Position{1, 5}));
  EXPECT_TRUE(request_.anywhere);
  EXPECT_NE(to_, 1u) << "reads go to replicas";
  answer(Status::ok, {1, 9}, 1, "a");
  tell("get k");
  EXPECT_EQ(request_.token, (Position{1, 9}));
}

TEST_F(ClientTest, ItCountsReadsThatMissItsOwnWriteAndReadsThatGoBack) {
  ClientSettings settings = by_hand();
  settings.reads_at = ReadsAt::replicas;
  begin(settings);
  tell("put k a");
  answer(Status::ok, {1, 5}, 1);
  tell("get k");
  EXPECT_EQ(request_.token, Position{}) << "it asks for nothing";
  answer(Status::ok, {1, 4}, 1);
  EXPECT_EQ(counted(kOldReads), 1);
  EXPECT_EQ(counted(kBackwards), 0);
  tell("get k");
  answer(Status::ok, {1, 9}, 1);
  EXPECT_EQ(counted(kOldReads), 0);
  tell("get k");
  answer(Status::ok, {1, 8}, 1);
  EXPECT_EQ(counted(kOldReads), 0);
  EXPECT_EQ(counted(kBackwards), 1);
}

TEST_F(ClientTest, AStickySessionReadsAtOneReplicaUntilThatIsSilent) {
  ClientSettings settings = by_hand();
  settings.reads_at = ReadsAt::any;
  settings.session = Session::sticky;
  begin(settings);
  std::set<core::NodeId> asked;
  for (int i = 0; i < 20; ++i) {
    tell("get k");
    asked.insert(to_);
    answer(Status::ok, {1, 1}, 1);
  }
  EXPECT_EQ(asked.size(), 1u);
  tell("get k");
  fire(Client::Alarm::attempt, 1);
  EXPECT_NE(to_, *asked.begin());
}

TEST_F(ClientTest, AStickySessionIsPinnedToThePrimaryForAWhileAfterAWrite) {
  ClientSettings settings = by_hand();
  settings.reads_at = ReadsAt::replicas;
  settings.session = Session::sticky;
  settings.pin = 1s;
  begin(settings);
  tell("put k a");
  answer(Status::ok, {1, 5}, 2);
  now_ += 900ms;
  tell("get k");
  EXPECT_EQ(to_, 2u);
  EXPECT_FALSE(request_.anywhere);
  answer(Status::ok, {1, 5}, 2);
  now_ += 200ms;
  tell("get k");
  EXPECT_NE(to_, 2u);
}

TEST_F(ClientTest, AReplicaThatIsBehindSendsItElsewhere) {
  ClientSettings settings = by_hand();
  settings.reads_at = ReadsAt::replicas;
  settings.session = Session::token;
  begin(settings);
  tell("put k a");
  answer(Status::ok, {1, 5}, 1);
  tell("get k");
  answer(Status::behind, {1, 2}, 1);
  EXPECT_EQ(to_, 1u);
}

TEST_F(ClientTest, ALargeTransactionIsOneWriteAndNoPartOfTheHistory) {
  begin(by_hand());
  EXPECT_EQ(tell("transaction 3 100"), "");
  EXPECT_EQ(request_.command.also.size(), 2u);
  EXPECT_TRUE(step_.invocations.empty());
  answer(Status::ok, {1, 5}, 1);
  EXPECT_TRUE(step_.completions.empty());
  EXPECT_EQ(counted(kOperations), 1);
  EXPECT_NE(tell("transaction 0 1"), "");
  EXPECT_NE(tell("transaction 10000 65536"), "");
  EXPECT_NE(tell("sing"), "");
}

TEST_F(ClientTest, SessionNumbersAreNotUsedAgainAfterACrash) {
  begin(by_hand());
  tell("put k a");
  const auto session = request_.command.session;
  Client::Durable disk;
  for (const auto& write : step_.writes) disk.apply(write);
  client_.emplace(core::Roster{9, {9}, {{"replicas", {1, 2, 3}}}}, by_hand(), disk);
  tell("put k a");
  EXPECT_GT(request_.command.session, session);
}

}  // namespace
}  // namespace single_leader
