#include "app/window/panels/checks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "labs/check/generate.h"
#include "mechanisms/core/codec.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/pictures.h"
#include "tests/app/window/scene.h"

namespace window {
namespace {

using check::Verdict;
using std::chrono::milliseconds;

const std::string kChecked = "# Checks\n\n```system\n[[group]]\nname = \"servers\"\nkind = \"raft\"\ncount = 3\n\n[[group]]\nname = \"clients\"\nkind = \"raft-client\"\nto = [\"servers\"]\n```\n";

// Writes a history into a recording, an entry a millisecond.
class Clients {
 public:
  explicit Clients(Scene& scene) : scene_(scene) {}
  std::uint64_t begin(std::uint64_t process, const std::string& function, const std::string& key, const std::string& value = {}) {
    record::Event event;
    event.at = core::kStart + milliseconds(++now_), event.kind = record::EventKind::invoke, event.node = 4;
    scene_.add(event, {}, core::encode(core::Invocation{++id_, process, function, key, value, {}}));
    return id_;
  }
  void end(std::uint64_t id, std::optional<std::string> value = {}, core::Outcome outcome = core::Outcome::ok) {
    record::Event event;
    event.at = core::kStart + milliseconds(++now_), event.kind = record::EventKind::complete, event.node = 4;
    scene_.add(event, {}, core::encode(core::Completion{id, outcome, std::move(value)}));
  }
  void put(const std::string& key, const std::string& value) { end(begin(1, "put", key, value)); }
  void get(const std::string& key, std::optional<std::string> value) { end(begin(1, "get", key), std::move(value)); }

 private:
  Scene& scene_;
  std::int64_t now_ = 0;
  std::uint64_t id_ = 0;
};

Finding judged(const Scene& scene, std::size_t last, check::Promise promise = check::Promise::linearizable) {
  OperationLog log;
  EXPECT_TRUE(log.read(scene.run, scene.run.size(), scene.run.size()));
  const std::atomic<bool> stop{false};
  return judge(log.copy(), last, promise, stop);
}

struct Looking {
  Looking() : stage(1200, 600), hands(stage, [this] {
    checks.draw(scene.view(), scene.selection, scene.commands);
    checks.draw_state(scene.view(), {600, 590});
  }) {}
  // Until the thread has found something.
  bool wait_for(const std::string& name) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!hands.sees(name) && std::chrono::steady_clock::now() < until) {
      hands.frame();
      std::this_thread::yield();
    }
    return hands.sees(name);
  }
  Scene scene{kChecked};
  Checks checks;
  Stage stage;
  Hands hands;
};

TEST(Checks, AStaleReadIsFoundAndSaidInWords) {
  Scene scene(kChecked);
  Clients clients(scene);
  clients.put("k", "a");
  clients.put("k", "b");
  clients.get("k", "a");
  const Finding f = judged(scene, 0);
  EXPECT_EQ(f.answer, Verdict::Answer::broken);
  EXPECT_NE(f.reason.find("has no place"), std::string::npos);
  ASSERT_EQ(f.operations.size(), 3u) << "both writes belong to it";
  EXPECT_TRUE(f.operations[2].offends);
  EXPECT_EQ(f.operations[2].place.end_row, 5u);
}

TEST(Checks, EachPromiseIsJudgedAndToldWithItsOperations) {
  Scene scene(kChecked);
  Clients clients(scene);
  clients.put("k", "a");
  clients.put("k", "b");
  clients.get("k", "a");
  const Finding own = judged(scene, 0, check::Promise::read_your_writes);
  EXPECT_EQ(own.answer, Verdict::Answer::broken);
  EXPECT_NE(own.reason.find("it does not see its own write"), std::string::npos) << own.reason;
  EXPECT_EQ(own.operations.size(), 3u);
  EXPECT_EQ(judged(scene, 0, check::Promise::monotonic_reads).answer, Verdict::Answer::kept);
}

