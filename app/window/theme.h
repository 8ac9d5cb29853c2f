// The colours of the window, by what they mean. Nothing else in the window names a colour.
//
// Series and messages take colours near those of Okabe and Ito (Color Universal Design, 2008), moved until any two of them
// can be told apart with any kind of colour vision, on each ground: theme_test.cc computes it. Where a colour carries
// meaning, a shape, a dash or a word carries it too.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace window {

using Colour = std::uint32_t;   // As ImGui has it: 0xAABBGGRR.

constexpr Colour rgb(std::uint32_t hex) {
  return 0xff000000u | (hex & 0xffu) << 16 | (hex & 0xff00u) | (hex >> 16 & 0xffu);
}
// The same colour, so much of it: 1 is opaque.
constexpr Colour faded(Colour c, float part) {
  return (c & 0x00ffffffu) | static_cast<Colour>(static_cast<float>(c >> 24) * part) << 24;
}

struct Theme {
  std::string_view name;
  bool dark = true;
  Colour ground, sunken, raised, hovered, pressed;   // Panels; where things are drawn; buttons at rest, under the mouse, held.
  Colour line, strong_line;                          // Between panels; around what must be found.
  Colour text, muted, faint;                         // What is said; what explains; hints that may be overlooked.
  Colour accent, on_accent;                          // What to do next, what is selected; text on it.
  Colour good, warn, bad;                            // Done; wrong but alive; broken, lost, cut.
  std::array<Colour, 8> series;                      // In a plot, and for the kinds of messages.
};

const Theme& dark_theme();
const Theme& light_theme();
const Theme& high_contrast_theme();
// Null when there is none of that name.
const Theme* find_theme(std::string_view name);

// The contrast of two opaque colours, from 1 to 21 (WCAG 2.1, 1.4.3).
double contrast(Colour a, Colour b);

}  // namespace window
