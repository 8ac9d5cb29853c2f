#include "labs/compare/run.h"

#include "labs/record/open_run.h"
#include "labs/session/session.h"

namespace compare {
namespace {

void read_into(Run& one, const Progress& progress) {
  const record::Recording& run = *one.recording;
  const auto part = [&](std::size_t done) { return run.size() == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(run.size()); };
  one.line = std::make_unique<timeline::Timeline>(run);
  while (!one.line->catch_up(std::chrono::milliseconds(20))) progress(part(one.line->rows()) / 2);
  one.figures = figures_of(run, [&](double done) { progress((1 + done) / 2); });
  for (const auto& given : session::commands_of(run)) one.commands.push_back({given.at, world::command_text(given.command)});
}

}  // namespace

std::shared_ptr<Run> read_run(const std::string& path, const std::string& name, const std::atomic<bool>* cancelled, const Progress& progress,
                              std::shared_ptr<const record::Recording> open) {
  auto one = std::make_shared<Run>();
  one->path = path, one->name = name;
  struct Ended {                       // By the progress: it is nothing about the file.
    std::exception_ptr why;
  };
  const auto told = [&](double done) {
    try {
      progress(done);
    } catch (...) {
      throw Ended{std::current_exception()};
    }
  };
  try {
    one->recording = open ? std::move(open) : record::open_run(path, cancelled);
    read_into(*one, told);
  } catch (const Ended& ended) {
    std::rethrow_exception(ended.why);
  } catch (const std::exception& why) {
    one->recording.reset(), one->line.reset(), one->figures.clear(), one->commands.clear();
    one->trouble = why.what();
  }
  return one;
}

std::shared_ptr<Run> run_of(std::shared_ptr<const record::Recording> recording, const std::string& name, const Progress& progress) {
  auto one = std::make_shared<Run>();
  one->name = name, one->recording = std::move(recording);
  read_into(*one, progress);
  return one;
}

}  // namespace compare
