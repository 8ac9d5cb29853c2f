#include "app/window/stage.h"

#include "imgui.h"

namespace window {

Stage::Stage(int width, int height) {
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.ConfigInputTextCursorBlink = false;   // The same picture whenever it is taken.
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  Input::map_keys();
  look_.scale = 0;
  look_.probes = &probes_;
}
Stage::~Stage() { ImGui::DestroyContext(); }

void Stage::frame(const std::function<void()>& draw, double seconds) {
  if (scale != look_.scale) {
    look_.scale = scale;
    look_.fonts = build_fonts(*ImGui::GetIO().Fonts, scale);
    ImGui::GetIO().Fonts->SetTexID(reinterpret_cast<ImTextureID>(1));
  }
  look_.theme = colours;
  set_style(*colours, scale);
  look_.clock += seconds;
  use_look(look_);
  probes_.clear();
  ImGui::GetIO().DeltaTime = static_cast<float>(seconds);
  input.feed();
  ImGui::NewFrame();
  draw();
  ImGui::Render();
}

void Stage::settle(const std::function<void()>& draw, double seconds) {
  do frame(draw, seconds);
  while (input.waiting());
  frame(draw, seconds);
  frame(draw, seconds);
}

Picture Stage::picture() const { return rasterize(*ImGui::GetDrawData(), colours->ground); }

const Probe* Stage::find(const std::string& name) const {
  for (const Probe& probe : probes_)
    if (probe.name == name) return &probe;
  return nullptr;
}

}  // namespace window
