// The picture of a hundred nodes with 5,000 messages under way, alone and with a space-time diagram of 20,000 events below it,
// whole and cut in half: folding it and giving its shapes to a draw list, beside a bare loop that gives as many of the same
// shapes. Nothing is drawn on a screen.
#include "app/bench/bench.h"
#include "app/bench/flood.h"

namespace bench {
namespace {

using namespace window;
constexpr int kRounds = 200;

void add(std::vector<Figure>& figures, const std::string& what, const Cost& cost, const std::string& goal) {
  figures.push_back({what + ", fold and submit", cost.whole_ms, "ms", ""});
  figures.push_back({what + ", bare loop of the same shapes", cost.bare_ms, "ms", ""});
  figures.push_back({what + " / bare", cost.times(), "", goal});
}

}  // namespace

std::vector<Figure> topology_bench() {
  std::vector<Figure> figures;
  Flood flood(100, 50);
  flood.play(std::chrono::milliseconds(40));
  {
    const View view = flood.view();
    const Sight single(view), flows(view, 1);
    const Cost cost = topology_cost(view, single, kRounds);
    figures.push_back({"messages in the topology", static_cast<double>(cost.messages), "", ""});
    add(figures, "topology", cost, "<= 2");
    const Cost flowing = topology_cost(view, flows, kRounds);
    figures.push_back({"flows in the topology", static_cast<double>(flowing.lines), "", ""});
    add(figures, "topology as flows", flowing, "");
    Below below(view);
    figures.push_back({"events in the space-time diagram below it", static_cast<double>(below.events()), "", ""});
    add(figures, "topology and space-time", topology_cost(view, single, kRounds, below.also()), "<= 2");
  }
  // Half of the nodes cut from the others: 2,500 links, each both ways.
  flood.play(std::chrono::milliseconds(10), {"partition N1..N50 | N51..N100"});
  const View view = flood.view();
  const Cost cut = topology_cost(view, Sight(view), kRounds);
  figures.push_back({"links cut, both ways", static_cast<double>(view.moment.links.size()), "", ""});
  figures.push_back({"dashes, crosses", static_cast<double>(cut.lines), "", ""});
  add(figures, "topology cut in half", cut, "<= 2");
  return figures;
}

}  // namespace bench
