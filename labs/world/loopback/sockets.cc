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
constexpr std::size_t kStrangers = 64;          // So many connections a node may have not greeted yet.
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
  std::uint64_t checksum = 0;  // Of the three above and the message.
};

std::uint64_t checksum_of(const FrameHead& head, core::BytesView message) {
  return XXH3_64bits_withSeed(message.data(), message.size(), head.send ^ (std::uint64_t{head.type} << 32 | head.length));
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

// Each pair of nodes may need two descriptors a direction.
void allow_open_files(std::size_t nodes) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = 4 * nodes * nodes + nodes + 64;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min<rlim_t>(wanted, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 4 * nodes + nodes + 64)
    throw Trouble("a loopback world of " + std::to_string(nodes) + " nodes needs more open files than this machine allows");
}

}  // namespace

struct Sockets::Inside {
  // The sending end of a connection, and what is on its way.
  struct Line {
    Line(asio::io_context& io, core::NodeId sender, core::NodeId receiver, std::uint64_t number)
        : socket(io), from(sender), to(receiver), id(number) {}
    tcp::socket socket;
    core::NodeId from, to;
    std::uint64_t id;
    bool connected = false, broken = false;
    bool last = false;                     // The sender is gone: no more after what is in `out`.
    bool waiting = false;                  // For the socket to take more.
    bool dirty = false;                    // In `dirty_`.
    Bytes out;
    std::size_t written = 0;
    std::deque<std::uint64_t> on_the_way;  // Sends that were neither received nor reported lost.
  };
  // The receiving end.
  struct Arrival {
    Arrival(tcp::socket accepted, core::NodeId receiver) : socket(std::move(accepted)), patience(socket.get_executor()), to(receiver) {}
    tcp::socket socket;
    asio::steady_timer patience;           // Until it has greeted.
    core::NodeId to;
    std::shared_ptr<Line> line;            // Null: it has not greeted.
    Buffer in;
  };
  using LinePtr = std::shared_ptr<Line>;
  using ArrivalPtr = std::shared_ptr<Arrival>;
  struct Node {
    std::unique_ptr<tcp::acceptor> acceptor;
    std::uint16_t port = 0;
    std::vector<ArrivalPtr> arrivals;
  };

  asio::io_context& io;
  Receiver& receiver;
  std::size_t count;
  std::array<std::uint64_t, 2> secret{};
  std::vector<Node> nodes;
  std::vector<LinePtr> table;              // By from and to: the line that the next frame takes. Null: none yet.
  std::map<std::uint64_t, LinePtr> greeted_by;  // Lines whose receiving end has not greeted yet.
  std::vector<LinePtr> dirty;
  std::uint64_t lines = 0, strangers = 0;
  bool closing = false;

  Inside(asio::io_context& loop, Receiver& told, std::size_t n) : io(loop), receiver(told), count(n), nodes(n), table(n * n) {
    allow_open_files(n);
    if (::getrandom(secret.data(), sizeof secret, 0) != sizeof secret) throw Trouble("this machine gives no random bytes");
  }

  LinePtr& at(core::NodeId from, core::NodeId to) { return table[(from - 1) * count + (to - 1)]; }

  // --- Sending.

  Line& line(core::NodeId from, core::NodeId to) {
    LinePtr& known = at(from, to);
    if (!known) {
      known = std::make_shared<Line>(io, from, to, ++lines);
      greeted_by[known->id] = known;
      append(known->out, Greeting{Greeting{}.magic, secret, known->id});
      connect(known);
    }
    return *known;
  }

  void connect(const LinePtr& line) {
    const tcp::endpoint there(asio::ip::address_v4::loopback(), nodes[line->to - 1].port);
    asio::error_code error;
    line->socket.open(tcp::v4(), error);
    if (error) throw Trouble("cannot open a socket: " + error.message());
    line->socket.async_connect(there, [this, line](const asio::error_code& failed) {
      if (closing || line->broken) return;
      if (failed) return break_line(line, Loss::down);
      asio::error_code ignored;
      line->socket.set_option(tcp::no_delay(true), ignored);
      line->socket.non_blocking(true, ignored);
      line->connected = true;
      write(line);
    });
  }

