// What must hold of an NTP client, checked after every step. That its clock is within the bound of the true time no node can
// know: the world does (core/truth.h), and also whether what the promise rests on is so.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/core/truth.h"
#include "mechanisms/time/ntp/client.h"

namespace ntp {

// States. Each returns what is broken, in words, or nothing.
std::string believes_only_a_majority(const Client& client);   // Whoever is believed agrees with a majority of all heard,
std::string chooses_least_delay(const Client& client);        // and no sample of a server is better than the chosen one.

// What a client's clocks were after its last step.
struct Reading {
  bool known = false;
  core::Time own{}, kept{};
  std::uint64_t steps = 0;
  std::int64_t slew_ppb = 0, drift_ppb = 0;
};
// A transition: without a step the kept clock never runs backwards, and no faster than the slew allows.
std::string runs_on(const Reading& before, const Reading& after);

// Whether what guarantee 1 of client.h rests on is so, for one client: its clock runs evenly and drifts by no more than was
// declared, and a majority of those that it heard had clocks that were as exact as they said while they were asked. That is
// seen whenever the client has done something; where something may have happened in between, it counts as not so.
class Premises {
 public:
  struct Clock {                     // Of a server, at one moment.
    std::uint64_t times_set = 0;
    core::Duration off{};            // From the true time; never negative.
  };
  // After each step of the client,
  void look(const Client& client, const core::Truth& truth);
  // and when it goes down.
  void forget(const core::Truth& truth);
  // What the bound was made from is as it must be, and its own clock has run evenly since.
  bool hold() const { return sound_ && epoch_ == sound_since_; }

 private:
  struct Heard {                     // A sample.
    bool exact = false;              // Its server's clock was right all the time.
    std::uint64_t epoch = 0;         // Of the client's own clock when it asked.
  };
  struct Line {                      // A server.
    Clock last;                      // When the client was looked at last,
    std::uint64_t last_epoch = 0;    // and of which epoch its own clock was then.
    std::optional<core::Time> asked;  // The request that is not answered, and what was so before it left.
    Clock before;
    std::uint64_t before_epoch = 0;
    std::map<core::Time, Heard> samples;  // By when they came, as the client's clock has it.
  };

  void look_at_clock(const core::Truth& truth);
  void look_at(const Client::Server& server, const core::Truth& truth);

  core::NodeId id_ = core::kNobody;  // The client's; nobody: it was not looked at yet.
  std::uint64_t epoch_ = 0;          // Grows when its own clock was set, or another drift was declared.
  std::uint64_t times_set_ = 0;
  std::int64_t max_drift_ppb_ = 0;
  bool sound_ = false;
  std::uint64_t sound_since_ = 0;
  std::map<core::NodeId, Line> lines_;
};

// Guarantee 1, while the premises hold.
std::string within_bound(const Client& client, const core::Truth& truth);

class Invariants {
 public:
  // `all` in the order of the group; null for a client that is down.
  std::string after(std::span<const Client* const> all, std::size_t stepped, const core::Truth& truth);

 private:
  struct Watched {
    Reading reading;
    Premises premises;
  };
  std::vector<Watched> watched_;
};

}  // namespace ntp
