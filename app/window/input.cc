#include "app/window/input.h"

#include <algorithm>
#include <cfloat>
#include <iterator>

namespace window {

void Input::map_keys() {
  int* const map = ImGui::GetIO().KeyMap;
  const int pairs[][2] = {{ImGuiKey_Tab, kTab}, {ImGuiKey_LeftArrow, kLeft}, {ImGuiKey_RightArrow, kRight},
                          {ImGuiKey_UpArrow, kUp}, {ImGuiKey_DownArrow, kDown}, {ImGuiKey_PageUp, kPageUp},
                          {ImGuiKey_PageDown, kPageDown}, {ImGuiKey_Home, kHome}, {ImGuiKey_End, kEnd},
                          {ImGuiKey_Insert, kInsert}, {ImGuiKey_Delete, kDelete}, {ImGuiKey_Backspace, kBackspace},
                          {ImGuiKey_Space, kSpace}, {ImGuiKey_Enter, kEnter}, {ImGuiKey_Escape, kEscape},
                          {ImGuiKey_KeyPadEnter, kKeypadEnter}, {ImGuiKey_A, kA}, {ImGuiKey_C, kC}, {ImGuiKey_V, kV},
                          {ImGuiKey_X, kX}, {ImGuiKey_Y, kY}, {ImGuiKey_Z, kZ}};
  for (const auto& [slot, key] : pairs) map[slot] = key;
}

void Input::feed() {
  ImGuiIO& io = ImGui::GetIO();
  io.MouseWheel = io.MouseWheelH = 0;
  bool pressed_something = false, moved = false, edited = false;
  while (!events_.empty()) {
    const Event e = events_.front();
    // After a button or key changed, the next change and the next move wait: they belong to another moment.
    const bool changes = e.what == Event::What::button || e.what == Event::What::key || e.what == Event::What::release;
    if (changes && pressed_something) return;
    if (e.what == Event::What::move && pressed_something) return;
    // What is typed comes with the key that types it, and after whatever another key or a click did to the text.
    if (e.what == Event::What::character && edited) return;
    // A button that goes down where the mouse has just come to: ImGui must see the mouse there first, or nothing under it
    // would be hovered.
    if (e.what == Event::What::button && moved) return;
    events_.pop_front();
    switch (e.what) {
      case Event::What::move: io.MousePos = {e.x, e.y}, moved = true; break;
      case Event::What::leave: io.MousePos = {-FLT_MAX, -FLT_MAX}; break;
      case Event::What::wheel: io.MouseWheelH += e.x, io.MouseWheel += e.y; break;
      case Event::What::character: io.AddInputCharacter(static_cast<unsigned int>(e.which)); break;
      case Event::What::button:
        if (e.which >= 0 && e.which < IM_ARRAYSIZE(io.MouseDown)) io.MouseDown[e.which] = e.down;
        break;
      case Event::What::key:
        if (e.which >= 0 && e.which < IM_ARRAYSIZE(io.KeysDown)) io.KeysDown[e.which] = e.down;
        break;
      case Event::What::release:
        std::fill(std::begin(io.MouseDown), std::end(io.MouseDown), false);
        std::fill(std::begin(io.KeysDown), std::end(io.KeysDown), false);
        break;
    }
    pressed_something = pressed_something || changes;
    edited = edited || (changes && !(e.what == Event::What::key && e.which < kEscape));
    io.KeyCtrl = io.KeysDown[kCtrl] || io.KeysDown[kRightCtrl];
    io.KeyShift = io.KeysDown[kShift] || io.KeysDown[kRightShift];
    io.KeyAlt = io.KeysDown[kAlt] || io.KeysDown[kRightAlt];
    io.KeySuper = io.KeysDown[kSuper] || io.KeysDown[kRightSuper];
  }
}

}  // namespace window
