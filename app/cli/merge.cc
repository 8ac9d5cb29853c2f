// `faultline merge FOLDER..`: joins what the shards of a sweep came to, as if one machine had done all of it.
#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/sweep_table.h"
#include "app/cli/table.h"
#include "labs/catalog/labs.h"
#include "labs/record/run_file.h"

namespace cli {
namespace {

int merge_checked(const MergeArguments& a) {
  const sweep::Stored stored = sweep::merged(a.folders);
  const sweep::Grid& grid = stored.grid;
  const guide::Lab lab = guide::read_lab(grid.lab, grid.lab_text, catalog::all_kinds());
  const auto figures = sweep::wanted_figures(a.metrics, lab);
  sweep::Folder whole(a.out, grid, {});
  whole.finish(stored.lines);
  const auto cells = sweep::summarize(grid, whole.lines(), figures);
  std::cout << (a.json ? sweep_json(grid, cells, figures) : sweep_table(grid, cells, figures));
  const auto lacking = sweep::missing({grid, {}, whole.lines()});
  for (const auto& [cell, runs] : lacking) {
    std::string line = "faultline: cell " + std::to_string(cell + 1);
    for (const auto& setting : grid.settings_of(cell)) line += " " + setting;
    std::cerr << plain_line(line) << " lacks " << grouped(runs) << " of " << grouped(grid.seeds()) << " runs\n";
  }
  return lacking.empty() ? kValid : kUnknown;
}

}  // namespace

int merge(const MergeArguments& arguments) {
  try {
    return merge_checked(arguments);
  } catch (const guide::BadLab& bad) {
    return fail(kBadData, bad.what());
  } catch (const sweep::BadSweep& bad) {
    return fail(kBadData, bad.what());
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  }
}

}  // namespace cli
