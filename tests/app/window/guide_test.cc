#include "app/window/panels/guide.h"

#include <gtest/gtest.h>

#include "app/window/panels/guide_words.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/scene.h"

namespace window {
namespace {

using Goal = GuidePage::Goal;
using std::chrono::milliseconds;

const std::string kTwoSteps = R"(# Two steps

What it is **about**.

```system
[[group]]
name = "servers"
kind = "raft"
count = 3
```

## Watch

Wait.

```until
count(leader) == 1 for 3s
ops ok > 10
```

## Cut it off

Give `isolate leader`.

```ask
What happens?
[ ] Nothing
    It is cut off.
[x] An election
    Yes: the others wait in vain.
```

```do
isolate leader
wait 200ms
heal
```

```hint
Draw a line.
```

```until
count(leader) == 2
```
)";

struct Walking {
  explicit Walking(const std::string& text = kTwoSteps, int width = 420) : scene(text), stage(width, 1100), hands(stage, [this] {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(16, 16));
    ImGui::BeginChild("panel", {0, 0}, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
    ImGui::PopStyleVar();
    guide.draw(scene.view(), progress, scene.selection, scene.commands);
    ImGui::EndChild();
  }) {
    scene.status.guide.done_at.resize(scene.lab.steps.size());
  }
  void go_to(std::size_t step) {
    auto& g = scene.status.guide;
    for (std::size_t i = 0; i < step; ++i) g.done_at[i] = core::kStart + milliseconds(10);
    g.step = step;
    g.lines.clear();
    if (step < scene.lab.steps.size())
      for (const auto& c : scene.lab.steps[step].until) g.lines.push_back({c.text, "0", false, false, {}, c.hold});
  }
  Scene scene;
  library::LabProgress progress;
  Guide guide;
  Stage stage;
  Hands hands;
};

TEST(Guide, SaysConditionsInWordsOfANewcomer) {
  const auto words = [](const char* line) { return condition_words(guide::read_condition(line, 1)); };
  EXPECT_EQ(words("count(leader) == 1"), "1 node is leader");
  EXPECT_EQ(words("count(leader) == 2 for 500ms"), "2 nodes are leaders");
  EXPECT_EQ(words("count(down) == 0"), "no node is down");
  EXPECT_EQ(words("count(leader) == 0"), "no node is leader");
  EXPECT_EQ(words("ops unknown > 0"), "some operations are left without an answer");
  EXPECT_EQ(words("min(consensus_commit_index) == max(consensus_log_entries)"), "the lowest consensus commit index: the same as the highest consensus log entries");
  EXPECT_EQ(words("max(consensus_log_entries) > max(consensus_commit_index)"), "the highest consensus log entries: more than the highest consensus commit index");
  EXPECT_EQ(words("ops ok > 100"), "more than 100 operations are answered");
  EXPECT_EQ(words("dropped(partition) > 10"), "more than 10 messages are lost: partition");
  EXPECT_EQ(words("gained(consensus_leader_elections_total) >= 1"), "consensus leader elections since the step began: at least 1");
  EXPECT_EQ(words("S2 is leader"), "S2 is leader");
  EXPECT_EQ(words("leader is not S3"), "the leader is not S3");
  EXPECT_EQ(words("no violation"), "no promise is broken");
  EXPECT_EQ(words("elapsed >= 2s"), "time since the step began: at least 2.00 s");
}

TEST(Guide, EveryConditionOfEveryLabHasWordsWithoutUnderscores) {
  for (const auto& file : catalog::lab_files())
    for (const auto& step : guide::read_lab(std::string(file.name), file.text, catalog::all_kinds()).steps)
      for (const auto& condition : step.until) {
        const auto words = condition_words(condition);
        EXPECT_FALSE(words.empty());
        if (condition.right.term == guide::Condition::Term::number) { EXPECT_EQ(words.find('_'), std::string::npos) << words; }
      }
}

TEST(Guide, AGoalFillsWhileItHoldsAndIsCheckedWhenItHasHeldLongEnough) {
  Walking p;
  p.go_to(0);
  auto& line = p.scene.status.guide.lines[0];
  const auto goal = [&] { return fold_guide(p.scene.lab, p.scene.status.guide, true, p.progress, {}).goals.at(0); };
  EXPECT_EQ(goal().state, Goal::State::waits);
  EXPECT_EQ(goal().held, "must hold for 3.00 s");
  line.holds = true, line.held = milliseconds(1500);
  EXPECT_EQ(goal().state, Goal::State::holding);
  EXPECT_DOUBLE_EQ(goal().part, 0.5);
  EXPECT_EQ(goal().held, "holding for 1.50 s of 3.00 s");
  line.done = true;
  EXPECT_EQ(goal().state, Goal::State::done);
}

TEST(Guide, ShowsTheStepWithItsGoalsAndTheirValues) {
  Walking p;
  p.go_to(0);
  p.hands.frame();
  EXPECT_TRUE(p.hands.sees("text:Two steps")) << p.hands.all();
  EXPECT_TRUE(p.hands.sees("goal:ops ok > 10:waits")) << p.hands.all();
  EXPECT_TRUE(p.hands.sees("text:now 0"));
  EXPECT_EQ(p.hands.clipped(), "");
}

TEST(Guide, VeilsWhatFollowsUntilThePredictionIsMade) {
  Walking p;
  p.go_to(1);
  p.hands.frame();
  EXPECT_FALSE(p.hands.sees("button:Do it for me"));
  EXPECT_FALSE(p.hands.sees("goal:count(leader) == 2:waits"));
  p.hands.click("radio:Nothing");
  const auto answers = wishes<Answered>(p.scene.commands);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].step, 1u);
  EXPECT_EQ(answers[0].choice, 0u);
  EXPECT_TRUE(p.hands.sees("wrong:Nothing")) << p.hands.all();
  EXPECT_TRUE(p.hands.sees("right:An election"));
  EXPECT_TRUE(p.hands.sees("button:Do it for me"));
  EXPECT_TRUE(p.hands.sees("goal:count(leader) == 2:waits"));
}

