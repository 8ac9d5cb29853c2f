// Reading commands. command_text.cc writes them.
#include "labs/world/command.h"

#include <algorithm>
#include <map>
#include <optional>

#include "mechanisms/core/brief.h"
#include "mechanisms/core/text.h"

namespace world {
namespace {

// The words of one command, taken from the front.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line), words_(core::split_words(line)) {}

  bool empty() const { return next_ == words_.size(); }
  const std::string& peek() const { return words_[next_]; }
  std::string take(const char* expected) {
    if (empty()) fail(std::string("expected ") + expected);
    return words_[next_++];
  }
  bool take_if(std::string_view word) {
    if (empty() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  // The last word, if it is this one.
  bool take_last_if(std::string_view word) {
    if (empty() || words_.back() != word) return false;
    words_.pop_back();
    return true;
  }
  std::string take_last(const char* expected) {
    if (empty()) fail(std::string("expected ") + expected);
    std::string word = std::move(words_.back());
    words_.pop_back();
    return word;
  }
  std::vector<std::string> rest() {
    std::vector<std::string> all(words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    next_ = words_.size();
    return all;
  }
  void done() {
    if (!empty()) fail("`" + peek() + "` is too much");
  }
  // Nodes and groups have no blanks in their names: in the command's text they would be other words.
  void names_only(const std::vector<std::string>& names) const {
    for (const auto& name : names)
      if (name.empty() || name.find_first_of(" \t\r") != std::string::npos)
        fail("`" + core::in_brief(name) + "` is no name: names have no blanks");
  }
  const std::vector<std::string>& all() const { return words_; }
  // Throws what went wrong, with the command's form.
  [[noreturn]] void fail(const std::string& why) const {
    std::string message = "`" + core::in_brief(line_, 120) + "`: " + core::in_brief(why, 240);
    for (const auto& form : command_forms())
      if (!words_.empty() && form.verb == words_[0]) message += "; the form is: " + std::string(form.form);
    throw BadCommand(message);
  }

  template <class T>
  T value(const std::string& word, const char* expected) const {
    T v{};
    if (!core::parse(word, v)) fail("expected " + std::string(expected) + ", not `" + word + "`");
    return v;
  }
  core::Duration duration(const std::string& word) const {
    return value<core::Duration>(word, "a duration such as 20ms");
  }
  double probability(const std::string& word) const {
    const auto p = value<double>(word, "a share such as 5%");
    if (p < 0 || p > 1) fail("expected a share between 0% and 100%, not `" + word + "`");
    return p;
  }

 private:
  std::string_view line_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

Who who(Words& words) {
  Who all = words.rest();
  if (all.empty()) words.fail("expected at least one node");
  for (const auto& word : all)
    if (word == "|" || word == "->" || word == "<->") words.fail("expected nodes only, not `" + word + "`");
  return all;
}

// `A.. | B.. | C..` or `A.. -> B..`
void read_groups(Words& words, std::vector<Who>& groups, bool& one_way) {
  groups.emplace_back();
  while (!words.empty()) {
    const std::string word = words.take("a node");
    if (word == "|" || word == "->") {
      if (groups.back().empty()) words.fail("expected a node before `" + word + "`");
      if (word == "->" && groups.size() > 1) words.fail("`->` stands between two groups");
      if (word == "|" && one_way) words.fail("either `->` or `|`");
      one_way = one_way || word == "->";
      groups.emplace_back();
    } else {
      groups.back().push_back(word);
    }
  }
  if (groups.back().empty()) words.fail("expected a node at the end");
  if (groups.size() < 2) words.fail("expected two groups");
}

Where where(Words& words) {
  Where result;
  Who* side = &result.from;
  while (!words.empty()) {
    const std::string word = words.take("a node");
    if (word == "<->" || word == "->") {
      if (side == &result.to) words.fail("one arrow is enough");
      result.both = word == "<->";
      side = &result.to;
    } else {
      side->push_back(word);
    }
  }
  if (result.from.empty()) words.fail("expected at least one node");
  if (side == &result.to && result.to.empty()) words.fail("expected a node behind the arrow");
  return result;
}

Command read_disturb(Words& words, LinkFault fault) {
  Disturb disturb;
  disturb.fault = fault;
  const bool off = words.take_last_if("off");
  if (fault == LinkFault::clog) {
    disturb.amount = off ? 0 : 1;
  } else if (!off) {
    const std::string amount = words.take_last("how much, or `off`");
    if (fault == LinkFault::delay || fault == LinkFault::jitter) {
      disturb.duration = words.duration(amount);
      if (disturb.duration < core::Duration{}) words.fail("a delay cannot be negative");
    } else if (fault == LinkFault::bandwidth) {
      disturb.amount = words.value<std::uint64_t>(amount, "bytes a second such as 64KiB");
    } else {
      disturb.probability = words.probability(amount);
    }
  }
  disturb.where = where(words);
  return disturb;
}

Command read_clock(Words& words, ClockFault fault) {
  Clock clock;
  clock.fault = fault;
  const std::string amount = words.take_last("how far");
  if (amount == "off" && fault != ClockFault::jump) {
  } else if (fault == ClockFault::drift) {
    const double rate = words.value<double>(amount, "a rate such as +2%");
    if (rate <= -0.95 || rate > 10) words.fail("a drift lies between -95% and +1000%");
    clock.ppm = static_cast<std::int64_t>(rate * 1e6 + (rate < 0 ? -0.5 : 0.5));
  } else {
    clock.by = words.duration(amount);
  }
  clock.who = who(words);
  return clock;
}

// Why a word is no fault of a disk: which there are, and the nearest.
[[noreturn]] void no_disk_fault(const Words& words, const std::string& word) {
  std::vector<std::string> known;
  std::string list;
  for (const auto name : names(DiskFault{})) {
    list += (known.empty() ? "" : ", ") + std::string(name);
    known.emplace_back(name);
  }
  const std::string near = core::nearest(word, known);
  words.fail("`" + word + "` is no fault of a disk; expected one of " + list +
             (near.empty() ? "" : ", did you mean `" + near + "`?"));
}

// `A.. FAULT` or `A.. FAULT AMOUNT`
Command read_disk(Words& words) {
  DiskCommand disk;
  Who all = words.rest();
  if (all.empty()) words.fail("expected nodes and a fault");
  const auto takes_amount = [](DiskFault fault) { return fault == DiskFault::slow || fault == DiskFault::failing; };
  const std::string last = all.back();
  all.pop_back();
  if (last == "off" || core::parse(last, disk.fault)) {
    if (last == "off") disk.fault = DiskFault::ok;
    if (disk.fault == DiskFault::slow) words.fail("expected how long each write takes behind `slow`, such as 10ms");
    if (disk.fault == DiskFault::failing) words.fail("expected the share of failing writes behind `failing`, such as 5%");
  } else if (!all.empty() && core::parse(all.back(), disk.fault)) {
    if (!takes_amount(disk.fault)) words.fail("`" + last + "` is too much");
    if (disk.fault == DiskFault::slow) {
      disk.slow = words.duration(last);
      if (disk.slow < core::Duration{}) words.fail("a write cannot take less than no time");
    } else {
      disk.probability = words.probability(last);
    }
    all.pop_back();
  } else {
    // `5ms` is an amount; what stands before it is the fault that is wrong, unless that is the only node.
    core::Duration duration{};
    const bool amount = last.ends_with('%') || core::parse(last, duration);
    no_disk_fault(words, amount && all.size() > 1 ? all.back() : last);
  }
  if (all.empty()) words.fail("expected at least one node");
  disk.who = all;
  return disk;
}

Command read_set(Words& words) {
  Set set;
  std::vector<std::string> all = words.rest();
  if (all.empty()) words.fail("expected name=value");
  const auto equals = all.back().find('=');
  if (equals == std::string::npos || equals == 0) words.fail("expected name=value, not `" + all.back() + "`");
  set.name = all.back().substr(0, equals);
  set.value = all.back().substr(equals + 1);
  all.pop_back();
  words.names_only(all);
  set.who = all;
  return set;
}

constexpr core::Duration kShortestBeat = std::chrono::milliseconds(1);
constexpr core::Duration kLongestScript = std::chrono::hours(24 * 365);  // So that sums of times cannot overflow.

Command read_composite(Words& words, Pattern pattern) {
  Composite composite;
  composite.pattern = pattern;
  // From the end: [every T] [for T], in either order.
  std::vector<std::string> all = words.rest();
  const auto take_pair = [&](std::string_view name, core::Duration& into) {
    if (all.size() < 2 || all[all.size() - 2] != name || into != core::Duration{}) return false;
    into = words.duration(all.back());
    if (into < kShortestBeat || into > kLongestScript)
      words.fail("expected a time from 1ms to a year behind `" + std::string(name) + "`, not `" + all.back() + "`");
    all.resize(all.size() - 2);
    return true;
  };
  while (take_pair("for", composite.length) || take_pair("every", composite.every)) {}
  for (const std::string_view name : {"for", "every"})
    if (std::find(all.begin(), all.end(), name) != all.end())
      words.fail("`" + std::string(name) + "` stands at the end, once, with a time such as 5s");
  if (composite.every != core::Duration{} && pattern != Pattern::flap && pattern != Pattern::strobe_skews)
    words.fail("`every` means nothing here");
  for (const std::string_view sign : {"|", "->", "<->"})
    if (std::find(all.begin(), all.end(), sign) != all.end() && (sign != "|" || pattern != Pattern::flap))
      words.fail("`" + std::string(sign) + "` means nothing here");
  if (pattern == Pattern::flap) {
    if (composite.every == core::Duration{}) words.fail("expected `every 500ms`");
    composite.groups.emplace_back();
    for (const auto& word : all)
      if (word == "|")
        composite.groups.emplace_back();
      else
        composite.groups.back().push_back(word);
    if (composite.groups.size() != 2 || composite.groups[0].empty() || composite.groups[1].empty())
      words.fail("expected two groups");
    return composite;
  }
  if (pattern == Pattern::strobe_skews) {
    if (all.empty()) words.fail("expected how far, such as 200ms");
    composite.amount = words.duration(all.back());
    all.pop_back();
    if (composite.every == core::Duration{}) composite.every = std::chrono::milliseconds(100);
  }
  if (!all.empty()) composite.groups.push_back(all);
  return composite;
}

Command read_partition(Words& words) {
  Partition partition;
  partition.reset = words.take_last_if("reset");
  read_groups(words, partition.groups, partition.one_way);
  return partition;
}

Command read_isolate(Words& words) {
  Partition partition;
  partition.reset = words.take_last_if("reset");
  partition.groups = {who(words), {"rest"}};
  return partition;
}

Command read_heal(Words& words) {
  Heal heal;
  if (!words.empty()) read_groups(words, heal.groups, heal.one_way);
  return heal;
}

Command read_load(Words& words) {
  const std::string rate = words.take("operations a second, or off");
  words.done();
  if (rate == "off") return Load{0};
  std::string_view number = rate;
  if (number.ends_with("/s")) number.remove_suffix(2);
  const auto value = words.value<double>(std::string(number), "operations a second such as 200");
  if (value < 0) words.fail("a rate cannot be negative");
  return Load{value};
}

Command read_slow(Words& words) {
  const bool off = words.take_last_if("off");
  Slow slow;
  if (!off) slow.each_step = words.duration(words.take_last("how long each step takes, or off"));
  if (slow.each_step < core::Duration{}) words.fail("a step cannot take less than no time");
  slow.who = who(words);
  return slow;
}

Command read_lifecycle(Words& words, Life what) {
  Lifecycle life;
  life.what = what;
  life.wipe = what == Life::restart && words.take_last_if("wipe");
  life.who = who(words);
  return life;
}

// What stands behind the first so many words, as it was written, quotes and all.
std::string_view behind(std::string_view line, std::size_t words) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto skip_blanks = [&] { line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size())); };
  for (; words > 0; --words) {
    skip_blanks();
    bool quoted = false;
    for (; !line.empty() && (quoted || kBlanks.find(line.front()) == std::string_view::npos); line.remove_prefix(1))
      if (line.front() == '"') quoted = !quoted;
  }
  skip_blanks();
  return line;
}

Command read_tell(Words& words, std::string_view line) {
  TellNode tell;
  tell.who = {words.take("a node")};
  words.names_only(tell.who);
  if (words.empty()) words.fail("expected words for it");
  tell.words = std::string(behind(line, 2));
  while (!tell.words.empty() && (tell.words.back() == ' ' || tell.words.back() == '\r')) tell.words.pop_back();
  return tell;
}

[[noreturn]] void unknown_verb(const std::string& verb) {
  std::vector<std::string> verbs;
  for (const auto& form : command_forms()) verbs.emplace_back(form.verb);
  const std::string near = core::nearest(verb, verbs);
  throw BadCommand("there is no command `" + core::in_brief(verb) + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
}

}  // namespace

Command parse_command(std::string_view line) {
  Words words(line);
  if (words.empty()) throw BadCommand("expected a command");
  const std::string verb = words.take("a command");
  if (verb != "set" && verb != "tell" && verb != "mark") words.names_only(words.all());
  if (verb == "partition") return read_partition(words);
  if (verb == "isolate") return read_isolate(words);
  if (verb == "heal") return read_heal(words);
  if (verb == "slow") return read_slow(words);
  if (verb == "disk") return read_disk(words);
  if (verb == "load") return read_load(words);
  if (verb == "set") return read_set(words);
  if (verb == "tell") return read_tell(words, line);
  if (LinkFault fault{}; core::parse(verb, fault)) return read_disturb(words, fault);
  if (Life life{}; core::parse(verb, life)) return read_lifecycle(words, life);
  if (ClockFault clock{}; core::parse(verb, clock)) return read_clock(words, clock);
  if (Pattern pattern{}; core::parse(verb, pattern)) return read_composite(words, pattern);
  if (verb == "mark") {
    std::string all;
    for (const auto& word : words.rest())
      for (const auto& part : core::split_words(word)) all += (all.empty() ? "" : " ") + part;   // One blank between any two.
    return Mark{all};
  }
  if (verb == "stop") {
    words.done();
    return Stop{};
  }
  if (verb == "wait") {
    const core::Duration time = words.duration(words.take("how long"));
    words.done();
    if (time < core::Duration{}) words.fail("time goes forward only");
    return Wait{time};
  }
  unknown_verb(verb);
}

std::vector<ScriptLine> parse_script(std::string_view text, int first_line) {
  std::vector<ScriptLine> script;
  core::Duration pending{}, elapsed{};
  int number = first_line - 1;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (const auto begin = line.find_first_not_of(" \t\r"); begin == std::string_view::npos || line[begin] == '#')
      continue;
    try {
      const auto words = core::split_words(line);
      if (words[0] == "at") {
        core::Duration at{};
        if (words.size() < 3 || !core::parse(words[1], at)) throw BadCommand("expected `at 2s COMMAND`");
        if (at < elapsed + pending) throw BadCommand("`at " + core::in_brief(words[1]) + "` is before the line above it");
        if (at > kLongestScript) throw BadCommand("a script lasts a year at most");
        pending = at - elapsed;
        line = behind(line, 2);
      }
      const Command command = parse_command(line);
      if (const auto* wait = std::get_if<Wait>(&command)) {
        if (wait->time > kLongestScript - elapsed - pending) throw BadCommand("a script lasts a year at most");
        pending += wait->time;
        continue;
      }
      script.push_back({pending, command, number});
      elapsed += pending;
      pending = {};
    } catch (const BadCommand& error) {
      throw BadCommand("line " + std::to_string(number) + ": " + error.what());
    }
  }
  // A wait at the end is time that passes, too.
  if (pending > core::Duration{}) script.push_back({pending, Mark{"end of script"}, number});
  return script;
}

std::string_view Set::of(std::string_view kind, std::string_view group) const {
  const auto dot = name.find('.');
  const std::string_view first = std::string_view(name).substr(0, dot);
  return dot != std::string::npos && (first == kind || first == group) ? std::string_view(name).substr(dot + 1) : name;
}

}  // namespace world
