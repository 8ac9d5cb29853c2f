// A run of a lab that comes with the program, solved by its own commands: what exports are tried on.
#pragma once
#include <memory>

#include "labs/catalog/labs.h"
#include "labs/guide/runner.h"
#include "labs/record/recording.h"
#include "labs/world/simulated.h"

namespace exports {

inline std::unique_ptr<record::Recording> lab_run(const char* name, std::uint64_t seed, record::Level level = record::Level::bodies) {
  const guide::Lab lab = catalog::load_lab(name);
  world::SimulatedWorld world(lab.system, seed);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  record::RunHeader header;
  header.program = "faultline", header.lab = name, header.lab_text = lab.text, header.world = "simulated";
  header.seed = seed, header.level = level, header.nodes = world.nodes();
  auto recording = std::make_unique<record::Recording>(header);
  world.listen(recording.get());
  guide::run_lab(lab, world, facts, {});
  return recording;
}

}  // namespace exports
