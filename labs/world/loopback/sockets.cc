#include "labs/world/loopback/sockets.h"

#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace world {
namespace {

using asio::ip::tcp;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMaxMessage = 32u << 20;
constexpr std::size_t kGuests = 64;             // So many connections of a node may have not greeted yet.
constexpr auto kGreetWithin = std::chrono::seconds(1);

// The wire's structures, as they lie in memory: both ends are this process.
struct Greeting {
  std::array<char, 8> magic{'f', 'a', 'u', 'l', 't', 'l', 'n', '1'};
  std::array<std::uint64_t, 2> secret{};
  std::uint64_t connection = 0;
};
struct FrameHead {
  std::uint32_t length = 0;    // Of the message.
  std::uint32_t type = 0;
  std::uint64_t send = 0;
  std::uint64_t stamp = 0;     // Lamport's, of the send: it travels with the message.
  std::uint64_t checksum = 0;  // Of the four above and the message.
};

std::uint64_t checksum_of(const FrameHead& head, core::BytesView message) {
  return XXH3_64bits_withSeed(message.data(), message.size(),
                              head.send ^ (head.stamp << 20 | head.stamp >> 44) ^ (std::uint64_t{head.type} << 32 | head.length));
}

template <class T>
void append(Bytes& out, const T& value) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

// Bytes that come in at the end and are read at the beginning.
struct Buffer {
  Bytes bytes = Bytes(16 * 1024);
  std::size_t begin = 0, end = 0;

  core::BytesView view() const { return core::BytesView(bytes).subspan(begin, end - begin); }
  asio::mutable_buffer room() {
    if (begin == end) begin = end = 0;
    if (end == bytes.size() && begin > 0) {
      std::memmove(bytes.data(), bytes.data() + begin, end - begin);
      end -= begin, begin = 0;
    }
    if (end == bytes.size()) bytes.resize(2 * bytes.size());
    return {bytes.data() + end, bytes.size() - end};
  }
};

// A connection takes a descriptor at either end; one that takes another's place may meet it.
void allow_open_files(std::size_t nodes) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = 2 * nodes * nodes + nodes + 64;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min<rlim_t>(wanted, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 4 * nodes + nodes + 64)
    throw Trouble("a loopback world of " + std::to_string(nodes) + " nodes needs more open files than this machine allows");
}

}  // namespace

struct Sockets::Inside {
  // One side of a connection.
  struct End {
    explicit End(asio::io_context& io) : socket(io) {}
    tcp::socket socket;
    bool up = false;                       // Connected or accepted, and not gone.
    bool gone = false;                     // Its node has crashed.
    bool waiting = false;                  // For the socket to take more.
    Bytes out;
    std::size_t written = 0;               // Of `out`.
    Buffer in;
    std::deque<std::uint64_t> on_the_way;  // Sends from this end that were neither received nor reported lost.
  };
  struct Connection {
    Connection(asio::io_context& io, core::NodeId first, core::NodeId second, std::uint64_t number)
        : ends{End(io), End(io)}, nodes{first, second}, id(number) {}
    std::array<End, 2> ends;               // The first has connected, the second accepted.
    std::array<core::NodeId, 2> nodes;
    std::uint64_t id;
    bool dirty = false;                    // In `dirty`.
    bool over = false;
  };
  // A connection that was accepted and has not greeted yet.
  struct Guest {
    Guest(tcp::socket accepted, core::NodeId node) : socket(std::move(accepted)), patience(socket.get_executor()), host(node) {}
    tcp::socket socket;
    asio::steady_timer patience;
    core::NodeId host;
    Buffer in;
  };
  using ConnectionPtr = std::shared_ptr<Connection>;
  using GuestPtr = std::shared_ptr<Guest>;
  struct Node {
    std::unique_ptr<tcp::acceptor> acceptor;
    std::uint16_t port = 0;
    std::vector<GuestPtr> guests;
  };

  asio::io_context& io;
  Receiver& receiver;
  std::size_t count;
  std::array<std::uint64_t, 2> secret{};
  std::vector<Node> nodes;
  std::vector<ConnectionPtr> table;              // By both nodes, the smaller first: what the next frame takes.
  std::map<std::uint64_t, ConnectionPtr> all;    // By id; also those of nodes that are gone, until the last byte.
  std::vector<ConnectionPtr> dirty;
  std::uint64_t connections = 0, strangers = 0;
  bool closing = false;

