#include "app/window/panels/guide_page.h"

#include <algorithm>

#include "app/window/panels/guide_words.h"
#include "app/window/folds.h"
#include "labs/catalog/labs.h"

namespace window {
namespace {

using session::GuideStatus;

std::string plural(std::size_t n, const std::string& word) { return std::to_string(n) + " " + word + (n == 1 ? "" : "s"); }

// This sitting's answer, else the one that is kept.
std::optional<std::size_t> answer_to(const library::LabProgress& progress, const GuideMemory& memory, std::size_t step, std::size_t ask) {
  if (const auto it = memory.answers.find({step, ask}); it != memory.answers.end()) return it->second;
  if (const auto it = progress.answers.find({step, ask}); it != progress.answers.end()) return it->second;
  return std::nullopt;
}

void fold_questions(GuidePage& page, const guide::LabStep& step, const library::LabProgress& progress, const GuideMemory& memory) {
  for (std::size_t i = 0; i < step.asks.size(); ++i) {
    GuidePage::Question& q = page.questions.emplace_back();
    q.index = i, q.ask = &step.asks[i];
    const auto answer = answer_to(progress, memory, page.step, i);
    q.skipped = answer == GuideMemory::kSkipped;
    // A file of progress may be of an older lab, with more choices.
    q.answered = answer && *answer < q.ask->choices.size();
    if (q.answered) q.choice = *answer, q.right = q.ask->choices[q.choice].right;
    page.veiled = page.veiled || (!q.answered && !q.skipped);
  }
}

GuidePage::Goal fold_goal(const guide::Condition& condition, const guide::Progress::Line* line) {
  GuidePage::Goal goal;
  goal.words = condition_words(condition), goal.exact = condition.text;
  if (line == nullptr) return goal;
  goal.now = line->now;
  goal.state = line->done ? GuidePage::Goal::State::done : line->holds ? GuidePage::Goal::State::holding : GuidePage::Goal::State::waits;
  if (line->needed <= core::Duration{}) return goal;
  const core::Duration held = std::min(line->held, line->needed);
  goal.part = static_cast<double>(held.count()) / static_cast<double>(line->needed.count());
  if (goal.state == GuidePage::Goal::State::done) goal.held = "held for " + seconds_text(line->needed);
  else if (goal.state == GuidePage::Goal::State::holding) goal.held = "holding for " + seconds_text(held) + " of " + seconds_text(line->needed);
  else goal.held = "must hold for " + seconds_text(line->needed);
  return goal;
}

// A command as the lab's author wrote it, for that is what the prose speaks of: `isolate leader`, not `partition leader | rest`.
std::string written(const guide::Lab& lab, const world::ScriptLine& command) {
  std::string_view rest = lab.text;
  for (int line = 1; line < command.line && !rest.empty(); ++line) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  const std::string words(rest.substr(0, rest.find('\n')));
  try {
    if (world::parse_command(words) == command.command) return words;
  } catch (const world::BadCommand&) {
    // It begins with a time, or the lab's text is not known.
  }
  return world::command_text(command.command);
}

// What was predicted in the whole lab.
struct Score {
  std::size_t right = 0, asked = 0;
};
Score score_of(const guide::Lab& lab, const library::LabProgress& progress, const GuideMemory& memory) {
  Score score;
  for (std::size_t s = 0; s < lab.steps.size(); ++s)
    for (std::size_t a = 0; a < lab.steps[s].asks.size(); ++a) {
      const auto answer = answer_to(progress, memory, s, a);
      const auto& choices = lab.steps[s].asks[a].choices;
      if (!answer || *answer >= choices.size()) continue;
      ++score.asked;
      score.right += choices[*answer].right ? 1 : 0;
    }
  return score;
}

std::string verdict_of(const GuidePage::Ending& ending) {
  if (ending.asked == 0) return "You have seen all of it.";
  if (ending.right == ending.asked) return "Every prediction was right.";
  if (ending.right * 2 > ending.asked) return "Most predictions were right. The pips above lead back to what surprised you.";
  return std::string(ending.asked - ending.right == 1 ? "A prediction was wrong" : "Several predictions were wrong") +
         ", and that is how one learns. The pips above lead back to what surprised you.";
}

void fold_step(GuidePage& page, const guide::Lab& lab, const GuideStatus& status, const library::LabProgress& progress,
               const GuideMemory& memory) {
  const guide::LabStep& step = lab.steps[page.step];
  page.heading = std::to_string(page.step + 1) + "  " + step.title;
  page.prose = step.prose;
  fold_questions(page, step, progress, memory);
  if (page.past || !page.under_way) page.veiled = false;
  for (std::size_t i = 0; i < step.until.size(); ++i)
    page.goals.push_back(fold_goal(step.until[i], page.under_way && i < status.lines.size() ? &status.lines[i] : nullptr));
  page.done = page.under_way && status.step_done;
  page.over = page.under_way && status.over && !status.step_done;
  page.doing = page.under_way && status.doing;
  for (const auto& line : step.commands) {
    if (line.wait > core::Duration{}) page.commands.push_back("wait " + core::text(line.wait));
    page.commands.push_back(written(lab, line));
  }
  const bool asked = memory.hints.contains(page.step);
  if (asked) page.hint = step.hint;
  page.can_hint = !step.hint.empty() && !asked;
  if (page.step + 1 < lab.steps.size()) page.next = lab.steps[page.step + 1].title;
}

}  // namespace

GuidePage fold_guide(const guide::Lab& lab, const GuideStatus& status, bool live, const library::LabProgress& progress,
                     const GuideMemory& memory) {
  GuidePage page;
  page.family = lab.family, page.title = lab.title, page.number = lab.number;
  const std::size_t steps = lab.steps.size();
  const std::size_t present = std::min(status.step, steps);
  page.step = std::min(memory.reading.value_or(present), steps);
  page.under_way = live && page.step == present && present < steps;
  std::size_t done = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    const bool was_done = i < status.done_at.size() && status.done_at[i].has_value();
    done += was_done ? 1 : 0;
    page.pips.push_back(was_done ? GuidePage::Pip::done : i == present ? GuidePage::Pip::present : GuidePage::Pip::rest);
  }
  page.past = page.step < steps && !page.under_way && page.pips[page.step] == GuidePage::Pip::done;
  const Score score = score_of(lab, progress, memory);
  const std::size_t hints = std::max(progress.hints, memory.hints.size());
  if (steps == 0 || page.step == steps) {
    page.prose = lab.prose;
    if (steps > 0 && present == steps) {
      page.ending = GuidePage::Ending{done, hints, score.right, score.asked, ""};
      page.ending->verdict = verdict_of(*page.ending);
    }
  } else {
    fold_step(page, lab, status, progress, memory);
  }
  if (steps == 0) return page;
  page.history = plural(done, "step") + " done";
  if (hints > 0) page.history += " \u00b7 " + plural(hints, "hint") + " used";
  if (score.asked > 0) page.history += " \u00b7 prediction score " + std::to_string(score.right) + " of " + std::to_string(score.asked);
  return page;
}

namespace {

// Enough of a lab file to name it: reading all of it costs more than a frame should.
std::string title_in(std::string_view text) {
  const std::size_t begin = text.find("# ");
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin + 2, text.find('\n', begin) - begin - 2));
}
std::string family_in(std::string_view text) {
  const std::size_t begin = text.find("family = \"");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin + 10, text.find('"', begin + 10) - begin - 10));
}

}  // namespace

std::optional<NextLab> next_lab(const std::string& name) {
  const auto& files = catalog::lab_files();
  const auto here = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
  if (here == files.end()) return std::nullopt;
  const std::string family = family_in(here->text);
  auto next = std::find_if(here + 1, files.end(), [&](const auto& file) { return family_in(file.text) == family; });
  if (next == files.end()) next = here + 1;
  if (next == files.end()) return std::nullopt;
  return NextLab{std::string(next->name), title_in(next->text)};
}

}  // namespace window
