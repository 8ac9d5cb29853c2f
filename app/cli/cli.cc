// Reads the words of the command line with CLI11: the only file that includes it, because it is slow to
// compile.
#include "app/cli/cli.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "app/cli/plain.h"
#include "app/version.h"
#include "app/window/theme_file.h"
#include "app/window/window.h"
#include "labs/doors/doors.h"
#include "labs/doors/maelstrom_works.h"
#include "labs/exports/exports.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using core::nearest;

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known,
                         const std::string& otherwise) {
  const std::string near = nearest(word, known);
  return near.empty() ? otherwise : ", did you mean `" + near + "`?";
}

// A word that belongs nowhere: what could have stood there.
std::string misplaced(const CLI::App& app, const std::string& word) {
  const auto given = app.get_subcommands();
  std::vector<std::string> known;
  const auto add_options = [&](const CLI::App& of) {
    for (const auto* option : of.get_options())
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  };
  const bool is_option = word.starts_with("-");
  if (given.empty() && !is_option) {
    if (word == "help") return "there is no subcommand `help`, did you mean `--help`?";
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      known.push_back(sub->get_name());
    return "there is no subcommand `" + word + "`" +
           did_you_mean(word, known, "; there are " + listed(known));
  }
  add_options(given.empty() ? app : *given.front());
  const std::string command = given.empty() ? "faultline" : "faultline " + given.front()->get_name();
  if (!is_option)
    return "`" + command + "` does not take `" + word + "`; `" + command + " --help` shows an example";
  const auto flag = word.substr(0, word.find('='));
  if (std::find(known.begin(), known.end(), flag) != known.end())
    return "`" + flag + "` belongs behind `" + command + "`";
  return "`" + command + "` has no `" + flag + "`" + did_you_mean(flag, known, "; it has " + listed(known));
}

std::string in_words(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    for (const auto& word : app.remaining(true)) return misplaced(app, word);
  std::string why = error.what();
  // CLI11 says `--seed: takes a whole number`.
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
    if (const auto colon = why.find(": "); colon != std::string::npos) return why.replace(colon, 1, "");
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const bool twice = why.find("At Most") != std::string::npos;
    return why.substr(0, why.find(':')) + (twice ? " may be given once" : " needs a value");
  }
  const auto given = app.get_subcommands();
  const std::string help =
      "`faultline " + (given.empty() ? "" : given.front()->get_name() + " ") + "--help` shows an example";
  return why + "; " + help;
}

// One of these words.
CLI::Validator one_of(std::vector<std::string> known) {
  return CLI::Validator(
      [known](const std::string& word) {
        if (std::find(known.begin(), known.end(), word) != known.end()) return std::string();
        return "takes " + listed(known, "or") + ", not `" + word + "`" + did_you_mean(word, known, "");
      },
      "");
}

// One of the program's own, or a file that can be read as one.
CLI::Validator a_theme() {
  return CLI::Validator(
      [](const std::string& word) {
        if (!window::names_theme_file(word)) return one_of({"dark", "light", "high contrast"})(const_cast<std::string&>(word));
        try {
          window::load_theme(word);
          return std::string();
        } catch (const window::BadTheme& why) {
          return std::string("cannot be used: ") + why.what();
        }
      },
      "");
}

template <class T>
CLI::Validator takes(const char* expected, T least) {
  return CLI::Validator(
      [expected, least](const std::string& word) {
        T value{};
        if (core::parse(word, value) && value >= least) return std::string();
        return std::string("takes ") + expected + ", not `" + word + "`";
      },
      "");
}

struct Words {
  RunArguments run;
  ShowArguments show;
  ExportArguments export_run;
  ReplayArguments replay;
  SqlArguments sql;
  CheckArguments check;
  FuzzArguments fuzz;
  BenchArguments bench;
  CacheSimArguments cache_sim;
  ShotArguments shot;
  SweepArguments sweep;
  MergeArguments merge;
  MaelstromNodeArguments maelstrom_node;
  CompareArguments compare;
  ShrinkArguments shrink;
  WhatIfArguments whatif;
  DecidedArguments decided;
  AmongArguments among;
  window::Start window;
};

