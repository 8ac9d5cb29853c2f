// Clients of a replicated store: sessions that each have at most one operation open. They write at the primary, read at the
// primary or at replicas, try again with the same number when nobody answers, and say what they were told and from which
// position. What a session may expect of its reads (Terry and others, 1994) it asks for with a token, the highest position
// that it has seen; or it hopes for it by always asking the same replica.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"
#include "mechanisms/replication/single_leader/messages.h"
#include "mechanisms/replication/single_leader/metrics.h"
#include "mechanisms/traffic/clients/clients.h"

namespace single_leader {

enum class ReadsAt : std::uint8_t { primary, replicas, any };
constexpr auto names(ReadsAt) { return std::array<std::string_view, 3>{"primary", "replicas", "any"}; }

enum class Session : std::uint8_t {
  none,    // Each read goes to any replica.
  token,   // Each read carries the highest position that the session has seen.
  sticky,  // A session reads at one replica; and at the primary for `pin` after a write of its own.
};
constexpr auto names(Session) { return std::array<std::string_view, 3>{"none", "token", "sticky"}; }

struct ClientSettings {
  bool active = true;
  std::uint32_t sessions = 1;
  double rate = 0;
  core::Duration think{};
  std::uint32_t keys = 10;
  double reads = 0.5;
  double appends = 0;
  double cas = 0;
  double deletes = 0;
  std::uint32_t value_bytes = 0;
  ReadsAt reads_at = ReadsAt::primary;
  Session session = Session::none;
  core::Duration pin{};
  core::Duration timeout = std::chrono::milliseconds(200);
  core::Duration give_up = std::chrono::seconds(5);
  std::uint32_t only = 0;
  FIELDS(ClientSettings, active, sessions, rate, think, keys, reads, appends, cas, deletes, value_bytes, reads_at, session,
         pin, timeout, give_up, only)
  static constexpr auto kDeclared = std::array{
      clients::kActive, clients::kSessions, clients::kRate, clients::kThink, clients::kKeys, clients::kReads, clients::kAppends,
      clients::kCasShare, clients::kDeletes, clients::kValueBytes,
      core::Setting{"reads_at", "", "", "", "Whether gets go to the primary, to replicas, or to any node."},
      core::Setting{"session", "", "", "", "What a session does to see its own writes, and nothing older than it has seen."},
      core::Setting{"pin", "0", "1h", "", "With sticky sessions: for so long after a write, reads go to the primary."},
      core::Setting{"timeout", "1ms", "1h", "", "How long it waits for an answer before it asks another node."},
      core::Setting{"give_up", "1ms", "1h", "", "How long it tries before it reports that it does not know."},
      core::Setting{"only", "0", "65535", "", "Ask this node only, whether it is the primary or not; 0: find the right one."}};
};

class Client {
 public:
  using Alarm = clients::Alarm;
  using Durable = clients::Taken;
  struct Shown {
    std::uint64_t open{}, answered{}, unknown{};
    core::NodeId primary{};
    Position seen;  // The highest that any of its sessions has seen.
    FIELDS(Shown, open, answered, unknown, primary, seen)
  };
  using Message = single_leader::Message;
  using Timer = core::Timer<Alarm>;
  using Write = clients::TakeNumbers;
  using Settings = ClientSettings;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{
      clients::kGet, clients::kPut, clients::kAppend, clients::kCas, clients::kDelete, clients::kCreate,
      core::Tell{"transaction COUNT BYTES", "Write COUNT keys of BYTES each in one entry of the log; not part of the history."}};
  static constexpr std::array kMetrics{&kOperations, &kUnknown, &kRetries, &kLatency, &kWriteLatency, &kOldReads, &kBackwards,
                                       &kOldShare, &kBackwardsShare};

  Client(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Reply& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For replicas and monitors.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  std::uint64_t on_ask(Step& step, clients::Ask ask);
  Shown show() const;
  core::Face face() const { return {"client", 0}; }
  friend bool operator==(const Client&, const Client&) = default;

 private:
  struct Slot {
    std::uint64_t id = 0;        // The session's number; 0: takes one when it is first used.
    Command command;             // The open one, if `open`.
    std::uint64_t writes = 0;
    bool open = false;
    bool silent = false;         // The open one is not part of the history.
    core::NodeId target = core::kNobody;  // Whom it asked last.
    std::uint32_t hops = 0;      // How often it was sent on since it last waited.
    core::Time began{};
    core::NodeId home = core::kNobody;    // Sticky: where it reads.
    core::Time wrote_at{};       // When its last write was answered; meaningful if `written` is a position.
    Position written, read;      // The highest that it has been told.
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  Command draw(Step& step);
  void begin(Step& step, std::size_t slot, Command command, bool silent);
  void ask(Step& step, std::size_t slot, core::NodeId target);
  void end(Step& step, std::size_t slot, core::Outcome outcome, const Reply* reply);
  void judge_read(Step& step, Slot& slot, Position at);
  void rest(Step& step, std::size_t slot);
  std::size_t extra_slot();
  void arm_arrival(Step& step);
  core::NodeId first_target(Step& step, Slot& slot);
  bool anywhere(const Slot& slot, core::Time now) const;
  core::NodeId other_than(core::NodeId node, Step& step) const;
  core::NodeId any_replica(Step& step) const;

  core::NodeId id_;
  std::vector<core::NodeId> nodes_;
  Settings settings_;
  clients::Numbers numbers_;
  clients::Source source_;
  std::vector<Slot> slots_;
  core::NodeId primary_ = core::kNobody;  // As far as known.
  std::uint64_t open_ = 0, answered_ = 0, unknown_ = 0;
  Position seen_;  // The highest that any session has been told.
  std::uint64_t missed_ = 0, went_back_ = 0;  // A bit for each of the last 64 gets.
};

}  // namespace single_leader
