// Metrics over time as a picture on paper: a plot a metric, one below the other, with what was done across all of them.
#include <algorithm>
#include <cmath>
#include <set>

#include "labs/exports/svg.h"
#include "labs/exports/writers.h"
#include "labs/folds/fold.h"
#include "labs/folds/roles.h"
#include "labs/folds/shapes.h"
#include "mechanisms/core/text.h"

namespace exports {
namespace {

using MetricKind = core::Metric::Kind;
constexpr float kPlotLeft = 70, kPlotRight = 16, kPlotHeight = 170, kStripHeight = 24, kBelowPlot = 24;
constexpr float kRateOver = 12;          // Pixels of which a rate or a percentile is made.
constexpr std::size_t kBandsApart = 3;   // More bands of percentiles than that over each other hide each other.

class PlotsDrawing {
 public:
  PlotsDrawing(const timeline::Timeline& line, const folds::Stretch& shown)
      : line_(line), run_(line.recording()), time_{shown, kPlotLeft, kPictureWidth - kPlotRight}, marks_(line, time_), metrics_(folds::metrics_of(line)),
        sources_{{&line, "this run", {}, {}}}, svg_(kPictureWidth, run_.header().lab + ": metrics over time") {}

  Picture draw(const std::vector<folds::PlotSpec>& plots, bool alone) {
    svg_.text(8, 18, shortened(run_.header().lab, 60) + ", seed " + std::to_string(run_.header().seed), "text", "start", 13);
    y_ = 26 + marks_.height();
    marks_.draw_words(svg_, y_);
    for (const auto& spec : plots) y_ += 22, one(spec);
    Picture picture;
    if (marks_.wordless() > 0) {
      picture.note = std::to_string(marks_.wordless()) + (marks_.wordless() == 1 ? " command has" : " commands have") + " no room for words.";
      svg_.text(8, y_ += 8, picture.note, "muted"), y_ += 6;
    }
    picture.svg = svg_.finished(y_ + 4, alone);
    return picture;
  }

 private:
  void one(const folds::PlotSpec& spec) {
    const auto* info = folds::find_metric(metrics_, spec.name);
    if (spec.what == folds::PlotSpec::What::roles) return strip(spec, folds::fold_roles(line_, spec.name, time_, line_.end()), "who is what");
    if (info != nullptr && !info->states.empty()) return strip(spec, folds::fold_states(line_, *info, time_, line_.end()), info->help);
    lines(spec, info);
  }

  void heading(const std::string& title, const std::string& explained) {
    svg_.text(8, y_, title, "text", "start", 12);
    svg_.text(18 + Svg::wide(title, 12), y_, shortened(explained, 130), "muted");
    y_ += 8;
  }

  // Nodes as rows of bars.
  void strip(const folds::PlotSpec& spec, const std::vector<folds::RoleRow>& rows, std::string_view help) {
    heading(folds::title_of(spec, metrics_), std::string(help));
    const float top = y_, bottom = top + kStripHeight * static_cast<float>(std::max<std::size_t>(1, rows.size()));
    put_time_axis(svg_, time_, top, bottom);
    marks_.draw_lines(svg_, top, bottom);
    for (const auto& row : rows) {
      svg_.text(time_.left - 8, y_ + 16, shortened(row.name, 9), "muted", "end");
      for (const auto& bar : row.bars) put_bar(row, bar, y_ + 4);
      y_ += kStripHeight;
    }
    y_ = bottom + kBelowPlot;
  }
  void put_bar(const folds::RoleRow& row, const folds::RoleBar& bar, float top) {
    using Bar = folds::RoleBar::Kind;
    const float x0 = std::clamp(time_.x(bar.from), time_.left, time_.right), x1 = std::clamp(time_.x(bar.to), time_.left, time_.right);
    if (x1 <= x0) return;
    const char* look = bar.kind == Bar::leading ? "accent" : bar.kind == Bar::outdated ? "warn" : bar.kind == Bar::worst || bar.kind == Bar::down ? "bad" : bar.kind == Bar::other ? "warn" : "strong";
    svg_.begin(std::string("bar ") + look, folds::role_text(row, bar));
    svg_.rect(x0, top, x1, top + kStripHeight - 8, bar.kind == Bar::usual ? "fill-opacity=\"0.15\"" : bar.kind == Bar::down ? "fill-opacity=\"0.1\"" : "fill-opacity=\"0.3\"");
    const std::string words = bar.kind == Bar::down ? "down" : bar.kind == Bar::paused ? "paused" : bar.role;
    if (Svg::wide(words, 10) < x1 - x0 - 6) svg_.text(x0 + 4, top + 12, words, "text", "start", 10);
    svg_.end();
  }