CLI::App* subcommand(CLI::App& app, const char* name, const char* help, const char* example) {
  auto* sub = app.add_subcommand(name, help);
  sub->footer(std::string("Example:\n  ") + example);
  return sub;
}

// As often as you like, one value each: `--set a.b=c LAB` leaves the lab alone.
CLI::Option* repeated(CLI::Option* option) { return option->allow_extra_args(false); }

void add_run(CLI::App& app, RunArguments& a) {
  auto* run = subcommand(
      app, "run", "Run a lab without a window. Exit 0: every condition was met and no invariant broke.",
      "faultline run raft-losing-the-leader --seed 7 --set raft.pre_vote=off --record /tmp/a.run");
  run->add_option("lab", a.lab, "A lab's name (`faultline labs` lists them), or a lab file")
      ->type_name("")
      ->required();
  run->add_option("--world", a.world, "simulated, or loopback: real sockets and time")
      ->type_name("WORLD")
      ->check(one_of({"simulated", "loopback"}));
  run->add_option("--seed", a.seed, "Another run of the same lab")
      ->type_name("N")
      ->check(takes<std::uint64_t>("a whole number from 0", 0))
      ->each([&a](const std::string&) { a.has_seed = true; });
  run->add_option("--for", a.length, "Go on until this time, such as 30s")
      ->type_name("TIME")
      ->check(takes<core::Duration>("a duration such as 30s", core::Duration(1)));
  repeated(run->add_option("--set", a.settings, "KIND.SETTING=VALUE, as often as you like"))
      ->type_name("K=V");
  run->add_option("--script", a.script, "Commands from this file instead of the lab's own")
      ->type_name("FILE");
  run->add_option("--record", a.record, "Keep the run in this file")->type_name("FILE");
  run->add_option("--level", a.level,
                  "What to keep: bodies (all), events (no message bodies), outline (metrics and notes)")
      ->type_name("LEVEL")
      ->check(one_of({"bodies", "events", "outline"}));
  run->add_option("--memory", a.memory, "Keep about so much of a recorded run in memory: 512MiB, or more or less")
      ->type_name("SIZE")
      ->check(takes<std::uint64_t>("a size from 4MiB", 4u << 20));
  run->add_option("--speed", a.speed, "Times real time; without it, as fast as it goes")
      ->type_name("X")
      ->check(takes<double>("a number above 0, such as 0.5", 1e-6));
  run->add_flag("--watch-only", a.watch_only, "Do not give the lab's commands");
  std::string known;
  for (const auto& protocol : doors::protocols()) known += (known.empty() ? "" : ", ") + protocol.name;
  repeated(run->add_option("--door", a.doors,
                           "Let real clients in, at 127.0.0.1 only: PROTOCOL, PROTOCOL:PORT,\nPROTOCOL@CLIENT. Then the lab's steps are not "
                           "walked, and the world\nruns until Ctrl-C or --for. Protocols: " + known))
      ->type_name("DOOR");
}

// A list that is too long for a terminal goes on in the next line.
std::string in_lines(std::string words) {
  if (words.size() > 80) words[words.rfind(' ', 80)] = '\n';
  return words;
}

