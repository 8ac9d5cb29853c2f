#include "app/window/panels/checks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "app/window/card.h"
#include "app/window/widgets.h"
#include "labs/catalog/kinds.h"

namespace window {
namespace {

// How many of the last operations are judged; 0: all.
constexpr std::size_t kWindows[] = {1000, 10000, 0};
const std::vector<std::string> kWindowWords{"last 1,000", "last 10,000", "all"};

// Rows that are looked through in one frame for operations: about a millisecond.
constexpr std::size_t kRowsAFrame = 60'000;
// Between two searches of `keep checking`.
constexpr double kPause = 0.5;

std::string plural(std::size_t n, const std::string& word) {
  return count_text(static_cast<double>(n)) + " " + word + (n == 1 ? "" : "s");
}

// To the space-time diagram, so near that single messages are seen: what it was, and what came just before and after.
void jump(std::size_t row, core::Time from, core::Time at, Selection& selection, Commands& commands) {
  const core::Duration around = std::max<core::Duration>(std::chrono::milliseconds(20), (at - from) / 2);
  selection.row = row;
  selection.from = std::max(core::kStart, from - around), selection.to = at + around, selection.follow = false;
  commands.want(Seek{at});
  commands.want(Show{"space-time"});
}

// A history knows processes by numbers; a person knows the clients whose operations they are, and their sessions where
// there are several.
std::string of_clients(std::string words, const View& view, const Finding& finding) {
  std::map<std::string, std::set<std::uint64_t>> sessions;
  std::map<std::uint64_t, std::string> clients;
  for (const auto& operation : finding.operations) {
    if (operation.place.begin_row >= view.run.size()) continue;
    const auto* const client = view.run.node(view.run.at(operation.place.begin_row).event.node);
    if (client != nullptr) sessions[clients[operation.process] = client->name].insert(operation.process);
  }
  for (const auto& [process, client] : clients) {
    const std::string number = "process " + std::to_string(process);
    const auto& all = sessions[client];
    const std::string name = all.size() == 1 ? client : client + "'s session " + std::to_string(1 + std::distance(all.begin(), all.find(process)));
    for (std::size_t at = words.find(number); at != std::string::npos; at = words.find(number, at + 1)) {
      const std::size_t end = at + number.size();
      if (end < words.size() && words[end] >= '0' && words[end] <= '9') continue;
      words.replace(at, number.size(), name);
    }
  }
  return words;
}

ImVec2 beside_sign() {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Indent(px(26));
  return {at.x + px(8), at.y + std::floor(look().fonts.body->FontSize / 2) + px(1)};
}

void small(std::string_view words, Colour colour) {
  ImGui::PushFont(look().fonts.small);
  paragraph(words, colour);
  ImGui::PopFont();
}

}  // namespace

std::vector<Promise> fold_promises(const View& view) {
  std::vector<Promise> all;
  const auto& nodes = view.run.header().nodes;
  for (const auto& info : nodes) {
    auto it = std::find_if(all.begin(), all.end(), [&](const Promise& p) { return p.kind == info.kind; });
    if (it == all.end()) {
      const world::Kind* const kind = catalog::find_kind(info.kind);
      if (kind == nullptr || !kind->judge()) continue;
      it = all.insert(all.end(), Promise{});
      it->kind = info.kind;
      it->state = view.lab.system.judge ? Promise::State::holds : Promise::State::not_judged;
    }
    ++it->nodes;
    if (it->groups.find(info.group) == std::string::npos) it->groups += (it->groups.empty() ? "" : ", ") + info.group;
  }
  for (const auto& mark : view.line.marks()) {
    if (mark.kind != timeline::Mark::Kind::violation) continue;
    // A broken promise may be broken by each step that follows: a long run is not read through for that with each frame.
    if (std::all_of(all.begin(), all.end(), [](const Promise& p) { return p.row != timeline::kNone; })) break;
    const record::Row row = view.run.at(mark.row);
    const std::string kind = view.run.name(row.event.type);
    const auto it = std::find_if(all.begin(), all.end(), [&](const Promise& p) { return p.kind == kind; });
    // The first that broke is what is to be looked at: what follows from it breaks more.
    if (it == all.end() || it->row != timeline::kNone) continue;
    it->state = mark.at <= view.at ? Promise::State::broken : Promise::State::later;
    it->at = mark.at, it->row = mark.row;
    it->reason.assign(row.body.begin(), row.body.end());
    if (const auto* info = view.run.node(row.event.node)) it->node = info->name;
  }
  return all;
}

Colour Checks::state_colour(const View& view) const {
  bool kept = false;
  for (const Promise& promise : fold_promises(view)) {
    if (promise.state == Promise::State::broken) return theme().bad;
    kept = kept || promise.state == Promise::State::holds || promise.state == Promise::State::later;
  }
  for (const Finding& finding : findings_) {
    if (line_ != view.line.identity()) break;
    if (finding.answer == check::Verdict::Answer::broken) return theme().bad;
    kept = kept || finding.answer == check::Verdict::Answer::kept;
  }
  return kept ? theme().good : theme().faint;
}

void Checks::draw_state(const View& view, ImVec2 c) const {
  const Colour colour = state_colour(view);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float r = px(4);
  const bool bad = colour == theme().bad, good = colour == theme().good;
  if (bad) draw_icon(list, Icon::cross, c, px(11), colour);
  else if (good) list.AddCircleFilled(c, r, colour);
  else list.AddCircle(c, r, colour, 0, px(1.3f));
  const char* const words = bad ? "broken" : good ? "kept" : "unknown";
  probe(std::string("checks:") + words, {c.x - r, c.y - r}, {c.x + r, c.y + r});
}

void Checks::begin(const View& view) {
  line_ = view.line.identity();
  judging_.reset();
  findings_.clear();
  log_.forget();
}

// Reads a little, begins a search when one is wished for, takes its finding. Costs a frame about a millisecond.
void Checks::tend(const View& view) {
  const std::size_t until = view.line.row_at(view.at);
  if (line_ != view.line.identity()) begin(view);
  if (judging_) {
    if (auto findings = judging_->take()) {
      if (!judging_->cancelled()) findings_ = std::move(*findings);
      // What is no longer asked for is not told.
      std::erase_if(findings_, [&](const Finding& f) { return !asked_[static_cast<std::size_t>(f.promise)]; });
      judging_.reset();
      judged_at_ = look().clock;
    }
    return;
  }
  const bool due = keep_ && look().clock >= judged_at_ + kPause;
  if (!wanted_ && !due) return;
  // Looked at from an earlier moment, it is judged as if nothing else had happened yet.
  if (until < log_.rows()) log_.forget();
  if (!log_.read(view.run, until, kRowsAFrame)) return;
  if (!wanted_ && !findings_.empty() && findings_.front().entries == log_.size()) return;
  wanted_ = false;
  std::vector<check::Promise> asked;
  for (std::size_t i = 0; i < asked_.size(); ++i)
    if (asked_[i]) asked.push_back(static_cast<check::Promise>(i));
  if (!asked.empty()) judging_ = std::make_unique<Judging>(log_.copy(), kWindows[window_], std::move(asked));
}

void Checks::draw(const View& view, Selection& selection, Commands& commands) {
  tend(view);
  if (view.run.header().nodes.empty()) return empty("This run has no nodes that promise anything.");
  const float width = ImGui::GetContentRegionAvail().x, side = px(20), between = px(28);
  const bool beside = width > px(760);
  const float half = beside ? std::floor((width - 2 * side - between) / 2) : width - 2 * side;
  ImGui::SetCursorPos({side, ImGui::GetCursorPosY() + px(4)});
  // Two regions that scroll on their own, so that a long reason at one side hides nothing at the other.
  const float tall = beside ? 0 : std::max(px(120), ImGui::GetContentRegionAvail().y / 2);
  ImGui::BeginChild("promises", {half, tall});
  draw_promises(view, selection, commands);
  ImGui::EndChild();
  if (beside) ImGui::SameLine(0, between);
  else ImGui::SetCursorPosX(side);
  ImGui::BeginChild("reads", {half, 0});
  draw_reads(view, selection, commands);
  ImGui::EndChild();
}

void Checks::draw_promises(const View& view, Selection& selection, Commands& commands) {
  section("Promises of the nodes");
  bool stops = view.stops_at_violation;
  if (toggle("Stop at a violation", stops, "The world stands still when a promise breaks, so that one can look at how it came about."))
    commands.want(StopAtViolation{stops});
  gap(4);
  const auto promises = fold_promises(view);
  if (promises.empty()) muted("The kinds of nodes in this run declare no invariants.");
  for (const auto& promise : promises) draw_promise(view, promise, selection, commands);
}

// What made it break? All make the run again many times.
void Checks::draw_asking(const View& view, Commands& commands) {
  constexpr std::string_view kNotAgain = "Real time does not come again: a run over sockets cannot be asked this.";
  ButtonLook look;
  look.enabled = !view.loopback;
  ImGui::SameLine(0, px(8));
  if (button("Shrink", look, view.loopback ? kNotAgain : "Which of the commands does it need to break? Finds the few that do, as a run of their own.")) commands.want(ShrinkRun{});
  ImGui::SameLine(0, px(8));
  if (button("What if \u2026", look, view.loopback ? kNotAgain : "The same run with one setting or command changed: does it still break?")) commands.want(Ask{"what if"});
  ImGui::SameLine(0, px(8));
  if (button("Chance", look, view.loopback ? kNotAgain : "From when on was it certain that it would break, whatever chance did?")) commands.want(Ask{"chance"});
}

void Checks::draw_promise(const View& view, const Promise& p, Selection& selection, Commands& commands) {
  ImGui::PushID(p.kind.c_str());
  const bool broken = p.state == Promise::State::broken;
  const ImVec2 top = ImGui::GetCursorScreenPos();
  {
    CardLook how;
    if (broken) how.ground = faded(theme().bad, 0.08f), how.edge = theme().bad;
    const Card card(how);
    const ImVec2 centre = beside_sign();
    const bool judged = p.state != Promise::State::not_judged;
    draw_sign(*ImGui::GetWindowDrawList(), centre, broken ? StateSign::cross : judged ? StateSign::check : StateSign::open);
    text(p.groups + " (" + plural(p.nodes, p.kind + " node") + ")", theme().text, look().fonts.strong);
    switch (p.state) {
      case Promise::State::holds:
        paragraph("Every promise holds since the start, judged after each step.");
        break;
      case Promise::State::not_judged:
        paragraph("Not judged: the lab switched checking off.");
        break;
      case Promise::State::broken:
        paragraph("Broken at " + time_text(p.at) + (p.node.empty() ? "" : " by a step of " + p.node), theme().bad);
        paragraph(p.reason, theme().text);
        break;
      case Promise::State::later:
        paragraph("Holds until " + time_text(view.at) + ". It breaks later, at " + time_text(p.at) + ".");
        break;
    }
    if (p.row != timeline::kNone && button("Show", {}, "Goes to the event that broke it, " + time_text(p.at))) jump(p.row, p.at, p.at, selection, commands);
    if (broken) draw_asking(view, commands);
    ImGui::Unindent(px(26));
  }
  const char* const state = broken ? "broken" : p.state == Promise::State::not_judged ? "not judged" : "holds";
  probe("promise:" + p.kind + ":" + state, top, ImGui::GetItemRectMax());
  ImGui::PopID();
}

void Checks::draw_reads(const View& view, Selection& selection, Commands& commands) {
  section("What clients were promised");
  toggle("Keep checking", keep_, "Again and again while the run goes on, on a thread of its own.");
  std::size_t chosen = window_;
  if (choice("window", kWindowWords, chosen)) {
    window_ = chosen;
    if (!findings_.empty()) wanted_ = true;
  }
  tooltip("How many operations, counted from the moment looked at, are judged.");
  ImGui::SameLine(0, px(12));
  ButtonLook how;
  how.enabled = !judging_ && !wanted_ && asked_.any();
  if (button("Check now", how, "Judges the history up to " + time_text(view.at))) wanted_ = true;
  gap(4);
  draw_asked();
  gap(4);
  if (judging_ || wanted_) draw_search(view);
  if (findings_.empty() && !judging_ && !wanted_) muted(asked_.any() ? "Not checked yet." : "Choose at least one promise.");
  draw_judged(view);
  for (const Finding& finding : findings_)
    if (finding.answer != check::Verdict::Answer::kept) draw_finding(view, finding, selection, commands);
}

// The promises to choose from, each with what was found of it.
void Checks::draw_asked() {
  const float width = ImGui::GetContentRegionAvail().x, column = px(230);
  const std::size_t columns = std::max<std::size_t>(1, static_cast<std::size_t>(width / column));
  const std::size_t rows = (asked_.size() + columns - 1) / columns;
  const ImVec2 begin = ImGui::GetCursorPos();
  const float line = ImGui::GetFrameHeightWithSpacing();
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    const auto promise = static_cast<check::Promise>(i);
    ImGui::SetCursorPos({begin.x + column * static_cast<float>(i / rows), begin.y + line * static_cast<float>(i % rows)});
    const ImVec2 top = ImGui::GetCursorScreenPos();
    if (const Finding* const f = finding_of(promise)) {
      const bool good = f->answer == check::Verdict::Answer::kept, bad = f->answer == check::Verdict::Answer::broken;
      const ImVec2 centre{top.x + px(180), top.y + std::floor(look().fonts.body->FontSize / 2)};
      draw_sign(*ImGui::GetWindowDrawList(), centre, bad ? StateSign::cross : good ? StateSign::check : StateSign::open);
      probe("verdict:" + (f->answer == check::Verdict::Answer::unknown ? core::text(promise) + " unknown" : check::answer_text(promise, f->answer)),
            top, {centre.x + px(8), centre.y + px(8)});
    }
    bool on = asked_[i];
    if (!check_box(core::text(promise), on, check::meaning(promise))) continue;
    asked_[i] = on;
    // Who asks for one more wants to know it; of one that is asked for no more, nothing is told.
    if (on) wanted_ = wanted_ || !findings_.empty();
    else std::erase_if(findings_, [&](const Finding& f) { return f.promise == promise; });
  }
  ImGui::SetCursorPos({begin.x, begin.y + line * static_cast<float>(rows)});
}

