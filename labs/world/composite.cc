// The named composites of the field (Jepsen's, FoundationDB's): each unfolds into plain commands over time, which enter
// the recording one by one. `stop` voids what is still planned and undoes what was done.
#include <algorithm>

#include "labs/world/doing.h"

namespace world {
namespace {

Who ids(const std::vector<core::NodeId>& nodes) {
  Who all;
  for (const auto id : nodes) all.push_back(std::to_string(id));
  return all;
}
Who one(core::NodeId id) { return {std::to_string(id)}; }

// Composites without an end are planned this far ahead.
constexpr core::Duration kForever = std::chrono::minutes(10);

}  // namespace

void Doing::operator()(const Composite& c) {
  switch (c.pattern) {
    case Pattern::majority_ring: return majority_ring(c);
    case Pattern::bridge: return bridge(c);
    case Pattern::flap: return flap(c);
    case Pattern::swizzle_clog: return swizzle_clog(c);
    case Pattern::strobe_skews: return strobe_skews(c);
  }
}

void Doing::operator()(const Stop&) {
  begin();
  ++world_.composites_;
  // No iteration over undo_ itself: what it runs may add to it.
  std::vector<Command> undo;
  undo.swap(world_.undo_);
  for (auto it = undo.rbegin(); it != undo.rend(); ++it) Doing(world_).run(*it);
}

// The nodes that a composite is about: those named, else the first group of the system.
Doing::Ids Doing::actors(const Composite& c) const {
  if (!c.groups.empty()) return groups(c.groups).front();
  Ids all;
  for (const auto& info : world_.infos_)
    if (info.group == world_.infos_.front().group) all.push_back(info.id);
  return all;
}

Doing::Ids Doing::shuffled(Ids nodes) {
  for (std::size_t i = nodes.size(); i > 1; --i) std::swap(nodes[i - 1], nodes[world_.faults_rng_.below(i)]);
  return nodes;
}

void Doing::later(core::Duration after, Command command) {
  const auto index = static_cast<std::uint32_t>(world_.scheduled_.size());
  world_.scheduled_.push_back({std::move(command), world_.composites_});
  world_.plan(world_.now_ + after, World::Plan::command, index);
}

// Every node sees a majority, itself included, and no two see the same one: each sees its nearest on a ring.
void Doing::majority_ring(const Composite& c) {
  const Ids all = actors(c);
  if (all.size() < 4) throw BadCommand("`" + text_ + "`: a ring of majorities needs at least four nodes");
  begin();
  const Ids ring = shuffled(all);
  const std::size_t n = ring.size();
  const std::size_t reach = (n / 2 + 1) / 2;  // So many neighbours on each side make a majority with oneself.
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      const std::size_t distance = std::min(j - i, n - (j - i));
      if (distance <= reach) continue;
      later({}, Partition{{one(ring[i]), one(ring[j])}, false, false});
      world_.undo_.push_back(Heal{{one(ring[i]), one(ring[j])}, false});
    }
}

// Two halves that cannot talk, and one node in the middle that talks to both.
void Doing::bridge(const Composite& c) {
  const Ids all = actors(c);
  if (all.size() < 3) throw BadCommand("`" + text_ + "`: a bridge needs at least three nodes");
  begin();
  const Ids mixed = shuffled(all);
  const auto half = static_cast<std::ptrdiff_t>((mixed.size() - 1) / 2);
  const Ids left(mixed.begin(), mixed.begin() + half);
  const Ids right(mixed.begin() + half + 1, mixed.end());
  later({}, Partition{{ids(left), ids(right)}, false, false});
  world_.undo_.push_back(Heal{{ids(left), ids(right)}, false});
}

void Doing::flap(const Composite& c) {
  const auto sides = groups(c.groups);
  begin();
  const std::vector<Who> who{ids(sides[0]), ids(sides[1])};
  const core::Duration length = c.length > core::Duration{} ? c.length : kForever;
  bool cut = true;
  for (core::Duration at{}; at < length; at += c.every, cut = !cut)
    later(at, cut ? Command(Partition{who, false, false}) : Command(Heal{who, false}));
  later(length, Heal{who, false});
  world_.undo_.push_back(Heal{who, false});
}

// FoundationDB's: clog a random part of the nodes one by one, then unclog them in another order.
void Doing::swizzle_clog(const Composite& c) {
  const Ids all = actors(c);
  begin();
  Ids some = shuffled(all);
  some.resize(1 + world_.faults_rng_.below(some.size()));
  const core::Duration length = c.length > core::Duration{} ? c.length : std::chrono::seconds(5);
  const core::Duration gap = length / static_cast<core::Duration::rep>(2 * some.size());
  Disturb clog;
  clog.fault = LinkFault::clog;
  core::Duration at{};
  for (const bool on : {true, false})
    for (const auto id : shuffled(some)) {
      clog.where.from = one(id);
      clog.amount = on ? 1 : 0;
      later(at, clog);
      if (on) {
        Disturb undo = clog;
        undo.amount = 0;
        world_.undo_.push_back(undo);
      }
      at += gap;
    }
}

// Clocks jump forth and back, each node on its own beat.
void Doing::strobe_skews(const Composite& c) {
  const Ids all = actors(c);
  begin();
  const core::Duration length = c.length > core::Duration{} ? c.length : kForever;
  for (const auto id : all) {
    bool ahead = true;
    for (core::Duration at = world_.faults_rng_.between({}, c.every); at < length; at += c.every, ahead = !ahead)
      later(at, Clock{ClockFault::skew, one(id), ahead ? c.amount : core::Duration{}, 0});
    later(length, Clock{ClockFault::skew, one(id), {}, 0});
    world_.undo_.push_back(Clock{ClockFault::skew, one(id), {}, 0});
  }
}

}  // namespace world
