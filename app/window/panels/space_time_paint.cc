#include "app/window/panels/space_time_paint.h"

#include <algorithm>
#include <cmath>

#include "app/window/decode.h"
#include "app/window/message_style.h"
#include "app/window/panels/space_time_signs.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"
#include "imgui_internal.h"

namespace window {
namespace {

// Dashes are many lines each: with more arrows than this nobody could tell them apart anyway.
constexpr std::size_t kDashed = 1200, kHeads = 160, kNamed = 400, kMany = 6000;
constexpr float kDimmed = 0.12f;

float strength(Light light) { return light == Light::dimmed ? kDimmed : light == Light::lit ? 1.0f : 0.85f; }

void dashed(ImDrawList& list, ImVec2 a, ImVec2 b, Colour colour, float thickness, ImVec2 dash) {
  const float length = std::hypot(b.x - a.x, b.y - a.y);
  const float period = px(dash.x + dash.y);
  if (length <= 0 || period <= 0 || length > period * 2000) return list.AddLine(a, b, colour, thickness);
  const ImVec2 way{(b.x - a.x) / length, (b.y - a.y) / length};
  for (float at = 0; at < length; at += period) {
    const float to = std::min(at + px(dash.x), length);
    list.AddLine({a.x + way.x * at, a.y + way.y * at}, {a.x + way.x * to, a.y + way.y * to}, colour, thickness);
  }
}

// By name, looked up once a frame for each.
class Styles {
 public:
  explicit Styles(const record::Recording& run) : run_(run) {}
  const ArrowStyle& of(record::NameId type) {
    if (type >= known_.size()) known_.resize(type + 1), made_.resize(type + 1);
    if (!made_[type]) {
      known_[type] = arrow_style(run_.name(type));
      made_[type] = true;
    }
    return known_[type];
  }

 private:
  const record::Recording& run_;
  std::vector<ArrowStyle> known_;
  std::vector<bool> made_;
};

void paint_arrow(ImDrawList& list, const Arrow& a, const ArrowStyle& style, float crowd, std::size_t count) {
  const float part = strength(a.light) * (a.light == Light::lit ? 1 : crowd);
  const bool lost = a.ends == Arrow::End::lost;
  const Colour colour = faded(lost ? theme().bad : style.colour, part);
  const float thick = px(a.light == Light::lit ? 1.7f : 1.1f);
  const ImVec2 from{a.x0, a.y0}, to{a.x1, a.y1};
  if (a.ends == Arrow::End::under_way) {
    const ImVec2 half{(a.x0 + a.x1) / 2, (a.y0 + a.y1) / 2};
    list.AddLine(from, half, colour, thick);
    list.AddLine(half, to, faded(colour, 0.4f), thick);
    return;
  }
  if (count <= kDashed && style.dash.x > 0) dashed(list, from, to, colour, thick, style.dash);
  else list.AddLine(from, to, colour, thick);
  if (lost) return paint_cross(list, to, px(count < kDashed ? 3.5f : 2.2f), faded(theme().bad, part), px(1.6f));
  if (count < kHeads) {
    const float length = std::max(1.0f, std::hypot(to.x - from.x, to.y - from.y));
    const ImVec2 w{(to.x - from.x) / length * px(7), (to.y - from.y) / length * px(7)};
    const ImVec2 base{to.x - w.x, to.y - w.y};
    list.AddTriangleFilled(to, {base.x - w.y * 0.45f, base.y + w.x * 0.45f}, {base.x + w.y * 0.45f, base.y - w.x * 0.45f}, colour);
  } else {
    const float r = px(1.8f);
    list.AddRectFilled({to.x - r, to.y - r}, {to.x + r, to.y + r}, colour);
  }
}

// Thousands of arrows are lines and nothing else, written as they come to lie in the draw list: what ImGui does for any
// path costs more than finding the arrows.
void paint_many(ImDrawList& list, const std::vector<Arrow>& arrows, Styles& styles, float crowd) {
  constexpr std::size_t kBatch = 1000;
  const ImVec4 uv = list._Data->TexUvLines[1];
  for (std::size_t begin = 0; begin < arrows.size(); begin += kBatch) {
    const std::size_t end = std::min(arrows.size(), begin + kBatch);
    list.PrimReserve(static_cast<int>(end - begin) * 6, static_cast<int>(end - begin) * 4);
    // Told to the list only once: what is written through its own pens waits for the one before.
    ImDrawVert* vertex = list._VtxWritePtr;
    ImDrawIdx* index = list._IdxWritePtr;
    auto first = static_cast<ImDrawIdx>(list._VtxCurrentIdx);
    for (std::size_t i = begin; i < end; ++i) {
      const Arrow& a = arrows[i];
      const float part = strength(a.light) * (a.light == Light::lit ? 1 : crowd);
      const Colour colour = faded(a.ends == Arrow::End::lost ? theme().bad : styles.of(a.type).colour, part);
      const float dx = a.x1 - a.x0, dy = a.y1 - a.y0, length = dx * dx + dy * dy;
      // Half a pixel, and one more in which its texture fades out.
      const float wide = length > 0 ? 1.5f / std::sqrt(length) : 0;
      const float nx = dy * wide, ny = -dx * wide;
      for (const int corner : {0, 1, 2, 0, 2, 3}) *index++ = static_cast<ImDrawIdx>(first + corner);
      *vertex++ = {{a.x0 + nx, a.y0 + ny}, {uv.x, uv.y}, colour};
      *vertex++ = {{a.x1 + nx, a.y1 + ny}, {uv.x, uv.y}, colour};
      *vertex++ = {{a.x1 - nx, a.y1 - ny}, {uv.z, uv.w}, colour};
      *vertex++ = {{a.x0 - nx, a.y0 - ny}, {uv.z, uv.w}, colour};
      first = static_cast<ImDrawIdx>(first + 4);
    }
    list._VtxWritePtr = vertex, list._IdxWritePtr = index, list._VtxCurrentIdx += static_cast<unsigned int>(end - begin) * 4;
  }
}

class Painter {
 public:
  Painter(ImDrawList& list, const SpaceTimePicture& p) : list_(list), p_(p), line_(p.view.line), run_(p.view.run) {}

