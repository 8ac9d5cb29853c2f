#include "app/window/look.h"

#include <utility>

#include "imgui_freetype.h"

// The fonts are part of the program: see fonts.S.
extern "C" {
extern const char faultline_inter_begin[], faultline_inter_end[];
extern const char faultline_inter_strong_begin[], faultline_inter_strong_end[];
extern const char faultline_mono_begin[], faultline_mono_end[];
}

namespace window {
namespace {

const Look* present = nullptr;

// Latin, Greek for units, punctuation, arrows, and the few signs that the window uses.
constexpr ImWchar kGlyphs[] = {0x20,   0x7e,   0xa0,   0x17f,  0x394,  0x394,  0x3bb,  0x3bc,  0x2010, 0x2027, 0x2030, 0x203a,
                               0x2190, 0x2195, 0x21bb, 0x21bb, 0x2212, 0x2212, 0x2248, 0x2248, 0x2260, 0x2265, 0x25b2, 0x25cf,
                               0x2713, 0x2717, 0};

ImFont* add(ImFontAtlas& atlas, const char* begin, const char* end, float size, float scale) {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  config.OversampleH = config.OversampleV = 1;
  config.PixelSnapH = true;
  config.GlyphRanges = kGlyphs;
  // The atlas wants a pointer that it may free, and is told not to.
  return atlas.AddFontFromMemoryTTF(const_cast<char*>(begin), static_cast<int>(end - begin), size * scale, &config);
}

ImVec4 vec(Colour c) { return ImGui::ColorConvertU32ToFloat4(c); }

}  // namespace

const Look& look() { return *present; }
void use_look(const Look& now) { present = &now; }

Fonts build_fonts(ImFontAtlas& atlas, float scale) {
  atlas.Clear();
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  atlas.TexDesiredWidth = scale > 1.4f ? 2048 : 1024;
  atlas.Flags |= ImFontAtlasFlags_NoMouseCursors;
  Fonts fonts;
  fonts.body = add(atlas, faultline_inter_begin, faultline_inter_end, 14, scale);
  fonts.small = add(atlas, faultline_inter_begin, faultline_inter_end, 12, scale);
  fonts.strong = add(atlas, faultline_inter_strong_begin, faultline_inter_strong_end, 14, scale);
  fonts.title = add(atlas, faultline_inter_strong_begin, faultline_inter_strong_end, 21, scale);
  fonts.mono = add(atlas, faultline_mono_begin, faultline_mono_end, 13, scale);
  fonts.small_mono = add(atlas, faultline_mono_begin, faultline_mono_end, 11, scale);
  atlas.Build();
  return fonts;
}

void set_style(const Theme& t, float scale) {
  ImGuiStyle style;
  style.WindowPadding = {16, 14}, style.FramePadding = {10, 6}, style.ItemSpacing = {10, 8}, style.CellPadding = {8, 4};
  style.ItemInnerSpacing = {8, 6}, style.IndentSpacing = 16, style.ScrollbarSize = 10, style.GrabMinSize = 12;
  style.WindowRounding = 8, style.ChildRounding = 0, style.FrameRounding = 5, style.PopupRounding = 8;
  style.ScrollbarRounding = 5, style.GrabRounding = 6, style.TabRounding = 5;
  style.WindowBorderSize = 1, style.ChildBorderSize = 0, style.PopupBorderSize = 1, style.FrameBorderSize = 0;
  style.WindowTitleAlign = {0, 0.5f};
  style.AntiAliasedLinesUseTex = false;   // The rasterizer of pictures knows plain triangles.
  style.ScaleAllSizes(scale);
  style.WindowBorderSize = style.PopupBorderSize = 1;
  const std::pair<int, Colour> colours[] = {
      {ImGuiCol_Text, t.text}, {ImGuiCol_TextDisabled, t.faint}, {ImGuiCol_WindowBg, t.ground}, {ImGuiCol_ChildBg, 0},
      {ImGuiCol_PopupBg, t.ground}, {ImGuiCol_Border, t.line}, {ImGuiCol_BorderShadow, 0}, {ImGuiCol_FrameBg, t.raised},
      {ImGuiCol_FrameBgHovered, t.hovered}, {ImGuiCol_FrameBgActive, t.pressed}, {ImGuiCol_TitleBg, t.ground},
      {ImGuiCol_TitleBgActive, t.ground}, {ImGuiCol_ScrollbarBg, 0}, {ImGuiCol_ScrollbarGrab, t.raised},
      {ImGuiCol_ScrollbarGrabHovered, t.hovered}, {ImGuiCol_ScrollbarGrabActive, t.pressed}, {ImGuiCol_CheckMark, t.accent},
      {ImGuiCol_SliderGrab, t.text}, {ImGuiCol_SliderGrabActive, t.accent}, {ImGuiCol_Button, t.raised},
      {ImGuiCol_ButtonHovered, t.hovered}, {ImGuiCol_ButtonActive, t.pressed}, {ImGuiCol_Header, t.raised},
      {ImGuiCol_HeaderHovered, t.hovered}, {ImGuiCol_HeaderActive, t.pressed}, {ImGuiCol_Separator, t.line},
      {ImGuiCol_SeparatorHovered, t.accent}, {ImGuiCol_SeparatorActive, t.accent}, {ImGuiCol_Tab, 0},
      {ImGuiCol_TableHeaderBg, t.ground}, {ImGuiCol_TableBorderStrong, t.line}, {ImGuiCol_TableBorderLight, t.line},
      {ImGuiCol_TableRowBg, 0}, {ImGuiCol_TableRowBgAlt, 0}, {ImGuiCol_TextSelectedBg, faded(t.accent, 0.35f)},
      {ImGuiCol_NavHighlight, t.accent}, {ImGuiCol_ModalWindowDimBg, rgb(0x000000) & 0x80ffffffu}};
  for (const auto& [slot, colour] : colours) style.Colors[slot] = vec(colour);
  ImGui::GetStyle() = style;
}

void probe(std::string name, ImVec2 least, ImVec2 greatest, bool clipped) {
  if (present->probes != nullptr) present->probes->push_back({std::move(name), least, greatest, clipped});
}

}  // namespace window