TEST(Guide, AFirstAnswerStands) {
  Walking p;
  p.go_to(1);
  p.progress.answers[{1, 0}] = 1;      // Of an earlier sitting.
  p.hands.frame();
  EXPECT_FALSE(p.hands.sees("radio:Nothing"));
  EXPECT_TRUE(p.hands.sees("right:An election"));
  EXPECT_TRUE(p.hands.sees("text:1 step done \u00b7 prediction score 1 of 1")) << p.hands.all();
}

TEST(Guide, SkippingUnveilsAndCountsNothing) {
  Walking p;
  p.go_to(1);
  p.hands.frame();
  p.hands.click("button:Skip");
  EXPECT_TRUE(p.hands.sees("button:Do it for me"));
  EXPECT_TRUE(wishes<Answered>(p.scene.commands).empty());
  EXPECT_TRUE(p.hands.sees("text:1 step done")) << p.hands.all();
}

TEST(Guide, HintsAreShownOnceAskedForAndCounted) {
  Walking p;
  p.go_to(1);
  p.progress.answers[{1, 0}] = 1;
  p.hands.frame();
  EXPECT_FALSE(p.hands.sees("text:Draw"));
  p.hands.click("button:Hint");
  p.hands.click("button:Hint");        // It is used already.
  ASSERT_EQ(wishes<HintUsed>(p.scene.commands).size(), 1u);
  EXPECT_EQ(wishes<HintUsed>(p.scene.commands)[0].step, 1u);
  EXPECT_TRUE(p.hands.sees("text:Draw")) << p.hands.all();
}

TEST(Guide, DoesItForOneAndShowsTheCommands) {
  Walking p;
  p.go_to(1);
  p.progress.answers[{1, 0}] = 1;
  p.hands.frame();
  p.hands.click("button:Show the commands");
  EXPECT_TRUE(p.hands.sees("text:isolate leader"));
  EXPECT_TRUE(p.hands.sees("text:wait 200ms"));
  p.hands.click("button:Do it for me");
  EXPECT_EQ(wishes<GuideDo>(p.scene.commands).size(), 1u);
}

TEST(Guide, CommandsAreThoseThatTheAuthorWroteAndDoWhatTheStepDoes) {
  for (const auto& file : catalog::lab_files()) {
    const guide::Lab lab = guide::read_lab(std::string(file.name), file.text, catalog::all_kinds());
    for (std::size_t i = 0; i < lab.steps.size(); ++i) {
      session::GuideStatus status;
      status.step = i;
      std::vector<world::Command> shown;
      for (const auto& line : fold_guide(lab, status, true, {}, {}).commands)
        if (!line.starts_with("wait ")) shown.push_back(world::parse_command(line));
      ASSERT_EQ(shown.size(), lab.steps[i].commands.size()) << file.name;
      for (std::size_t c = 0; c < shown.size(); ++c) EXPECT_EQ(shown[c], lab.steps[i].commands[c].command) << file.name;
    }
  }
}