  void paint() {
    const float left = p_.time.left, right = p_.time.right;
    list_.PushClipRect({left, p_.label_y - px(6)}, {right, p_.bottom + px(20)}, true);
    bands();
    ticks();
    // A lane that is scrolled away does not lie over the times below.
    list_.PushClipRect({left, p_.label_y - px(6)}, {right, p_.bottom}, true);
    densities();
    lanes();
    paint_shapes(list_, run_, p_.shapes);
    troubles();
    names();
    list_.PopClipRect();
    picked();
    veil();
    marks();
    range();
    moment();
    list_.PopClipRect();
  }

 private:
  float clamp_x(float x) const { return std::clamp(x, p_.time.left, p_.time.right); }

  void bands() {
    auto all = p_.faults.bands(line_, p_.time, p_.view.end);
    std::erase_if(all, [](const Band& band) { return band.node != core::kNobody; });   // It is seen on its lane.
    const auto reach = [this](const Band& band) {
      return std::pair(clamp_x(p_.time.x(band.from)), clamp_x(p_.time.x(std::min(band.to, p_.view.end))));
    };
    for (const Band& band : merged(all)) {
      const auto [x0, x1] = reach(band);
      const bool cut = band.what == Band::What::cut;
      if (x1 > x0) list_.AddRectFilled({x0, p_.top}, {x1, p_.bottom}, faded(cut ? theme().bad : theme().warn, cut ? 0.09f : 0.06f));
    }
    if (look().probes == nullptr) return;
    for (const Band& band : all)
      if (const auto [x0, x1] = reach(band); x1 > x0) probe("band:" + band.text, {x0, p_.top}, {x1, p_.bottom});
  }

  void ticks() {
    const auto most = static_cast<std::size_t>(std::max(1.0f, (p_.time.right - p_.time.left) / px(110)));
    for (const TimeTick& tick : time_ticks(p_.time.shown, most)) {
      const float x = std::floor(p_.time.x(tick.at)) + 0.5f;
      list_.AddLine({x, p_.top}, {x, p_.bottom}, faded(theme().line, 0.8f));
      const float half = text_size(tick.text, look().fonts.small).x / 2;
      if (x - half < p_.time.left || x + half > p_.time.right) continue;
      draw_text(list_, {x, p_.bottom + px(3)}, tick.text, theme().faint, look().fonts.small, 0.5f);
    }
  }

