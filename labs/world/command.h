// Everything that anyone does to a world is a Command, and each has a text form. Buttons, drags, lab files, scripts, the
// command line, tests and recordings all speak it.
//
//   Who is meant      1   S1   2..4   leader   followers   clients (a group or kind)   rest   all
//                     `leader`: of all whose role that is, the one of the highest epoch. A plural means all of them.
//                     `rest`: the other nodes of the groups that the command names.
//   Which links       A.. <-> B..  both ways     A.. -> B..  one way     A..  all links of A, both ways
//
//   partition A.. | B.. [| C..] [reset]     partition A.. -> B.. [reset]     isolate A.. [reset]
//   heal [A.. | B..]                        heal A.. -> B..
//   delay LINKS 20ms    jitter LINKS 5ms    loss LINKS 5%     duplicate LINKS 1%    reorder LINKS 10%
//   corrupt LINKS 1%    bandwidth LINKS 64KiB                 clog LINKS            (each: LINKS off)
//   crash A..    restart A.. [wipe]    pause A..    resume A..    slow A.. 10ms|off
//   skew A.. +180ms|off    drift A.. +2%|off    jump A.. -1s
//   disk A.. slow 10ms | full | failing 5% | torn | lossy | ok
//   load 200|off    set [A..] name=value    tell A.. WORDS    mark TEXT
//   majority-ring [for 5s] | bridge [for 5s] | flap A.. | B.. every 500ms [for 5s]
//   swizzle-clog [for 5s] | strobe-skews A.. 200ms [every 100ms] [for 5s]         (each: also A.., those it is about)
//   stop                                     ends the composites under way and heals what they did
//   wait 500ms                               only in scripts
#pragma once
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/time.h"

namespace world {

// A command that cannot be read or cannot be done, in words that say what was expected.
struct BadCommand : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The words that select nodes, unresolved: who leads is only known when the command is done.
using Who = std::vector<std::string>;

struct Where {
  Who from;
  Who to;             // Empty: all links of `from`.
  bool both = true;   // Both directions.
  FIELDS(Where, from, to, both)
};

struct Partition {
  std::vector<Who> groups;  // Every pair of groups is cut. One way: from the first to the second.
  bool one_way = false;
  bool reset = false;       // Connections break too, instead of falling silent.
  FIELDS(Partition, groups, one_way, reset)
};
struct Heal {
  std::vector<Who> groups;  // Empty: every cut.
  bool one_way = false;
  FIELDS(Heal, groups, one_way)
};

enum class LinkFault : std::uint8_t { delay, jitter, loss, duplicate, reorder, corrupt, bandwidth, clog };
constexpr auto names(LinkFault) {
  return std::array<std::string_view, 8>{"delay",   "jitter",  "loss",      "duplicate",
                                         "reorder", "corrupt", "bandwidth", "clog"};
}
struct Disturb {
  LinkFault fault{};
  Where where;
  core::Duration duration{};   // delay, jitter
  double probability = 0;      // loss, duplicate, reorder, corrupt
  std::uint64_t amount = 0;    // bandwidth: bytes a second; clog: 1
  FIELDS(Disturb, fault, where, duration, probability, amount)
};

enum class Life : std::uint8_t { crash, restart, pause, resume };
constexpr auto names(Life) { return std::array<std::string_view, 4>{"crash", "restart", "pause", "resume"}; }
struct Lifecycle {
  Life what{};
  Who who;
  bool wipe = false;  // A restart with an empty disk.
  FIELDS(Lifecycle, what, who, wipe)
};

struct Slow {
  Who who;
  core::Duration each_step{};  // 0: off.
  FIELDS(Slow, who, each_step)
};

enum class ClockFault : std::uint8_t { skew, drift, jump };
constexpr auto names(ClockFault) { return std::array<std::string_view, 3>{"skew", "drift", "jump"}; }
struct Clock {
  ClockFault fault{};
  Who who;
  core::Duration by{};    // skew, jump
  std::int64_t ppm = 0;   // drift: parts per million
  FIELDS(Clock, fault, who, by, ppm)
};

enum class DiskFault : std::uint8_t { ok, slow, full, failing, torn, lossy };
constexpr auto names(DiskFault) {
  return std::array<std::string_view, 6>{"ok", "slow", "full", "failing", "torn", "lossy"};
}
struct DiskCommand {
  Who who;
  DiskFault fault{};         // ok: nothing is wrong any more.
  core::Duration slow{};
  double probability = 0;    // failing: of each write.
  FIELDS(DiskCommand, who, fault, slow, probability)
};

struct Load {
  double rate = 0;  // Operations a second of all clients together; 0: off.
  FIELDS(Load, rate)
};
struct Set {
  Who who;  // Empty: every node whose kind has the setting.
  std::string name, value;
  FIELDS(Set, who, name, value)
  // Which setting of a node of this kind and group is meant: what follows `KIND.` or `GROUP.`, else the whole name, which
  // may have dots of its own (`breaker.failure_rate`, `flaw.forget_vote`).
  std::string_view of(std::string_view kind, std::string_view group) const;
};
struct TellNode {
  Who who;
  std::string words;
  FIELDS(TellNode, who, words)
};
struct Mark {
  std::string text;
  FIELDS(Mark, text)
};

enum class Pattern : std::uint8_t { majority_ring, bridge, flap, swizzle_clog, strobe_skews };
constexpr auto names(Pattern) {
  return std::array<std::string_view, 5>{"majority-ring", "bridge", "flap", "swizzle-clog", "strobe-skews"};
}
// A composite: unfolds into the commands above, over time.
struct Composite {
  Pattern pattern{};
  std::vector<Who> groups;     // flap: its two sides; strobe-skews: one group of nodes.
  core::Duration every{};      // flap, strobe-skews
  core::Duration amount{};     // strobe-skews: how far
  core::Duration length{};     // 0: until `stop`; swizzle-clog: 5 seconds
  // Only of one under way, which plans no more than its next step:
  std::uint64_t beat = 0;      // How many steps came before,
  core::Duration end{};        // and when it is over, since the world's start.
  FIELDS(Composite, pattern, groups, every, amount, length, beat, end)
};
struct Stop {
  FIELDS(Stop)
};
struct Wait {
  core::Duration time{};
  FIELDS(Wait, time)
};

using Command = std::variant<Partition, Heal, Disturb, Lifecycle, Slow, Clock, DiskCommand, Load, Set, TellNode, Mark,
                             Composite, Stop, Wait>;

// Both throw nothing that is not BadCommand. parse_command(command_text(c)) == c for every command.
Command parse_command(std::string_view line);
std::string command_text(const Command& command);

// The forms of all commands with a line of help each, in order: for `help`, the palette, and error messages.
struct CommandForm {
  std::string_view verb, form, help;
};
const std::vector<CommandForm>& command_forms();

// One line of a script: when, and what. Without `at` a line comes right after the one before it.
struct ScriptLine {
  core::Duration wait{};  // Before this command, after the one before it.
  Command command;
  int line = 0;           // In the text, for messages.
};
// A text of commands, a line each; `wait T` lines, `at T COMMAND` lines (since the script's start), # comments.
// `first_line`: which line of its file the text begins with.
std::vector<ScriptLine> parse_script(std::string_view text, int first_line = 1);

}  // namespace world
