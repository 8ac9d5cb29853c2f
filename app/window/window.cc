#include "app/window/window.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include "app/crash_report.h"
#include "app/library/kept_file.h"
#include "app/version.h"
#include "app/window/host.h"
#include "app/window/look.h"
#include "app/window/shell.h"
#include "app/window/state_file.h"

namespace window {
namespace {

constexpr double kFrame = 1.0 / 60;      // No display shows more, and a graphics driver without one would burn a core.
constexpr int kAfterTouch = 3;           // ImGui needs frames after a touch until all that it changes is drawn.

// Whom other threads wake: a window, as long as there is one.
class Alarm {
 public:
  void set(Host* host) {
    const std::lock_guard lock(mutex_);
    host_ = host;
  }
  void ring() {
    rung_ = true;
    const std::lock_guard lock(mutex_);
    if (host_ != nullptr) host_->wake();
  }
  bool rung() { return rung_.exchange(false); }

 private:
  std::mutex mutex_;
  Host* host_ = nullptr;
  std::atomic<bool> rung_{false};
};

class Loop {
 public:
  explicit Loop(const Start& start)
      : shell_(outside()),
        host_(shell_.preferences.width, shell_.preferences.height, shell_.preferences.maximized, shell_.preferences.scale > 0 ? shell_.preferences.scale : 1),
        state_(start.state) {
    look_.scale = shell_.preferences.scale > 0 ? shell_.preferences.scale : 1;
    look_.fonts = host_.letters();
    if (state_.wanted()) look_.probes = &probes_;
    alarm_.set(&host_);
    if (!start.theme.empty()) shell_.preferences.theme = start.theme;
    if (!start.open.empty()) open_file(start.open);
  }
  ~Loop() { alarm_.set(nullptr); }

  int run() {
    double before = host_.seconds();
    int frames = kAfterTouch;
    while (!host_.closing() && !shell_.quit()) {
      const double since = host_.seconds() - before;
      const bool types = ImGui::GetIO().WantTextInput;   // The text cursor blinks.
      host_.wait(frames > 0 || shell_.busy() ? kFrame - since : types ? kBlink : kNothingMoves);
      for (const auto& path : host_.dropped()) open_file(path);
      if (host_.touched || host_.input.waiting() || shell_.busy() || alarm_.rung()) frames = kAfterTouch;
      if (frames == 0 && types) frames = 1;
      if (frames == 0) continue;
      const double now = host_.seconds();
      if (now - before < kFrame) std::this_thread::sleep_for(std::chrono::duration<double>(kFrame - (now - before)));
      const double at = host_.seconds();
      frame(at - before);
      before = at;
      --frames;
    }
    shell_.preferences.maximized = host_.maximized();
    if (!host_.maximized()) host_.size(shell_.preferences.width, shell_.preferences.height);
    return 0;
  }

 private:
  static constexpr double kBlink = 0.4;
  static constexpr double kNothingMoves = 3600;   // Whatever happens rings.

  Outside outside() {
    Outside out;
    out.wake = [this] { alarm_.ring(); };
    out.copy = [this](const std::string& text) { host_.copy(text); };
    out.full_screen = [this](bool on) { host_.full_screen(on); };
    out.program = app::program_version();
    out.folders = library::standard_folders();
    return out;
  }

  void open_file(const std::string& path) {
    std::error_code ignored;
    const bool exists = std::filesystem::exists(path, ignored);   // Else it is a lab's name.
    shell_.wish(exists ? Wish(OpenRun{path}) : Wish(OpenLab{path, {}, false, {}}));
  }

  void take_preferences() {
    const float wanted = shell_.preferences.scale > 0 ? shell_.preferences.scale : std::clamp(host_.content_scale(), 0.75f, 2.5f);
    const Theme& theme = shell_.colours();
    const bool other_size = wanted != look_.scale;
    if (!other_size && look_.theme == &theme && styled_) return;
    if (other_size) {
      look_.scale = wanted;
      look_.fonts = build_fonts(*ImGui::GetIO().Fonts, wanted);
      host_.fonts_changed();
    }
    look_.theme = &theme;
    set_style(theme, wanted);
    styled_ = true;
  }

  void frame(double seconds) {
    take_preferences();
    look_.clock = host_.seconds();
    use_look(look_);
    probes_.clear();
    host_.begin_frame(seconds);
    ImGui::NewFrame();
    shell_.draw(seconds);
    ImGui::Render();
    shell_.after_render();
    host_.end_frame(look_.theme->ground);
    if (state_.wanted()) state_.write(shell_, probes_);
  }

  Alarm alarm_;
  Shell shell_;
  Host host_;
  Look look_;
  bool styled_ = false;
  StateFile state_;
  std::vector<Probe> probes_;
};

// Where nothing can be kept, a crash leaves nothing either.
void leave_reports() {
  const std::string data = library::standard_folders().data;
  if (data.empty()) return;
  try {
    library::make_folder(data + "/crashes");
    app::report_crashes(data + "/crashes");
  } catch (const library::Refused&) {
  }
}

}  // namespace

int run(const Start& start) {
  leave_reports();
  try {
    return Loop(start).run();
  } catch (const NoDisplay& none) {
    std::fprintf(stderr, "faultline: no window can be opened here (%s); `faultline run LAB` needs none\n", none.what());
    return 69;   // EX_UNAVAILABLE
  }
}

}  // namespace window
