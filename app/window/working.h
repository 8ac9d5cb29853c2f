// Work about a run that takes long - making it again many times - on a thread of its own, with a bar that says how far it is
// and a button to cancel. What comes of it is done by the window, between two frames.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "labs/compare/figures.h"

namespace window {

class Working {
 public:
  using Outcome = std::function<void()>;        // For the window's thread.
  // On the other thread. It tells how far it is, and is ended by that when nobody wants it any more.
  using Work = std::function<Outcome(const compare::Progress& told)>;
  // What the work throws is told to `failed`, in words, as its outcome; of one that was cancelled there are none.
  // `wake` asks for a frame, from any thread.
  Working(std::string title, Work work, std::function<void(const std::string&)> failed, std::function<void()> wake);
  ~Working();                                   // Cancels.
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;

  void cancel() { cancelled_ = true; }
  // Once it is over: what to do.
  std::optional<Outcome> take();
  // The bar and the button: in the present window, or in one of their own in the middle of the screen.
  void draw_inside(double seconds);
  void draw(double seconds);

 private:
  struct Cancelled {};
  Outcome outcome(const Work& work, const std::function<void(const std::string&)>& failed);

  const std::string title_;
  std::function<void()> wake_;
  std::atomic<bool> cancelled_{false};
  std::atomic<double> part_{0};
  double waited_ = 0;
  std::mutex mutex_;
  std::optional<Outcome> outcome_;
  std::thread thread_;                          // Last: it begins when all else is there.
};

}  // namespace window