  Inside(asio::io_context& loop, Receiver& told, std::size_t n) : io(loop), receiver(told), count(n), nodes(n), table(n * n) {
    allow_open_files(n);
    if (::getrandom(secret.data(), sizeof secret, 0) != sizeof secret) throw Trouble("this machine gives no random bytes");
  }

  ConnectionPtr& at(core::NodeId a, core::NodeId b) { return table[(std::min(a, b) - 1) * count + (std::max(a, b) - 1)]; }

  // --- Sending.

  void send(core::NodeId from, core::NodeId to, const Frame& frame, bool damaged) {
    const ConnectionPtr connection = connected(from, to);
    End& end = connection->ends[connection->nodes[0] == from ? 0 : 1];
    FrameHead head{static_cast<std::uint32_t>(frame.message.size()), frame.type, frame.send, frame.stamp, 0};
    head.checksum = checksum_of(head, frame.message);
    if (damaged && frame.message.empty()) head.checksum ^= 1;
    append(end.out, head);
    end.out.insert(end.out.end(), frame.message.begin(), frame.message.end());
    if (damaged && !frame.message.empty()) end.out.back() ^= 1;
    end.on_the_way.push_back(frame.send);
    if (connection->dirty) return;
    connection->dirty = true;
    dirty.push_back(connection);
  }

  ConnectionPtr connected(core::NodeId from, core::NodeId to) {
    ConnectionPtr& known = at(from, to);
    if (known) return known;
    known = std::make_shared<Connection>(io, from, to, ++connections);
    all[known->id] = known;
    End& end = known->ends[0];
    append(end.out, Greeting{Greeting{}.magic, secret, known->id});
    asio::error_code error;
    end.socket.open(tcp::v4(), error);
    if (error) throw Trouble("cannot open a socket: " + error.message());
    const tcp::endpoint there(asio::ip::address_v4::loopback(), nodes[to - 1].port);
    end.socket.async_connect(there, [this, connection = known](const asio::error_code& failed) {
      if (closing || connection->over) return;
      if (failed) return finish(connection, Loss::down);
      begin(connection, 0);
    });
    return known;
  }

  // The end's socket can be used from now on.
  void begin(const ConnectionPtr& connection, std::size_t side) {
    End& end = connection->ends[side];
    asio::error_code ignored;
    end.socket.set_option(tcp::no_delay(true), ignored);
    end.socket.non_blocking(true, ignored);
    end.up = true;
    write(connection, side);
    if (!connection->over) listen(connection, side);
  }

  void flush() {
    for (std::size_t i = 0; i < dirty.size(); ++i) {
      const ConnectionPtr connection = std::move(dirty[i]);
      connection->dirty = false;
      for (const std::size_t side : {0, 1}) write(connection, side);
    }
    dirty.clear();
  }

  void write(const ConnectionPtr& connection, std::size_t side) {
    End& end = connection->ends[side];
    if (connection->over || !end.up || end.waiting || end.out.empty()) return;
    asio::error_code error;
    end.written += end.socket.write_some(asio::buffer(end.out.data() + end.written, end.out.size() - end.written), error);
    if (error && error != asio::error::would_block) return finish(connection, Loss::reset);
    if (end.written == end.out.size()) {
      end.out.clear();
      end.written = 0;
      return;
    }
    end.waiting = true;
    end.socket.async_wait(tcp::socket::wait_write, [this, connection, side](const asio::error_code& failed) {
      connection->ends[side].waiting = false;
      if (!closing && !failed) write(connection, side);
    });
  }

  // --- Receiving.

  void listen(const ConnectionPtr& connection, std::size_t side) {
    connection->ends[side].socket.async_wait(tcp::socket::wait_read, [this, connection, side](const asio::error_code& failed) {
      if (!closing && !failed) read(connection, side);
    });
  }

