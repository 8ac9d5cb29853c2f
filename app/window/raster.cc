#include "app/window/raster.h"

#include <algorithm>
#include <cmath>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include "stb_image_write.h"
#pragma GCC diagnostic pop

namespace window {
namespace {

struct Texture {
  const unsigned char* alpha = nullptr;   // White, with this much of it.
  int width = 0, height = 0;
  float at(float u, float v) const {      // Bilinear, as the graphics driver does it.
    const float x = u * static_cast<float>(width) - 0.5f, y = v * static_cast<float>(height) - 0.5f;
    const float fx = std::floor(x), fy = std::floor(y);
    const auto texel = [&](int ix, int iy) {
      ix = std::clamp(ix, 0, width - 1), iy = std::clamp(iy, 0, height - 1);
      return static_cast<float>(alpha[iy * width + ix]);
    };
    const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
    const float a = x - fx, b = y - fy;
    const float top = texel(ix, iy) * (1 - a) + texel(ix + 1, iy) * a;
    const float bottom = texel(ix, iy + 1) * (1 - a) + texel(ix + 1, iy + 1) * a;
    return (top * (1 - b) + bottom * b) / 255.0f;
  }
};

struct Clip {
  int left, top, right, bottom;
};

struct Colour4 {
  float r, g, b, a;
};
Colour4 parts(ImU32 c) {
  return {static_cast<float>(c & 255u), static_cast<float>(c >> 8 & 255u), static_cast<float>(c >> 16 & 255u),
          static_cast<float>(c >> 24) / 255.0f};
}

class Canvas {
 public:
  Canvas(Picture& picture, const Texture& texture) : picture_(picture), texture_(texture) {}

  void triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const Clip& clip) {
    const float area = cross(a.pos, b.pos, c.pos);
    if (area == 0) return;
    const int left = std::max(clip.left, static_cast<int>(std::floor(std::min({a.pos.x, b.pos.x, c.pos.x}))));
    const int right = std::min(clip.right, static_cast<int>(std::ceil(std::max({a.pos.x, b.pos.x, c.pos.x}))));
    const int top = std::max(clip.top, static_cast<int>(std::floor(std::min({a.pos.y, b.pos.y, c.pos.y}))));
    const int bottom = std::min(clip.bottom, static_cast<int>(std::ceil(std::max({a.pos.y, b.pos.y, c.pos.y}))));
    const bool one_colour = a.col == b.col && b.col == c.col;
    const bool one_texel = a.uv.x == b.uv.x && a.uv.y == b.uv.y && b.uv.x == c.uv.x && b.uv.y == c.uv.y;
    const Colour4 ca = parts(a.col), cb = parts(b.col), cc = parts(c.col);
    const float texel = one_texel ? texture_.at(a.uv.x, a.uv.y) : 0;
    const float sign = area > 0 ? 1.0f : -1.0f;
    const bool owns_bc = owns(b.pos, c.pos, sign), owns_ca = owns(c.pos, a.pos, sign), owns_ab = owns(a.pos, b.pos, sign);
    for (int y = top; y < bottom; ++y)
      for (int x = left; x < right; ++x) {
        const ImVec2 p(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f);
        const float ea = cross(b.pos, c.pos, p) * sign, eb = cross(c.pos, a.pos, p) * sign, ec = cross(a.pos, b.pos, p) * sign;
        if (ea < 0 || eb < 0 || ec < 0) continue;
        // An edge that two triangles share belongs to one of them, or what is half transparent would be drawn twice.
        if ((ea == 0 && !owns_bc) || (eb == 0 && !owns_ca) || (ec == 0 && !owns_ab)) continue;
        const float wa = ea / std::abs(area), wb = eb / std::abs(area), wc = ec / std::abs(area);
        Colour4 colour = one_colour ? ca
                                    : Colour4{ca.r * wa + cb.r * wb + cc.r * wc, ca.g * wa + cb.g * wb + cc.g * wc,
                                              ca.b * wa + cb.b * wb + cc.b * wc, ca.a * wa + cb.a * wb + cc.a * wc};
        colour.a *= one_texel ? texel
                              : texture_.at(a.uv.x * wa + b.uv.x * wb + c.uv.x * wc, a.uv.y * wa + b.uv.y * wb + c.uv.y * wc);
        blend(x, y, colour);
      }
  }

