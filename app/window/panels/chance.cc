#include "app/window/panels/chance.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "app/window/input.h"
#include "app/window/card.h"
#include "app/window/widgets.h"
#include "labs/compare/table.h"

namespace window {
namespace {

constexpr std::size_t kSeedsAsked[] = {20, 100, 400}, kOthersAsked[] = {100, 1000};
const std::vector<std::string> kSeedsWords{"20 seeds", "100", "400"}, kOthersWords{"100 others", "1,000"};
constexpr std::size_t kBars = 32;
constexpr float kDrawingTall = 190, kListTall = 220;

unsigned all_cores() { return std::max(1u, std::thread::hardware_concurrency()); }

std::string percent_words(double share) {
  char words[16];
  std::snprintf(words, sizeof words, "%.0f %%", 100 * share);
  return words;
}

std::string place_words(const compare::Standing& standing) {
  const bool all_equal = standing.others.front() == standing.value && standing.others.back() == standing.value;
  return all_equal ? "the same in all" : "above " + percent_words(standing.place());
}

// A framed drawing as wide as the region, with room for labels at its left and below.
struct Drawing {
  ImVec2 least, greatest;
  explicit Drawing(const char* id) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::InvisibleButton(id, {width, px(kDrawingTall)});
    least = {at.x + px(52), at.y + px(8)}, greatest = {at.x + width - px(8), at.y + px(kDrawingTall) - px(22)};
    ImGui::GetWindowDrawList()->AddRectFilled(least, greatest, theme().sunken);
  }
  ImVec2 at(double x, double y) const {
    return {least.x + static_cast<float>(x) * (greatest.x - least.x), greatest.y - static_cast<float>(y) * (greatest.y - least.y)};
  }
};

}  // namespace

void Chance::open(Source source, std::function<void()> wake) {
  close();
  source_ = std::move(source), wake_ = std::move(wake);
  open_ = true;
}

void Chance::close() {
  working_.reset();
  open_ = false, trouble_.clear(), decided_.reset(), among_.reset(), metric_ = 0;
  source_ = {};
}

void Chance::begin(Working::Work work) {
  trouble_.clear();
  working_ = std::make_unique<Working>("", std::move(work), [this](const std::string& why) { trouble_ = why.empty() ? "It was cancelled." : why; }, wake_);
}

void Chance::ask_decided() {
  decided_.reset();
  const compare::DecidedAsk ask{condition_, 20, kSeedsAsked[seeds_], all_cores()};
  begin([this, run = source_.run, ask](const compare::Progress& told) -> Working::Outcome {
    auto answer = std::make_shared<compare::Decided>(compare::decided(replay::recipe_of(*run), ask, told));
    return [this, answer] { decided_ = std::move(*answer); };
  });
}

void Chance::ask_among() {
  among_.reset();
  begin([this, run = source_.run, last = kOthersAsked[others_]](const compare::Progress& told) -> Working::Outcome {
    auto answer = std::make_shared<compare::Among>(compare::among(replay::recipe_of(*run), 1, last, all_cores(), told));
    // First that in which the run is least like the others.
    std::stable_sort(answer->figures.begin(), answer->figures.end(),
                     [](const auto& a, const auto& b) { return std::abs(a.place() - 0.5) > std::abs(b.place() - 0.5); });
    return [this, answer] { among_ = std::move(*answer), metric_ = 0; };
  });
}

void Chance::draw(double seconds) {
  if (!open_) return;
  if (working_)
    if (const auto outcome = working_->take()) {
      working_.reset();
      (*outcome)();
    }
  // Its top stays where it is when answers come.
  const Dialog dialog("chance", {.width = 720, .at = 0.12f});
  fitted("How much of it was chance? " + source_.name, ImGui::GetContentRegionAvail().x, theme().text, look().fonts.title);
  gap(10);
  std::size_t tab = tab_;
  if (choice("question", {"When was it decided?", "Among others"}, tab) && !working_) tab_ = tab, trouble_.clear();
  gap(10);
  if (tab_ == 0) draw_decided(seconds);
  else draw_among(seconds);
  gap(10);
  const bool escape = ImGui::IsKeyPressed(kEscape, false) && !ImGui::GetIO().WantTextInput;
  if (button("Close", {}, "Esc") || escape) close();
}

