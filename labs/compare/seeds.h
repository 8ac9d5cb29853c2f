// Two settings of a lab, each run with many seeds by `faultline sweep`: what differs between them beyond what seeds alone do.
// Runs of one seed are compared with each other - the same dice, another setting - so that what the seeds differ in falls out.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "labs/compare/student.h"
#include "labs/sweep/folder.h"

namespace compare {

// One cell of a sweep: its settings, and of each seed the figures.
struct Point {
  std::string name;                    // "/tmp/s#2"
  std::string program, lab;
  std::vector<std::string> settings;
  std::map<std::uint64_t, std::map<std::string, double>> seeds;   // By seed, then by the figure's name.
};
// Those that a path names: a sweep's folder or its result file (all its cells), or one cell of it as `FOLDER#2`. Throws
// sweep::BadSweep.
std::vector<Point> points_of(const std::string& path);

enum class Verdict : std::uint8_t { none, better, worse, higher, lower };
constexpr auto names(Verdict) {
  return std::array<std::string_view, 5>{"no difference that these seeds can show", "better", "worse", "higher", "lower"};
}

// What one figure comes to in the second point, against the first.
struct Effect {
  std::string name;
  std::size_t pairs = 0;               // Seeds that have it in both.
  double mean = 0, other = 0;          // Of each point, over those seeds.
  MeanInterval difference;             // Other less baseline, pair by pair: the paired t interval.
  Verdict verdict{};
};
struct Effects {
  std::size_t seeds = 0;               // That both have.
  std::vector<Effect> all;             // Of every figure that two pairs or more have, in order of name.
};
// Throws sweep::BadSweep when they are of different labs, or have less than two seeds in common.
Effects effects_of(const Point& baseline, const Point& other);

}  // namespace compare