  void densities() {
    if (p_.shapes.density.empty()) return;
    const float w = SpaceTimeShapes::kPiece, part = 1 - p_.shapes.detail;
    for (std::size_t lane = 0; lane < p_.shapes.density.size(); ++lane) {
      const float y = p_.lanes.all[lane].y, tall = std::max(px(2), std::min(p_.lanes.all[lane].height * 0.72f, px(40)));
      const auto& parts = p_.shapes.density[lane];
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] <= 0) continue;
        const float x = p_.time.left + w * static_cast<float>(i), h = std::max(px(1.5f), parts[i] * tall) / 2;
        list_.AddRectFilled({x, y - h}, {x + w - 1, y + h}, faded(theme().accent, 0.3f * part));
      }
    }
  }

  void lanes() {
    const float until = clamp_x(p_.time.x(p_.view.end));
    for (const Lane& lane : p_.lanes.all) {
      list_.AddLine({until, lane.y}, {p_.time.right, lane.y}, theme().line, px(1));
      if (!lane.folded) continue;
      list_.AddLine({clamp_x(p_.time.x(core::kStart)), lane.y}, {until, lane.y}, faded(theme().strong_line, 0.45f), px(3));
    }
    std::string group;
    for (const auto& node : run_.header().nodes) {
      if (node.group == group || p_.folded.groups.count(node.group) > 0) continue;
      group = node.group;
      for (const RoleRow& row : fold_roles(line_, group, p_.time, p_.view.end))
        for (const RoleBar& bar : row.bars) role(row, bar);
    }
  }
  void role(const RoleRow& row, const RoleBar& bar) {
    using Kind = RoleBar::Kind;
    const float y = p_.lanes.y(row.node), x0 = clamp_x(p_.time.x(bar.from)), x1 = clamp_x(p_.time.x(bar.to));
    if (x1 <= x0) return;
    const float thick = p_.lanes.thin(row.node) ? px(3) : px(p_.shapes.detail > 0.5f ? 5 : 6);
    switch (bar.kind) {
      case Kind::usual: list_.AddLine({x0, y}, {x1, y}, faded(theme().strong_line, 0.45f), px(3)); break;
      case Kind::changing:
      case Kind::worst:
      case Kind::other: list_.AddLine({x0, y}, {x1, y}, theme().strong_line, px(3)); break;
      case Kind::leading: list_.AddLine({x0, y}, {x1, y}, theme().accent, thick); break;
      case Kind::outdated:
        // Broken, so that it is told from who really leads without its colour.
        list_.AddLine({x0, y}, {x1, y}, faded(theme().warn, 0.45f), px(2));
        dashed(list_, {x0, y}, {x1, y}, theme().warn, thick, {9, 3});
        break;
      case Kind::paused:
        list_.AddLine({x0, y}, {x1, y}, faded(theme().strong_line, 0.3f), px(1));
        for (float x = x0; x < x1 - px(3); x += px(6)) list_.AddLine({x, y + px(4)}, {x + px(5), y - px(4)}, theme().muted, px(1.2f));
        break;
      case Kind::down: dashed(list_, {x0, y}, {x1, y}, faded(theme().bad, 0.55f), px(1), {1, 5}); break;
    }
    probe("role:" + row.name + " " + bar.role, {x0, y - thick / 2}, {x1, y + thick / 2});
  }

  // Names of messages on their arrows, where there is room and none lies on another.
  void names() {
    if (p_.shapes.arrows.size() > kNamed || p_.shapes.detail < 1) return;
    std::vector<ImVec4> taken;
    ImFont* const font = look().fonts.small;
    for (const Arrow& a : p_.shapes.arrows) {
      if (a.light == Light::dimmed || a.ends == Arrow::End::under_way) continue;
      const std::string name = run_.name(a.type);
      const ImVec2 size = text_size(name, font);
      if (std::hypot(a.x1 - a.x0, a.y1 - a.y0) < size.x + px(26) || std::abs(a.x1 - a.x0) < size.x * 0.7f) continue;
      const float x = (a.x0 + a.x1) / 2 - size.x / 2, y = (a.y0 + a.y1) / 2 - size.y / 2;
      const ImVec4 box{x - px(4), y - px(1), x + size.x + px(4), y + size.y + px(1)};
      if (box.x < p_.time.left || box.z > p_.time.right) continue;
      const bool free = std::none_of(taken.begin(), taken.end(), [&](const ImVec4& t) { return box.x < t.z && box.z > t.x && box.y < t.w && box.w > t.y; });
      const bool on_lane = std::any_of(p_.lanes.all.begin(), p_.lanes.all.end(), [&](const Lane& l) { return l.y > box.y - px(2) && l.y < box.w + px(2); });
      if (!free || on_lane) continue;
      taken.push_back(box);
      list_.AddRectFilled({box.x, box.y}, {box.z, box.w}, faded(theme().ground, 0.88f), px(3));
      draw_text(list_, {x, y}, name, colour_of(style_of_message(name), theme()), font);
    }
  }

  // Where the picked event and the one under the mouse are, also those that have no shape of their own.
  void picked() {
    for (const bool chosen : {false, true}) {
      std::size_t row = chosen ? p_.selection.row : p_.hovered != kNoRow ? p_.hovered : p_.selection.hovered_row;
      if (row == timeline::kNone || row >= line_.rows()) continue;
      const auto event = run_.at(row).event;
      if (event.node == core::kNobody) continue;
      const ImVec2 at{p_.time.x(event.at), p_.lanes.y(event.node)};
      if (at.x < p_.time.left || at.x > p_.time.right) continue;
      list_.AddCircle(at, px(chosen ? 7 : 5.5f), chosen ? theme().text : theme().muted, 20, px(chosen ? 2 : 1.3f));
      if (chosen) probe("picked:" + std::to_string(row), {at.x - px(7), at.y - px(7)}, {at.x + px(7), at.y + px(7)});
    }
  }

  // What comes after the moment that is looked at is there, but fainter.
  void veil() {
    const float x0 = clamp_x(p_.time.x(p_.view.at)), x1 = clamp_x(p_.time.x(p_.view.end));
    if (x1 - x0 > 1) list_.AddRectFilled({x0, p_.top}, {p_.time.right, p_.bottom}, faded(theme().ground, 0.5f));
  }

  // The first command among marks that lie on the same pixels; kNone: there is none.
  std::size_t command_of(const MarkGlyph& glyph) const {
    constexpr std::size_t kLooks = 16;
    for (std::size_t i = glyph.first; i < glyph.first + std::min(glyph.count, kLooks); ++i)
      if (line_.marks()[i].kind == timeline::Mark::Kind::command) return i;
    return timeline::kNone;
  }

  // Where single events are not shown, crashes and restarts still are.
  void troubles() {
    if (p_.shapes.detail >= 1) return;
    for (const MarkGlyph& glyph : fold_marks(line_.marks(), p_.time, px(3))) {
      const auto& mark = line_.marks()[glyph.first];
      for (std::size_t i = glyph.first; i < glyph.first + std::min(glyph.count, std::size_t{16}); ++i) {
        const auto kind = line_.marks()[i].kind;
        if (kind == timeline::Mark::Kind::command) continue;
        const auto event = run_.at(line_.marks()[i].row).event;
        const auto what = kind == timeline::Mark::Kind::crash ? Sign::What::crash : kind == timeline::Mark::Kind::restart ? Sign::What::restart : Sign::What::violation;
        if (event.node != core::kNobody) paint_sign(list_, {what, p_.time.x(mark.at), p_.lanes.y(event.node), 0, Light::usual}, 1 - p_.shapes.detail);
      }
    }
  }

  void marks() {
    using What = timeline::Mark::Kind;
    const float pill = text_size("00:00.000", look().fonts.small_mono).x / 2 + px(12);
    const float moment = std::clamp(p_.time.x(p_.view.at), p_.time.left + pill, p_.time.right - pill);
    float free_from = p_.time.left;
    for (const MarkGlyph& glyph : fold_marks(line_.marks(), p_.time, px(5))) {
      const std::size_t command = command_of(glyph);
      if (glyph.kind != What::violation && command == timeline::kNone) continue;   // What only happened has a sign on its lane.
      const Colour colour = glyph.kind == What::violation ? theme().bad : theme().warn;
      const float x = std::floor(glyph.x) + 0.5f;
      dashed(list_, {x, p_.top - px(3)}, {x, p_.bottom}, faded(colour, 0.75f), px(1.2f), {2, 4});
      probe("mark:" + glyph_text(line_, glyph, 1), {x - px(4), p_.label_y}, {x + px(4), p_.bottom});
      std::string words = "a promise is broken";
      if (glyph.kind != What::violation) {
        const auto row = run_.at(line_.marks()[command].row);
        words.assign(row.body.begin(), row.body.end());
      }
      const float width = text_size(words, look().fonts.small).x;
      const float at = std::max(p_.time.left, std::min(x - px(2), p_.time.right - width));
      const bool meets_pill = at < moment + pill && at + width > moment - pill;
      if (at < free_from || width > (p_.time.right - p_.time.left) / 3 || meets_pill) continue;
      draw_text(list_, {at, p_.label_y}, words, colour, look().fonts.small);
      free_from = at + width + px(12);
    }
  }

  void range() {
    if (!p_.selection.range) return;
    const auto [from, to] = *p_.selection.range;
    const float x0 = clamp_x(p_.time.x(from)), x1 = clamp_x(p_.time.x(to));
    list_.AddRectFilled({x0, p_.top}, {x1, p_.bottom}, faded(theme().accent, 0.12f));
    for (const float x : {x0, x1}) list_.AddLine({x, p_.top}, {x, p_.bottom}, theme().accent, px(1));
    const std::size_t rows = line_.row_at(to) - line_.row_at(from);
    const std::string words = seconds_text(to - from) + " \u00b7 " + count_text(static_cast<double>(rows)) + " events";
    const float half = text_size(words, look().fonts.small).x / 2 + px(8);
    if (x1 - x0 < half) return;
    const float middle = (x0 + x1) / 2;
    list_.AddRectFilled({middle - half, p_.bottom - px(22)}, {middle + half, p_.bottom - px(4)}, theme().raised, px(4));
    draw_text(list_, {middle, p_.bottom - px(20)}, words, theme().text, look().fonts.small, 0.5f);
  }

  void moment() {
    const float x = p_.time.x(p_.view.at);
    if (x < p_.time.left || x > p_.time.right) return;
    list_.AddLine({x, p_.label_y + px(10)}, {x, p_.bottom}, theme().text, px(1.5f));
    const std::string words = time_text(p_.view.at);
    ImFont* const font = look().fonts.small_mono;
    const ImVec2 size = text_size(words, font);
    const float left = std::clamp(x - size.x / 2 - px(7), p_.time.left, p_.time.right - size.x - px(14));
    const ImVec2 least{std::floor(left), p_.label_y - px(2)}, greatest{std::floor(left + size.x + px(14)), p_.label_y + size.y + px(3)};
    list_.AddRectFilled(least, greatest, theme().text, px(3));
    draw_text(list_, {least.x + px(7), p_.label_y}, words, theme().ground, font);
    probe("moment", least, greatest);
  }

  ImDrawList& list_;
  const SpaceTimePicture& p_;
  const timeline::Timeline& line_;
  const record::Recording& run_;
};

}  // namespace

