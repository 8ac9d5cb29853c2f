#include "app/window/working.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/window/card.h"
#include "app/window/widgets.h"

namespace window {

Working::Working(std::string title, Work work, std::function<void(const std::string&)> failed, std::function<void()> wake)
    : title_(std::move(title)), wake_(std::move(wake)), thread_([this, work = std::move(work), failed = std::move(failed)] {
        Outcome done = outcome(work, failed);
        {
          const std::lock_guard lock(mutex_);
          outcome_ = std::move(done);
        }
        if (wake_) wake_();
      }) {}

Working::~Working() {
  cancelled_ = true;
  thread_.join();
}

Working::Outcome Working::outcome(const Work& work, const std::function<void(const std::string&)>& failed) {
  try {
    return work([this](double part) {
      if (cancelled_) throw Cancelled{};
      part_ = part;
    });
  } catch (const Cancelled&) {
    return [failed] { failed(""); };
  } catch (const std::exception& why) {
    return [failed, words = std::string(why.what())] { failed(words); };
  }
}

std::optional<Working::Outcome> Working::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

void Working::draw_inside(double seconds) {
  waited_ += seconds;
  muted(std::to_string(static_cast<int>(part_ * 100)) + " % \u00b7 for " + std::to_string(static_cast<int>(waited_)) + " s");
  gap(10);
  progress(part_, ImGui::GetContentRegionAvail().x);
  gap(14);
  ButtonLook how;
  how.enabled = !cancelled_;
  if (button("Cancel", how)) cancel();
}

void Working::draw(double seconds) {
  const Dialog dialog("working", {.in_front = false});
  fitted(title_, ImGui::GetContentRegionAvail().x);
  draw_inside(seconds);
}

}  // namespace window
