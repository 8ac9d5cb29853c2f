// Prints the fingerprint of many recorded runs: every lab with several seeds, and seeds of the fault search. compare.sh
// builds this with several compilers and compares what they print. `digests few` prints some of these lines: unoptimized it
// takes twenty times as long.
#include <cstdio>
#include <string_view>

#include "labs/catalog/fuzz_targets.h"
#include "labs/catalog/labs.h"
#include "labs/check/fuzz.h"
#include "labs/guide/runner.h"
#include "labs/record/recording.h"
#include "labs/world/simulated.h"

namespace {

void print_lab(const catalog::LabFile& file, std::uint64_t seed) {
  const guide::Lab lab = catalog::load_lab(std::string(file.name));
  world::SimulatedWorld world(lab.system, seed);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  record::RunHeader header;
  header.nodes = world.nodes();
  record::Recording recording(header);
  world.listen(&recording);
  guide::run_lab(lab, world, facts, {});
  std::printf("%s %d: %zu events, %016llx\n", std::string(file.name).c_str(), static_cast<int>(seed), recording.size(),
              static_cast<unsigned long long>(recording.digest()));
}

}  // namespace

int main(int argc, char** argv) {
  const bool few = argc > 1 && std::string_view(argv[1]) == "few";
  for (const auto& file : catalog::lab_files())
    for (std::uint64_t seed = 1; seed <= (few ? 1 : 3); ++seed) print_lab(file, seed);
  for (const auto& target : catalog::fuzz_targets())
    for (std::uint64_t seed = 1; seed <= (few ? 3 : 10); ++seed) {
      const check::Run run = check::run_plan(check::make_plan(target, seed, {}));
      std::printf("fuzz %s %d: %llu events, %016llx\n", target.name.c_str(), static_cast<int>(seed),
                  static_cast<unsigned long long>(run.events), static_cast<unsigned long long>(run.digest));
    }
}
