#include "labs/compare/shrink.h"

#include <algorithm>

#include "labs/check/shortest.h"
#include "labs/guide/promises.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace compare {
namespace {

constexpr unsigned kEventsBetweenWords = 4096;

// Hears what breaks.
class Watch : public record::Listener {
 public:
  // `awaited`: the invariant that matters, or null: any.
  explicit Watch(const Broken* awaited) : awaited_(awaited) {}

  void on_name(record::NameId id, std::string_view name) override {
    if (names_.size() <= id) names_.resize(id + 1);
    names_[id] = name;
  }
  void on_event(const record::Event& e, core::BytesView body) override {
    using Kind = record::EventKind;
    if (e.kind == Kind::invoke) history.begin(core::decode<core::Invocation>(body));
    if (e.kind == Kind::complete) history.end(core::decode<core::Completion>(body));
    if (e.kind == Kind::command && check::says_quiet({reinterpret_cast<const char*>(body.data()), body.size()})) history.quiet();
    if (e.kind != Kind::violation || invariant) return;
    Broken found;
    found.kind = names_[e.type], found.at = e.at, found.reason.assign(body.begin(), body.end());
    // `Election Safety: S1 and S2 were both elected in term 3`: before the colon stands what was promised.
    if (const auto colon = found.reason.find(": "); colon != std::string::npos) found.invariant = found.reason.substr(0, colon);
    if (awaited_ == nullptr || found.same_as(*awaited_)) invariant = std::move(found);
  }

  std::optional<Broken> invariant;
  check::History history;

 private:
  const Broken* awaited_;
  std::vector<std::string> names_;
};

// `until_invariant`: no further than it must.
Watch watched(const replay::Recipe& recipe, const Broken* awaited, bool until_invariant, const Progress& told) {
  Watch watch(awaited);
  replay::Making making(recipe);
  making.world().listen(&watch);
  const auto whole = std::max<double>(1, static_cast<double>(recipe.end.time_since_epoch().count()));
  try {
    making.pass(recipe.end, [&, n = 0u]() mutable {
      if (++n % kEventsBetweenWords == 0) told(static_cast<double>(making.world().now().time_since_epoch().count()) / whole);
      return until_invariant && watch.invariant;
    });
  } catch (const world::BadCommand&) {
    // Time stands still: what has happened until then counts.
  }
  return watch;
}

std::optional<Broken> judged(const check::History& history, check::Promise promise, core::Time end) {
  check::Limits limits{200'000, std::chrono::seconds(5)};
  limits.smallest = false;             // It is judged again and again.
  const check::Verdict verdict = check::judge(history, promise, check::Model::kv, limits);
  if (verdict.answer != check::Verdict::Answer::broken) return {};
  Broken broken;
  broken.promise = promise, broken.at = end, broken.reason = verdict.reason;
  return broken;
}

std::vector<check::Promise> promises_in(const guide::Lab& lab) {
  auto all = guide::promises_told(lab);
  if (all.empty()) all.push_back(check::Promise::linearizable);
  return all;
}

class Shrinking {
 public:
  Shrinking(const replay::Recipe& recipe, const Broken& broken, const Progress& told) : told_(told), best_{recipe, broken, recipe.commands.size(), 0} {}

  Shrunk run() {
    if (!breaks(best_.recipe)) throw replay::NotAgain("done again by this program, it does not break `" + name_of(best_.broken) + "`");
    cut();
    // What comes earlier may make another command needless.
    while (come_earlier())
      if (!cut()) break;
    // What comes after is not needed. Until here each trial had as much time as the run itself.
    if (!best_.broken.kind.empty())
      best_.recipe.end = std::min(best_.recipe.end, core::Time(std::chrono::ceil<std::chrono::milliseconds>(best_.broken.at.time_since_epoch() + core::Duration(1))));
    return std::move(best_);
  }

 private:
  // Then it is the best so far.
  bool breaks(replay::Recipe candidate) {
    ++best_.reruns;
    const Progress still = [&](double) { told_(share_); };
    const bool invariant = !best_.broken.kind.empty();
    const Watch watch = watched(candidate, invariant ? &best_.broken : nullptr, invariant, still);
    const auto found = invariant ? watch.invariant : judged(watch.history, best_.broken.promise, candidate.end);
    told_(share_);
    if (!found) return false;
    best_.broken = *found;
    best_.recipe = std::move(candidate);
    return true;
  }

  bool cut() {
    const auto all = best_.recipe.commands;
    const auto kept = check::shortest(all.size(), [&](const std::vector<std::size_t>& some) {
      replay::Recipe candidate = best_.recipe;
      candidate.commands.clear();
      for (const std::size_t i : some) candidate.commands.push_back(all[i]);
      const bool shorter = breaks(std::move(candidate));
      if (shorter) share_ = std::max(share_, 0.7 * (1 - static_cast<double>(some.size()) / static_cast<double>(std::max<std::size_t>(1, best_.given))));
      return shorter;
    });
    share_ = std::max(share_, 0.7);
    return kept.size() < all.size();
  }

  // Each command, and all after it, closer to the one before it; then at a time that people can read.
  bool come_earlier() {
    bool any = false;
    for (std::size_t i = 0; i < best_.recipe.commands.size(); ++i) {
      const auto gap = [&] { return best_.recipe.commands[i].at - (i == 0 ? core::kStart : best_.recipe.commands[i - 1].at); };
      bool closer = gap() > core::Duration{} && moved(i, gap());
      for (int halving = 0; !closer && halving < 4; ++halving) {
        const core::Duration half = gap() / 2;
        if (half < std::chrono::milliseconds(5) || !moved(i, half)) break;
        any = true;
      }
      for (const core::Duration step : {core::Duration(std::chrono::seconds(1)), core::Duration(std::chrono::milliseconds(100)),
                                        core::Duration(std::chrono::milliseconds(10)), core::Duration(std::chrono::milliseconds(1))}) {
        const core::Duration rest = best_.recipe.commands[i].at.time_since_epoch() % step;
        if (rest == core::Duration{} || (rest <= gap() && moved(i, rest))) break;
      }
      any = any || closer;
      share_ = std::min(0.99, share_ + 0.3 / static_cast<double>(best_.recipe.commands.size()));
    }
    return any;
  }

  bool moved(std::size_t from, core::Duration earlier) {
    replay::Recipe candidate = best_.recipe;
    for (std::size_t i = from; i < candidate.commands.size(); ++i) candidate.commands[i].at -= earlier;
    return breaks(std::move(candidate));
  }

  const Progress& told_;
  Shrunk best_;
  double share_ = 0;                   // How far it is.
};

}  // namespace

std::string name_of(const Broken& broken) {
  if (broken.kind.empty()) return core::text(broken.promise);
  return broken.invariant.empty() ? "the promises of " + broken.kind : broken.invariant + " (" + broken.kind + ")";
}

std::optional<Broken> broken_in(const replay::Recipe& recipe, const std::vector<check::Promise>& promises, const Progress& told) {
  const Watch watch = watched(recipe, nullptr, promises.empty(), told);
  if (promises.empty() && watch.invariant) return watch.invariant;
  for (const check::Promise promise : promises.empty() ? promises_in(recipe.lab) : promises)
    if (auto found = judged(watch.history, promise, recipe.end)) return found;
  return {};
}

Shrunk shrink(const replay::Recipe& recipe, const Broken& broken, const Progress& told) { return Shrinking(recipe, broken, told).run(); }

}  // namespace compare