  void read(const ConnectionPtr& connection, std::size_t side) {
    End& end = connection->ends[side];
    for (;;) {
      if (connection->over || !end.up) return;
      asio::error_code error;
      const auto room = end.in.room();
      const std::size_t got = end.socket.read_some(room, error);
      if (error == asio::error::would_block) break;
      if (error) return finish(connection, Loss::reset);
      end.in.end += got;
      frames(connection, side);
      if (got < room.size()) break;
    }
    if (!connection->over && end.up) listen(connection, side);
  }

  // Hands on all frames that are whole.
  void frames(const ConnectionPtr& connection, std::size_t side) {
    End& end = connection->ends[side];
    End& sender = connection->ends[1 - side];
    while (!connection->over && end.up) {  // The node may crash of what it is told.
      const core::BytesView seen = end.in.view();
      FrameHead head;
      if (seen.size() < sizeof head) return;
      std::memcpy(&head, seen.data(), sizeof head);
      if (head.length > kMaxMessage) return finish(connection, Loss::reset);
      if (seen.size() - sizeof head < head.length) return;
      const core::BytesView message = seen.subspan(sizeof head, head.length);
      end.in.begin += sizeof head + head.length;
      if (sender.on_the_way.empty() || sender.on_the_way.front() != head.send) return finish(connection, Loss::reset);
      sender.on_the_way.pop_front();
      receiver.on_frame(connection->nodes[1 - side], connection->nodes[side],
                        {head.send, head.stamp, head.type, message, head.checksum == checksum_of(head, message)});
    }
  }

  // --- Being connected to.

