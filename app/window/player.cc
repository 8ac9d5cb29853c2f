#include "app/window/player.h"

#include <algorithm>

#include "app/window/folds.h"

namespace window {

using core::Time;
using std::chrono::microseconds;

Player::Player(std::unique_ptr<session::Session> first, Leaving& leaving, MakePath make_path, std::function<void()> on_change)
    : leaving_(leaving), make_path_(std::move(make_path)), on_change_(std::move(on_change)) {
  add(std::move(first));
  show_names();
  now().line->catch_up(microseconds(2000));
  now().status = now().session->status();
  if (!now().status.live) live_ = false, at_ = core::kStart;
  look_at(at_);
}

Player::~Player() {
  for (auto& branch : branches_) let_go(branch);
}

std::string Player::new_path() const { return make_path_ ? make_path_(now().session->origin().lab.name) : ""; }

void Player::let_go(Run run) {
  const std::string path = run.session->origin().path;
  leaving_.leave(std::move(run.line));
  leaving_.leave(std::move(run.session), path);
}

void Player::forget_undone(Branch& branch) {
  for (auto& undone : branch.undone) let_go(std::move(undone));
  branch.undone.clear();
}

void Player::let_go(Branch& branch) {
  forget_undone(branch);
  let_go({std::move(branch.session), std::move(branch.line)});
}

// What a person chose once holds for every world that comes later, and for one that comes back.
void Player::heed(session::Session& session) const {
  session.on_change(on_change_);
  session.stop_at_violation(stops_at_violation_);
}

Player::Branch& Player::add(std::unique_ptr<session::Session> session) {
  Branch& branch = branches_.emplace_back();
  branch.session = std::move(session);
  branch.line = std::make_unique<timeline::Timeline>(branch.session->recording());
  heed(*branch.session);
  branch.status = branch.session->status();
  return branch;
}

// A world may be further than its last event; a loaded run ends with it.
Time Player::end_of(const Branch& branch) const {
  return branch.status.live ? branch.status.now : branch.line->end();
}

void Player::look_at(Time at) {
  at_ = std::max(core::kStart, at);
  moment_ = now().line->moment(at_);
}

bool Player::tick(double seconds) {
  bool changed = false;
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    Branch& branch = branches_[i];
    const auto before = branch.line->rows();
    session::Status status = branch.session->status();
    if (i == current_ && fast() && status.guide.step_done && !branch.status.guide.step_done && playing_) stop_at_done_step();
    changed = changed || status.version != branch.status.version;
    branch.status = std::move(status);
    branch.known = branch.line->catch_up(microseconds(i == current_ ? 4000 : 1000));
    changed = changed || branch.line->rows() != before;
    arrive(branch);
  }
  const Time was = at_;
  play(std::min(seconds, 0.25));
  notice_violation();
  notice_refusals(pending_);
  if (changed || at_ != was) {
    look_at(at_);
    show_names();
  }
  return changed || at_ != was;
}

// A new past is as far as the old one was. Or it came to a stand before that, where a promise broke: then the person goes
// on from there.
void Player::arrive(Branch& branch) {
  if (branch.catch_up_to == Time{}) return;
  const bool stands = branch.status.rebuilding >= 1 && !branch.status.working;
  if (branch.status.now < branch.catch_up_to && !stands) return;
  branch.catch_up_to = {};
  if (&branch == &now()) go_on_if_fast();
}

// A world that goes as fast as it can is told so once, and not with each frame.
void Player::go_on_if_fast() {
  now().session->stop_when_done(fast());
  if (playing_ && speed_ == 0) now().session->as_fast_as_it_goes();
}

// Whoever goes fast wants to see the next step from its beginning.
bool Player::fast() const { return speed_ == 0 || speed_ >= 10; }

void Player::stop_at_done_step() {
  playing_ = false;
  now().session->stand();
  pending_.want(Say{"This step is done."});
}