void add_export(CLI::App& app, ExportArguments& a) {
  std::vector<std::string> known;
  for (const auto& format : exports::formats()) known.emplace_back(format.name);
  known.emplace_back(kPicture);
  auto* out = subcommand(app, "export", "Write a run as other programs read it.",
                         "faultline export /tmp/a.run --format json --out /tmp/a.jsonl");
  out->add_option("run", a.path, "A run file")->type_name("")->required();
  out->add_option("--format", a.format, in_lines(listed(known, "or")))->type_name("FORMAT")->check(one_of(known));
  out->add_option("--out", a.out, "The file to write, or the folder (csv)")->type_name("PATH")->required();
  out->add_option("--from", a.from, "Where the stretch of time begins that is written, such as 1.9s")->type_name("TIME")->check(takes<core::Duration>("a duration such as 30s", core::Duration(0)));
  out->add_option("--to", a.to, "and where it ends")->type_name("TIME")->check(takes<core::Duration>("a duration such as 30s", core::Duration(0)));
  out->add_option("--metric", a.metric, "Of plot, and of png instead of the space-time diagram: which metrics, several\nwith commas")->type_name("NAMES");
  out->add_flag("--force", a.force, "Write over what is there");
}

void add_replay(CLI::App& app, ReplayArguments& a) {
  auto* replay = subcommand(app, "replay",
                            "Do a run again from its own file. Exit 0: every event is the same, 1: not, 2: it cannot be done again.",
                            "faultline replay /tmp/a.run");
  replay->add_option("run", a.path, "A run file")->type_name("")->required();
}

void add_sql(CLI::App& app, SqlArguments& a) {
  auto* sql = app.add_subcommand("sql", "Ask a run file in SQL, read-only. Without a question it says what can be asked.");
  sql->footer(sql_guide() + "\nExample:\n  faultline sql /tmp/a.run 'select kind, count(*) from events group by kind'");
  sql->add_option("run", a.path, "A run file")->type_name("")->required();
  sql->add_option("question", a.question, "One SELECT over the views below")->type_name("");
  sql->add_flag("--csv", a.csv, "The answer as CSV");
  sql->add_flag("--json", a.json, "The answer as one JSON array, an object a row");
  sql->add_option("--seconds", a.seconds, "Give up after this time")->type_name("N")->check(takes<std::uint64_t>("a whole number from 1", 1));
}

void add_others(CLI::App& app, Words& w) {
  subcommand(app, "labs", "List the labs.", "faultline labs");
  auto* show = subcommand(app, "show", "Say what is in a run file.", "faultline show /tmp/a.run");
  show->add_option("run", w.show.path, "A run file (`faultline run LAB --record FILE` makes one)")
      ->type_name("")
      ->required();
  show->add_flag("--lab", w.show.lab, "Only the text of the lab that it ran");
  add_export(app, w.export_run);
  add_replay(app, w.replay);
  add_sql(app, w.sql);
  auto* check = subcommand(app, "check",
                           "Judge a history of client operations. Exit 0: what was promised is kept, 1: not, 2: unknown.",
                           "faultline check /tmp/a.run --promise causal,read-your-writes");
  check->add_option("history", w.check.path, "A run file, Jepsen's EDN, or porcupine's text formats")
      ->type_name("")
      ->required();
  check->add_option("--promise", w.check.promises, "linearizable, causal, read-your-writes, .. (the README has all), several with commas, or all")
      ->type_name("PROMISES");
  check->add_option("--model", w.check.model, "register, cas-register or kv")->type_name("MODEL");
  check->add_flag("--json", w.check.json, "For programs: a verdict for each promise, and the operations that show it");
  check->add_option("--seconds", w.check.seconds, "Give up after this time, and say unknown")
      ->type_name("N")
      ->check(takes<std::uint64_t>("a whole number from 0", 0));
  auto* fuzz =
      subcommand(app, "fuzz",
                 "Search a mechanism for bugs: seeds x faults x invariants x promises. Exit 1: found.",
                 "faultline fuzz raft --seeds 1..1000 --flaw no_sessions");
  fuzz->add_option("mechanism", w.fuzz.mechanism, "Which, such as raft")->type_name("")->required();
  fuzz->add_option("--seeds", w.fuzz.seeds, "The first and the last, or one")->type_name("A..B");
  repeated(fuzz->add_option("--flaw", w.fuzz.flaws, "Switch a known bug on, as often as you like"))
      ->type_name("FLAW");
  fuzz->add_option("--save", w.fuzz.save, "Write what was found to this folder, as lab files; without it to `found`")
      ->type_name("FOLDER");
  fuzz->add_flag("--list-flaws", w.fuzz.list_flaws, "List the known bugs");
  auto* bench =
      subcommand(app, "bench", "Measure, each beside its baseline.", "faultline bench world --json");
  bench->add_option("name", w.bench.name, "Which; without it, all")->type_name("");
  bench->add_flag("--json", w.bench.json, "As JSON");
}

