// A leaderless client, driven by hand: what it hands back, how it merges, what it says of operations that nobody answered.
#include "mechanisms/replication/leaderless/client.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mechanisms/core/codec.h"

namespace leaderless {
namespace {

using namespace std::chrono_literals;
using core::Outcome;

class Driven {
 public:
  explicit Driven(const ClientSettings& settings) : client_(core::Roster{9, {9}, {{"nodes", {1, 2, 3}}}, {}}, settings, {}) {
    step_.rng = &rng_;
    next([&] { client_.start(step_); });
  }
  std::string tell(const std::string& words) {
    std::string refused;
    next([&] { refused = client_.on_tell(step_, words); });
    return refused;
  }
  Request asked() const { return std::get<Request>(core::decode<Message>(core::encode(step_.sends.at(0).message))); }
  core::NodeId target() const { return step_.sends.at(0).to; }
  void answer(const Versions& versions, Status status = Status::ok) {
    const Request request = last_;
    next([&] { client_.on_message(step_, 1, Reply{request.id, status, "", versions}); });
  }
  void fire(Client::Alarm kind, std::uint64_t slot = 0) {
    next([&] { client_.on_timer(step_, {kind, slot}); });
  }
  void pass(core::Duration d) { step_.now += d; }
  const core::Completion& ended() const { return step_.completions.at(0); }
  double counted(const core::Metric& metric) const {
    double sum = 0;
    for (const auto& sample : step_.samples) sum += sample.metric == &metric ? sample.value : 0;
    return sum;
  }
  const Client::Step& step() const { return step_; }

