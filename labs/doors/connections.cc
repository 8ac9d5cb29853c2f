#include "labs/doors/connections.h"

#include <sys/resource.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "labs/world/loopback/trouble.h"

namespace doors {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadAtOnce = 64 * 1024;

// One client needs one descriptor. With fewer than are wished for, fewer come in.
void allow_clients(std::size_t clients) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = limit.rlim_cur + clients;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min<rlim_t>(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct Connections::Inside : std::enable_shared_from_this<Inside> {
  class Client;

  Inside(asio::io_context& loop, Meet greeting, const Limits& of) : acceptor(loop), look(loop), meet(std::move(greeting)), limits(of) {}

  void open(std::uint16_t port);
  void accept();
  void look_after();
  void close();

  tcp::acceptor acceptor;
  asio::steady_timer look;     // Who has become too slow.
  std::vector<char> buffer = std::vector<char>(kReadAtOnce);   // Of whoever is read just now.
  bool accepting = false;
  Meet meet;
  Limits limits;
  std::uint16_t port = 0;
  std::set<std::shared_ptr<Client>> here;
  std::uint64_t came = 0, turned_away = 0, cut_off = 0;
  bool over = false;
};

class Connections::Inside::Client final : public Line, public std::enable_shared_from_this<Client> {
 public:
  Client(tcp::socket socket, const std::shared_ptr<Inside>& inside) : socket_(std::move(socket)), inside_(inside) {}

  void begin() {
    std::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    conversation_ = inside_.lock()->meet(shared_from_this());
    read();
  }

  std::uint64_t place() override {
    answers_.emplace_back();
    return first_ + answers_.size() - 1;
  }

  void fill(std::uint64_t place, std::string_view answer) override {
    if (gone_ || place < first_) return;
    auto& there = answers_[place - first_];
    if (there) return;
    there.emplace(answer);
    while (!answers_.empty() && answers_.front()) {
      out_ += *answers_.front();
      answers_.pop_front();
      ++first_;
    }
    if (taking_) return;   // There may be more at once.
    write();
    if (stopped_) go_on();
    else end_if_done();
  }

  void hang_up() override { hanging_up_ = true; }

  // Whether he has kept us waiting since then: for the rest of a request, or to take an answer.
  bool slow_since(Clock::time_point then) const {
    return (begin_of_request_ && *begin_of_request_ < then) || (writing_ && wrote_ < then);
  }
  // The world stood still: nobody could be quick.
  void forgive() {
    wrote_ = Clock::now();
    if (begin_of_request_) begin_of_request_ = wrote_;
  }

  void leave() {
    if (std::exchange(gone_, true)) return;
    std::error_code ignored;
    socket_.close(ignored);
    answers_.clear();
    // The two hold each other until now. Not at once: it may be what called.
    asio::post(socket_.get_executor(), [ended = std::move(conversation_)] {});
    if (const auto inside = inside_.lock()) inside->here.erase(shared_from_this());
  }

 private:
  bool full() const {
    const auto inside = inside_.lock();
    return !inside || answers_.size() >= inside->limits.unanswered || out_.size() + being_written_.size() >= inside->limits.unsent;
  }

  void read() {
    if (reading_ || gone_ || hanging_up_ || full()) return;
    reading_ = true;
    // Waits first and reads then, so that thousands who say nothing have no buffers.
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](std::error_code failed) {
      self->reading_ = false;
      const auto inside = self->inside_.lock();
      if (self->gone_ || !inside) return;
      const std::size_t more = failed ? 0 : self->socket_.read_some(asio::buffer(inside->buffer), failed);
      if (failed == asio::error::would_block) return self->read();
      if (failed) return self->half_closed(failed);
      self->in_.append(inside->buffer.data(), more);
      self->go_on();
    });
  }

  // Who says no more may still wait for answers.
  void half_closed(std::error_code failed) {
    if (failed != asio::error::eof) return leave();
    hanging_up_ = true;
    end_if_done();
  }

  void go_on() {
    if (gone_) return;
    taking_ = true;
    std::size_t taken = 0;
    while (!hanging_up_ && !full() && taken < in_.size()) {
      const std::size_t more = conversation_->take(std::string_view(in_).substr(taken));
      if (more == 0) break;
      taken += more;
    }
    taking_ = false;
    in_.erase(0, taken);
    if (in_.empty()) begin_of_request_.reset();
    else if (taken > 0 || !begin_of_request_) begin_of_request_ = Clock::now();
    stopped_ = full();
    // What waits here because we have much to do is not the client's fault.
    if (stopped_) begin_of_request_.reset();
    else if (const auto inside = inside_.lock(); inside && in_.size() > inside->limits.request) return ++inside->cut_off, leave();
    write();
    end_if_done();
    read();
  }

