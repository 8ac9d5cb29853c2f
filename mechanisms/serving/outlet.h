// The calls of a node of the path to those behind it: whom it asks, how long it waits, whether it tries again, and when it
// had better not ask at all. One outlet for each group that it calls; a service that reads a cache and a store has two.
//
// A call is one or more attempts at one or more targets, until one is answered or nothing is left to try:
//   bulkhead -> [ target -> breaker -> send -> answer or time-out ] -> budget -> backoff -> again
// The order is that of resilience4j's documentation: a retry passes the breaker again, the bulkhead holds the whole call.
// A read that takes longer than most is hedged: a second attempt is made beside the first.
//
// Targets are a pool that is balanced, checked and cleared of outliers (balancing/pool.h), or the owners of shards, found
// by the routing table (partitioning/table.h). With a table, a scan is scattered: a call to each shard that has a part of it,
// gathered until all have answered or its deadline comes (partitioning/scatter.h); what is missing then, the reply names.
// Reads may go to copies of a shard as well as to its owner, who alone has the newest (partitioning/copies.h), and celebrity keys
// may be salted (partitioning/salt.h).
//
// Guarantees
//   1. Every call ends in exactly one Result.
//   2. No attempt begins after the call's deadline, and no call ends later than its deadline.
//   3. A call whose result is not `timed_out`, and that was not answered, was not done: for attempts that were not answered
//      may have been, and make it timed_out whatever came later.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/balancing/pool.h"
#include "mechanisms/partitioning/salt.h"
#include "mechanisms/partitioning/scatter.h"
#include "mechanisms/resilience/backoff.h"
#include "mechanisms/resilience/breaker.h"
#include "mechanisms/resilience/bulkhead.h"
#include "mechanisms/resilience/hedging.h"
#include "mechanisms/resilience/retry_budget.h"
#include "mechanisms/serving/messages.h"
#include "mechanisms/serving/outlet_metrics.h"

namespace serving {

enum class Breaking : std::uint8_t { off, all, each };
constexpr auto names(Breaking) { return std::array<std::string_view, 3>{"off", "all", "each"}; }

// By what a target is found.
enum class Route : std::uint8_t { balance, table };
constexpr auto names(Route) { return std::array<std::string_view, 2>{"balance", "table"}; }

// With a table: who is asked for what is only read. The owner; or he and those who have copies of the shard, in turn, or whoever of
// them has the fewest calls open from here.
enum class ReadFrom : std::uint8_t { owner, any, least_busy };
constexpr auto names(ReadFrom) { return std::array<std::string_view, 3>{"owner", "any", "least_busy"}; }

// What balancers that hash go by.
enum class HashBy : std::uint8_t { key, user, connection };
constexpr auto names(HashBy) { return std::array<std::string_view, 3>{"key", "user", "connection"}; }

class Outlet {
 public:
  // What the node wants to be told of the result: its ticket.
  using Tag = std::uint64_t;
  static constexpr std::array kTells{
      core::Tell{"drain NODE", "Give it no new requests; those that it has are ended."},
      core::Tell{"maint NODE", "As if it were not there: the others share its keys, and it is not checked."},
      core::Tell{"ready NODE", "It gets requests, whatever it was told before."},
      core::Tell{"weigh NODE WEIGHT", "Its share, beside those of the others; 1 at first. Not all policies look at it."}};

  // Known bugs, each read at exactly one `if`.
  struct Flaws {
    bool retry_without_budget{};
    bool forget_in_flight{};
    FIELDS(Flaws, retry_without_budget, forget_in_flight)
    static constexpr auto kDeclared = std::array{
        core::Setting{"retry_without_budget", "", "", "", "A call is tried again though the budget has nothing left."},
        core::Setting{"forget_in_flight", "", "", "", "What was not answered in time stays counted as open at its target, which looks busier and busier."}};
  };

