// The four guarantees of a session (Terry, Demers, Petersen, Spreitzer, Theimer, Welch: Session Guarantees for Weakly
// Consistent Replicated Data, 1994), as far as clients can see whether they are kept. A session is a process.
//
// Each guarantee demands something of the order in which the system puts the writes of a key (their WriteOrder):
//   read your writes     what a session reads is no older than what it wrote before
//   monotonic reads      what a session reads is no older than what it read before
//   monotonic writes     what a session writes is newer than what it wrote before
//   writes follow reads  what a session writes is newer than what it read before
// Besides, a key's initial nothing is the oldest; writes that both tell a version are in the order of their versions; and
// where the system tells no versions, the writes of one session are in the order of the session, and a cas comes after the
// write that it compared with. A key that is appended to shows its order: what a read shows one behind the other is so, with no
// other write in between, and a session's own order is then not taken for the system's. Real time orders nothing else: which of two sessions' writes comes first is the system's choice (its clocks may differ). A guarantee is broken
// when no order has all of that: when the demands form a circle. Values that a read got as siblings have no order in the
// system; so two that a session wrote, or of which it read one before it wrote the other, break monotonic writes, or writes
// follow reads.
//
// What one server holds, clients of many servers cannot see: that a write is missing at a server that has a later one is
// found by causal.h, together with what the session read.
#pragma once
#include <vector>

#include "labs/check/promise.h"
#include "labs/check/sessions.h"

namespace check {

// Operations that break the guarantee together; none: nothing known breaks it.
std::vector<std::size_t> breaks_guarantee(const Sessions& sessions, Promise guarantee);

}  // namespace check
