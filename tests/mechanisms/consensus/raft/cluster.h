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
#include "mechanisms/core/codec.h"

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

  explicit Cluster(std::size_t servers, const Settings& settings = {}, std::uint64_t seed = 1)
      : settings_(settings), weather_rng_(core::derive_seed(seed, "weather")) {
    for (core::NodeId id = 1; id <= servers; ++id) peers_.push_back(id);
    for (const core::NodeId id : peers_) members_[id].rng = core::Rng(core::derive_seed(seed, "server", id));
    for (const core::NodeId id : peers_) restart(id);
  }

  // --- Looking.

  const Server& operator[](core::NodeId id) const { return members_.at(id).server.value(); }
  const Durable& disk(core::NodeId id) const { return members_.at(id).disk; }
  bool up(core::NodeId id) const { return members_.at(id).server.has_value(); }
  core::Time now() const { return now_; }
  core::Time clock(core::NodeId id) const { return clock(members_.at(id)); }
  const std::string& broken() const { return broken_; }  // The first promise that was broken; empty: none.
  const Invariants& invariants() const { return invariants_; }
  core::NodeId leader() const {  // Of the latest term, if there is one.
    core::NodeId best = core::kNobody;
    for (const auto& [id, m] : members_)
      if (m.server && m.server->leads() && (best == core::kNobody || m.server->term() > (*this)[best].term())) best = id;
    return best;
  }
  bool has_timer(core::NodeId id, Alarm kind) const { return members_.at(id).timers.count(kind) != 0; }
  core::Duration timer_left(core::NodeId id, Alarm kind) const { return members_.at(id).timers.at(kind) - now_; }
  double sampled(core::NodeId id, const core::Metric& metric) const {
    const auto& samples = members_.at(id).samples;
    const auto it = samples.find(metric.name);
    return it == samples.end() ? 0 : it->second;
  }
  bool noted(core::NodeId id, std::string_view part) const {
    for (const auto& note : members_.at(id).notes)
      if (note.find(part) != std::string::npos) return true;
    return false;
  }
  std::string value(core::NodeId id, const std::string& key) const {
    return (*this)[id].store().read(key).value.value_or("none");
  }
  // The writes of the last step of this server.
  const std::vector<Write>& wrote(core::NodeId id) const { return members_.at(id).wrote; }

  // Messages that are on their way.
  template <class M>
  std::vector<M> sent(core::NodeId from, core::NodeId to) const {
    std::vector<M> all;
    for (const auto& [when, packet] : net_)
      if (packet.from == from && packet.to == to) {
        const auto message = core::decode<Message>(packet.bytes);
        if (const auto* m = std::get_if<M>(&message)) all.push_back(*m);
      }
    return all;
  }
  std::size_t on_their_way() const { return net_.size(); }
  std::vector<Packet> packets() const {  // The next to arrive first.
    std::vector<Packet> all;
    for (const auto& [when, packet] : net_) all.push_back(packet);
    return all;
  }

  // Somebody who watches: what arrives, or would if its link were not cut and its receiver not down; and each step of a
  // server when it has been done.
  std::function<void(const Packet&, bool lost)> on_packet;
  std::function<void(core::NodeId, const Server::Step&)> on_step;

  // The last answer to a client's operation.
  std::optional<ClientReply> answer(std::uint64_t session, std::uint64_t serial) const {
    for (auto it = replies_.rbegin(); it != replies_.rend(); ++it)
      if (it->session == session && it->serial == serial) return *it;
    return {};
  }
  bool done(std::uint64_t serial) const {
    const auto reply = answer(1, serial);
    return reply && reply->result.status == Status::ok;
  }

  // --- Doing.

  // Time goes by, and nothing happens.
  void pass(core::Duration duration) { now_ += duration; }

  void fire(core::NodeId id, Alarm kind) {
    CHECK(has_timer(id, kind));
    members_.at(id).timers.erase(kind);
    step(id, [&](Server& server, Server::Step& s) { server.on_timer(s, {kind}); });
  }
  std::string tell(core::NodeId id, std::string_view words) {
    std::string refused;
    step(id, [&](Server& server, Server::Step& s) { refused = server.on_tell(s, words); });
    return refused;
  }
  void set(core::NodeId id, const Settings& settings) {
    step(id, [&](Server& server, Server::Step& s) { server.on_settings(s, settings); });
  }
  void settings_after_restart(const Settings& settings) { settings_ = settings; }

  void send(core::NodeId from, core::NodeId to, const Message& message) { post({from, to, core::encode(message)}); }
  // Takes messages off the network, the oldest first.
  std::vector<Packet> drop(core::NodeId from, core::NodeId to, std::size_t at_most = kAll) {
    std::vector<Packet> picked;
    for (auto it = net_.begin(); it != net_.end() && picked.size() < at_most;) {
      const bool wanted = it->second.from == from && it->second.to == to;
      if (wanted) picked.push_back(it->second);
      it = wanted ? net_.erase(it) : std::next(it);
    }
    return picked;
  }
  void drop_all() { net_.clear(); }
  // Delivers one message, the oldest; then all, with those that these cause.
  bool deliver_one() {
    if (net_.empty()) return false;
    const Packet packet = std::move(net_.begin()->second);
    net_.erase(net_.begin());
    arrive(packet);
    return true;
  }
  void deliver() {
    for (int budget = 1'000'000; deliver_one(); --budget) CHECK(budget > 0);
  }
  // Delivers what is on its way between two servers now.
  void deliver(core::NodeId from, core::NodeId to, std::size_t at_most = kAll) {
    for (const auto& packet : drop(from, to, at_most)) arrive(packet);
  }
  // Heartbeats of the leader and their answers, so often.
  void beat(core::NodeId id, int times = 1) {
    for (; times > 0; --times) {
      fire(id, Alarm::heartbeat);
      deliver();
    }
  }

  // After a silence long enough that nobody protects an earlier leader.
  bool elect(core::NodeId id) {
    pass(settings_.election_timeout.high);
    fire(id, Alarm::election);
    deliver();
    return (*this)[id].leads();
  }

  void ask(core::NodeId to, Command command, core::NodeId client = kClient) {
    send(client, to, ClientRequest{std::move(command)});
  }
  // Session 1's next operation. Returns its serial number.
  std::uint64_t begin(core::NodeId to, Function function, std::string key, std::string value = "",
                      std::string expected = "") {
    ask(to, {1, ++serial_, function, std::move(key), std::move(value), std::move(expected)});
    deliver(kClient, to);
    return serial_;
  }
  std::uint64_t put(core::NodeId to, std::string key, std::string value) {
    const auto serial = begin(to, Function::put, std::move(key), std::move(value));
    deliver();
    return serial;
  }

  // Cut: what would pass is lost. Applies to what is on its way, too.
  void cut(core::NodeId a, core::NodeId b) { cut_.insert({a, b}), cut_.insert({b, a}); }
  void cut_one_way(core::NodeId from, core::NodeId to) { cut_.insert({from, to}); }
  void isolate(core::NodeId id) {
    for (const core::NodeId other : peers_)
      if (other != id) cut(id, other);
  }
  void heal() { cut_.clear(); }

  void crash(core::NodeId id) {
    Member& m = members_.at(id);
    m.server.reset();
    m.timers.clear();
    broken(id);
  }
  void restart(core::NodeId id) {
    Member& m = members_.at(id);
    // From the fewest writes, as a compacted disk has them.
    Durable found;
    for (const Write& write : m.disk.image()) found.apply(core::decode<Write>(core::encode(write)));
    m.server.emplace(core::Roster{id, peers_, {}}, settings_, std::move(found));
    m.timers.clear();
    step(id, [](Server& server, Server::Step& s) { server.start(s); });
  }
  void replace_disk(core::NodeId id, Durable disk) {
    crash(id);
    members_.at(id).disk = std::move(disk);
    restart(id);
  }
  void set_clock(core::NodeId id, double rate) { members_.at(id).rate = rate; }

  // By the clock: messages arrive and timers fire when they are due.
  Weather weather;
  void run_for(core::Duration duration) {
    const core::Time end = now_ + duration;
    while (broken_.empty()) {
      Member* next = nullptr;
      core::NodeId who = 0;
      Alarm kind{};
      core::Time when = end;
      for (auto& [id, m] : members_)
        for (const auto& [alarm, due] : m.timers)
          if (due < when) when = due, next = &m, who = id, kind = alarm;
      if (!net_.empty() && net_.begin()->first.first <= when) {
        now_ = std::max(now_, net_.begin()->first.first);
        deliver_one();
      } else if (next != nullptr) {
        now_ = std::max(now_, when);
        fire(who, kind);
      } else {
        break;
      }
    }
    now_ = std::max(now_, end);
  }

  bool same_as(const Cluster& other) const {
    for (const auto& [id, m] : members_)
      if (m.server != other.members_.at(id).server || m.timers != other.members_.at(id).timers) return false;
    return net_ == other.net_ && replies_ == other.replies_ && now_ == other.now_;
  }
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

  core::Time clock(const Member& m) const {
    const auto passed = static_cast<double>(now_.time_since_epoch().count()) * m.rate;
    return core::Time(core::Duration(static_cast<core::Duration::rep>(passed)));
  }

  template <class Handler>
  void step(core::NodeId id, const Handler& handler) {
    Member& m = members_.at(id);
    Server::Step s;
    s.now = clock(m);
    s.rng = &m.rng;
    handler(m.server.value(), s);
    m.wrote = s.writes;
    for (const Write& write : s.writes) m.disk.apply(core::decode<Write>(core::encode(write)));
    for (const auto& change : s.timers) {
      m.timers.erase(change.timer.kind);
      const auto wait = static_cast<double>(change.after.count()) / m.rate;
      if (change.set) m.timers[change.timer.kind] = now_ + core::Duration(static_cast<core::Duration::rep>(wait));
    }
    for (const auto& note : s.notes) m.notes.push_back(note.text);
    for (const auto& sample : s.samples) {
      double& total = m.samples[sample.metric->name];
      total = sample.metric->kind == core::Metric::Kind::counter ? total + sample.value : sample.value;
    }
    for (const auto& send : s.sends) post({id, send.to, core::encode(send.message)});
    broken(id);
    if (on_step) on_step(id, s);
  }

  void broken(core::NodeId stepped) {
    std::vector<const Server*> all;
    for (const auto& [id, m] : members_) all.push_back(m.server ? &*m.server : nullptr);
    const std::string reason = invariants_.after(all, stepped - 1);
    if (broken_.empty()) broken_ = reason;
  }

  void post(const Packet& packet) {
    const bool client = packet.from >= kClient || packet.to >= kClient;
    for (int copies = !client && weather_rng_.chance(weather.duplicate) ? 2 : 1; copies > 0; --copies) {
      if (!client && weather_rng_.chance(weather.loss)) continue;
      net_[{now_ + weather_rng_.within(weather.delay), ++posted_}] = packet;
    }
  }

  void arrive(const Packet& packet) {
    const bool lost = cut_.count({packet.from, packet.to}) != 0 || (packet.to < kClient && !up(packet.to));
    if (on_packet) on_packet(packet, lost);
    if (lost) return;
    const auto message = core::decode<Message>(packet.bytes);
    if (packet.to >= kClient) {
      replies_.push_back(std::get<ClientReply>(message));
      return;
    }
    ++delivered_[message.index()];
    step(packet.to, [&](Server& server, Server::Step& s) {
      std::visit([&](const auto& m) { server.on_message(s, packet.from, m); }, message);
    });
  }

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
inline Durable disk_with_log(Term term, const std::vector<Term>& terms, core::NodeId voted_for = core::kNobody) {
  Durable disk;
  disk.apply(SaveVote{term, voted_for});
  SaveEntries save{1, {}};
  for (const Term t : terms) {
    const std::string value = std::to_string(t) + "." + std::to_string(save.entries.size() + 1);
    save.entries.push_back({t, Command{1000 + save.entries.size(), 1, Function::put, "k", value, ""}});
  }
  if (!terms.empty()) disk.apply(save);
  return disk;
}

inline std::vector<Term> terms_of(const Log& log) {
  std::vector<Term> terms;
  for (Index i = log.first(); i <= log.last(); ++i) terms.push_back(log.term(i));
  return terms;
}

// Without what the thesis adds: for claims of the paper about plain elections.
inline Settings plain() {
  Settings settings;
  settings.pre_vote = false;
  settings.check_quorum = false;
  return settings;
}

}  // namespace raft
