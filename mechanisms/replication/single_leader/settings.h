// What can be tuned on a replica, and the known bugs that can be switched on.
#pragma once
#include <array>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace single_leader {

// When a primary answers a write.
enum class Mode : std::uint8_t {
  async,      // When it is on its own disk. A failover may lose it.
  semi_sync,  // When it is also on the disks of `acks` replicas.
  sync,       // When it is on the disks of all replicas.
};
constexpr auto names(Mode) { return std::array<std::string_view, 3>{"async", "semi_sync", "sync"}; }

// What becomes of writes that are not acknowledged within `ack_timeout`.
enum class OnTimeout : std::uint8_t {
  wait,   // They wait. Without replicas nothing is written.
  async,  // Clients are answered all the same, from now on at once, until replicas have caught up: what MySQL does.
};
constexpr auto names(OnTimeout) { return std::array<std::string_view, 2>{"wait", "async"}; }

// What a replica does with a get whose reader has seen more than it has applied.
enum class Behind : std::uint8_t { wait, forward, refuse };
constexpr auto names(Behind) { return std::array<std::string_view, 3>{"wait", "forward", "refuse"}; }

// Known bugs, each read at exactly one `if`. A test shows for each that an invariant or a checker catches it.
struct Flaws {
  bool no_fencing{};
  bool acknowledge_before_replicas{};
  bool skip_entry{};
  bool ignore_token{};
  FIELDS(Flaws, no_fencing, acknowledge_before_replicas, skip_entry, ignore_token)
  static constexpr auto kDeclared = std::array{
      core::Setting{"no_fencing", "", "", "", "A primary that hears of a later epoch goes on as if it had not: split brain."},
      core::Setting{"acknowledge_before_replicas", "", "", "", "Clients are told that replicas have their write before any has."},
      core::Setting{"skip_entry", "", "", "", "A replica now and then skips an entry when it applies the log: it drifts."},
      core::Setting{"ignore_token", "", "", "", "A replica that is behind answers readers who have seen more."}};
};

struct Settings {
  Mode mode = Mode::async;
  std::uint32_t acks = 1;
  core::Duration ack_timeout = std::chrono::seconds(1);
  OnTimeout on_timeout = OnTimeout::wait;
  core::Duration heartbeat = std::chrono::milliseconds(50);
  core::Duration lease{};
  std::uint32_t lease_replicas = 0;
  double lease_drift_bound = 0.1;
  Behind behind = Behind::wait;
  core::Duration behind_timeout = std::chrono::milliseconds(500);
  std::uint32_t workers = 1;
  core::Duration apply_cost{};
  std::uint32_t keep_entries = 10000;
  std::uint32_t snapshot_chunk = 32 * 1024;
  std::uint32_t max_batch_entries = 256;
  std::uint32_t max_batch_bytes = 64 * 1024;
  std::uint32_t max_in_flight = 4;
  core::Duration verify_every{};
  bool repair = true;
  Flaws flaws;
  FIELDS(Settings, mode, acks, ack_timeout, on_timeout, heartbeat, lease, lease_replicas, lease_drift_bound, behind,
         behind_timeout, workers, apply_cost, keep_entries, snapshot_chunk, max_batch_entries, max_batch_bytes,
         max_in_flight, verify_every, repair, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"mode", "", "", "", "When a write is answered: when the primary has it, when some replicas have it, or when all have it."},
      core::Setting{"acks", "1", "100", "replicas", "How many replicas must have a write in semi-synchronous mode."},
      core::Setting{"ack_timeout", "1ms", "1h", "", "How long writes wait for replicas before `on_timeout` applies."},
      core::Setting{"on_timeout", "", "", "", "Without acknowledgements: wait on, or fall back to asynchronous and lose the promise."},
      core::Setting{"heartbeat", "1ms", "10s", "", "How often a primary says that it lives, and how far its log reaches."},
      core::Setting{"lease", "0", "1h", "",
                    "A primary for whom nobody has vouched for so long stops serving; 0: it serves until it hears of a successor. "
                    "The monitor's must be as long."},
      core::Setting{"lease_replicas", "0", "100", "replicas",
                    "So many replicas vouch for a primary as well as the monitor does; 0: only the monitor."},
      core::Setting{"lease_drift_bound", "0", "0.9", "", "A lease assumes that no two clocks differ in rate by more than this."},
      core::Setting{"behind", "", "", "", "A get whose reader has seen more than this replica: wait, send it on to the primary, or refuse."},
      core::Setting{"behind_timeout", "1ms", "1h", "", "A get that has waited for so long is refused."},
      core::Setting{"workers", "1", "64", "workers", "How many entries a replica applies at a time; those of one key one after the other."},
      core::Setting{"apply_cost", "0", "1h", "", "How long a worker of a replica needs for each change of a key."},
      core::Setting{"keep_entries", "4", "100000000", "entries", "The log keeps so many entries for replicas that are behind; the others need a snapshot."},
      core::Setting{"snapshot_chunk", "1", "1MiB", "bytes", "How large a piece of a snapshot one message carries."},
      core::Setting{"max_batch_entries", "1", "100000", "entries", "At most so many entries in one message."},
      core::Setting{"max_batch_bytes", "1", "16MiB", "bytes", "About so many bytes in one message."},
      core::Setting{"max_in_flight", "1", "1000", "messages", "So many messages with entries may be unanswered."},
      core::Setting{"verify_every", "0", "1h", "", "How often a primary logs checksums of its data for replicas to compare; 0: when told to."},
      core::Setting{"repair", "", "", "", "A primary that hears of drift writes the ranges concerned to the log anew."}};

  std::string conflict() const {
    if (lease > core::Duration{} && lease <= 2 * heartbeat)
      return "a lease of " + core::text(lease) + " would run out between heartbeats of " + core::text(heartbeat) +
             ": make it longer than two of them";
    return "";
  }
};

}  // namespace single_leader
