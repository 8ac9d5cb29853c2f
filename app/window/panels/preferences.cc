#include "app/window/panels/preferences.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include "app/window/input.h"
#include "app/window/theme_file.h"
#include "app/window/widgets.h"

namespace window {

void PreferencesDialog::draw(const library::Preferences& present, Commands& commands) {
  if (!open) return void(filled_ = false);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size = px(420, 346);
  ImGui::SetNextWindowPos({std::floor((screen.x - size.x) / 2), std::floor((screen.y - size.y) / 3)});
  ImGui::SetNextWindowSize(size);
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(24, 20));
  ImGui::PushStyleColor(ImGuiCol_Border, theme().strong_line);
  ImGui::Begin("preferences", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  text("Preferences", theme().text, look().fonts.title);
  gap(16);
  if (!sliding_) scale_ = look().scale;
  char shown[16];
  std::snprintf(shown, sizeof shown, "%.0f %%", scale_ * 100);
  bool released = false;
  sliding_ = slider("Scale", scale_, 0.75, 2.5, shown, false, released, "Of everything. Ctrl and + or - change it, too.") || (sliding_ && !released);
  scale_ = std::round(scale_ * 20) / 20;
  if (released) commands.want(SetScale{static_cast<float>(scale_)});
  gap(14);
  text("Theme");
  std::size_t chosen = names_theme_file(present.theme) ? 3 : present.theme == "light" ? 1 : present.theme == "high contrast" ? 2 : 0;
  if (choice("theme", {"dark", "light", "high contrast"}, chosen))
    commands.want(SetTheme{chosen == 1 ? "light" : chosen == 2 ? "high contrast" : "dark"});
  gap(6);
  if (!std::exchange(filled_, true)) file_ = chosen == 3 ? present.theme : "";
  const float use = text_size("Use").x + ImGui::GetStyle().FramePadding.x * 2 + px(6);
  field("theme file", file_, "A theme file (.toml)", ImGui::GetContentRegionAvail().x - use - px(10));
  const bool entered = ImGui::IsItemDeactivatedAfterEdit() && ImGui::IsKeyPressed(kEnter, false);
  ImGui::SameLine(0, px(10));
  ButtonLook how;
  how.enabled = !file_.empty();
  if ((button("Use", how, "Colours that a file names, over one of these themes: assets/themes/dusk.toml is one.") || entered) && !file_.empty())
    commands.want(SetTheme{file_});
  gap(18);
  bool stops = present.stop_at_violation;
  if (check_box("Stand at the moment when a promise is broken", stops)) commands.want(StopAtViolation{stops});
  gap(20);
  if (button("Close")) open = false;
  // Also the press that takes hold of the slider or of the field is one within.
  const bool elsewhere = ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
  if (ImGui::IsKeyPressed(kEscape, false) || elsewhere) open = false;
  ImGui::End();
}

}  // namespace window
