#include "labs/compare/decided.h"

#include <cstdio>

#include "labs/compare/many.h"
#include "labs/guide/condition.h"
#include "mechanisms/core/text.h"

namespace compare {
namespace {

constexpr unsigned kEventsBetweenLooks = 1024;

// A run under way, and what is known of it. A value: a copy has the same past.
struct Course {
  explicit Course(const replay::Recipe& recipe) : making(recipe), facts(making.world().nodes()) {}
  replay::Making making;
  guide::Facts facts;

  // On to `end`; `enough` is asked now and then.
  template <class Enough>
  void pass(core::Time end, const Enough& enough) {
    making.world().listen(&facts);
    try {
      making.pass(end, enough);
    } catch (const world::BadCommand&) {
      // Time stands still: it ends so.
    }
    making.world().stop_listening(&facts);
    facts.at(making.world().now());
  }
};

guide::Condition condition_of(const std::string& text) {
  try {
    guide::Condition condition = guide::read_condition(text, 0);
    if (condition.hold > core::Duration{}) throw BadQuestion("`" + text + "`: it is judged at the run's end, so it cannot have to hold for a while");
    return condition;
  } catch (const guide::BadLab& bad) {
    throw BadQuestion(std::string("it is no condition as in labs: ") + bad.what());
  }
}

// Once a promise is broken it stays so: there is no need to go on.
bool is_violation(const guide::Condition& condition) { return condition.kind == guide::Condition::Kind::violation && !condition.negated; }

}  // namespace

std::string in_words(const Decided& decided) {
  char line[160];
  const auto seconds_of = [](core::Time at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); };
  if (!decided.since)
    std::snprintf(line, sizeof line, "Not decided before its end: from no moment on do %.0f %% end so.", 100 * kDecided);
  else if (*decided.since == core::kStart)
    std::snprintf(line, sizeof line, "Decided from the start: the settings and the commands make it, not chance.");
  else
    std::snprintf(line, sizeof line, "Decided at %.3f s: from then on at least %.0f %% end so.", seconds_of(*decided.since), 100 * kDecided);
  return line;
}

Decided decided(const replay::Recipe& recipe, const DecidedAsk& ask, const Progress& told) {
  const guide::Condition condition = condition_of(ask.condition);
  const bool until_broken = is_violation(condition);
  Decided all{ask.condition, recipe.end, {}, {}};
  Course whole(recipe);
  whole.pass(recipe.end, [&, n = 0u]() mutable {
    if (++n % kEventsBetweenLooks == 0) told(0);
    return until_broken && !whole.facts.violation().empty();
  });
  if (const auto state = guide::evaluate(condition, whole.facts); !state.holds)
    throw BadQuestion("the run did not end with `" + ask.condition + "`: at its end it was " + state.now);
  if (until_broken) all.ended = whole.making.world().now();
  std::vector<Course> courses;           // At each moment.
  Course course(recipe);
  const std::size_t points = std::max<std::size_t>(1, ask.points);
  for (std::size_t i = 0; i < points; ++i) {
    const core::Time at = core::kStart + (all.ended - core::kStart) * static_cast<core::Duration::rep>(i) / static_cast<core::Duration::rep>(points);
    // At the very start nothing has happened: not even the nodes have begun.
    if (i > 0) course.pass(at, [] { return false; });
    courses.push_back(course);
    all.fates.push_back({at, ask.seeds, 0});
  }
  std::vector<char> bad(points * ask.seeds, 0);
  do_many(bad.size(), ask.jobs, [&](std::size_t which, const std::function<bool()>& stopped) {
    Course other = courses[which / ask.seeds];
    other.making.world().draw_anew(core::derive_seed(recipe.header.seed, "decided", which % ask.seeds));
    other.pass(recipe.end, [&, n = 0u]() mutable {
      return (++n % kEventsBetweenLooks == 0 && stopped()) || (until_broken && !other.facts.violation().empty());
    });
    bad[which] = guide::evaluate(condition, other.facts).holds ? 1 : 0;
  }, told);
  for (std::size_t i = 0; i < bad.size(); ++i) all.fates[i / ask.seeds].bad += bad[i] != 0 ? 1 : 0;
  for (std::size_t i = all.fates.size(); i-- > 0 && all.fates[i].share() >= kDecided;) all.since = all.fates[i].at;
  return all;
}

}  // namespace compare
