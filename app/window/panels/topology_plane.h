// The plane on which the cluster lies: points, the camera that looks at it, and the geometry of lines drawn by hand.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

namespace window {

struct Point {
  float x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
inline float length(Point a) { return std::sqrt(a.x * a.x + a.y * a.y); }
inline float distance(Point a, Point b) { return length(a - b); }
inline Point unit(Point a) {
  const float l = length(a);
  return l > 0 ? a * (1 / l) : Point{1, 0};
}
inline Point towards(float angle) { return {std::cos(angle), std::sin(angle)}; }
inline float angle_of(Point a) { return std::atan2(a.y, a.x); }
// To the right of somebody who walks from a to b, on a screen where y grows downwards.
inline Point right_of(Point a, Point b) {
  const Point d = unit(b - a);
  return {-d.y, d.x};
}

// Half-open rectangle, of the plane or of the screen.
struct Box {
  Point least, greatest;
  bool holds(Point p) const { return p.x >= least.x && p.x < greatest.x && p.y >= least.y && p.y < greatest.y; }
  Point middle() const { return {(least.x + greatest.x) / 2, (least.y + greatest.y) / 2}; }
  float width() const { return greatest.x - least.x; }
  float height() const { return greatest.y - least.y; }
};
inline Box box_around(Point a, Point b) {
  return {{std::min(a.x, b.x), std::min(a.y, b.y)}, {std::max(a.x, b.x), std::max(a.y, b.y)}};
}
inline bool overlap(const Box& a, const Box& b) {
  return a.least.x <= b.greatest.x && b.least.x <= a.greatest.x && a.least.y <= b.greatest.y && b.least.y <= a.greatest.y;
}

// Which part of the plane is seen, and how large.
struct Camera {
  float zoom = 1;      // Pixels for a unit of the plane.
  Point at;            // Where the plane's origin is on the screen.
  Point screen(Point p) const { return {p.x * zoom + at.x, p.y * zoom + at.y}; }
  Point plane(Point s) const { return {(s.x - at.x) / zoom, (s.y - at.y) / zoom}; }
  // What lies under `cursor` stays there.
  void zoom_at(Point cursor, float new_zoom) {
    const Point under = plane(cursor);
    zoom = new_zoom;
    at = cursor - under * zoom;
  }
};

// Whether two segments cross; touching counts.
inline bool cross(Point a, Point b, Point c, Point d) {
  const auto side = [](Point p, Point q, Point r) { return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x); };
  const float abc = side(a, b, c), abd = side(a, b, d), cda = side(c, d, a), cdb = side(c, d, b);
  return ((abc <= 0 && abd >= 0) || (abc >= 0 && abd <= 0)) && ((cda <= 0 && cdb >= 0) || (cda >= 0 && cdb <= 0)) &&
         !(abc == 0 && abd == 0);
}
inline bool crosses(const std::vector<Point>& line, Point a, Point b) {
  for (std::size_t i = 1; i < line.size(); ++i)
    if (cross(line[i - 1], line[i], a, b)) return true;
  return false;
}
inline float distance_to_segment(Point p, Point a, Point b) {
  const Point d = b - a;
  const float squared = d.x * d.x + d.y * d.y;
  const float t = squared > 0 ? std::clamp(((p.x - a.x) * d.x + (p.y - a.y) * d.y) / squared, 0.0f, 1.0f) : 0;
  return distance(p, a + d * t);
}
inline float distance_to_line(Point p, const std::vector<Point>& line) {
  float least = 1e30f;
  for (std::size_t i = 1; i < line.size(); ++i) least = std::min(least, distance_to_segment(p, line[i - 1], line[i]));
  return least;
}
// The part of a segment, 0 to 1 from a to b, where a line first crosses it; below 0: nowhere.
inline float crossing_part(const std::vector<Point>& line, Point a, Point b) {
  float first = -1;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (!cross(line[i - 1], line[i], a, b)) continue;
    const Point d = b - a, e = line[i] - line[i - 1];
    const float slant = d.x * e.y - d.y * e.x;
    const Point to = line[i - 1] - a;
    const float t = slant != 0 ? (to.x * e.y - to.y * e.x) / slant : 0.5f;
    if (first < 0 || t < first) first = t;
  }
  return first;
}

}  // namespace window
