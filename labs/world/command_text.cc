// Writing commands, and the list of their forms.
#include "labs/world/command.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace world {
namespace {

std::string joined(const Who& who) {
  std::string all;
  for (const auto& word : who) all += " " + word;
  return all;
}

std::string groups_text(const std::vector<Who>& groups, bool one_way) {
  std::string all;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i > 0) all += one_way ? " ->" : " |";
    all += joined(groups[i]);
  }
  return all;
}

std::string share(double value) {
  std::string all;
  core::TextWriter(all).put(value);
  return all;
}

std::string where_text(const Where& where) {
  std::string all = joined(where.from);
  if (!where.to.empty()) all += (where.both ? " <->" : " ->") + joined(where.to);
  return all;
}

struct Form {
  std::string operator()(const Partition& c) const {
    return "partition" + groups_text(c.groups, c.one_way) + (c.reset ? " reset" : "");
  }
  std::string operator()(const Heal& c) const { return "heal" + groups_text(c.groups, c.one_way); }
  std::string operator()(const Disturb& c) const {
    std::string all = std::string(core::name_of(c.fault)) + where_text(c.where);
    if (c.fault == LinkFault::clog) return all + (c.amount ? "" : " off");
    if (c.duration != core::Duration{}) return all + " " + core::text(c.duration);
    if (c.probability != 0) return all + " " + share(c.probability);
    if (c.amount != 0) return all + " " + core::text(c.amount);
    return all + " off";
  }
  std::string operator()(const Lifecycle& c) const {
    return std::string(core::name_of(c.what)) + joined(c.who) + (c.wipe ? " wipe" : "");
  }
  std::string operator()(const Slow& c) const {
    return "slow" + joined(c.who) + (c.each_step == core::Duration{} ? " off" : " " + core::text(c.each_step));
  }
  std::string operator()(const Clock& c) const {
    std::string all = std::string(core::name_of(c.fault)) + joined(c.who) + " ";
    if (c.fault == ClockFault::drift) {
      if (c.ppm == 0) return all + "off";
      return all + (c.ppm > 0 ? "+" : "") + share(static_cast<double>(c.ppm) / 1e6);
    }
    if (c.by == core::Duration{}) return all + (c.fault == ClockFault::jump ? "0s" : "off");
    return all + (c.by > core::Duration{} ? "+" : "") + core::text(c.by);
  }
  std::string operator()(const DiskCommand& c) const {
    std::string all = "disk" + joined(c.who) + " " + std::string(core::name_of(c.fault));
    if (c.fault == DiskFault::slow) all += " " + core::text(c.slow);
    if (c.fault == DiskFault::failing) all += " " + share(c.probability);
    return all;
  }
  std::string operator()(const Load& c) const { return c.rate == 0 ? "load off" : "load " + share(c.rate); }
  std::string operator()(const Set& c) const { return "set" + joined(c.who) + " " + quoted(c.name + "=" + c.value); }
  std::string operator()(const TellNode& c) const { return "tell" + joined(c.who) + " " + c.words; }
  std::string operator()(const Mark& c) const { return "mark " + c.text; }
  std::string operator()(const Composite& c) const {
    std::string all = std::string(core::name_of(c.pattern)) + groups_text(c.groups, false);
    if (c.pattern == Pattern::strobe_skews) all += " " + core::text(c.amount);
    if (c.every != core::Duration{}) all += " every " + core::text(c.every);
    if (c.length != core::Duration{}) all += " for " + core::text(c.length);
    return all;
  }
  std::string operator()(const Stop&) const { return "stop"; }
  std::string operator()(const Wait& c) const { return "wait " + core::text(c.time); }

  static std::string quoted(const std::string& word) {
    return word.find_first_of(" \t\r") == std::string::npos ? word : "\"" + word + "\"";
  }
};

}  // namespace

std::string command_text(const Command& command) { return std::visit(Form{}, command); }

const std::vector<CommandForm>& command_forms() {
  static const std::vector<CommandForm> forms = {
      {"partition", "partition A.. | B.. [| C..] [reset], or A.. -> B.. for one way", "Cut the links between groups."},
      {"isolate", "isolate A.. [reset]", "Cut nodes off from the rest of their group."},
      {"heal", "heal [A.. | B..]", "Undo cuts: all, or those between groups."},
      {"delay", "delay LINKS 20ms|off", "Messages take longer."},
      {"jitter", "jitter LINKS 5ms|off", "Messages take longer by a random time up to this."},
      {"loss", "loss LINKS 5%|off", "Messages get lost."},
      {"duplicate", "duplicate LINKS 1%|off", "Messages arrive twice."},
      {"reorder", "reorder LINKS 10%|off", "Messages overtake each other."},
      {"corrupt", "corrupt LINKS 1%|off", "A bit flips; the checksum drops the message."},
      {"bandwidth", "bandwidth LINKS 64KiB|off", "At most so many bytes a second."},
      {"clog", "clog LINKS [off]", "Messages wait until it is off, then all come."},
      {"crash", "crash A..", "Stop nodes; what is not on their disks is gone."},
      {"restart", "restart A.. [wipe]", "Start crashed nodes from their disks, or from nothing."},
      {"pause", "pause A..", "Nodes stand still; their clocks go on."},
      {"resume", "resume A..", "Paused nodes go on."},
      {"slow", "slow A.. 10ms|off", "Every step of these nodes takes so long."},
      {"skew", "skew A.. +180ms|off", "Set clocks this far from the true time."},
      {"drift", "drift A.. +2%|off", "Clocks run faster or slower."},
      {"jump", "jump A.. -1s", "Clocks jump."},
      {"disk", "disk A.. slow 10ms | full | failing 5% | torn | lossy | ok", "Disks misbehave."},
      {"load", "load 200|off", "How many operations a second the clients issue together."},
      {"set", "set [A..] name=value", "Change a setting of running nodes."},
      {"tell", "tell A WORDS", "Ask a node for something in its own words."},
      {"mark", "mark TEXT", "Leave a note in the recording."},
      {"majority-ring", "majority-ring [A..] [for 5s]", "Every server reaches a majority, but no two the same one."},
      {"bridge", "bridge [A..] [for 5s]", "Two halves that only one server connects."},
      {"flap", "flap A.. | B.. every 500ms [for 5s]", "Cut and heal, again and again."},
      {"swizzle-clog", "swizzle-clog [A..] [for 5s]", "Clog random servers one by one, unclog them in another order."},
      {"strobe-skews", "strobe-skews [A..] 200ms [every 100ms] [for 5s]", "Clocks jump forth and back."},
      {"stop", "stop", "End composites under way and undo what they did."},
      {"wait", "wait 500ms", "In scripts: let time pass."},
  };
  return forms;
}

}  // namespace world
