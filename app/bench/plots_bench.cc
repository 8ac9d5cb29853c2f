// What a frame of the window costs the processor: folding what a run says, and handing it to a draw list. No display and
// no driver take part. Twelve plots of a short run are the baseline, measured in turn with the long ones.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

#include "app/bench/bench.h"
#include "app/window/panels/plots.h"
#include "app/window/stage.h"
#include "imgui.h"
#include "mechanisms/core/rng.h"

namespace bench {
namespace {

constexpr int kPlots = 12;
constexpr int kFrames = 40, kPlotRounds = 7;

// A run of ten seconds in which each of so many nodes has a gauge with so many samples, and the first `timed` as many
// latencies.
struct Run {
  Run(core::NodeId count, std::int64_t samples, core::NodeId timed = 1) : nodes(count) {
    record::RunHeader header;
    for (core::NodeId id = 1; id <= nodes; ++id) header.nodes.push_back({id, "S" + std::to_string(id), "made up", "servers"});
    recording = std::make_unique<record::Recording>(header, std::size_t{4} << 30);
    recording->on_name(1, "depth"), recording->on_name(2, "wait_ms");
    core::Rng rng(1);
    line = std::make_unique<timeline::Timeline>(*recording);
    std::uint64_t id = 0;
    double depth = 0;
    for (std::int64_t i = 0; i < samples; ++i) {
      depth += rng.unit() - 0.5;
      const core::Time at(core::Duration(10'000'000'000 / samples * i));
      for (core::NodeId node = 1; node <= nodes; ++node)
        recording->on_event({at, ++id, record::EventKind::metric, node, 0, 1, 0, depth + node}, {});
      for (core::NodeId node = 1; node <= timed; ++node)
        recording->on_event({at, ++id, record::EventKind::metric, node, 0, 2, 0, rng.unit() * rng.unit() * 20}, {});
      // Read at once, while it is in memory.
      if (i % 4096 == 0) line->catch_up(std::chrono::seconds(1));
    }
    while (!line->catch_up(std::chrono::seconds(1))) {}
  }
  core::NodeId nodes;
  std::unique_ptr<record::Recording> recording;
  std::unique_ptr<timeline::Timeline> line;
};

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

class Window {
 public:
  Window(const Run& run, const std::vector<std::string>& plots) : run_(run) {
    plots_.set_layout(plots);
    selection_.follow = false;
  }
  // Of one frame, in microseconds. Standing still, going along with a run that plays, or zooming in and out, 1 % a frame.
  enum class Hand { stands, goes_along, zooms };
  double frames(window::Stage& stage, Hand hand) {
    const double began = processor_seconds();
    for (int i = 0; i < kFrames; ++i) {
      const auto length = std::chrono::milliseconds(5000);
      if (hand == Hand::goes_along) selection_.from = core::kStart + std::chrono::milliseconds(16 * i), selection_.to = selection_.from + length;
      if (hand == Hand::zooms) selection_.to = selection_.from + length + length / 100 * (i < kFrames / 2 ? i : kFrames - i);
      stage.frame([&] { draw(); });
    }
    return (processor_seconds() - began) / kFrames * 1e6;
  }

 private:
  void draw() {
    window::Look quiet = window::look();
    quiet.probes = nullptr;            // Nobody aims here.
    window::use_look(quiet);
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("bench", nullptr, ImGuiWindowFlags_NoDecoration);
    const window::View view{lab_, *run_.recording, *run_.line, status_, moment_, run_.line->end(), run_.line->end(), true, false, 1, false, 1, false, false, true, branches_, 0, overlays_, 1};
    window::Commands commands;
    plots_.draw(view, selection_, commands);
    ImGui::End();
  }
  const Run& run_;
  guide::Lab lab_;
  session::Status status_;
  timeline::Moment moment_;
  std::vector<window::BranchName> branches_;
  std::vector<window::Overlay> overlays_;
  window::Plots plots_;
  window::Selection selection_;
};

// Of which one has percentiles.
Window twelve(const Run& run) {
  std::vector<std::string> lines{"metric wait_ms"};
  for (int i = 1; i < kPlots; ++i) lines.push_back("metric depth node=S" + std::to_string(1 + i % run.nodes));
  return Window(run, lines);
}

// The percentiles of a hundred nodes together, and of how each of them goes, beside a gauge of all of them.
void percentiles_of_many(window::Stage& stage, std::vector<Figure>& figures) {
  const Run run(100, 20'000, 100);
  Window percentiles(run, {"metric wait_ms"}), greatest(run, {"metric depth nodes=max"});
  constexpr std::pair<Window::Hand, const char*> kHands[] = {
      {Window::Hand::stands, "standing"}, {Window::Hand::goes_along, "going along"}, {Window::Hand::zooms, "zooming"}};
  for (const auto& [hand, words] : kHands) {
    std::vector<double> ours, theirs;
    for (int round = 0; round < kPlotRounds; ++round) ours.push_back(percentiles.frames(stage, hand)), theirs.push_back(greatest.frames(stage, hand));
    figures.push_back({"percentiles of 100 nodes, " + std::string(words), median(ours), "us/frame", ""});
    figures.push_back({"the greatest of 100 nodes, " + std::string(words), median(theirs), "us/frame", ""});
  }
}

}  // namespace

std::vector<Figure> plots_bench() {
  // Tall enough that all twelve are seen. Twelve times ten million would take gigabytes: there two nodes have six plots
  // each, and so have those they are compared with.
  window::Stage stage(800, 1700);
  const Run few(12, 2'000), many(12, 1'000'000), many_of_two(2, 1'000'000), most_of_two(2, 10'000'000);
  Window windows[] = {twelve(few), twelve(many), twelve(many_of_two), twelve(most_of_two)};
  using Hand = Window::Hand;
  constexpr Hand kHands[] = {Hand::stands, Hand::goes_along, Hand::zooms};
  std::vector<double> took[4][3];
  for (int round = 0; round < kPlotRounds; ++round)
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t h = 0; h < 3; ++h) took[i][h].push_back(windows[i].frames(stage, kHands[h]));
  std::vector<Figure> figures;
  const char* const words[] = {"standing", "going along", "zooming"};
  for (std::size_t h = 0; h < 3; ++h) {
    const std::string hand = words[h];
    figures.push_back({"12 plots of 2,000 samples each, " + hand, median(took[0][h]), "us/frame", ""});
    figures.push_back({"1 million each / 2,000 each, " + hand, median(took[1][h]) / median(took[0][h]), "", "<= 1.5"});
    figures.push_back({"10 million each / 1 million each, " + hand, median(took[3][h]) / median(took[2][h]), "", "<= 1.2"});
  }
  percentiles_of_many(stage, figures);
  return figures;
}

}  // namespace bench
