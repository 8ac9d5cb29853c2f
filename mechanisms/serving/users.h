// Users of a service: they ask for keys, in an open loop (requests come whether or not those before were answered, as from a
// crowd) or in a closed one (each asks, waits, rests, and asks again). Schroeder, Wierman, Harchol-Balter, Open Versus Closed
// (NSDI 2006) is why the difference matters: a closed loop hides overload, for whoever waits asks nothing.
//
// What they were told goes into the history, so that a checker can judge what the path promises: a read of an old value that
// a cache gave is seen there, and so is a write that was done twice.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mechanisms/caching/metrics.h"
#include "mechanisms/caching/paths/read_path.h"
#include "mechanisms/serving/invariants.h"
#include "mechanisms/serving/outlet.h"
#include "mechanisms/traffic/workload/workload.h"

namespace serving {

inline constexpr core::Metric kAsked{"user_requests_total", core::Metric::Kind::counter, "requests", "What users asked for."};
inline constexpr core::Metric kServed{"user_answers_total", core::Metric::Kind::counter, "operations", "Requests that were answered: the goodput.", core::Better::higher};
inline constexpr core::Metric kLeft{"user_errors_total", core::Metric::Kind::counter, "requests",
                                    "Requests that ended in an error, or with the user's patience.", core::Better::lower};
inline constexpr core::Metric kTurnedAway{"user_not_issued_total", core::Metric::Kind::counter, "requests",
                                          "Requests that were not begun because too many were open.", core::Better::lower};
inline constexpr core::Metric kSuccess{"user_success_percent", core::Metric::Kind::gauge, "percent",
                                       "Share of the last 64 requests that were answered.", core::Better::higher};
inline constexpr core::Metric kUserLatency{"user_latency_ms", core::Metric::Kind::timing, "ms",
                                           "From a user's request to its answer, of those that were answered.", core::Better::lower};
inline constexpr core::Metric kAge{"user_value_age_ms", core::Metric::Kind::timing, "ms",
                                   "For how long what a read returned had lain in caches.", core::Better::lower};

inline constexpr core::Metric kStale{"user_stale_reads_total", core::Metric::Kind::counter, "requests",
                                      "Gets that returned an older value than these users had been told of before they asked.", core::Better::lower};
inline constexpr core::Metric kOwnHits{"user_cache_hits_total", core::Metric::Kind::counter, "requests",
                                       "Gets that users answered themselves, from what they had kept.", core::Better::higher};

// What users keep of what they have read, as a browser or an app does: nobody is asked while it is fresh.
struct OwnSettings {
  bool on = false;
  caching::ReadSettings read = plain();
  caching::CacheSettings keep;
  FIELDS(OwnSettings, on, read, keep)
  static constexpr auto kDeclared = std::array{core::Setting{"on", "", "", "", "Whether users keep what they have read, all of them together in one cache."}};

 private:
  // Each goes his own way: nobody waits for another's fetch.
  static caching::ReadSettings plain() {
    caching::ReadSettings settings;
    settings.lock = false;
    return settings;
  }
};

struct UsersSettings {
  bool active = true;
  double rate = 10;
  std::uint32_t sessions = 10;
  core::Duration think{};
  core::Duration patience = std::chrono::seconds(1);
  std::uint32_t users = 100;
  std::uint32_t connections = 100;
  double vital = 0;
  double sheddable = 0;
  std::uint32_t value_bytes = 0;
  workload::ArrivalSettings arrive;
  workload::KeySettings keys;
  workload::MixSettings mix;
  Outlet::Settings call;
  OwnSettings own;
  FIELDS(UsersSettings, active, rate, sessions, think, patience, users, connections, vital, sheddable, value_bytes, arrive, keys, mix, call, own)
  static constexpr auto kDeclared = std::array{
      clients::kActive,
      core::Setting{"rate", "0", "1000000", "/s",
                    "An open loop: so many requests a second, whatever becomes of them. 0: a closed loop of `sessions`."},
      core::Setting{"sessions", "1", "100000", "sessions", "A closed loop: so many users, who all begin at once."},
      core::Setting{"think", "0", "1h", "", "How long somebody in a closed loop rests between two requests."},
      core::Setting{"patience", "1ms", "1h", "", "How long a user waits for an answer before he leaves."},
      core::Setting{"users", "1", "1000000", "users", "How many different users there are, for limits and balancers that tell them apart,"},
      core::Setting{"connections", "1", "1000000", "connections", "and over how many connections their requests come."},
      core::Setting{"vital", "0", "1", "", "Share of requests that are most critical,"},
      core::Setting{"sheddable", "0", "1", "", "and of those that can be shed first; the others are critical."},
      clients::kValueBytes};
  std::string conflict() const { return vital + sheddable > 1 ? "the shares of vital and of sheddable requests are more than all" : ""; }
};

class Users {
 public:
  struct Shown {
    std::uint64_t open{}, answered{}, failed{}, unknown{};
    FIELDS(Shown, open, answered, failed, unknown)
  };
  struct Durable {
    clients::Taken numbers;
    void apply(const Write& write) { numbers.apply(std::get<clients::TakeNumbers>(write)); }
    std::vector<Write> image() const { return {clients::TakeNumbers{numbers.next}}; }
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Settings = UsersSettings;
  using Step = serving::Step;
  static constexpr std::array kTells{
      clients::kGet, clients::kPut, clients::kAppend, clients::kDelete,
      core::Tell{"scan FROM UNTIL", "Read all keys of a range."},
      core::Tell{"hot KEYS SHARE", "A share of all requests goes to one key, or to a range such as k10..k19. `hot off`: no more."},
      core::Tell{"flood NODE RATE", "Ask one node directly, so often a second, whatever it answers. `flood off`: no more."}};
  static constexpr auto kMetrics = core::joined(
      std::array{&kAsked, &kServed, &kLeft, &kTurnedAway, &kSuccess, &kUserLatency, &kAge, &kStale, &kOwnHits}, metrics_of(kUpstream),
      kScatterMetrics);

