// What an NTP client and its servers say to each other: the four timestamps, and how far the server's own time may be from
// the true one (RFC 5905, section 7.3).
#pragma once
#include <variant>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/time.h"

namespace ntp {

struct Request {
  core::Time origin{};             // T1: when it left, by the client's clock.
  FIELDS(Request, origin)
};
struct Reply {
  core::Time origin{};             // T1 again: tells the client which request this answers.
  core::Time receive{};            // T2: when the request came, by the server's clock.
  core::Time transmit{};           // T3: when the reply left, by the server's clock.
  core::Duration root_dispersion{};  // The server's clock is at most so far from the true time, as it says.
  FIELDS(Reply, origin, receive, transmit, root_dispersion)
};
using Message = std::variant<Request, Reply>;

}  // namespace ntp
