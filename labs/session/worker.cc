// The thread of a session: it does what is wished, lets time pass in slices, and says how far it is.
#include "labs/session/worker.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "labs/record/run_file.h"
#include "labs/world/loopback/loopback.h"

namespace session {
namespace {

constexpr auto kPublish = std::chrono::milliseconds(5);
constexpr auto kCostly = std::chrono::milliseconds(2);
constexpr auto kMeasure = std::chrono::milliseconds(200);
core::Duration used_by_this_thread() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

record::RunHeader header_of(const Origin& origin, const world::World& world) {
  record::RunHeader header;
  header.program = origin.program;
  header.lab = origin.lab.name, header.lab_text = origin.lab.text;
  header.world = origin.loopback ? "loopback" : "simulated";
  header.seed = origin.seed, header.settings = origin.settings;
  header.nodes = world.nodes();
  return header;
}

}  // namespace

void Witness::on_event(const record::Event& event, core::BytesView body) {
  switch (event.kind) {
    case record::EventKind::violation:
      if (violated) break;
      violated = event.at;
      violation.assign(body.begin(), body.end());
      break;
    case record::EventKind::command: own_commands += event.type == 0; break;
    case record::EventKind::deliver: ++deliveries; break;
    default: break;
  }
}

Session::Worker::Worker(const Origin& origin, std::optional<Past> past)
    : past_(std::move(past)), first_step_(std::min(origin.first_step, origin.lab.steps.size())), limit_(origin.lab.limit) {
  world::System system = origin.lab.system;
  guide::apply_settings(system, origin.settings);
  if (origin.loopback) {
    // A recorded run keeps its disks beside its file.
    auto loopback = std::make_unique<world::LoopbackWorld>(system, origin.seed, origin.path.empty() ? "" : origin.path + ".disks");
    doors_.emplace(*loopback);
    world_ = std::move(loopback);
  } else {
    auto simulated = std::make_unique<world::SimulatedWorld>(system, origin.seed);
    simulated_ = simulated.get();
    world_ = std::move(simulated);
  }
  live_ = std::make_shared<record::Recording>(header_of(origin, *world_), origin.memory);
  live_->began(std::chrono::system_clock::now());
  recording_ = live_;
  facts_ = std::make_unique<guide::Facts>(world_->nodes());
  lesson_.emplace(origin.lab, *facts_);
  if (origin.path.empty())
    spill_ = std::make_unique<record::Spill>(*live_);
  else
    store_ = std::make_unique<record::RunStore>(*live_, origin.path);
  world_->listen(facts_.get());
  world_->listen(live_.get());
  world_->listen(&witness_);
  if (past_ || first_step_ > 0) rebuilding_ = 0;
  status_.live = status_.working = true;
  status_.rebuilding = rebuilding_;
  thread_ = std::thread([this] { work(); });
}

Session::Worker::Worker(std::shared_ptr<const record::Recording> loaded, std::string path)
    : path_(std::move(path)), recording_(std::move(loaded)) {
  try {
    status_.now = recording_->end();
  } catch (const record::BadRun& bad) {
    status_.trouble = bad.what();
  }
  status_.events = status_.stored = recording_->size();
  thread_ = std::thread([this] {
    read_through();
    keep_bookmarks();
  });
}

Session::Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Session::Worker::wish(Wish wish) {
  if (!live_) return;
  {
    const std::lock_guard lock(mutex_);
    const bool until = std::holds_alternative<Until>(wish);
    if (until && unseen_stop_) return;
    // A window says how far the world may go with each frame, and only the last word counts.
    if (until && !wishes_.empty() && std::holds_alternative<Until>(wishes_.back())) wishes_.pop_back();
    wishes_.push_back(std::move(wish));
    status_.working = true;
    ++status_.version;
    wished_ = true;
  }
  wake_.notify_all();
}

Status Session::Worker::status() {
  const std::lock_guard lock(mutex_);
  // What it was that stopped it is told from when it is published on.
  if (!status_.working) unseen_stop_ = false;
  return status_;
}

void Session::Worker::on_change(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  on_change_ = std::move(call);
}

void Session::Worker::work() {
  try {
    if (past_)
      do_past_again();
    else
      begin_world();
  } catch (const std::exception& error) {
    fail(error.what());
    const std::lock_guard lock(mutex_);
    why_no_past_ = error.what();
  }
  past_.reset();
  rebuilding_ = 1;
  noticed_violation_ = witness_.violated.has_value();
  while (!ended_) {
    try {
      do_wishes();
      give_due();
      if (may_go_on()) go_on();
      if (!may_go_on()) judge_at_last();
    } catch (const std::exception& error) {
      fail(error.what());
    }
    if (may_go_on()) {
      publish_now_and_then();
    } else {
      publish();
      wait();
    }
  }
}

void Session::Worker::begin_world() {
  measured_ = Wall::now();
  if (!finish_moment()) return;
  facts_->at(world_->now());
  lesson_->begin(0);
  lesson_->judge();
  do_steps_before();
}

// Who goes on where he stopped finds the cluster as the steps before leave it.
void Session::Worker::do_steps_before() {
  for (std::size_t step = 0; step < first_step_; ++step) {
    if (!do_step_at_once()) return;
    lesson_->next();
    rebuilding_ = static_cast<double>(step + 1) / static_cast<double>(first_step_ + 1);
  }
  lesson_->judge();
}

// By its own commands, as run_lab does it. False: the session ended meanwhile.
bool Session::Worker::do_step_at_once() {
  const core::Time begin = world_->now();
  lesson_->do_commands();
  for (;;) {
    give_due();
    if (lesson_->judge() || (!lesson_->due() && world_->now() >= begin + limit_)) return true;
    core::Time end = world_->now() + kSlice;
    if (const auto due = lesson_->due()) end = std::min(end, *due);
    if (simulated_ == nullptr) world_->run_until(end);
    else simulated_->run_until(end, [this] { return ended_.load(std::memory_order_relaxed); });
    if (ended_) return false;
    facts_->at(world_->now());
    publish_now_and_then();
  }
}

// Somebody may have thrown in the middle of a step: nobody knows what state the world is in.
void Session::Worker::fail(const std::string& why) {
  trouble_ = why;
  dead_ = true;
}

void Session::Worker::do_wishes() {
  while (wished_) {
    Wish next;
    {
      const std::lock_guard lock(mutex_);
      wished_ = !wishes_.empty();
      if (wishes_.empty() || ended_) return;
      next = std::move(wishes_.front());
      wishes_.pop_front();
    }
    std::visit(*this, next);
    look();
  }
}

void Session::Worker::operator()(const Until& until) {
  steps_.clear();
  step_begun_ = false;
  target_ = until.target;
}

void Session::Worker::operator()(Unit unit) {
  if (dead_) return;
  target_ = world_->now();
  steps_.push_back(unit);
}

// A command comes after all that is due at its moment: so the commands and their times alone make the same run again.
// False: the session ended meanwhile.
bool Session::Worker::finish_moment() {
  if (simulated_) return simulated_->run_until(world_->now(), [this] { return ended_.load(std::memory_order_relaxed); });
  world_->run_until(world_->now());
  return true;
}

void Session::Worker::operator()(const world::Command& command) {
  try {
    if (dead_) throw world::BadCommand("the world stands still: " + trouble_);
    if (!finish_moment()) return;
  } catch (const world::BadCommand& bad) {
    if (!dead_) fail(bad.what());  // Time stands still.
    refused_.push_back({world_->now(), world::command_text(command), bad.what()});
    return;
  }
  try {
    world_->apply(command);
  } catch (const world::BadCommand& bad) {
    refused_.push_back({world_->now(), world::command_text(command), bad.what()});
  }
  facts_->at(world_->now());
}

void Session::Worker::operator()(const OpenDoor& door) {
  try {
    if (!doors_) throw world::BadCommand("a door leads to real sockets, and this world is simulated");
    doors_->open(doors::parse_wish(door.wish));
  } catch (const std::exception& why) {
    refused_.push_back({world_->now(), "door " + door.wish, why.what()});
  }
}

void Session::Worker::operator()(const CloseDoor& door) {
  if (doors_) doors_->close(door.protocol);
}

void Session::Worker::operator()(const Together& gesture) {
  const std::size_t before = witness_.own_commands;
  for (const auto& command : gesture.commands) (*this)(command);
  if (const auto count = witness_.own_commands - before; count > 1) gestures_.push_back({before, count});
}

void Session::Worker::give_due() {
  for (auto due = lesson_->due(); due && *due <= world_->now() && !ended_; due = lesson_->due()) {
    (*this)(lesson_->take());
    look();
  }
}

void Session::Worker::go_on() {
  if (!steps_.empty()) {
    if (one_step(steps_.front())) {
      steps_.pop_front();
      step_begun_ = false;
    }
    target_ = world_->now();
  } else {
    core::Time end = std::min(world_->now() + kSlice, target_);
    if (const auto due = lesson_->due()) end = std::min(end, *due);
    pass(end);
  }
  facts_->at(world_->now());
  judge();
  look();
}

// After each slice. A percentile of a million samples, or whether a long history is linearizable, takes its time: then the
// world goes on for four times as long before that is asked again.
void Session::Worker::judge() {
  const auto began = Wall::now();
  unjudged_ = began < judge_again_;
  if (unjudged_) return;
  const bool before = std::exchange(judging_seems_costly_, false);
  const auto used = before ? used_by_this_thread() : core::Duration{};
  if (lesson_->judge() && stop_when_done_) stop_by_itself();
  // A thread that had to wait for others only seems to have worked, so the second time the work itself is measured.
  judging_seems_costly_ = Wall::now() - began > kCostly;
  if (!before || !judging_seems_costly_) return;
  if (const auto took = used_by_this_thread() - used; took > kCostly) judge_again_ = Wall::now() + 4 * took;
}

void Session::Worker::pass(core::Time end) {
  if (!simulated_) return world_->run_until(end);
  simulated_->run_until(end, [&, n = 0u, late = Wall::now() + kWallSlice]() mutable {
    if (witness_.violated && !noticed_violation_) return true;
    return ++n % kSeldom == 0 && (interrupted() || Wall::now() >= late);
  });
}

// True: what was wished for has happened, or nothing is left to happen.
bool Session::Worker::one_step(Unit unit) {
  const auto count = [&] { return unit == Unit::event ? world_->events() : witness_.deliveries; };
  if (!std::exchange(step_begun_, true)) step_from_ = count();
  if (!simulated_) {
    world_->run_until(world_->now() + std::chrono::milliseconds(1));
    return count() > step_from_;
  }
  const auto late = Wall::now() + kWallSlice;
  // The lab's own commands come at their time, though nothing happens until then.
  if (const auto due = lesson_->due()) {
    simulated_->run_until(*due, [&, n = 0u]() mutable {
      return count() > step_from_ || (++n % kSeldom == 0 && (interrupted() || Wall::now() >= late));
    });
    return count() > step_from_;
  }
  for (unsigned n = 1; count() == step_from_; ++n) {
    if (!simulated_->run_one()) return true;
    if (n % kSeldom == 0 && (interrupted() || Wall::now() >= late)) return count() > step_from_;
  }
  return true;
}

// Who looks at a world that stands sees what its conditions are now.
void Session::Worker::judge_at_last() {
  if (!unjudged_) return;
  judge_again_ = {};
  judge();
}

// Whether a promise broke just now.
void Session::Worker::look() {
  if (!witness_.violated || noticed_violation_) return;
  noticed_violation_ = true;
  if (stop_at_violation_) stop_by_itself();
}

// Who asked it to go on did not know of what made it stop.
void Session::Worker::stop_by_itself() {
  (*this)(Until{world_->now()});
  const std::lock_guard lock(mutex_);
  unseen_stop_ = true;
  std::erase_if(wishes_, [](const Wish& wish) { return std::holds_alternative<Until>(wish); });
}

// Until somebody wishes for something. What goes on without that, the storing, is told meanwhile.
void Session::Worker::wait() {
  const bool storing = store_ && store_->trouble().empty() && store_->stored() < live_->size();
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return ended_ || !wishes_.empty(); };
  if (storing || speed_ > 0) {
    wake_.wait_for(lock, std::chrono::milliseconds(100), ready);
    return;
  }
  wake_.wait(lock, ready);
  measured_ = Wall::now();
}

