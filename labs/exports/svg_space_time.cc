// The space-time diagram as a picture on paper: a lane a node, time to the right, messages as arrows.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "labs/exports/svg.h"
#include "labs/exports/writers.h"
#include "labs/folds/faults.h"
#include "labs/folds/message_style.h"
#include "labs/folds/roles.h"
#include "labs/folds/space_time.h"
#include "labs/folds/words.h"

namespace exports {
namespace {

constexpr std::size_t kMostDrawn = 5000;   // With more events than four fifths of that nobody could tell arrows apart.
constexpr float kSpaceTimeLeft = 96, kSpaceTimeRight = 16, kLaneLeast = 34, kLaneMost = 64;

std::string exactly(core::Time at) {
  std::string out;
  put_time(out, at, 1'000'000'000);
  return out + " s";
}

class SpaceTimeDrawing {
 public:
  SpaceTimeDrawing(const Export& e, const timeline::Timeline& line, const folds::Stretch& shown)
      : e_(e), run_(e.run), line_(line), time_{shown, kSpaceTimeLeft, kPictureWidth - kSpaceTimeRight}, marks_(line, time_),
        svg_(kPictureWidth, run_.header().lab + ": who said what to whom, " + exactly(shown.from) + " to " + exactly(shown.to)) {
    top_ = 34 + marks_.height();
    lanes_ = folds::make_lanes(run_.header().nodes, {}, top_, 560, kLaneLeast, kLaneMost);
    bottom_ = top_ + std::max(lanes_.height, kLaneLeast) + 8;
    folds::SpaceTimeAsk ask{line, lanes_, time_, nullptr, nullptr, {}, kMostDrawn, 1};
    folds::fold_space_time(ask, shapes_);
    crowded_ = shapes_.detail < 1;
  }

  Picture draw(bool alone) {
    svg_.text(8, 18, shortened(run_.header().lab, 60) + ", seed " + std::to_string(run_.header().seed) + ": " + exactly(time_.shown.from) + " to " + exactly(time_.shown.to), "text", "start", 13);
    put_time_axis(svg_, time_, top_, bottom_);
    marks_.draw_lines(svg_, top_, bottom_);
    marks_.draw_words(svg_, top_);
    if (crowded_) densities();
    lanes();
    if (!crowded_) {
      operations();
      for (const auto& arrow : shapes_.arrows) message(arrow);
      for (const auto& sign : shapes_.signs) put_sign(sign);
    } else {
      troubles();
    }
    float y = legend(bottom_ + 36);
    Picture picture;
    if (crowded_)
      picture.note = folds::count_text(static_cast<double>(shapes_.events)) + " events are too many for single arrows: it shows how much happened at each node. A shorter range shows each message (--from, --to).";
    if (marks_.wordless() > 0)
      picture.note += (picture.note.empty() ? "" : " ") + std::to_string(marks_.wordless()) + (marks_.wordless() == 1 ? " command has" : " commands have") + " no room for words.";
    if (!picture.note.empty()) svg_.text(8, y += 14, picture.note, "muted"), y += 6;
    picture.svg = svg_.finished(y + 4, alone);
    return picture;
  }

 private:
  std::string name(core::NodeId id) const {
    const auto* node = run_.node(id);
    return node != nullptr ? node->name : "nobody";
  }
  float inside(float x) const { return std::clamp(x, time_.left, time_.right); }

  void lanes() {
    for (const auto& lane : lanes_.all) {
      svg_.begin("text", lane.name + (lane.group.empty() ? "" : " of " + lane.group));
      svg_.text(time_.left - 10, lane.y + 4, shortened(lane.name, 13), "text", "end", 12);
      svg_.end();
      svg_.begin("line");
      svg_.line(time_.left, lane.y, time_.right, lane.y);
      svg_.end();
    }
    std::string group;
    bool first = true;
    for (const auto& node : run_.header().nodes) {
      if (!first && node.group == group) continue;
      group = node.group, first = false;
      for (const auto& row : folds::fold_roles(line_, group, time_, line_.end()))
        for (const auto& bar : row.bars) role(row, bar);
    }
  }

  void role(const folds::RoleRow& row, const folds::RoleBar& bar) {
    using Bar = folds::RoleBar::Kind;
    const float y = lanes_.y(row.node), x0 = inside(time_.x(bar.from)), x1 = inside(time_.x(bar.to));
    if (x1 <= x0) return;
    const char* look = bar.kind == Bar::leading ? "role accent" : bar.kind == Bar::outdated ? "role warn" : bar.kind == Bar::down ? "role bad" : "role strong";
    svg_.begin(look, folds::role_text(row, bar));
    switch (bar.kind) {
      case Bar::usual: svg_.line(x0, y, x1, y, "stroke-width=\"3\" stroke-opacity=\"0.4\""); break;
      case Bar::leading: svg_.line(x0, y, x1, y, "stroke-width=\"6\""); break;
      // Broken, so that it is told from who really leads without its colour.
      case Bar::outdated: svg_.line(x0, y, x1, y, "stroke-width=\"6\" stroke-dasharray=\"9 3\""); break;
      case Bar::paused: svg_.line(x0, y, x1, y, "stroke-width=\"9\" stroke-opacity=\"0.6\" stroke-dasharray=\"1.5 4\""); break;
      case Bar::down: svg_.line(x0, y, x1, y, "stroke-width=\"1.5\" stroke-dasharray=\"1.5 5\""); break;
      default: svg_.line(x0, y, x1, y, "stroke-width=\"4\"");
    }
    const bool says = bar.kind == Bar::leading || bar.kind == Bar::outdated || bar.kind == Bar::other || bar.kind == Bar::worst;
    std::string words = bar.kind == Bar::down ? "down" : bar.kind == Bar::paused ? "paused" : says ? bar.role : "";
    if (says && bar.epoch > 0) words += ", " + row.epoch_word + " " + folds::value_text(bar.epoch);
    if (!words.empty() && Svg::wide(words, 9) < x1 - x0 - 4) svg_.text(x0 + 3, y - 6, words, "muted", "start", 9);
    svg_.end();
  }

  void message(const folds::Arrow& arrow) {
    using End = folds::Arrow::End;
    const std::string type = run_.name(arrow.type);
    const bool lost = arrow.ends == End::lost;
    const auto sent = run_.at(arrow.send);
    std::string words = type + " " + name(sent.event.node) + " \u2192 " + name(sent.event.peer) + "\nsent " + exactly(sent.event.at);
    if (arrow.end != folds::kNoRow) {
      const auto end = run_.at(arrow.end);
      words += lost ? ", lost " : ", arrives ";
      words += exactly(end.event.at) + " (" + folds::seconds_text(end.event.at - sent.event.at) + ")";
      if (lost) words += ": " + run_.name(end.event.type);
    } else {
      words += ", still under way";
    }
    if (const std::string said = e_.body(sent.event, sent.body); !said.empty()) words += "\n" + shortened(said, 300);
    const auto style = folds::style_of_message(type);
    const folds::Dash dash = folds::dash_of_message(type);
    svg_.begin(lost ? "message lost bad" : "message c" + std::to_string(style.series), words);
    std::string more = "stroke-width=\"1.1\"";
    if (dash.off > 0) more += " " + dasharray(dash);
    const auto [a, b] = clipped(arrow);
    svg_.line(a.x, a.y, b.x, b.y, more);
    if (lost) cross(b.x, b.y, 3.5f);
    else if (arrow.ends == End::arrives && b.x == arrow.x1) head(a, b);
    svg_.end();
  }

  // Only what is in sight.
  std::pair<folds::Corner, folds::Corner> clipped(const folds::Arrow& w) const {
    folds::Corner a{w.x0, w.y0}, b{w.x1, w.y1};
    const float slope = b.x != a.x ? (b.y - a.y) / (b.x - a.x) : 0;
    if (a.x < time_.left) a.y += slope * (time_.left - a.x), a.x = time_.left;
    if (b.x > time_.right) b.y += slope * (time_.right - b.x), b.x = time_.right;
    return {a, b};
  }

  void head(folds::Corner from, folds::Corner to) {
    const float length = std::max(1.0f, std::hypot(to.x - from.x, to.y - from.y));
    const float wx = (to.x - from.x) / length * 7, wy = (to.y - from.y) / length * 7;
    std::string d = "M";
    const auto corner = [&](float x, float y) { Svg::put(d, x), Svg::put(d += ' ', y); };
    corner(to.x, to.y), d += 'L';
    corner(to.x - wx - wy * 0.45f, to.y - wy + wx * 0.45f), d += ' ';
    corner(to.x - wx + wy * 0.45f, to.y - wy - wx * 0.45f);
    svg_.path(d + "Z");
  }

  void cross(float x, float y, float half) {
    svg_.line(x - half, y - half, x + half, y + half, "stroke-width=\"1.6\"");
    svg_.line(x - half, y + half, x + half, y - half, "stroke-width=\"1.6\"");
  }

  void operations() {
    for (const auto& one : shapes_.operations) {
      const std::uint32_t row = one.invoke != folds::kNoRow ? one.invoke : one.complete;
      const auto at = run_.at(row);
      std::string words = e_.body(at.event, at.body) + "\n" + (one.invoke != folds::kNoRow ? "asked " : "answered ") + exactly(at.event.at);
      if (one.invoke != folds::kNoRow && one.complete != folds::kNoRow) {
        const auto end = run_.at(one.complete);
        words += ", " + run_.name(end.event.type) + " " + exactly(end.event.at) + " (" + folds::seconds_text(end.event.at - at.event.at) + ")";
      } else if (one.invoke != folds::kNoRow) {
        words += ", not answered here";
      }
      svg_.begin(one.ok ? "operation good" : one.complete == folds::kNoRow ? "operation muted" : "operation warn", words);
      svg_.line(inside(one.x0), one.y, inside(one.x1), one.y, one.ok ? "stroke-width=\"2\"" : "stroke-width=\"2\" stroke-dasharray=\"3 2\"");
      svg_.end();
    }
  }

  void put_sign(const folds::Sign& sign) {
    const auto row = run_.at(sign.row);
    const auto& event = row.event;
    std::string words = name(event.node) + ": " + std::string(core::name_of(event.kind));
    if (event.type != 0) words += " " + run_.name(event.type);
    words += "\n" + exactly(event.at);
    if (const std::string said = e_.body(event, row.body); !said.empty()) words += "\n" + shortened(said, 300);
    draw_sign(sign.what, sign.x, sign.y, words);
  }

  void draw_sign(folds::Sign::What what, float x, float y, const std::string& words) {
    using What = folds::Sign::What;
    const auto shape = [&](const char* look, std::initializer_list<folds::Corner> corners) {
      svg_.begin(std::string("sign ") + look, words);
      std::string d;
      for (const auto& c : corners) {
        d += d.empty() ? 'M' : 'L';
        Svg::put(d, x + c.x), Svg::put(d += ' ', y + c.y);
      }
      svg_.path(d + "Z");
      svg_.end();
    };
    switch (what) {
      case What::timer:
        svg_.begin("sign timer muted", words);
        svg_.circle(x, y, 2.6f, "fill=\"none\" stroke=\"currentColor\"");
        return svg_.end();
      case What::persist: return shape("persist muted", {{-2, 2}, {2, 2}, {2, 6}, {-2, 6}});
      case What::note:
        svg_.begin("sign note text", words);
        svg_.circle(x, y, 2.4f);
        return svg_.end();
      case What::refuse: return shape("refuse warn", {{0, -4.5f}, {4.5f, 0}, {0, 4.5f}, {-4.5f, 0}});
      case What::crash:
        svg_.begin("sign crash bad", words);
        cross(x, y, 6);
        return svg_.end();
      case What::restart: return shape("restart good", {{-4, -6}, {6, 0}, {-4, 6}});
      case What::pause: return shape("pause warn", {{-4, -6}, {-1, -6}, {-1, 6}, {-4, 6}});
      case What::resume: return shape("resume good", {{-3, -4.5f}, {5, 0}, {-3, 4.5f}});
      case What::violation: return shape("violation bad", {{-3, -7}, {3, -7}, {7, -3}, {7, 3}, {3, 7}, {-3, 7}, {-7, 3}, {-7, -3}});
    }
  }

  // How much happened, where single events are not shown; the crashes and restarts among them still are.
  void densities() {
    constexpr float kPiece = folds::SpaceTimeShapes::kPiece;
    for (std::size_t lane = 0; lane < shapes_.density.size(); ++lane) {
      const float y = lanes_.all[lane].y, tall = std::min(lanes_.all[lane].height * 0.72f, 40.0f);
      svg_.begin("density accent");
      const auto& parts = shapes_.density[lane];
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] <= 0) continue;
        const float x = time_.left + kPiece * static_cast<float>(i), half = std::max(1.5f, parts[i] * tall) / 2;
        svg_.rect(x, y - half, x + kPiece - 0.6f, y + half, "fill-opacity=\"0.3\"");
      }
      svg_.end();
    }
  }
  void troubles() {
    for (const auto& mark : line_.marks()) {
      if (mark.kind == timeline::Mark::Kind::command || mark.at < time_.shown.from || mark.at > time_.shown.to) continue;
      const auto row = run_.at(mark.row);
      if (row.event.node == core::kNobody) continue;
      using What = folds::Sign::What;
      const What what = mark.kind == timeline::Mark::Kind::crash ? What::crash : mark.kind == timeline::Mark::Kind::restart ? What::restart : What::violation;
      put_sign({what, time_.x(mark.at), lanes_.y(row.event.node), static_cast<std::uint32_t>(mark.row), folds::Light::usual});
    }
  }

