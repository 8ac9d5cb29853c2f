// A cache as a node of the request path: memcached or Redis beside a store, a CDN's edge before services, a write-back cache
// before a database. What it holds, and who has to go, is of policies/; how a request goes through it is of paths/.
//
//   aside           whoever asks fetches what is missing, and puts it in with the lease that he was given (Nishtala et al.,
//                   Scaling Memcache at Facebook, NSDI 2013, section 3.2.1). Writes go elsewhere; the cache is told.
//   read_through    it fetches what is missing itself. A write goes on to those behind it, and drops the key.
//   write_through   the same, but a write is kept when those behind it have it.
//   write_back      a write is answered at once, and stored behind the cache later. A crash in between loses it.
//
// The caches of several levels stand behind each other, each with a time to live of its own; the age of a value adds up.
// With `track`, whoever asked for a key is told when it changes, and passes that on to those who asked him.
//
// Guarantees
//   1. Every request is answered once (inlet.h). Whoever waits for another's fetch is answered when that ends, or looks again
//      when the key changed meanwhile or the lease has timed out; so nobody who came after a change gets what was fetched
//      before it.
//   2. read_through and write_through: a write that was answered with ok was answered so by those behind, and from then on
//      no older value is served here. A write that may have been done drops the key, too.
//   3. write_back: until a dirty key is stored, its newest value is served from here, whatever was evicted. A write that comes
//      again while its number is remembered is done once.
//   4. aside: a fill whose lease is from before the key's last change is refused, unless its version shows that it is no older. So is one
//      whose lease is from before a crash: what was changed since then is forgotten.
//
// Left out: values that are known to be absent are not kept; a cache in front has no keys of its own to scan.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/caching/metrics.h"
#include "mechanisms/caching/paths/read_path.h"
#include "mechanisms/caching/paths/write_back.h"
#include "mechanisms/serving/announcing.h"
#include "mechanisms/serving/inlet.h"
#include "mechanisms/serving/once.h"
#include "mechanisms/serving/outlet.h"

namespace caching {

enum class Mode : std::uint8_t { aside, read_through, write_through, write_back };
constexpr auto names(Mode) { return std::array<std::string_view, 4>{"aside", "read_through", "write_through", "write_back"}; }

struct ServerSettings {
  serving::Inlet::Settings door = quick();
  Mode mode = Mode::aside;
  core::Duration hit_rate_window = std::chrono::seconds(10);
  ReadSettings read;
  CacheSettings keep;
  WriteBackSettings back;
  bool idempotent = true;
  serving::Once::Settings remember;
  Tracking::Settings track;
  serving::Outlet::Settings store;
  FIELDS(ServerSettings, door, mode, hit_rate_window, read, keep, back, idempotent, remember, track, store)
  static constexpr auto kDeclared = std::array{
      core::Setting{"mode", "", "", "", "Who fetches what is missing, and when a write is done."},
      core::Setting{"hit_rate_window", "100ms", "1h", "", "The hit rate that is shown is that of so long."},
      core::Setting{"idempotent", "", "", "", "write_back: a write that comes again, under the same number, is done once."}};

 private:
  static serving::Inlet::Settings quick() {
    serving::Inlet::Settings settings;
    settings.work.time = std::chrono::microseconds(200);
    return settings;
  }
};

class ServerInvariants;

class Server {
 public:
  struct Shown {
    std::uint64_t entries{}, bytes{}, dirty{};
    std::uint32_t open{};
    FIELDS(Shown, entries, bytes, dirty, open)
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Durable = serving::Forgetful;
  using Settings = ServerSettings;
  using Step = serving::Step;
  using Invariants = ServerInvariants;
  static constexpr std::array kTells{
      core::Tell{"clear", "Forget all values: the cache is cold. What is dirty stays."},
      core::Tell{"shrink PERCENT", "Memory pressure: only so much of its size is left, `shrink 50%`. `shrink 100%`: as before."},
      core::Tell{"warm N", "Fetch the first N keys from the store, a few at a time, before users ask for them."}};
  static constexpr auto kMetrics = core::joined(
      serving::kInletMetrics,
      std::array{&kHits, &kMisses, &kHitRate, &kEntries, &kBytes, &kEvictions, &kExpired, &kFetches, &kWaits, &kStale, &kRefreshes,
                 &kFillsRefused, &kDirtyKeys, &kWritesAtRisk, &kDirtyAge, &kFlushes, &kCoalesced,
                 &resilience::kIdempotentReplays, &resilience::kIdempotencyConflicts},
      serving::kAnnouncingMetrics, serving::metrics_of(serving::kUpstream));