  void open(core::NodeId node) {
    Node& here = nodes[node - 1];
    asio::error_code error;
    auto acceptor = std::make_unique<tcp::acceptor>(io);
    acceptor->open(tcp::v4(), error);
    if (!error) acceptor->bind({asio::ip::address_v4::loopback(), 0}, error);
    if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) throw Trouble("cannot listen on 127.0.0.1: " + error.message());
    here.port = acceptor->local_endpoint().port();
    here.acceptor = std::move(acceptor);
    accept(node);
  }

  void accept(core::NodeId node) {
    Node& here = nodes[node - 1];
    here.acceptor->async_accept([this, node, acceptor = here.acceptor.get()](const asio::error_code& failed, tcp::socket socket) {
      if (closing || nodes[node - 1].acceptor.get() != acceptor) return;
      if (!failed) {
        welcome(node, std::move(socket));
        return accept(node);
      }
      // Out of descriptors, most likely: trying again at once would spin.
      const auto rest = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(20));
      rest->async_wait([this, node, acceptor, rest](const asio::error_code&) {
        if (!closing && nodes[node - 1].acceptor.get() == acceptor) accept(node);
      });
    });
  }

  void welcome(core::NodeId node, tcp::socket socket) {
    Node& here = nodes[node - 1];
    if (here.guests.size() >= kGuests) {
      ++strangers;
      return shut(socket);
    }
    asio::error_code ignored;
    socket.non_blocking(true, ignored);
    const auto guest = std::make_shared<Guest>(std::move(socket), node);
    here.guests.push_back(guest);
    guest->patience.expires_after(kGreetWithin);
    guest->patience.async_wait([this, guest](const asio::error_code& stopped) {
      if (!closing && !stopped) turn_away(guest);
    });
    expect(guest);
  }

  void expect(const GuestPtr& guest) {
    guest->socket.async_wait(tcp::socket::wait_read, [this, guest](const asio::error_code& failed) {
      if (!closing && !failed) greet(guest);
    });
  }

  // Lets it in once its greeting is whole.
  void greet(const GuestPtr& guest) {
    asio::error_code error;
    const std::size_t got = guest->socket.read_some(guest->in.room(), error);
    if (error && error != asio::error::would_block) return turn_away(guest);
    guest->in.end += got;
    const core::BytesView seen = guest->in.view();
    Greeting greeting{Greeting{}.magic, secret, 0};
    // Whoever begins with other bytes is turned away at once: a browser says GET.
    constexpr std::size_t kCommon = offsetof(Greeting, connection);
    if (std::memcmp(seen.data(), &greeting, std::min(seen.size(), kCommon)) != 0) return turn_away(guest);
    if (seen.size() < sizeof greeting) return expect(guest);
    std::memcpy(&greeting, seen.data(), sizeof greeting);
    const auto known = all.find(greeting.connection);
    if (known == all.end() || known->second->nodes[1] != guest->host || known->second->ends[1].up) return turn_away(guest);
    const ConnectionPtr connection = known->second;
    guest->patience.cancel();
    std::erase(nodes[guest->host - 1].guests, guest);
    End& end = connection->ends[1];
    end.socket = std::move(guest->socket);
    end.in = std::move(guest->in);
    end.in.begin += sizeof greeting;
    begin(connection, 1);
    frames(connection, 1);
  }

  void turn_away(const GuestPtr& guest) {
    ++strangers;
    guest->patience.cancel();
    shut(guest->socket);
    std::erase(nodes[guest->host - 1].guests, guest);
  }

  // --- Ends.

  // At once, with a reset, as when a process dies.
  static void shut(tcp::socket& socket) {
    asio::error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  // Nothing more passes; what has not arrived is lost.
  void finish(const ConnectionPtr& connection, Loss why) {
    if (std::exchange(connection->over, true)) return;
    all.erase(connection->id);
    ConnectionPtr& current = at(connection->nodes[0], connection->nodes[1]);
    if (current == connection) current = nullptr;
    for (End& end : connection->ends) shut(end.socket);
    for (const std::size_t side : {0, 1}) lose(connection, side, why);
  }

  // What was sent from this side and has not arrived will not.
  void lose(const ConnectionPtr& connection, std::size_t side, Loss why) {
    for (const auto lost : std::exchange(connection->ends[side].on_the_way, {}))
      receiver.on_lost(connection->nodes[side], connection->nodes[1 - side], lost, why);
  }

  void close(core::NodeId node) {
    Node& here = nodes[node - 1];
    here.acceptor.reset();
    for (const GuestPtr& guest : std::exchange(here.guests, {})) {
      guest->patience.cancel();
      shut(guest->socket);
    }
    std::vector<ConnectionPtr> mine;
    for (const auto& [id, connection] : all)
      if (connection->nodes[0] == node || connection->nodes[1] == node) mine.push_back(connection);
    for (const ConnectionPtr& connection : mine) leave(connection, connection->nodes[0] == node ? 0 : 1);
  }

  // The node on this side is gone. What it has sent still arrives; what was on its way to it does not.
  void leave(const ConnectionPtr& connection, std::size_t side) {
    lose(connection, 1 - side, Loss::down);
    write(connection, side);
    End& end = connection->ends[side];
    if (connection->over || !end.up || !end.out.empty()) return finish(connection, Loss::down);
    end.up = false;
    end.gone = true;
    if (connection->ends[1 - side].gone) return finish(connection, Loss::down);
    asio::error_code ignored;
    end.socket.close(ignored);
    ConnectionPtr& current = at(connection->nodes[0], connection->nodes[1]);
    if (current == connection) current = nullptr;
  }

  void reset(core::NodeId a, core::NodeId b) {
    if (const ConnectionPtr connection = at(a, b)) finish(connection, Loss::reset);
  }
};

Sockets::Sockets(asio::io_context& io, Receiver& receiver, std::size_t nodes)
    : inside_(std::make_unique<Inside>(io, receiver, nodes)) {}

Sockets::~Sockets() {
  Inside& in = *inside_;
  in.closing = true;
  for (auto& [id, connection] : in.all)
    for (auto& end : connection->ends) Inside::shut(end.socket);
  for (auto& node : in.nodes) {
    node.acceptor.reset();
    for (auto& guest : node.guests) {
      guest->patience.cancel();
      Inside::shut(guest->socket);
    }
  }
  // Handlers that were cancelled own connections and guests, which must not outlive the loop.
  in.io.restart();
  in.io.poll();
}

void Sockets::open(core::NodeId node) { inside_->open(node); }
void Sockets::close(core::NodeId node) { inside_->close(node); }
void Sockets::reset(core::NodeId a, core::NodeId b) { inside_->reset(a, b); }
void Sockets::send(core::NodeId from, core::NodeId to, const Frame& frame, bool damaged) { inside_->send(from, to, frame, damaged); }
void Sockets::flush() { inside_->flush(); }
std::uint16_t Sockets::port(core::NodeId node) const { return inside_->nodes[node - 1].port; }
std::uint64_t Sockets::strangers() const { return inside_->strangers; }

}  // namespace world
