// What opens over the plots: the list of metrics that can be added, and the menu of one plot.
#include <algorithm>
#include <utility>

#include "app/window/input.h"
#include "app/window/panels/plots.h"
#include "app/window/plot/csv.h"
#include "app/window/widgets.h"

namespace window {
namespace {

std::string lower(std::string words) {
  std::transform(words.begin(), words.end(), words.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return words;
}

// A line of a list that can be pressed. Names may hold anything: they are no labels of ImGui's.
bool row(const std::string& name, const std::string& words, const std::string& more, float width, bool on = false, bool enabled = true) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = px(26);
  ImGui::PushID(name.data(), name.data() + name.size());
  if (!enabled) ImGui::BeginDisabled();
  const bool pressed = ImGui::InvisibleButton("row", {width, height});
  if (!enabled) ImGui::EndDisabled();
  ImGui::PopID();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (ImGui::IsItemHovered()) list.AddRectFilled(at, {at.x + width, at.y + height}, theme().raised, px(4));
  const float y = at.y + (height - look().fonts.body->FontSize) / 2;
  if (on) draw_icon(list, Icon::check, {at.x + px(12), at.y + height / 2}, px(12), theme().accent);
  list.PushClipRect(at, {at.x + width, at.y + height}, true);
  draw_text(list, {at.x + px(24), y}, words, enabled ? theme().text : theme().faint);
  if (!more.empty()) draw_text(list, {at.x + width - px(8), y + px(1)}, more, theme().faint, look().fonts.small, 1);
  list.PopClipRect();
  probe("row:" + name, at, {at.x + width, at.y + height});
  return pressed;
}

std::string kind_word(core::Metric::Kind kind) {
  return kind == core::Metric::Kind::counter ? "counter" : kind == core::Metric::Kind::gauge ? "gauge" : "timing";
}

}  // namespace

void Plots::draw_add(Frame& frame) {
  if (std::exchange(open_add_, false)) {
    search_.clear(), adding_ = {};
    ImGui::OpenPopup("add plot");
  }
  const float width = px(380);
  ImGui::SetNextWindowPos({region_greatest().x - px(12), region_least().y + px(44)}, ImGuiCond_Appearing, {1, 0});
  ImGui::SetNextWindowSize({width, 0});
  if (!ImGui::BeginPopup("add plot")) return;
  const float inner = ImGui::GetContentRegionAvail().x;
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  field("metric", search_, "Find a metric", inner);
  // Whoever has typed enough to leave one takes it by Enter.
  bool entered = !search_.empty() && (ImGui::IsKeyPressed(kEnter, false) || ImGui::IsKeyPressed(kKeypadEnter, false));
  muted("Nodes");
  ImGui::SameLine(0, px(10));
  std::vector<std::string> ways{"a line each", "sum", "highest", "one"};
  auto way = static_cast<std::size_t>(adding_.nodes);
  if (choice("ways", ways, way)) adding_.nodes = static_cast<PlotSpec::Nodes>(way);
  const auto& nodes = frame.view.run.header().nodes;
  if (adding_.nodes == PlotSpec::Nodes::one) {
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      ButtonLook look;
      look.selected = adding_.node == nodes[n].name;
      ImGui::PushID(static_cast<int>(n));
      if (button(nodes[n].name, look)) adding_.node = nodes[n].name;
      ImGui::PopID();
      const float next = n + 1 < nodes.size() ? text_size(nodes[n + 1].name).x + px(30) : inner;
      if (ImGui::GetItemRectMax().x + px(4) + next < ImGui::GetWindowPos().x + inner) ImGui::SameLine(0, px(4));
    }
  }
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("metrics", {inner, px(280)});
  std::vector<std::string> groups;
  bool any = false;
  const auto matches = [&](const std::string& a, const std::string& b) {
    return lower(a).find(lower(search_)) != std::string::npos || lower(b).find(lower(search_)) != std::string::npos;
  };
  const auto add = [&](PlotSpec spec) {
    plots.push_back({std::move(spec), {}, 0, {}, {}, {}});
    is_changed_by_hand();
    scroll_ = 1e6f;                    // To what was added.
    ImGui::CloseCurrentPopup();
  };
  const float list_width = ImGui::GetContentRegionAvail().x - px(4);
  for (const MetricInfo& info : metrics_) {
    PlotSpec spec = adding_;
    spec.name = info.name;
    if (!matches(info.name, title_of(spec, metrics_))) continue;
    any = true;
    const bool of_node = adding_.nodes != PlotSpec::Nodes::one || std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) {
      return node.name == adding_.node && std::find(info.nodes.begin(), info.nodes.end(), node.id) != info.nodes.end();
    });
    if (row(info.name, title_of(spec, metrics_), kind_word(info.kind) + (info.unit.empty() ? "" : ", " + info.unit), list_width, false, of_node) || (of_node && std::exchange(entered, false))) add(spec);
    tooltip(info.name + (info.help.empty() ? "" : "\n" + info.help));
  }
  for (const auto& node : nodes) {
    if (std::find(groups.begin(), groups.end(), node.group) != groups.end()) continue;
    groups.push_back(node.group);
    PlotSpec spec;
    spec.what = PlotSpec::What::roles, spec.name = node.group;
    if (!matches(node.group, title_of(spec, metrics_))) continue;
    any = true;
    if (row("roles " + node.group, title_of(spec, metrics_), "who is what", list_width) || std::exchange(entered, false)) add(spec);
  }
  if (!any) empty("No metric of that name.");
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::EndPopup();
}

