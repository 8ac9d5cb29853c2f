#include "app/bench/flood.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "app/window/panels/space_time_paint.h"
#include "app/window/panels/topology_paint.h"
#include "app/window/stage.h"
#include "app/window/widgets.h"
#include "labs/catalog/labs.h"

namespace bench {
namespace {

using namespace window;

std::unique_ptr<session::Session> session_of(std::size_t nodes, std::size_t tokens) {
  const std::string text = "# Flood\n\nMany messages.\n\n```system\n[link]\ndelay = \"4ms\"\njitter = \"4ms\"\n\n[[group]]\nname = \"nodes\"\nkind = \"flood\"\ncount = " +
                           std::to_string(nodes) + "\nsettings = { tokens = " + std::to_string(tokens) + " }\n```\n\n## Watch\n\nWatch.\n\n```until\nno violation\n```\n";
  session::Origin origin;
  origin.lab = guide::read_lab("flood", text, catalog::all_kinds());
  origin.program = "faultline bench";
  return std::make_unique<session::Session>(std::move(origin));
}

double milliseconds(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

struct Line {
  Point a, b;
};

std::vector<Line> lines_of(const Drawing& drawing) {
  std::vector<Line> lines;
  for (const auto& link : drawing.links) {
    if (is_cut(link)) each_dash(link.a, link.b, dash_of_cuts(drawing), [&](Point from, Point to) { lines.push_back({from, to}); });
    else lines.push_back({link.a, link.b});
  }
  for (const auto& flow : drawing.flows) lines.push_back({flow.a, flow.b});
  for (const auto& lost : drawing.crosses)
    for (const Point half : {Point{3.6f, 3.6f}, Point{3.6f, -3.6f}}) lines.push_back({lost.at - half, lost.at + half});
  return lines;
}

// As many of the same shapes, one by one.
void submit(ImDrawList& list, const Drawing& drawing, const std::vector<Line>& lines, const KnownNames& names) {
  for (const Line& line : lines) list.AddLine(im(line.a), im(line.b), theme().line);
  for (const auto& dot : drawing.dots) put_glyph(list, names.at(dot.type).style.glyph, dot.at, 3, theme().accent);
  for (const auto& node : drawing.nodes) {
    list.AddCircleFilled(im(node.at), node.radius, theme().ground);
    list.AddCircle(im(node.at), node.radius, theme().strong_line, 0, 1.6f);
    draw_text(list, im(node.at), node.name, theme().text, look().fonts.small, 0.5f);
  }
}

}  // namespace

Flood::Flood(std::size_t nodes, std::size_t tokens) : player_(session_of(nodes, tokens), leaving_, {}, [] {}) {}

void Flood::frames_until(const std::function<bool()>& done) {
  while (!done()) player_.tick(0.001), std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Flood::play(core::Duration more, const std::vector<std::string>& commands) {
  Selection selection;
  Commands answers;
  const core::Time until = player_.view().at + more;
  for (const auto& command : commands) player_.wish(Give{command}, selection, answers);
  player_.wish(SetSpeed{8}, selection, answers);
  player_.wish(Play{true}, selection, answers);
  frames_until([&] { return player_.view().at >= until; });
  player_.wish(Play{false}, selection, answers);
  frames_until([&] { return !player_.session().status().working && player_.view().indexed >= 1; });
}

Sight::Sight(const View& view, float flow) : places(place_nodes(view.run.header().nodes, view.lab.system.groups, {})) {
  names.read(view.run, view.moment.rows);
  lens.window = {{0, 0}, {1600, 1000}};
  lens.camera = fitted_camera(places, lens.window, 1);
  lens.flow = flow;
}

Cost topology_cost(const View& view, const Sight& sight, int rounds, const Also& also) {
  Cost cost;
  Stage stage(1600, 1000);
  stage.frame([&] {
    ImDrawList list(ImGui::GetDrawListSharedData());
    const auto fresh = [&] {
      list._ResetForNewFrame();
      list.Flags = ImGui::GetWindowDrawList()->Flags;
      list.PushTextureID(ImGui::GetIO().Fonts->TexID);
      list.PushClipRectFullScreen();
    };
    const Look loud = look();
    Look quiet = loud;
    quiet.probes = nullptr;              // Only tests want to know where things are.
    use_look(quiet);
    const Selection selection;
    Drawing drawing;
    fold(view, selection, sight.places, sight.names, sight.lens, drawing);
    const auto lines = lines_of(drawing);
    cost.messages = drawing.dots.size(), cost.lines = lines.size();
    Drawing now;                         // As in the panel it keeps its memory from frame to frame.
    for (int round = 0; round < rounds; ++round) {
      fresh();
      cost.whole_ms = std::min(cost.whole_ms, milliseconds([&] {
        fold(view, selection, sight.places, sight.names, sight.lens, now);
        paint(list, now, lay_out(now, sight.lens.window), sight.names, sight.lens.flow, 0, {});
        also.whole(list);
      }));
      fresh();
      list.Flags |= ImDrawListFlags_AntiAliasedLinesUseTex;   // As ImGui draws lines when nobody tells it otherwise: the quickest way.
      cost.bare_ms = std::min(cost.bare_ms, milliseconds([&] {
        submit(list, drawing, lines, sight.names);
        also.bare(list);
      }));
    }
    use_look(loud);
  });
  return cost;
}

Below::Below(const View& view)
    : view_(view), lanes_(make_lanes(view.run.header().nodes, {}, 1000, 300, 17, 44)), ask_{view.line, lanes_, {}, nullptr, nullptr, {}} {
  constexpr std::size_t kEvents = 20'000;
  const std::size_t first = view.moment.rows > kEvents ? view.moment.rows - kEvents : 0;
  ask_.time.shown = {view.run.at(first).event.at, view.at};
  ask_.time.left = 0, ask_.time.right = 1600;
  ask_.most = kEvents * 10;              // All of them, in full strength.
  fold_space_time(ask_, shapes_);
}

Also Below::also() {
  return {[this](ImDrawList& list) { fold_space_time(ask_, shapes_), paint_shapes(list, view_.run, shapes_); },
          [this](ImDrawList& list) {
            for (const Arrow& a : shapes_.arrows) list.AddLine({a.x0, a.y0}, {a.x1, a.y1}, 0x80ffffffu);
          }};
}

}  // namespace bench