  struct Settings {
    core::Duration timeout = std::chrono::seconds(1);
    bool pass_deadline = true;
    Route route = Route::balance;
    ReadFrom read_from = ReadFrom::owner;
    HashBy hash_by = HashBy::key;
    bool checking = false;
    bool ejecting = false;
    Breaking breaking = Breaking::off;
    bool isolating = false;
    balancing::Balancer::Settings balance;
    balancing::Pool::Settings pool;
    balancing::HealthCheck::Settings health;
    balancing::Outliers::Settings outliers;
    resilience::Backoff::Settings retry = once();
    resilience::RetryBudget::Settings budget = unlimited();
    resilience::Breaker::Settings breaker;
    resilience::Bulkhead::Settings bulkhead;
    resilience::Hedging::Settings hedge;
    partitioning::ScatterSettings scatter;
    partitioning::SaltSettings salt;
    Flaws flaws;
    FIELDS(Settings, timeout, pass_deadline, route, read_from, hash_by, checking, ejecting, breaking, isolating, balance, pool, health,
           outliers, retry, budget, breaker, bulkhead, hedge, scatter, salt, flaws)
    static constexpr auto kDeclared = std::array{
        core::Setting{"timeout", "1ms", "1h", "", "How long an attempt waits for its answer."},
        core::Setting{"pass_deadline", "", "", "", "Say how much longer one waits, so that nobody works in vain."},
        core::Setting{"route", "", "", "", "Any target will do, and one is picked; or the routing table knows who has the key."},
        core::Setting{"read_from", "", "", "", "By the table: reads go to the owner; or to those with a copy, too, in turn or who is least busy. These may be old."},
        core::Setting{"hash_by", "", "", "", "What balancers that hash go by."},
        core::Setting{"checking", "", "", "", "Active health checks: targets are probed."},
        core::Setting{"ejecting", "", "", "", "Passive health checks: targets that fail more than others are ejected."},
        core::Setting{"breaking", "", "", "", "Circuit breakers: none, one for all targets, or one for each."},
        core::Setting{"isolating", "", "", "", "Whether a bulkhead limits how many calls are open."}};

   private:
    static resilience::Backoff::Settings once() {
      resilience::Backoff::Settings settings;
      settings.attempts = 1;
      return settings;
    }
    static resilience::RetryBudget::Settings unlimited() {
      resilience::RetryBudget::Settings settings;
      settings.budget = resilience::Budget::none;
      return settings;
    }
  };

  struct Result {
    Tag tag{};
    Reply reply;
    core::NodeId from = core::kNobody;   // Who gave it; nobody: it is of the outlet itself.
    std::uint32_t attempts = 0;
  };

  // `number` tells apart the outlets of a node: 0 to 255. `metrics` is a constant.
  Outlet(std::uint8_t number, const OutletMetrics& metrics, std::vector<core::NodeId> targets, const Settings& settings);

  void start(Step& step);
  void set(Step& step, const Settings& settings);

  // Of the request, id, patience, attempt and epoch are set here. `until`: when nobody waits any more. `over`: to the target of
  // a connection, and to no other; kNobody: to one that is chosen for this call.
  void call(Step& step, Tag tag, Request request, std::optional<core::Time> until, core::NodeId over = core::kNobody);
  // The target of a new connection, as it is balanced; kNobody: there is none. It counts as open there until it is closed.
  core::NodeId open_connection(Step& step, const Request& first);
  void close_connection(core::Time now, core::NodeId target) { pool_.end(now, target, false); }
  void on_reply(Step& step, core::NodeId from, const Reply& reply);
  void on_probe_reply(Step& step, core::NodeId from, const ProbeReply& reply);
  // Alarm::attempt, room, retry, hedge, probe, silence.
  void on_timer(Step& step, Timer timer);
  // A call that has ended and that nobody has taken yet: to be asked after each of these, until there is none.
  std::optional<Result> ended();
  void on_table(const partitioning::Table& newer) { table_.absorb(newer); }
  // Does as the words of kTells say in each of these outlets whose target is named. Why not, or nothing.
  static std::string tell(Step& step, std::string_view line, const core::Names& names, std::span<Outlet* const> outlets);
  // What time alone changes: ejections end, breakers turn half open. Calls do it, too.
  void advance(Step& step);
  // Whether a call now would be sent to anybody.
  bool reachable(core::Time now);
  const std::vector<core::NodeId>& targets() const { return targets_; }

  // Whether a reply's id or a timer's key is of this outlet.
  bool owns(std::uint64_t id) const { return id >> kNumberShift == number_; }
  std::size_t open() const { return calls_.size(); }
  resilience::BreakerState breaker_state() const;
  // What the parts should have counted, added up from the calls and attempts that are open.
  struct Account {
    std::map<core::NodeId, std::uint32_t> picked;   // Attempts, by target.
    std::size_t inside = 0;                         // Calls in the bulkhead.
    std::size_t astray = 0;                         // Attempts without their call, or of which it does not know.
  };
  Account account() const;
  const Settings& settings() const { return settings_; }
  const resilience::Bulkhead& bulkhead() const { return bulkhead_; }
  const resilience::RetryBudget& budget() const { return budget_; }
  std::uint64_t retried() const { return retried_; }   // Since the budget is this one.
  const std::map<core::NodeId, resilience::Breaker>& breakers() const { return breakers_; }
  const partitioning::Table& table() const { return table_; }
  const balancing::Pool& pool() const { return pool_; }
  friend bool operator==(const Outlet&, const Outlet&) = default;

 private:
  static constexpr int kNumberShift = 56;
  static constexpr std::uint32_t kMostMoves = 8;   // After so many redirections one after the other, it waits as after an error.

