#include "labs/sweep/one_run.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "labs/exports/texts.h"
#include "labs/guide/runner.h"
#include "labs/record/run_file.h"
#include "labs/record/run_store.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace sweep {
namespace {

// Of names and events as they come, so that a run need not be kept to be known again. Not that of a Recording, which has
// all names first.
class Digest : public record::Listener {
 public:
  Digest() { XXH3_64bits_reset(&state_); }
  void on_name(record::NameId, std::string_view name) override {
    add(name.data(), name.size());
    add("", 1);
  }
  void on_event(const record::Event& event, core::BytesView body) override {
    bytes_.clear();
    core::encode(event, bytes_);
    core::encode(static_cast<std::uint64_t>(body.size()), bytes_);
    add(bytes_.data(), bytes_.size());
    add(body.data(), body.size());
  }
  std::uint64_t value() const { return XXH3_64bits_digest(&state_); }

 private:
  void add(const void* bytes, std::size_t size) { XXH3_64bits_update(&state_, bytes, size); }
  XXH3_state_t state_;
  core::Bytes bytes_;
};

record::RunHeader header_of(const Prepared& sweep, std::uint64_t run, const world::World& world) {
  record::RunHeader header;
  header.program = sweep.grid.program;
  header.lab = sweep.lab.name, header.lab_text = sweep.lab.text;
  header.world = "simulated", header.seed = sweep.grid.seed_of(run);
  header.settings = sweep.grid.settings_of(sweep.grid.cell_of(run));
  header.nodes = world.nodes();
  return header;
}

constexpr std::int64_t kSecond = 1'000'000'000;   // In the clock's nanoseconds.

// What a kept run may have in memory: there are as many at a time as jobs.
constexpr std::size_t kMemory = std::size_t{64} << 20;

// Keeps a run while it goes.
class Keeper {
 public:
  Keeper(record::RunHeader header, const std::string& path, world::World& world) : recording_(std::move(header), kMemory) {
    recording_.began(std::chrono::system_clock::now());
    store_ = std::make_unique<record::RunStore>(recording_, path);
    world.listen(&recording_);
  }
  void finish() {
    store_->finish();
    if (const auto trouble = store_->trouble(); !trouble.empty()) throw record::StoreError(trouble);
  }

 private:
  record::Recording recording_;
  std::unique_ptr<record::RunStore> store_;
};

std::string hexadecimal(std::uint64_t number) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return digits;
}

}  // namespace

bool do_run(const Prepared& sweep, std::uint64_t run, const std::string& record, const std::function<bool()>& go_on, Outcome& outcome) {
  const Grid& grid = sweep.grid;
  world::SimulatedWorld world(sweep.systems[grid.cell_of(run)], grid.seed_of(run));
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  Digest digest;
  world.listen(&digest);
  std::unique_ptr<Keeper> keeper;
  if (!record.empty()) keeper = std::make_unique<Keeper>(header_of(sweep, run, world), record, world);
  guide::RunOptions options;
  options.at_least = grid.at_least;
  options.watch = [&](const guide::Facts&) { return go_on(); };
  outcome = {};
  outcome.run = run;
  try {
    const guide::LabResult result = guide::run_lab(sweep.lab, world, facts, options);
    if (result.stopped) return false;
    outcome.why_not = result.why_not();
  } catch (const world::BadCommand& bad) {   // Of the world, not of a command: time stands still in it.
    outcome.why_not = bad.what();
  }
  if (keeper) keeper->finish();
  outcome.violated = !facts.violation().empty();
  outcome.length = world.now() - core::kStart;
  outcome.digest = digest.value();
  for (const auto& all : {guide::figures_of(facts), guide::gauges_of(facts)})
    for (const auto& figure : all)
      if (std::isfinite(figure.value)) outcome.figures.push_back(figure);
  return true;
}

std::string line_of(const Grid& grid, const Outcome& o) {
  using exports::put_json;
  using exports::put_number;
  std::string out;
  put_number(out += "{\"cell\":", grid.cell_of(o.run) + 1);
  put_number(out += ",\"seed\":", grid.seed_of(o.run));
  out += ",\"settings\":[";
  for (const auto& setting : grid.settings_of(grid.cell_of(o.run))) put_json(out += out.back() == '[' ? "" : ",", setting);
  out += std::string("],\"passed\":") + (o.passed() ? "true" : "false") + ",\"violated\":" + (o.violated ? "true" : "false");
  put_json(out += ",\"why\":", o.why_not);
  exports::put_time(out += ",\"length_s\":", core::kStart + o.length, kSecond);
  put_json(out += ",\"digest\":", hexadecimal(o.digest));
  out += ",\"figures\":{";
  for (const auto& figure : o.figures) {
    put_json(out += out.back() == '{' ? "" : ",", figure.name);
    exports::put_json_real(out += ':', figure.value);
  }
  return out + "}}\n";
}

Outcome read_line(const Grid& grid, const std::string& line) {
  using Json = nlohmann::ordered_json;
  Outcome outcome;
  try {
    const Json json = Json::parse(line);
    const auto cell = json.at("cell").get<std::uint64_t>(), seed = json.at("seed").get<std::uint64_t>();
    if (cell < 1 || cell > grid.cells() || seed < grid.first_seed || seed > grid.last_seed)
      throw BadSweep("it has no cell " + std::to_string(cell) + " with seed " + std::to_string(seed));
    outcome.run = (cell - 1) * grid.seeds() + seed - grid.first_seed;
    if (json.at("settings").get<std::vector<std::string>>() != grid.settings_of(cell - 1))
      throw BadSweep("cell " + std::to_string(cell) + " has other settings");
    outcome.violated = json.at("violated").get<bool>();
    outcome.why_not = json.at("why").get<std::string>();
    if (json.at("passed").get<bool>() != outcome.passed()) throw BadSweep("a run passes when nothing says why not");
    outcome.length = core::Duration(std::llround(json.at("length_s").get<double>() * 1e9));
    outcome.digest = std::stoull(json.at("digest").get<std::string>(), nullptr, 16);
    for (const auto& [name, value] : json.at("figures").items()) outcome.figures.push_back({name, "", value.get<double>()});
  } catch (const Json::exception& error) {
    throw BadSweep(std::string("it is no run's result: ") + error.what());
  } catch (const std::logic_error&) {   // Of stoull.
    throw BadSweep("its digest is no number");
  }
  return outcome;
}

}  // namespace sweep
