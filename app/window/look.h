// How everything looks at this moment: the theme, the fonts, the scale. Set once before a frame, read while it is drawn.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "app/window/theme.h"
#include "imgui.h"

namespace window {

// Inter for words, JetBrains Mono for numbers and texts of the mechanisms.
struct Fonts {
  ImFont* body = nullptr;      // 14
  ImFont* small = nullptr;     // 12
  ImFont* strong = nullptr;    // 14, semi-bold
  ImFont* title = nullptr;     // 21, semi-bold
  ImFont* mono = nullptr;      // 13
  ImFont* small_mono = nullptr;  // 11
};

// Something on the screen that can be aimed at or read, for tests: they aim by name, not by pixels.
struct Probe {
  std::string name;            // "button:Fork here", "node:S3", "text:..."
  ImVec2 least, greatest;      // Its rectangle on the screen.
  bool clipped = false;        // Of a text: it did not fit where it was drawn.
};

struct Look {
  const Theme* theme = &dark_theme();
  Fonts fonts;
  float scale = 1;             // 0.75 to 2.5: of all sizes.
  double clock = 0;            // Seconds since the window opened, for what moves. Frozen in tests.
  std::vector<Probe>* probes = nullptr;  // Null: nobody wants to know.
};

// The present one. Only valid between use_look() and the end of its argument.
const Look& look();
void use_look(const Look& now);

inline const Theme& theme() { return *look().theme; }
// A length in pixels, of one given for scale 1.
inline float px(float length) { return length * look().scale; }
inline ImVec2 px(float x, float y) { return {px(x), px(y)}; }

// Builds the fonts of this scale into an atlas; nothing else is touched. And sets the style of the present ImGui context.
Fonts build_fonts(ImFontAtlas& atlas, float scale);
void set_style(const Theme& theme, float scale);

// Says to tests that this is here.
void probe(std::string name, ImVec2 least, ImVec2 greatest, bool clipped = false);

}  // namespace window
