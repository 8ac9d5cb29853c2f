// Loads the next chunk while somebody works on the last: who reads a run file from its beginning to its end waits only for
// whichever of the two takes longer. Who jumps about gets what is asked for and no more.
#pragma once
#include <future>
#include <memory>
#include <mutex>

#include "labs/record/recording.h"

namespace record {

class ReadAhead : public ChunkSource {
 public:
  // `source` may be asked from several threads.
  ReadAhead(std::unique_ptr<ChunkSource> source, std::size_t chunks) : source_(std::move(source)), chunks_(chunks) {}
  std::shared_ptr<const Chunk> load(std::size_t index) override;

 private:
  using Loading = std::shared_future<std::shared_ptr<const Chunk>>;
  // What is loaded already, if it is this one. Remembers that this one was asked for, and whether it follows the last.
  Loading ask(std::size_t index, bool& follows);
  void go_on_after(std::size_t index);

  const std::unique_ptr<ChunkSource> source_;
  const std::size_t chunks_;
  std::mutex mutex_;
  std::size_t next_ = 0, ahead_index_ = 0;   // After the last that was asked for; which one `ahead_` is.
  Loading ahead_;                            // Its end waits until it is loaded.
};

}  // namespace record