const Finding* Checks::finding_of(check::Promise promise) const {
  const auto it = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& f) { return f.promise == promise; });
  return it == findings_.end() ? nullptr : &*it;
}

void Checks::draw_search(const View& view) {
  const bool reading = !judging_;
  const std::size_t until = view.line.row_at(view.at);
  const double part = until == 0 ? 1 : static_cast<double>(log_.rows()) / static_cast<double>(until);
  text(reading ? "Reading the operations" : "Judging", theme().muted);
  // Nobody knows how long a search takes: the bar only shows that it goes on.
  const double moving = std::fmod(look().clock, 2.0) / 2;
  progress(reading ? part : moving, std::min(px(240), ImGui::GetContentRegionAvail().x));
  if (!quiet_button("Cancel")) return;
  wanted_ = keep_ = false;
  if (judging_) judging_->cancel();
}

// Of how much it is said, and until when.
void Checks::draw_judged(const View& view) const {
  if (findings_.empty()) return;
  const Finding& f = findings_.front();
  double seconds = 0;
  for (const Finding& finding : findings_) seconds += finding.seconds;
  char took[32];
  std::snprintf(took, sizeof took, "%.3g ms", seconds * 1000);
  std::string judged = plural(f.judged, "operation") + " until " + time_text(f.until) + ", in " + took;
  if (f.left_out > 0) judged += "; " + plural(f.left_out, "earlier one") + " left out";
  if (f.judged == 0 && f.left_out == 0) judged = "Nothing to judge: no client has begun an operation yet";
  if (!keep_ && !judging_ && log_.rows() < view.line.row_at(view.at)) judged += ". The run has gone on since";
  small(judged + ".", theme().faint);
}

