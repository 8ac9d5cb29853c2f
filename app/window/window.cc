#include "app/window/window.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "app/version.h"
#include "app/window/host.h"
#include "app/window/look.h"
#include "app/window/shell.h"
#include "app/window/state_file.h"

namespace window {
namespace {

constexpr double kFrame = 1.0 / 60;      // No display shows more, and a graphics driver without one would burn a core.
constexpr int kAfterTouch = 3;           // ImGui needs frames after a touch until all that it changes is drawn.

struct Context {
  Context() {
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    Input::map_keys();
  }
  ~Context() { ImGui::DestroyContext(); }
};

class Loop {
 public:
  Loop(const std::string& open, const std::string& state) : host_(1600, 1000, false), shell_(outside()), state_(state) {
    if (state_.wanted()) look_.probes = &probes_;
    if (!open.empty()) shell_.wish(open.ends_with(".run") ? Wish(OpenRun{open}) : Wish(OpenLab{open, {}, false, {}}));
  }

  int run() {
    double before = host_.seconds();
    int frames = kAfterTouch;
    while (!host_.closing() && !shell_.quit()) {
      const double since = host_.seconds() - before;
      host_.wait(frames > 0 ? kFrame - since : shell_.busy() ? kFrame : 3600);
      for (const auto& path : host_.dropped())
        shell_.wish(path.ends_with(".md") ? Wish(OpenLab{path, {}, false, {}}) : Wish(OpenRun{path}));
      if (host_.touched || shell_.busy() || woken_.exchange(false)) frames = kAfterTouch;
      if (frames == 0) continue;
      const double now = host_.seconds();
      if (now - before < kFrame) {
        std::this_thread::sleep_for(std::chrono::duration<double>(kFrame - (now - before)));
      }
      const double at = host_.seconds();
      frame(at - before);
      before = at;
      --frames;
    }
    return 0;
  }

 private:
  Outside outside() {
    Outside out;
    out.wake = [this] {
      woken_ = true;
      host_.wake();
    };
    out.copy = [this](const std::string& text) { host_.copy(text); };
    out.full_screen = [this](bool on) { host_.full_screen(on); };
    out.program = app::program_version();
    return out;
  }

  void frame(double seconds) {
    const float wanted = shell_.preferences.scale > 0 ? shell_.preferences.scale : host_.content_scale();
    const Theme* const theme = find_theme(shell_.preferences.theme);
    if (wanted != look_.scale || look_.fonts.body == nullptr || (theme != nullptr && theme != look_.theme)) {
      if (theme != nullptr) look_.theme = theme;
      if (wanted != look_.scale || look_.fonts.body == nullptr) {
        look_.scale = wanted;
        look_.fonts = build_fonts(wanted);
        host_.fonts_changed();
      }
      set_style(*look_.theme, wanted);
    }
    look_.clock = host_.seconds();
    use_look(look_);
    probes_.clear();
    host_.begin_frame(seconds);
    ImGui::NewFrame();
    shell_.draw(seconds);
    ImGui::Render();
    host_.end_frame(look_.theme->ground);
    if (state_.wanted()) state_.write(shell_, probes_);
  }

  Context context_;
  std::atomic<bool> woken_{false};
  Host host_;
  Look look_;
  Shell shell_;
  StateFile state_;
  std::vector<Probe> probes_;
};

}  // namespace

int run(const std::string& open, const std::string& state) {
  try {
    return Loop(open, state).run();
  } catch (const NoDisplay& none) {
    std::fprintf(stderr, "faultline: no window can be opened here (%s); `faultline run LAB` needs none\n", none.what());
    return 69;   // EX_UNAVAILABLE
  }
}

}  // namespace window