void Plots::draw_menu(Frame& frame) {
  if (std::exchange(open_menu_, false)) ImGui::OpenPopup("plot menu");
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(8, 8));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  const bool open = ImGui::BeginPopup("plot menu");
  if (open && menu_plot_ < plots.size()) {
    One& one = plots[menu_plot_];
    const bool metric = one.spec.what == PlotSpec::What::metric;
    const MetricInfo* const info = metric ? find_metric(metrics_, one.spec.name) : nullptr;
    const float width = px(250);
    bool done = false;
    const auto item = [&](const std::string& words, bool on = false, bool enabled = true) {
      const bool pressed = row(words, words, "", width, on, enabled);
      done = done || pressed;
      return pressed;
    };
    if (metric && item("Copy values at " + time_text(menu_at_))) {
      std::string all = one.folded.title + (one.folded.unit.empty() ? "" : " (" + one.folded.unit + ")") + " at " + time_text(menu_at_) + "\n";
      for (const FoldedLine& line : one.folded.lines) {
        const PlotSource& source = frame.sources[std::min(line.source, frame.sources.size() - 1)];
        all += (line.source > 0 ? source.name + " " : "") + line.name + "\t" + value_at(one.folded, line, source, columns_.name(*source.line, one.spec.name), menu_at_) + "\n";
      }
      frame.commands.want(CopyText{all});
    }
    if (metric && item("Copy what is shown as CSV")) frame.commands.want(CopyText{csv_of(one.folded, frame.sources, one.hidden)});
    if (item("Save as picture")) frame.commands.want(SavePicture{one.folded.title, one.whole.left, one.whole.top, one.whole.right, one.whole.bottom});
    if (metric && item("Log scale", one.spec.log)) one.spec.log = !one.spec.log, is_changed_by_hand();
    if (info != nullptr && info->kind == core::Metric::Kind::counter && item("Total instead of rate", one.spec.total)) one.spec.total = !one.spec.total, is_changed_by_hand();
    if (info != nullptr && info->kind == core::Metric::Kind::timing && item("All samples instead of percentiles", one.spec.samples)) one.spec.samples = !one.spec.samples, is_changed_by_hand();
    if (item("Taller", false, one.spec.tall < 4)) ++one.spec.tall, is_changed_by_hand();
    if (item("Lower", false, one.spec.tall > 1)) --one.spec.tall, is_changed_by_hand();
    if (item("Move up", false, menu_plot_ > 0)) std::swap(plots[menu_plot_], plots[menu_plot_ - 1]), is_changed_by_hand();
    else if (item("Move down", false, menu_plot_ + 1 < plots.size())) std::swap(plots[menu_plot_], plots[menu_plot_ + 1]), is_changed_by_hand();
    if (item("Remove")) plots.erase(plots.begin() + static_cast<std::ptrdiff_t>(menu_plot_)), is_changed_by_hand();
    if (done) ImGui::CloseCurrentPopup();
  }
  if (open) ImGui::EndPopup();
  ImGui::PopStyleVar(2);
}

}  // namespace window
