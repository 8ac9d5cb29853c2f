// Golden scripts: text files that tell a story in commands, each with the output that it must have.
//
//   # A comment. The file's first line is its title.
//   command
//   another command
//   ----
//   what they printed
//
// An empty line ends the output. FAULTLINE_REWRITE=1 in the environment writes the outputs into the files; read the
// difference before you commit it: a golden file that holds a bug is worse than none.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace golden {

// Does one command and returns what it prints: lines, none of them empty.
using Command = std::function<std::vector<std::string>(const std::string&)>;

std::vector<std::string> lines_of(const std::string& text);
std::string read_file(const std::filesystem::path& path);

// The script with the outputs that it has now.
std::vector<std::string> replay(const std::vector<std::string>& script, const Command& run);
// The lines that differ, with two equal ones around them.
std::string difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual);

// The scripts of a folder, by name.
std::vector<std::string> scripts_in(const std::filesystem::path& folder);
void check(const std::filesystem::path& path, const Command& run);

}  // namespace golden
