// Leaderless replication: every key is kept by N nodes, any node takes any request, a write is done when W of them have
// it and a read when R of them have answered. What the others missed reaches them later.
//
// After DeCandia et al., Dynamo: Amazon's Highly Available Key-value Store (SOSP 2007); the sections that comments name
// are its. Read messages.h first, then coordinate.cc (4.4, 4.5, 5), handoff.cc (4.6: suspicion, hints) and entropy.cc (4.7).
//
// What it guarantees, as long as disks keep what they said they keep:
//   1. With strict quorums and R + W > N a read sees every write that was acknowledged before it began.
//   2. With siblings, no write replaces a value that its client had not read; nobody drops one that was not replaced.
//   3. A hint is thrown away only when the node it was for has it, or when it has expired.
//   4. When nodes are up, connected and left alone, anti-entropy makes all replicas of a key equal.
//   Without R + W > N, with a sloppy quorum, or with last write wins, an acknowledged write may be unseen, or lost for ever:
//   this is what these save time and availability with.
// invariants.h checks 1 to 3 after every step. 4 is for the tests: a cluster may never be left alone for long enough.
//
// Left out: tombstones are never collected (when it is safe is for an operator to say; section 4.4 has the same question with
// the truncation of clocks, which are not needed here: dots grow with nodes, not with clients); gossip of membership
// (section 4.8): all nodes have the same ring from the start. A coordinator that keeps no key of its own range, a stand-in
// when all N are silent, goes on keeping what it wrote: it has given out dots in its own name, and must not give them twice.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mechanisms/core/step.h"
#include "mechanisms/replication/leaderless/durable.h"
#include "mechanisms/replication/leaderless/metrics.h"
#include "mechanisms/replication/leaderless/settings.h"

namespace leaderless {

enum class Alarm : std::uint8_t {
  operation,  // Of an operation: not all have answered.
  probe,      // Of a node: it has not answered, or was left alone for long enough.
  handoff,    // Hints are offered again, and those that are too old go.
  entropy,    // Trees are compared.
};
constexpr auto names(Alarm) { return std::array<std::string_view, 4>{"operation", "probe", "handoff", "entropy"}; }

struct Shown {
  std::uint64_t keys{}, siblings{};
  std::uint64_t hints{};                  // Kept for others.
  std::uint64_t open{};                   // Operations that it coordinates.
  std::vector<core::NodeId> suspected;
  FIELDS(Shown, keys, siblings, hints, open, suspected)
};

class Invariants;  // invariants.h

class Replica {
 public:
  using Message = leaderless::Message;
  using Timer = core::Timer<Alarm>;
  using Write = leaderless::Write;
  using Durable = leaderless::Durable;
  using Settings = leaderless::Settings;
  using Shown = leaderless::Shown;
  using Invariants = leaderless::Invariants;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{core::Tell{"repair", "Compare trees with all others now."},
                                     core::Tell{"handoff", "Offer hints now to those they are for."}};
  static constexpr std::array kMetrics{&kCoordinatedReads, &kCoordinatedWrites, &kUnavailable, &kSuspected,   &kKeys,
                                       &kSiblings,         &kHints,             &kHintsCreated, &kHintsDelivered, &kHintsExpired,
                                       &kReadRepairs,      &kSyncRounds,        &kSyncBytes,    &kSyncKeys};

  Replica(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Request& m);
  void on_message(Step& step, core::NodeId from, const Forward& m);
  void on_message(Step& step, core::NodeId from, const Store& m);
  void on_message(Step& step, core::NodeId from, const Stored& m);
  void on_message(Step& step, core::NodeId from, const Fetch& m);
  void on_message(Step& step, core::NodeId from, const Fetched& m);
  void on_message(Step& step, core::NodeId from, const Repair& m);
  void on_message(Step& step, core::NodeId from, const Handoff& m);
  void on_message(Step& step, core::NodeId from, const HandedOff& m);
  void on_message(Step& step, core::NodeId from, const Ping& m);
  void on_message(Step& step, core::NodeId from, const Pong& m);
  void on_message(Step& step, core::NodeId from, const Compare& m);
  void on_message(Step& step, core::NodeId from, const LeafKeys& m);
  void on_message(Step& step, core::NodeId from, const Want& m);
  void on_message(Step&, core::NodeId, const Reply&) {}  // For clients.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const;
  core::Face face() const { return {"replica", 0}; }

