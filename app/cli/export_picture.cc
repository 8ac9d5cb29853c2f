// `faultline export RUN --format png`: a picture of what the window draws of a run - its space-time diagram, or plots of the
// metrics that are named - on light ground, as for paper.
#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/window/off_screen.h"
#include "labs/exports/output.h"
#include "labs/exports/svg.h"

namespace cli {
namespace {

constexpr int kWidth = 1600, kLanesHead = 130, kOneLane = 72, kPlotHead = 60, kOnePlot = 125, kMost = 4000;

// As the window remembers a lab's plots.
std::vector<std::string> layout_of(const std::string& metrics, const record::Recording& recording) {
  std::vector<std::string> layout;
  if (metrics.empty()) return layout;
  timeline::Timeline line(recording);
  while (!line.catch_up(std::chrono::milliseconds(100))) {
  }
  for (const auto& spec : exports::plots_named(metrics, line)) layout.push_back(folds::text_of(spec));
  return layout;
}

}  // namespace

int export_picture(const ExportArguments& a, std::shared_ptr<const record::Recording> recording) {
  exports::Output out(a.out, a.force, false);
  const auto layout = layout_of(a.metric, *recording);
  window::OffScreen::Setup setup;
  setup.width = kWidth, setup.theme = "light";
  const auto parts = static_cast<int>(std::min<std::size_t>(1000, layout.empty() ? recording->header().nodes.size() : layout.size()));
  setup.height = std::min(kMost, layout.empty() ? kLanesHead + kOneLane * parts : kPlotHead + kOnePlot * parts);
  window::OffScreen screen(std::move(setup));
  window::Shell& shell = screen.shell();
  if (!layout.empty()) shell.preferences.plots[recording->header().lab] = layout;
  shell.only(layout.empty() ? "space-time" : "plots");
  const core::Time end = recording->end();
  shell.open(std::make_unique<session::Session>(recording));
  window::Selection& selection = shell.selection();
  core::Duration from{}, to = end - core::kStart;
  if (!a.from.empty()) core::parse(a.from, from);
  if (!a.to.empty()) core::parse(a.to, to);
  selection.follow = false;
  selection.from = core::kStart + from, selection.to = core::kStart + std::max(to, from + core::Duration(1000));
  // As of its end, so that nothing is missing which comes later.
  shell.wish(window::Seek{std::min(end, selection.to)});
  screen.settle_all();
  out.write(window::png_of(screen.stage().picture()));
  out.finish();
  std::cout << "drawn in " << plain_line(a.out) << "\n";
  return kValid;
}

}  // namespace cli
