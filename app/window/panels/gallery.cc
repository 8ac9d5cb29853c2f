#include "app/window/panels/gallery.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

#include "app/window/card.h"
#include "app/window/panels/emblem.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kCardLeast = 330, kCardHigh = 132, kBetween = 14, kSide = 290;
constexpr double kOffered = 20;         // Seconds: so long what was deleted can be brought back with one click.

std::string when_text(std::int64_t when) {
  const std::time_t seconds = when;
  std::tm local{};
  if (when <= 0 || localtime_r(&seconds, &local) == nullptr) return "";
  char out[32];
  std::strftime(out, sizeof out, "%d %b %H:%M", &local);
  return out;
}

std::string plural(std::size_t n, const std::string& word) { return std::to_string(n) + " " + word + (n == 1 ? "" : "s"); }

// Words that wrap into a rectangle of so many lines, the last cut with an ellipsis; true when it was.
bool wrapped_into(ImDrawList& list, ImVec2 at, float width, std::size_t lines, std::string_view words, Colour colour,
                  ImFont* font = look().fonts.body) {
  for (std::size_t line = 0; line < lines && !words.empty(); ++line) {
    std::size_t fits = 0;
    while (fits < words.size()) {
      const std::size_t next = std::min(words.find(' ', fits + 1), words.size());
      if (fits > 0 && text_size(words.substr(0, next), font).x > width) break;
      fits = next;
    }
    std::string piece(words.substr(0, fits));
    words.remove_prefix(std::min(words.size(), fits + 1));
    const bool cut = line + 1 == lines && (!words.empty() || text_size(piece, font).x > width);
    if (cut) {
      while (!piece.empty() && text_size(piece + "\u2026", font).x > width) piece.pop_back();
      piece += "\u2026";
    }
    draw_text(list, at, piece, colour, font);
    at.y += std::floor(font->FontSize * 1.35f);
    if (cut) return true;
  }
  return false;
}

// A line in a frame, with one thing that can be done about it at its right end. True when that was pressed.
bool offer(const std::string& words, const std::string& action, const std::string& tip, const CardLook& how) {
  bool pressed = false;
  {
    const Card card(how);
    const float open = text_size(action).x + ImGui::GetStyle().FramePadding.x * 2 + px(6);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float room = ImGui::GetContentRegionAvail().x;
    ImGui::SetCursorScreenPos({at.x + room - open, at.y});
    pressed = button(action, {}, tip);
    const ImVec2 below = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos({at.x, at.y + ImGui::GetStyle().FramePadding.y});
    fitted(words, room - open - px(16), theme().text, look().fonts.strong);
    ImGui::SetCursorScreenPos({at.x, below.y});
  }
  gap(16);
  return pressed;
}

// That the program died of a bug: no more than a quiet line, for nothing that was recorded is lost.
void draw_report(const std::string& report, Commands& commands) {
  const std::string copy = "Copy its path", away = "Put away";
  const float room = ImGui::GetContentRegionAvail().x - text_size(copy + away, look().fonts.small).x - px(60);
  const ImVec2 at = ImGui::GetCursorPos();
  const std::string words = "The program crashed when it was used last, and left a report. What was recorded until then can be opened.";
  fitted(words, room, theme().muted);
  tooltip(report);
  ImGui::SetCursorPos({at.x + std::min(room, text_size(words).x) + px(18), at.y});
  if (quiet_button(copy, report)) commands.want(CopyText{report});
  ImGui::SameLine(0, px(14));
  if (quiet_button(away, "The report stays where it is")) commands.want(ReportSeen{});
  gap(12);
}

// What is left of the time before the window was opened: a run that was cut off, or the place that was left.
void draw_offers(const std::vector<library::RunEntry>& runs, const Offers& offers, Commands& commands) {
  if (!offers.report.empty()) draw_report(offers.report, commands);
  const auto cut = std::find_if(runs.begin(), runs.end(), [](const auto& run) { return run.cut_off; });
  if (cut != runs.end()) {
    CardLook how;
    how.ground = faded(theme().warn, 0.08f), how.edge = faded(theme().warn, 0.6f);
    const bool was_looked_at = offers.last != nullptr && offers.last->run == cut->path;
    if (offer("A run was cut off: " + cut->name, "Open it", "The window that wrote it is gone without an end. What was recorded until then is kept.\n" + cut->path, how))
      commands.want(was_looked_at ? Wish(Continue{}) : Wish(OpenRun{cut->path}));
    if (was_looked_at) return;
  }
  if (offers.last == nullptr) return;
  const std::string where = offers.last->title + " at " + time_text(offers.last->at);
  if (offer("Continue where you were: " + where, "Continue", "Opens the run at that moment. To go on with its world, play from there on a branch.\n" + offers.last->run, {}))
    commands.want(Continue{});
}

}  // namespace

