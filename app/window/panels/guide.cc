#include "app/window/panels/guide.h"

#include <algorithm>
#include <cmath>

#include "app/window/card.h"
#include "app/window/markdown.h"
#include "app/window/widgets.h"

namespace window {
namespace {

// Words in a font of their own that wrap at the region's edge.
void wrapped(std::string_view words, Colour colour, ImFont* font) {
  ImGui::PushFont(font);
  paragraph(words, colour);
  ImGui::PopFont();
}

// Text to the right of a mark. Returns where the mark's centre belongs.
ImVec2 beside_mark() {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Indent(px(26));
  return {at.x + px(8), at.y + std::floor(look().fonts.body->FontSize / 2) + px(1)};
}

void draw_chosen(const guide::Choice& choice, bool chosen) {
  const ImVec2 centre = beside_mark();
  draw_sign(*ImGui::GetWindowDrawList(), centre, choice.right ? StateSign::check : chosen ? StateSign::cross : StateSign::open);
  const ImVec2 top = ImGui::GetCursorScreenPos();
  wrapped(choice.text, chosen || choice.right ? theme().text : theme().faint, chosen ? look().fonts.strong : look().fonts.body);
  const std::string name = choice.right ? "right:" : chosen ? "wrong:" : "other:";
  probe(name + choice.text, top, ImGui::GetItemRectMax());
  if (chosen || choice.right) markdown(choice.explanation);
  ImGui::Unindent(px(26));
}

}  // namespace

void Guide::draw(const View& view, const library::LabProgress& progress, Selection&, Commands& commands) {
  if (view.status.guide.step != last_step_) {
    last_step_ = view.status.guide.step;
    memory_.reading.reset(), commands_shown_ = false;
    ImGui::SetScrollY(0);
  }
  const GuidePage page = fold_guide(view.lab, view.status.guide, view.status.live, progress, memory_);
  draw_head(page, view);
  if (page.ending) draw_ending(page, view, commands);
  else if (page.step == page.pips.size()) {
    gap(6);
    markdown(page.prose.empty() ? "This experiment has no steps. It is yours: break it." : page.prose);
    gap(6);
    section("What you can do");
    markdown("- Draw a line across links to cut them.\n- Right-click a node or a link for everything that can go wrong with it.\n"
             "- Move the settings below while it runs.\n- Drag the time back and give a command there: that makes a branch.");
  } else {
    draw_step(page, view, commands);
    // A world that waits for the first prediction begins with it.
    const bool begins = page.veiled && view.end == core::kStart && !view.playing;
    if (begins && !fold_guide(view.lab, view.status.guide, view.status.live, progress, memory_).veiled) commands.want(Play{true});
  }
  if (page.history.empty()) return;
  gap(20);
  section("History");
  wrapped(page.history, theme().muted, look().fonts.body);
}

void Guide::draw_head(const GuidePage& page, const View& view) {
  section((page.number > 0 ? "Lab " + std::to_string(page.number) : std::string("Lab")) + " \u00b7 " + page.family);
  if (text_size(page.title, look().fonts.title).x <= ImGui::GetContentRegionAvail().x) text(page.title, theme().text, look().fonts.title);
  else wrapped(page.title, theme().text, look().fonts.title);
  if (page.pips.empty()) return;
  gap(2);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, count = static_cast<float>(page.pips.size());
  const float space = std::min(px(6), width / count / 4), wide = (width - space * (count - 1)) / count, tall = px(4), reach = px(14);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < page.pips.size(); ++i) {
    const float x = at.x + static_cast<float>(i) * (wide + space);
    ImGui::SetCursorScreenPos({x, at.y - px(4)});
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("pip", {wide, reach})) {
      memory_.reading = i;
      if (i == view.status.guide.step && view.status.live) memory_.reading.reset();
    }
    ImGui::PopID();
    const GuidePage::Pip pip = page.pips[i];
    const char* const state = pip == GuidePage::Pip::done ? "done" : pip == GuidePage::Pip::present ? "under way" : "to come";
    const Colour colour = pip == GuidePage::Pip::done ? theme().good : pip == GuidePage::Pip::present ? theme().accent : theme().raised;
    const float grown = ImGui::IsItemHovered() ? px(1) : 0;
    list.AddRectFilled({x, at.y - grown}, {x + wide, at.y + tall + grown}, colour, px(2));
    // Which one is read is said by a dot below it: the colours are taken.
    if (i == page.step && memory_.reading) list.AddCircleFilled({x + wide / 2, at.y + px(9)}, px(2), theme().text);
    probe("pip:" + std::to_string(i + 1), {x, at.y - px(4)}, {x + wide, at.y + px(10)});
    tooltip(std::to_string(i + 1) + "  " + view.lab.steps[i].title + " (" + state + ")");
  }
  ImGui::SetCursorScreenPos({at.x, at.y + reach});
  ImGui::Dummy({width, 0});
}

