// A Raft cluster for tests, without a world: messages wait until the test delivers them, timers fire when it says so, or
// both by a virtual clock. Messages and writes pass through bytes, a crash leaves what was written, the invariants look
// at every step, and copying the cluster is a fork. Words: elect, put, deliver, cut, crash.
#pragma once
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/consensus/raft/invariants.h"

namespace raft {

using namespace std::chrono_literals;

inline constexpr core::NodeId kClient = 100;  // From here on ids are clients: what they are sent is kept.

class Cluster {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  struct Packet {
    core::NodeId from{}, to{};
    core::Bytes bytes;
    friend bool operator==(const Packet&, const Packet&) = default;
  };
  // What run_for() does to messages.
  struct Weather {
    core::Span delay{1ms, 1ms};
    double loss = 0;
    double duplicate = 0;
  };

  explicit Cluster(std::size_t servers, const Settings& settings = {}, std::uint64_t seed = 1);
  Cluster(const Cluster&);
  Cluster& operator=(const Cluster&);
  ~Cluster();

  // --- Looking.

  const Server& operator[](core::NodeId id) const { return members_.at(id).server.value(); }
  const Durable& disk(core::NodeId id) const { return members_.at(id).disk; }
  bool up(core::NodeId id) const { return members_.at(id).server.has_value(); }
  core::Time now() const { return now_; }
  core::Time clock(core::NodeId id) const { return clock(members_.at(id)); }
  const std::string& broken() const { return broken_; }  // The first promise that was broken; empty: none.
  const Invariants& invariants() const { return invariants_; }
  core::NodeId leader() const;  // Of the latest term, if there is one.
  bool has_timer(core::NodeId id, Alarm kind) const { return members_.at(id).timers.count(kind) != 0; }
  core::Duration timer_left(core::NodeId id, Alarm kind) const { return members_.at(id).timers.at(kind) - now_; }
  double sampled(core::NodeId id, const core::Metric& metric) const;
  bool noted(core::NodeId id, std::string_view part) const;
  std::string value(core::NodeId id, const std::string& key) const;
  // The writes of the last step of this server.
  const std::vector<Write>& wrote(core::NodeId id) const { return members_.at(id).wrote; }

  // Messages that are on their way.
  std::vector<Message> sent(core::NodeId from, core::NodeId to) const;
  template <class M>
  std::vector<M> sent(core::NodeId from, core::NodeId to) const {
    std::vector<M> all;
    for (const Message& message : sent(from, to))
      if (const auto* m = std::get_if<M>(&message)) all.push_back(*m);
    return all;
  }
  std::size_t on_their_way() const { return net_.size(); }
  std::vector<Packet> packets() const;  // The next to arrive first.

  // Somebody who watches: what arrives, or would if its link were not cut and its receiver not down; and each step of a
  // server when it has been done.
  std::function<void(const Packet&, bool lost)> on_packet;
  std::function<void(core::NodeId, const Server::Step&)> on_step;

  // The last answer to a client's operation.
  std::optional<ClientReply> answer(std::uint64_t session, std::uint64_t serial) const;
  bool done(std::uint64_t serial) const;

  // --- Doing.

  // Time goes by, and nothing happens.
  void pass(core::Duration duration) { now_ += duration; }

  void fire(core::NodeId id, Alarm kind);
  std::string tell(core::NodeId id, std::string_view words);
  void set(core::NodeId id, const Settings& settings);
  void settings_after_restart(const Settings& settings) { settings_ = settings; }

  void send(core::NodeId from, core::NodeId to, const Message& message);
  // Takes messages off the network, the oldest first.
  std::vector<Packet> drop(core::NodeId from, core::NodeId to, std::size_t at_most = kAll);
  void drop_all() { net_.clear(); }
  // Delivers one message, the oldest; then all, with those that these cause.
  bool deliver_one();
  void deliver();
  // Delivers what is on its way between two servers now.
  void deliver(core::NodeId from, core::NodeId to, std::size_t at_most = kAll);
  // Heartbeats of the leader and their answers, so often.
  void beat(core::NodeId id, int times = 1);

  // After a silence long enough that nobody protects an earlier leader.
  bool elect(core::NodeId id);

  void ask(core::NodeId to, Command command, core::NodeId client = kClient);
  // Session 1's next operation. Returns its serial number.
  std::uint64_t begin(core::NodeId to, Function function, std::string key, std::string value = "",
                      std::string expected = "");
  std::uint64_t put(core::NodeId to, std::string key, std::string value);

  // Cut: what would pass is lost. Applies to what is on its way, too.
  void cut(core::NodeId a, core::NodeId b) { cut_.insert({a, b}), cut_.insert({b, a}); }
  void cut_one_way(core::NodeId from, core::NodeId to) { cut_.insert({from, to}); }
  void isolate(core::NodeId id);
  void heal() { cut_.clear(); }

  void crash(core::NodeId id);
  void restart(core::NodeId id);
  void replace_disk(core::NodeId id, Durable disk);
  void set_clock(core::NodeId id, double rate) { members_.at(id).rate = rate; }

  // By the clock: messages arrive and timers fire when they are due.
  Weather weather;
  void run_for(core::Duration duration);

  bool same_as(const Cluster& other) const;
  const std::vector<ClientReply>& replies() const { return replies_; }
  // How many messages of this type have reached a server.
  template <class M>
  std::uint64_t delivered() const {
    return delivered_[Message(M{}).index()];
  }

 private:
  struct Member {
    std::optional<Server> server;
    Durable disk;
    core::Rng rng;
    double rate = 1;  // Of its clock.
    std::map<Alarm, core::Time> timers;
    std::map<std::string_view, double> samples;  // Counters are added up.
    std::vector<std::string> notes;
    std::vector<Write> wrote;
  };

  core::Time clock(const Member& m) const;

  void step(core::NodeId id, const std::function<void(Server&, Server::Step&)>& handler);
  void broken(core::NodeId stepped);
  void post(const Packet& packet);
  void arrive(const Packet& packet);

  Settings settings_;
  core::Rng weather_rng_;
  std::vector<core::NodeId> peers_;
  std::map<core::NodeId, Member> members_;
  core::Time now_{};
  std::map<std::pair<core::Time, std::uint64_t>, Packet> net_;  // By when they arrive.
  std::uint64_t posted_ = 0;
  std::set<std::pair<core::NodeId, core::NodeId>> cut_;
  std::vector<ClientReply> replies_;
  std::uint64_t serial_ = 0;
  std::array<std::uint64_t, std::variant_size_v<Message>> delivered_{};
  Invariants invariants_;
  std::string broken_;
};

// A disk with a log of entries of these terms, as in the paper's figures. Equal index and term: equal entries.
Durable disk_with_log(Term term, const std::vector<Term>& terms, core::NodeId voted_for = core::kNobody);
std::vector<Term> terms_of(const Log& log);

// From whoever leads in this term.
AppendEntries appending(Term term, Index prev, Term prev_term, const std::vector<Entry>& entries, Index commit = 0);

// Without what the thesis adds: for claims of the paper about plain elections.
Settings plain();

// Of a cluster that begins with so many of its servers.
Settings with_voters(std::uint32_t voters, Settings settings = {});

}  // namespace raft