void Gallery::draw(const std::vector<guide::Lab>& labs, const std::map<std::string, library::LabProgress>& progress,
                   const std::vector<library::RunEntry>& runs, Commands& commands, const Offers& offers) {
  const auto cards = fold_labs(labs, progress, search_);
  const float width = ImGui::GetContentRegionAvail().x;
  const bool beside = width > px(kCardLeast + kSide + 60);
  draw_offers(runs, offers, commands);
  draw_deleted(commands);
  draw_head(commands);
  gap(10);
  if (!beside) {
    draw_labs(cards, commands);
    gap(22);
    draw_runs(runs, commands);
    return;
  }
  // Cards wider than this are hard to read, and the rest of a wide screen is better left empty.
  const float side = px(kSide), between = px(40);
  const float left = std::floor(std::min(width - side - between, px(kCardLeast * 4.6f)));
  const ImVec2 at = ImGui::GetCursorPos();
  const float tall = std::max(px(200), ImGui::GetContentRegionAvail().y);
  ImGui::BeginChild("labs", {left, tall});
  draw_labs(cards, commands);
  ImGui::EndChild();
  ImGui::SetCursorPos({at.x + left + between, at.y});
  ImGui::BeginChild("runs of late", {side, tall});
  draw_runs(runs, commands);
  ImGui::EndChild();
}

void Gallery::remove(const LabCard& card, Commands& commands) {
  deleted_ = card, deleted_at_ = look().clock;
  commands.want(DeleteLab{card.name});
}

void Gallery::draw_deleted(Commands& commands) {
  if (deleted_.name.empty()) return;
  if (look().clock >= deleted_at_ + kOffered) return void(deleted_ = {});
  if (!offer("Deleted: " + deleted_.title, "Undo", "It comes back as it was. So it does for 30 days.", {})) return;
  commands.want(RestoreLab{deleted_.name});
  deleted_ = {};
}

void Gallery::draw_head(Commands& commands) {
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 at = ImGui::GetCursorPos();
  text("Labs", theme().text, look().fonts.title);
  const char* const words = "Each is a real cluster that you break by hand.";
  const float title = text_size("Labs", look().fonts.title).x + px(14);
  const float fresh = text_size("New experiment").x + ImGui::GetStyle().FramePadding.x * 2 + px(6);
  const float search = std::min(px(260), width - fresh - px(100));
  if (title + text_size(words).x + px(30) < width - fresh - search) {
    ImGui::SetCursorPos({at.x + title, at.y + px(7)});
    text(words, theme().faint);
  }
  ImGui::SetCursorPos({at.x + width - fresh - search - px(10), at.y});
  if (field("search labs", search_, "Find a lab", search)) focused_ = 0;
  ImGui::SameLine(0, px(10));
  if (button("New experiment", {}, "Choose kinds of nodes, how many, their settings and links.")) commands.want(Ask{"new"});
}

void Gallery::draw_labs(const std::vector<LabCard>& cards, Commands& commands) {
  if (cards.empty()) return muted(search_.empty() ? "No lab is installed." : "No lab has these words.");
  const float width = ImGui::GetContentRegionAvail().x - px(4), between = px(kBetween);
  CardGrid grid;
  grid.columns = static_cast<std::size_t>(std::max(1.0f, std::floor((width + between) / (px(kCardLeast) + between))));
  std::size_t family = 0;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (i > 0 && cards[i].family != cards[i - 1].family) ++family;
    grid.families.push_back(family);
  }
  move(cards, grid, commands);
  const float columns = static_cast<float>(grid.columns), wide = std::floor((width - between * (columns - 1)) / columns);
  std::size_t in_family = 0;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (i == 0 || grid.families[i] != grid.families[i - 1]) {
      if (i > 0) gap(20);
      section(cards[i].family);
      gap(4);
      in_family = 0;
    }
    const std::size_t column = in_family % grid.columns;
    if (column > 0) ImGui::SameLine(0, between);
    draw_card(cards[i], i, ImGui::GetCursorScreenPos(), {wide, px(kCardHigh)}, commands);
    if (column + 1 == grid.columns || i + 1 == cards.size() || grid.families[i + 1] != grid.families[i])
      ImGui::SetCursorPosY(ImGui::GetCursorPosY() + between - ImGui::GetStyle().ItemSpacing.y);
    ++in_family;
  }
  ImGui::Dummy({0, px(8)});
}

