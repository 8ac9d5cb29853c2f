#include "labs/guide/lab.h"

#include <algorithm>
#include <utility>

#include "labs/guide/check_names.h"
#include "labs/guide/toml_text.h"
#include "mechanisms/core/text.h"

namespace guide {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::size_t kMaxSteps = 100;

// One line of the file, without its end.
struct Lines {
  std::string_view rest;
  int number = 0;
  bool next(std::string_view& line) {
    if (rest.empty()) return false;
    const auto end = rest.find('\n');
    line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    return true;
  }
};

[[noreturn]] void fail(int line, const std::string& why) {
  throw BadLab("line " + std::to_string(line) + ": " + why);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

// A lab while it is read.
struct Reading {
  Lab lab;
  const Kinds& kinds;
  bool has_lab = false, has_system = false;
  int without_line = 0;
};

void read_lab_block(std::string_view text, int first_line, Reading& reading) {
  if (std::exchange(reading.has_lab, true)) fail(first_line - 1, "there is a second lab block");
  Lab& lab = reading.lab;
  const toml::table root = parse_toml(text, first_line, "lab");
  const std::vector<std::string> known{"family", "number", "summary", "seed", "limit", "without", "loopback"};
  for (const auto& [key, value] : root) {
    const int line = first_line + std::max(static_cast<int>(value.source().begin.line), 1) - 1;
    const std::string name(key.str());
    const auto text_value = value.value<std::string>();
    if (name == "family" && text_value) {
      lab.family = *text_value;
    } else if (name == "summary" && text_value) {
      lab.summary = *text_value;
    } else if (name == "number" && value.is_integer() && *value.value<std::int64_t>() >= 1 && *value.value<std::int64_t>() <= 99) {
      lab.number = static_cast<std::size_t>(*value.value<std::int64_t>());
    } else if (name == "seed" && value.is_integer() && *value.value<std::int64_t>() >= 0) {
      lab.seed = static_cast<std::uint64_t>(*value.value<std::int64_t>());
    } else if (name == "loopback" && value.is_boolean()) {
      lab.loopback = *value.value<bool>();
    } else if (name == "limit" && text_value) {
      if (!core::parse(*text_value, lab.limit) || lab.limit <= core::Duration{})
        fail(line, "limit takes a duration such as \"30s\"");
    } else if (name == "without" && value.is_array()) {
      reading.without_line = line;
      for (const auto& one : *value.as_array()) {
        if (!one.is_string()) fail(line, "without takes texts, such as [\"raft.voters=1\"]");
        lab.without.push_back(*one.value<std::string>());
      }
    } else {
      const std::string near = core::nearest(name, known);
      fail(line, "the lab block has no `" + name + "` of this sort" +
                     (near.empty() || near == name ? "" : ", did you mean `" + near + "`?"));
    }
  }
}

Ask read_ask(std::string_view text, int first_line) {
  Ask ask;
  std::vector<int> at;  // The lines of the choices.
  Lines lines{text, first_line - 1};
  std::string_view line;
  while (lines.next(line)) {
    const std::string_view words = trimmed(line);
    if (words.empty()) continue;
    const bool right = line.starts_with("[x] ");
    if (right || line.starts_with("[ ] ")) {
      if (ask.question.empty()) fail(lines.number, "an ask begins with its question");
      ask.choices.push_back({std::string(trimmed(line.substr(4))), "", right});
      at.push_back(lines.number);
    } else if (line.starts_with('[')) {
      fail(lines.number, "a choice begins with `[ ] `, the right one with `[x] `");
    } else {
      std::string& into = ask.choices.empty() ? ask.question : ask.choices.back().explanation;
      into += (into.empty() ? "" : " ") + std::string(words);
    }
  }
  const auto rights =
      std::count_if(ask.choices.begin(), ask.choices.end(), [](const Choice& c) { return c.right; });
  if (ask.choices.size() < 2 || rights != 1)
    fail(first_line - 1, "an ask needs at least two choices, of which one is [x]");
  for (std::size_t i = 0; i < ask.choices.size(); ++i)
    if (ask.choices[i].explanation.empty())
      fail(at[i], "the choice `" + ask.choices[i].text + "` lacks its explanation");
  return ask;
}

void read_until(std::string_view text, int first_line, LabStep& step) {
  Lines lines{text, first_line - 1};
  std::string_view line;
  while (lines.next(line))
    if (const auto words = trimmed(line); !words.empty() && words[0] != '#')
      step.until.push_back(read_condition(words, lines.number));
}

void read_do(std::string_view text, int first_line, LabStep& step) {
  try {
    for (auto& line : world::parse_script(text, first_line)) step.commands.push_back(std::move(line));
  } catch (const world::BadCommand& bad) {
    throw BadLab(bad.what());  // It names the line.
  }
}

struct Block {
  std::string info, text;
  int first_line = 0;
};

void read_block(const Block& block, Reading& reading) {
  Lab& lab = reading.lab;
  const std::vector<std::string> in_lab{"lab", "system"}, in_step{"do", "until", "ask", "hint"};
  const bool top = lab.steps.empty();
  const int fence = block.first_line - 1;
  const bool blank = block.text.find_first_not_of(" \t\r\n") == std::string::npos;
  if (block.info == "lab" && top) return read_lab_block(block.text, block.first_line, reading);
  if (block.info == "system" && top) {
    if (std::exchange(reading.has_system, true)) fail(fence, "there is a second system block");
    lab.system = read_system(block.text, reading.kinds, block.first_line);
    return;
  }
  if (!top && std::find(in_step.begin(), in_step.end(), block.info) != in_step.end()) {
    if (blank) fail(fence, "this " + block.info + " block is empty");
    LabStep& step = lab.steps.back();
    if (block.info == "do") return read_do(block.text, block.first_line, step);
    if (block.info == "until") return read_until(block.text, block.first_line, step);
    if (block.info == "ask") return step.asks.push_back(read_ask(block.text, block.first_line));
    step.hint += (step.hint.empty() ? "" : "\n") + std::string(trimmed(block.text));
    return;
  }
  // Any other block is prose: code that the page shows.
  std::vector<std::string> all = in_lab;
  all.insert(all.end(), in_step.begin(), in_step.end());
  if (std::find(all.begin(), all.end(), block.info) != all.end())
    fail(fence, "a `" + block.info + "` block belongs " +
                    (top ? "into a step, behind a ## heading" : "before the first step"));
  const std::string near = core::nearest(block.info, all);
  if (!block.info.empty() && !near.empty() && block.info.size() > 1)
    fail(fence, "there is no `" + block.info + "` block, did you mean `" + near + "`?");
  std::string& prose = top ? lab.prose : lab.steps.back().prose;
  prose += "```" + block.info + "\n" + block.text + "```\n";
}

// Reads the block whose fence was `opening`, up to the fence that closes it.
Block take_block(Lines& lines, std::string_view opening) {
  Block block{std::string(trimmed(opening.substr(3))), "", lines.number + 1};
  std::string_view line;
  while (lines.next(line)) {
    if (!line.starts_with("```")) {
      block.text += std::string(line) + "\n";
      continue;
    }
    // The fence of another block: the one of this was forgotten.
    if (!trimmed(line.substr(3)).empty()) break;
    return block;
  }
  fail(block.first_line - 1, "this block is not closed");
}

void check_without(const Reading& reading) {
  for (const auto& setting : reading.lab.without) {
    world::System trial = reading.lab.system;
    try {
      apply_settings(trial, {setting});
    } catch (const BadLab& bad) {
      fail(reading.without_line, std::string("in `without`: ") + bad.what());
    }
  }
}

}  // namespace

Lab read_lab(std::string name, std::string_view text, const Kinds& kinds) {
  if (text.size() > kMaxFile) throw BadLab("a lab file is at most 1 MiB");
  if (text.find('\0') != std::string_view::npos) throw BadLab("this is no text");
  Reading reading{{}, kinds};
  Lab& lab = reading.lab;
  lab.name = std::move(name);
  lab.text = text;
  if (text.starts_with("\xef\xbb\xbf"))
    text.remove_prefix(3);  // The mark that some editors put before UTF-8.
  Lines lines{text, 0};
  std::string_view line;
  while (lines.next(line)) {
    if (line.starts_with("```")) {
      read_block(take_block(lines, line), reading);
    } else if (line.starts_with("## ")) {
      if (lab.steps.size() == kMaxSteps) fail(lines.number, "a lab has at most 100 steps");
      lab.steps.emplace_back();
      lab.steps.back().title = trimmed(line.substr(3));
      if (lab.steps.back().title.empty()) fail(lines.number, "a step begins with its title, `## ...`");
    } else if (line.starts_with("# ") && lab.title.empty() && lab.steps.empty()) {
      lab.title = trimmed(line.substr(2));
    } else {
      std::string& prose = lab.steps.empty() ? lab.prose : lab.steps.back().prose;
      prose += std::string(line) + "\n";
    }
  }
  if (lab.title.empty()) fail(1, "a lab begins with its title, `# ...`");
  if (!reading.has_system) fail(lines.number, "the file ends without a system block");
  check_without(reading);
  check_names(lab);
  return std::move(reading.lab);
}

}  // namespace guide
