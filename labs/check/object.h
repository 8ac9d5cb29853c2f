// The objects that clients use, reduced to what a search needs: values are numbers, an operation is a small struct, and
// doing one is a few comparisons.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "labs/check/linearizability.h"

namespace check {

// A state of one key's object. 0: absent, or never set.
using State = std::uint32_t;
inline constexpr State kAbsent = 0;

// Stands for every value that is no beginning of anything that was ever seen of the key. Nothing can tell two such
// values apart: no read returned one, no cas compared with one, and appending to one makes another. To take them for one
// state is what keeps the search small when many appends are open.
inline constexpr State kUnseen = 1;

// Says when the time is over. Looks at the clock only now and then: after so much work.
class Work {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Work(Clock::time_point deadline, const std::atomic<bool>* stop = nullptr) : deadline_(deadline), stop_(stop) {}

  void done(std::size_t steps) {
    if ((steps_ += steps) < kBetween) return;
    steps_ = 0;
    over_ = over_ || Clock::now() > deadline_ || (stop_ != nullptr && stop_->load(std::memory_order_relaxed));
  }
  bool over() const { return over_; }

 private:
  static constexpr std::size_t kBetween = 4096;
  Clock::time_point deadline_;
  const std::atomic<bool>* stop_;
  std::size_t steps_ = 0;
  bool over_ = false;
};

// Values and the states they make, as numbers.
class Values {
 public:
  State number(const std::string& value);
  const std::string& text(State state) const { return texts_[state]; }

  std::size_t count() const { return texts_.size(); }
  // About what they take.
  std::size_t bytes() const { return bytes_; }

  // The values that were seen of the key that is searched next.
  void see_only(const std::vector<State>& seen);
  // The state that a write of this value makes.
  State written(State value);
  State appended(State state, State value);

 private:
  bool begins_something_seen(std::string_view text) const;

  std::size_t bytes_ = 0;
  std::deque<std::string> texts_{"", "a value that nobody saw"};
  std::unordered_map<std::string, State> numbers_;          // Never iterated.
  std::vector<std::string_view> seen_;                      // Sorted; of the present key.
  std::vector<State> written_;                              // By value; ~0: not asked yet.
  std::map<std::pair<State, State>, State> appended_;
};

// One operation of one key.
struct Action {
  enum class Kind : std::uint8_t { get, put, append, cas, del, not_cas, not_del };
  Kind kind{};
  bool any_result = false;  // A get of which the answer is not known to us.
  bool forever = false;     // Unknown: has no end.
  State value = kAbsent;    // put, append, cas: written. get: what was returned.
  State expected = kAbsent; // cas, not_cas; of a create kAbsent.
  std::uint64_t call = 0, end = 0;
  std::size_t operation = 0;

  // Changes nothing whatever the state: it can be taken to happen as soon as it may.
  bool reads() const { return kind == Kind::get || kind == Kind::not_cas || kind == Kind::not_del; }
};

// Does it, if the state allows the answer that was given; says whether it does.
inline bool act(Values& values, const Action& a, State& state) {
  switch (a.kind) {
    case Action::Kind::get: return a.any_result || state == a.value;
    case Action::Kind::put: state = values.written(a.value); return true;
    case Action::Kind::append: state = values.appended(state, a.value); return true;
    case Action::Kind::cas:
      if (state != a.expected) return false;
      state = values.written(a.value);
      return true;
    case Action::Kind::del:
      if (state == kAbsent) return false;
      state = kAbsent;
      return true;
    case Action::Kind::not_cas: return state != a.expected;
    case Action::Kind::not_del: return state == kAbsent;
  }
  return false;
}

// Throws BadHistory when it is none of the model's.
Action::Kind kind_of(const Operation& operation, Model model);

// What was seen of a key: what reads returned and what a cas compared with.
std::vector<State> seen_values(const std::vector<Action>& actions);

// The history's actions by key, in the order of their beginnings; without those that cannot matter.
std::map<std::string, std::vector<Action>> actions_by_key(const History& history, Model model, Values& values,
                                                        Work& work);

}  // namespace check