 private:
  static float cross(const ImVec2& a, const ImVec2& b, const ImVec2& p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
  }
  static bool owns(const ImVec2& from, const ImVec2& to, float sign) {
    const float dx = (to.x - from.x) * sign, dy = (to.y - from.y) * sign;
    return dy < 0 || (dy == 0 && dx > 0);
  }
  void blend(int x, int y, const Colour4& c) {
    std::uint8_t* const to = &picture_.rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) + static_cast<std::size_t>(x)) * 4];
    const auto mix = [&](std::uint8_t under, float over) {
      return static_cast<std::uint8_t>(std::lround(static_cast<float>(under) * (1 - c.a) + over * c.a));
    };
    to[0] = mix(to[0], c.r), to[1] = mix(to[1], c.g), to[2] = mix(to[2], c.b);
  }

  Picture& picture_;
  const Texture& texture_;
};

}  // namespace

Picture rasterize(const ImDrawData& data, ImU32 ground) {
  Picture picture;
  picture.width = static_cast<int>(data.DisplaySize.x), picture.height = static_cast<int>(data.DisplaySize.y);
  picture.rgba.resize(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 4);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4)
    for (std::size_t k = 0; k < 4; ++k) picture.rgba[i + k] = static_cast<std::uint8_t>(k == 3 ? 255u : ground >> (8 * k) & 255u);
  Texture texture;
  unsigned char* alpha = nullptr;
  ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&alpha, &texture.width, &texture.height);
  texture.alpha = alpha;
  Canvas canvas(picture, texture);
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& cmd : list.CmdBuffer) {
      const Clip clip{std::max(0, static_cast<int>(cmd.ClipRect.x)), std::max(0, static_cast<int>(cmd.ClipRect.y)),
                      std::min(picture.width, static_cast<int>(cmd.ClipRect.z)), std::min(picture.height, static_cast<int>(cmd.ClipRect.w))};
      for (unsigned int i = 0; i + 2 < cmd.ElemCount; i += 3) {
        const auto vertex = [&](unsigned int k) -> const ImDrawVert& {
          return list.VtxBuffer[static_cast<int>(cmd.VtxOffset + list.IdxBuffer[static_cast<int>(cmd.IdxOffset + i + k)])];
        };
        canvas.triangle(vertex(0), vertex(1), vertex(2), clip);
      }
    }
  }
  return picture;
}

Picture cropped(const Picture& picture, int x, int y, int width, int height) {
  x = std::clamp(x, 0, picture.width), y = std::clamp(y, 0, picture.height);
  Picture part;
  part.width = std::clamp(width, 0, picture.width - x), part.height = std::clamp(height, 0, picture.height - y);
  part.rgba.reserve(static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height) * 4);
  for (int row = 0; row < part.height; ++row) {
    const auto begin = picture.rgba.begin() + (static_cast<std::ptrdiff_t>(y + row) * picture.width + x) * 4;
    part.rgba.insert(part.rgba.end(), begin, begin + static_cast<std::ptrdiff_t>(part.width) * 4);
  }
  return part;
}

std::string png_of(const Picture& picture) {
  std::string out;
  const auto append = [](void* to, void* bytes, int size) { static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), static_cast<std::size_t>(size)); };
  stbi_write_png_to_func(append, &out, picture.width, picture.height, 4, picture.rgba.data(), picture.width * 4);
  return out;
}

bool write_png(const Picture& picture, const std::string& path) {
  return stbi_write_png(path.c_str(), picture.width, picture.height, 4, picture.rgba.data(), picture.width * 4) != 0;
}

}  // namespace window
