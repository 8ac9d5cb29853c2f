#include "app/window/theme_file.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/library/kept_file.h"
#include "labs/guide/system_toml.h"
#include "labs/guide/toml_text.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

constexpr std::size_t kLargest = 64 * 1024;

struct Named {
  std::string_view name;
  Colour Theme::*colour;
};
constexpr Named kNames[] = {{"ground", &Theme::ground}, {"sunken", &Theme::sunken}, {"raised", &Theme::raised},
                            {"hovered", &Theme::hovered}, {"pressed", &Theme::pressed}, {"line", &Theme::line},
                            {"strong_line", &Theme::strong_line}, {"text", &Theme::text}, {"muted", &Theme::muted},
                            {"faint", &Theme::faint}, {"accent", &Theme::accent}, {"on_accent", &Theme::on_accent},
                            {"good", &Theme::good}, {"warn", &Theme::warn}, {"bad", &Theme::bad}};

std::optional<Colour> colour_of(const toml::node& node) {
  const auto words = node.value<std::string>();
  if (!words || words->size() != 7 || words->front() != '#') return std::nullopt;
  std::uint32_t hex = 0;
  for (const char c : words->substr(1)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::nullopt;
    hex = hex << 4 | static_cast<std::uint32_t>(digit);
  }
  return rgb(hex);
}

Theme base_of(const toml::table& table) {
  const toml::node* const base = table.get("base");
  if (base == nullptr) return dark_theme();
  const Theme* const named = find_theme(base->value_or(std::string()));
  if (named == nullptr) guide::fail_at(*base, 1, "`base` is \"dark\", \"light\" or \"high contrast\"");
  return *named;
}

void read_series(const toml::node& node, Theme& theme) {
  const toml::array* const list = node.as_array();
  if (list == nullptr || list->empty() || list->size() > theme.series.size())
    guide::fail_at(node, 1, "`series` is a list of 1 to " + std::to_string(theme.series.size()) + " colours");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto colour = colour_of(*list->get(i));
    if (!colour) guide::fail_at(*list->get(i), 1, "`series` takes colours such as \"#56b4e9\"");
    theme.series[i] = *colour;
  }
}

[[noreturn]] void fail_name(const toml::node& node, const std::string& name) {
  std::vector<std::string> known{"base", "series"};
  for (const Named& one : kNames) known.emplace_back(one.name);
  const std::string near = core::nearest(name, known);
  std::string all;
  for (const auto& one : known) all += (all.empty() ? "" : ", ") + one;
  guide::fail_at(node, 1, "there is no colour `" + name + "`" + (near.empty() ? "; there are " + all : ", did you mean `" + near + "`?"));
}

Theme checked(const toml::table& table) {
  Theme theme = base_of(table);
  theme.name = "";
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "base") continue;
    if (name == "series") {
      read_series(node, theme);
      continue;
    }
    const auto* const known = std::find_if(std::begin(kNames), std::end(kNames), [&](const Named& one) { return one.name == name; });
    if (known == std::end(kNames)) fail_name(node, name);
    const auto colour = colour_of(node);
    if (!colour) guide::fail_at(node, 1, "`" + name + "` takes a colour such as \"#56b4e9\"");
    theme.*known->colour = *colour;
  }
  return theme;
}

}  // namespace

Theme read_theme(std::string_view text, const std::string& file) {
  try {
    return checked(guide::parse_toml(text, 1, "theme"));
  } catch (const guide::BadLab& bad) {
    throw BadTheme(file + ", " + bad.what());
  }
}

Theme load_theme(const std::string& path) {
  try {
    const auto text = library::read_file(path, kLargest);
    if (!text) throw BadTheme("there is no theme file " + path);
    return read_theme(*text, path);
  } catch (const library::Refused& why) {
    throw BadTheme(why.what());
  }
}

bool names_theme_file(std::string_view theme) { return theme.ends_with(".toml") || theme.find('/') != theme.npos; }

std::vector<std::string> hard_to_see(const Theme& theme) {
  std::vector<std::string> all;
  const auto need = [&](std::string_view name, Colour colour, std::string_view ground_name, Colour ground, double least) {
    const double has = contrast(colour, ground);
    if (has >= least) return;
    char words[96];
    std::snprintf(words, sizeof words, " on `%.*s` has a contrast of %.1f, and %.1f can be read", static_cast<int>(ground_name.size()), ground_name.data(), has, least);
    all.push_back("`" + std::string(name) + "`" + words);
  };
  for (const Named& ground : {kNames[0], kNames[1]}) {
    for (const Named& one : kNames)
      if (one.name == "text" || one.name == "muted" || one.name == "faint") need(one.name, theme.*one.colour, ground.name, theme.*ground.colour, 4.5);
      else if (one.name == "accent" || one.name == "good" || one.name == "warn" || one.name == "bad") need(one.name, theme.*one.colour, ground.name, theme.*ground.colour, 3);
    for (std::size_t i = 0; i < theme.series.size(); ++i) need("series " + std::to_string(i + 1), theme.series[i], ground.name, theme.*ground.colour, 3);
  }
  need("on_accent", theme.on_accent, "accent", theme.accent, 4.5);
  return all;
}

}  // namespace window
