// Pictures of panels that a person looks at: build/pictures/NAME.png.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "app/window/stage.h"

namespace window {

inline void save_picture(const Stage& stage, const std::string& name) {
  std::error_code ignored;
  std::filesystem::create_directories(SOURCE_DIR "/build/pictures", ignored);
  EXPECT_TRUE(write_png(stage.picture(), SOURCE_DIR "/build/pictures/" + name + ".png"));
}

}  // namespace window