void add_cache_sim(CLI::App& app, CacheSimArguments& a) {
  auto* sim = subcommand(app, "cache-sim", "Compare replacement policies on a trace of requests.",
                         "faultline cache-sim /tmp/a.trace --policy lru,s3-fifo --size 1000,10%");
  sim->add_option("trace", a.path, "A key a line, or CSV time,key,size; - is the standard input")->type_name("")->required();
  sim->add_option("--policy", a.policies, "fifo, clock, lru, lfu, arc, s3-fifo, sieve, w-tinylfu, several with commas, or all")
      ->type_name("POLICIES");
  sim->add_option("--size", a.sizes, "Objects, bytes such as 64MiB, or percent of all there are, several with commas")
      ->type_name("SIZES")
      ->required();
  sim->add_flag("--json", a.json, "For programs");
}

void add_sweep(CLI::App& app, Words& w) {
  const char* const metrics = "What the table shows, with commas: a metric, or such as `operations ok`";
  SweepArguments& a = w.sweep;
  auto* sweep = subcommand(app, "sweep", "Run a lab with every combination of settings and many seeds. Killed, it goes on when given again.",
                           "faultline sweep raft-elections --seeds 1..5 --set raft.election_timeout=150ms..155ms,150ms..300ms "
                           "--record /tmp/s");
  sweep->add_option("lab", a.lab, "A lab's name (`faultline labs` lists them), or a lab file")->type_name("")->required();
  sweep->add_option("--seeds", a.seeds, "The first and the last, or one; of each combination")->type_name("A..B");
  repeated(sweep->add_option("--set", a.settings, "KIND.SETTING=VALUE,VALUE, as often as you like; a value's own comma is `\\,`"))
      ->type_name("K=V,V");
  sweep->add_option("--for", a.length, "Each run goes on until this time, such as 30s")
      ->type_name("TIME")
      ->check(takes<core::Duration>("a duration such as 30s", core::Duration(1)));
  sweep->add_option("--record", a.record, "The folder of the results; what is done there is not done again")
      ->type_name("FOLDER")
      ->required();
  sweep->add_option("--keep", a.keep, "Run files of which runs: failed, all or none")->type_name("WHICH")->check(one_of({"failed", "all", "none"}));
  sweep->add_option("--jobs", a.jobs, "So many at a time; without it, as many as there are cores")
      ->type_name("N")
      ->check(takes<std::uint32_t>("a whole number from 1", 1));
  sweep->add_option("--shard", a.shard, "Only a part of it, such as 2/4: the second of four")->type_name("I/N");
  sweep->add_option("--metric", a.metrics, metrics)->type_name("NAMES");
  sweep->add_flag("--json", a.json, "The table for programs");
  MergeArguments& m = w.merge;
  auto* merge = subcommand(app, "merge", "Join the parts of a sweep. Exit 2: runs are missing.", "faultline merge /tmp/s --out /tmp/whole");
  merge->add_option("folders", m.folders, "Folders that `faultline sweep --record` made")->type_name("")->required();
  merge->add_option("--out", m.out, "The folder of the whole")->type_name("FOLDER")->required();
  merge->add_option("--metric", m.metrics, metrics)->type_name("NAMES");
  merge->add_flag("--json", m.json, "The table for programs");
}

