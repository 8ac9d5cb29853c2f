// The topology of a hundred nodes with 5,000 messages under way: folding it and giving its shapes to a draw list, beside a
// bare loop that gives as many of the same shapes. Nothing is drawn on a screen.
#include <algorithm>
#include <chrono>
#include <thread>

#include "app/bench/bench.h"
#include "app/window/panels/topology_paint.h"
#include "app/window/player.h"
#include "app/window/stage.h"
#include "app/window/widgets.h"
#include "labs/catalog/labs.h"

namespace bench {
namespace {

using namespace window;
constexpr int kRounds = 200;

std::unique_ptr<session::Session> flood() {
  const std::string text = "# Flood\n\nMany messages.\n\n```system\n[link]\ndelay = \"4ms\"\njitter = \"4ms\"\n\n[[group]]\nname = \"nodes\"\nkind = \"flood\"\n"
                           "count = 100\nsettings = { tokens = 50 }\n```\n\n## Watch\n\nWatch.\n\n```until\nno violation\n```\n";
  session::Origin origin;
  origin.lab = guide::read_lab("flood", text, catalog::all_kinds());
  origin.program = "faultline bench";
  return std::make_unique<session::Session>(std::move(origin));
}

// Until 40 ms have passed in the world, and all of it is known.
void play(Player& player) {
  Selection selection;
  Commands answers;
  player.wish(SetSpeed{8}, selection, answers);
  player.wish(Play{true}, selection, answers);
  const auto frames_until = [&](const auto& done) {
    while (!done()) player.tick(0.001), std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  frames_until([&] { return player.view().at >= core::kStart + std::chrono::milliseconds(40); });
  player.wish(Play{false}, selection, answers);
  frames_until([&] { return !player.session().status().working && player.view().indexed >= 1; });
}

double milliseconds(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

void submit(ImDrawList& list, const Drawing& drawing) {
  for (const auto& link : drawing.links) list.AddLine(im(link.a), im(link.b), theme().line);
  for (const auto& dot : drawing.dots) put_glyph(list, Glyph::disc, dot.at, 3, theme().accent);
  for (const auto& node : drawing.nodes) {
    list.AddCircleFilled(im(node.at), node.radius, theme().ground);
    list.AddCircle(im(node.at), node.radius, theme().strong_line, 0, 1.6f);
    draw_text(list, im(node.at), node.name, theme().text, look().fonts.small, 0.5f);
  }
}

}  // namespace

std::vector<Figure> topology_bench() {
  Leaving leaving;
  Player player(flood(), leaving, {}, [] {});
  play(player);
  const View view = player.view();
  const auto places = place_nodes(view.run.header().nodes, view.lab.system.groups, {});
  KnownNames names;
  names.read(view.run, view.moment.rows);
  double whole = 1e9, bare = 1e9;
  std::size_t messages = 0;
  Stage stage(1600, 1000);
  stage.frame([&] {
    Lens lens;
    lens.window = {{0, 0}, {1600, 1000}};
    lens.camera = fitted_camera(places, lens.window, 1);
    ImDrawList list(ImGui::GetDrawListSharedData());
    const auto fresh = [&] {
      list._ResetForNewFrame();
      list.Flags = ImGui::GetWindowDrawList()->Flags;
      list.PushTextureID(ImGui::GetIO().Fonts->TexID);
      list.PushClipRectFullScreen();
    };
    const Look loud = look();
    Look quiet = look();
    quiet.probes = nullptr;              // Only tests want to know where things are.
    use_look(quiet);
    const Selection selection;
    const Drawing drawing = fold(view, selection, places, names, lens);
    messages = drawing.dots.size();
    // In turns, the least of each: what the machine does meanwhile disturbs both, and only ever adds.
    for (int round = 0; round < kRounds; ++round) {
      fresh();
      whole = std::min(whole, milliseconds([&] {
        const Drawing now = fold(view, selection, places, names, lens);
        paint(list, now, lay_out(now, lens.window), names, lens.flow, 0, {});
      }));
      fresh();
      bare = std::min(bare, milliseconds([&] { submit(list, drawing); }));
    }
    use_look(loud);
  });
  return {{"messages in the topology", static_cast<double>(messages), "", ""},
          {"topology, fold and submit", whole, "ms", ""},
          {"bare loop of the same shapes", bare, "ms", ""},
          {"topology / bare", whole / bare, "", "<= 2"}};
}

}  // namespace bench
