#include "app/window/theme.h"

#include <algorithm>
#include <cmath>

namespace window {
namespace {

constexpr Theme kDark{
    .name = "dark",
    .dark = true,
    .ground = rgb(0x1b1d24), .sunken = rgb(0x14161b), .raised = rgb(0x2b2e39), .hovered = rgb(0x363a47), .pressed = rgb(0x404554),
    .line = rgb(0x262932), .strong_line = rgb(0x6b7180),
    .text = rgb(0xe6e8ee), .muted = rgb(0xa3a8b4), .faint = rgb(0x848997),
    .accent = rgb(0x56b4e9), .on_accent = rgb(0x0d1a24),
    .good = rgb(0x2fb98c), .warn = rgb(0xe69f00), .bad = rgb(0xf0705a),
    .series = {rgb(0x56b4e9), rgb(0xffc727), rgb(0x5ff0b1), rgb(0xc684a9), rgb(0xa5a100), rgb(0x7183ea), rgb(0xf26f5b), rgb(0xcfd6e5)},
};

constexpr Theme kLight{
    .name = "light",
    .dark = false,
    .ground = rgb(0xf6f7f9), .sunken = rgb(0xffffff), .raised = rgb(0xe7e9ee), .hovered = rgb(0xdadde4), .pressed = rgb(0xcbd0d9),
    .line = rgb(0xdfe2e8), .strong_line = rgb(0x7d8594),
    .text = rgb(0x1c2028), .muted = rgb(0x525a68), .faint = rgb(0x686f7d),
    .accent = rgb(0x0a6aa8), .on_accent = rgb(0xffffff),
    .good = rgb(0x007a58), .warn = rgb(0x9a5b00), .bad = rgb(0xc03a1c),
    .series = {rgb(0x0072b2), rgb(0x854000), rgb(0x2aa408), rgb(0x762477), rgb(0x8e7cf6), rgb(0x1b37a5), rgb(0xcc4d4b), rgb(0x4e5057)},
};

constexpr Theme kHighContrast{
    .name = "high contrast",
    .dark = true,
    .ground = rgb(0x000000), .sunken = rgb(0x000000), .raised = rgb(0x1d1f24), .hovered = rgb(0x343842), .pressed = rgb(0x4a505e),
    .line = rgb(0x5a606c), .strong_line = rgb(0xffffff),
    .text = rgb(0xffffff), .muted = rgb(0xdadde4), .faint = rgb(0xb9bec9),
    .accent = rgb(0x6cc8ff), .on_accent = rgb(0x000000),
    .good = rgb(0x3fe0ab), .warn = rgb(0xffb31a), .bad = rgb(0xff7f66),
    .series = {rgb(0xa1bbfe), rgb(0xfbb009), rgb(0x4fdda4), rgb(0xffbde2), rgb(0xfcf964), rgb(0x5997b8), rgb(0xff7f67), rgb(0x8180d8)},
};

double luminance(Colour c) {
  const auto part = [&](int shift) {
    const double v = static_cast<double>(c >> shift & 0xffu) / 255.0;
    return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * part(0) + 0.7152 * part(8) + 0.0722 * part(16);
}

}  // namespace

const Theme& dark_theme() { return kDark; }
const Theme& light_theme() { return kLight; }
const Theme& high_contrast_theme() { return kHighContrast; }

const Theme* find_theme(std::string_view name) {
  for (const Theme* theme : {&kDark, &kLight, &kHighContrast})
    if (theme->name == name) return theme;
  return nullptr;
}

double contrast(Colour a, Colour b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

}  // namespace window
