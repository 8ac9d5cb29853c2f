// Questions to the run in SQL (labs/ask): what is asked at the left, the answer at the right. Asked on a thread of its own, so
// that the window goes on while an answer is looked for, and the question can be cancelled.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/window/view.h"
#include "labs/ask/ask.h"

namespace window {

// An answer; or why there is none.
struct AnswerRows {
  std::vector<std::string> columns;
  std::vector<std::vector<ask::Cell>> rows;
  std::vector<core::Time> times;       // Of each row, where a column says when something was; else empty.
  bool more = false;                   // There are more rows than are kept.
  std::string trouble;
  double seconds = 0;
  std::string csv() const;
};

// A question under way. Its end waits for the thread, which hears that nobody wants the answer.
class Asking {
 public:
  Asking(std::shared_ptr<const record::Recording> run, std::string question);
  ~Asking();
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  void cancel() { cancelled_ = true; }
  bool done() const { return done_; }
  AnswerRows take() { return std::move(answer_); }   // Once it is done.

 private:
  void ask(const record::Recording& run, const std::string& question);

  std::atomic<bool> cancelled_{false}, done_{false};
  AnswerRows answer_;
  std::thread thread_;                 // Last: it begins when all else is there.
};

struct Questions {
  static constexpr std::size_t kMostRows = 10'000;

  void draw(const View& view, Commands& commands);
  bool busy() const { return asking_ != nullptr; }

 private:
  void draw_question(const View& view);
  void draw_answer(Commands& commands);
  void draw_rows(Commands& commands);
  void draw_views();
  void begin(const View& view);

  std::string question_ = ask::examples().front().sql;
  std::unique_ptr<Asking> asking_;
  AnswerRows answer_;
  bool asked_ = false;                 // There is an answer, or a reason why not.
};

}  // namespace window
