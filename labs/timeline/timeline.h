// Finds fast what a recording says of a moment or of a range. It is an index beside the recording: it reads each row once,
// as the recording grows, and answers in the time of what it returns, however long the run is. One thread uses it; the
// recording may grow on another.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "labs/record/recording.h"
#include "labs/timeline/pyramid.h"
#include "labs/world/links.h"

namespace timeline {

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// What a node is from a moment on, until its next Spell: one begins when any of up, paused, role and epoch changes.
struct Spell {
  core::Time since{};
  std::size_t row = 0;
  bool up = false, paused = false;
  record::NameId role = 0;             // 0: none yet.
  double epoch = 0;
  // Row of a `show`, whose body is the mechanism's Shown: in a Moment the last one not after it, in spells() the last one
  // when it began. kNone: none since it was started.
  std::size_t shown = kNone;
};

// The samples of one metric at one node. Of a counter: the totals; of a timing: every sample.
struct Series {
  core::NodeId node{};
  record::NameId name = 0;
  Pyramid samples;
};

// A message on its way.
struct Flight {
  std::size_t send = 0, end = kNone;   // Rows; kNone: it is still under way at the end of what is known.
  core::NodeId from{}, to{};
  record::NameId type = 0;
  core::Time left{}, ends{};           // `ends`: Time::max() while that is not known.
  bool lost = false;                   // It ends, or ended, in a drop.
};

// A timer that is set: from when, until when, by the world's clock.
struct Ring {
  record::NameId timer = 0;
  std::uint64_t key = 0;
  core::Time set{}, due{};
};

// What is wrong with a link or around a node, as the world said when it changed.
struct LinkState {
  core::NodeId from{}, to{};
  core::Time since{};
  world::LinkFaults faults;
};
struct Surroundings {
  core::Duration skew{};               // Its clock's, at the moment asked for.
  std::int64_t drift_ppm = 0;
  core::Duration slow{};               // Each step takes so long.
  std::string disk;                    // "", "slow 10ms", "full", ...
};

struct NodeMoment {
  Spell spell;
  Surroundings around;
  std::vector<Ring> rings;
  std::size_t said = kNone;            // Row of its last note, refusal or crash.
};

// Everything that a picture of one moment needs but the messages.
struct Moment {
  core::Time at{};
  std::size_t rows = 0;                // Rows [0, rows) have happened.
  std::vector<NodeMoment> nodes;       // By id - 1.
  std::vector<LinkState> links;        // Only those with something wrong.
};

// A thing that somebody or a script did, or that went wrong: what is marked across all plots.
struct Mark {
  enum class Kind : std::uint8_t { command, crash, restart, violation } kind{};
  core::Time at{};
  std::size_t row = 0;
};
constexpr auto names(Mark::Kind) { return std::array<std::string_view, 4>{"command", "crash", "restart", "violation"}; }

// Everything that must have come before a row, and everything that it may have led to. Lamport, Time, Clocks, and the
// Ordering of Events (1978): along a node's own events, and from a send to its delivery.
struct Cone {
  std::size_t row = kNone;
  std::vector<std::size_t> past_until;    // By node: rows of it up to and including this one; kNone: none of it.
  std::vector<std::size_t> future_from;   // By node: rows of it from this one on; kNone: none of it.
  bool in_past(core::NodeId node, std::size_t r) const {
    return node != core::kNobody && past_until[node - 1] != kNone && r <= past_until[node - 1];
  }
  bool in_future(core::NodeId node, std::size_t r) const {
    return node != core::kNobody && future_from[node - 1] != kNone && r >= future_from[node - 1];
  }
};

// What went over a link in a stretch of time.
struct Flow {
  core::NodeId from{}, to{};
  std::uint64_t sent = 0, lost = 0;
  record::NameId most = 0;             // The message that went most often.
};

class Timeline {
 public:
  explicit Timeline(const record::Recording& recording);
  ~Timeline();

  // Reads on, for about as long as the budget lasts; true when it knows all that is recorded.
  bool catch_up(std::chrono::microseconds budget);
  const record::Recording& recording() const { return recording_; }
  // A number that no other timeline has or had, unlike an address: for those who remember what one said.
  std::uint64_t identity() const { return identity_; }
  std::size_t rows() const;            // Known so far.
  core::Time end() const;              // Of the last known row.

  std::size_t row_at(core::Time at) const;            // Rows [0, row_at) happened up to and including `at`.
  std::size_t row_of(std::uint64_t event_id) const;   // kNone: not recorded.
  Moment moment(core::Time at) const;
  // The messages under way at a moment, by send row. `at_most`: the first so many.
  std::vector<Flight> flights(core::Time at, std::size_t at_most = kNone) const;
  std::size_t flights_count(core::Time at) const;
  // What went over the links in [from, to).
  std::vector<Flow> flows(core::Time from, core::Time to) const;
  std::size_t end_of(std::size_t send_row) const;     // The row of its delivery or drop; kNone: none yet, or no send.
  Cone cone(std::size_t row) const;

  const std::vector<Spell>& spells(core::NodeId node) const;
  const std::vector<std::unique_ptr<Series>>& series() const;      // In the order in which they were first seen.
  const Series* find(core::NodeId node, record::NameId metric) const;
  const std::vector<Mark>& marks() const;
  // How many events happened in each of `out.size()` equal parts of [from, to): of one node, or of all (kNobody).
  void activity(core::Time from, core::Time to, core::NodeId node, std::vector<std::uint32_t>& out) const;
  // A percentile of one timing, of one node or of all (kNobody), over each of `out.size()` equal parts of [from, to);
  // NaN where there is no sample. Within 1 % of the exact value.
  void percentile(record::NameId metric, core::NodeId node, double part, core::Time from, core::Time to,
                  std::vector<double>& out) const;
  std::size_t memory() const;

 private:
  struct Inside;
  const record::Recording& recording_;
  const std::uint64_t identity_;
  std::unique_ptr<Inside> inside_;
};

}  // namespace timeline
