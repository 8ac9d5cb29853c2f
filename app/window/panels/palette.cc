#include "app/window/panels/palette.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>

#include "app/window/input.h"
#include "app/window/panels/palette_files.h"
#include "app/window/panels/runs_list.h"
#include "app/window/widgets.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// A command as it is written, when it can be read.
bool reads(const std::string& line) {
  try {
    world::parse_command(line);
    return true;
  } catch (const world::BadCommand&) {
    return false;
  }
}

// A moment as it is shown, 00:12.480, as seconds, 12.48, or with any unit, 12480ms.
std::optional<core::Time> moment_of(const std::string& typed) {
  core::Duration length{};
  if (core::parse(typed, length) && length >= core::Duration{}) return core::kStart + length;
  double seconds = 0;
  for (std::size_t from = 0; from <= typed.size();) {
    const std::size_t end = std::min(typed.find(':', from), typed.size());
    const std::string part = typed.substr(from, end - from);
    double value = 0;
    if (part.empty() || part.find_first_not_of("0123456789.") != std::string::npos || !core::parse(part, value)) return {};
    seconds = seconds * 60 + value;
    from = end + 1;
  }
  if (seconds > 1e8) return {};
  return core::kStart + core::Duration(static_cast<std::int64_t>(std::llround(seconds * 1e9)));
}

// What is found, with how well.
class Search {
 public:
  explicit Search(std::string_view typed) : typed_(typed) {}
  void add(Found found, int bonus = 0) {
    const int score = typed_.empty() ? 1 : std::max(match(typed_, found.title), match(typed_, found.detail) / 2);
    if (score == 0) return;
    found.score = score + bonus;
    all_.push_back(std::move(found));
  }
  std::vector<Found> take() {
    std::stable_sort(all_.begin(), all_.end(), [](const Found& a, const Found& b) { return a.score > b.score; });
    return std::move(all_);
  }

 private:
  std::string_view typed_;
  std::vector<Found> all_;
};

void add_of_run(Search& search, const View& view) {
  for (const auto& node : view.run.header().nodes)
    search.add({node.name, "node · " + node.kind + " · " + node.group, "", SelectNode{node.id}, ""});
  std::set<std::string> kinds, groups;
  for (const auto& node : view.run.header().nodes) kinds.insert(node.kind), groups.insert(node.group);
  for (const auto& kind_name : kinds) {
    const world::Kind* const kind = catalog::find_kind(kind_name);
    if (kind == nullptr) continue;
    for (const auto* metric : kind->metrics)
      search.add({std::string(metric->name), "plot · " + std::string(metric->help), "", AddPlot{std::string(metric->name)}, ""});
    for (const auto& setting : kind->settings)
      search.add({setting.name, "setting · " + setting.help, "", {}, "set " + setting.name + "="});
    for (const auto& tell : kind->tells) search.add({"tell .. " + std::string(tell.form), std::string(tell.help), "", {}, "tell "});
  }
  for (const auto& form : world::command_forms())
    search.add({std::string(form.form), std::string(form.help), "", {}, std::string(form.verb) + " "});
}

}  // namespace

int match(std::string_view typed, std::string_view words) {
  int score = 0;
  std::size_t at = 0;
  bool together = false;
  for (const char wanted : typed) {
    if (wanted == ' ') {
      together = false;
      continue;
    }
    std::size_t found = at;
    while (found < words.size() && lower(words[found]) != lower(wanted)) ++found;
    if (found == words.size()) return 0;
    const bool begins = found == 0 || !std::isalnum(static_cast<unsigned char>(words[found - 1]));
    score += 10 + (together && found == at ? 15 : 0) + (begins ? 12 : 0) - static_cast<int>(std::min<std::size_t>(found - at, 8));
    together = true;
    at = found + 1;
  }
  return std::max(1, score - static_cast<int>(words.size()) / 16);
}

