// What each command does to a world. `Doing` resolves who is meant before anything happens, so that a command that
// cannot be done leaves no trace.
#include "labs/world/doing.h"

#include <algorithm>

#include "labs/world/select.h"
#include "mechanisms/core/text.h"

namespace world {

namespace {

Candidates candidates_of(const World& world) {
  Candidates all;
  for (const auto& info : world.nodes()) {
    const Hosted* node = world.node(info.id);
    all.push_back({&info, node ? node->face() : core::Face{}});
  }
  return all;
}

SettingValues with(SettingValues settings, const std::string& setting, const std::string& value) {
  const auto known = std::find_if(settings.begin(), settings.end(), [&](const auto& p) { return p.first == setting; });
  if (known != settings.end())
    known->second = value;
  else
    settings.emplace_back(setting, value);
  return settings;
}

}  // namespace

std::vector<core::NodeId> World::select(const Who& who) const {
  return select_groups(candidates_of(*this), {who}).front();
}

void World::apply(const Command& command) {
  start_once();
  Doing(*this).run(command);
}

void World::do_command(std::uint32_t index) {
  const Scheduled due = scheduled_[index];
  if (due.generation != composites_) return;
  try {
    if (std::holds_alternative<Composite>(due.command)) return Doing(*this, due.by).go_on(index);
    Doing(*this, due.by).run(due.command);
  } catch (const BadCommand& error) {
    // A composite goes on when one of its commands finds nobody: whom it meant may have crashed since.
    emit_text(record::EventKind::refuse, core::kNobody, error.what());
  }
}

void Doing::run(const Command& command) {
  text_ = command_text(command);
  std::visit(*this, command);
}

void Doing::begin() {
  world_.emit_text(record::EventKind::command, core::kNobody, text_, 0, by_);
  world_.follows_ = world_.stamps_[core::kNobody].time;
}

std::vector<Doing::Ids> Doing::groups(const std::vector<Who>& who) const {
  return select_groups(candidates_of(world_), who);
}

template <class Change>
void Doing::change_link(core::NodeId from, core::NodeId to, const Change& change) {
  if (from == to) return;
  const LinkFaults before = world_.links_.faults(from, to);
  LinkFaults faults = before;
  change(faults);
  if (faults == before) return;
  world_.links_.set_faults(from, to, faults);
  world_.emit_coded(record::EventKind::link, from, to, 0, 0, faults);
  if (before.clogged && !faults.clogged) unclog(from, to);
}

void Doing::unclog(core::NodeId from, core::NodeId to) {
  auto& held = world_.held_;
  const auto freed = std::stable_partition(held.begin(), held.end(), [&](const auto& waiting) {
    const auto& packet = world_.packets_[waiting.second];
    return packet.from != from || packet.to != to;
  });
  for (auto it = freed; it != held.end(); ++it)
    world_.plan(std::max(it->first, world_.now_), World::Plan::packet, it->second);
  held.erase(freed, held.end());
}

void Doing::reset(core::NodeId a, core::NodeId b) {
  for (auto& packet : world_.packets_)
    if (packet.used && ((packet.from == a && packet.to == b) || (packet.from == b && packet.to == a)))
      packet.reset = true;
  world_.on_reset(a, b);
}

void Doing::refuse_overlap(const std::vector<Ids>& sides) const {
  std::vector<core::NodeId> seen;
  for (const auto& side : sides)
    for (const auto id : side) {
      if (std::find(seen.begin(), seen.end(), id) != seen.end())
        throw BadCommand("`" + text_ + "`: " + world_.infos_[id - 1].name + " is on both sides");
      seen.push_back(id);
    }
}

void Doing::operator()(const Partition& c) {
  const auto sides = groups(c.groups);
  refuse_overlap(sides);
  begin();
  for (std::size_t i = 0; i < sides.size(); ++i)
    for (std::size_t j = 0; j < sides.size(); ++j) {
      if (i == j || (c.one_way && i > j)) continue;
      for (const auto a : sides[i])
        for (const auto b : sides[j]) {
          change_link(a, b, [](LinkFaults& faults) { faults.cut = true; });
          if (c.reset && a != b) reset(a, b);
        }
    }
}

void Doing::operator()(const Heal& c) {
  const auto uncut = [](LinkFaults& faults) { faults.cut = false; };
  if (c.groups.empty()) {
    begin();
    for (const auto& a : world_.infos_)
      for (const auto& b : world_.infos_)
        if (world_.links_.faults(a.id, b.id).cut) change_link(a.id, b.id, uncut);
    return;
  }
  const auto sides = groups(c.groups);
  begin();
  for (std::size_t i = 0; i < sides.size(); ++i)
    for (std::size_t j = 0; j < sides.size(); ++j) {
      if (i == j || (c.one_way && i > j)) continue;
      for (const auto a : sides[i])
        for (const auto b : sides[j]) change_link(a, b, uncut);
    }
}

void Doing::operator()(const Disturb& c) {
  std::vector<Who> who{c.where.from};
  if (!c.where.to.empty()) who.push_back(c.where.to);
  const auto sides = groups(who);
  if (sides.size() == 2 && sides[0].size() == 1 && sides[0] == sides[1])
    throw BadCommand("`" + text_ + "`: " + world_.infos_[sides[0][0] - 1].name + " has no link to itself");
  begin();
  const auto change = [&](LinkFaults& faults) {
    switch (c.fault) {
      case LinkFault::delay: faults.delay = c.duration; break;
      case LinkFault::jitter: faults.jitter = c.duration; break;
      case LinkFault::loss: faults.loss = c.probability; break;
      case LinkFault::duplicate: faults.duplicate = c.probability; break;
      case LinkFault::reorder: faults.reorder = c.probability; break;
      case LinkFault::corrupt: faults.corrupt = c.probability; break;
      case LinkFault::bandwidth: faults.bandwidth = c.amount; break;
      case LinkFault::clog: faults.clogged = c.amount != 0; break;
    }
  };
  Ids others;
  if (sides.size() == 2)
    others = sides[1];
  else
    for (const auto& info : world_.infos_) others.push_back(info.id);
  for (const auto a : sides[0])
    for (const auto b : others) {
      change_link(a, b, change);
      if (c.where.both || c.where.to.empty()) change_link(b, a, change);
    }
}

void Doing::operator()(const Lifecycle& c) {
  const Ids who = groups({c.who}).front();
  using Condition = World::Condition;
  const auto fits = [&](core::NodeId id) {
    const Condition is = world_.slot(id).condition;
    switch (c.what) {
      case Life::crash: return is != Condition::down;
      case Life::restart: return is == Condition::down;
      case Life::pause: return is == Condition::up;
      case Life::resume: return is == Condition::paused;
    }
    return false;
  };
  if (std::none_of(who.begin(), who.end(), fits)) {
    constexpr std::string_view kNeeds[] = {"is up", "is down", "is up and not paused", "is paused"};
    throw BadCommand("`" + text_ + "`: none of them " + std::string(kNeeds[static_cast<std::size_t>(c.what)]));
  }
  begin();
  for (const auto id : who)
    if (fits(id)) live(c, id);
}

void Doing::live(const Lifecycle& c, core::NodeId id) {
  auto& s = world_.slot(id);
  switch (c.what) {
    case Life::crash: return world_.stop_node(id, "crash");
    case Life::restart:
      if (c.wipe) {
        s.disk.wipe();
        world_.on_disk_replaced(id);
      }
      return world_.start_node(id);
    case Life::pause:
      s.condition = World::Condition::paused;
      world_.emit(record::EventKind::pause, id);
      return;
    case Life::resume:
      s.condition = World::Condition::up;
      world_.emit(record::EventKind::resume, id);
      if (std::exchange(s.finish_on_resume, false)) world_.finish(id);
      world_.drain(id);
      return;
  }
}

void Doing::operator()(const Slow& c) {
  const Ids who = groups({c.who}).front();
  begin();
  for (const auto id : who) {
    const Around before = world_.around(id);
    world_.slot(id).slow = c.each_step;
    world_.tell_around(id, before);
  }
}

void Doing::operator()(const Clock& c) {
  const Ids who = groups({c.who}).front();
  begin();
  for (const auto id : who) {
    const Around before = world_.around(id);
    NodeClock& clock = world_.slot(id).clock;
    switch (c.fault) {
      case ClockFault::skew: clock.set_skew(world_.now_, c.by); break;
      case ClockFault::jump: clock.jump(world_.now_, c.by); break;
      case ClockFault::drift: clock.set_drift(world_.now_, c.ppm); break;
    }
    world_.tell_around(id, before);
  }
}

void Doing::operator()(const DiskCommand& c) {
  const Ids who = groups({c.who}).front();
  begin();
  for (const auto id : who) {
    const Around before = world_.around(id);
    DiskFaults& faults = world_.slot(id).disk.faults;
    switch (c.fault) {
      case DiskFault::ok: world_.slot(id).disk.mend(); break;
      case DiskFault::slow: faults.slow = c.slow; break;
      case DiskFault::full: faults.full = true; break;
      case DiskFault::failing: faults.failing = c.probability; break;
      case DiskFault::torn: faults.torn = true; break;
      case DiskFault::lossy: faults.lossy = true; break;
    }
    world_.tell_around(id, before);
  }
}

void Doing::set_on(core::NodeId id, const std::string& setting, const std::string& value) {
  auto& s = world_.slot(id);
  s.settings = with(std::move(s.settings), setting, value);
  if (s.node) world_.set(id, setting, value);
}

void Doing::operator()(const Load& c) {
  Ids clients;
  for (const auto& info : world_.infos_)
    if (world_.kind(info.id).check_setting("rate", "1").empty() && world_.kind(info.id).check_setting("active", "on").empty())
      clients.push_back(info.id);
  if (clients.empty()) throw BadCommand("`" + text_ + "`: no node of this world issues operations");
  begin();
  for (const auto id : clients) {
    if (c.rate > 0) {
      std::string share;
      core::TextWriter(share).put(c.rate / static_cast<double>(clients.size()));
      set_on(id, "rate", share);
    }
    set_on(id, "active", c.rate > 0 ? "on" : "off");
  }
}

void Doing::operator()(const Set& c) {
  Ids who;
  if (c.who.empty())
    for (const auto& info : world_.infos_) who.push_back(info.id);
  else
    who = groups({c.who}).front();
  const auto dot = c.name.find('.');
  const std::string family = dot == std::string::npos ? "" : c.name.substr(0, dot + 1);  // With its dot.
  std::string wanted = c.name;
  std::vector<std::pair<core::NodeId, std::string>> fitting;
  std::string why;                 // Somebody has the setting, but refuses the value.
  std::vector<std::string> known;  // The settings of all who are meant.
  for (const auto id : who) {
    const auto& info = world_.infos_[id - 1];
    const std::string_view setting = c.of(info.kind, info.group);
    const bool meant = family.empty() || setting.size() < c.name.size();
    bool has = false;
    for (const auto& one : world_.kind(id).settings) {
      has = has || one.name == setting;
      if (meant) known.push_back(one.name), wanted = setting;
      else if (one.name.starts_with(family)) known.push_back(one.name);
    }
    if (!has) continue;
    std::string refused = world_.kind(id).check_setting(setting, c.value);
    if (refused.empty())
      refused = world_.kind(id).conflict(with(world_.slot(id).settings, std::string(setting), c.value));
    if (refused.empty())
      fitting.emplace_back(id, setting);
    else
      why = refused;
  }
  if (fitting.empty() && why.empty()) {
    const std::string near = core::nearest(wanted, known);
    if (known.empty())
      why = "there is no kind or group `" + family.substr(0, family.size() - 1) + "`";
    else
      why = "none of these nodes has a setting `" + wanted + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?");
  }
  if (fitting.empty()) throw BadCommand("`" + text_ + "`: " + why);
  begin();
  for (const auto& [id, setting] : fitting) set_on(id, setting, c.value);
}

void Doing::operator()(const TellNode& c) {
  const Ids who = groups({c.who}).front();
  for (const auto id : who)
    if (world_.slot(id).condition != World::Condition::up)
      throw BadCommand("`" + text_ + "`: " + world_.infos_[id - 1].name + " does not run");
  begin();
  std::string why;
  for (const auto id : who) {
    const std::string refused = world_.tell(id, c.words);
    if (!refused.empty()) why = world_.infos_[id - 1].name + ": " + refused;
  }
  if (!why.empty()) throw BadCommand("`" + text_ + "`: " + why);
}

void Doing::operator()(const Mark&) { begin(); }

void Doing::operator()(const Wait&) { throw BadCommand("`" + text_ + "` only means something in a script"); }

}  // namespace world
