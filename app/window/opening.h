// Opens a file that somebody named or dropped, whatever it is: a run, a lab, a theme, a sweep, or something else, which is said.
// A large run takes a while to be checked, so that happens on a thread of its own, and can be cancelled.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "labs/record/recording.h"
#include "labs/sweep/study.h"

namespace window {

// What a file is, by its first bytes and its name.
enum class FileKind : std::uint8_t { run, lab, theme, sweep, other, none };   // sweep: its folder, or a file of it.
FileKind kind_of_file(const std::string& path);

class Opening {
 public:
  struct Lab { std::string path; };            // To be opened by OpenLab.
  struct Colours { std::string path; };        // A theme's, to be used from now on.
  struct Refused { std::string why; };         // In words.
  struct Sweep { std::shared_ptr<const sweep::Study> study; std::string folder; };
  using Run = std::shared_ptr<const record::Recording>;
  using Opened = std::variant<Run, Lab, Colours, Sweep, Refused>;

  // `on_change` is called on another thread when the answer is there.
  Opening(std::string path, std::function<void()> on_change);
  ~Opening();                                  // Cancels.
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  const std::string& path() const { return path_; }
  void cancel() { cancelled_ = true; }
  // Once: what it is. Nothing: it is still being read.
  std::optional<Opened> take();
  // A bar with a button to cancel, once it takes longer than half a second. Into the present window.
  void draw(double seconds);

 private:
  Opened open() const;

  const std::string path_;
  std::function<void()> on_change_;
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::optional<Opened> opened_;
  double waited_ = 0;
  std::thread thread_;
};

}  // namespace window