ArrowStyle arrow_style(const std::string& type) {
  const Dash dash = dash_of_message(type);
  return {colour_of(style_of_message(type), theme()), {dash.off > 0 ? dash.on : 0, dash.off}};
}

void paint_dashed(ImDrawList& list, ImVec2 a, ImVec2 b, Colour colour, float thickness, ImVec2 dash) {
  if (dash.x > 0) dashed(list, a, b, colour, thickness, dash);
  else list.AddLine(a, b, colour, thickness);
}

void paint_cross(ImDrawList& list, ImVec2 c, float half, Colour colour, float thickness) {
  list.AddLine({c.x - half, c.y - half}, {c.x + half, c.y + half}, colour, thickness);
  list.AddLine({c.x - half, c.y + half}, {c.x + half, c.y - half}, colour, thickness);
}

void paint_shapes(ImDrawList& list, const record::Recording& run, const SpaceTimeShapes& shapes) {
  if (shapes.detail <= 0) return;
  Styles styles(run);
  const std::size_t count = shapes.arrows.size();
  // Thousands of arrows over each other would be one block of colour.
  const float crowd = shapes.detail * std::clamp(1.15f - static_cast<float>(count) / 5000.0f, 0.3f, 1.0f);
  for (const Operation& o : shapes.operations) {
    const float part = strength(o.light) * shapes.detail;
    list.AddLine({o.x0, o.y}, {std::max(o.x1, o.x0 + px(1)), o.y}, faded(o.ok ? theme().good : o.complete == kNoRow ? theme().faint : theme().warn, part * 0.75f), px(2));
  }
  if (count > kMany) paint_many(list, shapes.arrows, styles, crowd);
  else
    for (const Arrow& a : shapes.arrows) paint_arrow(list, a, styles.of(a.type), crowd, count);
  for (const Sign& s : shapes.signs) paint_sign(list, s, strength(s.light) * shapes.detail);
  if (look().probes == nullptr) return;
  for (const Arrow& a : shapes.arrows)
    if (a.end != kNoRow) probe("event:" + std::to_string(a.end), {a.x1 - 3, a.y1 - 3}, {a.x1 + 3, a.y1 + 3});
  for (const Sign& s : shapes.signs) probe("event:" + std::to_string(s.row), {s.x - 3, s.y - 3}, {s.x + 3, s.y + 3});
}

void paint_space_time(ImDrawList& list, const SpaceTimePicture& picture) { Painter(list, picture).paint(); }

}  // namespace window