void Player::play(double seconds) {
  Branch& branch = now();
  const Time end = end_of(branch);
  if (branch.status.rebuilding < 1 || branch.catch_up_to != Time{}) {
    if (live_) at_ = end;
    due_ = Time::max();
    return;
  }
  if (playing_ && !(live_ && speed_ == 0)) {
    const double ahead = speed_ == 0 ? 1e9 : seconds * speed_;
    const Time wanted = speed_ == 0 ? end : at_ + core::Duration(static_cast<std::int64_t>(ahead * 1e9));
    if (wanted >= end) live_ = true;
    at_ = live_ ? end : wanted;
    if (live_ && branch.status.live && speed_ != 0) let_go_on(core::Duration(static_cast<std::int64_t>(ahead * 1e9)));
    if (live_ && !branch.status.live) playing_ = false;
  } else if (live_) {
    at_ = end;
  }
  if (!playing_ || !live_) due_ = Time::max();
}

// The world is let go on a little further than the next frame, so that it never waits for the window. What it is ahead by
// is not counted as time that has passed: else it would go faster than it was told to.
void Player::let_go_on(core::Duration passed) {
  const Time end = end_of(now());
  due_ = std::min(due_, end) + passed;
  now().session->run_until(due_ + passed * 3 / 2);
}

void Player::notice_violation() {
  const Branch& branch = now();
  if (!branch.status.violated || jumped_to_violation_ == branch.status.violated || !stops_at_violation_) return;
  if (!branch.status.live) return;
  // It broke in what was done before a person came to this step: that is no news.
  if (branch.status.rebuilding < 1) return void(jumped_to_violation_ = branch.status.violated);
  jumped_to_violation_ = branch.status.violated;
  playing_ = false;
  live_ = false;
  at_ = *branch.status.violated;
  pending_.want(Say{"A promise was broken: " + branch.status.violation, true});
}

void Player::notice_refusals(Commands& answers) {
  const auto& refused = now().status.refused;
  for (; refusals_said_ < refused.size(); ++refusals_said_)
    answers.want(Say{refused[refusals_said_].command + ": " + refused[refusals_said_].why, true});
}

void Player::show_names() {
  names_.resize(branches_.size());
  overlays_.clear();
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    const Time forked = branches_[i].session->forked_at();
    names_[i].forked_at = forked;
    names_[i].name = i == 0 && forked == Time{} ? "first run" : "branch at " + time_text(forked);
    if (i == current_ || !names_[i].laid_over) continue;
    overlays_.push_back({branches_[i].line.get(), names_[i].name, {}, std::max(forked, now().session->forked_at())});
  }
}

View Player::view() const {
  const Branch& branch = now();
  const auto size = branch.session->recording().size();
  return {branch.session->origin().lab,
          branch.session->recording(),
          *branch.line,
          branch.status,
          moment_,
          at_,
          end_of(branch),
          live_,
          playing_,
          speed_,
          branch.session->origin().loopback,
          branch.session->origin().seed,
          branch.status.live && !branch.session->origin().loopback && branch.status.own_commands > 0,
          !branch.undone.empty(),
          stops_at_violation_,
          names_,
          current_,
          overlays_,
          size == 0 ? 1 : static_cast<double>(branch.line->rows()) / static_cast<double>(size),
          branch.session->shared_recording()};
}

// A second wish for the same moment adds nothing.
void Player::add_bookmark(Commands& answers) {
  record::Bookmarks all = *now().session->recording().bookmarks();
  answers.want(Show{"bookmarks"});
  if (std::any_of(all.begin(), all.end(), [&](const record::Bookmark& one) { return one.at == at_; })) return;
  if (all.size() >= record::kMostBookmarks) return answers.want(Say{"A run has room for " + std::to_string(record::kMostBookmarks) + " bookmarks.", true});
  all.push_back({at_, "", false});
  now().session->bookmark(std::move(all));
}

bool Player::busy() const {
  if (playing_) return true;
  return std::any_of(branches_.begin(), branches_.end(), [](const Branch& branch) {
    return branch.status.working || branch.status.rebuilding < 1 || !branch.known;
  });
}

