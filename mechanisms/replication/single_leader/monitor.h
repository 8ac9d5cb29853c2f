// The monitor: asks every node whether it lives and, when the primary no longer answers, promotes the replica whose log
// reaches furthest. What MySQL's orchestrator, repmgr and Patroni do, in its simplest form.
//
// A failover has three parts, in this order. Fence: all nodes are told of a new epoch; who grants it takes nothing from the
// old primary any more, and says how far its log reaches. Wait: until `quorum` nodes have granted, and until the old
// primary's lease is over if it did not grant itself. Promote: of those who granted, the one whose log reaches furthest.
// It is Paxos' first phase: with quorum + acks >= n whatever was acknowledged is in one of the logs that were compared.
//
// A switchover is a failover that is planned, and loses nothing in any mode: the primary is fenced first, and leaves only when
// the node that is to follow it has all of its log (handover.cc). Until it has left, everything can be called off.
//
// A monitor that is cut off from a primary that lives cannot tell it from a dead one. It can ask the replicas whether they
// still hear it (`ask_replicas`), and wait until its lease has ended; what it cannot do is be sure and quick at once.
//
// Several monitors never begin the same epoch. But a lease is known only to the one that gave it: with leases, have one.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"
#include "mechanisms/replication/single_leader/messages.h"
#include "mechanisms/replication/single_leader/metrics.h"

namespace single_leader {

struct MonitorFlaws {
  bool promote_any{};
  bool hasty_switchover{};
  FIELDS(MonitorFlaws, promote_any, hasty_switchover)
  static constexpr auto kDeclared = std::array{
      core::Setting{"hasty_switchover", "", "", "", "A switchover promotes the node that was named at once, and asks nobody."},
      core::Setting{"promote_any", "", "", "", "Promotes the first replica that answers, not the one whose log reaches furthest."}};
};

struct MonitorSettings {
  bool active = true;
  core::Duration interval = std::chrono::milliseconds(100);
  std::uint32_t threshold = 3;
  std::uint32_t quorum = 0;
  core::Duration lease{};
  bool ask_replicas = false;
  core::Duration switchover_timeout = std::chrono::seconds(2);
  MonitorFlaws flaws;
  FIELDS(MonitorSettings, active, interval, threshold, quorum, lease, ask_replicas, switchover_timeout, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"active", "", "", "", "Whether it promotes by itself; off: it only watches."},
      core::Setting{"interval", "1ms", "1h", "", "How often it asks every node whether it lives."},
      core::Setting{"threshold", "1", "1000", "checks", "So many checks in a row without an answer, and the primary is taken for dead."},
      core::Setting{"quorum", "0", "100", "nodes",
                    "So many nodes must have left the old epoch before one is promoted; 0: whoever answers will do."},
      core::Setting{"lease", "0", "1h", "", "How long a primary may go on serving after its last answer; as long as the primary's own."},
      core::Setting{"ask_replicas", "", "", "", "Promotes nobody while replicas still hear the primary."},
      core::Setting{"switchover_timeout", "1ms", "1h", "",
                    "How long a switchover may keep writes waiting for the new primary to catch up; then it is called off."}};
};