bool Chance::draw_answering(double seconds) {
  if (working_) {
    working_->draw_inside(seconds);
    return false;
  }
  if (trouble_.empty()) return true;
  paragraph(trouble_, theme().warn);
  return false;
}

void Chance::draw_decided(double seconds) {
  paragraph("From twenty moments of the run other seeds go on: the same past, the same commands, another chance. The share that still ends so says "
            "how much was settled already.", theme().muted);
  gap(8);
  field("bad end", condition_, "violation, or a condition as in labs: ops failed > 10", px(300));
  ImGui::SameLine(0, px(12));
  choice("seeds", kSeedsWords, seeds_);
  ImGui::SameLine(0, px(12));
  ButtonLook how;
  how.primary = true, how.enabled = !working_ && !condition_.empty();
  if (button("Ask", how)) ask_decided();
  gap(10);
  if (!draw_answering(seconds) || !decided_) return;
  draw_curve();
  paragraph(compare::in_words(*decided_), theme().text);
}

// The share over time with its interval, and where 95 % is.
void Chance::draw_curve() const {
  const Drawing drawing("curve");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const double whole = std::max<double>(1, static_cast<double>((decided_->ended - core::kStart).count()));
  const auto part = [&](core::Time at) { return static_cast<double>((at - core::kStart).count()) / whole; };
  for (const double share : {0.0, 0.5, compare::kDecided, 1.0}) {
    const ImVec2 at = drawing.at(0, share);
    list.AddLine(at, {drawing.greatest.x, at.y}, theme().line);
    if (share != compare::kDecided) draw_text(list, {at.x - px(8), at.y - px(7)}, percent_words(share), theme().muted, look().fonts.small, 1);
  }
  const auto& fates = decided_->fates;
  for (std::size_t i = 1; i < fates.size(); ++i) {
    const auto &a = fates[i - 1], &b = fates[i];
    list.AddQuadFilled(drawing.at(part(a.at), a.sure().high), drawing.at(part(b.at), b.sure().high), drawing.at(part(b.at), b.sure().low),
                       drawing.at(part(a.at), a.sure().low), faded(theme().accent, 0.25f));
    list.AddLine(drawing.at(part(a.at), a.share()), drawing.at(part(b.at), b.share()), theme().accent, px(2));
  }
  if (decided_->since) list.AddLine(drawing.at(part(*decided_->since), 0), drawing.at(part(*decided_->since), 1), theme().bad, px(1.5f));
  draw_text(list, {drawing.least.x, drawing.greatest.y + px(4)}, time_text(core::kStart), theme().muted, look().fonts.small);
  draw_text(list, {drawing.greatest.x, drawing.greatest.y + px(4)}, time_text(decided_->ended), theme().muted, look().fonts.small, 1);
  const float near = (drawing.greatest.x - drawing.least.x) / static_cast<float>(2 * fates.size());
  for (const auto& fate : fates) {
    const ImVec2 at = drawing.at(part(fate.at), fate.share());
    list.AddCircleFilled(at, px(3), theme().accent);
    probe("fate:" + std::to_string(fate.bad) + " of " + std::to_string(fate.seeds), {at.x - px(3), at.y - px(3)}, {at.x + px(3), at.y + px(3)});
    if (ImGui::IsItemHovered() && std::abs(ImGui::GetIO().MousePos.x - at.x) <= near)
      ImGui::SetTooltip("%s: %llu of %llu end so, %s (95 %% sure: %s to %s)", time_text(fate.at).c_str(), static_cast<unsigned long long>(fate.bad),
                        static_cast<unsigned long long>(fate.seeds), percent_words(fate.share()).c_str(), percent_words(fate.sure().low).c_str(),
                        percent_words(fate.sure().high).c_str());
  }
}

