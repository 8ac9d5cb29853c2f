// Reads the words of the command line with CLI11: the only file that includes it, because it is slow to compile.
#include "app/cli/cli.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/version.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

constexpr const char* kNoWindow =
    "faultline: give a subcommand, such as `faultline run raft-elections`; `faultline --help` lists them";

// What a wrong word is most like, among the options and subcommands that could have stood there.
std::string suggestion(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) known.push_back(sub->get_name());
  const auto add_options = [&](const CLI::App& of) {
    for (const auto* option : of.get_options())
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  };
  add_options(app);
  for (const auto* sub : app.get_subcommands()) add_options(*sub);
  const std::string near = core::nearest(word, known);
  return near.empty() ? "" : ", did you mean `" + near + "`?";
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (const auto* extras = dynamic_cast<const CLI::ExtrasError*>(&error)) {
    static_cast<void>(extras);
    for (const auto& word : app.remaining(true)) return fail(kUsage, "`" + word + "` is not understood" + suggestion(app, word));
  }
  std::string why = error.what();
  std::replace(why.begin(), why.end(), '\n', ' ');
  return fail(kUsage, why);
}

struct Words {
  RunArguments run;
  std::string show;
  ExportArguments export_run;
  CheckArguments check;
  FuzzArguments fuzz;
  BenchArguments bench;
};

CLI::App* subcommand(CLI::App& app, const char* name, const char* help, const char* example) {
  auto* sub = app.add_subcommand(name, help);
  sub->footer(std::string("Example:\n  ") + example);
  return sub;
}

void add_run(CLI::App& app, RunArguments& a) {
  auto* run = subcommand(app, "run", "Run a lab without a window.",
                         "faultline run raft-losing-the-leader --seed 7 --set raft.pre_vote=off --record /tmp/a.run");
  run->add_option("lab", a.lab, "A lab's name (see `faultline labs`), or a lab file")->required();
  run->add_option("--world", a.world, "simulated, or loopback: real sockets and time")
      ->check(CLI::IsMember({"simulated", "loopback"}));
  run->add_option("--seed", a.seed, "Another run of the same lab")->each([&a](const std::string&) { a.has_seed = true; });
  run->add_option("--for", a.length, "Go on until this time, such as 30s");
  run->add_option("--set", a.settings, "KIND.SETTING=VALUE, as often as you like");
  run->add_option("--script", a.script, "Commands from this file instead of the lab's own");
  run->add_option("--record", a.record, "Keep the run in this file");
  run->add_option("--level", a.level, "What to keep: bodies (all), events (no message bodies), outline (metrics and notes)")
      ->check(CLI::IsMember({"bodies", "events", "outline"}));
  run->add_option("--speed", a.speed, "Times real time; without it, as fast as it goes")->check(CLI::PositiveNumber);
  run->add_flag("--watch-only", a.watch_only, "Do not give the lab's commands");
}

void add_others(CLI::App& app, Words& w) {
  subcommand(app, "labs", "List the labs.", "faultline labs");
  auto* show = subcommand(app, "show", "Say what is in a run file.", "faultline show /tmp/a.run");
  show->add_option("run", w.show, "A run file")->required();
  auto* out = subcommand(app, "export", "Write a run file as text.", "faultline export /tmp/a.run --format csv --out a.csv");
  out->add_option("run", w.export_run.path, "A run file")->required();
  out->add_option("--format", w.export_run.format, "csv or json (a line an event)")->check(CLI::IsMember({"csv", "json"}));
  out->add_option("--out", w.export_run.out, "The file to write")->required();
  out->add_flag("--force", w.export_run.force, "Write over an existing file");
  auto* check = subcommand(app, "check", "Judge a history of client operations: linearizable or not?",
                           "faultline check etcd_000.log --model cas-register");
  check->add_option("history", w.check.path, "A run file, Jepsen's EDN, or porcupine's text formats")->required();
  check->add_option("--model", w.check.model, "register, cas-register or kv");
  check->add_option("--seconds", w.check.seconds, "Give up after this time");
  auto* fuzz = subcommand(app, "fuzz", "Search a mechanism for bugs: seeds x faults x invariants x linearizability.",
                          "faultline fuzz raft --seeds 1..1000 --flaw no_sessions");
  fuzz->add_option("mechanism", w.fuzz.mechanism, "Which")->required();
  fuzz->add_option("--seeds", w.fuzz.seeds, "A..B");
  fuzz->add_option("--flaw", w.fuzz.flaws, "Switch a known bug on, as often as you like");
  fuzz->add_option("--save", w.fuzz.save, "Write what was found to this folder, as lab files");
  fuzz->add_flag("--list-flaws", w.fuzz.list_flaws, "List the known bugs");
  auto* bench = subcommand(app, "bench", "Measure, each beside its baseline.", "faultline bench world --json");
  bench->add_option("name", w.bench.name, "Which; without it, all");
  bench->add_flag("--json", w.bench.json, "As JSON");
}

int dispatch(const CLI::App& app, const Words& w) {
  const std::string name = app.get_subcommands().front()->get_name();
  if (name == "run") return run(w.run);
  if (name == "labs") return labs();
  if (name == "show") return show(w.show);
  if (name == "export") return export_run(w.export_run);
  if (name == "check") return check(w.check);
  if (name == "fuzz") return fuzz(w.fuzz);
  return bench(w.bench);
}

}  // namespace

int fail(int code, const std::string& why) {
  std::cerr << "faultline: " << why << std::endl;
  return code;
}

bool read_range(const std::string& text, std::uint64_t& first, std::uint64_t& last) {
  const auto dots = text.find("..");
  if (!core::parse(text.substr(0, dots), first)) return false;
  last = first;
  return (dots == std::string::npos || core::parse(text.substr(dots + 2), last)) && first <= last;
}

int main(int argc, const char* const* argv) {
  CLI::App app{"Faultline: a lab for the mechanisms of distributed systems."};
  app.set_version_flag("--version", app::program_version());
  app.require_subcommand(0, 1);
  Words words;
  add_run(app, words.run);
  add_others(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  if (app.get_subcommands().empty()) {
    std::cerr << kNoWindow << std::endl;
    return kUsage;
  }
  return dispatch(app, words);
}

}  // namespace cli