TEST(Checks, AnExcerptOfAWeakerPromiseLeavesOutWhatRestsOnWhatIsLeftOut) {
  Scene scene(kChecked);
  Clients clients(scene);
  clients.put("k", "a");
  for (int i = 0; i < 20; ++i) clients.get("k", "a");
  clients.put("j", "x");
  clients.get("j", "x");
  const Finding f = judged(scene, 5, check::Promise::causal);
  EXPECT_EQ(f.answer, Verdict::Answer::kept) << f.reason;
  EXPECT_EQ(f.judged, 2u) << "who wrote `a` is not among the last five";
  clients.get("j", std::nullopt);
  EXPECT_EQ(judged(scene, 5, check::Promise::causal).answer, Verdict::Answer::broken);
}

TEST(Checks, TheMarkQuietInARunLetsConvergenceBeJudged) {
  Scene scene(kChecked);
  Clients clients(scene);
  clients.put("k", "a");
  clients.end(clients.begin(2, "get", "k"), "a");
  clients.end(clients.begin(3, "get", "k"), std::nullopt);
  EXPECT_EQ(judged(scene, 0, check::Promise::convergent).answer, Verdict::Answer::unknown);
  scene.command(milliseconds(7), "mark quiet");
  clients.end(clients.begin(2, "get", "k"), "a");
  clients.end(clients.begin(3, "get", "k"), std::nullopt);
  EXPECT_EQ(judged(scene, 0, check::Promise::convergent).answer, Verdict::Answer::broken);
}

TEST(Checks, AnExcerptBeginsWhereTheValueOfAKeyIsCertain) {
  Scene scene(kChecked);
  Clients clients(scene);
  clients.put("k", "a");
  for (int i = 0; i < 20; ++i) clients.get("k", "a");
  OperationLog log;
  log.read(scene.run, scene.run.size(), scene.run.size());
  const Excerpt excerpt = excerpt_of(log.copy(), 3, check::Promise::linearizable);
  EXPECT_EQ(excerpt.operations, 3u);
  EXPECT_EQ(excerpt.left_out, 18u);
  // Without what was there before, reads of `a` would have no place.
  EXPECT_EQ(judged(scene, 3).answer, Verdict::Answer::kept);
  clients.get("k", "b");
  EXPECT_EQ(judged(scene, 3).answer, Verdict::Answer::broken);
}

TEST(Checks, WhatNobodyAnsweredMayStillBeDoneWithinAnExcerpt) {
  Scene scene(kChecked);
  Clients clients(scene);
  clients.end(clients.begin(7, "put", "k", "late"), {}, core::Outcome::unknown);
  clients.put("k", "a");
  for (int i = 0; i < 10; ++i) clients.get("k", "a");
  clients.get("k", "late");
  EXPECT_EQ(judged(scene, 2).answer, Verdict::Answer::kept);
}

TEST(Checks, NoExcerptOfAnAtomicObjectsHistoryIsWrong) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    core::Rng rng(seed);
    check::Shape shape;
    shape.clients = 4, shape.operations = 40, shape.keys = 3, shape.unknown = seed % 2 == 0 ? 0.05 : 0;
    const check::History history = check::generate(check::Model::kv, shape, rng);
    Scene scene(kChecked);
    // In the order of their positions, as a recording would have them.
    std::map<std::uint64_t, std::pair<std::size_t, bool>> moments;
    const auto& all = history.operations();
    for (std::size_t i = 0; i < all.size(); ++i) {
      moments[all[i].call] = {i, true};
      if (all[i].end != check::Operation::kNever) moments[all[i].end] = {i, false};
    }
    for (const auto& [position, moment] : moments) {
      const auto& o = all[moment.first];
      record::Event event;
      event.at = core::kStart + milliseconds(position), event.node = 4;
      event.kind = moment.second ? record::EventKind::invoke : record::EventKind::complete;
      const std::uint64_t process = o.end == check::Operation::kNever ? 1000 + moment.first : o.process;
      scene.add(event, {}, moment.second ? core::encode(core::Invocation{moment.first + 1, process, o.function, o.key, o.value, o.expected})
                                         : core::encode(core::Completion{moment.first + 1, o.outcome, o.result}));
    }
    for (const std::size_t last : {std::size_t{5}, std::size_t{20}, std::size_t{60}})
      EXPECT_EQ(judged(scene, last).answer, Verdict::Answer::kept) << "seed " << seed << ", last " << last << ": " << judged(scene, last).reason;
  }
}

