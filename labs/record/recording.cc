#include "labs/record/recording.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "mechanisms/core/check.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace record {
namespace {

// So many chunks that were read back are kept at most.
constexpr std::size_t kLoadedChunks = 16;
// Once in so many events the writer looks whether it is too far ahead of the run file. Divides kChunkRows.
constexpr std::size_t kRowsPerLook = 4096;

core::Names names_of(const std::vector<NodeInfo>& nodes) {
  std::vector<std::string> all;
  for (const NodeInfo& node : nodes) all.push_back(node.name);
  return core::Names(std::move(all));
}

}  // namespace

Recording::Recording(RunHeader header, std::size_t memory_budget)
    : header_(std::move(header)), node_names_(names_of(header_.nodes)), budget_(memory_budget) {}

Recording::Recording(RunHeader header, std::vector<std::string> names, std::size_t rows,
                     std::vector<core::Time> first_times, std::unique_ptr<ChunkSource> source, std::size_t memory_budget)
    : header_(std::move(header)),
      node_names_(names_of(header_.nodes)),
      budget_(memory_budget),
      rows_(rows),
      chunks_((rows + kChunkRows - 1) / kChunkRows),
      first_times_(std::move(first_times)),
      names_(std::move(names)),
      source_(std::move(source)),
      stored_(rows),
      oldest_(chunks_.size()) {}

bool Recording::keeps(EventKind kind) const {
  if (header_.level != Level::outline) return true;
  return kind != EventKind::send && kind != EventKind::deliver && kind != EventKind::timer && kind != EventKind::arm &&
         kind != EventKind::persist;
}

bool Recording::keeps_body(EventKind kind) const {
  return header_.level == Level::bodies || (kind != EventKind::send && kind != EventKind::persist);
}

void Recording::on_name(NameId id, std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (names_.size() <= id) names_.resize(id + 1);
  names_[id] = name;
}

void Recording::on_event(const Event& event, core::BytesView body) {
  if (!keeps(event.kind) || cut_off()) return;
  if (!keeps_body(event.kind)) body = {};
  if (size() % kRowsPerLook == 0) wait_for_room();
  if (!writing_ || writing_->rows() == kChunkRows) add_chunk();
  if (cut_off()) return;
  writing_->append(event, body);
  rows_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const Bookmarks> Recording::bookmarks() const {
  const std::lock_guard lock(mutex_);
  return bookmarks_;
}

void Recording::set_bookmarks(Bookmarks all) const {
  auto ordered = std::make_shared<const Bookmarks>(in_order(std::move(all)));
  const std::lock_guard lock(mutex_);
  bookmarks_ = std::move(ordered);
}

void Recording::wait_for_room() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return backlog_ == 0 || size() - stored_ <= backlog_; });
}

// Once in kChunkRows events: a new chunk, and what must be weighed now and then.
void Recording::add_chunk() {
  auto chunk = std::make_shared<Chunk>();
  chunk->first_row = size();
  std::unique_lock lock(mutex_);
  if (writing_) in_memory_ += writing_->bytes();
  if (in_memory_ > budget_ - budget_ / 4) {
    if (!source_ && on_full) {
      lock.unlock();
      std::exchange(on_full, nullptr)();
      lock.lock();
    }
    drop_oldest();
    if (nobody_stores_ && in_memory_ > budget_ - budget_ / 4) {
      if (writing_) in_memory_ -= writing_->bytes();  // It stays the one that is being written, full as it is.
      cut_off_ = true;
      return;
    }
  }
  chunks_.push_back(chunk);
  first_times_.push_back({});
  writing_ = std::move(chunk);
}

void Recording::drop_oldest() {
  while (in_memory_ > budget_ - budget_ / 4 && source_ && oldest_ + 1 < chunks_.size() && (oldest_ + 1) * kChunkRows <= stored_) {
    if (chunks_[oldest_]) {
      in_memory_ -= chunks_[oldest_]->bytes();
      first_times_[oldest_] = core::Time(core::Duration(chunks_[oldest_]->at[0]));
      chunks_[oldest_] = nullptr;
    }
    ++oldest_;
  }
}

void Recording::stored(std::size_t rows) {
  {
    const std::lock_guard lock(mutex_);
    stored_ = rows;
  }
  room_.notify_all();
}

void Recording::attach(std::shared_ptr<ChunkSource> source) {
  const std::lock_guard lock(mutex_);
  source_ = std::move(source);
}

void Recording::give_up_storing() {
  {
    const std::lock_guard lock(mutex_);
    nobody_stores_ = true;
  }
  limit_backlog(0);
}