void Session::Worker::measure_speed(Status& status) {
  const auto now = Wall::now();
  if (const std::chrono::duration<double> passed = now - measured_; passed >= kMeasure) {
    speed_ = std::chrono::duration<double>(world_->now() - measured_now_).count() / passed.count();
    events_per_second_ = static_cast<double>(world_->events() - measured_events_) / passed.count();
    measured_ = now, measured_now_ = world_->now(), measured_events_ = world_->events();
  }
  status.speed = speed_, status.events_per_second = events_per_second_;
}

void Session::Worker::publish_now_and_then() {
  if (Wall::now() - published_ >= kPublish) publish();
}

void Session::Worker::publish() {
  published_ = Wall::now();
  Status next;
  next.now = world_->now(), next.events = world_->events();
  next.live = true;
  next.rebuilding = rebuilding_;
  next.violated = witness_.violated, next.violation = witness_.violation;
  next.guide = lesson_->status();
  next.refused = refused_;
  next.own_commands = witness_.own_commands, next.gestures = gestures_;
  if (doors_) next.doors = doors_->seen();
  next.trouble = trouble_.empty() ? store_trouble() : trouble_;
  if (store_) next.stored = store_->stored();
  measure_speed(next);
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    next.version = status_.version + 1;
    next.working = rebuilding_ < 1 || may_go_on() || !wishes_.empty();
    status_ = std::move(next);
    begun_ = lesson_->begun();
    call = on_change_;
  }
  if (call) call();
}