  // What is in the picture, each once.
  float legend(float y) {
    float x = 8;
    const auto entry = [&](const std::string& words, const auto& draw) {
      const float width = 40 + Svg::wide(words) + 14;
      if (x + width > kPictureWidth - 8 && x > 8) x = 8, y += 18;
      draw();
      svg_.text(x + 36, y, words, "muted");
      x += width;
    };
    if (crowded_) {
      entry("how many events", [&] {
        svg_.begin("accent");
        svg_.rect(x + 4, y - 9, x + 30, y, "fill-opacity=\"0.3\"");
        svg_.end();
      });
    } else {
      std::set<std::string> types;
      bool lost = false;
      for (const auto& arrow : shapes_.arrows) types.insert(run_.name(arrow.type)), lost = lost || arrow.ends == folds::Arrow::End::lost;
      for (const auto& type : types)
        entry(shortened(type, 40), [&, words = type] {
          const folds::Dash dash = folds::dash_of_message(words);
          svg_.begin("c" + std::to_string(folds::style_of_message(words).series));
          std::string more = "stroke-width=\"1.6\"";
          if (dash.off > 0) more += " " + dasharray(dash);
          svg_.line(x, y - 4, x + 30, y - 4, more);
          svg_.end();
        });
      if (lost)
        entry("lost", [&] {
          svg_.begin("bad");
          svg_.line(x, y - 4, x + 26, y - 4), cross(x + 26, y - 4, 3.5f);
          svg_.end();
        });
    }
    std::map<folds::Sign::What, const char*> signs;
    using What = folds::Sign::What;
    constexpr std::array<const char*, 9> kWords{"a timer rings", "a durable write", "a note", "a refusal", "a crash", "a start", "a pause", "a resumption", "a promise is broken"};
    for (const auto& sign : shapes_.signs) signs[sign.what] = kWords[static_cast<std::size_t>(sign.what)];
    for (const auto& [what, words] : signs) entry(words, [&, drawn = what] { draw_sign(drawn, x + 22, drawn == What::persist ? y - 8 : y - 4, ""); });
    return y;
  }

  const Export& e_;
  const record::Recording& run_;
  const timeline::Timeline& line_;
  folds::TimeAxis time_;
  MarkRows marks_;
  Svg svg_;
  folds::Lanes lanes_;
  folds::SpaceTimeShapes shapes_;
  float top_ = 0, bottom_ = 0;
  bool crowded_ = false;
};

}  // namespace

Picture space_time_picture(const Export& e, const timeline::Timeline& line, const folds::Stretch& shown, bool alone) {
  return SpaceTimeDrawing(e, line, shown).draw(alone);
}

void write_svg(Export& e) {
  const auto line = e.index();
  const Picture picture = space_time_picture(e, *line, e.shown(), true);
  e.warning = picture.note;
  e.out.write(picture.svg);
}

}  // namespace exports