TEST(Checks, TheLogReadsInPiecesAndItsCopyDoesNotGrow) {
  Scene scene(kChecked);
  Clients clients(scene);
  for (int i = 0; i < 1500; ++i) clients.put("k", std::to_string(i));
  OperationLog log;
  EXPECT_FALSE(log.read(scene.run, scene.run.size(), 1000));
  const auto copy = log.copy();
  while (!log.read(scene.run, scene.run.size(), 1000)) {
  }
  std::size_t copied = 0;
  for (const auto& block : copy.blocks) copied += block->size();
  EXPECT_EQ(copied, 1000u);
  EXPECT_EQ(log.size(), 3000u);
}

TEST(Checks, ASearchThatNobodyWantsAnyMoreEnds) {
  Scene scene(kChecked);
  Clients clients(scene);
  // Many open appends that nobody answered: their orders are too many to look at.
  for (std::uint64_t i = 0; i < 40; ++i) clients.begin(100 + i, "append", "k", std::string(1, static_cast<char>('a' + i % 26)));
  for (int i = 0; i < 30; ++i) clients.get("k", std::string(static_cast<std::size_t>(i + 1), 'a'));
  OperationLog log;
  log.read(scene.run, scene.run.size(), scene.run.size());
  const auto began = std::chrono::steady_clock::now();
  { const Judging judging(log.copy(), 0, {check::Promise::linearizable}); }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(Checks, PromisesHoldUntilTheMomentAtWhichOneBreaks) {
  Scene scene(kChecked);
  scene.command(milliseconds(10), "mark here");
  ASSERT_EQ(fold_promises(scene.view()).size(), 1u);
  EXPECT_EQ(fold_promises(scene.view())[0].state, Promise::State::holds);
  record::Event event;
  event.at = core::kStart + milliseconds(50), event.kind = record::EventKind::violation, event.node = 2;
  const std::string why = "two leaders in term 3";
  const auto row = scene.add(event, "raft", core::Bytes(why.begin(), why.end()));
  const Promise broken = fold_promises(scene.view())[0];
  EXPECT_EQ(broken.state, Promise::State::broken);
  EXPECT_EQ(broken.row, row);
  EXPECT_EQ(broken.node, "S2");
  EXPECT_EQ(broken.reason, why);
  scene.at = core::kStart + milliseconds(20);
  EXPECT_EQ(fold_promises(scene.view())[0].state, Promise::State::later);
}

TEST(Checks, ABrokenPromiseIsShownAndJumpedTo) {
  Looking l;
  record::Event event;
  event.at = core::kStart + milliseconds(50), event.kind = record::EventKind::violation, event.node = 2;
  const std::string why = "two leaders in term 3";
  const auto row = l.scene.add(event, "raft", core::Bytes(why.begin(), why.end()));
  l.hands.frame();
  EXPECT_TRUE(l.hands.sees("promise:raft:broken")) << l.hands.all();
  EXPECT_TRUE(l.hands.sees("checks:broken"));
  l.hands.click("button:Show");
  EXPECT_EQ(l.scene.selection.row, row);
  ASSERT_EQ(wishes<Seek>(l.scene.commands).size(), 1u);
  EXPECT_EQ(wishes<Seek>(l.scene.commands)[0].to, event.at);
}

TEST(Checks, StoppingAtAViolationIsSwitched) {
  Looking l;
  l.hands.frame();
  EXPECT_TRUE(l.hands.sees("checks:kept")) << l.hands.all();
  l.hands.click("switch:Stop at a violation");
  ASSERT_EQ(wishes<StopAtViolation>(l.scene.commands).size(), 1u);
  EXPECT_FALSE(wishes<StopAtViolation>(l.scene.commands)[0].on);
}

// Who reads after two writes gets the first.
void read_stale(Scene& scene) {
  Clients clients(scene);
  clients.put("k", "a");
  clients.put("k", "b");
  clients.get("k", "a");
}

TEST(Checks, CheckNowFindsAStaleReadAndLeadsToIt) {
  Looking l;
  read_stale(l.scene);
  l.hands.frame();
  EXPECT_TRUE(l.hands.sees("text:Not checked yet."));
  l.hands.click("button:Check now");
  ASSERT_TRUE(l.wait_for("verdict:not linearizable")) << l.hands.all();
  EXPECT_EQ(l.checks.state_colour(l.scene.view()), theme().bad);
  for (const auto& probe : l.stage.probes()) EXPECT_EQ(probe.name.find("process"), std::string::npos) << probe.name;
  l.hands.click("button:00:00.005 to 00:00.006");
  EXPECT_EQ(l.scene.selection.row, 5u);
  // It is looked at closely, in the diagram.
  EXPECT_EQ(wishes<Show>(l.scene.commands).size(), 1u);
  EXPECT_FALSE(l.scene.selection.follow);
  EXPECT_LE(l.scene.selection.to - l.scene.selection.from, milliseconds(50));
}

TEST(Checks, AnyPromiseIsChosenAndItsWitnessLedTo) {
  Looking l;
  read_stale(l.scene);
  l.hands.frame();
  l.hands.click("check:read-your-writes");
  l.hands.click("check:monotonic-reads");
  l.hands.click("check:linearizable");
  l.hands.click("button:Check now");
  ASSERT_TRUE(l.wait_for("verdict:not read-your-writes")) << l.hands.all();
  EXPECT_TRUE(l.hands.sees("verdict:monotonic-reads"));
  EXPECT_FALSE(l.hands.sees("verdict:not linearizable")) << "nobody asked";
  EXPECT_TRUE(l.hands.sees("text:Not read-your-writes"));
  // One more: it is judged at once, and what is asked for no more is not told.
  l.hands.click("check:causal");
  ASSERT_TRUE(l.wait_for("verdict:not causal")) << l.hands.all();
  save_picture(l.stage, "checks-promises");
  l.hands.click("check:read-your-writes");
  l.hands.frame();
  EXPECT_FALSE(l.hands.sees("verdict:not read-your-writes"));
  l.hands.click("button:00:00.005 to 00:00.006");
  EXPECT_EQ(l.scene.selection.row, 5u);
  EXPECT_EQ(wishes<Show>(l.scene.commands).size(), 1u);
}

TEST(Checks, LooksOnlyAtWhatHadHappenedByTheMoment) {
  Looking l;
  read_stale(l.scene);
  l.scene.at = core::kStart + milliseconds(4);
  l.hands.frame();
  l.hands.click("button:Check now");
  ASSERT_TRUE(l.wait_for("verdict:linearizable")) << l.hands.all();
}

TEST(Checks, KeepCheckingJudgesWhatComesLater) {
  Looking l;
  Clients clients(l.scene);
  clients.put("k", "a");
  l.hands.frame();
  l.hands.click("switch:Keep checking");
  ASSERT_TRUE(l.wait_for("verdict:linearizable")) << l.hands.all();
  clients.put("k", "b");
  clients.get("k", "a");
  EXPECT_TRUE(l.wait_for("verdict:not linearizable")) << l.hands.all();
}

TEST(Checks, AFrameIsShortWhileMuchIsJudged) {
  Looking l;
  Clients clients(l.scene);
  for (int i = 0; i < 30000; ++i) clients.put("k" + std::to_string(i % 10), std::to_string(i));
  l.hands.frame();
  l.hands.click("choice:all");
  l.hands.click("button:Check now");
  double most = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!l.hands.sees("verdict:linearizable") && std::chrono::steady_clock::now() < until) {
    const std::clock_t began = std::clock();
    l.stage.frame([&] { ImGui::Begin("other"); l.checks.draw(l.scene.view(), l.scene.selection, l.scene.commands); ImGui::End(); });
    most = std::max(most, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
  }
  // Processor time of all threads together: the search's own counts too, so that this only guards against seconds.
  EXPECT_LT(most, 0.5);
  EXPECT_TRUE(l.hands.sees("verdict:linearizable"));
}

}  // namespace
}  // namespace window