std::string Session::Worker::store_trouble() const { return store_ ? store_->trouble() : spill_->trouble(); }

// A loaded run stands still; what a Status says of it is counted once.
void Session::Worker::read_through() {
  std::string trouble;
  try {
    for (std::size_t row = 0; row < recording_->size() && !ended_; row += record::kChunkRows)
      recording_->visit(row, std::min(row + record::kChunkRows, recording_->size()),
                        [&](const record::Event& event, core::BytesView body) { witness_.on_event(event, body); });
  } catch (const record::BadRun& bad) {
    trouble = bad.what();
  }
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    status_.violated = witness_.violated, status_.violation = witness_.violation;
    status_.own_commands = witness_.own_commands;
    if (!trouble.empty()) status_.trouble = trouble;
    ++status_.version;
    call = on_change_;
  }
  if (call) call();
}

void Session::Worker::bookmarks_changed() {
  {
    const std::lock_guard lock(mutex_);
    bookmarks_changed_ = true;
    ++status_.version;
  }
  wake_.notify_all();
}

// Until the session ends: also what was written last is kept then.
void Session::Worker::keep_bookmarks() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ended_ || bookmarks_changed_; });
    if (!std::exchange(bookmarks_changed_, false)) return;
    if (path_.empty()) continue;
    lock.unlock();
    std::string trouble;
    try {
      record::keep_bookmarks(path_, *recording_->bookmarks());
    } catch (const std::exception& error) {
      trouble = error.what();
    }
    lock.lock();
    if (trouble.empty()) continue;
    status_.refused.push_back({status_.now, "bookmark", "not kept in the file: " + trouble});
    ++status_.version;
    if (const auto call = on_change_; call) {
      lock.unlock();
      call();
      lock.lock();
    }
  }
}

}  // namespace session
