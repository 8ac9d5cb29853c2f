// Sections 4.5 and 5: the node that was asked coordinates, if it keeps the key; it asks N nodes and answers when W or R of
// them have answered. For nodes that are silent others stand in (4.6).
#include <algorithm>

#include "mechanisms/replication/leaderless/replica.h"

namespace leaderless {
namespace {

// The context of all, and the values of one server's writes only.
Versions with_one_value(Versions versions) {
  bool first = true;
  for (auto& [server, writes] : versions.by_server) {
    if (!first) writes.values.clear();
    first = first && writes.values.empty();
  }
  return versions;
}

}  // namespace

// The network may deliver a message twice. A write that is done twice has two dots: the second would bring back what a
// client has replaced or deleted in between.
bool Replica::came_before(core::NodeId client, std::uint64_t request) {
  constexpr std::size_t kRemembered = 256;
  auto& last = requests_[client];
  const bool is_new = last.insert(request).second;
  if (last.size() > kRemembered) last.erase(last.begin());   // Clients count upwards.
  return !is_new;
}

void Replica::on_message(Step& step, core::NodeId from, const Request& m) {
  if (m.function == Function::get || !came_before(from, m.id)) coordinate(step, from, m, false);
}

void Replica::on_message(Step& step, core::NodeId from, const Forward& m) {
  heard(step, from);
  if (m.request.function == Function::get || !came_before(m.client, m.request.id)) coordinate(step, m.client, m.request, true);
}

// Why this can never be answered, in words; or nothing.
std::string Replica::impossible(const Request& request) const {
  if (settings_.any_quorum) return "";
  const std::uint32_t n = request.n > 0 ? request.n : settings_.n;
  const std::uint32_t r = request.r > 0 ? request.r : settings_.r, w = request.w > 0 ? request.w : settings_.w;
  const std::size_t most = std::min<std::size_t>(n, on_ring());
  const bool get = request.function == Function::get;
  if ((get ? r : w) <= most) return "";
  return (get ? "R = " + core::text(r) : "W = " + core::text(w)) + " can never be reached: N = " + core::text(n) + ", and there are " +
         std::to_string(on_ring()) + " nodes";
}

void Replica::coordinate(Step& step, core::NodeId client, const Request& request, bool forwarded) {
  if (const auto why = impossible(request); !why.empty()) {
    step.refuse(why);
    return step.send(client, Reply{request.id, Status::refused, why, {}});
  }
  Operation operation;
  operation.n = request.n > 0 ? request.n : settings_.n;
  operation.ring = ring_digest_;
  const partitioning::Position at = partitioning::position_of(request.key);
  operation.preferred = ring_.preference(at, operation.n);
  if (operation.preferred.empty()) return step.send(client, Reply{request.id, Status::refused, "nobody is on the ring", {}});
  if (!among(operation.preferred, id_) && !forwarded && pass_on(step, client, request, operation.preferred)) return;
  // Who takes the key over must get what is written meanwhile; and must be waited for as well: when it is asked instead of
  // one of the N, it counts as one that has it.
  if (request.function != Function::get)
    for (const core::NodeId node : next_.preference(at, operation.n))
      if (!among(operation.preferred, node)) operation.preferred.push_back(node), ++operation.taking_over;
  note_width(step, request.n);
  operation.client = client;
  operation.request = request;
  const std::uint32_t r = request.r > 0 ? request.r : settings_.r, w = request.w > 0 ? request.w : settings_.w;
  operation.needed = is_write(operation) ? w : r;
  const std::uint64_t number = ++operations_made_;
  step.count(is_write(operation) ? kCoordinatedWrites : kCoordinatedReads);
  if (is_write(operation)) mint(step, operation);
  choose_targets(operation);
  Operation& open = open_[number] = std::move(operation);
  for (const auto& [target, how] : open.targets) ask(step, number, open, target);
  step.set_timer({Alarm::operation, number}, settings_.timeout);
  count_answers(step, number);
  sample(step);
}

// Silence from it, if it were dead, would have been noticed by now.
bool Replica::heard_lately(core::Time now, core::NodeId peer) const {
  const auto it = heard_at_.find(peer);
  return it != heard_at_.end() && it->second <= now && now - it->second < settings_.timeout;
}

// To the first of those that keep the key (section 5), and to the next when that one is silent. A write that two coordinate
// is its own sibling. So nothing is passed to a node that may be dead: it is asked first whether it lives.
// false: this node must do it itself, standing in for one of them.
bool Replica::pass_on(Step& step, core::NodeId client, const Request& request, const std::vector<core::NodeId>& preferred) {
  for (const core::NodeId node : preferred) {
    if (suspects(node)) continue;
    if (heard_lately(step.now, node))
      step.send(node, Forward{client, request});
    else
      passing_.push_back({node, client, request});
    watch(step, node);   // It answers the client, not us: whether it lives we must ask.
    return true;
  }
  if (settings_.quorum == Quorum::sloppy) return false;
  const std::string why = "none of the " + std::to_string(preferred.size()) + " nodes that keep the key answers";
  step.count(kUnavailable);
  step.refuse(why);
  step.send(client, Reply{request.id, Status::refused, why, {}});
  return true;
}

// The write gets its dot here, on top of what this node knows (section 4.4).
void Replica::mint(Step& step, Operation& operation) {
  const Request& request = operation.request;
  const Versions* found = find(request.key);
  Versions versions = found ? *found : Versions{};
  clocks::VectorClock seen = request.context;
  const core::NodeId name = write_name();
  // Numbers up to the floor may have been given to writes of this key that are deleted and forgotten. None is alive.
  const auto mine = versions.by_server.find(name);
  if (minted_.floor > 0 && (mine == versions.by_server.end() || mine->second.values.empty()))
    seen.counts[name] = std::max(seen.of(name), minted_.floor);
  Value value{request.value, request.function == Function::del, step.now, seen};
  const bool by_clock = settings_.conflicts == Conflicts::newest;
  if (by_clock || settings_.flaws.merge_by_clock)
    stamp(step.now, versions, std::move(value));
  else
    versions.write(name, seen, std::move(value)), named_ = true;
  keep(step, request.key, versions);
  const Versions* kept = find(request.key);
  operation.versions = kept ? *kept : std::move(versions);
}

// Last write wins: all writes are as if one server had made them, and their numbers are their stamps. So whoever has seen
// a later one has seen, and replaced, all with earlier stamps, whether their clients knew of each other or not.
void Replica::stamp(core::Time now, Versions& versions, Value value) {
  // Two in the same moment must differ; but a clock that was set back is believed.
  const bool burst = now <= last_stamp_ && last_stamp_ - now < std::chrono::milliseconds(1);
  last_stamp_ = burst ? last_stamp_ + core::Duration(1) : now;
  const auto since_start = std::max(last_stamp_.time_since_epoch(), core::Duration{});
  constexpr unsigned kNodeBits = 10;
  const std::uint64_t number = static_cast<std::uint64_t>(since_start.count()) << kNodeBits | (id_ & ((1u << kNodeBits) - 1));
  value.stamp = last_stamp_;
  Versions written;
  written.by_server[core::kNobody] = {number, {std::move(value)}};
  versions.sync(written);
  for (auto& [server, writes] : versions.by_server)
    if (server != core::kNobody) writes.values.clear();
}

void Replica::choose_targets(Operation& operation) {
  const auto& preferred = operation.preferred;
  Target self{core::kNobody, true};
  if (!among(preferred, id_)) self.owner = preferred.front();
  operation.targets[id_] = self;
  const bool sloppy = settings_.quorum == Quorum::sloppy;
  for (const core::NodeId node : preferred) {
    if (node == id_ || node == self.owner) continue;
    const bool silent = suspects(node);
    // A strict quorum has nobody else to count on: it asks also those that were silent.
    if (!silent || !sloppy) operation.targets[node] = {};
    if (!silent || (!sloppy && (!is_write(operation) || !settings_.hinted_handoff))) continue;
    if (const core::NodeId other = stand_in(operation); other != core::kNobody)
      operation.targets[other] = {node, false};
    else
      operation.targets[node] = {};
  }
}

// The next healthy node clockwise behind the N that is not asked yet (section 4.6).
core::NodeId Replica::stand_in(const Operation& operation) const {
  for (const core::NodeId node : ring_.preference(partitioning::position_of(operation.request.key), peers_.size() + 1))
    if (!among(operation.preferred, node) && !suspects(node) && operation.targets.count(node) == 0) return node;
  return core::kNobody;
}

void Replica::ask(Step& step, std::uint64_t number, Operation& operation, core::NodeId target) {
  const std::string& key = operation.request.key;
  const core::NodeId owner = operation.targets.at(target).owner;
  if (is_write(operation)) {
    if (target != id_) return step.send(target, Store{number, key, operation.versions, owner, operation.request.n});
    if (owner != core::kNobody) keep_hint(step, owner, key, operation.versions);
    return;
  }
  if (target != id_) return step.send(target, Fetch{number, key});
  operation.answers[id_] = known(key);
}

// All that this node has of a key, for itself or for others.
Versions Replica::known(const std::string& key) const {
  const Versions* found = find(key);
  Versions all = found ? *found : Versions{};
  for (const auto& [whose, hint] : hints_)
    if (whose.second == key) all.sync(hint.versions);
  return all;
}

// A node that keeps a key since a request asked for more copies than usual must not give it up as one too many.
void Replica::note_width(Step& step, std::uint32_t n) {
  if (n > widest_) step.persist(SaveWidest{widest_ = n});
}

void Replica::on_message(Step& step, core::NodeId from, const Store& m) {
  heard(step, from);
  note_width(step, m.n);
  if (m.owner == core::kNobody || m.owner == id_)
    keep(step, m.key, m.versions);
  else
    keep_hint(step, m.owner, m.key, m.versions);
  step.send(from, Stored{m.operation});
  sample(step);
}

void Replica::on_message(Step& step, core::NodeId from, const Fetch& m) {
  heard(step, from);
  // It has given the key up, and the other does not know it: nothing is not an answer.
  if (settings_.quorum == Quorum::strict && !tree_of(partitioning::position_of(m.key)) && !find(m.key)) return step.send(from, history());
  step.send(from, Fetched{m.operation, known(m.key)});
}

void Replica::on_message(Step& step, core::NodeId from, const Stored& m) {
  heard(step, from);
  const auto it = open_.find(m.operation);
  if (it == open_.end() || it->second.targets.count(from) == 0) return;
  it->second.targets.at(from).answered = true;
  count_answers(step, m.operation);
}

void Replica::on_message(Step& step, core::NodeId from, const Fetched& m) {
  heard(step, from);
  const auto it = open_.find(m.operation);
  if (it == open_.end() || it->second.targets.count(from) == 0) return;
  it->second.targets.at(from).answered = true;
  it->second.answers[from] = m.versions;
  count_answers(step, m.operation);
}

bool Replica::counts(const Target& target) const {
  if (!target.answered) return false;
  if (target.owner == core::kNobody || settings_.quorum == Quorum::sloppy) return true;
  return settings_.flaws.count_hint_as_w;
}

void Replica::count_answers(Step& step, std::uint64_t number) {
  Operation& operation = open_.at(number);
  std::uint32_t counted = 0;
  bool all = true;
  for (const auto& [node, target] : operation.targets) {
    counted += counts(target) ? 1 : 0;
    all = all && target.answered;
  }
  if (!operation.told && counted >= operation.needed + operation.taking_over) {
    Reply reply{operation.request.id, Status::ok, "", operation.versions};
    for (const auto& [node, versions] : operation.answers) reply.versions.sync(versions);
    if (!is_write(operation) && settings_.flaws.stale_context) reply.versions = with_one_value(reply.versions);
    tell_client(step, number, operation, std::move(reply));
  }
  if (all) finish(step, number);
}

void Replica::tell_client(Step& step, std::uint64_t number, Operation& operation, Reply reply) {
  operation.told = true;
  answered_ = Answer{operation.client, operation.request, number, operation.n, operation.needed, operation.ring, reply};
  step.send(operation.client, std::move(reply));
}

// Who has not answered is suspected, and others stand in, once.
void Replica::time_out(Step& step, std::uint64_t number) {
  const auto it = open_.find(number);
  if (it == open_.end()) return;
  Operation& operation = it->second;
  std::vector<core::NodeId> silent;
  for (const auto& [node, target] : operation.targets)
    if (!target.answered) silent.push_back(node);
  for (const core::NodeId node : silent) suspect(step, node);
  const bool may_widen = settings_.quorum == Quorum::sloppy || (is_write(operation) && settings_.hinted_handoff);
  bool waits = false;
  if (may_widen && !operation.widened)
    for (const core::NodeId node : silent) {
      const core::NodeId owner = operation.targets.at(node).owner;
      const core::NodeId other = stand_in(operation);
      if (other == core::kNobody) break;
      // Another may stand in for it already, since before this operation began.
      const core::NodeId whose = owner == core::kNobody ? node : owner;
      if (std::any_of(operation.targets.begin(), operation.targets.end(),
                      [&](const auto& one) { return one.second.owner == whose && one.first != node; }))
        continue;
      operation.targets[other] = {whose, false};
      ask(step, number, operation, other);
      waits = true;
    }
  operation.widened = true;
  if (waits) return step.set_timer({Alarm::operation, number}, settings_.timeout);
  finish(step, number);
}

void Replica::finish(Step& step, std::uint64_t number) {
  const auto it = open_.find(number);
  Operation& operation = it->second;
  if (!operation.told) {
    std::size_t answered = 0;
    for (const auto& [node, target] : operation.targets) answered += counts(target) ? 1 : 0;
    const std::string why = std::to_string(answered) + " of " + std::to_string(operation.needed + operation.taking_over) + " nodes answered";
    step.count(kUnavailable);
    step.refuse(why);
    tell_client(step, number, operation, Reply{operation.request.id, Status::unavailable, why, {}});
  }
  if (!is_write(operation)) repair_readers(step, operation);
  step.cancel_timer({Alarm::operation, number});
  open_.erase(it);
}

// Section 5: who answered with less than all together have is told what it lacks.
void Replica::repair_readers(Step& step, const Operation& operation) {
  Versions all;
  for (const auto& [node, versions] : operation.answers) all.sync(versions);
  if (!step.rng->chance(settings_.read_repair)) return;
  for (const auto& [node, versions] : operation.answers) {
    if (versions == all || operation.targets.at(node).owner != core::kNobody) continue;
    step.count(kReadRepairs);
    if (node == id_)
      keep(step, operation.request.key, all);
    else
      step.send(node, Repair{operation.request.key, all});
  }
}

}  // namespace leaderless