void Guide::draw_step(const GuidePage& page, const View& view, Commands& commands) {
  wrapped(page.heading, theme().text, look().fonts.strong);
  // Who this is about is said once, before the first step.
  if (page.step == 0 && !view.lab.prose.empty()) {
    markdown(view.lab.prose, theme().faint);
    gap(2);
  }
  markdown(page.prose);
  for (const auto& question : page.questions) {
    gap(12);
    draw_question(page, question, commands);
  }
  if (page.veiled) {
    gap(10);
    muted(view.end == core::kStart ? "Predict first: then the world begins." : "Predict first: what follows would tell.");
  } else {
    draw_goals(page, view);
    if (page.under_way) draw_actions(page, commands);
    else draw_other_step(page, view, commands);
  }
  if (page.under_way && view.end > core::kStart) draw_ways_back(page, view, commands);
}

// Of the step under way: to read what was before, or to try again when it came out otherwise than it should.
void Guide::draw_ways_back(const GuidePage& page, const View& view, Commands& commands) {
  gap(8);
  if (page.step > 0) {
    if (quiet_button("Back", "Read the step before: " + view.lab.steps[page.step - 1].title)) memory_.reading = page.step - 1;
    ImGui::SameLine(0, px(16));
  }
  // Real time does not come again.
  if (!view.loopback && quiet_button("Restart this step", "A branch from the moment at which this step began. This run stays as it is."))
    commands.want(GuideRestart{page.step});
  else if (view.loopback) ImGui::NewLine();
}

void Guide::draw_question(const GuidePage& page, const GuidePage::Question& q, Commands& commands) {
  ImGui::PushID(static_cast<int>(page.step * 64 + q.index));
  {
    const Card card;
    wrapped(q.ask->question, theme().text, look().fonts.strong);
    gap(4);
    for (std::size_t i = 0; i < q.ask->choices.size(); ++i) {
      const auto& choice = q.ask->choices[i];
      if (q.answered) {
        draw_chosen(choice, i == q.choice);
      } else if (radio(choice.text, false)) {
        memory_.answers[{page.step, q.index}] = i;
        commands.want(Answered{page.step, q.index, i});
      }
    }
    if (!q.answered && !q.skipped && quiet_button("Skip", "Go on without a prediction. Nothing is counted."))
      memory_.answers[{page.step, q.index}] = GuideMemory::kSkipped;
    if (q.skipped) muted("Skipped. You may still answer.");
  }
  ImGui::PopID();
}

void Guide::draw_goals(const GuidePage& page, const View& view) {
  if (page.goals.empty()) return;
  gap(16);
  section("Done when");
  for (const auto& goal : page.goals) {
    const ImVec2 top = ImGui::GetCursorScreenPos();
    const ImVec2 centre = beside_mark();
    const bool done = goal.state == GuidePage::Goal::State::done, holding = goal.state == GuidePage::Goal::State::holding;
    draw_sign(*ImGui::GetWindowDrawList(), centre, done ? StateSign::check : holding ? StateSign::filling : StateSign::open, goal.part);
    wrapped(goal.words, done || holding ? theme().text : theme().muted, look().fonts.body);
    std::string below = done || goal.now.empty() ? "" : "now " + goal.now;
    if (!goal.held.empty() && !done) below += (below.empty() ? "" : " \u00b7 ") + goal.held;
    if (!below.empty()) {
      ImGui::SetCursorPosY(ImGui::GetCursorPosY() - px(4));
      wrapped(below, theme().faint, look().fonts.small);
    }
    if (holding && !goal.held.empty()) progress(goal.part, std::min(px(170), ImGui::GetContentRegionAvail().x));
    ImGui::Unindent(px(26));
    const ImVec2 end{top.x + ImGui::GetContentRegionAvail().x, ImGui::GetCursorScreenPos().y - px(6)};
    probe("goal:" + goal.exact + (done ? ":done" : holding ? ":holding" : ":waits"), top, end);
    const ImVec2 below_all = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos(top);
    ImGui::Dummy({end.x - top.x, end.y - top.y});
    tooltip(goal.exact + (goal.now.empty() ? "" : "\nnow " + goal.now) + (goal.held.empty() ? "" : "\n" + goal.held));
    ImGui::SetCursorScreenPos(below_all);
  }
  // They are about the world, which is further than what is looked at.
  if (!view.live && page.under_way) wrapped("These are of the run's end, " + time_text(view.end) + ". You look at " + time_text(view.at) + ".", theme().faint, look().fonts.small);
}

