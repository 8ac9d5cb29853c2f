// What a fork does first: everything of its parent's past again, from the recording's commands alone.
#include <algorithm>

#include "labs/session/worker.h"
#include "mechanisms/core/text.h"

namespace session {

std::vector<Given> commands_before(const record::Recording& recording, std::size_t rows) {
  std::vector<Given> given;
  recording.visit(0, rows, [&](const record::Event& event, core::BytesView body) {
    if (event.kind != record::EventKind::command || event.type != 0) return;
    given.push_back({event.at, world::parse_command({reinterpret_cast<const char*>(body.data()), body.size()})});
  });
  return given;
}

Session::Past Session::Worker::past(core::Time at, std::size_t commands) {
  Past past;
  {
    const std::lock_guard lock(mutex_);
    if (status_.rebuilding < 1) throw world::BadCommand("its own past is still being made");
    if (!why_no_past_.empty()) throw world::BadCommand("its own past could not be made: " + why_no_past_);
    past.until = std::clamp(at, core::kStart, status_.now);
    for (const auto& begun : begun_)
      if (begun.first <= past.until) past.begun.push_back(begun);
    past.done_at = status_.guide.done_at;
    past.gestures = status_.gestures;
  }
  if (recording_->cut_off() && past.until > recording_->end())
    throw world::BadCommand("the recording ends at " + core::text(recording_->end().time_since_epoch()) +
                            ": the memory was full, and no file could be written");
  for (auto& done : past.done_at)
    if (done && *done > past.until) done.reset();
  past.of = recording_;
  past.rows = recording_->first_at_or_after(past.until + core::Duration(1));
  past.commands = commands;
  return past;
}

void Session::Worker::do_past_again() {
  measured_ = Wall::now();
  const std::vector<Given> given = commands_before(*past_->of, past_->rows);
  if (!past_->begun.empty()) lesson_->take_over(past_->begun, past_->done_at);
  for (std::size_t i = 0; i < std::min(given.size(), past_->commands); ++i) {
    if (!done_again(given[i].at)) return;
    (*this)(given[i].command);
  }
  for (const auto& gesture : past_->gestures)
    if (gesture.first + gesture.count <= witness_.own_commands) gestures_.push_back(gesture);
  if (!done_again(past_->until)) return;
  if (past_->commands >= given.size()) compare_with_past();
  if (lesson_begun_) return;
  lesson_->begin(0);
  lesson_->judge();
}

// False: the session ended meanwhile.
bool Session::Worker::done_again(core::Time until) {
  const double whole = static_cast<double>(past_->until.time_since_epoch().count());
  for (;;) {
    core::Time end = until;
    // From when the step began its conditions are judged, for how long they have held counts.
    const bool begins = !lesson_begun_ && !past_->begun.empty() && past_->begun.back().first <= until;
    if (lesson_begun_) end = std::min(until, world_->now() + kSlice);
    if (begins) end = std::max(world_->now(), past_->begun.back().first);
    const bool all = simulated_->run_until(end, [&, n = 0u, late = Wall::now() + kWallSlice]() mutable {
      return ++n % kSeldom == 0 && (ended_.load(std::memory_order_relaxed) || Wall::now() >= late);
    });
    if (ended_) return false;
    facts_->at(world_->now());
    if (all && begins) {
      lesson_->begin(past_->begun.back().second);
      lesson_begun_ = true;
    }
    // In the past it was not done earlier than it was: some of the step's own commands may have been still to come.
    if (lesson_begun_) lesson_->judge(was_done());
    if (whole > 0) rebuilding_ = std::min(0.999, static_cast<double>(world_->now().time_since_epoch().count()) / whole);
    publish_now_and_then();
    if (all && end == until) return true;
  }
}

bool Session::Worker::was_done() const {
  const std::size_t step = past_->begun.back().second;
  return step < past_->done_at.size() && past_->done_at[step] && *past_->done_at[step] <= world_->now();
}

// Another version of the program may make another run of the same commands. Then nobody must take it for the same past.
void Session::Worker::compare_with_past() {
  if (past_->rows == 0 || live_->cut_off()) return;
  const record::Event was = past_->of->at(past_->rows - 1).event;
  bool same = was.id <= live_->size();
  if (same) {
    // This recording has all events, from the first.
    const record::Event is = live_->at(was.id - 1).event;
    same = is.at == was.at && is.kind == was.kind && is.node == was.node && is.peer == was.peer && is.ref == was.ref &&
           live_->name(is.type) == past_->of->name(was.type);
  }
  if (!same)
    trouble_ = "this is not the same past: this version of the program makes another run of the same commands than " +
               past_->of->header().program + " did";
}

}  // namespace session