  Users(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Reply& m);
  void on_message(Step& step, core::NodeId from, const ProbeReply& m) { outlet_.on_probe_reply(step, from, m); }
  void on_message(Step&, core::NodeId, const partitioning::Table& m) { outlet_.on_table(m); }
  void on_message(Step& step, core::NodeId, const Invalidate& m) { own_.invalidate(m.key, m.version, step.now); }
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For those who serve.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  std::uint64_t on_ask(Step& step, clients::Ask ask);
  Shown show() const { return {operations_.size(), answered_, failed_, unknown_}; }
  core::Face face() const { return {"users", 0}; }

  using Invariants = PathInvariants<Users>;
  const Inlet* door() const { return nullptr; }
  std::array<const Outlet*, 1> outlets() const { return {&outlet_}; }
  OpenConnections connections() const { return {}; }
  friend bool operator==(const Users&, const Users&) = default;

 private:
  static constexpr std::size_t kMostOpen = 100000;   // Of an open loop; memory is not endless.
  static constexpr std::size_t kMostTold = 100000;   // Of more keys, all is forgotten, and old values are not noticed for a while.

  struct Operation {
    std::uint64_t process{};
    Request request;
    core::Time began{};
    std::uint64_t told = 0;    // Of a get: the newest version that these users had been told of when it began.
    bool then_write = false;   // The read of a read-modify-write.
    caching::Lease lease = 0;  // Of the own cache: it wants what is found.
    std::uint64_t session = 0; // Of the closed loop, as the timer's key: when it has ended, the session rests. 0: of none.
    friend bool operator==(const Operation&, const Operation&) = default;
  };
  struct Flood {
    core::NodeId node = core::kNobody;
    double rate = 0;
    friend bool operator==(const Flood&, const Flood&) = default;
  };

  Operation draw(Step& step);
  void come_from(Request& request, std::uint64_t user) const;
  std::string value() { return source_.value(numbers_.next(), settings_.value_bytes); }
  std::uint64_t issue(Step& step, Operation operation);   // The operation's number; 0: too many are open.
  // From what was kept, with nobody asked. The lease of `one` is set.
  std::optional<Reply> recall(Step& step, Operation& one);
  void keep(Step& step, const Operation& one, const Reply& reply);
  void settle(Step& step);
  void finish(Step& step, const Operation& one, const Reply& reply);
  void judge(Step& step, const Operation& operation, const Reply& reply);
  void notice_age(Step& step, const Operation& operation, const Reply& reply);
  void arm_arrival(Step& step);
  void begin_sessions(Step& step);
  bool goes_on(std::uint64_t session);
  void flood(Step& step);
  std::string set_flood(Step& step, const std::vector<std::string>& words);

  core::NodeId id_;
  core::Names names_;
  Settings settings_;
  Outlet outlet_;
  caching::ReadPath own_;
  workload::Keys keys_;
  std::optional<workload::Arrivals> arrivals_;
  std::uint64_t crowd_ = 0;     // How often a closed loop was begun: sessions of another one have ended.
  std::set<std::uint32_t> sessions_;  // Of this one: who is there.
  clients::Numbers numbers_;
  clients::Source source_;
  std::vector<std::uint64_t> idle_;             // Processes that have no operation open.
  std::map<std::uint64_t, Operation> operations_;
  std::map<std::string, std::uint64_t> told_;   // Of each key, the newest version that somebody was told of.
  Flood flood_;
  std::uint64_t answered_ = 0, failed_ = 0, unknown_ = 0;
  std::uint64_t last_ = 0, last_count_ = 0;     // A bit for each of the last requests that ended; how many there are.
};

}  // namespace serving
