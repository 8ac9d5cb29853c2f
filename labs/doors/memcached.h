// memcached's text protocol over whatever store the world has, for memccapable, memcslap and every client of memcached.
//
// What reads a value and then writes it - add, append, cas, incr, touch, ... - has the key for itself meanwhile, among those who
// came in by this door; where the store can compare and swap, it does, so that nobody else's write is lost either. The unique of
// gets and cas is a hash of all that lies in the cluster. What flush_all hides is known to the door only: it is forgotten when the
// door is closed.
#pragma once
#include "labs/doors/doors.h"

namespace doors {

Limits memcached_limits();
std::unique_ptr<Door> open_memcached(House house, std::uint16_t port);
// With other limits, for tests.
Meet meet_memcached(House house);

}  // namespace doors
