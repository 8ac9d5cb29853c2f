// For a run that nobody asked to keep: once its memory is full, its older parts go to a temporary run file,
// and are read back from there. The file has no name, so that it is gone with the process, also when that is
// killed.
#pragma once
#include <memory>
#include <string>

#include "labs/record/recording.h"
#include "labs/record/run_store.h"

namespace record {

class Spill {
 public:
  // Must go before the recording does, and be made before it hears events.
  explicit Spill(Recording& recording);
  ~Spill();
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;

  // Whether the memory was full. To be asked by the thread that records.
  bool began() const { return began_; }
  // Empty while all is well; else why the run takes more memory than it may. As began().
  std::string trouble() const;

 private:
  void begin();

  Recording& recording_;
  bool began_ = false;
  std::unique_ptr<RunStore> store_;
  std::string trouble_;
};

}  // namespace record
