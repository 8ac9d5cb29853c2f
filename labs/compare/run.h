// One run as comparisons need it: read once from its beginning to its end, with its numbers and the commands that were given.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "labs/compare/figures.h"
#include "labs/timeline/timeline.h"

namespace compare {

struct Given {
  core::Time at{};
  std::string command;
};

struct Run {
  std::string path, name;
  std::string trouble;                 // Why there is nothing below; empty: there is.
  std::shared_ptr<const record::Recording> recording;
  std::unique_ptr<timeline::Timeline> line;
  std::vector<Figure> figures;         // Of the whole run.
  std::vector<Given> commands;
};

// What is wrong with the file is said in `trouble`. `cancelled`: see record::open_run. `open`: its recording, when somebody has
// opened it already; null: it is read from the path.
std::shared_ptr<Run> read_run(const std::string& path, const std::string& name, const std::atomic<bool>* cancelled, const Progress& progress,
                              std::shared_ptr<const record::Recording> open = nullptr);
// Of one that is there already. Throws record::BadRun.
std::shared_ptr<Run> run_of(std::shared_ptr<const record::Recording> recording, const std::string& name, const Progress& progress);

}  // namespace compare
