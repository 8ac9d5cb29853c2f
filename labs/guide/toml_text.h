// Reads the TOML of a lab file's blocks, which may come from anybody: bounded in size and depth, because
// toml++ recurses into nested values, and an error always says at which line of the file.
#pragma once
#include <string>
#include <string_view>

namespace guide {
// toml++ 3.3 asserts, and would end the program, where it should refuse: at `[=]`, for one.
[[noreturn]] void toml_gives_up();
}  // namespace guide
// Without its assertions it would read on past what it did not understand: a release needs them most.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : ::guide::toml_gives_up())
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace guide {

// `first_line`: where the block begins in its file; `what` it is, for messages. Throws BadLab.
toml::table parse_toml(std::string_view text, int first_line, const char* what);

// Throws BadLab with the line of `at`.
[[noreturn]] void fail_at(const toml::node& at, int first_line, const std::string& why);

// A basic string of TOML that stands for this text.
std::string toml_quoted(std::string_view text);

}  // namespace guide
