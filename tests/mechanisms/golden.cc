#include "tests/mechanisms/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace golden {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> replay(const std::vector<std::string>& script, const Command& run) {
  std::vector<std::string> now;
  for (std::size_t i = 0; i < script.size();) {
    const auto comment = [&] { return script[i].empty() || script[i][0] == '#'; };
    if (comment()) {
      now.push_back(script[i++]);
      continue;
    }
    std::vector<std::string> output;
    for (; i < script.size() && !script[i].empty() && script[i] != "----"; ++i) {
      now.push_back(script[i]);
      if (comment()) continue;
      const auto more = run(script[i]);
      output.insert(output.end(), more.begin(), more.end());
    }
    while (i < script.size() && !script[i].empty()) ++i;
    now.push_back("----");
    if (output.empty()) output.push_back("ok");
    now.insert(now.end(), output.begin(), output.end());
  }
  return now;
}

std::string difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  const std::size_t n = expected.size(), m = actual.size();
  // common[i][j]: how many lines expected[i..] and actual[j..] have in common, in order.
  std::vector<std::vector<std::size_t>> common(n + 1, std::vector<std::size_t>(m + 1, 0));
  for (std::size_t i = n; i-- > 0;)
    for (std::size_t j = m; j-- > 0;)
      common[i][j] = expected[i] == actual[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::vector<std::string> all;
  for (std::size_t i = 0, j = 0; i < n || j < m;) {
    if (i < n && j < m && expected[i] == actual[j])
      all.push_back("  " + expected[i]), ++i, ++j;
    else if (i < n && (j == m || common[i + 1][j] >= common[i][j + 1]))
      all.push_back("- " + expected[i++]);
    else
      all.push_back("+ " + actual[j++]);
  }
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bool near = false;
    for (std::size_t k = i < 2 ? 0 : i - 2; k <= i + 2 && k < all.size(); ++k) near = near || all[k][0] != ' ';
    if (near) text += all[i] + "\n";
  }
  return text;
}

std::vector<std::string> scripts_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

void check(const std::filesystem::path& path, const Command& run) {
  const auto expected = lines_of(read_file(path));
  ASSERT_FALSE(expected.empty()) << path;
  const auto actual = replay(expected, run);
  if (expected == actual) return;
  const char* rewrite = std::getenv("FAULTLINE_REWRITE");
  if (rewrite == nullptr || std::string(rewrite) != "1") {
    ADD_FAILURE() << path << " (- what it says, + what happens):\n" << difference(expected, actual);
    return;
  }
  std::ofstream out(path);
  for (const auto& line : actual) out << line << "\n";
}

}  // namespace golden
