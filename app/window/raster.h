// Draws what ImGui wants drawn into a picture in memory: no graphics driver, no display, the same pixels on every machine.
// For `faultline shot`, for copying a plot as a picture, and for the pictures that the tests make.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "imgui.h"

namespace window {

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgba;      // Row by row from the top.
};

// The fonts' texture must be that of the present context.
Picture rasterize(const ImDrawData& data, ImU32 ground);
// A part of it; cut to what there is.
Picture cropped(const Picture& picture, int x, int y, int width, int height);
// As a PNG file has it.
std::string png_of(const Picture& picture);
// False: it cannot be written.
bool write_png(const Picture& picture, const std::string& path);

}  // namespace window