  // For the invariants and the tests.
  struct Answer {                // The last that a client was told.
    core::NodeId client{};
    Request request;
    std::uint64_t operation{};
    std::uint32_t n{}, needed{};   // Of how many nodes how many had to answer.
    Reply reply;
    friend bool operator==(const Answer&, const Answer&) = default;
  };
  struct Minted {                // The last write that this node gave its dot.
    std::string key;
    clocks::VectorClock seen;    // What its client had read.
    std::uint64_t operation{};
    friend bool operator==(const Minted&, const Minted&) = default;
  };
  core::NodeId id() const { return id_; }
  std::string name_of(core::NodeId id) const { return names_.of(id); }
  const Settings& settings() const { return settings_; }
  const Keys& keys() const { return keys_; }
  const Hints& hints() const { return hints_; }
  const partitioning::Ring& ring() const { return ring_; }
  bool suspects(core::NodeId peer) const { return suspicions_.count(peer) != 0; }
  std::uint64_t hints_expired() const { return hints_expired_; }
  std::uint64_t changes() const { return changes_; }   // Grows whenever keys or hints change.
  // The last operation that it began, and of an open one what was asked; null: it has ended.
  std::uint64_t operations() const { return operations_made_; }
  const Request* request_of(std::uint64_t operation) const {
    const auto it = open_.find(operation);
    return it == open_.end() ? nullptr : &it->second.request;
  }
  const std::optional<Answer>& answered() const { return answered_; }
  const std::optional<Minted>& minted() const { return minted_; }
  const Versions* find(const std::string& key) const;
  friend bool operator==(const Replica&, const Replica&) = default;

 private:
  struct Target {                       // One that was asked.
    core::NodeId owner = core::kNobody; // For whom it stands in; nobody: it keeps the key itself.
    bool answered = false;
    friend bool operator==(const Target&, const Target&) = default;
  };
  struct Operation {                    // That this node coordinates.
    core::NodeId client = core::kNobody;
    Request request;
    std::vector<core::NodeId> preferred;   // The N that keep the key.
    std::uint32_t needed = 0;              // W or R.
    std::map<core::NodeId, Target> targets;
    Versions versions;                     // What is written; or what the answers add up to.
    std::map<core::NodeId, Versions> answers;
    bool told = false;                     // The client was.
    bool widened = false;                  // Others were asked to stand in for those that were silent.
    friend bool operator==(const Operation&, const Operation&) = default;
  };

  // coordinate.cc
  void coordinate(Step& step, core::NodeId client, const Request& request, bool forwarded);
  std::string impossible(const Request& request) const;
  bool pass_on(Step& step, core::NodeId client, const Request& request, const std::vector<core::NodeId>& preferred);
  void mint(Step& step, std::uint64_t number, Operation& operation);
  void stamp(core::Time now, Versions& versions, Value value);
  void choose_targets(Operation& operation);
  core::NodeId stand_in(const Operation& operation) const;
  void ask(Step& step, std::uint64_t number, Operation& operation, core::NodeId target);
  bool counts(const Target& target) const;
  Versions known(const std::string& key) const;
  void count_answers(Step& step, std::uint64_t number);
  void tell_client(Step& step, std::uint64_t number, Operation& operation, Reply reply);
  void time_out(Step& step, std::uint64_t number);
  void finish(Step& step, std::uint64_t number);
  void repair_readers(Step& step, const Operation& operation);
  bool is_write(const Operation& operation) const { return operation.request.function != Function::get; }

  // handoff.cc
  void heard(Step& step, core::NodeId peer);
  void suspect(Step& step, core::NodeId peer);
  void watch(Step& step, core::NodeId peer);
  void probe(Step& step, core::NodeId peer);
  void keep_hint(Step& step, core::NodeId owner, const std::string& key, const Versions& versions);
  void hand_off(Step& step, core::NodeId owner);
  void expire_hints(Step& step);

  // entropy.cc
  bool keep(Step& step, const std::string& key, const Versions& versions);
  void plant_trees();
  Merkle* tree_of(partitioning::Position at);
  void compare_with(Step& step, core::NodeId peer);
  void send_counted(Step& step, core::NodeId to, Message message);
  std::vector<Place> places_in(const partitioning::Arc& arc) const;
  void sample(Step& step);
  void arm_entropy(Step& step);

  core::NodeId id_;
  std::vector<core::NodeId> peers_;   // The others.
  core::Names names_;
  Settings settings_;
  partitioning::Ring ring_;

  // Durable: every change goes through Step::persist in the same step.
  Keys keys_;
  Hints hints_;

  // Lost in a crash.
  std::map<partitioning::Position, Merkle> trees_;   // Of the arcs whose keys it keeps, by their ends.
  std::map<std::uint64_t, Operation> open_;
  std::uint64_t operations_made_ = 0;
  struct Suspicion {
    core::Duration wait{};            // How long it is left alone.
    friend bool operator==(const Suspicion&, const Suspicion&) = default;
  };
  std::map<core::NodeId, Suspicion> suspicions_;
  std::set<core::NodeId> watched_;    // Were asked whether they live, and are not suspected yet.
  core::Time last_stamp_{};
  std::uint64_t siblings_ = 0;
  std::uint64_t hints_expired_ = 0;
  std::uint64_t changes_ = 0;
  std::optional<Answer> answered_;
  std::optional<Minted> minted_;
};

}  // namespace leaderless
