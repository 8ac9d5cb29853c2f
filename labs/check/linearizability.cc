#include "labs/check/linearizability.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include "labs/check/object.h"
#include "mechanisms/core/text.h"

namespace check {
namespace {

using Clock = Work::Clock;

// Which of the open operations have taken effect, by their slot. More clients at once on one key than slots: unknown.
constexpr std::size_t kSlots = 256;
struct Done {
  std::array<std::uint64_t, kSlots / 64> bits{};
  bool has(std::size_t slot) const { return bits[slot / 64] >> (slot % 64) & 1; }
  void add(std::size_t slot) { bits[slot / 64] |= std::uint64_t{1} << (slot % 64); }
  void remove(std::size_t slot) { bits[slot / 64] &= ~(std::uint64_t{1} << (slot % 64)); }
  auto operator<=>(const Done&) const = default;
};

// One way in which the history so far makes sense.
struct Configuration {
  State state = kAbsent;
  State written = kAbsent;          // The value as it was written, where `state` is only kUnseen: for people.
  Done done;
  std::vector<std::uint32_t> used;  // How many unknown operations of each sort have taken effect; the rest: 0.
};

// Searches one key.
class Search {
 public:
  // `width`: of each state, so many ways are followed. One that reaches the end proves enough; where none does, those that
  // were dropped (see narrowed()) might have.
  Search(Values& values, const std::vector<Action>& actions, const Limits& limits, Work& work, std::size_t width)
      : values_(values), actions_(actions), limits_(limits), work_(work), width_(width) {}

  // The end at which nothing makes sense any more; null: there is none. Stops at `until`, where another key failed.
  const Action* run(std::uint64_t until) {
    configurations_ = {Configuration{}};
    std::vector<const Action*> ends;
    for (const Action& a : actions_)
      if (!a.forever) ends.push_back(&a);
    std::sort(ends.begin(), ends.end(), [](const Action* a, const Action* b) { return a->end < b->end; });
    std::size_t next_call = 0;
    for (const Action* ending : ends) {
      if (ending->end >= until) return nullptr;
      while (next_call < actions_.size() && actions_[next_call].call < ending->end) open(actions_[next_call++]);
      worked(1);
      if (gave_up_ || !close(*ending)) return gave_up_ ? nullptr : ending;
    }
    return nullptr;
  }

  bool gave_up() const { return gave_up_; }
  bool narrowed() const { return narrowed_; }
  const std::string& why() const { return why_; }
  // The states that were possible before the end that failed.
  std::vector<State> possible() const {
    std::set<State> states;
    for (const auto& c : configurations_) states.insert(c.state == kUnseen ? c.written : c.state);
    return {states.begin(), states.end()};
  }
  const std::vector<const Action*>& open_now() const { return open_; }

 private:
  void give_up(std::string why) {
    if (!gave_up_) why_ = std::move(why);
    gave_up_ = true;
  }

  void worked(std::size_t steps) {
    work_.done(steps);
    if (work_.over()) give_up("the time is over");
  }

  // What it takes to keep one: in `kept_`, and in the list of those that wait or of those that are ready.
  static std::size_t bytes_of(const Configuration& c) {
    constexpr std::size_t kNode = 192;  // Of the map, with what the allocator adds.
    return kNode + sizeof(Configuration) + 2 * sizeof(std::uint32_t) * c.used.size();
  }

  void forget_kept() {
    kept_.clear();
    count_ = 0;
    bytes_ = 0;
  }

  void open(const Action& a) {
    if (a.forever) {
      // Which of several that do the same is of no matter.
      const auto [it, fresh] = sorts_.emplace(std::tuple{a.kind, a.value, a.expected}, unknown_.size());
      if (fresh) unknown_.push_back({&a, 0});
      ++unknown_[it->second].begun;
      return;
    }
    std::size_t slot = 0;
    while (slot < slots_.size() && slots_[slot] != nullptr) ++slot;
    if (slot == kSlots) return give_up("more than 256 operations are open at once on one key");
    if (slot == slots_.size()) slots_.push_back(nullptr);
    slots_[slot] = &a;
    open_.push_back(&a);
    if (a.reads())
      for (auto& c : configurations_) take_reads(c);
  }

  // A read that fits the state can be taken to happen at once: it changes nothing, and no order is lost by it.
  void take_reads(Configuration& c) {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot)
      if (slots_[slot] != nullptr && slots_[slot]->reads() && !c.done.has(slot)) {
        State state = c.state;
        if (act(values_, *slots_[slot], state)) c.done.add(slot);
      }
  }

