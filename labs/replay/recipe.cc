#include "labs/replay/recipe.h"

#include "labs/catalog/kinds.h"
#include "labs/catalog/labs.h"

namespace replay {
namespace {

guide::Lab lab_of(const record::RunHeader& header) {
  if (header.world != "simulated") throw NotAgain("it is a run over sockets, and real time does not come again");
  try {
    guide::Lab lab = guide::read_lab(header.lab, header.lab_text, catalog::all_kinds());
    guide::apply_settings(lab.system, header.settings);
    return lab;
  } catch (const guide::BadLab& bad) {
    throw NotAgain(std::string("its lab cannot be run again: ") + bad.what());
  }
}

std::vector<session::Given> given_in(const record::Recording& recording) {
  try {
    return session::commands_of(recording);
  } catch (const world::BadCommand& bad) {
    throw NotAgain(std::string("a command in it cannot be given again: ") + bad.what());
  }
}

}  // namespace

Recipe recipe_of(const record::Recording& recording) {
  return {recording.header(), lab_of(recording.header()), given_in(recording), recording.end()};
}

Making::Making(const Recipe& recipe) : recipe_(&recipe), world_(recipe.lab.system, recipe.header.seed) {
  if (world_.nodes() != recipe.header.nodes) throw NotAgain("its lab makes other nodes than the file names");
}

void Making::give(const world::Command& command) {
  try {
    world_.apply(command);
  } catch (const world::BadCommand& bad) {
    refused_.push_back("`" + world::command_text(command) + "` is refused: " + bad.what());
  }
}

}  // namespace replay
