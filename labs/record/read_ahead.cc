#include "labs/record/read_ahead.h"

namespace record {

std::shared_ptr<const Chunk> ReadAhead::load(std::size_t index) {
  bool follows = false;
  const Loading loading = ask(index, follows);
  auto chunk = loading.valid() ? loading.get() : source_->load(index);
  if (follows) go_on_after(index);
  return chunk;
}

ReadAhead::Loading ReadAhead::ask(std::size_t index, bool& follows) {
  const std::lock_guard lock(mutex_);
  follows = index == next_;
  next_ = index + 1;
  return ahead_index_ == index ? ahead_ : Loading();
}

void ReadAhead::go_on_after(std::size_t index) {
  const std::lock_guard lock(mutex_);
  // Several who read at once are ahead by themselves.
  if (next_ != index + 1 || next_ >= chunks_) return;
  ahead_index_ = next_;
  ahead_ = std::async(std::launch::async, [this, next = next_] { return source_->load(next); }).share();
}

}  // namespace record
