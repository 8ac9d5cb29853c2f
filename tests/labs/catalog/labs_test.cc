// Every lab that comes with the program: it can be solved as it says, not by doing nothing, with every seed;
// what it says helps does help; and its text names only what exists.
#include "labs/catalog/labs.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "labs/guide/runner.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/text.h"

namespace {

// The roles that nodes showed.
struct Roles : record::Listener {
  std::map<record::NameId, std::string> names;
  std::set<std::string> seen{"down"};
  void on_name(record::NameId id, std::string_view name) override { names[id] = name; }
  void on_event(const record::Event& e, core::BytesView) override {
    if (e.kind == record::EventKind::show) seen.insert(names[e.type]);
  }
};

struct Outcome {
  guide::LabResult result;
  std::set<std::string> roles;
  std::vector<record::NodeInfo> nodes;
};

Outcome walk(const guide::Lab& lab, std::uint64_t seed, bool do_commands = true,
             core::Duration slice = std::chrono::milliseconds(10)) {
  world::SimulatedWorld world(lab.system, seed);
  guide::Facts facts(world.nodes());
  Roles roles;
  world.listen(&facts);
  world.listen(&roles);
  guide::RunOptions options;
  options.do_commands = do_commands;
  options.slice = slice;
  return {guide::run_lab(lab, world, facts, options), roles.seen, world.nodes()};
}

// Where it got stuck, for messages.
std::string story(const guide::LabResult& result) {
  std::string all = result.violation;
  for (const auto& step : result.steps) {
    if (step.done) continue;
    all += "\nnot done: " + step.title;
    for (const auto& line : step.lines)
      if (!line.done) all += "\n  " + line.text + " (now " + line.now + ")";
    break;
  }
  for (const auto& refused : result.refused) all += "\nrefused: " + refused;
  return all;
}

class CatalogLab : public testing::TestWithParam<std::string> {
 protected:
  const guide::Lab lab = catalog::load_lab(GetParam());
};

TEST_P(CatalogLab, ItsOwnCommandsSolveItWithTwentySeeds) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto result = walk(lab, seed).result;
    ASSERT_TRUE(result.passed()) << "seed " << seed << ": " << story(result);
    ASSERT_TRUE(result.refused.empty()) << "seed " << seed << ": " << story(result);
  }
}

TEST_P(CatalogLab, ItsVerdictDoesNotDependOnHowOftenSomebodyLooks) {
  for (const auto slice :
       {std::chrono::milliseconds(1), std::chrono::milliseconds(17), std::chrono::milliseconds(60)})
    for (std::uint64_t seed = 21; seed <= 23; ++seed) {
      const auto result = walk(lab, seed, true, slice).result;
      EXPECT_TRUE(result.passed()) << "seed " << seed << ", every " << core::text(core::Duration(slice))
                                   << ": " << story(result);
    }
}

TEST_P(CatalogLab, DoingNothingDoesNotSolveIt) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    EXPECT_FALSE(walk(lab, seed, false).result.passed()) << "seed " << seed;
}

TEST_P(CatalogLab, NoStepPassesWithoutItsCommands) {
  for (std::size_t i = 0; i < lab.steps.size(); ++i) {
    if (lab.steps[i].commands.empty()) continue;
    guide::Lab lazy = lab;
    lazy.steps[i].commands.clear();
    lazy.steps.resize(i + 1);
    EXPECT_FALSE(walk(lazy, lab.seed).result.passed()) << lab.steps[i].title;
  }
}

TEST_P(CatalogLab, WithoutWhatHelpsItEndsBadly) {
  if (lab.without.empty()) return;
  guide::Lab worse = lab;
  guide::apply_settings(worse.system, lab.without);
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    EXPECT_FALSE(walk(worse, seed).result.passed()) << "seed " << seed;
}

TEST_P(CatalogLab, ItsConditionsNameOnlyNodesAndRolesThatThereAre) {
  const Outcome outcome = walk(lab, lab.seed);
  const auto check_node = [&](const std::string& word, const guide::Condition& condition) {
    const bool node = std::any_of(outcome.nodes.begin(), outcome.nodes.end(),
                                  [&](const auto& info) { return info.name == word; });
    EXPECT_TRUE(node || outcome.roles.count(word) != 0)
        << "line " << condition.line << ": nobody is `" << word << "`";
  };
  for (const auto& step : lab.steps)
    for (const auto& condition : step.until) {
      if (condition.kind == guide::Condition::Kind::is_role)
        check_node(condition.node, condition), check_node(condition.what, condition);
      for (const auto* side : {&condition.left, &condition.right}) {
        if (!side->node.empty()) check_node(side->node, condition);
        if (side->term == guide::Condition::Term::count) check_node(side->what, condition);
      }
    }
}

TEST_P(CatalogLab, EveryAnswerHasAnExplanationOfItsOwn) {
  std::set<std::string> explanations;
  for (const auto& step : lab.steps)
    for (const auto& ask : step.asks) {
      EXPECT_TRUE(ask.question.ends_with('?') || ask.question.ends_with('.')) << ask.question;
      std::set<std::string> choices;
      for (const auto& choice : ask.choices) {
        EXPECT_TRUE(choices.insert(choice.text).second) << "twice: " << choice.text;
        EXPECT_TRUE(explanations.insert(choice.explanation).second)
            << "the same words for two answers: " << choice.explanation;
        EXPECT_GT(choice.explanation.size(), 40u) << choice.explanation;
        EXPECT_EQ(choice.right, choice.explanation.starts_with("Yes")) << choice.explanation;
      }
    }
  EXPECT_FALSE(explanations.empty()) << "a lab asks for at least one prediction";
}

