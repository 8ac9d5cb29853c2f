#include "app/window/leaving.h"

#include <utility>

namespace window {

Leaving::~Leaving() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  called_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Leaving::leave(std::shared_ptr<void> what, std::string path) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(what), std::move(path)});
  }
  called_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread([this] { work_off(); });
}

void Leaving::work_off() {
  std::unique_lock lock(mutex_);
  for (;;) {
    called_.wait(lock, [&] { return over_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Last last = std::move(waiting_.front());
    waiting_.pop_front();
    working_ = true;
    lock.unlock();
    last.what.reset();
    lock.lock();
    working_ = false;
    if (!last.path.empty()) gone_.push_back(std::move(last.path));
    called_.notify_all();
  }
}

std::vector<std::string> Leaving::gone() {
  const std::lock_guard lock(mutex_);
  return std::exchange(gone_, {});
}

bool Leaving::busy() const {
  const std::lock_guard lock(mutex_);
  return working_ || !waiting_.empty() || !gone_.empty();
}

void Leaving::wait() {
  std::unique_lock lock(mutex_);
  called_.wait(lock, [&] { return waiting_.empty() && !working_; });
}

}  // namespace window
