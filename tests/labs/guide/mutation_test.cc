// Lab files come from anybody. Whatever is in one, reading it ends in a Lab or in BadLab, never in a crash.
#include <gtest/gtest.h>

#include "labs/catalog/labs.h"
#include "labs/guide/runner.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/rng.h"

namespace {

// Whether it was read; what is thrown but BadLab fails the test by itself.
bool survives(const std::string& text) {
  try {
    guide::read_lab("mutated", text, catalog::all_kinds());
    return true;
  } catch (const guide::BadLab& bad) {
    EXPECT_STRNE(bad.what(), "");
    return false;
  }
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

void mutate_bytes(std::string& text, core::Rng& rng) {
  for (std::uint64_t n = 1 + rng.below(8); n > 0 && !text.empty(); --n) {
    const std::size_t at = rng.below(text.size());
    switch (rng.below(4)) {
      case 0:
        text[at] = static_cast<char>(rng.below(256));
        break;
      case 1:
        text.erase(at, 1 + rng.below(20));
        break;
      case 2:
        text.insert(at, 1 + rng.below(3), "`[]{}\"=.#|\n\r\t -0:/()"[rng.below(20)]);
        break;
      case 3:
        text.insert(at, text.substr(rng.below(text.size()), rng.below(200)));
        break;
    }
  }
}

void mutate_lines(std::vector<std::string>& lines, const std::vector<std::string>& others, core::Rng& rng) {
  for (std::uint64_t n = 1 + rng.below(4); n > 0 && !lines.empty(); --n) {
    const auto at = static_cast<std::ptrdiff_t>(rng.below(lines.size()));
    switch (rng.below(4)) {
      case 0:
        lines.erase(lines.begin() + at);
        break;
      case 1:
        lines.insert(lines.begin() + at, lines[rng.below(lines.size())]);
        break;
      case 2:
        lines.insert(lines.begin() + at, others[rng.below(others.size())]);
        break;
      case 3:
        std::swap(lines[static_cast<std::size_t>(at)], lines[rng.below(lines.size())]);
        break;
    }
  }
}

TEST(MutatedLabs, RandomBytesNeverCrashTheReader) {
  core::Rng rng(11);
  std::size_t read = 0, refused = 0;
  for (const auto& file : catalog::lab_files())
    for (int round = 0; round < 3000; ++round) {
      std::string text(file.text);
      mutate_bytes(text, rng);
      ++(survives(text) ? read : refused);
    }
  EXPECT_GT(read, 0u);
  EXPECT_GT(refused, 0u);
}

TEST(MutatedLabs, LinesLostDoubledAndMixedNeverCrashTheReader) {
  core::Rng rng(12);
  std::size_t read = 0, refused = 0;
  for (const auto& file : catalog::lab_files()) {
    const auto others = lines_of(catalog::lab_files()[rng.below(catalog::lab_files().size())].text);
    for (int round = 0; round < 3000; ++round) {
      auto lines = lines_of(file.text);
      mutate_lines(lines, others, rng);
      ++(survives(joined(lines)) ? read : refused);
    }
  }
  EXPECT_GT(read, 0u);
  EXPECT_GT(refused, 0u);
}

// What could be read can be run: commands may be refused, nodes may crash, but the world stays up.
TEST(MutatedLabs, ThoseThatAreStillLabsCanBeRun) {
  core::Rng rng(13);
  std::size_t run = 0;
  for (const auto& file : catalog::lab_files())
    for (int round = 0; round < 40; ++round) {
      std::string text(file.text);
      mutate_bytes(text, rng);
      guide::Lab lab;
      try {
        lab = guide::read_lab("mutated", text, catalog::all_kinds());
      } catch (const guide::BadLab&) {
        continue;
      }
      std::size_t nodes = 0;
      for (const auto& group : lab.system.groups) nodes += group.count;
      if (nodes > 30) continue;  // It would run, and take long.
      world::SimulatedWorld world(lab.system, 1);
      guide::Facts facts(world.nodes());
      world.listen(&facts);
      guide::RunOptions options;
      options.watch = [&](const guide::Facts& now) {
        return now.events < 10'000 && now.now() < core::Time(std::chrono::minutes(1));
      };
      guide::run_lab(lab, world, facts, options);
      ++run;
    }
  EXPECT_GT(run, 20u);
}

// toml++ takes a letter beyond ASCII, where it looks for blanks, for what cannot be: the sanitizers see it.
TEST(MutatedLabs, LettersWhereNoneBelongAreRefused) {
  for (const char* letter : {"ö", "é", "\xc2\xa1", "\xd2\x80", "Ω"})
    EXPECT_FALSE(survives("# A lab\n\n```system\n" + std::string(letter) + " [[group]]\nname = \"a\"\nkind = \"raft\"\n```\n")) << letter;
}

TEST(MutatedLabs, WhatIsWrongIsSaidInBriefAndOnOneLine) {
  const auto why = [](const std::string& system, const std::string& until) {
    try {
      guide::read_lab("mutated", "# A lab\n\n```system\n" + system + "```\n\n## A step\n\n```until\n" + until + "\n```\n", catalog::all_kinds());
    } catch (const guide::BadLab& bad) {
      return std::string(bad.what());
    }
    return std::string();
  };
  const std::string sound = "[[group]]\nname = \"a\"\nkind = \"raft\"\n", much(50'000, 'x');
  ASSERT_EQ(why(sound, "count(leader) == 1"), "");
  for (const std::string& said : {why(sound, "count(leader) == 1 for " + much), why(sound + "count = t\n", "count(leader) == 1"), why(sound + much + " = 1\n", "")}) {
    EXPECT_NE(said, "");
    EXPECT_LT(said.size(), 700u);
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
}

TEST(MutatedLabs, AFileThatEndsAnywhereNeverCrashesTheReader) {
  for (const auto& file : catalog::lab_files())
    for (std::size_t end = 0; end < file.text.size(); end += 7)
      survives(std::string(file.text.substr(0, end)));
}

}  // namespace