void Recording::limit_backlog(std::size_t rows) {
  {
    const std::lock_guard lock(mutex_);
    backlog_ = rows;
  }
  room_.notify_all();
}

std::shared_ptr<const Chunk> Recording::chunk_of(std::size_t row) const {
  CHECK(row < size());
  const std::size_t index = row / kChunkRows;
  std::shared_ptr<ChunkSource> source;
  {
    const std::lock_guard lock(mutex_);
    if (chunks_[index]) return chunks_[index];
    source = source_;
  }
  CHECK(source != nullptr);
  auto chunk = source->load(index);
  const std::lock_guard lock(mutex_);
  if (chunks_[index]) return chunks_[index];
  keep_loaded(index, chunk);
  return chunk;
}

void Recording::keep_loaded(std::size_t index, std::shared_ptr<const Chunk> chunk) const {
  loaded_bytes_ += chunk->bytes();
  chunks_[index] = std::move(chunk);
  loaded_.push_back(index);
  while (loaded_.size() > 1 && (loaded_.size() > kLoadedChunks || loaded_bytes_ > budget_ / 4)) {
    auto& oldest = chunks_[loaded_.front()];
    loaded_bytes_ -= oldest->bytes();
    oldest = nullptr;
    loaded_.pop_front();
  }
}

Row Recording::at(std::size_t row) const {
  auto chunk = chunk_of(row);
  const std::size_t i = row - chunk->first_row;
  return {chunk->event(i), chunk->body_of(i), chunk};
}

core::Time Recording::end() const { return size() == 0 ? core::Time{} : at(size() - 1).event.at; }

std::size_t Recording::first_at_or_after(core::Time time) const {
  const std::size_t rows = size();
  if (rows == 0) return 0;
  // The last chunk that begins before `time`, by what is known of each without reading it back.
  std::size_t low = 0, high = (rows + kChunkRows - 1) / kChunkRows;
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    core::Time first;
    {
      const std::lock_guard lock(mutex_);
      first = chunks_[middle] ? core::Time(core::Duration(chunks_[middle]->at[0])) : first_times_[middle];
    }
    (first < time ? low : high) = middle;
  }
  const auto chunk = chunk_of(low * kChunkRows);
  const auto begin = chunk->at.begin();
  const auto count = static_cast<std::ptrdiff_t>(std::min(rows - low * kChunkRows, kChunkRows));
  const auto found = std::lower_bound(begin, begin + count, time.time_since_epoch().count());
  return low * kChunkRows + static_cast<std::size_t>(found - begin);
}

std::string Recording::name(NameId id) const {
  const std::lock_guard lock(mutex_);
  return id < names_.size() ? names_[id] : "?";
}

std::size_t Recording::names() const {
  const std::lock_guard lock(mutex_);
  return names_.size();
}

const NodeInfo* Recording::node(core::NodeId id) const {
  return id >= 1 && id <= header_.nodes.size() ? &header_.nodes[id - 1] : nullptr;
}

void Recording::replay_to(Listener& listener) const {
  for (NameId id = 1; id < names(); ++id) listener.on_name(id, name(id));
  visit(0, size(), [&](const Event& event, core::BytesView body) { listener.on_event(event, body); });
}

std::uint64_t Recording::digest() const {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  for (NameId id = 0; id < names(); ++id) {
    const std::string word = name(id);
    XXH3_64bits_update(&state, word.c_str(), word.size() + 1);
  }
  core::Bytes bytes;
  visit(0, size(), [&](const Event& event, core::BytesView body) {
    bytes.clear();
    core::encode(event, bytes);
    core::encode(static_cast<std::uint64_t>(body.size()), bytes);
    XXH3_64bits_update(&state, bytes.data(), bytes.size());
    XXH3_64bits_update(&state, body.data(), body.size());
  });
  return XXH3_64bits_digest(&state);
}

std::size_t Recording::memory() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = writing_ ? writing_->bytes() : 0;
  for (const auto& chunk : chunks_)
    if (chunk && chunk != writing_) bytes += chunk->bytes();
  return bytes;
}

std::string line_text(const Recording& recording, const Event& e) {
  const auto node = [&](core::NodeId id) {
    const NodeInfo* info = recording.node(id);
    return info ? info->name : std::string("-");
  };
  std::string line = core::text(e.at) + " " + node(e.node) + " " + std::string(core::name_of(e.kind));
  if (e.peer != core::kNobody) line += " " + node(e.peer);
  if (e.type != 0) line += " " + recording.name(e.type);
  if (e.kind == EventKind::metric || e.kind == EventKind::show) line += " " + core::text(e.value);
  return line;
}

}  // namespace record
