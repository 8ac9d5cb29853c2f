// `faultline shrink RUN`: the few commands of a run that break what broke in it, as a script. Exit 0: there it is, 2: nothing
// broke, or it does not break when it is done again.
#include "labs/compare/shrink.h"

#include <fstream>
#include <iostream>

#include "app/cli/again.h"
#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "labs/record/run_file.h"
#include "labs/replay/make.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

std::string commands_word(std::size_t count) { return grouped(count) + (count == 1 ? " command" : " commands"); }

// How to see it break, from the lab alone.
std::string again_line(const ShrinkArguments& a, const replay::Recipe& recipe, const std::string& script) {
  const bool known = in_catalog(recipe.header);
  const std::string line = again(known ? recipe.header.lab : "lab.md", recipe.header) + " --script " + shell_word(script) + " --for " +
                           core::text(recipe.end - core::kStart);
  return (known ? "" : "the lab: faultline show " + shell_word(a.path) + " --lab > lab.md\n") + line;
}

void write_script(const ShrinkArguments& a, const std::string& text) {
  std::ofstream out(a.out, std::ios::binary);
  out << text << std::flush;
  if (!out) throw record::StoreError("cannot write " + a.out);
}

int shrink_checked(const ShrinkArguments& a) {
  const replay::Recipe recipe = recipe_in(a.path);
  const auto promises = a.promises.empty() ? std::vector<check::Promise>{} : check::promises_of(a.promises);
  const auto line = interruptible_line();
  const auto broken = compare::broken_in(recipe, promises, line);
  if (!broken) return fail(kUnknown, a.path + ": no promise is broken when this run is done again; --promise names others");
  const compare::Shrunk shrunk = compare::shrink(recipe, *broken, line);
  line(1);
  const std::string script = session::script_of(shrunk.recipe.commands);
  std::cout << origin(recipe.header) << "broken: " << plain_line(compare::name_of(shrunk.broken)) << "\n"
            << commands_word(shrunk.given) << ", of which " << shrunk.recipe.commands.size() << (shrunk.recipe.commands.size() == 1 ? " is" : " are")
            << " needed; done again " << grouped(shrunk.reruns) << " times\n\n"
            << plain(script) << "\n"
            << plain(shrunk.broken.reason) << "\n";
  if (!a.out.empty()) {
    write_script(a, "# Breaks " + plain_line(compare::name_of(shrunk.broken)) + ": " + plain_line(shrunk.broken.reason) + "\n" + script);
    std::cout << "\nwritten to " << plain_line(a.out) << "\n";
  }
  std::cout << (a.out.empty() ? "\n" : "") << plain(again_line(a, shrunk.recipe, a.out.empty() ? "script.txt" : a.out)) << "\n";
  if (!a.record.empty()) {
    replay::make(shrunk.recipe, a.record, line);
    line(1);
    std::cout << "recorded in " << plain_line(a.record) << "\n";
  }
  return kValid;
}

}  // namespace

int shrink_run(const ShrinkArguments& a) {
  return with_run(a.path, [&] { return shrink_checked(a); });
}

}  // namespace cli