namespace {

// What a card opens: a lab that is half done where it was left.
OpenLab opened(const LabCard& card) { return {card.name, {}, false, {}, card.begun ? card.done : 0}; }

}  // namespace

void Gallery::move(const std::vector<LabCard>& cards, const CardGrid& grid, Commands& commands) {
  focused_ = std::min(focused_, cards.size() - 1);
  const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)); };
  const bool typing = ImGui::GetIO().WantTextInput;
  int right = 0, down = 0;
  // In the search field, left and right are the cursor's.
  if (!typing) right = (pressed(ImGuiKey_RightArrow) ? 1 : 0) - (pressed(ImGuiKey_LeftArrow) ? 1 : 0);
  down = (pressed(ImGuiKey_DownArrow) ? 1 : 0) - (pressed(ImGuiKey_UpArrow) ? 1 : 0);
  if (right != 0 || down != 0) {
    // The first key only shows where one is.
    if (keys_used_) focused_ = grid.moved(focused_, right, down);
    keys_used_ = scroll_to_it_ = true;
  }
  if (pressed(ImGuiKey_Delete) && !typing && keys_used_ && cards[focused_].own) remove(cards[focused_], commands);
  if (pressed(ImGuiKey_Enter) && (keys_used_ || (typing && !search_.empty()))) commands.want(opened(cards[focused_]));
}

void Gallery::draw_card(const LabCard& card, std::size_t index, ImVec2 at, ImVec2 size, Commands& commands) {
  const Theme& t = theme();
  ImGui::PushID(card.name.c_str());
  const bool pressed = ImGui::InvisibleButton("card", size);
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered(), focused = keys_used_ && index == focused_;
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (focused && std::exchange(scroll_to_it_, false)) ImGui::SetScrollHereY(0.5f);
  const ImVec2 end{at.x + size.x, at.y + size.y};
  // One's own can be deleted, in the corner.
  const ImVec2 cross{end.x - px(18), at.y + px(20)}, mouse = ImGui::GetIO().MousePos;
  const bool on_cross = card.own && hovered && std::abs(mouse.x - cross.x) < px(11) && std::abs(mouse.y - cross.y) < px(11);
  if (pressed && on_cross) remove(card, commands);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, end, hovered ? t.raised : t.sunken, px(8));
  list.AddRect(at, end, focused || card.first ? t.accent : t.line, px(8), 0, focused ? px(2) : 1);
  const float emblem = px(84);
  draw_emblem(list, {at.x + px(16) + emblem / 2, at.y + size.y / 2}, emblem, card.emblem);
  const float left = at.x + px(16) + emblem + px(18), wide = end.x - left - px(card.own ? 34 : 14);
  ImGui::PushClipRect({left - 2, at.y}, {end.x - px(10), end.y}, true);
  const bool title_cut = wrapped_into(list, {left, at.y + px(13)}, wide, 1, card.title, t.text, look().fonts.strong);
  ImGui::PopClipRect();
  const bool cut = wrapped_into(list, {left, at.y + px(37)}, wide, 3, card.summary, t.muted) || title_cut;
  const float y = end.y - px(26);
  const bool halfway = opened(card).step > 0;
  const std::string action = card.first ? "Start here" : halfway ? "Continue" : card.begun ? "Start again" : card.finished ? "Done" : "";
  // A lab that is half done goes on where it was left; beside that, it can be begun again.
  const float action_left = end.x - px(14) - text_size(action, look().fonts.strong).x;
  const ImVec2 again_least{action_left - px(18) - text_size("Start again").x, y - px(4)}, again_greatest{action_left - px(8), end.y - px(8)};
  const bool on_again = halfway && hovered && ImGui::IsMouseHoveringRect(again_least, again_greatest);
  if (pressed && !on_cross) focused_ = index, commands.want(on_again ? OpenLab{card.name, {}, false, {}} : opened(card));
  std::string count = plural(card.steps, "step");
  if (card.done > 0 && !card.finished) count = std::to_string(card.done) + " of " + count;
  if (card.hints > 0) count += " \u00b7 " + plural(card.hints, "hint");
  draw_text(list, {left, y}, count, t.faint, look().fonts.small);
  const Colour ink = card.finished ? t.good : t.accent;
  if (!action.empty()) draw_text(list, {end.x - px(14), y - px(1)}, action, ink, look().fonts.strong, 1);
  if (halfway) {
    draw_text(list, {action_left - px(18), y - px(1)}, "Start again", on_again ? t.text : t.muted, nullptr, 1);
    probe("again:" + card.name, again_least, again_greatest);
  }
  if (card.finished) draw_icon(list, Icon::check, {end.x - px(24) - text_size(action, look().fonts.strong).x, y + px(7)}, px(11), t.good);
  if (card.done > 0 && card.steps > 0) {
    const float part = static_cast<float>(card.done) / static_cast<float>(card.steps);
    list.AddRectFilled({left, end.y - px(7)}, {end.x - px(14), end.y - px(4)}, t.raised, px(2));
    list.AddRectFilled({left, end.y - px(7)}, {left + (end.x - px(14) - left) * part, end.y - px(4)}, t.good, px(2));
  }
  if (card.own) {
    if (on_cross) list.AddRectFilled({cross.x - px(11), cross.y - px(11)}, {cross.x + px(11), cross.y + px(11)}, t.pressed, px(5));
    draw_icon(list, Icon::close, cross, px(12), on_cross ? t.bad : t.faint);
    probe("delete:" + card.name, {cross.x - px(9), cross.y - px(9)}, {cross.x + px(9), cross.y + px(9)});
    if (on_cross) return tooltip("Delete this lab of yours. It can be brought back for 30 days.");
  }
  probe("lab:" + card.name, at, end);
  if (focused) probe("focused:" + card.name, at, end);
  if (!action.empty()) probe("action:" + action + ":" + card.name, {end.x - px(100), y}, end);
  if (cut) tooltip(card.title + "\n" + card.summary);
}