void Player::step(bool forward, session::Session::Unit unit, Selection& selection) {
  playing_ = false;
  Branch& branch = now();
  branch.session->stand();
  const auto& line = *branch.line;
  const auto& run = line.recording();
  const auto counts = [&](std::size_t row) {
    return unit == session::Session::Unit::event || run.at(row).event.kind == record::EventKind::deliver;
  };
  std::size_t row = line.row_at(at_);
  // A step goes to one event at a time, also where several happened at one moment.
  if (selection.row < line.rows() && run.at(selection.row).event.at == at_) row = selection.row + (forward ? 1 : 0);
  if (forward) {
    while (row < line.rows() && !counts(row)) ++row;
    if (row >= line.rows()) {
      live_ = true;
      if (branch.status.live) branch.session->step(unit);
      selection.row = timeline::kNone;
      return;
    }
  } else {
    if (row == 0) return look_at(core::kStart);
    --row;
    while (row > 0 && !counts(row)) --row;
  }
  selection.row = row;
  live_ = false;
  look_at(run.at(row).event.at);
}

bool Player::fork(Time at, Commands& answers, std::size_t commands) {
  const std::string path = new_path();
  try {
    add(now().session->fork(at, path, commands));
  } catch (const std::exception& why) {
    leaving_.leave(nullptr, path);
    answers.want(Say{std::string("No branch from here: ") + why.what(), true});
    return false;
  }
  names_.resize(branches_.size());
  names_[current_].laid_over = true;   // What it was is laid over what it becomes.
  current_ = branches_.size() - 1;
  refusals_said_ = 0;
  live_ = true, playing_ = false, at_ = at;
  jumped_to_violation_ = now().status.violated;
  show_names();
  look_at(at);
  answers.want(Say{"A branch from " + time_text(at) + ". What was before is laid over it in the plots."});
  return true;
}

void Player::give(const std::vector<std::string>& of_one_gesture, Commands& answers) {
  std::vector<world::Command> commands;
  try {
    for (const auto& words : of_one_gesture) commands.push_back(world::parse_command(words));
  } catch (const world::BadCommand& bad) {
    return answers.want(Say{bad.what(), true});
  }
  // The past is not changed: who commands there makes a branch.
  if ((!live_ && at_ < end_of(now())) || !now().status.live)
    if (!fork(at_, answers)) return;
  forget_undone(now());
  now().session->give(std::move(commands));
  live_ = true;
}

namespace {

// How many of the commands that were given belong to the last one.
std::size_t of_last_gesture(const session::Status& status, std::size_t given) {
  for (const auto& gesture : status.gestures)
    if (gesture.first + gesture.count == given) return gesture.count;
  return 1;
}

}  // namespace

void Player::undo(Commands& answers) {
  Branch& branch = now();
  std::string undone, path;
  try {
    const auto given = session::commands_of(branch.session->recording());
    if (given.empty()) return answers.want(Say{"Nothing to undo: no command was given."});
    const Time end = end_of(branch);
    const std::size_t kept = given.size() - of_last_gesture(branch.session->status(), given.size());
    path = new_path();
    auto session = branch.session->fork(given.back().at, path, kept);
    session->bookmark(*branch.session->recording().bookmarks());
    for (std::size_t i = kept; i < given.size(); ++i) undone += (undone.empty() ? "" : ", ") + world::command_text(given[i].command);
    branch.session->stand();
    branch.undone.push_back({std::move(branch.session), std::move(branch.line)});
    branch.session = std::move(session);
    branch.line = std::make_unique<timeline::Timeline>(branch.session->recording());
    heed(*branch.session);
    branch.session->run_until(end);
    branch.catch_up_to = end;
    branch.status = branch.session->status();
    branch.known = false;
  } catch (const std::exception& why) {
    leaving_.leave(nullptr, path);
    return answers.want(Say{std::string("Cannot be undone: ") + why.what(), true});
  }
  refusals_said_ = 0;
  live_ = true;
  look_at(end_of(branch));   // The moment that was looked at is the old past's.
  answers.want(Say{"Undone: " + undone + ". The world has another past now."});
}

void Player::redo(Commands& answers) {
  Branch& branch = now();
  if (branch.undone.empty()) return answers.want(Say{"Nothing to redo."});
  let_go({std::move(branch.session), std::move(branch.line)});
  branch.session = std::move(branch.undone.back().session);
  branch.line = std::move(branch.undone.back().line);
  branch.undone.pop_back();
  heed(*branch.session);
  branch.status = branch.session->status();
  branch.catch_up_to = {};
  refusals_said_ = branch.status.refused.size();
  live_ = true;
  look_at(end_of(branch));
  go_on_if_fast();
}

