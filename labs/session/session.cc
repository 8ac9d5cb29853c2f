// What a session's owner sees of it: wishes are handed to the worker, and a fork is what the worker of a new session does
// again of an old one's recording.
#include "labs/session/session.h"

#include "labs/catalog/labs.h"
#include "labs/record/run_file.h"
#include "labs/session/worker.h"
#include "mechanisms/core/text.h"

namespace session {
namespace {

// A file whose lab cannot be read can still be looked at.
Origin origin_of(const record::RunHeader& header) {
  Origin origin;
  origin.lab.name = header.lab, origin.lab.text = header.lab_text;
  origin.seed = header.seed, origin.settings = header.settings;
  origin.loopback = header.world != "simulated";
  origin.program = header.program;
  try {
    origin.lab = guide::read_lab(header.lab, header.lab_text, catalog::all_kinds());
  } catch (const guide::BadLab&) {
  }
  return origin;
}

}  // namespace

std::vector<Given> commands_of(const record::Recording& recording, core::Time until) {
  const bool all = until == core::Time::max();
  return commands_before(recording, all ? recording.size() : recording.first_at_or_after(until + core::Duration(1)));
}

std::string script_of(const std::vector<Given>& given) {
  std::string script;
  for (const auto& [at, command] : given)
    script += "at " + core::text(at - core::kStart) + " " + world::command_text(command) + "\n";
  return script;
}

Session::Session(Origin origin) : origin_(std::move(origin)) {
  worker_ = std::make_unique<Worker>(origin_, std::nullopt);
  recording_ = worker_->recording();
}

Session::Session(Origin origin, Past past) : origin_(std::move(origin)), forked_at_(past.until) {
  worker_ = std::make_unique<Worker>(origin_, std::move(past));
  recording_ = worker_->recording();
}

Session::Session(std::shared_ptr<const record::Recording> loaded, std::string path)
    : origin_(origin_of(loaded->header())), recording_(std::move(loaded)) {
  worker_ = std::make_unique<Worker>(recording_, std::move(path));
}

Session::~Session() = default;

Status Session::status() const { return worker_->status(); }
void Session::on_change(std::function<void()> call) { worker_->on_change(std::move(call)); }

void Session::run_until(core::Time target) { worker_->wish(Worker::Until{target}); }
void Session::as_fast_as_it_goes() { run_until(core::Time::max()); }
void Session::stand() { run_until(core::kStart); }
void Session::step(Unit unit) { worker_->wish(unit); }
void Session::stop_at_violation(bool wished) { worker_->wish(Worker::StopAtViolation{wished}); }
void Session::stop_when_done(bool wished) { worker_->wish(Worker::StopWhenDone{wished}); }
void Session::give(world::Command command) { worker_->wish(std::move(command)); }
void Session::give(std::vector<world::Command> of_one_gesture) { worker_->wish(Worker::Together{std::move(of_one_gesture)}); }
void Session::open_door(std::string wish) { worker_->wish(Worker::OpenDoor{std::move(wish)}); }
void Session::close_door(std::string protocol) { worker_->wish(Worker::CloseDoor{std::move(protocol)}); }
void Session::bookmark(record::Bookmarks all) {
  recording_->set_bookmarks(std::move(all));
  worker_->bookmarks_changed();
}
void Session::next_step() { worker_->wish(Worker::NextStep{}); }
void Session::begin_step(std::size_t step) { worker_->wish(Worker::BeginStep{step}); }
void Session::do_step() { worker_->wish(Worker::DoStep{}); }

std::unique_ptr<Session> Session::fork(core::Time at, std::string path, std::size_t commands) const {
  if (origin_.loopback) throw world::BadCommand("real time does not come again: a run over sockets has no forks");
  Origin origin = origin_;
  origin.path = std::move(path);
  try {
    if (origin.lab.system.groups.empty())
      origin.lab = guide::read_lab(origin.lab.name, origin.lab.text, catalog::all_kinds());
    std::unique_ptr<Session> branch(new Session(std::move(origin), worker_->past(at, commands)));
    record::Bookmarks known = *recording_->bookmarks();
    std::erase_if(known, [&](const record::Bookmark& one) { return one.at > at; });
    if (!known.empty()) branch->bookmark(std::move(known));
    return branch;
  } catch (const guide::BadLab& bad) {
    throw world::BadCommand(std::string("its lab cannot be run again: ") + bad.what());
  } catch (const record::BadRun& bad) {
    throw world::BadCommand(std::string("its past cannot be read: ") + bad.what());
  }
}

}  // namespace session
