// A service: it takes requests from users or a proxy, and answers them from a cache and a store that stand behind it. In the
// lab file `to = ["caches", "shards"]`: the store is the last group, a cache before it is asked first (cache-aside: the
// service, not the cache, fetches what is missing). Without anything behind it, it keeps what it is told in its own memory.
//
// It works on each request first (`work`: its own computing), and then waits for those behind it: with its worker let go, as
// an event loop does, or with the worker held, as a thread for each request does - then who is slow behind it takes all its
// workers, and it stands still though it has nothing to do.
//
// Guarantees
//   1. A write that was answered with ok was answered so by the store. Without a store, a write that comes again while its
//      number is remembered is done once (idempotent).
//   2. on_write = invalidate: when a write that was done, or may have been, is answered, the cache was told to drop the old value before; or it could
//      not be told, which `service_invalidations_lost_total` counts. A read that fetched the old value before may still put
//      it into the cache afterwards: what is against that is the cache's own affair (versions, leases).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/serving/announcing.h"
#include "mechanisms/serving/inlet.h"
#include "mechanisms/serving/invariants.h"
#include "mechanisms/serving/once.h"
#include "mechanisms/serving/outlet.h"

namespace serving {

enum class OnWrite : std::uint8_t { invalidate, update, keep };
constexpr auto names(OnWrite) { return std::array<std::string_view, 3>{"invalidate", "update", "keep"}; }

inline constexpr core::Metric kCacheHits{"service_cache_hits_total", core::Metric::Kind::counter, "requests", "Gets that the cache answered.", core::Better::higher};
inline constexpr core::Metric kCacheMisses{"service_cache_misses_total", core::Metric::Kind::counter, "requests",
                                           "Gets for which the store was asked: the cache had nothing, or did not answer.", core::Better::lower};
inline constexpr core::Metric kInvalidationsLost{"service_invalidations_lost_total", core::Metric::Kind::counter, "requests",
                                                 "Writes after which the cache could not be told: it may go on giving the old value.", core::Better::lower};

struct ServiceSettings {
  Inlet::Settings door;
  bool hold_workers = false;
  double errors = 0;
  OnWrite on_write = OnWrite::invalidate;
  bool idempotent = true;
  Once::Settings remember;
  Announcing::Settings track;
  Outlet::Settings cache;
  Outlet::Settings store;
  FIELDS(ServiceSettings, door, hold_workers, errors, on_write, idempotent, remember, track, cache, store)
  static constexpr auto kDeclared = std::array{
      core::Setting{"hold_workers", "", "", "", "A worker waits with his request for those behind; else he takes another meanwhile."},
      core::Setting{"errors", "0", "1", "", "Share of requests that end in an error, as from a bug."},
      core::Setting{"on_write", "", "", "", "What a write does to the cache: drop the old value, put the new one in, or nothing."},
      core::Setting{"idempotent", "", "", "", "Without a store: a write that comes again, under the same number, is done once."}};
};

class Service {
 public:
  struct Shown {
    std::uint32_t busy{}, queued{}, open{};
    FIELDS(Shown, busy, queued, open)
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Durable = Forgetful;
  using Settings = ServiceSettings;
  using Step = serving::Step;
  static constexpr auto& kTells = Outlet::kTells;
  static constexpr auto kMetrics =
      core::joined(kInletMetrics,
                   std::array{&kCacheHits, &kCacheMisses, &kInvalidationsLost, &resilience::kIdempotentReplays,
                              &resilience::kIdempotencyConflicts},
                   kAnnouncingMetrics, metrics_of(kUpstream), metrics_of(kCacheUpstream), kScatterMetrics);

  Service(const core::Roster& roster, const Settings& settings, Durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Request& m) { inlet_.take(step, from, m); }
  void on_message(Step& step, core::NodeId from, const Reply& m);
  void on_message(Step& step, core::NodeId from, const Probe& m);
  void on_message(Step& step, core::NodeId from, const ProbeReply& m);
  void on_message(Step& step, core::NodeId from, const partitioning::Table& m);
  // From the cache, or from another service's: whoever was answered here has an old value.
  void on_message(Step& step, core::NodeId from, const Invalidate& m) { announcing_.changed(step, m.key, m.version, from); }
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For proxies, caches and shards.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const { return shown_; }
  core::Face face() const { return {"service", 0}; }

  using Invariants = PathInvariants<Service>;
  const Inlet* door() const { return &inlet_; }
  std::array<const Outlet*, 2> outlets() const { return {store_ ? &*store_ : nullptr, cache_ ? &*cache_ : nullptr}; }
  OpenConnections connections() const { return {}; }
  friend bool operator==(const Service&, const Service&) = default;

 private:
  // What a request waits for.
  enum class Phase : std::uint8_t { asking_cache, asking_store, telling_cache };
  struct Doing {
    Phase phase{};
    Reply reply;   // telling_cache: what the store said.
    std::uint64_t lease = 0;   // asking_store: by which the cache wants to be filled.
    bool fills = false;        // asking_store: the cache is well, and has nothing.
    friend bool operator==(const Doing&, const Doing&) = default;
  };
  static constexpr std::uint8_t kStore = 0, kCache = 1;   // Numbers of the outlets.
  static constexpr Outlet::Tag kNobodyAsks = 0;           // A value is put into the cache, and nobody waits for that.
  static constexpr Outlet::Tag kRefresh = 1ull << 63;     // A value is fetched for the cache, and nobody waits for that.

  void work(Step& step, Ticket ticket);
  void ask(Step& step, Outlet& outlet, Ticket ticket, Request request, Phase phase, Reply reply = {});
  void settle(Step& step);
  void from_cache(Step& step, Ticket ticket, const Reply& reply);
  void from_store(Step& step, Ticket ticket, const Reply& reply);
  void fill(Step& step, const Request& request, const Reply& reply, std::uint64_t lease);
  // The cache waits for a value that is not there, or could not be fetched.
  void give_back(Step& step, const Request& request, std::uint64_t lease);
  void refresh(Step& step, const Request& request, std::uint64_t lease);
  void refreshed(Step& step, Outlet::Tag tag, const Reply& reply);
  void answer(Step& step, Ticket ticket, const Reply& reply);
  Reply keep_once(Step& step, const Request& request);
  Reply keep(const Request& request);

  core::Names names_;
  Settings settings_;
  Inlet inlet_;
  std::optional<Outlet> cache_, store_;
  Announcing announcing_;
  std::map<Ticket, Doing> doing_;
  std::map<Outlet::Tag, Request> refreshes_;   // Puts into the cache that lack their value.
  std::uint64_t last_refresh_ = 0;
  std::map<std::string, std::pair<std::string, std::uint64_t>> kept_;   // Without a store: values and their versions.
  std::uint64_t versions_ = 0;
  Once once_;
  Shown shown_;
};

}  // namespace serving