  static const char* kind_words(const folds::FoldedPlot& plot, const folds::PlotSpec& spec) {
    if (plot.kind == MetricKind::timing) return "timing, p50 to p99";
    if (plot.kind == MetricKind::counter) return spec.total ? "counter, total since the start of its node" : "counter, as a rate";
    return "gauge";
  }

  // The bands of a timing: of each node where they are few, else of all together.
  folds::FoldedPlot folded(const folds::PlotSpec& spec, const folds::MetricInfo* info) {
    const auto fold = [&](const folds::PlotSpec& what) { return folds::fold_plot(what, metrics_, sources_, time_.shown, time_.right - time_.left, kRateOver, {}, columns_); };
    std::vector<std::string> nodes;
    if (info != nullptr && info->kind == MetricKind::timing && spec.nodes == folds::PlotSpec::Nodes::each)
      for (const auto id : info->nodes)
        if (const auto* series = line_.find(id, folds::name_id(run_, info->name)); series != nullptr && series->samples.size() > 0) nodes.push_back(run_.node(id)->name);
    if (nodes.size() < 2 || nodes.size() > kBandsApart) return fold(spec);
    folds::FoldedPlot all;
    for (const auto& node : nodes) {
      folds::PlotSpec of = spec;
      of.nodes = folds::PlotSpec::Nodes::one, of.node = node;
      folds::FoldedPlot plot = fold(of);
      for (auto& one_line : plot.lines) one_line.look += all.looks;
      if (all.lines.empty()) {
        all = std::move(plot);
        continue;
      }
      all.looks += plot.looks;
      all.least = std::fmin(all.least, plot.least), all.greatest = std::fmax(all.greatest, plot.greatest);
      for (auto& one_line : plot.lines) all.lines.push_back(std::move(one_line));
    }
    return all;
  }

  void lines(const folds::PlotSpec& spec, const folds::MetricInfo* info) {
    const folds::FoldedPlot plot = folded(spec, info);
    const bool timing = plot.kind == MetricKind::timing;
    std::string explained = spec.name + ", " + kind_words(plot, spec) + (plot.unit.empty() ? "" : ", " + plot.unit);
    if (spec.nodes == folds::PlotSpec::Nodes::sum) explained += ", sum of all nodes";
    if (spec.nodes == folds::PlotSpec::Nodes::max) explained += ", the highest of all nodes";
    heading(plot.title, explained + (plot.help.empty() ? "" : ". " + plot.help));
    legend(plot, timing);
    const float top = y_, bottom = top + kPlotHeight;
    auto scale = folds::value_scale(plot.least, plot.greatest, spec.log, plot.from_zero, 5);
    scale.axis.top = top, scale.axis.bottom = bottom;
    put_time_axis(svg_, time_, top, bottom);
    for (const auto& tick : scale.ticks) {
      const float y = scale.axis.y(tick.value);
      svg_.begin("line");
      svg_.line(time_.left, y, time_.right, y);
      svg_.end();
      svg_.text(time_.left - 8, y + 4, tick.text, "muted", "end");
    }
    if (!plot.unit.empty()) svg_.text(time_.right, top - 4, plot.unit, "muted", "end", 10);
    marks_.draw_lines(svg_, top, bottom);
    for (std::size_t i = 0; timing && i + 1 < plot.lines.size(); i += 2) between(plot.lines[i], plot.lines[i + 1], scale.axis);
    for (const auto& one_line : plot.lines) curve(one_line, scale.axis, plot.looks, timing);
    if (plot.lines.empty()) svg_.text((time_.left + time_.right) / 2, (top + bottom) / 2, "nothing was measured in this range", "muted", "middle");
    y_ = bottom + kBelowPlot;
  }

