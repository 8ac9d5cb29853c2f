#include "app/window/panels/topology_paint.h"

#include <array>
#include <cmath>
#include <numbers>

#include "app/window/widgets.h"
#include "imgui_internal.h"

namespace window {
namespace {

constexpr std::array<ImDrawIdx, 6> kCornersOfLine{0, 1, 2, 0, 2, 3};   // Two triangles.
constexpr std::ptrdiff_t kManyCut = 150;     // Links.
constexpr std::size_t kMostSmooth = 600;     // Messages drawn with smooth edges; more take the quick way.

void paint_pill(ImDrawList& list, const Box& box, Colour back, Colour edge) {
  const float round = box.height() / 2;
  list.AddRectFilled(im(box.least), im(box.greatest), back, round);
  list.AddRect(im(box.least), im(box.greatest), edge, round, 0, px(1.1f));
}

void paint_cross(ImDrawList& list, Point at, float size, Colour colour, float thickness) {
  list.AddLine(im(at - Point{size, size}), im(at + Point{size, size}), colour, thickness);
  list.AddLine(im(at + Point{-size, size}), im(at + Point{size, -size}), colour, thickness);
}

void paint_chevron(ImDrawList& list, Point tip, Point way, float size, Colour colour, float thickness) {
  const Point side{-way.y, way.x};
  const ImVec2 points[] = {im(tip - way * size + side * size), im(tip), im(tip - way * size - side * size)};
  list.AddPolyline(points, 3, colour, 0, thickness);
}

// One of thousands: written as ImGui would lay a thin line with soft edges into the draw list, which for any path costs more
// than finding where it is.
void put_line(ImDrawList& list, Point a, Point b, Colour colour) {
  const int wide = std::clamp(static_cast<int>(std::lround(px(1))), 1, IM_DRAWLIST_TEX_LINES_WIDTH_MAX);
  const ImVec4 uv = list._Data->TexUvLines[wide];
  const float half = static_cast<float>(wide) * 0.5f + 1;   // One pixel more, in which its texture fades out.
  const float x = b.x - a.x, y = b.y - a.y, far = x * x + y * y, part = far > 0 ? half / std::sqrt(far) : 0;
  const float side_x = y * part, side_y = -x * part;
  list.PrimReserve(6, 4);
  const auto first = static_cast<ImDrawIdx>(list._VtxCurrentIdx);
  ImDrawIdx* const index = list._IdxWritePtr;
  ImDrawVert* const vertex = list._VtxWritePtr;
  for (std::size_t i = 0; i < 6; ++i) index[i] = static_cast<ImDrawIdx>(first + kCornersOfLine[i]);
  vertex[0] = {{a.x + side_x, a.y + side_y}, {uv.x, uv.y}, colour};
  vertex[1] = {{b.x + side_x, b.y + side_y}, {uv.x, uv.y}, colour};
  vertex[2] = {{b.x - side_x, b.y - side_y}, {uv.z, uv.w}, colour};
  vertex[3] = {{a.x - side_x, a.y - side_y}, {uv.z, uv.w}, colour};
  list._IdxWritePtr += 6, list._VtxWritePtr += 4, list._VtxCurrentIdx += 4;
}

// --- Links.

void paint_link(ImDrawList& list, const DrawnLink& link, bool hovered, bool many, float dash) {
  const Theme& t = theme();
  const bool lit = link.selected || hovered;
  Colour colour = faded(t.strong_line, link.idle ? 0.17f : many ? 0.22f : 0.45f);
  if (link.faulty) colour = faded(t.warn, 0.75f);
  if (lit) colour = t.accent;
  if (is_cut(link)) {
    if (dash > px(4) && !lit) each_dash(link.a, link.b, dash, [&](Point a, Point b) { put_line(list, a, b, faded(t.bad, 0.3f)); });
    else paint_dashed(list, link.a, link.b, lit ? t.accent : faded(t.bad, many ? 0.6f : 0.75f), px(lit ? 2.0f : 1.3f));
    if (link.cut_there != link.cut_back) {     // The way that is cut, by an arrow that ends in a bar.
      const Point way = unit(link.cut_there ? link.b - link.a : link.a - link.b), middle = (link.a + link.b) * 0.5f;
      paint_chevron(list, middle, way, px(5), t.bad, px(1.6f));
      const Point side = Point{-way.y, way.x} * px(5), bar = middle + way * px(3);
      list.AddLine(im(bar - side), im(bar + side), t.bad, px(1.6f));
    }
  } else {
    list.AddLine(im(link.a), im(link.b), colour, px(lit ? 2.0f : link.faulty ? 1.6f : 1.1f));
  }
}

void paint_link_words(ImDrawList& list, const DrawnLink& link) {
  ImFont* const font = look().fonts.small;
  const ImVec2 size = text_size(link.words, font);
  const Point middle = link.a + (link.b - link.a) * 0.42f;
  const Box box{{middle.x - size.x / 2 - px(6), middle.y - size.y / 2 - px(2)}, {middle.x + size.x / 2 + px(6), middle.y + size.y / 2 + px(2)}};
  paint_pill(list, box, theme().sunken, faded(theme().warn, 0.5f));
  draw_text(list, {middle.x, middle.y - size.y / 2}, link.words, theme().warn, font, 0.5f);
}

void paint_links(ImDrawList& list, const Drawing& drawing, Hit under) {
  const bool many = drawing.links.size() > 120;
  const float dash = dash_of_cuts(drawing);
  for (std::size_t i = 0; i < drawing.links.size(); ++i) {
    const DrawnLink& link = drawing.links[i];
    paint_link(list, link, under == Hit{Hit::What::link, i}, many, dash);
    if (look().probes == nullptr) continue;
    const Point middle = (link.a + link.b) * 0.5f;
    probe("link:" + std::to_string(link.from) + "-" + std::to_string(link.to), im(middle - Point{2, 2}), im(middle + Point{2, 2}));
  }
  std::size_t said = 0;
  for (const auto& link : drawing.links)
    if (link.faulty && (++said <= 24 || link.selected)) paint_link_words(list, link);
}

// --- Traffic.

// `flows`: how many there are; the more, the fainter, so that a mesh of thousands is a mist with paths in it and no wall.
void paint_flow(ImDrawList& list, const DrawnFlow& flow, Colour colour, float strength, double phase, bool hovered, std::size_t flows) {
  const bool many = flows > 300;
  const float lost = flow.rate > 0 ? static_cast<float>(std::clamp(flow.lost / flow.rate, 0.0, 1.0)) : 0;
  const Point way = flow.b - flow.a, turn = flow.a + way * (1 - lost);
  const float width = (many ? px(1) : flow.width) + (hovered ? px(1.5f) : 0);
  const float ink = hovered || !many ? 0.6f : std::clamp(90 / static_cast<float>(flows), 0.016f, 0.3f);
  if (many && !hovered) {
    if (lost < 1) put_line(list, flow.a, turn, faded(colour, strength * ink));
    if (lost > 0) put_line(list, turn, flow.b, faded(theme().bad, strength * std::min(1.0f, ink * 3)));
    return;
  }
  if (lost < 1) list.AddLine(im(flow.a), im(turn), faded(colour, strength * ink), width);
  if (lost > 0 && many) list.AddLine(im(turn), im(flow.b), faded(theme().bad, strength * std::min(1.0f, ink * 3)), width);
  else if (lost > 0) paint_dashed(list, turn, flow.b, faded(theme().bad, strength * 0.9f), std::max(width, px(1.5f)));
  if (many || length(way) < px(40)) return;
  // Arrows that wander the way the messages go.
  const float at = static_cast<float>(std::fmod(phase * 0.35 + 0.5, 1.0)) * 0.8f + 0.1f;
  if (at < 1 - lost) paint_chevron(list, flow.a + way * at, unit(way), px(3.2f) + width * 0.35f, faded(colour, strength), px(1.8f));
}

// Shapes as fans around their middle, for a radius of 1.
struct Fan {
  std::array<Point, 10> points{};
  int count = 0;
};
constexpr int kDiscSides = 10;

const std::array<Fan, 5>& fans() {
  static const std::array<Fan, 5> all = [] {
    std::array<Fan, 5> made;
    const auto regular = [](int sides, float first, float size) {
      Fan fan;
      for (int i = 0; i < sides; ++i) fan.points[static_cast<std::size_t>(i)] = towards(first + 2 * std::numbers::pi_v<float> * static_cast<float>(i) / static_cast<float>(sides)) * size;
      fan.count = sides;
      return fan;
    };
    made[static_cast<std::size_t>(Glyph::disc)] = regular(kDiscSides, 0, 1);
    made[static_cast<std::size_t>(Glyph::square)] = regular(4, std::numbers::pi_v<float> / 4, 1.22f);
    made[static_cast<std::size_t>(Glyph::diamond)] = regular(4, 0, 1.3f);
    made[static_cast<std::size_t>(Glyph::triangle)] = regular(3, -std::numbers::pi_v<float> / 2, 1.35f);
    made[static_cast<std::size_t>(Glyph::ring)] = regular(kDiscSides, 0, 1);
    return made;
  }();
  return all;
}

void put_smooth(ImDrawList& list, const MessageStyle& style, Point at, float radius, Colour colour, bool hollow) {
  const Fan& fan = fans()[static_cast<std::size_t>(style.glyph)];
  if (style.glyph == Glyph::disc && !hollow) return list.AddCircleFilled(im(at), radius, colour, 12);
  ImVec2 points[10];
  for (int i = 0; i < fan.count; ++i) points[i] = im(at + fan.points[static_cast<std::size_t>(i)] * radius);
  if (hollow || style.glyph == Glyph::ring) list.AddPolyline(points, fan.count, colour, ImDrawFlags_Closed, radius * 0.45f);
  else list.AddConvexPolyFilled(points, fan.count, colour);
}

// Where the next corners and their order are written.
struct Pens {
  ImDrawVert* vertex;
  ImDrawIdx* index;
  ImDrawIdx first;
};

// Of a known number of corners, so that the compiler writes many of them at once.
template <std::size_t kCorners>
void put_fan(Pens& pens, const Fan& fan, Point at, ImVec2 uv, Colour colour) {
  for (std::size_t k = 0; k < kCorners; ++k) {
    ImDrawVert& vertex = pens.vertex[k];
    vertex.pos.x = at.x + fan.points.data()[k].x, vertex.pos.y = at.y + fan.points.data()[k].y;
    vertex.uv = uv, vertex.col = colour;
  }
  for (std::size_t k = 2; k < kCorners; ++k) {
    ImDrawIdx* const index = pens.index + (k - 2) * 3;
    index[0] = pens.first, index[1] = static_cast<ImDrawIdx>(pens.first + k - 1), index[2] = static_cast<ImDrawIdx>(pens.first + k);
  }
  pens.vertex += kCorners, pens.index += (kCorners - 2) * 3;
  pens.first = static_cast<ImDrawIdx>(pens.first + kCorners);
}

// Thousands of messages: room for many is made at once, and written through.
void put_many(ImDrawList& list, const std::vector<DrawnDot>& dots, const KnownNames& names, float radius, const std::vector<Colour>& colours) {
  constexpr std::size_t kAtOnce = 512;
  std::vector<Fan> by_type(colours.size());
  for (std::size_t id = 0; id < colours.size(); ++id) {
    by_type[id] = fans()[static_cast<std::size_t>(names.at(static_cast<record::NameId>(id)).style.glyph)];
    for (Point& p : by_type[id].points) p = p * radius;
  }
  const auto type_of = [&](const DrawnDot& dot) { return dot.type < colours.size() ? dot.type : 0; };
  const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
  for (std::size_t begin = 0; begin < dots.size(); begin += kAtOnce) {
    const std::size_t end = std::min(dots.size(), begin + kAtOnce);
    int corners = 0;
    for (std::size_t i = begin; i < end; ++i) corners += by_type[type_of(dots[i])].count;
    list.PrimReserve((corners - 2 * static_cast<int>(end - begin)) * 3, corners);
    Pens pens{list._VtxWritePtr, list._IdxWritePtr, static_cast<ImDrawIdx>(list._VtxCurrentIdx)};
    for (std::size_t i = begin; i < end; ++i) {
      const DrawnDot& dot = dots[i];
      const Fan& fan = by_type[type_of(dot)];
      const Colour colour = colours[type_of(dot)];
      if (fan.count == kDiscSides) put_fan<kDiscSides>(pens, fan, dot.at, uv, colour);
      else if (fan.count == 4) put_fan<4>(pens, fan, dot.at, uv, colour);
      else put_fan<3>(pens, fan, dot.at, uv, colour);
    }
    list._VtxWritePtr = pens.vertex, list._IdxWritePtr = pens.index, list._VtxCurrentIdx += static_cast<unsigned int>(corners);
  }
}

void paint_dots(ImDrawList& list, const Drawing& drawing, const KnownNames& names, float strength, Hit under) {
  const bool smooth = drawing.dots.size() <= kMostSmooth;
  const float radius = px(smooth ? 4.3f : 3.0f);
  // Looked up once for each name, not once for each message.
  std::vector<Colour> colours(names.size());
  for (std::size_t id = 0; id < names.size(); ++id)
    colours[id] = faded(colour_of(names.at(static_cast<record::NameId>(id)).style, theme()), strength);
  if (!smooth) put_many(list, drawing.dots, names, radius, colours);
  for (std::size_t i = 0; smooth && i < drawing.dots.size(); ++i) {
    const DrawnDot& dot = drawing.dots[i];
    put_smooth(list, names.at(dot.type).style, dot.at, radius, colours[dot.type < colours.size() ? dot.type : 0], dot.copy);
  }
  if (under.what == Hit::What::dot && under.index < drawing.dots.size())
    list.AddCircle(im(drawing.dots[under.index].at), px(8), theme().text, 0, px(1.5f));
  if (look().probes == nullptr || !smooth) return;
  for (const auto& dot : drawing.dots)
    probe("message:" + names.at(dot.type).text + (dot.copy ? ":copy" : ""), im(dot.at - Point{radius, radius}), im(dot.at + Point{radius, radius}));
}

void paint_crosses(ImDrawList& list, const Drawing& drawing, const KnownNames& names) {
  for (const auto& lost : drawing.crosses) {
    paint_cross(list, lost.at, px(3.6f), faded(theme().bad, lost.strength), px(1.9f));
    if (look().probes != nullptr)
      probe("lost:" + names.at(lost.why).text + ":" + std::to_string(lost.from) + ">" + std::to_string(lost.to), im(lost.at - Point{4, 4}), im(lost.at + Point{4, 4}));
  }
}

// --- Cuts.

void paint_cut(ImDrawList& list, const DrawnCut& cut, bool hovered) {
  std::vector<ImVec2> points;
  for (const Point p : cut.curve) points.push_back(im(p));
  if (points.size() < 2) return;
  const int count = static_cast<int>(points.size());
  list.AddPolyline(points.data(), count, faded(theme().bad, hovered ? 0.24f : 0.13f), 0, px(17));
  list.AddPolyline(points.data(), count, theme().bad, 0, px(2.6f));
  if (cut.cut.a_to_b == cut.cut.b_to_a || points.size() < 3) return;
  // One way: arrows that stop at the curve. A curve goes around its first side, from left to right of who looks outwards.
  for (std::size_t i = points.size() / 6; i + 1 < points.size(); i += std::max<std::size_t>(1, points.size() / 4)) {
    const Point here = cut.curve[i], along = unit(cut.curve[i + 1] - cut.curve[i - (i > 0 ? 1 : 0)]);
    const Point outwards{along.y, -along.x};
    const Point way = cut.cut.a_to_b ? outwards : outwards * -1;
    list.AddLine(im(here - way * px(15)), im(here - way * px(3)), theme().bad, px(1.6f));
    paint_chevron(list, here - way * px(3), way, px(4.5f), theme().bad, px(1.6f));
  }
}

// A pill that hangs off its curve is tied to the nearer end of it.
void tie(ImDrawList& list, const DrawnCut& cut, const Box& pill) {
  if (cut.curve.empty()) return;
  const Point middle = pill.middle(), first = cut.curve.front(), last = cut.curve.back();
  const Point end = distance(first, middle) < distance(last, middle) ? first : last;
  const Point at{std::clamp(end.x, pill.least.x, pill.greatest.x), std::clamp(end.y, pill.least.y, pill.greatest.y)};
  if (distance(end, at) > px(16)) list.AddLine(im(end), im(at), faded(theme().bad, 0.6f), px(1.2f));
}

void paint_pills(ImDrawList& list, const Drawing& drawing, const Layout& layout, Hit under) {
  for (std::size_t i = 0; i < drawing.cuts.size(); ++i) {
    const bool hovered = under.index == i && (under.what == Hit::What::cut || under.what == Hit::What::cut_close);
    if (drawing.cuts[i].quiet && !hovered) continue;
    const Box& box = layout.pills[i];
    tie(list, drawing.cuts[i], box);
    paint_pill(list, box, hovered ? theme().raised : theme().sunken, theme().bad);
    draw_text(list, {box.least.x + px(11), box.middle().y - text_size("M").y / 2}, drawing.cuts[i].words, theme().text);
    const bool closing = hovered && under.what == Hit::What::cut_close;
    paint_cross(list, layout.closes[i].middle(), px(3.6f), closing ? theme().bad : theme().text, px(1.5f));
    probe("cut:" + std::to_string(i), im(box.least), {layout.closes[i].least.x, box.greatest.y});
    probe("heal:" + std::to_string(i), im(layout.closes[i].least), im(layout.closes[i].greatest));
  }
}

void paint_legend(ImDrawList& list, const Drawing& drawing, const Layout& layout, const KnownNames& names, Hit under) {
  ImFont* const font = look().fonts.small;
  for (std::size_t i = 0; i < layout.legend.size(); ++i) {
    const Box& box = layout.legend[i];
    if (box.width() <= 0) continue;
    const bool last = i == drawing.legend.size();      // What is lost comes last.
    const bool hidden = !last && drawing.legend[i].hidden, hovered = under == Hit{Hit::What::legend, i};
    const Point mark{box.least.x + px(6), box.middle().y};
    const std::string& words = last ? "dropped" : drawing.legend[i].name;
    const Colour ink = hidden ? theme().faint : hovered ? theme().text : theme().muted;
    if (last) {
      paint_cross(list, mark, px(3.4f), theme().bad, px(1.8f));
    } else {
      const MessageStyle& style = names.at(drawing.legend[i].type).style;
      put_smooth(list, style, mark, px(4), hidden ? faded(theme().faint, 0.5f) : colour_of(style, theme()), hidden);
    }
    const float y = box.middle().y - text_size("M", font).y / 2;
    draw_text(list, {box.least.x + px(15), y}, words, ink, font);
    if (hidden) list.AddLine({box.least.x + px(15), box.middle().y + px(1)}, {box.greatest.x - px(4), box.middle().y + px(1)}, ink, px(1));
    probe("legend:" + words, im(box.least), im(box.greatest));
  }
}

}  // namespace

float dash_of_cuts(const Drawing& drawing) {
  return px(std::count_if(drawing.links.begin(), drawing.links.end(), is_cut) > kManyCut ? 16 : 4);
}

void put_glyph(ImDrawList& list, Glyph glyph, Point at, float radius, Colour colour) {
  const Fan& fan = fans()[static_cast<std::size_t>(glyph)];
  const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
  list.PrimReserve((fan.count - 2) * 3, fan.count);
  const auto first = static_cast<ImDrawIdx>(list._VtxCurrentIdx);
  for (int i = 2; i < fan.count; ++i) {
    list.PrimWriteIdx(first);
    list.PrimWriteIdx(static_cast<ImDrawIdx>(first + i - 1));
    list.PrimWriteIdx(static_cast<ImDrawIdx>(first + i));
  }
  for (int i = 0; i < fan.count; ++i) {
    const Point p = fan.points[static_cast<std::size_t>(i)];
    list.PrimWriteVtx({at.x + p.x * radius, at.y + p.y * radius}, uv, colour);
  }
}

void paint_dashed(ImDrawList& list, Point a, Point b, Colour colour, float thickness, float dash_length) {
  each_dash(a, b, px(dash_length), [&](Point from, Point to) { list.AddLine(im(from), im(to), colour, thickness); });
}

void paint_note(ImDrawList& list, Point at, std::string_view words, Colour colour, const Box& window) {
  ImFont* const font = look().fonts.mono;
  const ImVec2 size = text_size(words, font);
  Box box{at, {at.x + size.x + px(20), at.y + size.y + px(10)}};
  const Point back{std::max(0.0f, box.greatest.x - window.greatest.x + px(8)), std::max(0.0f, box.greatest.y - window.greatest.y + px(8))};
  box.least = box.least - back, box.greatest = box.greatest - back;
  list.AddRectFilled(im(box.least), im(box.greatest), theme().raised, px(6));
  list.AddRect(im(box.least), im(box.greatest), colour, px(6), 0, px(1));
  draw_text(list, {box.least.x + px(10), box.least.y + px(5)}, words, theme().text, font);
}

namespace {

// Whether anything stands at its outer side.
bool has_sides(const DrawnNode& node) { return !node.box && node.detail == 2 && node.sides; }

// What stands at the outer side of a circle, below its middle: squares, words, what it said last. As wide as `room` allows.
Box sides_of(const DrawnNode& node, float room) {
  if (!has_sides(node)) return {};
  const Fonts& f = look().fonts;
  const float squares = px(11.5f) * static_cast<float>(node.squares.size());
  const float wide = std::max({squares, text_size(node.words, f.small_mono).x, std::min(room, text_size(node.said, f.small).x)});
  const float tall = (node.squares.empty() ? 0 : px(14)) + (node.words.empty() ? 0 : px(15)) + (node.said.empty() ? 0 : px(15));
  const float x = node.at.x + (node.outer_left ? -1.0f : 1.0f) * (node.radius + px(12)), y = node.at.y + node.radius * 0.42f;
  return {{node.outer_left ? x - wide : x, y}, {node.outer_left ? x : x + wide, y + tall}};
}

// From where those words begin to the nearest node or edge outwards.
float room_beside(const Drawing& drawing, const Box& window, const DrawnNode& node) {
  if (!has_sides(node)) return 0;
  const float side = node.outer_left ? -1.0f : 1.0f, x = node.at.x + side * (node.radius + px(12));
  float room = std::min(px(170), (node.outer_left ? x - window.least.x : window.greatest.x - x) - px(8));
  const float top = node.at.y + node.radius * 0.42f, bottom = top + px(44);
  for (const auto& other : drawing.nodes) {
    const Point half = other.box ? other.half : Point{other.radius, other.radius};
    const float gap = (other.at.x - x) * side - half.x - px(6);
    if (&other != &node && other.at.y + half.y > top && other.at.y - half.y < bottom && (other.at.x - x) * side > 0) room = std::min(room, gap);
  }
  return room;
}

// How badly a title would lie there: on nodes and words, or only on a line.
constexpr int kCovered = 10;

int covers(const Box& box, const Drawing& drawing, const Layout& layout, const DrawnNode& own) {
  int bad = 0;
  for (std::size_t i = 0; i < drawing.nodes.size(); ++i) {
    const auto& node = drawing.nodes[i];
    const Box sides = sides_of(node, layout.rooms[i]);
    if (sides.width() > 0 && overlap(box, sides)) bad += kCovered;
    if (&node == &own) continue;
    const Point half = node.box ? node.half : Point{node.radius, node.radius};
    if (overlap(box, {node.at - half, node.at + half})) bad += kCovered;
  }
  for (const auto* boxes : {&layout.titles, &layout.pills, &layout.legend})
    for (const Box& other : *boxes)
      if (other.width() > 0 && overlap(box, other)) bad += kCovered;
  for (const auto& cut : drawing.cuts) bad += std::any_of(cut.curve.begin(), cut.curve.end(), [&](Point p) { return box.holds(p); }) ? 1 : 0;
  return bad;
}

// A title stands above its node, or below it in the lower half of a ring; a little aside, or at the other end, where that
// is taken.
Box place_title(const Drawing& drawing, const Layout& layout, const DrawnNode& node) {
  if (node.title.empty() || node.detail == 0 || node.box) return {};
  const ImVec2 size = text_size(node.title, look().fonts.small);
  const float rings = node.radius + px(6) + (node.detail == 2 ? px(4) * static_cast<float>(node.rings.size()) : 0);
  const float above = node.at.y - rings - size.y, below = node.at.y + rings;
  const float least = layout.window.least.x + px(4), greatest = std::max(least, layout.window.greatest.x - px(4) - size.x);
  Box best;
  int fewest = 1'000'000;
  const auto take = [&](float wished, float y) {
    const float x = std::clamp(wished, least, greatest);
    const Box box{{x, y}, {x + size.x, y + size.y}};
    const int bad = covers(box, drawing, layout, node);
    if (bad < fewest) fewest = bad, best = box;
  };
  for (const float y : {node.low ? below : above, node.low ? above : below})
    for (const float aside : {0.0f, -0.25f, 0.25f, -0.5f, 0.5f}) take(node.at.x + (aside - 0.5f) * size.x, y);
  // Beside it there is room as long as no squares and no name stand there.
  const bool name_inside = text_size(node.name, look().fonts.small).x <= node.radius * 2 - px(3);
  if (node.detail == 1 && name_inside)
    take(node.outer_left ? node.at.x - node.radius - px(6) - size.x : node.at.x + node.radius + px(6), node.at.y - size.y / 2);
  // Words over words say nothing: then its colour and the second ring have to do.
  return fewest < kCovered ? best : Box{};
}

}  // namespace

Layout lay_out(const Drawing& drawing, const Box& window) {
  Layout layout;
  layout.window = window;
  // The legend stands at the right end of the title's line, in as many lines as it needs.
  ImFont* const font = look().fonts.small;
  const float left = window.least.x + px(36) + text_size(drawing.title, look().fonts.strong).x, right = window.greatest.x - px(18);
  const float tall = px(20);
  layout.legend.resize(drawing.legend.size() + (drawing.legend.empty() ? 0 : 1));
  float y = window.least.y + px(14);
  for (std::size_t i = 0; i < layout.legend.size();) {
    float width = 0;
    std::size_t end = i;
    std::vector<float> widths;
    for (; end < layout.legend.size(); ++end) {
      const float one = px(27) + text_size(end < drawing.legend.size() ? drawing.legend[end].name : std::string("dropped"), font).x;
      if (end > i && left + width + one > right) break;
      widths.push_back(one);
      width += one;
    }
    float x = std::max(left, right - width);
    const float head = y > window.least.y + px(20) ? head_of(window, look().scale) - px(24) : window.height() < px(170) ? 0 : px(40);
    if (left + widths[0] > right || y + tall > window.least.y + head) break;   // No room: the tooltips have to do.
    for (const float one : widths) layout.legend[i++] = {{x, y}, {x + one - px(4), y + tall}}, x += one;
    y += tall;
  }
  for (const auto& cut : drawing.cuts) {
    const ImVec2 size = text_size(cut.words);
    const Point half{size.x / 2 + px(24), size.y / 2 + px(4)};
    Point middle = kept_inside(cut.pill, half, window, look().scale);
    // Below those that are there: each has words to read and a cross to hit.
    for (const Box& other : layout.pills)
      if (overlap({middle - half, middle + half}, other)) middle = kept_inside({middle.x, other.greatest.y + half.y + px(4)}, half, window, look().scale);
    layout.pills.push_back({middle - half, middle + half});
    layout.closes.push_back({{middle.x + half.x - px(26), middle.y - half.y}, middle + half});
  }
  const ImVec2 size = text_size(drawing.title, look().fonts.strong);
  const Point title{window.least.x + px(20), window.least.y + px(15)};
  layout.title = {title, title + Point{size.x, size.y}};
  for (const auto& node : drawing.nodes)
    if (node.box && overlap(layout.title, {node.at - node.half, node.at + node.half})) layout.title = {};   // The cluster is what matters.
  for (const auto& node : drawing.nodes) layout.rooms.push_back(room_beside(drawing, window, node));
  for (const auto& node : drawing.nodes) layout.titles.push_back(place_title(drawing, layout, node));
  return layout;
}

Hit hit(const Drawing& drawing, const Layout& layout, Point mouse) {
  using What = Hit::What;
  for (std::size_t i = 0; i < layout.legend.size(); ++i)
    if (layout.legend[i].holds(mouse)) return {What::legend, i};
  for (std::size_t i = 0; i < drawing.cuts.size(); ++i) {
    if (drawing.cuts[i].quiet) continue;
    if (layout.closes[i].holds(mouse)) return {What::cut_close, i};
    if (layout.pills[i].holds(mouse)) return {What::cut, i};
  }
  float nearest = px(8);
  Hit found{};
  for (std::size_t i = 0; i < drawing.dots.size(); ++i) {
    const Point off = drawing.dots[i].at - mouse;
    if (std::abs(off.x) > nearest || std::abs(off.y) > nearest) continue;
    if (const float far = length(off); far < nearest) nearest = far, found = {What::dot, i};
  }
  for (std::size_t i = 0; i < drawing.crosses.size(); ++i)
    if (const float far = distance(drawing.crosses[i].at, mouse); far < nearest) nearest = far, found = {What::lost, i};
  if (found != Hit{}) return found;
  for (std::size_t i = drawing.nodes.size(); i-- > 0;) {
    const DrawnNode& node = drawing.nodes[i];
    const Point off = mouse - node.at;
    if (node.box ? std::abs(off.x) <= node.half.x && std::abs(off.y) <= node.half.y : length(off) <= std::max(node.radius, px(8))) return {What::node, i};
  }
  for (std::size_t i = 0; i < drawing.cuts.size(); ++i)
    if (distance_to_line(mouse, drawing.cuts[i].curve) < px(8)) return {What::cut, i};
  nearest = px(5);
  for (std::size_t i = 0; i < drawing.flows.size(); ++i)
    if (const float far = distance_to_segment(mouse, drawing.flows[i].a, drawing.flows[i].b); far < nearest) nearest = far, found = {What::flow, i};
  nearest = found == Hit{} ? px(6) : 0;
  for (std::size_t i = 0; i < drawing.links.size(); ++i)
    if (const float far = distance_to_segment(mouse, drawing.links[i].a, drawing.links[i].b); far < nearest) nearest = far, found = {What::link, i};
  return found;
}

// topology_paint_node.cc
void paint_node(ImDrawList& list, const DrawnNode& node, bool hovered, const Box& window, const Box& title, float room);

void paint(ImDrawList& list, const Drawing& drawing, const Layout& layout, const KnownNames& names, float flow, double phase, Hit under) {
  paint_links(list, drawing, under);
  for (std::size_t i = 0; i < drawing.flows.size(); ++i) {
    const DrawnFlow& one = drawing.flows[i];
    paint_flow(list, one, colour_of(names.at(one.most).style, theme()), flow, phase, under == Hit{Hit::What::flow, i}, drawing.flows.size());
    if (look().probes != nullptr) {
      const Point middle = (one.a + one.b) * 0.5f;
      probe("flow:" + std::to_string(one.from) + ">" + std::to_string(one.to), im(middle - Point{2, 2}), im(middle + Point{2, 2}));
    }
  }
  for (std::size_t i = 0; i < drawing.cuts.size(); ++i) paint_cut(list, drawing.cuts[i], under == Hit{Hit::What::cut, i});
  paint_dots(list, drawing, names, 1 - flow * 0.85f, under);
  paint_crosses(list, drawing, names);
  for (std::size_t i = 0; i < drawing.nodes.size(); ++i) paint_node(list, drawing.nodes[i], under == Hit{Hit::What::node, i}, layout.window, layout.titles[i], layout.rooms[i]);
  paint_pills(list, drawing, layout, under);
  paint_legend(list, drawing, layout, names, under);
  if (layout.title.width() > 0) draw_text(list, im(layout.title.least), drawing.title, theme().text, look().fonts.strong);
}

}  // namespace window