TEST(Guide, OffersTheNextStepWhenThisOneIsDone) {
  Walking p;
  p.go_to(0);
  p.hands.frame();
  EXPECT_FALSE(p.hands.sees("button:Next step"));
  p.scene.status.guide.step_done = true;
  p.hands.frame();
  EXPECT_TRUE(p.hands.sees("text:Cut it off"));
  p.hands.click("button:Next step");
  EXPECT_EQ(wishes<GuideNext>(p.scene.commands).size(), 1u);
}

TEST(Guide, EarlierStepsAreReadAgainAndRestartedFrom) {
  Walking p;
  p.go_to(1);
  p.hands.frame();
  p.hands.click("pip:1");
  EXPECT_TRUE(p.hands.sees("goal:ops ok > 10:waits")) << p.hands.all();
  p.hands.click("button:Restart from here");
  ASSERT_EQ(wishes<GuideRestart>(p.scene.commands).size(), 1u);
  EXPECT_EQ(wishes<GuideRestart>(p.scene.commands)[0].step, 0u);
}

TEST(Guide, TheStepUnderWayCanBeRestartedAndTheOneBeforeReadAgain) {
  Walking p;
  p.go_to(1);
  p.scene.command(milliseconds(20), "crash all");
  p.hands.frame();
  p.hands.click("button:Restart this step");
  ASSERT_EQ(wishes<GuideRestart>(p.scene.commands).size(), 1u);
  EXPECT_EQ(wishes<GuideRestart>(p.scene.commands)[0].step, 1u);
  p.hands.click("button:Back");
  EXPECT_TRUE(p.hands.sees("goal:ops ok > 10:waits")) << p.hands.all();
}

TEST(Guide, AWorldThatWaitsForAPredictionBeginsWithIt) {
  Walking p;
  p.go_to(1);
  p.hands.frame();
  p.hands.click("radio:Nothing");
  EXPECT_EQ(wishes<Play>(p.scene.commands).size(), 1u);
}

TEST(Guide, AWorldThatSomebodyStoppedStandsWhateverIsPredicted) {
  Walking p;
  p.go_to(1);
  p.scene.command(milliseconds(20), "heal");
  p.hands.frame();
  p.hands.click("button:Skip");
  EXPECT_TRUE(wishes<Play>(p.scene.commands).empty());
}

TEST(Guide, SaysKindlyThatAStepTakesLong) {
  Walking p;
  p.go_to(0);
  p.scene.status.guide.over = true;
  p.hands.frame();
  EXPECT_NE(p.hands.all().find("takes longer than it usually does"), std::string::npos) << p.hands.all();
}

TEST(Guide, TheEndSaysWhatWasLearnt) {
  Walking p;
  p.go_to(2);
  p.progress.answers[{1, 0}] = 1;
  p.progress.hints = 1;
  p.hands.frame();
  EXPECT_TRUE(p.hands.sees("text:2 of 2 steps")) << p.hands.all();
  EXPECT_TRUE(p.hands.sees("text:1 hint used"));
  EXPECT_TRUE(p.hands.sees("text:1 of 1 predictions right"));
  p.hands.click("button:All labs");
  EXPECT_EQ(wishes<GoTo>(p.scene.commands).size(), 1u);
}

TEST(Guide, SuggestsTheNextLabByItsTitle) {
  EXPECT_FALSE(next_lab("no such lab").has_value());
  const auto next = next_lab("raft-elections");
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->title, "Losing the leader") << "in the order that teaches, not by name";
}

TEST(Guide, ALabWithoutStepsSaysWhatOneCanDo) {
  Walking p("# Free\n\n```system\n[[group]]\nkind = \"raft\"\ncount = 3\n```\n");
  p.hands.frame();
  EXPECT_TRUE(p.hands.sees("text:WHAT YOU CAN DO")) << p.hands.all();
}

TEST(Guide, ARecordedRunIsReadButNotJudged) {
  Walking p;
  p.scene.status.live = false;
  p.scene.status.guide = {};
  p.hands.frame();
  EXPECT_FALSE(p.hands.sees("button:Restart from here"));
  EXPECT_NE(p.hands.all().find("A recorded run"), std::string::npos);
}

TEST(Guide, NothingIsCutOffInANarrowPanel) {
  for (const float scale : {1.0f, 2.0f}) {
    Walking p(kTwoSteps, static_cast<int>(240 * scale));
    p.stage.scale = scale;
    p.go_to(1);
    p.progress.answers[{1, 0}] = 0;
    p.hands.frame();
    EXPECT_EQ(p.hands.clipped(), "");
  }
}

}  // namespace
}  // namespace window
