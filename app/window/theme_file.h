// A theme of one's own: a TOML file that names colours, over one of the program's themes for all others.
//
//   base = "dark"
//   accent = "#56b4e9"
//   series = ["#56b4e9", "#ffc727"]
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "app/window/theme.h"

namespace window {

// In words, with the file, the line and the name.
struct BadTheme : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// `file`: for messages. Throws BadTheme.
Theme read_theme(std::string_view text, const std::string& file);
Theme load_theme(const std::string& path);
// Whether this is meant as a file, and not as the name of one of the program's own.
bool names_theme_file(std::string_view theme);
// What somebody will hardly be able to read or see, a line each. Such a theme is used all the same.
std::vector<std::string> hard_to_see(const Theme& theme);

}  // namespace window
