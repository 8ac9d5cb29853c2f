// Leaderless replication: every key is kept by N nodes, any node takes any request, a write is done when W of them have
// it and a read when R of them have answered. What the others missed reaches them later.
//
// After DeCandia et al., Dynamo: Amazon's Highly Available Key-value Store (SOSP 2007); the sections that comments name
// are its. Read messages.h first, then coordinate.cc (4.4, 4.5, 5), handoff.cc (4.6: suspicion, hints), entropy.cc (4.7),
// membership.cc (4.8: who is on the ring) and offers.cc (4.9: how keys move, and when they are forgotten).
//
// What it guarantees, as long as disks keep what they said they keep:
//   1. With strict quorums and R + W > N a read sees every write that was acknowledged before it began, if those who coordinated
//      them knew of the same nodes on the ring. While one joins or leaves others may not know it yet.
//   2. With siblings, no write replaces a value that its client had not read; nobody drops one that was not replaced.
//   3. A hint is thrown away only when the node it was for has it, or when it has expired.
//   4. When nodes are up, connected and left alone, anti-entropy makes all replicas of a key equal.
//   5. A node gives up a key only when all N that now keep it have what it had. So a node that joins or leaves loses nothing.
//   6. A deletion is forgotten only after `tombstone_grace`, and when none that keep the key have anything older (Cassandra's
//      gc_grace_seconds). A node that was away for longer, off the ring, may still bring back what was deleted.
//   Without R + W > N, with a sloppy quorum, or with last write wins, an acknowledged write may be unseen, or lost for ever:
//   this is what these save time and availability with.
// invariants.h checks all but 4 after every step. 4 is for the tests: a cluster may never be left alone for long enough.
//
// Left out: truncation of clocks (section 4.4), which is not needed: dots grow with nodes, not with clients; an order of
// changes to the ring that all agree on (two that join or leave at once may leave a reader without overlap for a while);
// removal of a node that is dead for good: restart it, and let it leave.
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
#include "mechanisms/replication/leaderless/work.h"

namespace leaderless {

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
                                     core::Tell{"handoff", "Offer hints now to those they are for."},
                                     core::Tell{"join", "Take a place on the ring, and the keys that belong there."},
                                     core::Tell{"leave", "Hand all keys over to others, and leave the ring."}};
  static constexpr std::array kMetrics{&kCoordinatedReads, &kCoordinatedWrites, &kUnavailable, &kSuspected,   &kKeys,
                                       &kSiblings,         &kHints,             &kHintsCreated, &kHintsDelivered, &kHintsExpired,
                                       &kReadRepairs,      &kSyncRounds,        &kSyncBytes,    &kSyncKeys,
                                       &kOnRing,           &kOffered,           &kHandedOver,  &kGivenUp,     &kTombstones, &kCollected};

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
  void on_message(Step& step, core::NodeId from, const Members& m);
  void on_message(Step& step, core::NodeId from, const Offer& m);
  void on_message(Step& step, core::NodeId from, const Accept& m);
  void on_message(Step& step, core::NodeId from, const HandedOver& m);
  void on_message(Step&, core::NodeId, const Reply&) {}  // For clients.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const;
  core::Face face() const { return {standing() == Standing::in ? "replica" : core::name_of(standing()), 0}; }

  // For the invariants and the tests.
  core::NodeId id() const { return id_; }
  std::string name_of(core::NodeId id) const { return names_.of(id); }
  const Settings& settings() const { return settings_; }
  const Keys& keys() const { return keys_; }
  const Hints& hints() const { return hints_; }
  const partitioning::Ring& ring() const { return ring_; }
  Standing standing() const { return members_.at(id_).standing; }
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
  const Versions* find(const std::string& key) const;
  friend bool operator==(const Replica&, const Replica&) = default;

 private:
  using Confirmed = std::map<core::NodeId, Digest>;   // Who has said of which versions that it has them.

  // coordinate.cc
  void coordinate(Step& step, core::NodeId client, const Request& request, bool forwarded);
  std::string impossible(const Request& request) const;
  void note_width(Step& step, std::uint32_t n);
  bool came_before(core::NodeId client, std::uint64_t request);
  bool heard_lately(core::Time now, core::NodeId peer) const;
  bool pass_on(Step& step, core::NodeId client, const Request& request, const std::vector<core::NodeId>& preferred);
  void mint(Step& step, Operation& operation);
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

  // membership.cc
  void draw_rings();
  std::size_t on_ring() const;
  std::string change_standing(Step& step, bool join);
  void set_standing(Step& step, Standing standing);
  Members history() const;
  void arm_gossip(Step& step);
  void gossip(Step& step);
  std::set<core::NodeId> sources() const;
  void complete_change(Step& step);

  // offers.cc
  Errand errand_of(const Place& place, const Versions& versions, core::Time now) const;
  std::vector<core::NodeId> lacking(const Place& place, const Confirmed& confirmed, const Errand& errand) const;
  bool settle(Step& step, std::map<Place, Confirmed>::iterator offer);
  bool is_forgettable(const Versions& versions, core::Time now) const;
  std::set<core::NodeId> review_offers(Step& step);
  void offer_keys(Step& step);
  void offer_more(Step& step, core::NodeId peer);
  void send_offers(Step& step, core::NodeId peer, Place from);
  void confirm(Step& step, core::NodeId peer, const std::string& key, Digest digest);
  void drop(Step& step, const Place& place, bool collected);
  core::NodeId write_name() const { return id_ | minted_.name << kNameBits; }

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
  std::uint32_t points_;

  // Durable: every change goes through Step::persist in the same step.
  Keys keys_;
  Hints hints_;
  std::map<core::NodeId, Member> members_;   // Of all nodes.
  Minted minted_;
  std::uint32_t widest_ = 0;

  // Lost in a crash.
  partitioning::Ring ring_, next_;           // Who keeps what; and who will when those that join and leave have done so.
  std::uint64_t ring_digest_ = 0, members_digest_ = 0;
  std::map<Place, Confirmed> offers_;        // Keys of which others must say that they have them; and all tombstones.
  std::map<core::NodeId, Batch> batches_;
  std::map<std::string, core::Time> asked_for_;   // What it was offered, and has said that it wants.
  std::set<core::NodeId> handed_over_;       // Who has said, to this node, that it has handed over all.
  bool named_ = true;                        // It may have written under its present name.
  std::map<partitioning::Position, Merkle> trees_;   // Of the arcs whose keys it keeps, by their ends.
  std::map<std::uint64_t, Operation> open_;
  std::uint64_t operations_made_ = 0;
  std::map<core::NodeId, core::Duration> suspicions_;   // How long each is left alone.
  std::set<core::NodeId> watched_;    // Were asked whether they live, and are not suspected yet.
  std::map<core::NodeId, core::Time> heard_at_;
  std::vector<Passing> passing_;
  std::map<core::NodeId, std::set<std::uint64_t>> requests_;   // The last of each client.
  core::Time last_stamp_{};
  std::uint64_t siblings_ = 0, tombstones_ = 0;
  std::uint64_t hints_expired_ = 0;
  std::uint64_t changes_ = 0;
  std::optional<Answer> answered_;
};

}  // namespace leaderless