  void write() {
    if (writing_ || gone_ || out_.empty()) return;
    writing_ = true;
    wrote_ = Clock::now();
    being_written_ = std::exchange(out_, {});
    write_rest(0);
  }

  void write_rest(std::size_t from) {
    socket_.async_write_some(asio::buffer(being_written_.data() + from, being_written_.size() - from),
                             [self = shared_from_this(), from](std::error_code failed, std::size_t more) {
                               if (self->gone_) return;
                               if (failed) return self->leave();
                               self->wrote_ = Clock::now();
                               if (from + more < self->being_written_.size()) return self->write_rest(from + more);
                               self->writing_ = false;
                               self->being_written_.clear();
                               self->write();
                               self->end_if_done();
                               if (self->stopped_) self->go_on();
                             });
  }

  void end_if_done() {
    if (hanging_up_ && !gone_ && answers_.empty() && out_.empty() && !writing_) leave();
  }

  tcp::socket socket_;
  std::weak_ptr<Inside> inside_;
  std::unique_ptr<Conversation> conversation_;
  std::string in_;                                        // Not taken yet.
  std::deque<std::optional<std::string>> answers_;        // Asked for and not sent.
  std::uint64_t first_ = 0;                               // The place of the first of them.
  std::string out_, being_written_;
  Clock::time_point wrote_{};
  std::optional<Clock::time_point> begin_of_request_;     // Since when a part of a request lies here.
  bool reading_ = false, writing_ = false, taking_ = false;
  bool stopped_ = false;                                  // Not read: he has asked too much, or does not take what he asked for.
  bool hanging_up_ = false, gone_ = false;
};

void Connections::Inside::open(std::uint16_t wished) {
  std::error_code failed;
  const tcp::endpoint here_only(asio::ip::address_v4::loopback(), wished);
  acceptor.open(here_only.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(here_only, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) throw world::Trouble("cannot open a door at 127.0.0.1:" + std::to_string(wished) + ": " + failed.message());
  port = acceptor.local_endpoint().port();
  allow_clients(limits.clients);
  accept();
  look_after();
}

void Connections::Inside::accept() {
  accepting = true;
  acceptor.async_accept([self = shared_from_this()](std::error_code failed, tcp::socket socket) {
    self->accepting = false;
    if (self->over) return;
    if (!failed) {
      ++self->came;
      if (self->here.size() >= self->limits.clients) {
        ++self->turned_away;
        std::error_code ignored;
        socket.close(ignored);
      } else {
        auto client = std::make_shared<Client>(std::move(socket), self);
        self->here.insert(client);
        client->begin();
      }
    }
    // Without descriptors it would fail again and again at once: the next look accepts again.
    if (failed && failed != asio::error::connection_aborted) return;
    self->accept();
  });
}

void Connections::Inside::look_after() {
  look.expires_after(std::max(limits.slow / 4, std::chrono::milliseconds(10)));
  look.async_wait([self = shared_from_this()](std::error_code failed) {
    if (failed || self->over) return;
    const auto now = Clock::now();
    if (now - self->look.expiry() > self->limits.slow / 4) {
      for (const auto& client : self->here) client->forgive();
    }
    std::vector<std::shared_ptr<Client>> slow;
    for (const auto& client : self->here)
      if (client->slow_since(now - self->limits.slow)) slow.push_back(client);
    for (const auto& client : slow) client->leave(), ++self->cut_off;
    if (!self->accepting) self->accept();
    self->look_after();
  });
}

void Connections::Inside::close() {
  over = true;
  std::error_code ignored;
  acceptor.close(ignored);
  look.cancel();
  while (!here.empty()) {
    const auto client = *here.begin();
    client->leave();
    here.erase(client);
  }
}

Connections::Connections(asio::io_context& loop, std::uint16_t port, Meet meet, const Limits& limits)
    : inside_(std::make_shared<Inside>(loop, std::move(meet), limits)) {
  inside_->open(port);
}
Connections::~Connections() { inside_->close(); }

std::uint16_t Connections::port() const { return inside_->port; }
std::size_t Connections::clients() const { return inside_->here.size(); }
std::uint64_t Connections::came() const { return inside_->came; }
std::uint64_t Connections::turned_away() const { return inside_->turned_away; }
std::uint64_t Connections::cut_off() const { return inside_->cut_off; }

}  // namespace doors
