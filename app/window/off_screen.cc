#include "app/window/off_screen.h"

#include <chrono>
#include <thread>
#include <utility>

namespace window {

OffScreen::OffScreen(Setup setup)
    : stage_(setup.width, setup.height), shell_([&] {
        if (!setup.outside.copy) setup.outside.copy = [this](const std::string& text) { copied_ = text; };
        return std::move(setup.outside);
      }()) {
  shell_.preferences.theme = setup.theme;
  shell_.preferences.scale = setup.scale;
}

void OffScreen::take_preferences() {
  stage_.scale = shell_.preferences.scale;
  stage_.colours = &shell_.colours();
}

void OffScreen::frame(double seconds) {
  take_preferences();
  stage_.frame([&] { shell_.draw(seconds); }, seconds);
  shell_.after_render();
}

void OffScreen::settle(double seconds) {
  take_preferences();
  stage_.settle([&] { shell_.draw(seconds); }, seconds);
  shell_.after_render();
}

void OffScreen::settle_all() {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  for (int still = 0; still < 6 && std::chrono::steady_clock::now() < patience; ++still) {
    settle();
    if (!shell_.busy()) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    still = 0;
  }
}

}  // namespace window
