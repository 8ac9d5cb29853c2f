// Runs are read and compared (labs/compare) on a thread of its own, so that it can be watched and cancelled; what is known so
// far is published whole.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "labs/compare/compared.h"

namespace library {

using compare::Compared;

class Comparison {
 public:
  struct Wanted {
    std::string path, name;
    std::shared_ptr<const record::Recording> recording{};   // When it is open already; null: read from the path.
  };
  // `on_change` is called on the comparison's own thread. `alignment`: see align().
  Comparison(std::vector<Wanted> runs, std::function<void()> on_change, std::string alignment = std::string(compare::kAtStart));
  ~Comparison();                       // Cancels.
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  std::shared_ptr<const Compared> known() const;
  struct Work {
    std::string words;
    double part = 0;
  };
  std::optional<Work> work() const;    // Nothing: it is done, or was cancelled.
  void cancel();                       // What is known stays.
  void align(const std::string& alignment);   // See labs/compare/align.h.
  void set_baseline(std::size_t which);
  void wait();                         // Until it is done: for tests.

 private:
  struct Cancelled {};
  void work_off();
  void read(const Wanted& wanted, double from, double share);
  void align_and_part();
  void tell(const std::string& words, double part);   // Throws Cancelled.
  void publish(const std::function<void(Compared&)>& change);

  const std::vector<Wanted> wanted_;
  std::function<void()> on_change_;
  mutable std::mutex mutex_;
  std::condition_variable called_;
  std::shared_ptr<const Compared> known_ = std::make_shared<Compared>();
  std::optional<Work> work_ = Work{"Opening", 0};
  std::string alignment_;
  std::size_t baseline_ = 0;
  bool again_ = false, over_ = false, busy_ = true;
  std::atomic<bool> cancelled_{false};
  std::thread thread_;
};

}  // namespace library
