// Nothing that hands do is lost, however slowly frames come.
#include "app/window/input.h"

#include <gtest/gtest.h>

#include "app/window/stage.h"
#include "app/window/widgets.h"
#include "imgui.h"

namespace window {
namespace {

class AButton {
 public:
  explicit AButton(Stage& stage) : stage_(stage) {}
  void frame() {
    stage_.frame([this] {
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize({300, 200});
      ImGui::Begin("w", nullptr, ImGuiWindowFlags_NoDecoration);
      ImGui::SetCursorPos({20, 20});
      if (button("press")) ++pressed;
      if (ImGui::IsKeyPressed(kF5, false)) ++f5;
      ImGui::End();
    });
  }
  int pressed = 0, f5 = 0;

 private:
  Stage& stage_;
};

TEST(Input, ClicksWithinOneFrameAreAllFound) {
  Stage stage(300, 200);
  AButton window(stage);
  window.frame();
  stage.input.move(40, 30);
  for (int i = 0; i < 20; ++i) stage.input.button(0, true), stage.input.button(0, false);
  while (stage.input.waiting()) window.frame();
  window.frame();
  EXPECT_EQ(window.pressed, 20);
}

TEST(Input, AKeyThatGoesDownAndUpBetweenTwoFramesIsFound) {
  Stage stage(300, 200);
  AButton window(stage);
  window.frame();
  for (int i = 0; i < 20; ++i) stage.input.key(kF5, true), stage.input.key(kF5, false);
  while (stage.input.waiting()) window.frame();
  window.frame();
  EXPECT_EQ(window.f5, 20);
}

TEST(Input, AClickIsFoundWhereItWasAlthoughTheMouseHasGoneOn) {
  Stage stage(300, 200);
  AButton window(stage);
  window.frame();
  for (int i = 0; i < 10; ++i) {
    stage.input.move(40, 30);
    stage.input.button(0, true);
    stage.input.button(0, false);
    stage.input.move(250, 180);
  }
  while (stage.input.waiting()) window.frame();
  EXPECT_EQ(window.pressed, 10);
}

// Letters, and keys that change the text, in the order in which they were pressed.
TEST(Input, WhatIsTypedWithinOneFrameIsTypedInOrder) {
  Stage stage(300, 200);
  char text[20] = "";
  const auto frame = [&] {
    stage.frame([&] {
      ImGui::Begin("w");
      ImGui::SetKeyboardFocusHere();
      ImGui::InputText("t", text, sizeof text);
      ImGui::End();
    });
  };
  frame(), frame();
  const auto type = [&](int key, unsigned int character) {
    stage.input.key(key, true);
    if (character != 0) stage.input.character(character);
    stage.input.key(key, false);
  };
  type(kX, 'x'), type(kBackspace, 0), type(kY, 'y'), type(kLeft, 0), type(kZ, 'z');
  while (stage.input.waiting()) frame();
  frame();
  EXPECT_STREQ(text, "zy");
}

TEST(Input, WhoeverLosesTheFocusHoldsNothing) {
  Stage stage(300, 200);
  AButton window(stage);
  stage.input.key(kCtrl, true);
  stage.input.button(0, true);
  while (stage.input.waiting()) window.frame();
  EXPECT_TRUE(ImGui::GetIO().KeyCtrl);
  stage.input.release_all();
  window.frame();
  EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
  EXPECT_FALSE(ImGui::GetIO().MouseDown[0]);
}

}  // namespace
}  // namespace window
