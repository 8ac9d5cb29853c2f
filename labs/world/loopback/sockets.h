// The loopback world's network: a listening socket a node on 127.0.0.1, on a port that the system chooses, and a TCP
// connection for each two nodes that talk, made when one of them first has something to say. Messages travel as frames
// with a length and a checksum.
//
// A connection begins with a greeting that carries the run's secret, so a stranger's bytes reach no node. Every frame
// that was sent is reported once: it arrived, or it is known to be lost. One thread.
#pragma once
#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "labs/world/loopback/trouble.h"
#include "mechanisms/core/ids.h"

namespace world {

class Sockets {
 public:
  struct Frame {
    std::uint64_t send = 0;    // The send event's id,
    std::uint64_t stamp = 0;   // and its stamp.
    std::uint32_t type = 0;    // The message's name.
    core::BytesView message;
    bool intact = true;        // The checksum fits.
  };
  enum class Loss : std::uint8_t { down, reset };  // Nobody listens; the connection broke.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    virtual void on_frame(core::NodeId from, core::NodeId to, const Frame& frame) = 0;
    virtual void on_lost(core::NodeId from, core::NodeId to, std::uint64_t send, Loss why) = 0;
  };

  // Throws Trouble when the machine does not allow so many connections.
  Sockets(asio::io_context& io, Receiver& receiver, std::size_t nodes);
  ~Sockets();

  void open(core::NodeId node);   // Listens. Throws Trouble.
  void close(core::NodeId node);  // What the end of a process does: what it has sent still arrives, all else breaks.
  void reset(core::NodeId a, core::NodeId b);  // Breaks the connections between the two, with what is on them.
  // Leaves with the next flush(). `damaged`: a bit flips on the way.
  void send(core::NodeId from, core::NodeId to, const Frame& frame, bool damaged);
  void flush();

  std::uint16_t port(core::NodeId node) const;  // 0: it never listened.
  std::uint64_t strangers() const;              // Connections that were turned away.

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace world
