// What a replica knows only while it has a role: a primary of its replicas and its clients, a replica of what it is being sent.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "mechanisms/replication/single_leader/messages.h"

namespace single_leader {

// Whoever waits for an answer.
struct Caller {
  core::NodeId node = core::kNobody;
  std::uint64_t session = 0, serial = 0;
  core::Time began{};
  friend bool operator==(const Caller&, const Caller&) = default;
};
struct Following {
  std::optional<Snapshot> incoming;  // The chunks so far, in `data`.
  bool handed_over = false;          // It was the primary, and its successor has not yet said that it leads:
  std::vector<Caller> turned_away;   // these are told where to go as soon as it has.
  friend bool operator==(const Following&, const Following&) = default;
};
// What a primary knows of a replica.
struct Progress {
  Index match = 0;               // Its log is ours up to here, on its disk: it has said so.
  Index next = 1;                // What to send next.
  std::vector<Index> in_flight;  // The last entry of each message with entries that it has not answered.
  bool probing = true;           // It is not known where the logs agree: nothing is sent until it has answered.
  core::Time anew{};             // When it last began anew behind `match`, because messages were lost.
  core::Time vouched{};          // When the latest message that it has answered went out: until then it was not fenced.
  bool vouches = false;          // `vouched` means something.
  Index applied = 0;
  bool copying = false;          // It is being sent the image,
  std::uint64_t offset = 0;      // from this byte on;
  core::Time chunk_sent{};       // which went out then.
  friend bool operator==(const Progress&, const Progress&) = default;
};
struct HandOver {  // It is to leave its epoch as soon as the successor has all of its log.
  core::NodeId successor = core::kNobody, monitor = core::kNobody;
  Epoch epoch = 0;   // The next.
  friend bool operator==(const HandOver&, const HandOver&) = default;
};
struct Image {  // What replicas that need a snapshot are sent.
  Index index = 0;  // 0: none.
  std::uint64_t log_bytes = 0;
  core::Bytes data;
  friend bool operator==(const Image&, const Image&) = default;
};
struct Leading {
  std::map<core::NodeId, Progress> others;
  std::map<Index, Caller> waiting;     // Writers, by their entry,
  std::map<std::uint64_t, Index> open;  // and by their session, the entry.
  Index begins = 0;                    // The first entry of its epoch. What is answered is never before it: an earlier
                                       // epoch's entry on enough disks may still lose against a later one's.
  Index read_floor = 0;                // Gets wait until this is committed: it may have been answered before.
  bool fallen_back = false;            // Replicas did not acknowledge in time.
  Index settled = 0;                   // What the log held at the last heartbeat.
  bool lease_ended = false;            // That was said.
  core::Time vouched{};                // When it sent the monitor the last answer that is known to have arrived;
  bool vouches = false;                // if any.
  Image image;
  bool verify = false;                 // Checksums are due,
  std::set<std::uint32_t> repairs;     // and these ranges are to be written anew: both when all of the log is applied.
  std::optional<HandOver> hand_over;
  std::vector<std::pair<core::NodeId, Request>> held;  // Writes that wait for one of these.
  friend bool operator==(const Leading&, const Leading&) = default;
};
struct ParkedGet {
  Caller client;
  std::string key;
  Position token;
  Index floor = 0;           // Of a primary: what must be committed.
  std::uint64_t number = 0;
  friend bool operator==(const ParkedGet&, const ParkedGet&) = default;
};
struct Heartbeat {  // The primary's clock when its log ended at `last`.
  core::Time at;
  Index last = 0;
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

}  // namespace single_leader
