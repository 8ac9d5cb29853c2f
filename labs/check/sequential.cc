#include "labs/check/sequential.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace check {
namespace {

using Kind = Action::Kind;

// What one process does, in its order. Of the last, nobody may know whether it was done.
struct Line {
  std::vector<const Action*> actions;
  std::size_t next = 0;
  bool done() const { return next == actions.size() || actions[next]->forever; }
};

struct HashOf {
  std::size_t operator()(const std::vector<std::uint32_t>& all) const {
    std::uint64_t hash = all.size();
    for (const std::uint32_t x : all) hash = (hash ^ x) * 0xff51afd7ed558ccdULL, hash ^= hash >> 32;
    return hash;
  }
};

class Interleaving {
 public:
  Interleaving(const History& history, Model model, const Limits& limits, Work& work) : limits_(limits), work_(work) {
    by_key_ = actions_by_key(history, model, values_, work);
    std::vector<State> seen;
    std::vector<std::pair<const Action*, std::uint64_t>> all;
    for (const auto& [key, actions] : by_key_) {
      for (const State s : seen_values(actions)) seen.push_back(s);
      for (const Action& a : actions) all.emplace_back(&a, history.operations()[a.operation].process);
      for (const Action& a : actions) key_of_[&a] = static_cast<std::uint32_t>(states_.size());
      states_.push_back(kAbsent);
      appended_.push_back(std::any_of(actions.begin(), actions.end(), [](const Action& a) { return a.kind == Kind::append; }));
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    values_.see_only(seen);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first->call < b.first->call; });
    std::map<std::uint64_t, std::size_t> lines;
    for (const auto& [a, process] : all) {
      const auto [line, fresh] = lines.emplace(process, lines_.size());
      if (fresh) lines_.emplace_back();
      lines_[line->second].actions.push_back(a);
      if (a->forever) lines.erase(line);
      count(*a, 1);
    }
  }

  Verdict run() {
    Verdict verdict;
    take_reads();
    frames_.push_back({choices(), 0, trail_.size()});
    while (!frames_.empty()) {
      if (std::all_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.done(); })) return verdict;
      work_.done(lines_.size());
      if (work_.over()) return gave_up("the time is over");
      Frame& frame = frames_.back();
      undo(frame.trail);
      if (frame.next == frame.choices.size()) {
        if (frame.choices.size() > 1 && !remember()) return gave_up("more than " + std::to_string(limits_.configurations) + " ways to go on");
        frames_.pop_back();
        continue;
      }
      take(frame.choices[frame.next++]);
      take_reads();
      if (dead_.count(here()) > 0) continue;
      frames_.push_back({choices(), 0, trail_.size()});
    }
    verdict.answer = Verdict::Answer::broken;
    return verdict;
  }

 private:
  struct Frame {
    std::vector<std::size_t> choices;   // Lines of which the next action changes something.
    std::size_t next = 0;
    std::size_t trail = 0;              // What was done when it began.
  };
  struct Step {
    std::size_t line = 0;
    State before = kAbsent;
  };

  static Verdict gave_up(const std::string& why) {
    Verdict verdict;
    verdict.answer = Verdict::Answer::unknown;
    verdict.reason = "gave up searching for an order: " + why;
    return verdict;
  }

  static std::uint64_t place(std::uint32_t key, State state) { return std::uint64_t{key} << 32 | state; }

  // Counts who still needs a state of a key, and who will still make it.
  void count(const Action& a, int by) {
    const std::uint32_t key = key_of_.at(&a);
    if (a.kind == Kind::get) wanted_[place(key, a.value)] += by;
    if (a.kind == Kind::not_del) wanted_[place(key, kAbsent)] += by;
    if (a.kind == Kind::cas && !a.forever) wanted_[place(key, a.expected)] += by;
    if (a.kind == Kind::put || a.kind == Kind::cas) made_[place(key, values_.written(a.value))] += by;
    if (a.kind == Kind::del) made_[place(key, kAbsent)] += by;
  }

  bool can(const Action& a, State& state) {
    const std::uint32_t key = key_of_.at(&a);
    const State before = state = states_[key];
    if (!act(values_, a, state)) return false;
    if (state == before || appended_[key]) return true;
    const auto wanted = wanted_.find(place(key, before));
    const int own = a.kind == Kind::cas && !a.forever && a.expected == before ? 1 : 0;
    if (wanted == wanted_.end() || wanted->second - own == 0) return true;
    // Somebody still reads what this replaces: it must come again.
    const auto made = made_.find(place(key, before));
    return made != made_.end() && made->second > 0;
  }

  std::vector<std::size_t> choices() {
    std::vector<std::size_t> all;
    State ignored = kAbsent;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      if (line.next < line.actions.size() && !line.actions[line.next]->reads() && can(*line.actions[line.next], ignored)) all.push_back(i);
    }
    // Most systems are not far from real time; what is unknown is better left for later.
    std::sort(all.begin(), all.end(), [&](std::size_t a, std::size_t b) {
      const Action &x = *lines_[a].actions[lines_[a].next], &y = *lines_[b].actions[lines_[b].next];
      return x.forever != y.forever ? y.forever : x.end != y.end ? x.end < y.end : x.call < y.call;
    });
    return all;
  }

  void take(std::size_t i) {
    const Action& a = *lines_[i].actions[lines_[i].next];
    State& state = states_[key_of_.at(&a)];
    trail_.push_back({i, state});
    act(values_, a, state);
    count(a, -1);
    ++lines_[i].next;
  }

  // A read changes nothing: no order is lost when it is taken as soon as it can be.
  void take_reads() {
    for (std::size_t i = 0; i < lines_.size(); ++i)
      for (Line& line = lines_[i]; !line.done() && line.actions[line.next]->reads(); take(i)) {
        State state = states_[key_of_.at(line.actions[line.next])];
        if (!act(values_, *line.actions[line.next], state)) break;
      }
  }

  void undo(std::size_t until) {
    for (; trail_.size() > until; trail_.pop_back()) {
      Line& line = lines_[trail_.back().line];
      const Action& a = *line.actions[--line.next];
      states_[key_of_.at(&a)] = trail_.back().before;
      count(a, 1);
    }
  }

  std::vector<std::uint32_t> here() const {
    std::vector<std::uint32_t> all(states_.begin(), states_.end());
    for (const Line& line : lines_) all.push_back(static_cast<std::uint32_t>(line.next));
    return all;
  }

  bool remember() {
    dead_.insert(here());
    const std::size_t bytes = dead_.size() * (64 + sizeof(std::uint32_t) * (states_.size() + lines_.size()));
    return dead_.size() <= limits_.configurations && bytes + values_.bytes() <= limits_.bytes;
  }

  const Limits& limits_;
  Work& work_;
  Values values_;
  std::map<std::string, std::vector<Action>> by_key_;
  std::unordered_map<const Action*, std::uint32_t> key_of_;       // Never iterated, as those below.
  std::unordered_map<std::uint64_t, int> wanted_, made_;
  std::vector<State> states_;                                     // By key.
  std::vector<bool> appended_;
  std::vector<Line> lines_;
  std::vector<Step> trail_;
  std::vector<Frame> frames_;
  std::unordered_set<std::vector<std::uint32_t>, HashOf> dead_;
};

}  // namespace

Verdict search_one_order(const History& history, Model model, const Limits& limits, Work& work) {
  return Interleaving(history, model, limits, work).run();
}

}  // namespace check
