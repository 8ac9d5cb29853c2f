// The colours of every theme can be read, and told apart by everybody.
#include "app/window/theme.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "labs/exports/svg.h"

namespace window {
namespace {

const Theme* const kThemes[] = {&dark_theme(), &light_theme(), &high_contrast_theme()};

TEST(Theme, TextCanBeReadOnEveryGround) {
  for (const Theme* t : kThemes)
    for (const Colour ground : {t->ground, t->sunken, t->raised}) {
      for (const Colour words : {t->text, t->muted}) EXPECT_GE(contrast(words, ground), 4.5) << t->name;
      EXPECT_GE(contrast(t->faint, ground), ground == t->raised ? 3.0 : 4.5) << t->name;
    }
  for (const Theme* t : kThemes) EXPECT_GE(contrast(t->on_accent, t->accent), 4.5) << t->name;
}

TEST(Theme, MarksStandOutFromWhatTheyAreDrawnOn) {
  for (const Theme* t : kThemes)
    for (const Colour ground : {t->ground, t->sunken}) {
      for (const Colour mark : {t->accent, t->good, t->warn, t->bad, t->strong_line}) EXPECT_GE(contrast(mark, ground), 3.0) << t->name;
      for (const Colour mark : t->series) EXPECT_GE(contrast(mark, ground), 3.0) << t->name;
    }
}

TEST(Theme, WordsOfGoodAndBadCanBeReadAsText) {
  for (const Theme* t : kThemes)
    for (const Colour words : {t->accent, t->good, t->warn, t->bad}) EXPECT_GE(contrast(words, t->ground), 4.5) << t->name;
}

using Rgb = std::array<double, 3>;

Rgb linear(Colour c) {
  Rgb out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double v = static_cast<double>(c >> (8 * i) & 255u) / 255;
    out[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return out;
}

// How the three kinds of colour blindness see (Machado, Oliveira, Fernandes, A Physiologically-based Model for Simulation
// of Color Vision Deficiency, 2009; severity 1).
constexpr double kSight[4][3][3] = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

// CIE L*a*b*, D65.
Rgb lab(const Rgb& c) {
  const auto clip = [](double v) { return std::min(1.0, std::max(0.0, v)); };
  const double r = clip(c[0]), g = clip(c[1]), b = clip(c[2]);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047), y = f(0.2126 * r + 0.7152 * g + 0.0722 * b),
               z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double difference(Colour a, Colour b, std::size_t sight) {
  const auto seen = [&](Colour colour) {
    const Rgb c = linear(colour);
    Rgb out{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k) out[i] += kSight[sight][i][k] * c[k];
    return lab(out);
  };
  const Rgb p = seen(a), q = seen(b);
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

TEST(Theme, AnyTwoSeriesCanBeToldApartWithAnyColourVision) {
  for (const Theme* t : kThemes)
    for (std::size_t sight = 0; sight < 4; ++sight)
      for (std::size_t i = 0; i < t->series.size(); ++i)
        for (std::size_t k = i + 1; k < t->series.size(); ++k)
          EXPECT_GE(difference(t->series[i], t->series[k], sight), 20) << t->name << " series " << i << " and " << k << ", sight " << sight;
}

TEST(Theme, IsFoundByItsName) {
  for (const Theme* t : kThemes) EXPECT_EQ(find_theme(t->name), t);
  EXPECT_EQ(find_theme("mauve"), nullptr);
}

// A picture that was exported has the colours that its maker saw.
TEST(Theme, ExportedPicturesHaveTheColoursOfTheWindow) {
  const auto expect_same = [](const exports::Palette& p, const Theme& t) {
    const auto same = [&](std::string_view hex, Colour colour) {
      EXPECT_EQ(rgb(static_cast<std::uint32_t>(std::stoul(std::string(hex.substr(1)), nullptr, 16))), colour) << t.name << hex;
    };
    same(p.ground, t.sunken), same(p.text, t.text), same(p.muted, t.muted), same(p.line, t.line), same(p.strong, t.strong_line);
    same(p.accent, t.accent), same(p.good, t.good), same(p.warn, t.warn), same(p.bad, t.bad);
    for (std::size_t i = 0; i < t.series.size(); ++i) same(p.series[i], t.series[i]);
  };
  expect_same(exports::kLightPalette, light_theme());
  expect_same(exports::kDarkPalette, dark_theme());
}

}  // namespace
}  // namespace window