  static std::string look_of(std::size_t look, bool timing) { return "c" + std::to_string((timing ? look / 2 : look) % 8); }

  // Above the plot, where it hides nothing.
  void legend(const folds::FoldedPlot& plot, bool timing) {
    float x = time_.left;
    y_ += 12;
    for (const auto& one_line : plot.lines) {
      const std::string words = shortened(one_line.name, 24);
      const float width = 26 + Svg::wide(words) + 16;
      if (x + width > time_.right && x > time_.left) x = time_.left, y_ += 16;
      svg_.begin(look_of(one_line.look, timing));
      svg_.line(x, y_ - 4, x + 20, y_ - 4, dash_for(one_line, plot.looks, timing));
      svg_.end();
      svg_.text(x + 25, y_, words, "muted");
      x += width;
    }
    y_ += 10;
  }
  // Lines that lie on each other share the way: of each stretch of it every one has a piece.
  static folds::Dash turns(const folds::FoldedLine& one, std::size_t looks) {
    if (!one.stepped || one.look == 0 || one.look >= looks) return {};
    const float piece = looks > 4 ? 5 : 8;
    return {piece * static_cast<float>(looks - one.look), piece * static_cast<float>(one.look)};
  }
  static std::string dash_for(const folds::FoldedLine& one, std::size_t looks, bool timing) {
    if (timing) return one.part > 0.9 ? "stroke-width=\"1.4\" stroke-dasharray=\"5 3\"" : "stroke-width=\"2\"";
    if (one.stepped) {
      const folds::Dash dash = turns(one, looks);
      return dash.off > 0 ? "stroke-width=\"2\" " + dasharray(dash) : "stroke-width=\"2\"";
    }
    constexpr folds::Dash kDashes[] = {{1, 0}, {8, 2}, {3, 2}, {12, 4}};
    const folds::Dash dash = kDashes[one.look % 4];
    return dash.off > 0 ? "stroke-width=\"2\" " + dasharray(dash) : "stroke-width=\"2\"";
  }

  void curve(const folds::FoldedLine& one, const folds::ValueAxis& axis, std::size_t looks, bool timing) {
    std::string d;
    if (one.stepped) {
      // From least to greatest in each pixel column: what is drawn does not grow with the samples.
      folds::Ribbon ribbon;
      folds::shape_ribbon(one, time_, axis, 2, ribbon);
      if (const folds::Dash dash = turns(one, looks); dash.off > 0) ribbon = folds::dashed(ribbon, dash.on, dash.off);
      for (std::size_t s = 0; s < ribbon.begins.size(); ++s) {
        const std::size_t end = s + 1 < ribbon.begins.size() ? ribbon.begins[s + 1] : ribbon.ribs.size();
        for (std::size_t i = ribbon.begins[s]; i < end; ++i) corner(d, i == ribbon.begins[s], ribbon.ribs[i].x, ribbon.ribs[i].top);
        for (std::size_t i = end; i > ribbon.begins[s]; --i) corner(d, false, ribbon.ribs[i - 1].x, ribbon.ribs[i - 1].bottom);
        d += 'Z';
      }
    } else {
      folds::Polyline curve_line;
      folds::shape_polyline(one, time_, axis, curve_line);
      std::set<std::size_t> begins(curve_line.begins.begin(), curve_line.begins.end());
      for (std::size_t i = 0; i < curve_line.corners.size(); ++i) {
        const bool fresh = begins.count(i) > 0;
        corner(d, fresh, curve_line.corners[i].x, curve_line.corners[i].y);
        // A piece alone is a point, and a point must be seen.
        if (fresh && (i + 1 == curve_line.corners.size() || begins.count(i + 1) > 0)) corner(d, false, curve_line.corners[i].x + 1.5f, curve_line.corners[i].y);
      }
    }
    if (d.empty()) return;
    svg_.begin("curve " + look_of(one.look, timing), one.name);
    svg_.path(d, one.stepped ? std::string("fill=\"currentColor\"") : std::string("fill=\"none\" stroke=\"currentColor\" stroke-linejoin=\"round\" ") + dash_for(one, looks, timing));
    svg_.end();
  }