void Gallery::draw_runs(const std::vector<library::RunEntry>& runs, Commands& commands) {
  section("Recent runs");
  gap(4);
  if (runs.empty()) return paragraph("Every run is recorded. What you do will stand here.", theme().faint);
  std::vector<const library::RunEntry*> latest;
  for (const auto& run : runs) latest.push_back(&run);
  const std::size_t shown = std::min<std::size_t>(5, latest.size());
  std::partial_sort(latest.begin(), latest.begin() + static_cast<std::ptrdiff_t>(shown), latest.end(),
                    [](const auto* a, const auto* b) { return a->when > b->when; });
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& run = *latest[i];
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{ImGui::GetContentRegionAvail().x, px(44)};
    ImGui::PushID(run.path.c_str());
    if (ImGui::InvisibleButton("run", size)) commands.want(OpenRun{run.path});
    ImGui::PopID();
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (hovered) list.AddRectFilled(at, {at.x + size.x, at.y + size.y}, theme().raised, px(6));
    wrapped_into(list, {at.x + px(8), at.y + px(5)}, size.x - px(16), 1, run.name, theme().text);
    std::string below = when_text(run.when);
    below += (below.empty() ? "" : " \u00b7 ") + bytes_text(static_cast<double>(run.bytes));
    if (run.world == "loopback") below += " \u00b7 loopback";
    const Colour ink = !run.trouble.empty() ? theme().bad : run.cut_off ? theme().warn : theme().faint;
    if (!run.trouble.empty()) below = "cannot be read";
    else if (run.recording) below += " \u00b7 recording";
    else if (run.cut_off) below += " \u00b7 cut off";
    draw_text(list, {at.x + px(8), at.y + px(25)}, below, ink, look().fonts.small);
    probe("run:" + run.path, at, {at.x + size.x, at.y + size.y});
    tooltip(run.name + "\n" + (run.trouble.empty() ? below : run.trouble) + "\n" + run.path);
  }
  if (runs.size() > shown && quiet_button("All runs")) commands.want(GoTo{Place::runs});
}

}  // namespace window