void add_maelstrom_node(CLI::App& app, MaelstromNodeArguments& a) {
  auto* node = subcommand(app, "maelstrom-node",
                          "Be a node of Maelstrom, Jepsen's workbench: a JSON message a line on the standard input and output.",
                          "faultline maelstrom-node --mechanism raft --set raft.read_mode=log");
  node->footer("Maelstrom starts a program without words: give it as --bin a script that ends in `exec faultline maelstrom-node\n"
               "--mechanism raft`. All is kept in memory: a Raft node that is killed forgets its vote and its log, and must not\n"
               "come back. What it has to say goes to the standard error.\n\n" + node->get_footer());
  node->add_option("--mechanism", a.mechanism, "raft (of workload lin-kv), echo, unique-ids or broadcast")
      ->type_name("NAME")
      ->check(one_of(doors::maelstrom_mechanisms()));
  repeated(node->add_option("--set", a.settings, "raft.SETTING=VALUE, as often as you like"))->type_name("K=V");
}

void add_comparing(CLI::App& app, Words& w) {
  WhatIfArguments& what = w.whatif;
  auto* whatif = subcommand(app, "whatif", "Do a run again with one thing changed, and compare.", "faultline whatif /tmp/a.run --at 2s --do 'crash leader' --record /tmp/b.run");
  whatif->add_option("run", what.path, "A run file of the simulated world")->type_name("")->required();
  whatif->add_option("--at", what.at, "When --do is done, such as 2s")->type_name("TIME")->check(takes<core::Duration>("a duration such as 30s", core::Duration(0)));
  whatif->add_option("--do", what.command, "A command more, such as 'crash leader'; with --without,\nin place of that one")->type_name("COMMAND");
  whatif->add_option("--without", what.without, "Leave out this one of its commands, counted from 1")->type_name("N")->check(takes<std::uint64_t>("a whole number from 1", 1));
  whatif->add_option("--set", what.setting, "Another setting from the beginning on: KIND.SETTING=VALUE")->type_name("K=V");
  whatif->add_option("--record", what.record, "Keep the changed run in this file")->type_name("FILE");
  whatif->add_flag("--all", what.all, "Also what is the same");
  whatif->add_flag("--json", what.json, "For programs");
  CompareArguments& a = w.compare;
  auto* compare = subcommand(app, "compare", "Say in what runs differ, and where they part; of sweeps, what their seeds can show.",
                             "faultline compare /tmp/a.run /tmp/b.run --align 'leader elected'");
  compare->add_option("runs", a.paths, "Run files; or folders of `faultline sweep --record`, of one cell such as /tmp/s#2")->type_name("")->required();
  compare->add_option("--align", a.align, "Lay them over each other at: start, parting, `first command`,\n`first partition`, `leader elected`, or the first event of a filter")
      ->type_name("EVENT");
  compare->add_flag("--all", a.all, "Also what is the same");
  compare->add_flag("--json", a.json, "For programs");
}

void add_asking(CLI::App& app, Words& w) {
  const char* const simulated = "A run file of the simulated world";
  const auto jobs = [](CLI::App* sub, unsigned& count) {
    sub->add_option("--jobs", count, "So many at a time; without it, as many as there are cores")->type_name("N")->check(takes<std::uint32_t>("a whole number from 1", 1));
  };
  auto* shrink = subcommand(app, "shrink", "Cut a run's commands down to those that break what broke in it. Exit 2: nothing broke.",
                            "faultline shrink /tmp/broken.run --out /tmp/short.txt");
  shrink->add_option("run", w.shrink.path, simulated)->type_name("")->required();
  shrink->add_option("--promise", w.shrink.promises, "Not an invariant: what clients were promised, such as linearizable")->type_name("PROMISES");
  shrink->add_option("--out", w.shrink.out, "Write the script there")->type_name("FILE");
  shrink->add_option("--record", w.shrink.record, "Keep the short run in this file")->type_name("FILE");
  DecidedArguments& d = w.decided;
  auto* decided = subcommand(app, "decided", "From when on was a run's bad end certain, whatever chance did?", "faultline decided /tmp/broken.run --seeds 20 --points 8");
  decided->add_option("run", d.path, simulated)->type_name("")->required();
  decided->add_option("--condition", d.condition, "What a bad end is: `violation`, or a condition as in labs, at the run's end")->type_name("CONDITION");
  decided->add_option("--seeds", d.seeds, "So many go on from each moment")->type_name("N")->check(takes<std::uint64_t>("a whole number from 1", 1));
  decided->add_option("--points", d.points, "So many moments, evenly from its start to its end")->type_name("K")->check(takes<std::uint64_t>("a whole number from 1", 1));
  jobs(decided, d.jobs);
  decided->add_flag("--json", d.json, "For programs");
  AmongArguments& a = w.among;
  auto* among = subcommand(app, "among", "Where a run stands among many seeds of the same lab, settings and commands.",
                           "faultline among /tmp/a.run --seeds 1..50 --metric client_latency_ms");
  among->add_option("run", a.path, simulated)->type_name("")->required();
  among->add_option("--seeds", a.seeds, "The first and the last of the others")->type_name("A..B");
  among->add_option("--metric", a.metric, "These only, with commas, each with its histogram: a metric, or such as `operations ok`")->type_name("NAMES");
  jobs(among, a.jobs);
}