  Server(const core::Roster& roster, const Settings& settings, Durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const serving::Request& m) { inlet_.take(step, from, m); }
  void on_message(Step& step, core::NodeId from, const serving::Reply& m);
  void on_message(Step& step, core::NodeId from, const serving::Probe& m);
  void on_message(Step& step, core::NodeId from, const serving::ProbeReply& m);
  void on_message(Step& step, core::NodeId from, const serving::Invalidate& m);
  void on_message(Step& step, core::NodeId from, const partitioning::Table& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For proxies and shards.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const { return shown_; }
  core::Face face() const { return {"cache", 0}; }
  const std::string& name() const { return name_; }
  const ReadPath& path() const { return path_; }
  const WriteBack& back() const { return back_; }
  friend bool operator==(const Server&, const Server&) = default;

 private:
  using Ticket = serving::Ticket;
  static constexpr Ticket kNobody = 0;            // Nobody waits for this errand.
  static constexpr std::size_t kWarmingAtOnce = 4;

  // What those behind were asked, and why.
  struct Errand {
    enum class Why : std::uint8_t { fetch, warm, write, pass, flush, list };
    Why why{};
    Ticket ticket = kNobody;
    std::string key{};
    Lease lease = 0;         // fetch, warm.
    core::Time began{};
    bool deletes = false;    // flush.
    std::size_t wanted = 0;  // list: how many of the keys are to be warmed.
    friend bool operator==(const Errand&, const Errand&) = default;
  };
  // Those who wait for the fetch of another.
  struct Waiting {
    Lease lease = 0;
    std::vector<Ticket> tickets;
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };

  // Nobody else fetches for it, or it has nobody to ask.
  bool aside() const { return settings_.mode == Mode::aside || !store_; }
  void settle(Step& step);
  void work(Step& step, Ticket ticket);
  void send(Step& step, Errand errand, serving::Request request);
  void ended(Step& step, const Errand& errand, const serving::Reply& reply);
  void measure(Step& step);
  void show_counts(Step& step);

  // Reading.
  void look(Step& step, Ticket ticket, bool again = false);
  void park(Step& step, Ticket ticket, const std::string& key);
  void unpark(Ticket ticket);
  // From now on whoever waits for the key waits for this one.
  void leads(const std::string& key, Lease lease);
  void fetch(Step& step, Errand::Why why, Ticket ticket, const std::string& key, Lease lease);
  void fetched(Step& step, const Errand& errand, const serving::Reply& reply);
  void not_fetched(Step& step, const Errand& errand, serving::Reply reply);
  // Those who waited for this lease have their answer; those who wait for another go on waiting.
  void answer_waiting(Step& step, const std::string& key, Lease lease, const serving::Reply& reply);
  void look_again(Step& step, const std::string& key);
  void warm_next(Step& step);
  void list_for_warming(Step& step, const Errand& errand, const serving::Reply& reply);

  // Writing.
  void told(Step& step, Ticket ticket, const serving::Request& request);       // aside
  void written(Step& step, const Errand& errand, const serving::Reply& reply); // through
  void acknowledge(Step& step, Ticket ticket, const serving::Reply* base = nullptr);   // back
  std::optional<serving::Reply> found(const serving::Request& request, core::Time now, const serving::Reply* base) const;
  void flush(Step& step);
  void flushed(Step& step, const Errand& errand, const serving::Reply& reply);
  void arm_flush(Step& step);
  void hurry_evicted(Step& step);
  void dropped(Step& step, const std::string& key, Version version, core::NodeId by);
  void kept(Step& step, const std::string& key, const std::string& value, Version version, core::NodeId by);
  CacheSettings shrunk() const;

  std::string name_;
  Settings settings_;
  serving::Inlet inlet_;
  std::optional<serving::Outlet> store_;
  ReadPath path_;
  WriteBack back_;
  serving::Once once_;
  serving::Announcing announcing_;
  std::map<serving::Outlet::Tag, Errand> errands_;
  serving::Outlet::Tag last_errand_ = 0;
  std::map<std::string, Waiting> waiting_;
  std::map<Lease, core::Time> granted_;     // aside: when, for what a fetch takes.
  std::deque<std::string> to_warm_;
  std::size_t warming_ = 0;                 // Fetches of these that are under way.
  std::optional<core::Time> flush_again_;   // A flush has failed: not before then.
  std::uint32_t percent_ = 100;             // Of its size, that memory pressure leaves.
  std::uint64_t hits_ = 0, misses_ = 0;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> before_;   // Both, when they were measured last, within the window.
  ReadPath::Counts path_shown_;
  Cache<std::string, ReadPath::Kept>::Counts cache_shown_;
  WriteBack::Counts back_shown_;
  Shown shown_;
};

}  // namespace caching