  void send(core::NodeId from, core::NodeId to, const Frame& frame, bool damaged) {
    Line& way = line(from, to);
    FrameHead head{static_cast<std::uint32_t>(frame.message.size()), frame.type, frame.send, 0};
    head.checksum = checksum_of(head, frame.message);
    if (damaged && frame.message.empty()) head.checksum ^= 1;
    append(way.out, head);
    way.out.insert(way.out.end(), frame.message.begin(), frame.message.end());
    if (damaged && !frame.message.empty()) way.out.back() ^= 1;
    way.on_the_way.push_back(frame.send);
    if (!way.dirty) {
      way.dirty = true;
      dirty.push_back(at(from, to));
    }
  }

  void flush() {
    for (std::size_t i = 0; i < dirty.size(); ++i) {
      const LinePtr line = std::move(dirty[i]);
      line->dirty = false;
      if (line->connected && !line->waiting && !line->broken) write(line);
    }
    dirty.clear();
  }

  void write(const LinePtr& line) {
    asio::error_code error;
    line->written += line->socket.write_some(asio::buffer(line->out.data() + line->written, line->out.size() - line->written), error);
    if (error && error != asio::error::would_block) return break_line(line, Loss::reset);
    if (line->written < line->out.size()) {
      line->waiting = true;
      line->socket.async_wait(tcp::socket::wait_write, [this, line](const asio::error_code& failed) {
        line->waiting = false;
        if (!closing && !failed && !line->broken) write(line);
      });
      return;
    }
    line->out.clear();
    line->written = 0;
    if (line->last) line->socket.shutdown(tcp::socket::shutdown_send, error);
  }

  // Nothing more passes; what has not arrived is lost.
  void break_line(const LinePtr& line, Loss why) {
    if (line->broken) return;
    line->broken = true;
    greeted_by.erase(line->id);
    if (at(line->from, line->to) == line) at(line->from, line->to) = nullptr;
    shut(line->socket);
    auto& arrivals = nodes[line->to - 1].arrivals;
    std::erase_if(arrivals, [&](const ArrivalPtr& arrival) {
      if (arrival->line != line) return false;
      shut(arrival->socket);
      return true;
    });
    for (const auto lost : std::exchange(line->on_the_way, {})) receiver.on_lost(line->from, line->to, lost, why);
  }

  // At once, with a reset, as when a process dies.
  static void shut(tcp::socket& socket) {
    asio::error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  // --- Receiving.

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
    const auto waiting = std::count_if(here.arrivals.begin(), here.arrivals.end(), [](const ArrivalPtr& a) { return !a->line; });
    if (static_cast<std::size_t>(waiting) >= kStrangers) {
      ++strangers;
      return shut(socket);
    }
    asio::error_code ignored;
    socket.non_blocking(true, ignored);
    const auto arrival = std::make_shared<Arrival>(std::move(socket), node);
    here.arrivals.push_back(arrival);
    arrival->patience.expires_after(kGreetWithin);
    arrival->patience.async_wait([this, arrival](const asio::error_code& stopped) {
      if (!closing && !stopped && !arrival->line) turn_away(arrival);
    });
    listen(arrival);
  }

  void listen(const ArrivalPtr& arrival) {
    arrival->socket.async_wait(tcp::socket::wait_read, [this, arrival](const asio::error_code& failed) {
      if (!closing && !failed) read(arrival);
    });
  }

  void read(const ArrivalPtr& arrival) {
    for (;;) {
      if (!arrival->socket.is_open()) return;
      asio::error_code error;
      const auto room = arrival->in.room();
      const std::size_t got = arrival->socket.read_some(room, error);
      if (error == asio::error::would_block) break;
      if (error) return ended(arrival);
      arrival->in.end += got;
      if (!arrival->line && !greet(arrival)) return;
      if (arrival->line && !frames(arrival)) return;
      if (got < room.size()) break;
    }
    listen(arrival);
  }