void Checks::draw_finding(const View& view, const Finding& f, Selection& selection, Commands& commands) {
  const bool bad = f.answer == check::Verdict::Answer::broken;
  ImGui::PushID(static_cast<int>(f.promise));
  gap(6);
  {
    CardLook how;
    if (bad) how.ground = faded(theme().bad, 0.08f), how.edge = theme().bad;
    const Card card(how);
    const ImVec2 centre = beside_sign();
    draw_sign(*ImGui::GetWindowDrawList(), centre, bad ? StateSign::cross : StateSign::open);
    std::string title = bad ? check::answer_text(f.promise, f.answer) : "nobody can say whether it is " + core::text(f.promise);
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
    text(title, bad ? theme().bad : theme().text, look().fonts.strong);
    small(check::meaning(f.promise), theme().faint);
    if (!f.reason.empty()) paragraph(of_clients(f.reason, view, f), theme().text);
    for (const auto& operation : f.operations) draw_operation(view, f, operation, selection, commands);
    ImGui::Unindent(px(26));
  }
  ImGui::PopID();
}

void Checks::draw_operation(const View& view, const Finding& f, const Finding::Operation& operation, Selection& selection, Commands& commands) {
  const bool there = operation.place.begin_row != static_cast<std::size_t>(-1);
  const bool ended = operation.place.end_row != static_cast<std::size_t>(-1);
  ImGui::PushID(static_cast<int>(operation.place.begin_row));
  const std::string when = there ? time_text(operation.place.at) + (ended ? " to " + time_text(operation.place.end) : ", no end") : "before";
  if (there && quiet_button(when, "Goes to it, in the space-time diagram"))
    ended ? jump(operation.place.end_row, operation.place.at, operation.place.end, selection, commands)
          : jump(operation.place.begin_row, operation.place.at, operation.place.at, selection, commands);
  if (!there) text(when, theme().faint, look().fonts.small);
  fitted(of_clients(operation.words, view, f), ImGui::GetContentRegionAvail().x, operation.offends ? theme().bad : theme().text, look().fonts.mono);
  ImGui::PopID();
}

}  // namespace window
