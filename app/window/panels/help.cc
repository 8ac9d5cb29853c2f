#include "app/window/panels/help.h"

#include <algorithm>
#include <cmath>

#include "app/window/input.h"
#include "app/window/widgets.h"

namespace window {
namespace {

struct Line {
  std::string words, keys;
};
struct Group {
  std::string title;
  std::vector<Line> lines;
};

std::vector<Group> groups() {
  std::vector<Group> all;
  for (const auto& action : all_actions()) {
    if (action.keys.empty()) continue;
    if (all.empty() || all.back().title != action.group) all.push_back({action.group, {}});
    std::string keys;
    for (const auto& chord : action.keys) keys += (keys.empty() ? "" : "  ") + chord_text(chord);
    all.back().lines.push_back({action.name, keys});
  }
  all.push_back({"Lists",
                 {{"A page on, a page back", "PageDown  PageUp"},
                  {"Open the run that is marked", "Enter"},
                  {"Rename it", "F2"},
                  {"Delete it", "Delete"},
                  {"Bring back what was deleted", "Ctrl+Z"}}});
  all.push_back({"Hands",
                 {{"Cut the links that a line crosses", "drag on the ground"},
                  {"Split in two groups", "Shift+drag"},
                  {"Move a node, isolate it outside", "drag a node"},
                  {"Every fault of a node or link", "right-click"},
                  {"Zoom at the mouse", "wheel"},
                  {"Go to a moment", "click a time axis"},
                  {"Measure a stretch of time", "Ctrl+drag"}}});
  return all;
}

float height(const Group& group) { return px(34) + px(26) * static_cast<float>(group.lines.size()) + px(14); }

}  // namespace

void Help::draw() {
  if (!open) return;
  const auto all = groups();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float column = px(390);
  const bool two = screen.x > column * 2 + px(120);
  float whole = 0;
  for (const auto& group : all) whole += height(group);
  const float tall = std::min(screen.y - px(80), (two ? whole / 2 + px(60) : whole) + px(110));
  const ImVec2 size{two ? column * 2 + px(72) : column + px(48), tall};
  ImGui::SetNextWindowPos({std::floor((screen.x - size.x) / 2), std::floor((screen.y - size.y) / 2)});
  ImGui::SetNextWindowSize(size);
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(24, 20));
  ImGui::PushStyleColor(ImGuiCol_Border, theme().strong_line);
  ImGui::Begin("help", nullptr, ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  text("Keys", theme().text, look().fonts.title);
  gap(14);
  const ImVec2 top = ImGui::GetCursorPos();
  ImVec2 at = top;
  bool second = false;
  float lowest = 0;
  for (const auto& group : all) {
    if (two && !second && at.y - top.y + height(group) / 2 > whole / 2) second = true, at = {top.x + column + px(24), top.y};
    ImGui::SetCursorPos(at);
    section(group.title);
    float y = at.y + px(26);
    for (const auto& line : group.lines) {
      ImGui::SetCursorPos({at.x, y});
      text(line.words, theme().muted);
      ImGui::SetCursorPos({at.x + column - text_size(line.keys, look().fonts.mono).x, y});
      text(line.keys, theme().text, look().fonts.mono);
      y += px(26);
    }
    at.y += height(group);
    lowest = std::max(lowest, at.y);
  }
  ImGui::SetCursorPos({top.x, lowest});
  ImGui::Dummy({0, 0});
  const bool elsewhere = ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered();
  if (ImGui::IsKeyPressed(kEscape, false) || elsewhere) open = false;
  ImGui::End();
}

}  // namespace window
