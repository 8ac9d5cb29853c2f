// `faultline labs`
#include "labs/catalog/labs.h"

#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/table.h"

namespace cli {

int labs() {
  std::vector<std::vector<std::string>> rows{{"lab", "family", "steps", "what it shows"}};
  for (const auto& file : catalog::lab_files()) {
    const guide::Lab lab = catalog::load_lab(std::string(file.name));
    rows.push_back({lab.name, lab.family, std::to_string(lab.steps.size()), lab.summary});
  }
  std::cout << table(rows);
  return kValid;
}

}  // namespace cli
