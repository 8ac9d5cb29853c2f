#include "labs/record/recording.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/labs/record/made_run.h"

namespace record {
namespace {

constexpr std::uint64_t kSeveralChunks = 3 * kChunkRows + 100;

TEST(Recording, HoldsWhatItWasTold) {
  Recording recording(made_header());
  tell_names(recording);
  tell(recording, 0, kSeveralChunks);
  EXPECT_EQ(differs_from_made(recording, kSeveralChunks), "");
  EXPECT_EQ(recording.name(1), "RequestVote");
  EXPECT_EQ(recording.names(), made_names().size() + 1);
  EXPECT_EQ(recording.end(), made_event(kSeveralChunks - 1).event.at);
  ASSERT_NE(recording.node(2), nullptr);
  EXPECT_EQ(recording.node(2)->name, "S2");
  EXPECT_EQ(recording.node(core::kNobody), nullptr);
  EXPECT_EQ(recording.node(6), nullptr);
}

TEST(Recording, AnEmptyOneHasNoRowsAndNoEnd) {
  const Recording recording(made_header());
  EXPECT_EQ(recording.size(), 0u);
  EXPECT_EQ(recording.end(), core::Time{});
  EXPECT_EQ(recording.first_at_or_after(core::Time{}), 0u);
}

TEST(Recording, WithoutBodiesKeepsTheEventsButNotTheMessages) {
  Recording recording(made_header(Level::events));
  tell(recording, 0, 600);
  ASSERT_EQ(recording.size(), 600u);
  int notes = 0;
  recording.visit(0, 600, [&](const Event& event, core::BytesView body) {
    EXPECT_EQ(body.empty(), event.kind != EventKind::note);
    notes += event.kind == EventKind::note;
  });
  EXPECT_EQ(notes, 100);
}

TEST(Recording, AnOutlineHasGapsInTheIdsButNotInTheRows) {
  Recording recording(made_header(Level::outline));
  tell(recording, 0, 600);
  ASSERT_EQ(recording.size(), 200u);
  for (std::size_t row = 0; row < recording.size(); ++row) {
    const Event event = recording.at(row).event;
    EXPECT_TRUE(event.kind == EventKind::metric || event.kind == EventKind::note);
    EXPECT_EQ(event.id, row / 2 * 6 + row % 2 + 4);
  }
}

TEST(Recording, FindsTheFirstRowOfAnyMoment) {
  Recording recording(made_header());
  tell(recording, 0, kSeveralChunks);
  for (const std::uint64_t row : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{kChunkRows - 1}, std::uint64_t{kChunkRows},
                                  std::uint64_t{kChunkRows + 1}, std::uint64_t{2 * kChunkRows}, kSeveralChunks - 1}) {
    const core::Time at = made_event(row).event.at;
    EXPECT_EQ(recording.first_at_or_after(at), row / 3 * 3) << row;
    EXPECT_EQ(recording.first_at_or_after(at - core::Duration(1)), row / 3 * 3) << row;
  }
  EXPECT_EQ(recording.first_at_or_after(core::Time::max()), recording.size());
}

std::uint64_t digest_of(Level level, std::uint64_t rows, std::uint64_t changed_row = ~std::uint64_t{0},
                        const std::function<void(MadeEvent&)>& change = {}) {
  Recording recording(made_header(level));
  tell_names(recording);
  for (std::uint64_t i = 0; i < rows; ++i) {
    MadeEvent made = made_event(i);
    if (i == changed_row) change(made);
    recording.on_event(made.event, bytes_of(made.body));
  }
  return recording.digest();
}

TEST(Recording, EqualRunsHaveEqualDigestsAndAnyChangeShows) {
  constexpr std::uint64_t kRows = kChunkRows + 50;
  const std::uint64_t whole = digest_of(Level::bodies, kRows);
  EXPECT_EQ(digest_of(Level::bodies, kRows), whole);
  EXPECT_NE(digest_of(Level::bodies, kRows - 1), whole);
  EXPECT_NE(digest_of(Level::events, kRows), whole);
  const std::uint64_t row = kChunkRows + 10;
  for (const auto& change : std::vector<std::function<void(MadeEvent&)>>{
           [](MadeEvent& m) { m.event.at += core::Duration(1); }, [](MadeEvent& m) { ++m.event.node; },
           [](MadeEvent& m) { m.event.value = 1; }, [](MadeEvent& m) { m.event.kind = EventKind::crash; },
           [](MadeEvent& m) { ++m.event.ref; }, [](MadeEvent& m) { m.event.type = 2; }, [](MadeEvent& m) { m.body += "x"; }})
    EXPECT_NE(digest_of(Level::bodies, kRows, row, change), whole);
}

TEST(Recording, ReplayedIntoAnotherItIsTheSameRun) {
  Recording recording(made_header());
  tell_names(recording);
  tell(recording, 0, 5000);
  Recording other(made_header());
  recording.replay_to(other);
  EXPECT_EQ(other.digest(), recording.digest());
}

TEST(Recording, ALineSaysWhatHappenedInWords) {
  Recording recording(made_header());
  tell_names(recording);
  tell(recording, 0, 4);
  EXPECT_EQ(line_text(recording, recording.at(0).event), "0s S1 send S2 RequestVote");
  EXPECT_EQ(line_text(recording, recording.at(1).event), "0s S2 deliver S1 RequestVote");
}

// Run it under -fsanitize=thread.
TEST(Recording, ManyMayReadWhileOneWrites) {
  Recording recording(made_header());
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0}, looked{0};
  const auto read = [&] {
    do {
      const std::size_t rows = recording.size();
      if (rows == 0) continue;
      for (std::size_t row = rows > 200 ? rows - 200 : 0; row < rows; ++row) {
        const Row seen = recording.at(row);
        const MadeEvent made = made_event(row);
        if (!(seen.event == made.event) || text_of(seen.body) != made.body) ++wrong;
        ++looked;
      }
      if (recording.first_at_or_after(recording.end()) >= recording.size()) ++wrong;
      if (recording.names() > made_names().size() && recording.name(1) != "RequestVote") ++wrong;
    } while (!done);
  };
  std::thread first(read), second(read);
  tell_names(recording);
  tell(recording, 0, kSanitized ? kSeveralChunks : 10 * kSeveralChunks);
  done = true;
  first.join(), second.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(looked, 0u);
}

}  // namespace
}  // namespace record
