// Runs the scripts of golden/, each of which tells one story of boards: see tests/mechanisms/golden.h for their form. A
// broken promise fails the script, unless its title says that it shows a flaw.
//
//   boards N [NAME=VALUE ..]            B1, B2 ... on which nobody writes but the script
//   set NAME=VALUE ..                   of all boards
//   ask|answer B1 WORDS                 somebody writes
//   skew B1 5s                          a clock is so far from the true time
//   slow B1 B2 2s                       messages from one to the other take so long
//   cut B1 B2, heal
//   crash B1, restart B1
//   run 10s
//   board B1                            what stands there
#include <gtest/gtest.h>

#include "mechanisms/core/text.h"
#include "tests/mechanisms/golden.h"
#include "tests/mechanisms/time/board/boards.h"

namespace board {
namespace {

const std::filesystem::path kFolder = SOURCE_DIR "/tests/mechanisms/time/board/golden";

class Script {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    do_it();
    for (const core::NodeId id : boards_->ids) {
      const auto& notes = boards_->world[id].notes;
      for (std::size_t& told = told_[id]; told < notes.size(); ++told) printed_.push_back("B" + std::to_string(id) + ": " + notes[told]);
    }
    if (!broken().empty()) printed_.push_back("*** broken: " + broken());
    return printed_;
  }
  std::string broken() const { return boards_->broken(); }

 private:
  core::NodeId node(std::size_t i) const { return static_cast<core::NodeId>(std::stoul(words_.at(i).substr(1))); }
  core::Duration duration(std::size_t i) const {
    core::Duration d{};
    EXPECT_TRUE(core::parse(words_.at(i), d)) << words_.at(i);
    return d;
  }
  void change(std::size_t from) {
    for (std::size_t i = from; i < words_.size(); ++i) {
      const auto equals = words_[i].find('=');
      EXPECT_EQ(core::set_setting(settings_, words_[i].substr(0, equals), words_[i].substr(equals + 1)), "");
    }
  }

  void do_it() {
    const std::string& verb = words_.at(0);
    if (verb == "boards") {
      change(2);
      boards_ = std::make_unique<Boards>(std::stoul(words_.at(1)), settings_);
    } else if (verb == "set") {
      change(1);
      boards_->set(settings_);
    } else if (verb == "ask" || verb == "answer") {
      std::string all = verb;
      for (std::size_t i = 2; i < words_.size(); ++i) all += " " + words_[i];
      if (const auto refused = boards_->world.tell(node(1), all); !refused.empty()) printed_.push_back("refused: " + refused);
    } else if (verb == "skew") {
      boards_->world.set_clock(node(1), duration(2));
    } else if (verb == "slow") {
      boards_->slow(node(1), node(2), duration(3));
    } else if (verb == "cut") {
      boards_->cut(node(1), node(2));
    } else if (verb == "heal") {
      boards_->heal();
    } else if (verb == "crash") {
      boards_->world.crash(node(1));
    } else if (verb == "restart") {
      boards_->world.restart(node(1));
    } else if (verb == "run") {
      boards_->run_for(duration(1));
    } else if (verb == "board") {
      const auto shown = (*boards_)[node(1)].show();
      printed_ = shown.last;
      if (shown.waiting != 0) printed_.push_back(std::to_string(shown.waiting) + " wait");
      if (printed_.empty()) printed_.push_back("nothing");
    } else {
      ADD_FAILURE() << "no such word: " << verb;
    }
  }

  std::unique_ptr<Boards> boards_;
  Settings settings_ = quiet();
  std::vector<std::string> words_, printed_;
  std::map<core::NodeId, std::size_t> told_;
};

class BoardGolden : public testing::TestWithParam<std::string> {};

TEST_P(BoardGolden, Script) {
  const auto path = kFolder / (GetParam() + ".txt");
  const auto title = golden::lines_of(golden::read_file(path)).at(0);
  Script script;
  golden::check(path, [&](const std::string& line) { return script.run(line); });
  EXPECT_EQ(script.broken().empty(), !title.starts_with("# Flaw ")) << script.broken();
}

INSTANTIATE_TEST_SUITE_P(Board, BoardGolden, testing::ValuesIn(golden::scripts_in(kFolder)),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace board
