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

}  // namespace

void Doing::operator()(const Composite& c) {
  pattern_ = core::name_of(c.pattern);
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
  for (auto it = undo.rbegin(); it != undo.rend(); ++it) Doing(world_, world_.name("stop")).run(*it);
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
  world_.scheduled_.push_back({std::move(command), world_.composites_, world_.name(pattern_)});
  world_.plan(world_.now_ + after, World::Plan::command, index);
}

// A composite that goes on and on plans its next step only, in the one place it has among the scheduled commands.
void Doing::under_way(core::Duration after, Composite c) {
  c.end = world_.now_.time_since_epoch() + c.length;
  later(after, std::move(c));
}

void Doing::go_on(std::uint32_t scheduled) {
  const Composite c = std::get<Composite>(world_.scheduled_[scheduled].command);
  const core::Duration now = world_.now_.time_since_epoch();
  const bool endless = c.length == core::Duration{};
  const bool over = !endless && now >= c.end;
  if (!over) {
    ++std::get<Composite>(world_.scheduled_[scheduled].command).beat;
    const core::Duration next = endless ? c.every : std::min(c.every, c.end - now);
    world_.plan(world_.now_ + next, World::Plan::command, scheduled);
  }
  const bool on = !over && c.beat % 2 == 0;
  if (c.pattern == Pattern::flap) return run(on ? Command(Partition{c.groups, false, false}) : Command(Heal{c.groups, false}));
  run(Clock{ClockFault::skew, c.groups.front(), on ? c.amount : core::Duration{}, 0});
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
      if (c.length > core::Duration{}) later(c.length, Heal{{one(ring[i]), one(ring[j])}, false});
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
  if (c.length > core::Duration{}) later(c.length, Heal{{ids(left), ids(right)}, false});
  world_.undo_.push_back(Heal{{ids(left), ids(right)}, false});
}

void Doing::flap(const Composite& c) {
  const auto sides = groups(c.groups);
  refuse_overlap(sides);
  begin();
  Composite going = c;
  going.groups = {ids(sides[0]), ids(sides[1])};
  world_.undo_.push_back(Heal{going.groups, false});
  under_way({}, std::move(going));
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
  for (const auto id : all) {
    world_.undo_.push_back(Clock{ClockFault::skew, one(id), {}, 0});
    Composite going = c;
    going.groups = {one(id)};
    const core::Duration first = world_.faults_rng_.between({}, c.every);
    under_way(c.length > core::Duration{} ? std::min(first, c.length) : first, std::move(going));
  }
}

}  // namespace world
