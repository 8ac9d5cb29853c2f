// The pictures that are made without a graphics driver: which pixels a shape covers, and how often.
#include "app/window/raster.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "app/window/stage.h"
#include "tests/labs/record/made_run.h"

namespace window {
namespace {

constexpr ImU32 kBlack = IM_COL32(0, 0, 0, 255);

// What is drawn by `draw` on a black ground.
Picture picture_of(const std::function<void(ImDrawList&)>& draw) {
  Stage stage(40, 30);
  Picture made;
  stage.frame([&] {
    ImDrawList& list = *ImGui::GetForegroundDrawList();
    list.Flags = ImDrawListFlags_None;   // Edges as they are, without the seam that smooths them.
    draw(list);
  });
  return rasterize(*ImGui::GetDrawData(), kBlack);
}

int red(const Picture& picture, int x, int y) { return picture.rgba[static_cast<std::size_t>(y * picture.width + x) * 4]; }

TEST(Raster, ARectangleCoversItsPixelsAndNoOthers) {
  const Picture picture = picture_of([](ImDrawList& list) { list.AddRectFilled({5, 6}, {15, 12}, IM_COL32(200, 0, 0, 255)); });
  ASSERT_EQ(picture.width, 40);
  ASSERT_EQ(picture.height, 30);
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 40; ++x)
      ASSERT_EQ(red(picture, x, y), x >= 5 && x < 15 && y >= 6 && y < 12 ? 200 : 0) << x << "," << y;
}

// The two triangles of a rectangle share an edge: a pixel on it belongs to one of them.
TEST(Raster, WhatIsHalfTransparentIsDrawnOnce) {
  const Picture picture = picture_of([](ImDrawList& list) { list.AddRectFilled({4, 4}, {24, 24}, IM_COL32(200, 0, 0, 128)); });
  for (int y = 4; y < 24; ++y)
    for (int x = 4; x < 24; ++x) ASSERT_NEAR(red(picture, x, y), 100, 1) << x << "," << y;
}

TEST(Raster, NothingIsDrawnOutsideOfAClipOrOfThePicture) {
  const Picture picture = picture_of([](ImDrawList& list) {
    list.PushClipRect({10, 10}, {20, 20});
    list.AddRectFilled({-100, -100}, {100, 100}, IM_COL32(200, 0, 0, 255));
    list.PopClipRect();
  });
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 40; ++x) ASSERT_EQ(red(picture, x, y), x >= 10 && x < 20 && y >= 10 && y < 20 ? 200 : 0);
}

TEST(Raster, ColoursRunFromCornerToCorner) {
  const Picture picture = picture_of([](ImDrawList& list) {
    const ImU32 none = IM_COL32(0, 0, 0, 255), full = IM_COL32(250, 0, 0, 255);
    list.AddRectFilledMultiColor({0, 0}, {40, 30}, none, full, full, none);
  });
  for (int x = 1; x < 40; ++x) EXPECT_NEAR(red(picture, x, 15) - red(picture, x - 1, 15), 250.0 / 40, 1.1);
}

TEST(Raster, TextIsInkOnTheGround) {
  const Picture picture = picture_of([](ImDrawList& list) { list.AddText({2, 2}, IM_COL32(255, 0, 0, 255), "M"); });
  int ink = 0, most = 0;
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 40; ++x) ink += red(picture, x, y) > 40, most = std::max(most, red(picture, x, y));
  EXPECT_GT(ink, 20);
  EXPECT_LT(ink, 300);
  EXPECT_GT(most, 200);
}

TEST(Raster, APartIsCutToWhatThereIs) {
  const Picture picture = picture_of([](ImDrawList& list) { list.AddRectFilled({30, 20}, {40, 30}, IM_COL32(200, 0, 0, 255)); });
  const Picture part = cropped(picture, 30, 20, 100, 100);
  EXPECT_EQ(part.width, 10);
  EXPECT_EQ(part.height, 10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(red(part, i, i), 200);
  EXPECT_EQ(cropped(picture, 90, 90, 5, 5).width, 0);
}

TEST(Raster, AFileThatCannotBeWrittenIsToldOf) {
  const record::Folder folder;
  const Picture picture = picture_of([](ImDrawList&) {});
  EXPECT_FALSE(write_png(picture, folder / "no/such/folder.png"));
  ASSERT_TRUE(write_png(picture, folder / "p.png"));
  std::ifstream in(folder / "p.png", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_GT(bytes.size(), 33u);
  EXPECT_EQ(bytes.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(bytes.substr(12, 4), "IHDR");
  EXPECT_EQ(bytes[19], 40);
  EXPECT_EQ(bytes[23], 30);
}

}  // namespace
}  // namespace window
