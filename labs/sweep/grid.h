// What a sweep is: a lab, the settings that are tried, each with every other (the cells), and the seeds of which every
// cell is run. Its runs are numbered from 0: all seeds of the first cell, then of the next; of settings the last one
// changes fastest. That number says all of a run, so whoever does a part of a sweep needs the grid and nothing else.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "labs/guide/lab.h"

namespace sweep {

// What cannot be swept, resumed or joined, in words. They are few, whatever of a file is in them.
struct BadSweep : std::runtime_error {
  explicit BadSweep(const std::string& why) : std::runtime_error(core::in_brief(why, 900)) {}
};

// A setting and what is tried for it.
struct Axis {
  std::string setting;                 // "raft.election_timeout"
  std::vector<std::string> values;     // "150ms..155ms", "150ms..300ms"
  bool operator==(const Axis&) const = default;
};
// `KIND.SETTING=VALUE,VALUE`: values have commas between them. A comma of a value itself is written `\,`. Two dots belong to
// the value: `150ms..300ms` is one span, not a row of numbers. Throws BadSweep.
Axis read_axis(const std::string& assignment);

// The runs of a sweep whose number leaves `part - 1` when divided by `of`: of every cell about as many.
struct Shard {
  std::uint64_t part = 1, of = 1;
  bool whole() const { return of == 1; }
  bool has(std::uint64_t run) const { return run % of == part - 1; }
  bool operator==(const Shard&) const = default;
};
Shard read_shard(const std::string& text);  // `2/4`. Throws BadSweep.

struct Grid {
  std::string program;                 // "faultline 0.1.0": another one may do otherwise with the same seed.
  std::string lab, lab_text;
  std::uint64_t first_seed = 1, last_seed = 1;
  core::Duration at_least{};           // Each run goes on until this time, after the lab's last step.
  std::vector<Axis> axes;

  std::uint64_t cells() const;
  std::uint64_t seeds() const { return last_seed - first_seed + 1; }
  std::uint64_t runs() const { return cells() * seeds(); }
  std::uint64_t cell_of(std::uint64_t run) const { return run / seeds(); }
  std::uint64_t seed_of(std::uint64_t run) const { return first_seed + run % seeds(); }
  // As `--set` takes them.
  std::vector<std::string> settings_of(std::uint64_t cell) const;
  bool operator==(const Grid&) const = default;
};

inline constexpr std::uint64_t kMostCells = 10'000, kMostRuns = 1'000'000;

// The system of every cell. Throws BadSweep, so that what is wrong is known before anything runs: too many, a setting given
// twice or one value of it, a value that the lab does not take, values that do not go together.
std::vector<world::System> systems_of(const Grid& grid, const guide::Lab& lab);

// The content of `sweep.json`, and back; throws BadSweep.
std::string grid_text(const Grid& grid, const Shard& shard);
void read_grid(const std::string& text, Grid& grid, Shard& shard);
// In what the second is another sweep than the first, in words; empty: in nothing.
std::string difference(const Grid& one, const Grid& other);

}  // namespace sweep