void add_window(CLI::App& app, Words& w) {
  app.add_option("--state", w.window.state)->group("");   // For tests: see app/window/state_file.h.
  const char* const theme = "dark, light, `high contrast`, or a theme file (.toml)";
  app.add_option("--theme", w.window.theme, std::string("Of the window, from now on: ") + theme)->type_name("THEME")->check(a_theme());
  auto* open = subcommand(app, "open", "Open a lab or a run file in the window. Without a subcommand: the window's gallery.",
                          "faultline open raft-elections");
  open->add_option("what", w.window.open, "A lab's name, a lab file, a run file, or a sweep's folder")->type_name("")->required();
  open->add_option("--theme", w.window.theme, theme)->type_name("THEME")->check(a_theme());
  ShotArguments& a = w.shot;
  auto* shot = subcommand(app, "shot", "Draw the window to a picture, without a display.",
                          "faultline shot raft-elections --at 12s --panel topology --out /tmp/a.png");
  shot->add_option("lab", a.lab, "A lab's name, a lab file, a run file, or a sweep's folder; without it, the gallery")->type_name("");
  shot->add_option("--script", a.script, "Commands from this file")->type_name("FILE");
  shot->add_option("--at", a.at, "The moment that is drawn, such as 12s")->type_name("TIME");
  shot->add_option("--panel", a.panel, "Only one of its panels, such as topology; or a dialog over all, such as palette")
      ->type_name("NAME")
      ->check(one_of({"topology", "plots", "space-time", "events", "inspector", "guide", "settings", "checks", "bookmarks", "ask", "scrubber",
                      "palette", "help", "preferences", "export", "new", "what if", "chance", "runs"}));
  shot->add_option("--select", a.select, "A node to select, such as S1")->type_name("NODE");
  shot->add_option("--event", a.event, "An event to select, by its number in the list of events")
      ->type_name("N")
      ->check(takes<std::uint64_t>("a whole number from 1", 1));
  shot->add_option("--from", a.from, "Where the stretch of time begins that is shown, such as 1.9s")->type_name("TIME");
  shot->add_option("--to", a.to, "and where it ends")->type_name("TIME");
  shot->add_option("--compare", a.compare, "Run files to compare, two or more, instead of a lab")->type_name("FILES");
  shot->add_option("--size", a.size, "Width and height in pixels")->type_name("WxH");
  shot->add_option("--scale", a.scale, "0.75 to 2.5")
      ->type_name("X")
      ->check(CLI::Validator(CLI::Range(0.75, 2.5)).description(""));
  shot->add_option("--theme", a.theme, theme)->type_name("THEME")->check(a_theme());
  shot->add_option("--seed", a.seed, "Another run of the same lab")
      ->type_name("N")
      ->check(takes<std::uint64_t>("a whole number from 0", 0))
      ->each([&a](const std::string&) { a.has_seed = true; });
  repeated(shot->add_option("--set", a.settings, "KIND.SETTING=VALUE, as often as you like"))->type_name("K=V");
  shot->add_option("--out", a.out, "The picture to write")->type_name("FILE")->required();
}

