// Fifty clients who each ask, wait for the answer, and ask again: at a door of a world, and at a bare server beside it that sends
// as many bytes for as many. They run on a thread of their own, with sockets of the same library.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace world {
class LoopbackWorld;
}

namespace bench {

struct Crowded {
  double rate = 0, p50 = 0, p99 = 0;   // Answers a second; milliseconds.
};

// All answers have this length. `serve` is called again and again in this thread meanwhile. Throws what went wrong with the crowd.
Crowded crowd_at(std::uint16_t port, const std::string& request, std::size_t answer, const std::function<void()>& serve);
// At the door of a world, which runs meanwhile; and at the bare server.
Crowded crowd_at_door(world::LoopbackWorld& world, std::uint16_t port, const std::string& request, std::size_t answer);
Crowded crowd_beside(const std::string& request, std::size_t answer);

// Of "127.0.0.1:6379".
std::uint16_t port_of(const std::string& address);

}  // namespace bench
