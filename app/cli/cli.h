// The command line: `faultline SUBCOMMAND`. cli.cc reads the words; each subcommand is a function in a file
// of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace record {
class Recording;
}

namespace cli {

// Exit codes. Of verdicts as Jepsen's: valid, invalid, unknown; of usage and data as sysexits.h.
inline constexpr int kValid = 0, kInvalid = 1, kUnknown = 2, kUsage = 64, kBadData = 65, kBroken = 70,
                     kCannotWrite = 73;
// 128 + SIGINT, as shells say it: somebody pressed Ctrl-C.
inline constexpr int kInterrupted = 130;

int main(int argc, const char* const* argv);

struct RunArguments {
  std::string lab, world = "simulated", script, record, length, level = "bodies", memory = "512MiB";
  std::vector<std::string> settings;
  std::vector<std::string> doors;   // With doors nobody walks the lab: it stands open until it is interrupted.
  std::uint64_t seed = 0;
  bool has_seed = false;
  double speed = 0;  // 0: as fast as it goes.
  bool watch_only = false;
};
int run(const RunArguments& arguments);

int labs();
struct ShowArguments {
  std::string path;
  bool lab = false;  // Only the lab's text.
};
int show(const ShowArguments& arguments);

struct ExportArguments {
  std::string path, format = "csv", out, from, to, metric;
  bool force = false;
};
int export_run(const ExportArguments& arguments);
// `--format png`: what the window draws of it.
inline constexpr const char* kPicture = "png";
int export_picture(const ExportArguments& arguments, std::shared_ptr<const record::Recording> recording);

struct ReplayArguments {
  std::string path;
};
int replay_run(const ReplayArguments& arguments);

struct SqlArguments {
  std::string path, question;   // Without a question it says what can be asked.
  std::uint64_t seconds = 30;
  bool csv = false, json = false;
};
int sql(const SqlArguments& arguments);
// The views with their columns, and worked questions.
std::string sql_guide();

struct CheckArguments {
  std::string path, model = "kv", promises = "linearizable";
  std::uint64_t seconds = 60;
  bool json = false;
};
int check(const CheckArguments& arguments);

struct FuzzArguments {
  std::string mechanism, seeds = "1..100", save = "found";
  std::vector<std::string> flaws;
  bool list_flaws = false;
};
int fuzz(const FuzzArguments& arguments);

struct ShotArguments {
  std::string lab, script, at, from, to, panel, size = "1600x1000", theme = "dark", select, out;
  std::vector<std::string> settings;
  std::vector<std::string> compare;    // Run files, instead of a lab.
  std::uint64_t seed = 0, event = 0;   // By its number; 0: none.
  bool has_seed = false;
  double scale = 1;
};
int shot(const ShotArguments& arguments);

struct BenchArguments {
  std::string name;
  bool json = false;
};
int bench(const BenchArguments& arguments);

struct CacheSimArguments {
  std::string path, policies = "all", sizes;
  bool json = false;
};
int cache_sim(const CacheSimArguments& arguments);

struct SweepArguments {
  std::string lab, seeds = "1..100", length, record, keep = "failed", shard = "1/1", metrics;
  std::vector<std::string> settings;
  unsigned jobs = 0;                   // 0: as many as there are cores.
  bool json = false;
};
int sweep(const SweepArguments& arguments);

struct MergeArguments {
  std::vector<std::string> folders;
  std::string out, metrics;
  bool json = false;
};
int merge(const MergeArguments& arguments);

struct MaelstromNodeArguments {
  std::string mechanism = "raft";
  std::vector<std::string> settings;
};
int maelstrom_node(const MaelstromNodeArguments& arguments);

struct CompareArguments {
  std::vector<std::string> paths;      // Run files, or points of sweeps.
  std::string align = "start";
  bool all = false, json = false;      // Also what is the same.
};
int compare_paths(const CompareArguments& arguments);

struct ShrinkArguments {
  std::string path, promises, out, record;
};
int shrink_run(const ShrinkArguments& arguments);

struct WhatIfArguments {
  std::string path, at, command, setting, record;
  std::uint64_t without = 0;           // From 1; 0: none is left out.
  bool all = false, json = false;
};
int whatif(const WhatIfArguments& arguments);

struct DecidedArguments {
  std::string path, condition = "violation";
  std::uint64_t seeds = 100, points = 20;
  unsigned jobs = 0;                   // 0: as many as there are cores.
  bool json = false;
};
int decided(const DecidedArguments& arguments);

struct AmongArguments {
  std::string path, seeds = "1..1000", metric;
  unsigned jobs = 0;
};
int among(const AmongArguments& arguments);

// Prints `faultline: WHY` on one line and returns the code.
int fail(int code, const std::string& why);
// `world, record and fuzz`
std::string listed(const std::vector<std::string>& words, const std::string& last = "and");
// `1..200` or `7`; false when it is neither.
bool read_range(const std::string& text, std::uint64_t& first, std::uint64_t& last);

}  // namespace cli