 private:
  template <class Do>
  void next(const Do& act) {
    step_.clear();
    act();
    for (const auto& send : step_.sends)
      if (const auto* request = std::get_if<Request>(&send.message)) last_ = *request;
  }
  core::Rng rng_{3};
  Client client_;
  Client::Step step_;
  Request last_;
};

ClientSettings idle(Merge merge = Merge::all) {
  ClientSettings settings;
  settings.active = false;
  settings.merge = merge;
  return settings;
}

Versions siblings() {
  Versions versions;
  versions.write(1, {}, {"milk bread", false, core::Time(1s), {}});
  versions.write(2, {}, {"milk eggs", false, core::Time(2s), {}});
  return versions;
}

TEST(LeaderlessClient, HandsBackWithAWriteWhatItReadOfThatKey) {
  Driven client(idle());
  client.tell("get cart");
  EXPECT_EQ(client.asked().function, Function::get);
  client.answer(siblings());
  client.tell("put cart x");
  EXPECT_EQ(client.asked().context, siblings().context());
  EXPECT_EQ(client.asked().value, "x");
  client.answer({});
  client.tell("put other x");
  EXPECT_EQ(client.asked().context, clocks::VectorClock{}) << "it has read nothing of this one";
}

TEST(LeaderlessClient, ReturnsSiblingsAsTheyAre) {
  Driven client(idle());
  client.tell("get cart");
  client.answer(siblings());
  EXPECT_EQ(client.ended().outcome, Outcome::ok);
  EXPECT_EQ(client.ended().value, "milk eggs");
  EXPECT_EQ(client.ended().siblings, std::vector<std::string>{"milk bread"});
  EXPECT_EQ(client.ended().version, "") << "there is no total order to name a place in";
  EXPECT_EQ(client.counted(kSiblingReads), 1);
}

TEST(LeaderlessClient, OrMergesThemAsSetsOrTakesTheNewest) {
  for (const auto& [merge, value] : {std::pair{Merge::set, "bread eggs milk"}, std::pair{Merge::newest, "milk eggs"}}) {
    Driven client(idle(merge));
    client.tell("get cart");
    client.answer(siblings());
    EXPECT_EQ(client.ended().value, value);
    EXPECT_TRUE(client.ended().siblings.empty());
  }
}

TEST(LeaderlessClient, WritesTheUnionOfWhatItReadWithOneWordMore) {
  ClientSettings settings = idle(Merge::set);
  settings.active = true, settings.keys = 1, settings.reads = 0;
  Driven client(settings);
  client.fire(Client::Alarm::think);
  client.answer(siblings());
  client.fire(Client::Alarm::think);
  const auto words = core::split_words(client.asked().value);
  EXPECT_EQ(words.size(), 4u) << client.asked().value;
  for (const char* word : {"milk", "bread", "eggs"}) EXPECT_NE(std::find(words.begin(), words.end(), word), words.end());
}

TEST(LeaderlessClient, ADeletedValueIsAbsent) {
  Driven client(idle());
  client.tell("get k");
  Versions versions;
  versions.write(1, {}, {"", true, {}, {}});
  client.answer(versions);
  EXPECT_EQ(client.ended().value, std::nullopt);
}

TEST(LeaderlessClient, AReadIsAskedAgainElsewhereAndAWriteIsNot) {
  Driven client(idle());
  client.tell("get k");
  const core::NodeId first = client.target();
  const auto id = client.asked().id;
  client.fire(Client::Alarm::attempt, 1);   // What was told runs beside its own session.
  EXPECT_NE(client.target(), first);
  EXPECT_EQ(client.asked().id, id);
  client.answer({});
  client.tell("put k v");
  client.fire(Client::Alarm::attempt, 1);   // What was told runs beside its own session.
  EXPECT_TRUE(client.step().sends.empty());
}

TEST(LeaderlessClient, SaysUnknownOfAWriteThatMayStillBeDoneAndFailedOfOneThatWasRefused) {
  for (const auto& [status, outcome] : {std::pair{Status::unavailable, Outcome::unknown}, std::pair{Status::refused, Outcome::failed}}) {
    Driven client(idle());
    client.tell("put k v");
    const auto process = client.step().invocations.at(0).process;
    client.answer({}, status);
    EXPECT_EQ(client.ended().outcome, outcome);
    client.tell("put k w");
    EXPECT_EQ(client.step().invocations.at(0).process != process, outcome == Outcome::unknown);
  }
  Driven client(idle());
  client.tell("get k");
  client.answer({}, Status::unavailable);
  EXPECT_EQ(client.ended().outcome, Outcome::failed) << "a read does nothing";
  client.tell("put k v");
  client.fire(Client::Alarm::give_up, 1);
  EXPECT_EQ(client.ended().outcome, Outcome::unknown);
}

TEST(LeaderlessClient, DoesNotSayThatADeleteFoundNothingWhenItWasTurnedAway) {
  Driven client(idle());
  client.tell("delete k");
  client.answer({}, Status::refused);
  EXPECT_EQ(client.ended().outcome, Outcome::unknown);
}

TEST(LeaderlessClient, AProbeReadsWhatItWroteAndCountsWhetherItIsSeen) {
  for (const bool stale : {false, true}) {
    ClientSettings settings;
    settings.probe = true, settings.probe_wait = 20ms;
    Driven client(settings);
    client.fire(Client::Alarm::think);
    const Request write = client.asked();
    EXPECT_EQ(write.function, Function::put);
    client.answer(siblings());
    const auto& timers = client.step().timers;
    EXPECT_TRUE(std::any_of(timers.begin(), timers.end(), [](const auto& t) { return t.set && t.timer.kind == Client::Alarm::think && t.after == 20ms; }));
    client.fire(Client::Alarm::think);
    EXPECT_EQ(client.asked().function, Function::get);
    EXPECT_EQ(client.asked().key, write.key);
    client.answer(stale ? Versions{} : siblings());
    EXPECT_EQ(client.counted(kProbes), 1);
    EXPECT_EQ(client.counted(kStale), stale ? 1 : 0);
  }
}

TEST(LeaderlessClient, RefusesWordsThatItDoesNotKnow) {
  Driven client(idle());
  EXPECT_EQ(client.tell("append k v"), "expected one of: get K, put K V, delete K");
  EXPECT_EQ(client.tell("put k"), "expected one of: get K, put K V, delete K");
}

TEST(LeaderlessClient, NumbersAreNotUsedTwiceAlsoAfterACrash) {
  const core::Roster roster{9, {9}, {{"nodes", {1, 2, 3}}}, {}};
  core::Rng rng(1);
  Client::Durable disk;
  std::uint64_t last = 0;
  for (int life = 0; life < 3; ++life) {
    Client client(roster, idle(), disk);
    Client::Step step;
    step.rng = &rng;
    client.start(step);
    client.on_tell(step, "get k");
    for (const auto& write : step.writes) disk.apply(write);
    EXPECT_GT(step.invocations.at(0).id, last);
    last = step.invocations.at(0).id;
  }
}

}  // namespace
}  // namespace leaderless
