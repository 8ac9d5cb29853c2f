// A player in a test: it plays without a window, in made-up frames, and waits for the world's thread where it must.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "app/window/player.h"
#include "labs/catalog/labs.h"

namespace window {

using namespace std::chrono_literals;

inline std::unique_ptr<session::Session> lab_session(const std::string& lab, const std::vector<std::string>& settings = {}) {
  session::Origin origin;
  origin.lab = catalog::load_lab(lab);
  guide::apply_settings(origin.lab.system, settings);
  origin.seed = origin.lab.seed;
  origin.settings = settings;
  origin.program = "faultline test";
  return std::make_unique<session::Session>(std::move(origin));
}

class Playing {
 public:
  explicit Playing(const std::string& lab = "raft-elections") : Playing(lab_session(lab)) {}
  explicit Playing(std::unique_ptr<session::Session> session)
      : player(std::move(session), leaving, {}, [] {}) {}

  // Frames until `done`, each of which says that so much time has passed.
  bool until(const std::function<bool()>& done, double seconds = 0.05) {
    const auto patience = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > patience) return false;
      frame(seconds);
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  void frame(double seconds = 0.05) {
    player.tick(seconds);
    for (auto& wish : player.take_said()) take(wish);
  }
  // Until the world's thread has done all that it may, and the window knows it.
  void rest() {
    ASSERT_TRUE(until([&] {
      const auto status = player.session().status();
      return !status.working && status.rebuilding >= 1 && player.view().status.version == status.version && player.view().indexed >= 1;
    }, 0));
    frame(0);
  }
  void wish(Wish w) {
    Commands answers;
    EXPECT_TRUE(player.wish(w, selection, answers)) << "nobody does this wish";
    for (auto& answer : answers.take()) take(answer);
  }
  void play_to(core::Duration end) {
    wish(SetSpeed{8});   // From 10 on it would stop at each step that is done.
    wish(Play{true});
    EXPECT_TRUE(until([&] { return player.view().at >= core::kStart + end; }));
    wish(Play{false});
    rest();
  }
  View view() const { return player.view(); }

  Leaving leaving;
  Player player;
  Selection selection;
  std::vector<std::string> said;

 private:
  void take(const Wish& wish) {
    if (const auto* say = std::get_if<Say>(&wish)) said.push_back(say->text);
    if (std::holds_alternative<Play>(wish)) this->wish(wish);
  }
};

}  // namespace window
