#include "labs/compare/many.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace compare {

void do_many(std::size_t count, unsigned jobs, const std::function<void(std::size_t, const std::function<bool()>&)>& work, const Progress& told) {
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<unsigned> working{std::max(1u, std::min(jobs, static_cast<unsigned>(std::max<std::size_t>(1, count))))};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr failure;
  const std::function<bool()> stopped = [&] { return stop.load(std::memory_order_relaxed); };
  const auto labour = [&] {
    try {
      for (std::size_t which = next++; which < count && !stop; which = next++) work(which, stopped), ++done;
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      stop = true;
    }
    --working;
  };
  std::vector<std::jthread> threads;
  for (unsigned i = working; i > 0; --i) threads.emplace_back(labour);
  try {
    while (working > 0) {
      told(count == 0 ? 1 : static_cast<double>(done) / static_cast<double>(count));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  } catch (...) {
    stop = true;
    threads.clear();
    throw;
  }
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace compare
