#include "labs/folds/shapes.h"

#include <algorithm>
#include <cmath>

namespace folds {
namespace {

core::Time begin_of(const FoldedLine& line, std::size_t i) {
  return line.grid.begin_of(line.grid.first + static_cast<std::int64_t>(i)) + line.shift;
}

}  // namespace

void shape_ribbon(const FoldedLine& line, const TimeAxis& time, const ValueAxis& values, float thickness, Ribbon& out) {
  out.clear();
  // Level and upright edges lie on pixels: sharp without smoothing.
  const float half = std::max(1.0f, std::round(thickness)) / 2;
  const auto y = [&](double value) { return std::round(values.y(value) - half) + half; };
  const float pixel = std::max(1.0f, time.x(begin_of(line, 1)) - time.x(begin_of(line, 0)));
  const auto begin = [&] { out.begins.push_back(static_cast<std::uint32_t>(out.ribs.size())); };
  const auto rib = [&](float x, float top, float bottom) { out.ribs.push_back({x, top - half, bottom + half}); };
  bool open = false, level = false;
  float at = 0;                        // Where the line is at the end of the cell before.
  for (std::size_t i = 0; i < line.cells.size(); ++i) {
    const Cell& cell = line.cells[i];
    const float x = std::round(time.x(begin_of(line, i)));
    if (std::isnan(cell.last)) {
      if (open) rib(x, at, at);
      open = level = false;
      continue;
    }
    const float top = y(cell.greatest), bottom = y(cell.least), last = y(cell.last);
    const bool flat = top == bottom && (!open || last == at);
    if (!open) {
      begin();
      rib(x, top, bottom);
      if (!flat) rib(x + pixel, top, bottom);
      open = true, level = flat;
    } else if (flat) {
      if (!level) rib(x, last, last), level = true;   // From here it is level until something changes.
    } else {
      if (level) rib(x, at, at);
      rib(x, std::min(top, at), std::max(bottom, at));
      // Where the next one is level again, the upright part is as wide as the line.
      const bool next_flat = i + 1 < line.cells.size() && line.cells[i + 1].least == cell.last && line.cells[i + 1].greatest == cell.last;
      if (next_flat) rib(x + 2 * half, std::min(top, at), std::max(bottom, at)), rib(x + 2 * half, last, last);
      level = next_flat;
    }
    at = last;
  }
  if (open) rib(std::round(time.x(begin_of(line, line.cells.size()))), at, at);
}

void shape_polyline(const FoldedLine& line, const TimeAxis& time, const ValueAxis& values, Polyline& out) {
  out.clear();
  bool open = false;
  for (std::size_t i = 0; i < line.cells.size(); ++i) {
    const Cell& cell = line.cells[i];
    if (std::isnan(cell.last)) {
      open = false;
      continue;
    }
    if (!open) out.begins.push_back(static_cast<std::uint32_t>(out.corners.size()));
    open = true;
    const core::Time middle = begin_of(line, i) + line.grid.step / 2;
    out.corners.push_back({time.x(middle), values.y(cell.last)});
  }
}

Dash dash_of(std::size_t source) {
  constexpr Dash kDashes[] = {{5, 3}, {2, 3}, {9, 3}, {5, 6}, {1.5f, 5}};
  return source == 0 ? Dash{} : kDashes[(source - 1) % std::size(kDashes)];
}

Ribbon dashed(const Ribbon& line, float on, float off) {
  Ribbon out;
  const auto phase_end = [&](float x, bool& drawn) {   // Where the dash or gap that x lies in ends.
    const float period = on + off, n = std::floor(x / period);
    const float within = x - n * period;
    drawn = within < on;
    return n * period + (drawn ? on : period);
  };
  for (std::size_t s = 0; s < line.begins.size(); ++s) {
    const std::size_t end = s + 1 < line.begins.size() ? line.begins[s + 1] : line.ribs.size();
    bool open = false;
    for (std::size_t i = line.begins[s]; i + 1 < end; ++i) {
      const Rib &a = line.ribs[i], &b = line.ribs[i + 1];
      for (float x = a.x; x < b.x;) {
        bool drawn = false;
        const float stop = std::min(b.x, std::max(phase_end(x, drawn), x + 0.25f));
        const auto at = [&](float t) {
          const float part = (t - a.x) / (b.x - a.x);
          return Rib{t, a.top + (b.top - a.top) * part, a.bottom + (b.bottom - a.bottom) * part};
        };
        // Upright parts stay whole: what changes is what must be seen.
        drawn = drawn || b.x - a.x < on / 2;
        if (drawn) {
          if (!open) out.begins.push_back(static_cast<std::uint32_t>(out.ribs.size())), out.ribs.push_back(at(x));
          out.ribs.push_back(at(stop));
        }
        open = drawn;
        x = stop;
      }
      if (b.x <= a.x && open) out.ribs.push_back(b);
    }
  }
  return out;
}

Polyline dashed(const Polyline& line, float on, float off) {
  Polyline out;
  for (std::size_t s = 0; s < line.begins.size(); ++s) {
    const std::size_t end = s + 1 < line.begins.size() ? line.begins[s + 1] : line.corners.size();
    float gone = 0;                    // Along the present dash or gap.
    bool drawn = true;
    const auto begin = [&](Corner c) { out.begins.push_back(static_cast<std::uint32_t>(out.corners.size())), out.corners.push_back(c); };
    if (line.begins[s] < end) begin(line.corners[line.begins[s]]);
    for (std::size_t i = line.begins[s]; i + 1 < end; ++i) {
      const Corner a = line.corners[i], b = line.corners[i + 1];
      const float length = std::hypot(b.x - a.x, b.y - a.y);
      for (float way = 0; way < length;) {
        const float left = (drawn ? on : off) - gone;
        const float stop = std::min(length, way + left);
        const Corner c{a.x + (b.x - a.x) * stop / length, a.y + (b.y - a.y) * stop / length};
        if (drawn) out.corners.push_back(c);
        gone += stop - way;
        way = stop;
        if (gone < (drawn ? on : off) - 0.01f) continue;
        gone = 0, drawn = !drawn;
        if (drawn) begin(c);
      }
    }
  }
  return out;
}

void shape_difference(const FoldedLine& line, const FoldedLine& other, const TimeAxis& time, const ValueAxis& values, Ribbon& out) {
  out.clear();
  bool open = false;
  for (std::size_t i = 0; i < other.cells.size(); ++i) {
    const core::Time begin = begin_of(other, i);
    const Cell* const mine = line.at(begin + other.grid.step / 2);
    const Cell& yours = other.cells[i];
    const bool both = mine != nullptr && !std::isnan(mine->last) && !std::isnan(yours.last);
    const float a = both ? values.y(mine->last) : 0, b = both ? values.y(yours.last) : 0;
    if (!both || std::abs(a - b) <= 1) {
      if (open) out.ribs.push_back({time.x(begin), out.ribs.back().top, out.ribs.back().bottom});
      open = false;
      continue;
    }
    const float x = time.x(line.stepped ? begin : begin + other.grid.step / 2);
    if (!open) out.begins.push_back(static_cast<std::uint32_t>(out.ribs.size()));
    open = true;
    const Rib now{x, std::min(a, b), std::max(a, b)};
    const bool same = !out.ribs.empty() && out.begins.back() + 1 < out.ribs.size() && out.ribs.back().top == now.top &&
                      out.ribs.back().bottom == now.bottom && out.ribs[out.ribs.size() - 2].top == now.top &&
                      out.ribs[out.ribs.size() - 2].bottom == now.bottom;
    if (same) out.ribs.back().x = x;
    else out.ribs.push_back(now);
  }
  if (open) out.ribs.push_back({time.x(begin_of(other, other.cells.size())), out.ribs.back().top, out.ribs.back().bottom});
}

}  // namespace folds
