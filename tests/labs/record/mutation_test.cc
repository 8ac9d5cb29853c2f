// A run file that was damaged, by chance or by somebody, opens or is refused: it never crashes, hangs or eats
// memory.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "tests/labs/record/foreign_file.h"

namespace record {
namespace {

namespace fs = std::filesystem;

class Mutant : public testing::Test {
 protected:
  void SetUp() override {
    write_sound_run(folder_ / "small", 900);
    write_sound_run(folder_ / "large", kChunkRows + 900);
    small_ = bytes_in(folder_ / "small"), large_ = bytes_in(folder_ / "large");
    ASSERT_EQ(read_whole(folder_ / "small"), "");
    ASSERT_EQ(read_whole(folder_ / "large"), "");
  }
  void TearDown() override {
    std::printf("%d of %d mutants could be read\n", read_, tried_);
    EXPECT_LT(read_, tried_) << "none of them was damaged";
  }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(chance_() % end); }
  // Once in ten times the one of two chunks.
  const std::string& sound() { return below(10) == 0 ? large_ : small_; }
  void try_bytes(const std::string& bytes) {
    write_bytes(folder_ / "mutant", bytes);
    ++tried_;
    if (read_whole(folder_ / "mutant").empty()) ++read_;
  }

  Folder folder_;
  std::string small_, large_;
  std::mt19937_64 chance_{20};
  int tried_ = 0, read_ = 0;
};

TEST_F(Mutant, WithFlippedBits) {
  for (int trial = 0; trial < trials(400, 8000); ++trial) {
    std::string bytes = sound();
    for (std::size_t flips = 1 + below(8); flips > 0; --flips) {
      char& byte = bytes[below(bytes.size())];
      byte = static_cast<char>(byte ^ (1 << below(8)));
    }
    try_bytes(bytes);
  }
}

TEST_F(Mutant, CutOffAnywhere) {
  for (int trial = 0; trial < trials(150, 2000); ++trial) {
    const std::string& bytes = sound();
    const std::size_t length = trial % 2 == 0 ? below(bytes.size()) : below(bytes.size() / 8192) * 8192;
    try_bytes(bytes.substr(0, length));
  }
}

TEST_F(Mutant, WithPagesOverwritten) {
  for (int trial = 0; trial < trials(400, 6000); ++trial) {
    std::string bytes = sound();
    const std::size_t page = below(bytes.size() / 8192) * 8192;
    switch (below(4)) {
      case 0:  // A few bytes where a page says what it is and where its cells are.
        for (std::size_t i = 0; i < 4; ++i) bytes[page + below(64)] = static_cast<char>(chance_());
        break;
      case 1:
        for (std::size_t i = 0; i < 8192; ++i) bytes[page + i] = static_cast<char>(chance_());
        break;
      case 2:
        bytes.replace(page, 8192, 8192, '\0');
        break;
      default:
        bytes.replace(page, 8192, bytes.substr(below(bytes.size() / 8192) * 8192, 8192));
        break;
    }
    try_bytes(bytes);
  }
}

TEST_F(Mutant, WithAHeaderOfAnotherFile) {
  for (int trial = 0; trial < trials(300, 4000); ++trial) {
    std::string bytes = sound();
    const char odd[] = {0, 1, 2, 127, -128, -1, static_cast<char>(chance_())};
    for (std::size_t changes = 1 + below(3); changes > 0; --changes)
      bytes[16 + below(84)] = odd[below(sizeof odd)];
    try_bytes(bytes);
  }
}

// Values that well-formed SQLite can hold and a run cannot.
TEST_F(Mutant, WithAbsurdValues) {
  const std::vector<std::string> values{"NULL",
                                        "-1",
                                        "0",
                                        "1",
                                        "6",
                                        "17",
                                        "255",
                                        "256",
                                        "2147483648",
                                        "4294967295",
                                        "4294967296",
                                        "4611686018427387905",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "1.5",
                                        "9e999",
                                        "-9e999",
                                        "'text'",
                                        "''",
                                        "x''",
                                        "zeroblob(10)",
                                        "zeroblob(3000000)",
                                        "randomblob(100)",
                                        "CAST(x'ff00fe' AS TEXT)"};
  const std::vector<std::string> places{
      "events SET row",  "events SET id",   "events SET t_ns", "events SET kind",  "events SET node",
      "events SET peer", "events SET type", "events SET ref",  "events SET value", "events SET body",
      "names SET id",    "names SET name",  "nodes SET id",    "nodes SET kind",   "meta SET value",
      "meta SET key",    "kinds SET name"};
  for (int trial = 0; trial < trials(400, 6000); ++trial) {
    write_bytes(folder_ / "mutant", sound());
    const std::string& place = places[below(places.size())];
    std::string sql = "UPDATE OR IGNORE " + place + " = " + values[below(values.size())];
    if (place.starts_with("events")) sql += " WHERE row = " + std::to_string(below(900));
    if (place.starts_with("meta")) sql += " WHERE key = 'header'";
    change(folder_ / "mutant", sql);
    ++tried_;
    if (read_whole(folder_ / "mutant").empty()) ++read_;
  }
}

TEST_F(Mutant, WithAHeaderOfTheRunThatIsNoHeader) {
  const core::Bytes header = core::encode(made_header());
  for (int trial = 0; trial < trials(300, 4000); ++trial) {
    core::Bytes changed = header;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes)
      changed[below(changed.size())] = static_cast<std::uint8_t>(chance_());
    if (trial % 3 == 0) changed.resize(below(changed.size()));
    std::string hex;
    for (const std::uint8_t byte : changed)
      hex += "0123456789abcdef"[byte >> 4], hex += "0123456789abcdef"[byte & 15];
    write_bytes(folder_ / "mutant", small_);
    ASSERT_EQ(change(folder_ / "mutant", "UPDATE meta SET value = x'" + hex + "' WHERE key = 'header'"), "");
    ++tried_;
    if (read_whole(folder_ / "mutant").empty()) ++read_;
  }
}

// As after a kill, with a log that was damaged.
TEST_F(Mutant, WithADamagedLogBesideIt) {
  std::string log, bytes;
  {
    Recording recording(made_header());
    RunStore store(recording, folder_ / "going");
    tell_names(recording);
    tell(recording, 0, 900);
    while (store.stored() < 900) std::this_thread::yield();
    bytes = bytes_in(folder_ / "going"), log = bytes_in(folder_ / "going-wal");
  }
  ASSERT_GT(log.size(), 32u);
  for (int trial = 0; trial < trials(200, 3000); ++trial) {
    std::string changed = log;
    if (trial % 4 == 0) changed.resize(below(log.size()));
    for (std::size_t flips = below(4); flips > 0 && !changed.empty(); --flips)
      changed[below(trial % 2 == 0 ? std::min<std::size_t>(changed.size(), 64) : changed.size())] =
          static_cast<char>(chance_());
    write_bytes(folder_ / "mutant-wal", changed);
    try_bytes(trial % 3 == 0 ? small_ : bytes);
    EXPECT_EQ(bytes_in(folder_ / "mutant-wal"), changed) << "what lies beside a file is never touched";
  }
}

}  // namespace
}  // namespace record
