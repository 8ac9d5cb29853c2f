// A client of a leaderless cluster: sessions that each have at most one operation open. A session remembers of each key what
// it last read, hands that back with its next write, and merges siblings by a rule (Dynamo, section 4.4: the client does it).
//
// Reads are asked again when nobody answers. Writes are not: done twice, a write would have two dots, and be its own sibling.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"
#include "mechanisms/replication/leaderless/messages.h"
#include "mechanisms/replication/leaderless/metrics.h"
#include "mechanisms/traffic/clients/clients.h"

namespace leaderless {

// What a client makes of siblings.
enum class Merge : std::uint8_t {
  all,     // Hands them on as they are. Its next write replaces them.
  set,     // Values are sets of words; it writes the union of all siblings with one word more (the shopping cart of section 4.4).
  newest,  // Takes the one with the latest stamp.
};
constexpr auto names(Merge) { return std::array<std::string_view, 3>{"all", "set", "newest"}; }

struct ClientSettings {
  bool active = true;
  std::uint32_t sessions = 1;
  double rate = 0;
  core::Duration think{};
  std::uint32_t keys = 10;
  double reads = 0.5;
  double deletes = 0;
  std::uint32_t value_bytes = 0;
  std::uint32_t n = 0, r = 0, w = 0;
  Merge merge = Merge::all;
  bool probe = false;
  core::Duration probe_wait{};
  core::Duration timeout = std::chrono::milliseconds(500);
  core::Duration give_up = std::chrono::seconds(2);
  std::uint32_t only = 0;
  FIELDS(ClientSettings, active, sessions, rate, think, keys, reads, deletes, value_bytes, n, r, w, merge, probe, probe_wait, timeout,
         give_up, only)
  static constexpr auto kDeclared = std::array{
      clients::kActive, clients::kSessions, clients::kRate, clients::kThink, clients::kKeys, clients::kReads,
      clients::kDeletes, clients::kValueBytes,
      core::Setting{"n", "0", "100", "nodes", "N of its requests; 0: as the nodes are set."},
      core::Setting{"r", "0", "100", "nodes", "R of its requests; 0: as the nodes are set."},
      core::Setting{"w", "0", "100", "nodes", "W of its requests; 0: as the nodes are set."},
      core::Setting{"merge", "", "", "", "What it makes of siblings."},
      core::Setting{"probe", "", "", "", "After each write it reads the same key, and counts whether that is seen."},
      core::Setting{"probe_wait", "0", "1h", "", "How long after a write was acknowledged it reads, to probe."},
      core::Setting{"timeout", "1ms", "1h", "", "How long it waits for the answer to a read before it asks another node."},
      core::Setting{"give_up", "1ms", "1h", "", "How long it waits at all."},
      core::Setting{"only", "0", "65535", "", "Ask this node only; 0: any."}};
  std::string conflict() const {
    if (n > 0 && w > n) return "W = " + core::text(w) + " acknowledgements can never come from N = " + core::text(n) + " nodes";
    if (n > 0 && r > n) return "R = " + core::text(r) + " answers can never come from N = " + core::text(n) + " nodes";
    return "";
  }
};

class Client {
 public:
  using Alarm = clients::Alarm;
  using Durable = clients::Taken;
  struct Shown {
    std::uint64_t open{}, answered{}, failed{}, unknown{}, siblings{};   // The last: reads that had some.
    FIELDS(Shown, open, answered, failed, unknown, siblings)
  };
  using Message = leaderless::Message;
  using Timer = core::Timer<Alarm>;
  using Write = clients::TakeNumbers;
  using Settings = ClientSettings;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{clients::kGet, clients::kPut, clients::kDelete};
  static constexpr std::array kMetrics{&kOperations, &kUnknown, &kFailed, &kRetries, &kSiblingReads, &kProbes, &kStale, &kReadLatency, &kWriteLatency,
                                       &kStaleShare};

  Client(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Reply& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For nodes.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  std::uint64_t on_ask(Step& step, clients::Ask ask);
  Shown show() const;
  core::Face face() const { return {"client", 0}; }
  friend bool operator==(const Client&, const Client&) = default;

 private:
  struct Session {
    std::uint64_t process = 0;                 // 0: takes a number when it is first used.
    Request request;                           // The open one, if `open`.
    bool open = false;
    bool probes = false;                       // The open read, or the next: it looks for what was written.
    clocks::VectorClock written;               // What a probe must have seen.
    core::NodeId target = core::kNobody;
    core::Time began{};
    std::map<std::string, Versions> read;      // What it last read, or wrote, of each key.
    friend bool operator==(const Session&, const Session&) = default;
  };

  Request draw(Step& step, const Session& session);
  std::string value_for(const Session& session, const std::string& key);
  void begin(Step& step, std::size_t slot, Request request);
  std::uint64_t begin_beside(Step& step, Request request);
  void ask(Step& step, std::size_t slot);
  void end(Step& step, std::size_t slot, core::Completion result);
  void end_ok(Step& step, std::size_t slot, const Reply& m);
  core::Completion merged(std::uint64_t id, const Versions& versions) const;
  void next_operation(Step& step, std::size_t slot);
  void arm_arrival(Step& step);
  std::uint64_t take_number(Step& step);
  std::size_t free_slot() const;

  core::NodeId id_;
  std::vector<core::NodeId> servers_;
  Settings settings_;
  clients::Numbers numbers_;
  clients::Source source_;
  std::vector<Session> sessions_;
  std::uint64_t stale_ = 0;   // The last 64 probes, a bit each.
  std::uint64_t answered_ = 0, failed_ = 0, unknown_ = 0, sibling_reads_ = 0;
};

}  // namespace leaderless