  // `ending` must have taken effect by now. Lets others take effect before it, in every order, until it has.
  bool close(const Action& ending) {
    const auto slot = static_cast<std::size_t>(std::find(slots_.begin(), slots_.end(), &ending) - slots_.begin());
    std::vector<Configuration> ready;
    // A narrow search uses what is unknown only where it finds no way without: it can still happen later.
    for (bool unknown : {false, true}) {
      if (!unknown && width_ == limits_.configurations) continue;
      if (!ready.empty()) break;
      forget_kept();
      std::vector<Configuration> todo = configurations_;
      while (!todo.empty() && !gave_up_) {
        Configuration c = std::move(todo.back());
        todo.pop_back();
        if (c.done.has(slot))
          ready.push_back(std::move(c));
        else
          expand(c, todo, unknown);
      }
    }
    if (gave_up_) return true;
    // Two that differ only in the operation that has ended, or of which one dominates, are one now.
    forget_kept();
    std::vector<Configuration> next;
    held_ = 0;
    for (auto& c : ready) {
      c.done.remove(slot);
      if (keep(c)) {
        held_ += bytes_of(c);
        next.push_back(std::move(c));
      }
      if (gave_up_) return true;
    }
    if (next.empty()) return false;
    slots_[slot] = nullptr;
    std::erase(open_, &ending);
    configurations_ = std::move(next);
    return true;
  }

  void expand(const Configuration& c, std::vector<Configuration>& todo, bool unknown) {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot] == nullptr || c.done.has(slot)) continue;
      State state = c.state;
      if (!act_counted(*slots_[slot], state)) continue;
      if (gave_up_) return;
      Configuration next = c;
      next.state = state;
      next.written = written_by(*slots_[slot], c);
      next.done.add(slot);
      take_reads(next);
      if (keep(next)) todo.push_back(std::move(next));
    }
    if (!unknown) narrowed_ = narrowed_ || !unknown_.empty();
    for (std::size_t u = 0; unknown && u < unknown_.size(); ++u) {
      const Action& action = *unknown_[u].action;
      if (u < c.used.size() && c.used[u] == unknown_[u].begun) continue;
      State state = c.state;
      // What changes nothing is better kept for later.
      if (!act_counted(action, state) || state == c.state) continue;
      if (gave_up_) return;
      Configuration next = c;
      next.state = state;
      next.written = written_by(action, c);
      if (next.used.size() <= u) next.used.resize(u + 1);
      ++next.used[u];
      take_reads(next);
      if (keep(next)) todo.push_back(std::move(next));
    }
  }

  // An append may make a long text.
  bool act_counted(const Action& a, State& state) {
    const std::size_t before = values_.bytes();
    const bool can = act(values_, a, state);
    worked(1 + (a.kind == Action::Kind::append ? values_.text(state).size() : 0) / 64 + (values_.bytes() - before) / 64);
    return can;
  }

  static bool uses_no_more(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    for (std::size_t u = 0; u < a.size(); ++u)
      if (a[u] > (u < b.size() ? b[u] : 0)) return false;
    return true;
  }

  static State written_by(const Action& a, const Configuration& before) {
    if (a.reads()) return before.written;
    return a.kind == Action::Kind::put || a.kind == Action::Kind::cas ? a.value : kUnseen;
  }

  // Remembers it, unless one that is at least as good is known: the same state, the same done, and no unknown operation
  // used that this one has not used.
  bool keep(const Configuration& c) {
    auto& same = kept_[{c.state, c.done}];
    worked(4 + same.size() * (1 + c.used.size() / 16));
    for (const auto& used : same)
      if (uses_no_more(used, c.used)) return false;
    std::erase_if(same, [&](const auto& used) { return uses_no_more(c.used, used); });
    if (same.size() >= width_) {
      narrowed_ = true;
      return false;
    }
    same.push_back(c.used);
    if (++count_ > limits_.configurations) give_up("more than " + std::to_string(limits_.configurations) + " ways to go on");
    bytes_ += bytes_of(c);
    if (bytes_ + held_ + values_.bytes() > limits_.bytes)
      give_up("the search needs more than " + std::to_string(limits_.bytes >> 20) + " MiB");
    return true;
  }

  Values& values_;
  const std::vector<Action>& actions_;
  const Limits& limits_;
  Work& work_;
  const std::size_t width_;
  bool narrowed_ = false;
  std::vector<Configuration> configurations_;
  std::vector<const Action*> slots_;     // Open operations; null: a free slot.
  std::vector<const Action*> open_;      // The same, in the order of their beginnings.
  struct Sort {
    const Action* action;
    std::uint32_t begun;                 // So many may take effect.
  };
  std::vector<Sort> unknown_;
  std::map<std::tuple<Action::Kind, State, State>, std::size_t> sorts_;
  std::map<std::pair<State, Done>, std::vector<std::vector<std::uint32_t>>> kept_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;  // Of what was kept since forget_kept(), about,
  std::size_t held_ = 0;   // and of `configurations_`.
  bool gave_up_ = false;
  std::string why_;
};

