// Whom to believe among several servers, and what they say together (RFC 5905, section 11.2; Marzullo: Maintaining the Time
// in a Distributed System, 1984). Each server names an interval in which the true time must be. A server whose clock is
// right names one that holds the true time; so the right ones have a point in common, and who has none with a majority
// is a falseticker.
//
// Guarantee: if a majority of the candidates name intervals that hold the true offset, so does at least one survivor, and
// the combined offset is no further from the true one than the combined bound.
//
// Left out: the cluster algorithm (section 11.2.2), which throws out survivors that only are worse than others; and the rule
// that most midpoints must lie inside the agreement, which calls a true server behind a slow link a liar.
#pragma once
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace ntp {

struct Candidate {
  core::NodeId server{};
  core::Duration offset{};         // The middle of its interval,
  core::Duration distance{};       // and half its width: the root distance.
  FIELDS(Candidate, server, offset, distance)
  core::Duration low() const { return offset - distance; }
  core::Duration high() const { return offset + distance; }
};

// The survivors: those that share a point with as many others as possible, and at least with a majority. Empty: there is no
// majority.
std::vector<Candidate> select(const std::vector<Candidate>& all);

struct Combined {
  core::Duration offset{};         // Their mean, weighted by how exact each is (section 11.2.3).
  core::Duration bound{};          // The true offset is no further from it, if any one of them is right.
  FIELDS(Combined, offset, bound)
};
Combined combine(const std::vector<Candidate>& survivors);

}  // namespace ntp