  struct Call {
    Tag tag{};
    Request request;
    std::optional<core::Time> until;
    core::NodeId over = core::kNobody;       // The one target that its connection leads to.
    resilience::Backoff backoff;
    core::Time began{};
    std::vector<std::uint64_t> attempts{};   // Open ones.
    std::uint32_t made = 0;
    std::uint32_t moves = 0;
    bool owner_only = false;                 // A copy could not answer.
    std::uint64_t stamp = 0;                 // Of a write of a salted key; 0: it is none.
    bool inside = false;                     // The bulkhead.
    bool uncertain = false;                  // An attempt was not answered.
    std::uint64_t gathering = 0;             // Of a part of a scan: of which one; 0: it is none.
    partitioning::ShardId part{};            // Which part,
    partitioning::Range rest{};              // the points of it that nobody has answered for,
    std::vector<partitioning::Row> rows{};   // and what the others have said: its shard was split meanwhile.
    friend bool operator==(const Call&, const Call&) = default;
  };
  struct Attempt {
    std::uint64_t call{};
    core::NodeId target = core::kNobody;
    core::Time began{};
    resilience::Breaker::Pass pass{};
    bool picked = false;                     // From the pool, where it is open.
    partitioning::Range within{};            // Of a part of a scan: the points that were asked for.
    friend bool operator==(const Attempt&, const Attempt&) = default;
  };
  using Calls = std::map<std::uint64_t, Call>;
  // A scan over many shards,
  // or a read of all parts of a salted key.
  struct Gathering {
    Tag tag{};
    bool salted = false;
    partitioning::Scatter scatter;
    std::map<partitioning::ShardId, std::string> names;   // Of its parts.
    friend bool operator==(const Gathering&, const Gathering&) = default;
  };

  std::uint64_t next_id() { return named(++last_); }
  std::uint64_t named(std::uint64_t number) const {
    return static_cast<std::uint64_t>(number_) << kNumberShift | (number & ((1ull << kNumberShift) - 1));
  }
  void begin(Step& step, Call call);
  void scatter(Step& step, Tag tag, const Request& request, std::optional<core::Time> until);
  void call_salted(Step& step, Tag tag, const Request& request, std::optional<core::Time> until);
  void read_salted(Step& step, Tag tag, const Request& request, std::optional<core::Time> until);
  void part_answered(Step& step, Calls::iterator call, const Reply& reply, const partitioning::Range& within, core::NodeId from);
  void part_ended(Step& step, const Call& call, bool answered);
  void gathered(Step& step, std::uint64_t id);
  void attempt(Step& step, Calls::iterator call);
  void failed(Step& step, Calls::iterator call, const Reply& reply, core::NodeId from);
  void redirected(Step& step, Calls::iterator call, const Reply& reply, core::NodeId from);
  void end(Step& step, Calls::iterator call, Reply reply, core::NodeId from);
  // An attempt is over: its target and breaker are told. `failure`: no value, nothing is said of the target.
  Attempt close(Step& step, std::uint64_t id, std::optional<bool> failure);
  void abandon(Step& step, std::uint64_t id);
  void leave_bulkhead(Step& step);
  core::NodeId choose(Step& step, Call& call);
  core::NodeId reader_of(const partitioning::Shard& shard, const Call& call);
  core::NodeId choose_from_pool(Step& step, const Request& request, std::vector<core::NodeId> but);
  void ask_for_table(Step& step);
  void probe(Step& step, core::NodeId target);
  void arm_probes(Step& step);
  void set_breakers();
  std::string tell(Step& step, std::string_view verb, core::NodeId target, std::string_view weight);
  resilience::Breaker* breaker_of(core::NodeId target);
  void show(Step& step) const;

  std::uint8_t number_;
  const OutletMetrics* metrics_;
  std::vector<core::NodeId> targets_;
  Settings settings_;
  balancing::Pool pool_;
  resilience::RetryBudget budget_;
  std::uint64_t retried_ = 0;
  resilience::Bulkhead bulkhead_;
  resilience::Hedging hedging_;
  std::map<core::NodeId, resilience::Breaker> breakers_;   // With `all`, of kNobody.
  partitioning::Table table_;
  Calls calls_;
  std::map<std::uint64_t, Gathering> gatherings_;
  std::map<std::uint64_t, Attempt> attempts_;
  // Attempts whose call has ended without them. Their times are still measured: without those that a hedge has cut off,
  // the times that it goes by would grow shorter and shorter, and hedges more and more.
  std::map<std::uint64_t, core::Time> orphans_;
  std::map<std::uint64_t, core::NodeId> probes_;           // That are not answered.
  std::deque<Result> ended_;
  std::uint64_t last_ = 0;
  std::uint64_t turn_ = 0;                                 // How many reads went to an owner or a copy in turn.
  std::map<core::NodeId, std::uint32_t> asked_;            // How many attempts are open at each target.
  std::uint64_t stamp_ = 0;                                // Of the last write of a salted key.
};

}  // namespace serving