std::string list_of_states(const Values& values, const std::vector<State>& states) {
  std::string all;
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(states.size(), kShown); ++i)
    all += (i == 0 ? "" : ", ") + (states[i] == kAbsent ? "nothing" : states[i] == kUnseen ? values.text(kUnseen) : core::text(values.text(states[i])));
  if (states.size() > kShown) all += ", and " + std::to_string(states.size() - kShown) + " more";
  return all;
}

Verdict offence(const History& history, const Values& values, const Search& search, const Action& ending) {
  Verdict verdict;
  verdict.answer = Verdict::Answer::broken;
  verdict.prefix = ending.end;
  verdict.operation = ending.operation;
  verdict.reason = words(history.operations()[ending.operation]) + " has no place: before it ended, the value could only be " +
                   list_of_states(values, search.possible());
  std::string others;
  for (const Action* a : search.open_now()) {
    verdict.relevant.push_back(a->operation);
    if (a != &ending) others += (others.empty() ? "" : "; ") + words(history.operations()[a->operation]);
  }
  if (!others.empty()) verdict.reason += ". Open beside it: " + others;
  return verdict;
}

// Judges every key, or stops at the earliest offence.
Verdict judge(const History& history, Model model, const Limits& limits, Clock::time_point deadline) {
  Values values;
  Work work(deadline, limits.stop);
  Verdict worst, given_up;
  const auto by_key = actions_by_key(history, model, values, work);
  if (values.bytes() > limits.bytes) {
    given_up.answer = Verdict::Answer::unknown;
    given_up.reason = "gave up: the values alone need more than " + std::to_string(limits.bytes >> 20) + " MiB";
    return given_up;
  }
  std::uint64_t until = Operation::kNever;
  for (const auto& [key, actions] : by_key) {
    if (work.over()) {
      if (given_up.reason.empty()) given_up.reason = "gave up before key " + core::text(key.substr(0, 40)) + ": the time is over";
      given_up.answer = Verdict::Answer::unknown;
      break;
    }
    const std::vector<State> seen = seen_values(actions);
    values.see_only(seen);
    work.done(values.count() / 16 + seen.size());
    // Most histories are linearizable, and a narrow search shows it soon, however many outcomes are unknown.
    constexpr std::size_t kNarrow = 4;
    std::optional<Search> search;
    search.emplace(values, actions, limits, work, kNarrow);
    const Action* ending = search->run(until);
    if (search->narrowed() && (ending != nullptr || search->gave_up()) && !work.over()) {
      search.emplace(values, actions, limits, work, limits.configurations);
      ending = search->run(until);
    }
    if (search->gave_up()) {
      given_up.answer = Verdict::Answer::unknown;
      given_up.reason = "gave up on key " + core::text(key.substr(0, 40)) + ": " + search->why();
    } else if (ending != nullptr) {
      until = ending->end;
      worst = offence(history, values, *search, *ending);
    }
  }
  return worst.answer == Verdict::Answer::broken ? worst : given_up;
}

// Whether an operation that failed later was open then: at that time it could still have taken effect.
bool knows_the_future(const History& history, std::uint64_t position) {
  return std::any_of(history.operations().begin(), history.operations().end(), [&](const Operation& o) {
    return o.outcome == core::Outcome::failed && o.call < position && o.end > position && o.end != Operation::kNever;
  });
}

}  // namespace

Verdict linearizable(const History& history, Model model, const Limits& limits) {
  const auto deadline = Clock::now() + limits.time;
  Verdict verdict = judge(history, model, limits, deadline);
  if (verdict.answer != Verdict::Answer::broken || !knows_the_future(history, verdict.prefix)) return verdict;
  // The search has used what was not known yet. The shortest prefix that is wrong by itself may be longer: a longer one
  // of a wrong one is wrong, so it is found by halving.
  std::uint64_t low = verdict.prefix, high = history.events();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto answer = judge(history.until(middle), model, limits, deadline).answer;
    if (answer == Verdict::Answer::unknown) return verdict;
    if (answer == Verdict::Answer::kept)
      low = middle + 1;
    else
      high = middle;
  }
  verdict = judge(history.until(low), model, limits, deadline);
  if (verdict.prefix == low) return verdict;
  for (const Operation& o : history.operations())
    if (o.end == low) verdict.reason += ". That is certain since the end of " + words(o);
  verdict.prefix = low;
  return verdict;
}

}  // namespace check