class Monitor {
 public:
  enum class Alarm : std::uint8_t {
    check,  // Every node is asked, or asked again to leave the old epoch.
  };
  friend constexpr auto names(Alarm) { return std::array<std::string_view, 1>{"check"}; }
  struct SaveWatched {
    Epoch epoch{};
    core::NodeId chosen{};  // Whom it promoted in it; 0: nobody yet, or the node was the primary before the monitor came.
    std::uint32_t consulted{};  // How many had granted the fence then,
    Epoch ended{};              // and the latest epoch that one of these had led.
    FIELDS(SaveWatched, epoch, chosen, consulted, ended)
  };
  struct Durable {
    SaveWatched watched;
    void apply(const SaveWatched& write) { watched = write; }
    std::vector<SaveWatched> image() const { return {watched}; }
  };
  struct Shown {
    Epoch epoch{};
    core::NodeId primary{};
    std::uint32_t missed{};                   // Checks in a row that the primary has not answered.
    std::map<core::NodeId, Position> logs;    // How far each reaches, as it last said.
    std::vector<core::NodeId> granted;        // In a failover: who has left the old epoch.
    core::NodeId successor{};                 // In a switchover: who is to follow.
    FIELDS(Shown, epoch, primary, missed, logs, granted, successor)
  };
  using Message = single_leader::Message;
  using Timer = core::Timer<Alarm>;
  using Write = SaveWatched;
  using Settings = MonitorSettings;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{core::Tell{"failover", "Replace the primary now, whether it answers or not."},
                                     core::Tell{"switchover NODE", "Let this node follow the primary, as soon as it has all of its log."}};
  static constexpr std::array kMetrics{&kChecksFailed, &kHeldBack, &kFailovers, &kSwitchovers, &kFailoverTime, &kMayBeLost};

  Monitor(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const HealthReply& m);
  void on_message(Step& step, core::NodeId from, const FenceReply& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For replicas and clients.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const;
  core::Face face() const { return {failover_ ? "promoting" : "monitor", epoch_}; }
  friend bool operator==(const Monitor&, const Monitor&) = default;

 private:
  struct Seen {
    Position last;
    core::Time heard{};     // By the monitor's clock; meaningful if `ever`.
    core::Time their_time{};  // By its own clock, when it sent that answer.
    bool ever = false;
    bool hears_primary = false;
    bool answered = false;  // Since the last check.
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  struct Failover {
    core::Time began{};             // When the old primary's first check was missed.
    core::Time fenced{};            // When enough had granted; meaningful if `enough`.
    bool enough = false;
    std::uint32_t rounds = 0;       // Checks since it began.
    std::map<core::NodeId, Position> granted;
    std::vector<core::NodeId> order;  // In which they granted.
    Epoch ended = 0;                  // The latest epoch that one of them has led; 0: none.
    core::NodeId successor = core::kNobody;  // The one to promote if no log reaches further than its.
    friend bool operator==(const Failover&, const Failover&) = default;
  };

  // The primary has been asked to leave.
  struct Switchover {
    core::NodeId to = core::kNobody;
    Epoch epoch = 0;       // The one for which it is to leave.
    core::Time began{}, ends{};
    friend bool operator==(const Switchover&, const Switchover&) = default;
  };

  void check(Step& step);
  void ask_all(Step& step);
  void begin_failover(Step& step, const std::string& why);
  void fence_all(Step& step);
  void decide(Step& step);
  void promote(Step& step, core::NodeId chosen, std::uint32_t consulted, Epoch ended);
  std::string begin_switchover(Step& step, std::string_view name);
  void ask_to_leave(Step& step);
  void has_answered(Step& step, core::NodeId from, const FenceReply& m);
  core::NodeId furthest() const;
  bool replicas_hear(core::Time now) const;
  void watch(Step& step, Epoch epoch, core::NodeId primary);

  std::vector<core::NodeId> nodes_;  // The replicas,
  core::Names names_;                // and what they are called.
  std::uint64_t stride_, rest_;      // Which epochs are its own: see next_epoch().
  Settings settings_;

  // Durable.
  Epoch epoch_ = 0;
  core::NodeId chosen_ = core::kNobody;
  std::uint32_t consulted_ = 0;
  Epoch ended_ = 0;

  core::NodeId primary_ = core::kNobody;
  std::uint32_t missed_ = 0;
  core::Time first_missed_{};
  bool held_back_ = false;           // That replicas still hear the primary was said.
  std::map<core::NodeId, Seen> seen_;
  std::optional<Failover> failover_;
  std::optional<Switchover> switchover_;
  std::optional<core::Time> awaited_;  // The new primary has not said yet that it leads: when the old one was first missed.
};

}  // namespace single_leader
