// Building a world, and the steps of its nodes. release.cc has what follows from a step, doing.cc the commands.
#include "labs/world/world.h"

#include <algorithm>
#include <utility>

#include "mechanisms/core/check.h"
#include "mechanisms/core/codec.h"

namespace world {
namespace {

// One durable write serves at most so many steps.
constexpr std::size_t kBatch = 256;

std::size_t count_nodes(const System& system) {
  std::size_t count = 0;
  for (const auto& group : system.groups) count += group.count;
  if (count > 0xffff) throw BadCommand("a world holds at most 65,535 nodes");
  return count;
}

// S1, S2 .. for servers, C1 .. for clients: the first letter of the group, unless a group before has it.
std::string prefix_for(const std::string& group, const std::vector<std::string>& taken) {
  for (std::size_t n = 1; n <= group.size(); ++n) {
    std::string prefix = group.substr(0, n);
    prefix[0] = static_cast<char>(prefix[0] >= 'a' && prefix[0] <= 'z' ? prefix[0] - 'a' + 'A' : prefix[0]);
    if (std::find(taken.begin(), taken.end(), prefix) == taken.end()) return prefix;
  }
  return group + "-";
}

}  // namespace

World::World(const World&) = default;

World::~World() = default;

World::World(const System& system, std::uint64_t seed)
    : system_(system),
      stamps_(count_nodes(system) + 1),
      faults_rng_(core::derive_seed(seed, "faults")),
      links_(seed, count_nodes(system), system.link) {
  lost_ = name("loss"), cut_ = name("partition"), corrupt_ = name("corrupt"), reset_ = name("reset");
  down_ = name("down"), malformed_ = name("malformed");
  std::vector<std::string> prefixes;
  std::vector<std::vector<core::NodeId>> members(system.groups.size());
  for (std::size_t g = 0; g < system.groups.size(); ++g) {
    const Group& group = system.groups[g];
    prefixes.push_back(prefix_for(group.name, prefixes));
    for (std::size_t i = 0; i < group.count; ++i) {
      const auto id = static_cast<core::NodeId>(infos_.size() + 1);
      infos_.push_back({id, prefixes.back() + std::to_string(i + 1), group.kind->name, group.name});
      members[g].push_back(id);
    }
    const bool known = std::any_of(kind_names_.begin(), kind_names_.end(),
                                   [&](const KindNames& names) { return names.kind == group.kind; });
    if (!known) {
      KindNames names{group.kind, {}, {}, {}};
      for (const auto& word : group.kind->messages) names.messages.push_back(name(word));
      for (const auto& word : group.kind->timers) names.timers.push_back(name(word));
      for (const auto& word : group.kind->writes) names.writes.push_back(name(word));
      kind_names_.push_back(std::move(names));
    }
    judges_.emplace_back(system.judge ? group.kind->judge() : nullptr);
  }
  std::vector<std::string> called;
  for (const auto& info : infos_) called.push_back(info.name);
  const core::Names node_names(std::move(called));
  for (std::size_t g = 0; g < system.groups.size(); ++g) {
    const Group& group = system.groups[g];
    core::Roster roster;
    roster.names = node_names;
    roster.peers = members[g];
    for (const auto& upstream : group.to)
      for (std::size_t other = 0; other < system.groups.size(); ++other)
        if (system.groups[other].name == upstream) roster.upstream.push_back({upstream, members[other]});
    for (std::size_t i = 0; i < group.count; ++i) {
      Slot& s = slots_.emplace_back();
      s.kind = group.kind;
      while (kind_names_[s.kind_names].kind != group.kind) ++s.kind_names;
      s.group = g;
      s.place = i;
      s.roster = roster;
      s.roster.self = members[g][i];
      s.settings = group.settings;
      s.rng = core::Rng(core::derive_seed(seed, "node", s.roster.self));
    }
  }
}

void World::draw_anew(std::uint64_t seed) {
  faults_rng_ = core::Rng(core::derive_seed(seed, "faults"));
  links_.draw_anew(seed);
  for (Slot& s : slots_) s.rng = core::Rng(core::derive_seed(seed, "node", s.roster.self));
}

void World::listen(record::Listener* listener) {
  for (record::NameId id = 1; id < names_.size(); ++id) listener->on_name(id, names_.word(id));
  listeners_.all.push_back(listener);
}

void World::stop_listening(record::Listener* listener) { std::erase(listeners_.all, listener); }

record::NameId World::name(std::string_view word) {
  const std::size_t before = names_.size();
  const record::NameId id = names_.intern(word);
  if (names_.size() > before)
    for (auto* listener : listeners_.all) listener->on_name(id, word);
  return id;
}

std::uint64_t World::emit(record::EventKind kind, core::NodeId node, core::NodeId peer, record::NameId type,
                          std::uint64_t ref, double value, core::BytesView body) {
  const std::uint64_t id = ++events_;
  // That a message is lost is no event of any node: nobody there knows of it.
  const std::uint64_t stamp = kind == record::EventKind::drop ? follows_ + 1 : stamps_[node].hear(follows_);
  if (!listeners_.all.empty()) {
    const record::Event event{now_, id, kind, node, peer, type, ref, value, stamp};
    for (auto* listener : listeners_.all) listener->on_event(event, body);
  }
  return id;
}

std::uint64_t World::emit_text(record::EventKind kind, core::NodeId node, std::string_view text, std::uint64_t ref,
                               record::NameId type) {
  const core::BytesView body(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return emit(kind, node, core::kNobody, type, ref, 0, body);
}

void World::start_once() {
  if (started_) return;
  started_ = true;
  for (const auto& info : infos_) start_node(info.id);
}

void World::do_next() {
  const Due due = queue_.pop();
  if (due.at > now_) now_ = due.at;
  switch (static_cast<Plan>(due.what)) {
    case Plan::packet: return carry(due.index);
    case Plan::command: return do_command(due.index);
    case Plan::wake: {
      const core::NodeId node = due.index & 0xffff;
      if ((slot(node).life & 0xffff) == due.index >> 16) finish(node);
      return;
    }
    case Plan::timer: return ring(due.index);
  }
}

void World::arrive(std::uint32_t packet_index) {
  Packet& packet = packets_[packet_index];
  if (packet.corrupt) return drop(packet_index, packet.to, packet.from, corrupt_);
  if (packet.reset) return drop(packet_index, packet.to, packet.from, reset_);
  if (slot(packet.to).condition == Condition::down) return drop(packet_index, packet.to, packet.from, down_);
  take(packet.to, {false, packet_index, {}});
}

// Handles it now, or when the node has time.
void World::take(core::NodeId node, const Waiting& waiting) {
  Slot& s = slot(node);
  if (s.condition != Condition::up || s.busy || !s.inbox.empty()) {
    s.inbox.push_back(waiting);
    return;
  }
  handle(node, waiting);
  settle(node);
}

void World::handle(core::NodeId node, const Waiting& waiting) {
  // Within a command or another message's step it follows from its own message only.
  const std::uint64_t before = std::exchange(follows_, waiting.is_timer ? 0 : packets_[waiting.packet].stamp);
  if (waiting.is_timer)
    handle_timer(node, waiting.timer);
  else
    handle_packet(node, waiting.packet);
  follows_ = before;
}

void World::handle_timer(core::NodeId node, const TimerDue& rung) {
  Slot& s = slot(node);
  if (!take_timer(s, rung)) return;
  const auto cause = emit(record::EventKind::timer, node, core::kNobody, names_of(s).timers[rung.kind], 0,
                          static_cast<double>(rung.key));
  step(node, cause, [&](Hosted& hosted, core::Time now, Effects& out) {
    hosted.on_timer(now, s.rng, rung.kind, rung.key, out);
  });
}

void World::handle_packet(core::NodeId node, std::uint32_t index) {
  Slot& s = slot(node);
  Packet& packet = packets_[index];
  const auto cause = emit(record::EventKind::deliver, node, packet.from, packet.type, packet.send);
  try {
    step(node, cause, [&](Hosted& hosted, core::Time now, Effects& out) {
      hosted.on_message(now, s.rng, packet.from, packet.bytes, out);
    });
  } catch (const core::Malformed&) {
    scratch_.clear();
    return drop(index, node, packet.from, malformed_);
  }
  free_packet(index);
}

// Runs a handler. What it said is released at once when nothing takes time, else it waits in `pending`.
template <class Handler>
void World::step(core::NodeId node, std::uint64_t cause, const Handler& handler) {
  Slot& s = slot(node);
  CHECK(scratch_.cause == 0);
  try {
    handler(*s.node, s.clock.read(now_), scratch_);
    for (const auto& send : scratch_.sends) CHECK(send.to >= 1 && send.to <= slots_.size());
  } catch (const core::CheckFailed& failed) {
    scratch_.clear();
    return stop_node(node, std::string("bug: ") + failed.what());
  }
  scratch_.cause = cause;
  const bool writes = !scratch_.writes.empty();
  const bool at_once = s.pending.empty() && s.slow == core::Duration{} &&
                       (!writes || (syncs_at_once() && s.disk.faults == DiskFaults{} &&
                                    system_.disk.sync == core::Duration{}));
  if (!at_once) {
    s.pending.push_back(std::move(scratch_));
    scratch_ = Effects{};
    return;
  }
  if (writes) append_writes(node, scratch_);
  release(node, scratch_);
  scratch_.clear();
  judge(node);
}

// Requests in words, from people and scripts. Returns why the node refuses, or nothing.
std::string World::tell(core::NodeId node, std::string_view words) {
  Slot& s = slot(node);
  const std::uint64_t cause = events_;
  std::string refused;
  step(node, cause, [&](Hosted& hosted, core::Time now, Effects& out) {
    refused = hosted.on_tell(now, s.rng, words, out);
  });
  if (!refused.empty()) emit_text(record::EventKind::refuse, node, refused, cause);
  settle(node);
  return refused;
}

std::uint64_t World::ask(core::NodeId node, clients::Ask what) {
  Slot& s = slot(node);
  if (s.condition != Condition::up) return 0;
  std::uint64_t operation = 0;
  step(node, events_, [&](Hosted& hosted, core::Time now, Effects& out) {
    operation = hosted.on_ask(now, s.rng, std::move(what), out);
  });
  settle(node);
  return operation;
}

void World::set(core::NodeId node, std::string_view setting, std::string_view value) {
  Slot& s = slot(node);
  step(node, events_, [&](Hosted& hosted, core::Time now, Effects& out) {
    hosted.set(now, s.rng, setting, value, out);
  });
  settle(node);
}

std::string World::setting(core::NodeId id, std::string_view name) const {
  const Slot& s = slot(id);
  for (const auto& [set, value] : s.settings)
    if (set == name) return value;
  for (const auto& declared : s.kind->settings)
    if (declared.name == name) return declared.initial;
  return "";
}

// Begins the durable write of what is pending, or releases it when nothing takes time.
void World::settle(core::NodeId node) {
  Slot& s = slot(node);
  if (s.condition == Condition::down || s.busy || s.pending.empty()) return;
  const bool writes = std::any_of(s.pending.begin(), s.pending.end(), [](const Effects& e) { return !e.writes.empty(); });
  core::Duration takes = s.slow * static_cast<core::Duration::rep>(s.pending.size());
  if (writes) {
    const Around before = around(node);
    const auto failure = s.disk.failure(s.rng);
    tell_around(node, before);
    if (failure == kTornWrite) tear(s);
    if (!failure.empty()) return stop_node(node, failure);
    takes += system_.disk.sync + s.disk.faults.slow;
  }
  s.in_sync = s.pending.size();
  if (takes == core::Duration{} && (!writes || syncs_at_once())) return finish(node);
  s.busy = true;
  if (writes)
    sync(node, takes);
  else
    World::sync(node, takes);
}

// The first half of what was to be written is on the disk, and nobody was told.
void World::tear(Slot& s) {
  std::size_t all = 0;
  for (const Effects& effects : s.pending) all += effects.writes.size();
  std::size_t left = all / 2;
  for (const Effects& effects : s.pending)
    for (const auto& write : effects.writes)
      if (left > 0) --left, s.disk.append(effects.view(write));
}

Around World::around(core::NodeId node) const {
  const Slot& s = slot(node);
  return {s.clock.skew(now_), s.clock.drift_ppm(), s.slow, s.disk.faults};
}

void World::tell_around(core::NodeId node, const Around& before) {
  if (const Around is = around(node); is != before)
    emit_coded(record::EventKind::around, node, core::kNobody, 0, 0, is);
}

void World::sync(core::NodeId node, core::Duration takes) {
  plan(now_ + takes, Plan::wake, node | (slot(node).life & 0xffff) << 16);
}

// The batch is durable: everything it said goes out.
void World::finish(core::NodeId node, std::string_view failure) {
  Slot& s = slot(node);
  if (s.condition == Condition::paused) {
    s.finish_on_resume = true;
    return;
  }
  s.busy = false;
  if (!failure.empty()) return stop_node(node, failure);
  std::vector<Effects> done(std::make_move_iterator(s.pending.begin()),
                            std::make_move_iterator(s.pending.begin() + static_cast<std::ptrdiff_t>(s.in_sync)));
  s.pending.erase(s.pending.begin(), s.pending.begin() + static_cast<std::ptrdiff_t>(s.in_sync));
  s.in_sync = 0;
  for (const Effects& effects : done) {
    append_writes(node, effects);
    release(node, effects);
  }
  if (s.pending.empty()) judge(node);
  settle(node);
  drain(node);
}

void World::drain(core::NodeId node) {
  Slot& s = slot(node);
  while (s.condition == Condition::up && !s.busy && !s.inbox.empty()) {
    for (std::size_t n = std::min(s.inbox.size(), kBatch); n > 0 && s.condition == Condition::up; --n) {
      const Waiting waiting = s.inbox.front();
      s.inbox.pop_front();
      handle(node, waiting);
    }
    settle(node);
  }
}

void World::start_node(core::NodeId node) {
  Slot& s = slot(node);
  ++s.life;
  before_start(node);
  const auto cause = emit(record::EventKind::restart, node);
  s.condition = Condition::up;
  s.tallies.clear();
  s.shown.clear();
  s.role_word = nullptr;
  try {
    s.node = Box<Hosted>(s.kind->make(s.roster, s.settings, s.disk.writes()));
  } catch (const std::exception& error) {
    return stop_node(node, std::string("cannot start from its disk: ") + error.what());
  }
  step(node, cause, [&](Hosted& hosted, core::Time now, Effects& out) { hosted.start(now, s.rng, out); });
  settle(node);
}

void World::stop_node(core::NodeId node, std::string_view why) {
  Slot& s = slot(node);
  emit_text(record::EventKind::crash, node, why);
  s.condition = Condition::down;
  s.busy = false;
  s.finish_on_resume = false;
  s.node = {};
  ++s.life;
  s.timers.clear();
  for (const auto& waiting : s.inbox)
    if (!waiting.is_timer) drop(waiting.packet, node, packets_[waiting.packet].from, down_);
  s.inbox.clear();
  if (const std::size_t lost = s.disk.crash(); lost > 0)
    emit_text(record::EventKind::note, node, std::to_string(lost) + " unsynced writes are lost");
  judge(node);  // It must see that the node is down, else a restart looks like time going backwards.
  on_crash(node, why);
  s.pending.clear();
  s.in_sync = 0;
}

void World::append_writes(core::NodeId node, const Effects& effects) {
  Slot& s = slot(node);
  for (const auto& write : effects.writes) {
    s.disk.append(effects.view(write));
    emit(record::EventKind::persist, node, core::kNobody, names_of(s).writes[write.type], effects.cause, 0,
         effects.view(write));
  }
  if (s.disk.wants_compaction()) compact(node);
}

void World::compact(core::NodeId node) {
  Slot& s = slot(node);
  s.disk.replace(s.kind->compact(s.disk.writes()));
  on_disk_replaced(node);
}

class World::Clocks final : public core::Truth {
 public:
  explicit Clocks(const World& world) : world_(world) {}
  core::Time now() const override { return world_.now_; }
  core::Time clock(core::NodeId node) const override { return world_.slot(node).clock.read(world_.now_); }
  std::int64_t drift_ppm(core::NodeId node) const override { return world_.slot(node).clock.drift_ppm(); }
  std::uint64_t times_set(core::NodeId node) const override { return world_.slot(node).clock.times_set(); }

 private:
  const World& world_;
};

void World::judge(core::NodeId node) {
  Slot& s = slot(node);
  auto& judge = judges_[s.group];
  if (!judge) return;
  judged_.clear();
  for (const core::NodeId peer : s.roster.peers) {
    const Slot& other = slot(peer);
    judged_.push_back(other.pending.empty() ? other.node.get() : nullptr);
  }
  const std::string broken = judge->after(judged_, s.place, Clocks(*this));
  if (broken.empty()) return;
  ++violations_;
  judge = {};
  emit_text(record::EventKind::violation, node, broken, 0, name(s.kind->name));
}

}  // namespace world