void Player::restart_step(std::size_t step, Commands& answers) {
  const auto& done = now().status.guide.done_at;
  const Time at = step == 0 ? core::kStart : step - 1 < done.size() && done[step - 1] ? *done[step - 1] : now().status.guide.began;
  std::size_t given = 0;
  try {
    // What was given at that very moment was given in the step.
    given = session::commands_of(now().session->recording(), at - core::Duration(1)).size();
  } catch (const std::exception& why) {
    return answers.want(Say{std::string("The step cannot be begun again: ") + why.what(), true});
  }
  if (fork(at, answers, given)) now().session->begin_step(step);
}

void Player::close(std::size_t which) {
  if (branches_.size() < 2 || which >= branches_.size()) return;
  let_go(branches_[which]);
  branches_.erase(branches_.begin() + static_cast<std::ptrdiff_t>(which));
  names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(which));
  if (current_ >= which && current_ > 0) --current_;
  at_ = std::min(at_, end_of(now()));
  refusals_said_ = now().status.refused.size();
  show_names();
  look_at(at_);
}

void Player::play_or_not(bool on) {
  playing_ = on;
  if (!on) return now().session->stand();
  now().session->stop_when_done(fast());
  if (!now().status.live && at_ >= end_of(now())) live_ = false, look_at(core::kStart);   // Again from the start.
  if (speed_ == 0 && live_) now().session->as_fast_as_it_goes();
}

void Player::seek(Time to) {
  playing_ = false;
  now().session->stand();
  // A loaded run may not be read that far yet, and still be known to go on until there.
  const Time end = std::max(end_of(now()), now().status.now);
  live_ = to >= end;
  look_at(std::min(to, end));
}

void Player::switch_to(std::size_t branch) {
  if (branch >= branches_.size() || branch == current_) return;
  now().session->stand();
  current_ = branch, playing_ = false;
  refusals_said_ = now().status.refused.size();
  live_ = at_ >= end_of(now());
  show_names();
  look_at(std::min(at_, end_of(now())));
}

bool Player::wish(const Wish& wish, Selection& selection, Commands& answers) {
  session::Session& session = *now().session;
  bool mine = true;
  std::visit(Cases{[&](const Give& w) { give({w.command}, answers); }, [&](const GiveTogether& w) { give(w.commands, answers); },
                   [&](const Undo&) { undo(answers); },
                   [&](const Redo&) { redo(answers); },
                   [&](const Play& w) { play_or_not(w.on); },
                   [&](const SetSpeed& w) {
                     speed_ = w.times;
                     due_ = Time::max();
                     session.stop_when_done(fast());
                     if (playing_) speed_ == 0 ? session.as_fast_as_it_goes() : session.stand();
                   },
                   [&](const StepForward& w) { step(true, w.unit, selection); },
                   [&](const StepBack& w) { step(false, w.unit, selection); },
                   [&](const Seek& w) { seek(w.to); },
                   [&](const GoLive&) { live_ = true, selection.follow = true, look_at(end_of(now())); },
                   [&](const Fork& w) { fork(w.at, answers); },
                   [&](const SwitchBranch& w) { switch_to(w.to); },
                   [&](const CloseBranch& w) { close(w.which); },
                   [&](const AddBookmark&) { add_bookmark(answers); },
                   [&](const OpenDoor& w) { session.open_door(w.wish); },
                   [&](const CloseDoor& w) { session.close_door(w.protocol); },
                   [&](const SetBookmarks& w) { session.bookmark(w.all); },
                   [&](const LayOver& w) {
                     if (w.branch < names_.size()) names_[w.branch].laid_over = w.on;
                     show_names();
                   },
                   [&](const StopAtViolation& w) {
                     stops_at_violation_ = w.on;
                     for (auto& branch : branches_) branch.session->stop_at_violation(w.on);
                   },
                   [&](const GuideNext&) { session.next_step(); },
                   [&](const GuideBegin& w) { session.begin_step(w.step); },
                   [&](const GuideRestart& w) { restart_step(w.step, answers); },
                   [&](const GuideDo&) {
                     session.do_step();
                     live_ = true;
                     if (!playing_) answers.want(Play{true});
                   },
                   [&](const auto&) { mine = false; }},
             wish);
  return mine;
}

}  // namespace window
