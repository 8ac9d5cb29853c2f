#include "labs/guide/lab.h"

#include <algorithm>
#include <toml++/toml.h>

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

[[noreturn]] void fail(int line, const std::string& why) { throw BadLab("line " + std::to_string(line) + ": " + why); }

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

void read_lab_block(std::string_view text, int first_line, Lab& lab) {
  toml::table root;
  if (std::count(text.begin(), text.end(), '[') > 64) fail(first_line, "the lab block is nested too deeply");
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    fail(first_line + static_cast<int>(error.source().begin.line) - 1, std::string(error.description()));
  }
  const std::vector<std::string> known{"family", "summary", "seed", "limit", "without", "loopback"};
  for (const auto& [key, value] : root) {
    const int line = first_line + static_cast<int>(value.source().begin.line) - 1;
    const std::string name(key.str());
    const auto text_value = value.value<std::string>();
    if (name == "family" && text_value) {
      lab.family = *text_value;
    } else if (name == "summary" && text_value) {
      lab.summary = *text_value;
    } else if (name == "seed" && value.is_integer() && *value.value<std::int64_t>() >= 0) {
      lab.seed = static_cast<std::uint64_t>(*value.value<std::int64_t>());
    } else if (name == "loopback" && value.is_boolean()) {
      lab.loopback = *value.value<bool>();
    } else if (name == "limit" && text_value) {
      if (!core::parse(*text_value, lab.limit) || lab.limit <= core::Duration{}) fail(line, "limit takes a duration such as \"30s\"");
    } else if (name == "without" && value.is_array()) {
      for (const auto& one : *value.as_array()) lab.without.push_back(one.value<std::string>().value_or(""));
    } else {
      const std::string near = core::nearest(name, known);
      fail(line, "the lab block has no `" + name + "` of this sort" + (near.empty() || near == name ? "" : ", did you mean `" + near + "`?"));
    }
  }
}

Ask read_ask(std::string_view text, int first_line) {
  Ask ask;
  Lines lines{text, first_line - 1};
  std::string_view line;
  while (lines.next(line)) {
    const std::string_view words = trimmed(line);
    if (words.empty()) continue;
    const bool right = line.starts_with("[x] ");
    if (right || line.starts_with("[ ] ")) {
      ask.choices.push_back({std::string(trimmed(line.substr(4))), "", right});
    } else {
      std::string& into = ask.choices.empty() ? ask.question : ask.choices.back().explanation;
      into += (into.empty() ? "" : " ") + std::string(words);
    }
  }
  const auto rights = std::count_if(ask.choices.begin(), ask.choices.end(), [](const Choice& c) { return c.right; });
  if (ask.question.empty()) fail(first_line, "an ask begins with its question");
  if (ask.choices.size() < 2 || rights != 1) fail(first_line, "an ask needs at least two choices, of which one is [x]");
  for (const Choice& choice : ask.choices)
    if (choice.explanation.empty()) fail(first_line, "the choice `" + choice.text + "` lacks its explanation");
  return ask;
}

void read_until(std::string_view text, int first_line, LabStep& step) {
  Lines lines{text, first_line - 1};
  std::string_view line;
  while (lines.next(line))
    if (const auto words = trimmed(line); !words.empty() && words[0] != '#') step.until.push_back(read_condition(words, lines.number));
}

void read_do(std::string_view text, int first_line, LabStep& step) {
  try {
    step.commands = world::parse_script(text);
  } catch (const world::BadCommand& bad) {
    fail(first_line, std::string("in the do block, ") + bad.what());
  }
}

struct Block {
  std::string info, text;
  int first_line = 0;
};

void read_block(const Block& block, Lab& lab, bool& has_system, const Kinds& kinds) {
  const std::vector<std::string> in_lab{"lab", "system"}, in_step{"do", "until", "ask", "hint"};
  const bool top = lab.steps.empty();
  if (block.info == "lab" && top) return read_lab_block(block.text, block.first_line, lab);
  if (block.info == "system" && top) {
    if (has_system) fail(block.first_line, "there is a second system block");
    has_system = true;
    lab.system = read_system(block.text, kinds, block.first_line);
    return;
  }
  if (!top) {
    LabStep& step = lab.steps.back();
    if (block.info == "do") return read_do(block.text, block.first_line, step);
    if (block.info == "until") return read_until(block.text, block.first_line, step);
    if (block.info == "ask") return step.asks.push_back(read_ask(block.text, block.first_line));
    if (block.info == "hint") {
      step.hint += std::string(trimmed(block.text));
      return;
    }
  }
  // Any other block is prose: code that the page shows.
  std::vector<std::string> all = in_lab;
  all.insert(all.end(), in_step.begin(), in_step.end());
  if (std::find(all.begin(), all.end(), block.info) != all.end())
    fail(block.first_line, "a `" + block.info + "` block belongs " + (top ? "into a step, behind a ## heading" : "before the first step"));
  const std::string near = core::nearest(block.info, all);
  if (!block.info.empty() && !near.empty() && block.info.size() > 1)
    fail(block.first_line, "there is no `" + block.info + "` block, did you mean `" + near + "`?");
  std::string& prose = top ? lab.prose : lab.steps.back().prose;
  prose += "```" + block.info + "\n" + block.text + "```\n";
}

}  // namespace

Lab read_lab(std::string name, std::string_view text, const Kinds& kinds) {
  if (text.size() > kMaxFile) throw BadLab("a lab file is at most 1 MiB");
  if (text.find('\0') != std::string_view::npos) throw BadLab("this is no text");
  Lab lab;
  lab.name = std::move(name);
  lab.text = text;
  bool has_system = false;
  Lines lines{text, 0};
  std::string_view line;
  while (lines.next(line)) {
    if (line.starts_with("```")) {
      Block block{std::string(trimmed(line.substr(3))), "", lines.number + 1};
      bool closed = false;
      while (!closed && lines.next(line)) {
        closed = line.starts_with("```");
        if (!closed) block.text += std::string(line) + "\n";
      }
      if (!closed) fail(block.first_line - 1, "this block is not closed");
      read_block(block, lab, has_system, kinds);
    } else if (line.starts_with("## ")) {
      if (lab.steps.size() == kMaxSteps) fail(lines.number, "a lab has at most 100 steps");
      lab.steps.emplace_back();
      lab.steps.back().title = trimmed(line.substr(3));
    } else if (line.starts_with("# ") && lab.title.empty() && lab.steps.empty()) {
      lab.title = trimmed(line.substr(2));
    } else {
      std::string& prose = lab.steps.empty() ? lab.prose : lab.steps.back().prose;
      prose += std::string(line) + "\n";
    }
  }
  if (lab.title.empty()) throw BadLab("line 1: a lab begins with its title, `# ...`");
  if (!has_system) throw BadLab("there is no system block");
  for (const auto& setting : lab.without) {
    world::System trial = lab.system;
    apply_setting(trial, setting);
  }
  return lab;
}

}  // namespace guide
