#include "labs/timeline/flights.h"

#include <algorithm>
#include <array>

namespace timeline {

Flights::Open Flights::open(std::size_t row, const record::Chunk& chunk) const {
  const std::size_t i = in_chunk(row);
  return {static_cast<std::uint32_t>(row), chunk.node[i], chunk.peer[i], chunk.type[i], chunk.at[i]};
}

void Flights::send(std::size_t row, const record::Chunk& chunk) {
  fates_[row] = kUnderWay;
  since_.push_back(open(row, chunk));
  ++under_way_;
}

// The first delivery is a message's end; while there is none, the first drop.
Flights::Change Flights::end(std::size_t row, std::size_t send_row, bool dropped) {
  if (send_row >= row || fates_[send_row] == kNoSend) return Change::nothing;   // A foreign file's.
  std::uint32_t& word = fates_[send_row];
  const std::uint32_t was = word;
  if (was != kUnderWay && (dropped || !was_lost(was))) return Change::nothing;
  word = static_cast<std::uint32_t>(row - send_row) * 2 + (dropped ? 1 : 0);
  if (was == kUnderWay) {
    --under_way_;
    return dropped ? Change::lost : Change::delivered;
  }
  // A copy was dropped and thought to be all; now it is known that the message was under way all the time.
  reopen(open(send_row, chunks_.of(send_row)), end_of(send_row, was), row);
  return Change::delivered_after_all;
}

void Flights::reopen(const Open& open, std::size_t from, std::size_t to) {
  for (auto at = checkpoints_.rbegin(); at != checkpoints_.rend() && at->row > from; ++at) {
    if (at->row > to) continue;
    const auto place = std::lower_bound(at->open.begin(), at->open.end(), open.send,
                                        [](const Open& o, std::uint32_t send) { return o.send < send; });
    if (place == at->open.end() || place->send != open.send) at->open.insert(place, open);
  }
}

void Flights::look(std::size_t rows) {
  if (rows < next_look_) return;
  Checkpoint next{rows, {}};
  next.open.reserve(under_way_);
  const auto keep = [&](const Open& open) {
    if (fates_[open.send] == kUnderWay) next.open.push_back(open);
  };
  if (!checkpoints_.empty()) std::for_each(checkpoints_.back().open.begin(), checkpoints_.back().open.end(), keep);
  std::for_each(since_.begin(), since_.end(), keep);
  since_.clear();
  checkpoints_.push_back(std::move(next));
  next_look_ = rows + std::max(kSpacing, kRowsPerOpen * under_way_);
}

Flights::Fate Flights::fate(std::size_t row) const {
  const std::uint32_t word = fates_[row];
  if (word == kNoSend) return Fate::no_send;
  if (word == kUnderWay) return Fate::under_way;
  return was_lost(word) ? Fate::lost : Fate::delivered;
}

std::size_t Flights::end_of(std::size_t row) const {
  return row < fates_.size() && ended(fates_[row]) ? end_of(row, fates_[row]) : kNone;
}

// Written where it stays, field by field: one that is made first and copied then costs three times as much.
void Flights::add(std::size_t row, std::uint32_t word, std::vector<Flight>& all) const {
  const record::Chunk& chunk = chunks_.of(row);
  const std::size_t i = in_chunk(row);
  Flight& flight = all.emplace_back();
  flight.send = row;
  flight.from = chunk.node.data()[i], flight.to = chunk.peer.data()[i], flight.type = chunk.type.data()[i];
  flight.left = time_of(chunk.at.data()[i]);
  end(row, word, flight);
}

void Flights::add(const Open& open, std::uint32_t word, std::vector<Flight>& all) const {
  Flight& flight = all.emplace_back();
  flight.send = open.send;
  flight.from = open.from, flight.to = open.to, flight.type = open.type;
  flight.left = time_of(open.left);
  end(open.send, word, flight);
}

void Flights::end(std::size_t send, std::uint32_t word, Flight& flight) const {
  flight.ends = core::Time::max();
  if (!ended(word)) return;
  flight.end = end_of(send, word);
  flight.ends = time_of(chunks_.of(flight.end).at[in_chunk(flight.end)]);
  flight.lost = was_lost(word);
}

const Flights::Checkpoint* Flights::checkpoint_before(std::size_t rows) const {
  const auto after = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), rows,
                                      [](std::size_t row, const Checkpoint& c) { return row < c.row; });
  return after == checkpoints_.begin() ? nullptr : &*(after - 1);
}

std::vector<Flight> Flights::at(std::size_t rows, std::size_t at_most) const {
  std::vector<Flight> all;
  const Checkpoint* const checkpoint = checkpoint_before(rows);
  // About as many are under way as were a little before.
  if (checkpoint) all.reserve(std::min(at_most, checkpoint->open.size() + checkpoint->open.size() / 4 + 16));
  if (checkpoint)
    for (const Open& open : checkpoint->open) {
      if (all.size() >= at_most) return all;
      const std::uint32_t word = fates_[open.send];
      if (under_way(open.send, word, rows)) add(open, word, all);
    }
  // Few of the rows since then are what is looked for, in no order that a processor could guess: those of a block are
  // gathered without a branch.
  std::array<std::uint32_t, Blocks<std::uint32_t>::kBlock> found;
  for (std::size_t row = checkpoint ? checkpoint->row : 0; row < rows && all.size() < at_most;) {
    const std::uint32_t* const run = fates_.run(row);
    const std::size_t stop = std::min(rows, (row / fates_.kBlock + 1) * fates_.kBlock);
    std::size_t count = 0;
    for (std::size_t i = 0; i < stop - row; ++i) found.data()[count] = static_cast<std::uint32_t>(i), count += under_way(row + i, run[i], rows);
    for (std::size_t i = 0; i < count && all.size() < at_most; ++i) add(row + found.data()[i], run[found.data()[i]], all);
    row = stop;
  }
  return all;
}

std::size_t Flights::count_at(std::size_t rows) const {
  std::size_t count = 0;
  const Checkpoint* const checkpoint = checkpoint_before(rows);
  if (checkpoint)
    for (const Open& open : checkpoint->open) count += under_way(open.send, fates_[open.send], rows);
  for (std::size_t row = checkpoint ? checkpoint->row : 0; row < rows;) {
    const std::uint32_t* const run = fates_.run(row);
    const std::size_t stop = std::min(rows, (row / fates_.kBlock + 1) * fates_.kBlock);
    for (std::size_t i = 0; row < stop; ++row, ++i) count += under_way(row, run[i], rows);
  }
  return count;
}

std::size_t Flights::memory() const {
  std::size_t bytes = fates_.memory() + since_.capacity() * sizeof(Open) + checkpoints_.capacity() * sizeof(Checkpoint);
  for (const auto& checkpoint : checkpoints_) bytes += checkpoint.open.capacity() * sizeof(Open);
  return bytes;
}

}  // namespace timeline
