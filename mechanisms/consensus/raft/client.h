// A client of a Raft cluster: runs sessions that each have at most one operation open, finds the leader, tries again with
// the same serial number when nobody answers (section 8), and says what it was told. What it records (invocations and
// completions) is what a linearizability checker judges.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "mechanisms/consensus/raft/messages.h"
#include "mechanisms/consensus/raft/metrics.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"
#include "mechanisms/traffic/clients/clients.h"

namespace raft {

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
  core::Duration timeout = std::chrono::milliseconds(200);
  core::Duration give_up = std::chrono::seconds(5);
  std::uint32_t only = 0;
  FIELDS(ClientSettings, active, sessions, rate, think, keys, reads, appends, cas, deletes, value_bytes, timeout,
         give_up, only)
  static constexpr auto kDeclared = std::array{
      clients::kActive, clients::kSessions, clients::kRate, clients::kThink, clients::kKeys, clients::kReads, clients::kAppends,
      clients::kCasShare, clients::kDeletes, clients::kValueBytes,
      core::Setting{"timeout", "1ms", "1h", "", "How long it waits for an answer before it asks another server."},
      core::Setting{"give_up", "1ms", "1h", "", "How long it tries before it reports that it does not know."},
      core::Setting{"only", "0", "65535", "", "Ask this server only, whether it leads or not; 0: find the leader."}};
};

class Client {
 public:
  using Alarm = clients::Alarm;
  using Durable = clients::Taken;
  struct Shown {
    std::uint64_t open{}, answered{}, unknown{};
    core::NodeId leader{};
    FIELDS(Shown, open, answered, unknown, leader)
  };
  using Message = raft::Message;
  using Timer = core::Timer<Alarm>;
  using Write = clients::TakeNumbers;
  using Settings = ClientSettings;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{clients::kGet, clients::kPut, clients::kAppend, clients::kCas, clients::kDelete, clients::kCreate};
  static constexpr std::array kMetrics{&kOperations, &kUnknown, &kRetries, &kLatency};

  Client(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const ClientReply& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For servers.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  std::uint64_t on_ask(Step& step, clients::Ask ask);
  Shown show() const;
  core::Face face() const { return {"client", 0}; }
  friend bool operator==(const Client&, const Client&) = default;

 private:
  struct Session {
    std::uint64_t id = 0;        // 0: takes a number when it is first used.
    Command command;             // The open one, if `open`.
    bool open = false;
    bool wrote = false;          // Servers know of the session: an operation other than a get was begun in it.
    core::NodeId target = core::kNobody;  // Whom it asked last.
    std::uint32_t hops = 0;      // How often it was sent on since it last waited.
    core::Time began{};
    friend bool operator==(const Session&, const Session&) = default;
  };

  Command draw(Step& step);
  void begin(Step& step, std::size_t slot, Command command);
  void ask(Step& step, std::size_t slot, core::NodeId target);
  void end(Step& step, std::size_t slot, core::Outcome outcome, std::optional<std::string> value);
  void next_operation(Step& step, std::size_t slot);
  void arm_arrival(Step& step);
  std::size_t free_slot();
  core::NodeId other_than(core::NodeId server, Step& step) const;

  core::NodeId id_;
  std::vector<core::NodeId> servers_;
  Settings settings_;
  clients::Numbers numbers_;
  clients::Source source_;
  std::vector<Session> sessions_;
  core::NodeId leader_ = core::kNobody;  // Who answered last.
  std::uint64_t answered_ = 0, unknown_ = 0;
};

}  // namespace raft