  void between(const folds::FoldedLine& low, const folds::FoldedLine& high, const folds::ValueAxis& axis) {
    folds::Polyline below, above;
    folds::shape_polyline(low, time_, axis, below);
    folds::shape_polyline(high, time_, axis, above);
    std::string d;
    for (std::size_t s = 0; s < below.begins.size() && below.corners.size() == above.corners.size(); ++s) {
      const std::size_t end = s + 1 < below.begins.size() ? below.begins[s + 1] : below.corners.size();
      for (std::size_t i = below.begins[s]; i < end; ++i) corner(d, i == below.begins[s], below.corners[i].x, below.corners[i].y);
      for (std::size_t i = end; i > below.begins[s]; --i) corner(d, false, above.corners[i - 1].x, above.corners[i - 1].y);
      d += 'Z';
    }
    if (d.empty()) return;
    svg_.begin("band " + look_of(low.look, true), low.name + " to " + high.name);
    svg_.path(d, "fill=\"currentColor\" fill-opacity=\"0.15\"");
    svg_.end();
  }

  void corner(std::string& d, bool fresh, float x, float y) const {
    d += fresh ? 'M' : 'L';
    Svg::put(d, std::clamp(x, time_.left, time_.right));
    Svg::put(d += ' ', y);
  }

  const timeline::Timeline& line_;
  const record::Recording& run_;
  folds::TimeAxis time_;
  MarkRows marks_;
  std::vector<folds::MetricInfo> metrics_;
  std::vector<folds::PlotSource> sources_;
  folds::Columns columns_;
  Svg svg_;
  float y_ = 0;
};

}  // namespace

std::vector<folds::PlotSpec> plots_named(const std::string& names, const timeline::Timeline& line) {
  const auto all = folds::metrics_of(line);
  std::vector<std::string> known;
  for (const auto& info : all)
    if (folds::name_id(line.recording(), info.name) != 0) known.push_back(info.name);
  std::vector<folds::PlotSpec> plots;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t comma = std::min(names.find(',', at), names.size());
    const std::string name = names.substr(at, comma - at);
    at = comma + 1;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string near = core::nearest(name, known);
      throw NotThis("this run has no metric `" + name + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
    }
    folds::PlotSpec spec;
    spec.name = name;
    const auto* info = folds::find_metric(all, name);
    // More lines than that nobody can tell apart.
    if (info->nodes.size() > 8) spec.nodes = info->kind == MetricKind::counter ? folds::PlotSpec::Nodes::sum : folds::PlotSpec::Nodes::max;
    plots.push_back(std::move(spec));
  }
  return plots;
}

Picture plots_picture(const timeline::Timeline& line, const std::vector<folds::PlotSpec>& plots, const folds::Stretch& shown, bool alone) {
  return PlotsDrawing(line, shown).draw(plots, alone);
}

void write_plot(Export& e) {
  const auto line = e.index();
  const auto plots = e.request.metric.empty() ? folds::default_plots(*line, folds::metrics_of(*line)) : plots_named(e.request.metric, *line);
  if (plots.empty()) throw NotThis("nothing was measured in this run: there is no metric to plot");
  const Picture picture = plots_picture(*line, plots, e.shown(), true);
  e.warning = picture.note;
  e.out.write(picture.svg);
}

}  // namespace exports
