// Hands for tests of the window: they aim by the names that widgets tell (look.h), press, drag and type on a stage, and
// panels answer with wishes. Everything happens within the process; nothing waits for a display.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "app/window/player.h"
#include "app/window/stage.h"
#include "imgui.h"

namespace window {

class Hands {
 public:
  // `draw` is called for each frame, in a borderless ImGui window as large as the stage.
  Hands(Stage& stage, std::function<void()> draw) : stage_(stage), draw_(std::move(draw)) {}

  void frame(int count = 1) {
    for (int i = 0; i < count; ++i) stage_.settle([this] { whole(); });
  }
  ImVec2 centre(const std::string& name) {
    const Probe* const probe = stage_.find(name);
    if (probe == nullptr) {
      ADD_FAILURE() << name << " is not on the screen:" << all();
      return {-1, -1};
    }
    return {(probe->least.x + probe->greatest.x) / 2, (probe->least.y + probe->greatest.y) / 2};
  }
  bool sees(const std::string& name) const { return stage_.find(name) != nullptr; }
  void move(ImVec2 to) {
    stage_.input.move(to.x, to.y);
    frame();
  }
  void click(ImVec2 at, int button = 0) {
    move(at);
    stage_.input.button(button, true);
    stage_.input.button(button, false);
    frame();
  }
  void click(const std::string& name, int button = 0) { click(centre(name), button); }
  void drag(const std::vector<ImVec2>& path, int button = 0) {
    move(path.front());
    stage_.input.button(button, true);
    for (std::size_t i = 1; i < path.size(); ++i)
      for (int part = 1; part <= 8; ++part) {
        const float t = static_cast<float>(part) / 8;
        stage_.input.move(path[i - 1].x + (path[i].x - path[i - 1].x) * t, path[i - 1].y + (path[i].y - path[i - 1].y) * t);
        frame();
      }
    stage_.input.button(button, false);
    frame();
  }
  void wheel(ImVec2 at, float notches) {
    move(at);
    stage_.input.wheel(0, notches);
    frame();
  }
  // Modifiers first: key({kCtrl, kK}).
  void key(const std::vector<int>& chord) {
    for (const int k : chord) stage_.input.key(k, true);
    frame();
    for (auto k = chord.rbegin(); k != chord.rend(); ++k) stage_.input.key(*k, false);
    frame();
  }
  void type(const std::string& words) {
    for (const char c : words) stage_.input.character(static_cast<unsigned char>(c));
    frame();
  }
  std::string all() const {
    std::string names;
    for (const auto& probe : stage_.probes()) names += "\n  " + probe.name;
    return names;
  }
  std::string clipped() const {        // Texts that do not fit where they are drawn.
    std::string names;
    for (const auto& probe : stage_.probes())
      if (probe.clipped) names += "\n  " + probe.name;
    return names;
  }

 private:
  void whole() {
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::Begin("stage", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
    ImGui::PopStyleVar();
    draw_();
    ImGui::End();
  }
  Stage& stage_;
  std::function<void()> draw_;
};

// A panel in the place below the top bar.
inline void draw_in_place(const std::function<void()>& draw) {
  ImGui::SetCursorPos(px(32, 24));
  ImGui::BeginChild("place", {ImGui::GetWindowWidth() - px(64), ImGui::GetWindowHeight() - px(40)});
  draw();
  ImGui::EndChild();
}

// The wishes of one kind since they were taken last.
template <class Kind>
std::vector<Kind> taken(Commands& commands) {
  std::vector<Kind> all;
  for (const auto& wish : commands.take())
    if (const auto* kind = std::get_if<Kind>(&wish)) all.push_back(*kind);
  return all;
}

}  // namespace window
