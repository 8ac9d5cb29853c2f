// The whole window in a process, with a library in a folder of its own, by mouse and keys.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/window/off_screen.h"
#include "tests/labs/record/made_run.h"

namespace window {

class Whole {
 public:
  Whole() { window().settle(); }

  // Frames until it is so; other threads have their time.
  bool until(const std::function<bool()>& is_so) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > patience) return false;
      window().frame(0.05);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  void wish(Wish wish) {
    shell().wish(std::move(wish));
    window().settle();
  }
  // Modifiers first: key({kCtrl, kK}).
  void key(const std::vector<int>& chord) {
    for (const int k : chord) window().stage().input.key(k, true);
    window().settle();
    for (auto k = chord.rbegin(); k != chord.rend(); ++k) window().stage().input.key(*k, false);
    window().settle();
  }
  void type(const std::string& words) {
    for (const char c : words) window().stage().input.character(static_cast<unsigned char>(c));
    window().settle();
  }
  void click(const std::string& name) {
    ASSERT_TRUE(until([&] { return sees(name); })) << name << " is not on the screen:" << all();
    const Probe at = *window().stage().find(name);
    Input& input = window().stage().input;
    input.move((at.least.x + at.greatest.x) / 2, (at.least.y + at.greatest.y) / 2);
    input.button(0, true), input.button(0, false);
    window().settle();
  }
  bool sees(const std::string& name) { return window().stage().find(name) != nullptr; }
  std::string all() {
    std::string names;
    for (const auto& probe : window().stage().probes()) names += "\n  " + probe.name;
    return names;
  }
  View view() { return shell().player()->view(); }
  Shell& shell() { return window().shell(); }
  OffScreen& window() { return *window_; }
  // Closed, and opened again with the same folders.
  void start_again() {
    window_.reset();
    window_ = std::make_unique<OffScreen>(setup(folder_.path()));
    window().settle();
  }
  std::string data(const std::string& below) const { return folder_ / ("data/" + below); }

 private:
  static OffScreen::Setup setup(const std::string& home) {
    OffScreen::Setup setup;
    setup.outside.program = "faultline test";
    setup.outside.folders = {home + "/data", home + "/config"};
    return setup;
  }
  record::Folder folder_;
  std::unique_ptr<OffScreen> window_ = std::make_unique<OffScreen>(setup(folder_.path()));
};

}  // namespace window
