// Runs whose file turns out to be damaged, or to hold what no world ever said, only when it is looked at: that is said, and
// the window goes on.
#include <atomic>

#include "app/window/shell.h"
#include "app/window/stage.h"
#include "imgui.h"
#include "labs/record/open_run.h"
#include "playing.h"
#include "tests/app/library/made_library.h"

namespace window {
namespace {

// A file that is sound until it is torn.
class Torn : public record::ChunkSource {
 public:
  Torn(std::shared_ptr<const record::Recording> whole, const std::atomic<bool>& torn) : whole_(std::move(whole)), torn_(torn) {}
  std::shared_ptr<const record::Chunk> load(std::size_t index) override {
    if (torn_) throw record::BadRun("torn.run is damaged: event " + std::to_string(index * record::kChunkRows) + " cannot be read");
    return whole_->chunk_of(index * record::kChunkRows);
  }

 private:
  std::shared_ptr<const record::Recording> whole_;
  const std::atomic<bool>& torn_;
};

// More chunks than anybody keeps at hand, and no memory to keep them in.
std::shared_ptr<const record::Recording> run_of(const std::atomic<bool>& is_torn) {
  const record::RunHeader header{"test", "raft-elections", "# Lab", "simulated", 1, {}, record::Level::bodies, {{1, "S1", "raft", "servers"}}};
  auto whole = std::make_shared<record::Recording>(header);
  std::vector<core::Time> times;
  const std::size_t rows = 12 * record::kChunkRows;
  for (std::size_t i = 0; i < rows; ++i) {
    record::Event event;
    event.at = core::kStart + std::chrono::microseconds(i), event.id = i + 1, event.kind = record::EventKind::note, event.node = 1;
    if (i % record::kChunkRows == 0) times.push_back(event.at);
    whole->on_event(event, {});
  }
  return std::make_shared<record::Recording>(header, std::vector<std::string>{""}, rows, times, std::make_unique<Torn>(whole, is_torn), 0);
}

// Text that stands on the screen for a while.
bool says(const Stage& stage, const std::string& words) {
  for (const auto& probe : stage.probes())
    if (probe.name.starts_with("said:") && probe.name.find(words) != std::string::npos) return true;
  return false;
}

TEST(DamagedRun, IsClosedWithAWordWhenAFrameCannotReadIt) {
  std::atomic<bool> is_torn{false};
  Stage stage(1600, 1000);
  Shell shell({[] {}, {}, {}, "test", {}});
  const auto frame = [&] { stage.frame([&] { shell.draw(1.0 / 60); }); };
  shell.open(std::make_unique<session::Session>(run_of(is_torn)));
  for (int i = 0; i < 2000 && (shell.player()->view().indexed < 1 || shell.busy()); ++i) frame();
  ASSERT_NE(shell.player(), nullptr);
  is_torn = true;
  shell.wish(Show{"events"});
  for (int i = 0; i < 20 && shell.player() != nullptr; ++i) {
    shell.wish(Seek{core::kStart + std::chrono::milliseconds(10 * i)});
    frame();
  }
  EXPECT_EQ(shell.player(), nullptr);
  for (int i = 0; i < 3; ++i) frame();   // All windows, groups and colours were ended: ImGui would complain.
  EXPECT_TRUE(says(stage, "torn.run is damaged"));
}

// A command that no world ever gave is in nobody's way until it must be understood; then it is named.
TEST(DamagedRun, SaysWhichOfItsCommandsIsNone) {
  const record::Folder folder;
  {
    record::Recording recording({"test", "raft-elections", std::string(catalog::load_lab("raft-elections").text), "simulated", 1, {},
                                 record::Level::bodies, {{1, "S1", "raft", "servers"}}});
    record::RunStore store(recording, folder / "odd.run");
    record::Event event;
    event.id = 1, event.kind = record::EventKind::command;
    const std::string words = "frobnicate %s ## \x01";
    recording.on_event(event, core::BytesView(reinterpret_cast<const std::uint8_t*>(words.data()), words.size()));
    event.id = 2, event.at = core::kStart + 1s, event.kind = record::EventKind::note, event.node = 1;
    recording.on_event(event, {});
  }
  Playing play(std::make_unique<session::Session>(record::open_run(folder / "odd.run")));
  play.wish(Undo{});
  ASSERT_EQ(play.said.size(), 1u);
  EXPECT_NE(play.said.front().find("frobnicate"), std::string::npos) << play.said.front();
  // A branch that cannot be made says so, and is nothing to make another of.
  play.wish(GuideRestart{1});
  play.rest();
  EXPECT_NE(play.view().status.trouble.find("frobnicate"), std::string::npos) << play.view().status.trouble;
  play.wish(Fork{core::kStart + 1s});
  EXPECT_NE(play.said.back().find("frobnicate"), std::string::npos) << play.said.back();
}

}  // namespace
}  // namespace window
