// Lets go of what takes a while to end: the thread of a world must come to a stand, and a run of ten million events is a
// gigabyte that is given back piece by piece. That happens on one thread beside the window, so that no frame waits for it.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace window {

class Leaving {
 public:
  Leaving() = default;
  ~Leaving();                          // When all is gone.
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

  // Whoever reads something leaves before it. `path`: of the run file that is recorded to its end then; also of one that
  // nobody records into, because what it was made for could not be.
  void leave(std::shared_ptr<void> what, std::string path = {});
  // Paths of what is gone, each told once.
  std::vector<std::string> gone();
  bool busy() const;                   // Something is leaving, or is gone and nobody has asked yet.
  void wait();                         // Until all is gone.

 private:
  struct Last {
    std::shared_ptr<void> what;
    std::string path;
  };
  void work_off();

  mutable std::mutex mutex_;
  std::condition_variable called_;
  std::deque<Last> waiting_;
  std::vector<std::string> gone_;
  bool working_ = false, over_ = false;
  std::thread thread_;                 // Begun with the first that leaves.
};

}  // namespace window
