// The next chunk of a file is loaded while the last is worked on, and nothing that nobody will ask for.
#include "labs/record/read_ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "labs/record/run_file.h"

namespace record {
namespace {

using namespace std::chrono_literals;

// Chunks of nothing; which were asked for, how often.
struct Counted : ChunkSource {
  explicit Counted(std::array<std::atomic<int>, 8>& loads) : loads_(loads) {}
  std::shared_ptr<const Chunk> load(std::size_t index) override {
    ++loads_[index];
    if (index == 7) throw BadRun("the eighth is damaged");
    auto chunk = std::make_shared<Chunk>();
    chunk->first_row = index * kChunkRows;
    return chunk;
  }
  std::array<std::atomic<int>, 8>& loads_;
};

struct ReadAheadOf : testing::Test {
  std::vector<int> loads() const { return {counted.begin(), counted.end()}; }
  bool comes_to(std::size_t index, int times) const {
    for (int i = 0; i < 2000 && counted[index] < times; ++i) std::this_thread::sleep_for(1ms);
    return counted[index] == times;
  }
  std::array<std::atomic<int>, 8> counted{};
};

TEST_F(ReadAheadOf, TheNextIsLoadedBeforeAnybodyAsks) {
  ReadAhead ahead(std::make_unique<Counted>(counted), 8);
  EXPECT_EQ(ahead.load(0)->first_row, 0u);
  EXPECT_TRUE(comes_to(1, 1));
  EXPECT_EQ(ahead.load(1)->first_row, kChunkRows);
  EXPECT_TRUE(comes_to(2, 1));
  EXPECT_EQ(counted[1], 1) << "it was loaded once";
}

TEST_F(ReadAheadOf, WhoReadsAllOfItLoadsEachOnce) {
  {
    ReadAhead ahead(std::make_unique<Counted>(counted), 7);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(ahead.load(i)->first_row, i * kChunkRows);
  }
  EXPECT_EQ(loads(), (std::vector<int>{1, 1, 1, 1, 1, 1, 1, 0})) << "and none that there is not";
}

TEST_F(ReadAheadOf, WhoJumpsAboutGetsWhatIsAskedForAndNoMore) {
  {
    ReadAhead ahead(std::make_unique<Counted>(counted), 8);
    for (const std::size_t i : {5u, 2u, 4u, 1u}) EXPECT_EQ(ahead.load(i)->first_row, i * kChunkRows);
  }
  EXPECT_EQ(loads(), (std::vector<int>{0, 1, 1, 0, 1, 1, 0, 0}));
}

TEST_F(ReadAheadOf, WhatIsDamagedIsToldToWhoAsksForIt) {
  ReadAhead ahead(std::make_unique<Counted>(counted), 8);
  for (std::size_t i = 0; i < 7; ++i) ahead.load(i);
  EXPECT_TRUE(comes_to(7, 1)) << "nobody has asked for it yet, and nobody was told";
  EXPECT_THROW(ahead.load(7), BadRun);
  EXPECT_EQ(ahead.load(3)->first_row, 3 * kChunkRows) << "the others can be read";
}

TEST_F(ReadAheadOf, SeveralWhoReadAtOnceGetTheirOwn) {
  ReadAhead ahead(std::make_unique<Counted>(counted), 7);
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0};
  for (int reader = 0; reader < 4; ++reader)
    readers.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        for (std::size_t i = 0; i < 7; ++i) wrong += ahead.load(i)->first_row != i * kChunkRows;
    });
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace record
