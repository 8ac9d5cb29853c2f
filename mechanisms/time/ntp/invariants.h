// What must hold of an NTP client by itself, checked after every step. That its clock is within the bound of the true time
// no node can know: the tests do, for they make the world's clock.
#pragma once
#include <span>
#include <string>
#include <vector>

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

class Invariants {
 public:
  // `all` in the order of the group; null for a client that is down.
  std::string after(std::span<const Client* const> all, std::size_t stepped);

 private:
  std::vector<Reading> readings_;
};

}  // namespace ntp