  // Takes the greeting if it is whole; false: it was none.
  bool greet(const ArrivalPtr& arrival) {
    const core::BytesView seen = arrival->in.view();
    Greeting expected{Greeting{}.magic, secret, 0};
    constexpr std::size_t kCommon = offsetof(Greeting, connection);
    // Whoever begins with other bytes is turned away at once: a browser says GET.
    if (std::memcmp(seen.data(), &expected, std::min(seen.size(), kCommon)) != 0) return turn_away(arrival), false;
    if (seen.size() < sizeof expected) return true;
    std::memcpy(&expected, seen.data(), sizeof expected);
    const auto known = greeted_by.find(expected.connection);
    if (known == greeted_by.end() || known->second->to != arrival->to) return turn_away(arrival), false;
    arrival->line = known->second;
    greeted_by.erase(known);
    arrival->patience.cancel();
    arrival->in.begin += sizeof expected;
    return true;
  }

  // Hands on all frames that are whole; false: the connection is over.
  bool frames(const ArrivalPtr& arrival) {
    const LinePtr line = arrival->line;
    for (;;) {
      const core::BytesView seen = arrival->in.view();
      FrameHead head;
      if (seen.size() < sizeof head) return true;
      std::memcpy(&head, seen.data(), sizeof head);
      if (head.length > kMaxMessage) return break_line(line, Loss::reset), false;
      if (seen.size() - sizeof head < head.length) return true;
      const core::BytesView message = seen.subspan(sizeof head, head.length);
      arrival->in.begin += sizeof head + head.length;
      if (line->on_the_way.empty() || line->on_the_way.front() != head.send) return break_line(line, Loss::reset), false;
      line->on_the_way.pop_front();
      receiver.on_frame(line->from, line->to, {head.send, head.type, message, head.checksum == checksum_of(head, message)});
      if (line->broken) return false;  // The receiver has crashed, say.
    }
  }

  void ended(const ArrivalPtr& arrival) {
    if (!arrival->line) return turn_away(arrival);
    break_line(arrival->line, Loss::reset);
  }

  void turn_away(const ArrivalPtr& arrival) {
    ++strangers;
    arrival->patience.cancel();
    shut(arrival->socket);
    std::erase(nodes[arrival->to - 1].arrivals, arrival);
  }

  // --- Ends.

  void close(core::NodeId node) {
    Node& here = nodes[node - 1];
    here.acceptor.reset();
    std::vector<LinePtr> to_here;
    for (const auto& [id, line] : greeted_by)
      if (line->to == node) to_here.push_back(line);
    for (const auto& arrival : here.arrivals) {
      if (arrival->line) to_here.push_back(arrival->line);
      arrival->patience.cancel();
      shut(arrival->socket);
    }
    here.arrivals.clear();
    for (const auto& line : to_here) break_line(line, Loss::down);
    for (core::NodeId other = 1; other <= count; ++other) {
      if (const LinePtr out = std::exchange(at(node, other), nullptr)) {
        out->last = true;
        if (out->connected && !out->waiting) write(out);
      }
    }
  }

  void reset(core::NodeId from, core::NodeId to) {
    if (const LinePtr line = at(from, to)) break_line(line, Loss::reset);
  }
};

Sockets::Sockets(asio::io_context& io, Receiver& receiver, std::size_t nodes)
    : inside_(std::make_unique<Inside>(io, receiver, nodes)) {}

Sockets::~Sockets() {
  Inside& in = *inside_;
  in.closing = true;
  for (auto& line : in.table)
    if (line) Inside::shut(line->socket);
  for (auto& [id, line] : in.greeted_by) Inside::shut(line->socket);
  for (auto& node : in.nodes) {
    node.acceptor.reset();
    for (auto& arrival : node.arrivals) {
      arrival->patience.cancel();
      Inside::shut(arrival->socket);
    }
  }
  // Handlers that were cancelled own lines and arrivals, which must not outlive the loop.
  in.io.restart();
  in.io.poll();
}

void Sockets::open(core::NodeId node) { inside_->open(node); }
void Sockets::close(core::NodeId node) { inside_->close(node); }
void Sockets::reset(core::NodeId a, core::NodeId b) {
  inside_->reset(a, b);
  inside_->reset(b, a);
}
void Sockets::send(core::NodeId from, core::NodeId to, const Frame& frame, bool damaged) { inside_->send(from, to, frame, damaged); }
void Sockets::flush() { inside_->flush(); }
std::uint16_t Sockets::port(core::NodeId node) const { return inside_->nodes[node - 1].port; }
std::uint64_t Sockets::strangers() const { return inside_->strangers; }

}  // namespace world
