// Doors: protocols by which real programs - redis-cli, curl, memccapable, Prometheus - reach the cluster of a loopback world.
// They are bound to 127.0.0.1, and none is open unless somebody asked for it. What comes in by a door becomes operations of one
// of the world's client nodes (asker.h): recorded, judged and slowed down by faults as everybody's.
//
// A protocol is one file here and one line in the list of doors.cc.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "labs/doors/asker.h"
#include "labs/doors/connections.h"
#include "labs/doors/seen.h"

namespace doors {

// What somebody asks for: `resp`, `resp:127.0.0.1:6379`, `resp:6379`, `resp@C1`: of the client node C1.
struct Wish {
  std::string protocol;
  std::uint16_t port = 0;   // 0: one that the system chooses.
  std::string node;         // Whose operations they become; empty: the first client's.
};
// Throws world::BadCommand, in words: no such protocol, no such port, or an address that is not this machine's own.
Wish parse_wish(std::string_view words);

class Doors;

// What a protocol gets.
struct House {
  world::LoopbackWorld& world;
  Asker& asker;
  Turns& turns;
  const Doors& doors;   // All that are open.
};

// A door that stands open.
class Door {
 public:
  virtual ~Door() = default;
  virtual std::vector<std::uint16_t> ports() const = 0;   // All of this machine's 127.0.0.1.
  virtual std::size_t clients() const = 0;
  virtual std::uint64_t cut_off() const = 0;              // For being too many, too slow or too long.
  virtual std::uint64_t refused() const { return 0; }     // Requests that pages of other sites sent.
};

struct Protocol {
  std::string name;    // "resp"
  std::string help;    // "Redis' protocol: for redis-cli, redis-benchmark and every Redis client"
  std::unique_ptr<Door> (*open)(House house, std::uint16_t port);   // Throws world::Trouble.
  bool asks = true;    // Else it leads to no client: its asker is nobody's.
};
const std::vector<Protocol>& protocols();

// A door with one port, as most have.
std::unique_ptr<Door> single(asio::io_context& loop, std::uint16_t port, Meet meet, const Limits& limits = {});

// The open doors of one world. It must not outlive the world.
class Doors {
 public:
  explicit Doors(world::LoopbackWorld& world) : world_(world) {}

  // Throws world::BadCommand or world::Trouble, in words; then nothing is open that was not.
  Seen open(const Wish& wish);
  // All of this protocol. False: there was none.
  bool close(std::string_view protocol);
  std::vector<Seen> seen() const;

 private:
  struct Open {
    std::string protocol;
    std::unique_ptr<Asker> asker;
    std::unique_ptr<Turns> turns;
    std::unique_ptr<Door> door;          // Goes first: it asks.
  };
  Seen seen(const Open& one) const;
  core::NodeId client(const std::string& wished) const;

  world::LoopbackWorld& world_;
  std::vector<Open> open_;
};

}  // namespace doors
