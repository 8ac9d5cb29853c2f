#include "labs/record/spill.h"

#include <unistd.h>

#include "labs/record/run_file.h"

namespace record {

Spill::Spill(Recording& recording) : recording_(recording) {
  recording_.on_full = [this] { begin(); };
}

Spill::~Spill() { recording_.on_full = nullptr; }

// Called in the middle of an event: what fails here must not end the run.
void Spill::begin() {
  began_ = true;
  std::string folder;
  try {
    folder = make_scratch_folder();
    store_ = std::make_unique<RunStore>(recording_, folder + "/run", true);
  } catch (const StoreError& error) {
    trouble_ =
        std::string("the memory for this run is full, and no temporary file can be made: ") + error.what();
  }
  if (!folder.empty()) ::rmdir(folder.c_str());
}

std::string Spill::trouble() const { return store_ ? store_->trouble() : trouble_; }

}  // namespace record