std::vector<Found> find(const std::string& typed, const View* view, const std::vector<guide::Lab>& labs,
                        const std::vector<library::RunEntry>& runs, const std::vector<Action>& actions, const std::deque<std::string>& recent) {
  if (looks_like_path(typed)) return find_files(typed);
  std::vector<Found> first;
  std::string words = typed;
  if (view != nullptr && typed.starts_with(":")) {
    if (const auto at = moment_of(typed.substr(1)))
      first.push_back({"Go to " + time_text(*at), "moment", "", Seek{*at}, ""});
    else
      first.push_back({":12.4", "a moment: seconds, 00:12.400, or 12400ms", "", {}, ":"});
    return first;
  }
  const bool only_commands = typed.starts_with(">");
  if (only_commands) words = typed.substr(1);
  if (view != nullptr && reads(words)) first.push_back({words, "give this command", "", Give{words}, ""});
  Search search(words);
  const auto newness = [&](const std::string& title) {
    const auto it = std::find(recent.begin(), recent.end(), title);
    return it == recent.end() ? 0 : 30 - static_cast<int>(it - recent.begin());
  };
  if (!only_commands) {
    for (const auto& action : actions)
      search.add({action.name, action.help, action.keys.empty() ? "" : chord_text(action.keys.front()), action.wish, ""}, newness(action.name) + 2);
    for (const auto& lab : labs) search.add({lab.title, "lab · " + lab.summary, "", OpenLab{lab.name, {}, false, {}}, ""}, newness(lab.title));
    for (const auto& run : runs)
      if (run.trouble.empty())
        search.add({run.name, "run · " + cell_text(run, RunColumn::when) + (run.tags.empty() ? "" : " · " + tags_text(run.tags)) + (run.note.empty() ? "" : " · " + run.note), "", OpenRun{run.path}, ""}, newness(run.name));
  }
  if (view != nullptr) add_of_run(search, *view);
  auto rest = search.take();
  first.insert(first.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  return first;
}

void Palette::open(const std::string& typed) {
  open_ = just_opened_ = true;
  typed_ = typed;
  searched_ = "?";
  picked_ = 0;
}

void Palette::choose(const Found& found, Commands& commands) {
  if (!found.fill.empty()) {
    typed_ = found.fill;
    just_opened_ = true;   // The cursor goes behind what was filled in.
    return;
  }
  std::erase(recent_, found.title);
  recent_.push_front(found.title);
  if (recent_.size() > 12) recent_.pop_back();
  commands.want(found.wish);
  open_ = false;
}

void Palette::draw_list(ImVec2 at, ImVec2 size, Commands& commands) {
  ImGui::SetCursorScreenPos(at);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));   // Rows touch: the clipper counts on it.
  ImGui::BeginChild("found", size);
  const float row = px(34);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(found_.size()), row);
  std::size_t chosen = found_.size();
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const Found& found = found_[index];
      const ImVec2 p = ImGui::GetCursorScreenPos();
      const float width = ImGui::GetContentRegionAvail().x;
      ImGui::PushID(i);
      if (ImGui::InvisibleButton("row", {width, row})) chosen = index;
      ImGui::PopID();
      if (ImGui::IsItemHovered() && (ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0)) picked_ = index;
      ImDrawList& list = *ImGui::GetWindowDrawList();
      if (index == picked_) list.AddRectFilled(p, {p.x + width, p.y + row}, theme().raised, px(5));
      const float y = p.y + (row - look().fonts.body->FontSize) / 2;
      const float title = std::min(text_size(found.title, look().fonts.body).x, width * 0.55f);
      draw_text(list, {p.x + px(12), y}, found.title, theme().text, look().fonts.body);
      const float keys = found.keys.empty() ? 0 : text_size(found.keys, look().fonts.mono).x + px(12);
      list.PushClipRect({p.x + title + px(24), p.y}, {p.x + width - keys - px(12), p.y + row}, true);
      list.AddText(look().fonts.small, look().fonts.small->FontSize, {p.x + title + px(28), y + px(1)}, theme().faint, found.detail.data(),
                   found.detail.data() + found.detail.size());
      list.PopClipRect();
      if (!found.keys.empty()) draw_text(list, {p.x + width - px(12), y}, found.keys, theme().muted, look().fonts.mono, 1);
      probe("found:" + found.title, p, {p.x + width, p.y + row});
    }
  if (static_cast<float>(picked_) * row < ImGui::GetScrollY()) ImGui::SetScrollY(static_cast<float>(picked_) * row);
  if (static_cast<float>(picked_ + 1) * row > ImGui::GetScrollY() + size.y) ImGui::SetScrollY(static_cast<float>(picked_ + 1) * row - size.y);
  ImGui::EndChild();
  ImGui::PopStyleVar();
  if (chosen < found_.size()) choose(Found(found_[chosen]), commands);
}

void Palette::draw(const View* view, const std::vector<guide::Lab>& labs, const std::vector<library::RunEntry>& runs,
                   const std::vector<Action>& actions, Commands& commands) {
  if (!open_) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(px(680), screen.x - px(40)), std::min(px(460), screen.y - px(120))};
  const ImVec2 at{std::floor((screen.x - size.x) / 2), px(72)};
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(12, 12));
  ImGui::PushStyleColor(ImGuiCol_Border, theme().strong_line);
  ImGui::Begin("palette", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  if (just_opened_) ImGui::SetKeyboardFocusHere();
  field("find", typed_, "A lab, a run, a command, a node, a metric, a setting, :12.4s, ~/a file");
  just_opened_ = false;
  if (typed_ != searched_) {
    found_ = find(typed_, view, labs, runs, actions, recent_);
    searched_ = typed_;
    picked_ = 0;
  }
  const ImVec2 below = ImGui::GetCursorScreenPos();
  if (found_.empty()) {
    ImGui::SetCursorScreenPos({below.x + px(12), below.y + px(8)});
    muted(looks_like_path(typed_) ? "No lab file (.md), run (.run) or folder begins so."
                                  : "Nothing is called so. A command can be typed as it is: partition S1 | S2 S3");
  } else {
    draw_list(below, {size.x - px(24), at.y + size.y - px(12) - below.y}, commands);
  }
  if (!found_.empty()) {
    if (ImGui::IsKeyPressed(kDown)) picked_ = std::min(picked_ + 1, found_.size() - 1);
    if (ImGui::IsKeyPressed(kUp) && picked_ > 0) --picked_;
    if (ImGui::IsKeyPressed(kEnter, false) || ImGui::IsKeyPressed(kKeypadEnter, false)) choose(Found(found_[std::min(picked_, found_.size() - 1)]), commands);
  }
  const bool elsewhere = ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows);
  if (ImGui::IsKeyPressed(kEscape, false) || elsewhere) open_ = false;
  ImGui::End();
}

}  // namespace window