void Guide::draw_actions(const GuidePage& page, Commands& commands) {
  gap(16);
  if (page.done) {
    ButtonLook primary;
    primary.primary = true;
    const std::string tip = page.next.empty() ? "What was learnt" : page.next;
    if (button(page.next.empty() ? "Finish" : "Next step", primary, tip)) commands.want(GuideNext{});
    if (!page.next.empty()) {
      ImGui::SameLine(0, px(12));
      const ImVec2 at = ImGui::GetCursorScreenPos();
      ImGui::SetCursorScreenPos({at.x, at.y + ImGui::GetStyle().FramePadding.y});
      fitted(page.next, std::max(px(20), ImGui::GetContentRegionAvail().x), theme().muted);
    }
    return;
  }
  if (page.over) {
    wrapped("This takes longer than it usually does. That is no mistake: take your time" +
                std::string(page.commands.empty() ? "." : ", or let it be done for you."),
            theme().warn, look().fonts.body);
    gap(4);
  }
  const bool has_hint = page.can_hint || !page.hint.empty();
  ButtonLook how;
  how.enabled = page.can_hint;
  if (has_hint && button("Hint", how, page.can_hint ? "Shows it, and counts it." : "It is shown below.")) {
    memory_.hints.insert(page.step);
    commands.want(HintUsed{page.step});
  }
  if (!page.commands.empty()) {
    if (has_hint) ImGui::SameLine(0, px(8));
    ButtonLook doing;
    doing.enabled = !page.doing;
    std::string tip = "Gives these commands:";
    for (const auto& line : page.commands) tip += "\n" + line;
    if (button(page.doing ? "Doing it" : "Do it for me", doing, tip)) commands.want(GuideDo{});
  }
  if (!page.hint.empty()) {
    gap(4);
    const Card card;
    markdown(page.hint, theme().text);
  }
  if (page.commands.empty()) return;
  if (quiet_button(commands_shown_ ? "Hide the commands" : "Show the commands", "What `Do it for me` gives.")) commands_shown_ = !commands_shown_;
  if (!commands_shown_ && !page.doing) return;
  const Card card;
  for (const auto& line : page.commands) fitted(line, ImGui::GetContentRegionAvail().x, theme().text, look().fonts.mono);
}

// A step that is not under way: read again, read ahead, or of a recorded run.
void Guide::draw_other_step(const GuidePage& page, const View& view, Commands& commands) {
  gap(14);
  if (!view.status.live) {
    wrapped("A recorded run: its steps can be read, but are not judged again.", theme().faint, look().fonts.small);
  } else if (page.past) {
    if (button("Restart from here", {}, "A branch from the moment at which this step began. This run stays as it is."))
      commands.want(GuideRestart{page.step}), memory_.reading.reset();
  } else {
    if (button("Begin here", {}, "Goes to this step, as things are.")) commands.want(GuideBegin{page.step}), memory_.reading.reset();
  }
  if (view.status.live && quiet_button("Back to the present step")) memory_.reading.reset();
}

void Guide::draw_ending(const GuidePage& page, const View& view, Commands& commands) {
  const GuidePage::Ending& e = *page.ending;
  gap(4);
  {
    const Card card;
    const ImVec2 centre = beside_mark();
    draw_sign(*ImGui::GetWindowDrawList(), centre, StateSign::check);
    wrapped("Lab done", theme().text, look().fonts.strong);
    const auto line = [](const std::string& words) { wrapped(words, theme().text, look().fonts.body); };
    line(std::to_string(e.steps) + " of " + std::to_string(page.pips.size()) + " steps");
    line(e.hints == 0 ? "no hint used" : std::to_string(e.hints) + (e.hints == 1 ? " hint used" : " hints used"));
    if (e.asked > 0) line(std::to_string(e.right) + " of " + std::to_string(e.asked) + " predictions right");
    wrapped(e.verdict, theme().muted, look().fonts.body);
    ImGui::Unindent(px(26));
  }
  gap(10);
  section("What this was about");
  markdown(page.prose);
  gap(10);
  if (const auto next = next_lab(view.lab.name)) {
    section("Next");
    text(next->title, theme().text, look().fonts.strong);
    ButtonLook primary;
    primary.primary = true;
    if (button("Open the next lab", primary, next->title)) commands.want(OpenLab{next->name, {}, false, {}});
    ImGui::SameLine(0, px(8));
  }
  if (button("All labs")) commands.want(GoTo{Place::labs});
}

}  // namespace window