void Chance::draw_among(double seconds) {
  paragraph("The same lab, settings and commands with other seeds. Where does this run stand among them?", theme().muted);
  gap(8);
  choice("others", kOthersWords, others_);
  ImGui::SameLine(0, px(12));
  ButtonLook how;
  how.primary = true, how.enabled = !working_;
  if (button("Ask", how)) ask_among();
  gap(10);
  if (!draw_answering(seconds) || !among_) return;
  if (among_->figures.empty()) return muted("They have no numbers in common.");
  draw_standings();
  gap(10);
  draw_histogram(among_->figures[std::min(metric_, among_->figures.size() - 1)]);
  if (among_->with_refusals > 0)
    muted("In " + count_text(static_cast<double>(among_->with_refusals)) + " of them a command was refused: it was about somebody who was not there then.");
}

void Chance::draw_standings() {
  ImGui::BeginChild("standings", {0, px(kListTall)});
  const float row = px(24), width = ImGui::GetContentRegionAvail().x;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(among_->figures.size()), row);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto which = static_cast<std::size_t>(i);
      const auto& standing = among_->figures[which];
      ImGui::PushID(i);
      const ImVec2 at = ImGui::GetCursorScreenPos();
      if (ImGui::InvisibleButton("standing", {width, row})) metric_ = which;
      ImDrawList& list = *ImGui::GetWindowDrawList();
      if (which == metric_ || ImGui::IsItemHovered()) list.AddRectFilled(at, {at.x + width, at.y + row}, which == metric_ ? theme().raised : theme().hovered, px(4));
      probe("standing:" + standing.name, at, {at.x + width, at.y + row});
      draw_text(list, {at.x + px(8), at.y + px(4)}, shortened(standing.name, width * 0.5f), theme().text);
      draw_text(list, {at.x + width * 0.75f, at.y + px(4)}, compare::number_text(standing.value, ""), theme().text, look().fonts.mono, 1);
      draw_text(list, {at.x + width - px(8), at.y + px(4)}, place_words(standing), theme().muted, look().fonts.small, 1);
      ImGui::PopID();
    }
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

void Chance::draw_histogram(const compare::Standing& standing) const {
  const auto histogram = compare::histogram_of(standing, kBars);
  const Drawing drawing("histogram");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto bars = static_cast<double>(histogram.counts.size());
  const auto most = static_cast<double>(*std::max_element(histogram.counts.begin(), histogram.counts.end()));
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const auto from = static_cast<double>(i) / bars, to = static_cast<double>(i + 1) / bars;
    ImVec2 least = drawing.at(from, most == 0 ? 0 : static_cast<double>(histogram.counts[i]) / most), greatest = drawing.at(to, 0);
    least.x += px(1);
    if (histogram.counts[i] > 0) list.AddRectFilled(least, greatest, theme().accent);
  }
  // A line and a triangle: where the run itself is.
  const double width = histogram.high - histogram.low;
  const ImVec2 top = drawing.at(width == 0 ? 0.5 : (standing.value - histogram.low) / width, 1);
  list.AddLine(top, {top.x, drawing.greatest.y}, theme().text, px(2));
  list.AddTriangleFilled({top.x - px(6), top.y - px(6)}, {top.x + px(6), top.y - px(6)}, {top.x, top.y + px(4)}, theme().text);
  probe("marker:" + standing.name, {top.x - px(6), top.y}, {top.x + px(6), drawing.greatest.y});
  draw_text(list, {drawing.least.x - px(8), drawing.least.y}, count_text(most), theme().muted, look().fonts.small, 1);
  draw_text(list, {drawing.least.x, drawing.greatest.y + px(4)}, compare::number_text(histogram.low, ""), theme().muted, look().fonts.small);
  draw_text(list, {drawing.greatest.x, drawing.greatest.y + px(4)}, compare::number_text(histogram.high, ""), theme().muted, look().fonts.small, 1);
}

}  // namespace window
