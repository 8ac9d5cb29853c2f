// What `faultline bench` measures. Every figure comes with its baseline from the same run, so that a noisy machine
// disturbs both.
#pragma once
#include <string>
#include <vector>

namespace bench {

struct Figure {
  std::string measure;
  double value = 0;
  std::string unit;
  std::string goal;  // "" or such as ">= 0.2"
};
struct Bench {
  std::string name;
  std::vector<Figure> (*run)();
};
const std::vector<Bench>& all();

double median(std::vector<double> of);
// Round trips a second of 64 bytes between two sockets of Asio that do nothing else.
double ping_pong_rate();

std::vector<Figure> world_bench();
std::vector<Figure> checker_bench();
std::vector<Figure> record_bench();
std::vector<Figure> fuzz_bench();
std::vector<Figure> loopback_bench();
std::vector<Figure> doors_bench();
std::vector<Figure> leaderless_bench();
std::vector<Figure> calls_bench();
std::vector<Figure> timeline_bench();
std::vector<Figure> caches_bench();
std::vector<Figure> serving_bench();
std::vector<Figure> sweep_bench();
std::vector<Figure> exports_bench();
// The window's parts.
std::vector<Figure> topology_bench();
std::vector<Figure> plots_bench();
std::vector<Figure> space_time_bench();
std::vector<Figure> shell_bench();

}  // namespace bench
