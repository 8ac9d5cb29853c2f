// The labs that say so are walked over real sockets and synced files, too, by the same commands and conditions.
#include <gtest/gtest.h>

#include "labs/catalog/labs.h"
#include "labs/guide/runner.h"
#include "labs/world/loopback/loopback.h"

namespace {

class LoopbackLab : public testing::TestWithParam<std::string> {};

std::vector<std::string> loopback_labs() {
  std::vector<std::string> names;
  for (const auto& file : catalog::lab_files())
    if (catalog::load_lab(std::string(file.name)).loopback) names.emplace_back(file.name);
  return names;
}

std::string what_is_left(const guide::LabResult& result) {
  std::string all = result.violation;
  for (const auto& step : result.steps)
    for (const auto& line : step.lines)
      if (!line.done) all += "\n" + step.title + ": " + line.text + " (now " + line.now + ")";
  return all;
}

guide::LabResult walk(const guide::Lab& lab, bool do_commands) {
  world::LoopbackWorld world(lab.system, lab.seed);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  guide::RunOptions options;
  options.do_commands = do_commands;
  return guide::run_lab(lab, world, facts, options);
}

TEST_P(LoopbackLab, IsSolvedByItsOwnCommands) {
  const guide::LabResult result = walk(catalog::load_lab(GetParam()), true);
  EXPECT_TRUE(result.passed()) << what_is_left(result);
}

TEST_P(LoopbackLab, IsNotSolvedByDoingNothing) {
  guide::Lab lab = catalog::load_lab(GetParam());
  lab.limit = std::chrono::seconds(3);
  EXPECT_FALSE(walk(lab, false).passed());
}

INSTANTIATE_TEST_SUITE_P(Catalog, LoopbackLab, testing::ValuesIn(loopback_labs()),
                         [](const auto& param) {
                           std::string name = param.param;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

TEST(LoopbackLabs, AreAtLeastTwo) { EXPECT_GE(loopback_labs().size(), 2u); }

}  // namespace
