#include "labs/session/lesson.h"

#include <algorithm>

namespace session {

Lesson::Lesson(const guide::Lab& lab, guide::Facts& facts) : lab_(lab), facts_(facts) {
  status_.done_at.resize(lab.steps.size());
}

void Lesson::begin(std::size_t step) {
  status_.step = std::min(step, lab_.steps.size());
  status_.began = facts_.now();
  status_.step_done = status_.over = status_.doing = false;
  begun_.emplace_back(facts_.now(), status_.step);
  progress_.reset();
  if (!under_way()) return;
  status_.done_at[status_.step].reset();
  progress_.emplace(lab_.steps[status_.step], facts_);
  judge(false);
}

void Lesson::take_over(std::vector<Begun> begun, std::vector<std::optional<core::Time>> done_at) {
  begun_ = std::move(begun);
  begun_.pop_back();
  status_.done_at = std::move(done_at);
}

void Lesson::do_commands() {
  if (!under_way() || status_.doing || lab_.steps[status_.step].commands.empty()) return;
  status_.doing = true;
  next_command_ = 0;
  due_ = facts_.now() + lab_.steps[status_.step].commands[0].wait;
}

std::optional<core::Time> Lesson::due() const { return status_.doing ? std::optional(due_) : std::nullopt; }

world::Command Lesson::take() {
  const auto& commands = lab_.steps[status_.step].commands;
  const world::Command command = commands[next_command_].command;
  status_.doing = ++next_command_ < commands.size();
  if (status_.doing) due_ += commands[next_command_].wait;
  return command;
}

bool Lesson::judge(bool may_be_done) {
  if (!under_way() || status_.step_done) return false;
  const bool all = progress_->update(facts_);
  if (all && may_be_done && !status_.doing) {
    status_.step_done = true;
    status_.done_at[status_.step] = facts_.now();
  }
  status_.over = !status_.step_done && facts_.now() >= status_.began + lab_.limit;
  return status_.step_done;
}

GuideStatus Lesson::status() const {
  GuideStatus status = status_;
  if (progress_) status.lines = progress_->lines();
  return status;
}

}  // namespace session