// The pieces of code in a page's prose: `crash leader`.
std::vector<std::string> code_in(const std::string& prose) {
  static const std::regex code("`([^`\n]+)`");
  std::vector<std::string> all;
  for (auto it = std::sregex_iterator(prose.begin(), prose.end(), code); it != std::sregex_iterator(); ++it)
    all.push_back((*it)[1]);
  return all;
}

// Every word that a kind of this lab declares: metrics, messages, settings.
std::set<std::string> declared_by(const guide::Lab& lab) {
  std::set<std::string> all;
  for (const auto& group : lab.system.groups) {
    for (const auto* metric : group.kind->metrics) all.emplace(metric->name);
    for (const auto& message : group.kind->messages) all.insert(message);
    for (const auto& setting : group.kind->settings) all.insert(setting.name);
  }
  return all;
}

void check_code(const guide::Lab& lab, const std::string& code) {
  static const std::regex name("(consensus|client)_[a-z_]+|[A-Z][a-z]+[A-Z][A-Za-z]+|[a-z]+_[a-z_]+");
  if (std::regex_match(code, name)) {
    EXPECT_EQ(declared_by(lab).count(code), 1u) << "no node of this lab has `" << code << "`";
    return;
  }
  const auto words = core::split_words(code);
  const auto& forms = world::command_forms();
  if (words.size() < 2 ||
      std::none_of(forms.begin(), forms.end(), [&](const auto& form) { return form.verb == words[0]; }))
    return;
  try {
    const auto command = world::parse_command(code);
    world::SimulatedWorld world(lab.system, 1);
    world.run_for(std::chrono::seconds(2));
    if (const auto* set = std::get_if<world::Set>(&command))
      world.apply(*set);  // The setting must exist, and take this value.
    if (const auto* tell = std::get_if<world::TellNode>(&command)) {
      const std::string verb = core::split_words(tell->words)[0];
      bool known = false;
      for (const auto& group : lab.system.groups)
        for (const auto& one : group.kind->tells) known = known || core::split_words(one.form)[0] == verb;
      EXPECT_TRUE(known) << "nobody can be told `" << tell->words << "`";
    }
  } catch (const world::BadCommand& bad) {
    ADD_FAILURE() << "the text shows `" << code << "`: " << bad.what();
  }
}

TEST_P(CatalogLab, ItsTextShowsOnlyCommandsSettingsAndMetricsThatThereAre) {
  std::string all = lab.prose;
  for (const auto& step : lab.steps) {
    all += step.prose + "\n" + step.hint + "\n";
    for (const auto& ask : step.asks)
      for (const auto& choice : ask.choices) all += choice.text + "\n" + choice.explanation + "\n";
  }
  for (const auto& code : code_in(all)) check_code(lab, code);
}

TEST_P(CatalogLab, ItReadsWellAsAPage) {
  EXPECT_NE(lab.family, "other");
  EXPECT_FALSE(lab.summary.empty());
  EXPECT_LE(lab.summary.size(), 110u);
  EXPECT_GT(lab.prose.size(), 200u) << "say what it is about";
  EXPECT_GE(lab.steps.size(), 3u);
  std::set<std::string> titles;
  for (const auto& step : lab.steps) {
    EXPECT_TRUE(titles.insert(step.title).second) << "two steps are called " << step.title;
    EXPECT_GT(step.prose.size(), 40u) << step.title << ": say what to do and what to watch";
    EXPECT_EQ(step.prose.find("```"), std::string::npos) << step.title << ": a block that is none";
    EXPECT_TRUE(!step.until.empty() || !step.asks.empty())
        << step.title << ": nothing to do and nothing to think of";
    EXPECT_TRUE(step.commands.empty() || !step.until.empty())
        << step.title << ": commands whose end nobody waits for";
  }
  EXPECT_EQ(lab.prose.find("```"), std::string::npos) << "a block that is none";
  int number = 0;
  std::string_view rest = lab.text;
  bool explains = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    explains = line.starts_with("    ");  // An explanation is one line, however long.
    const bool wide = explains || line.starts_with("[") || line.find("settings = {") != line.npos;
    if (!wide) {
      EXPECT_LE(line.size(), 125u) << "line " << number;
    }
    EXPECT_FALSE(line.ends_with(' ') || line.find('\t') != line.npos) << "line " << number;
  }
}

TEST(Catalog, TheLabsComeInTheOrderThatTeaches) {
  std::size_t number = 0;
  for (const auto& file : catalog::lab_files()) EXPECT_EQ(catalog::load_lab(std::string(file.name)).number, ++number) << file.name;
}

std::vector<std::string> names_of_all() {
  std::vector<std::string> names;
  for (const auto& file : catalog::lab_files()) names.emplace_back(file.name);
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& lab) {
  std::string name = lab.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Catalog, CatalogLab, testing::ValuesIn(names_of_all()), test_name);

TEST(Catalog, ALabIsFoundByItsNameOrItsPathAndANearMissIsNamed) {
  EXPECT_EQ(catalog::load_lab("raft-elections").title, "How a cluster finds a leader");
  EXPECT_EQ(catalog::load_lab(std::string(SOURCE_DIR) + "/labs/catalog/raft-elections.md").title,
            "How a cluster finds a leader");
  try {
    catalog::load_lab("raft-election");
    FAIL() << "it was found";
  } catch (const guide::BadLab& bad) {
    EXPECT_STREQ(bad.what(), "there is no lab `raft-election`, did you mean `raft-elections`?");
  }
}

}  // namespace