int dispatch(const CLI::App& app, const Words& w) {
  const std::string name = app.get_subcommands().front()->get_name();
  if (name == "run") return run(w.run);
  if (name == "labs") return labs();
  if (name == "show") return show(w.show);
  if (name == "export") return export_run(w.export_run);
  if (name == "replay") return replay_run(w.replay);
  if (name == "sql") return sql(w.sql);
  if (name == "check") return check(w.check);
  if (name == "fuzz") return fuzz(w.fuzz);
  if (name == "cache-sim") return cache_sim(w.cache_sim);
  if (name == "sweep") return sweep(w.sweep);
  if (name == "merge") return merge(w.merge);
  if (name == "maelstrom-node") return maelstrom_node(w.maelstrom_node);
  if (name == "compare") return compare_paths(w.compare);
  if (name == "shrink") return shrink_run(w.shrink);
  if (name == "whatif") return whatif(w.whatif);
  if (name == "decided") return decided(w.decided);
  if (name == "among") return among(w.among);
  if (name == "open") return window::run(w.window);
  if (name == "shot") return shot(w.shot);
  return bench(w.bench);
}

}  // namespace

int fail(int code, const std::string& why) {
  std::cerr << "faultline: " << plain_line(why) << std::endl;
  return code;
}

std::string listed(const std::vector<std::string>& words, const std::string& last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 < words.size() ? ", " : " " + last + " ") + words[i];
  return out;
}

bool read_range(const std::string& text, std::uint64_t& first, std::uint64_t& last) {
  const auto dots = text.find("..");
  if (!core::parse(text.substr(0, dots), first)) return false;
  last = first;
  return (dots == std::string::npos || core::parse(text.substr(dots + 2), last)) && first <= last;
}

namespace {

// A program that is started with one of these closed would open its next file in their place, and print into
// it.
void open_standard_files() {
  for (int file = 0; file <= 2; ++file)
    if (::fcntl(file, F_GETFD) < 0) ::open("/dev/null", file == 0 ? O_RDONLY : O_WRONLY);
}

// That nobody reads any more (`| head`) is no error; that the disk is full is one.
int finish(int code) {
  const bool written = static_cast<bool>(std::cout.flush()) && std::fflush(stdout) == 0;
  if (written) return code;
  struct pollfd out {
    STDOUT_FILENO, POLLOUT, 0
  };
  const bool nobody_reads = ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
  return nobody_reads ? code : fail(kCannotWrite, "cannot write to the standard output");
}

int parse_and_do(int argc, const char* const* argv) {
  CLI::App app{"Faultline: a lab for the mechanisms of distributed systems.", "faultline"};
  app.set_version_flag("--version", app::program_version());
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(26);
  app.footer("`faultline SUBCOMMAND --help` says more.\n\nExample:\n  faultline run raft-elections");
  Words words;
  add_run(app, words.run);
  add_others(app, words);
  add_cache_sim(app, words.cache_sim);
  add_sweep(app, words);
  add_maelstrom_node(app, words.maelstrom_node);
  add_comparing(app, words);
  add_asking(app, words);
  add_window(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, in_words(app, error));
  }
  if (app.get_subcommands().empty()) return window::run(words.window);
  return dispatch(app, words);
}

}  // namespace

int main(int argc, const char* const* argv) {
  open_standard_files();
  // Whoever reads less than all gets what it reads, and a recording is finished all the same.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return finish(parse_and_do(argc, argv));
  } catch (const std::exception& error) {
    return fail(kBroken, std::string("this is a bug of the program: ") + error.what());
  }
}

}  // namespace cli
