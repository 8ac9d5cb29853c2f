#include "app/library/comparison.h"

#include <algorithm>

namespace library {

Comparison::Comparison(std::vector<Wanted> runs, std::function<void()> on_change, std::string alignment)
    : wanted_(std::move(runs)), on_change_(std::move(on_change)), alignment_(std::move(alignment)), thread_([this] { work_off(); }) {}

Comparison::~Comparison() {
  cancelled_ = true;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  called_.notify_all();
  thread_.join();
}

std::shared_ptr<const Compared> Comparison::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}
std::optional<Comparison::Work> Comparison::work() const {
  const std::lock_guard lock(mutex_);
  return work_;
}
void Comparison::cancel() { cancelled_ = true; }

void Comparison::align(const std::string& alignment) {
  {
    const std::lock_guard lock(mutex_);
    alignment_ = alignment, again_ = true;
  }
  cancelled_ = false;
  called_.notify_all();
}

void Comparison::set_baseline(std::size_t which) {
  {
    const std::lock_guard lock(mutex_);
    baseline_ = which, again_ = true;
  }
  cancelled_ = false;
  called_.notify_all();
}

void Comparison::wait() {
  std::unique_lock lock(mutex_);
  called_.wait(lock, [&] { return !busy_ && !again_; });
}

void Comparison::tell(const std::string& words, double part) {
  if (cancelled_) throw Cancelled{};
  {
    const std::lock_guard lock(mutex_);
    work_ = Work{words, part};
  }
  if (on_change_) on_change_();
}

void Comparison::publish(const std::function<void(Compared&)>& change) {
  {
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<Compared>(*known_);
    change(*next);
    known_ = std::move(next);
  }
  if (on_change_) on_change_();
}

void Comparison::work_off() {
  bool read_all = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    lock.unlock();
    try {
      const double share = 0.8 / static_cast<double>(std::max<std::size_t>(1, wanted_.size()));
      if (!read_all)
        for (std::size_t i = 0; i < wanted_.size(); ++i) read(wanted_[i], share * static_cast<double>(i), share);
      read_all = true;
      align_and_part();
    } catch (const Cancelled&) {
      // What is known stays.
    }
    lock.lock();
    busy_ = false, work_.reset();
    called_.notify_all();
    lock.unlock();
    if (on_change_) on_change_();
    lock.lock();
    called_.wait(lock, [&] { return over_ || again_; });
    if (over_) return;
    // A cancelled reading is not taken up again: what was not read is not asked for.
    read_all = true;
    again_ = false, busy_ = true;
  }
}

void Comparison::read(const Wanted& wanted, double from, double share) {
  const std::string words = "Reading " + wanted.name;
  tell(words, from);
  const auto one = compare::read_run(wanted.path, wanted.name, &cancelled_, [&](double part) { tell(words, from + share * part); }, wanted.recording);
  if (cancelled_) throw Cancelled{};
  publish([&](Compared& all) { all.runs.push_back(one); });
}

void Comparison::align_and_part() {
  std::string alignment;
  std::size_t baseline = 0;
  std::shared_ptr<const Compared> now;
  {
    const std::lock_guard lock(mutex_);
    alignment = alignment_, baseline = baseline_, now = known_;
  }
  if (baseline >= now->runs.size()) return;
  Compared all = compare::compared(now->runs, baseline, alignment, [&](double part) { tell("Aligning, and looking where they part", 0.8 + 0.2 * part); });
  publish([&](Compared& known) { known = std::move(all); });
}

}  // namespace library
