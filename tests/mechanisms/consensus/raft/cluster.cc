// Beside its header, so that each test need not compile a cluster anew.
#include "tests/mechanisms/consensus/raft/cluster.h"

#include "mechanisms/core/codec.h"

namespace raft {

Cluster::Cluster(std::size_t servers, const Settings& settings, std::uint64_t seed)
    : settings_(settings), weather_rng_(core::derive_seed(seed, "weather")) {
  for (core::NodeId id = 1; id <= servers; ++id) peers_.push_back(id);
  for (const core::NodeId id : peers_) members_[id].rng = core::Rng(core::derive_seed(seed, "server", id));
  for (const core::NodeId id : peers_) restart(id);
}

Cluster::Cluster(const Cluster&) = default;
Cluster& Cluster::operator=(const Cluster&) = default;
Cluster::~Cluster() = default;

core::NodeId Cluster::leader() const {
  core::NodeId best = core::kNobody;
  for (const auto& [id, m] : members_)
    if (m.server && m.server->leads() && (best == core::kNobody || m.server->term() > (*this)[best].term())) best = id;
  return best;
}

std::vector<Message> Cluster::sent(core::NodeId from, core::NodeId to) const {
  std::vector<Message> all;
  for (const auto& [when, packet] : net_)
    if (packet.from == from && packet.to == to) all.push_back(core::decode<Message>(packet.bytes));
  return all;
}

void Cluster::send(core::NodeId from, core::NodeId to, const Message& message) { post({from, to, core::encode(message)}); }

double Cluster::sampled(core::NodeId id, const core::Metric& metric) const {
  const auto& samples = members_.at(id).samples;
  const auto it = samples.find(metric.name);
  return it == samples.end() ? 0 : it->second;
}

bool Cluster::noted(core::NodeId id, std::string_view part) const {
  for (const auto& note : members_.at(id).notes)
    if (note.find(part) != std::string::npos) return true;
  return false;
}

std::string Cluster::value(core::NodeId id, const std::string& key) const {
  return (*this)[id].store().read(key).value.value_or("none");
}

std::vector<Cluster::Packet> Cluster::packets() const {
  std::vector<Packet> all;
  for (const auto& [when, packet] : net_) all.push_back(packet);
  return all;
}

std::optional<ClientReply> Cluster::answer(std::uint64_t session, std::uint64_t serial) const {
  for (auto it = replies_.rbegin(); it != replies_.rend(); ++it)
    if (it->session == session && it->serial == serial) return *it;
  return {};
}

bool Cluster::done(std::uint64_t serial) const {
  const auto reply = answer(1, serial);
  return reply && reply->result.status == Status::ok;
}

void Cluster::fire(core::NodeId id, Alarm kind) {
  CHECK(has_timer(id, kind));
  members_.at(id).timers.erase(kind);
  step(id, [&](Server& server, Server::Step& s) { server.on_timer(s, {kind}); });
}

std::string Cluster::tell(core::NodeId id, std::string_view words) {
  std::string refused;
  step(id, [&](Server& server, Server::Step& s) { refused = server.on_tell(s, words); });
  return refused;
}

void Cluster::set(core::NodeId id, const Settings& settings) {
  step(id, [&](Server& server, Server::Step& s) { server.on_settings(s, settings); });
}

std::vector<Cluster::Packet> Cluster::drop(core::NodeId from, core::NodeId to, std::size_t at_most) {
  std::vector<Packet> picked;
  for (auto it = net_.begin(); it != net_.end() && picked.size() < at_most;) {
    const bool wanted = it->second.from == from && it->second.to == to;
    if (wanted) picked.push_back(it->second);
    it = wanted ? net_.erase(it) : std::next(it);
  }
  return picked;
}

bool Cluster::deliver_one() {
  if (net_.empty()) return false;
  const Packet packet = std::move(net_.begin()->second);
  net_.erase(net_.begin());
  arrive(packet);
  return true;
}

void Cluster::deliver() {
  for (int budget = 1'000'000; deliver_one(); --budget) CHECK(budget > 0);
}

void Cluster::deliver(core::NodeId from, core::NodeId to, std::size_t at_most) {
  for (const auto& packet : drop(from, to, at_most)) arrive(packet);
}

void Cluster::beat(core::NodeId id, int times) {
  for (; times > 0; --times) {
    fire(id, Alarm::heartbeat);
    deliver();
  }
}

bool Cluster::elect(core::NodeId id) {
  pass(settings_.election_timeout.high);
  fire(id, Alarm::election);
  deliver();
  return (*this)[id].leads();
}

void Cluster::ask(core::NodeId to, Command command, core::NodeId client) {
  send(client, to, ClientRequest{std::move(command)});
}

std::uint64_t Cluster::begin(core::NodeId to, Function function, std::string key, std::string value,
                    std::string expected) {
  ask(to, {1, ++serial_, function, std::move(key), std::move(value), std::move(expected)});
  deliver(kClient, to);
  return serial_;
}

std::uint64_t Cluster::put(core::NodeId to, std::string key, std::string value) {
  const auto serial = begin(to, Function::put, std::move(key), std::move(value));
  deliver();
  return serial;
}

void Cluster::isolate(core::NodeId id) {
  for (const core::NodeId other : peers_)
    if (other != id) cut(id, other);
}

void Cluster::crash(core::NodeId id) {
  Member& m = members_.at(id);
  m.server.reset();
  m.timers.clear();
  broken(id);
}

void Cluster::restart(core::NodeId id) {
  Member& m = members_.at(id);
  // From the fewest writes, as a compacted disk has them.
  Durable found;
  for (const Write& write : m.disk.image()) found.apply(core::decode<Write>(core::encode(write)));
  m.server.emplace(core::Roster{id, peers_, {}}, settings_, std::move(found));
  m.timers.clear();
  step(id, [](Server& server, Server::Step& s) { server.start(s); });
}

void Cluster::replace_disk(core::NodeId id, Durable disk) {
  crash(id);
  members_.at(id).disk = std::move(disk);
  restart(id);
}

void Cluster::run_for(core::Duration duration) {
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

bool Cluster::same_as(const Cluster& other) const {
  for (const auto& [id, m] : members_)
    if (m.server != other.members_.at(id).server || m.timers != other.members_.at(id).timers) return false;
  return net_ == other.net_ && replies_ == other.replies_ && now_ == other.now_;
}

core::Time Cluster::clock(const Member& m) const {
  const auto passed = static_cast<double>(now_.time_since_epoch().count()) * m.rate;
  return core::Time(core::Duration(static_cast<core::Duration::rep>(passed)));
}

void Cluster::step(core::NodeId id, const std::function<void(Server&, Server::Step&)>& handler) {
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

void Cluster::broken(core::NodeId stepped) {
  std::vector<const Server*> all;
  for (const auto& [id, m] : members_) all.push_back(m.server ? &*m.server : nullptr);
  const std::string reason = invariants_.after(all, stepped - 1);
  if (broken_.empty()) broken_ = reason;
}

void Cluster::post(const Packet& packet) {
  const bool client = packet.from >= kClient || packet.to >= kClient;
  for (int copies = !client && weather_rng_.chance(weather.duplicate) ? 2 : 1; copies > 0; --copies) {
    if (!client && weather_rng_.chance(weather.loss)) continue;
    net_[{now_ + weather_rng_.within(weather.delay), ++posted_}] = packet;
  }
}

void Cluster::arrive(const Packet& packet) {
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

Durable disk_with_log(Term term, const std::vector<Term>& terms, core::NodeId voted_for) {
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

std::vector<Term> terms_of(const Log& log) {
  std::vector<Term> terms;
  for (Index i = log.first(); i <= log.last(); ++i) terms.push_back(log.term(i));
  return terms;
}

AppendEntries appending(Term term, Index prev, Term prev_term, const std::vector<Entry>& entries, Index commit) {
  return {term, prev, prev_term, commit, 0, entries};
}

Settings plain() {
  Settings settings;
  settings.pre_vote = false;
  settings.check_quorum = false;
  return settings;
}

Settings with_voters(std::uint32_t voters, Settings settings) {
  settings.voters = voters;
  return settings;
}

}  // namespace raft
