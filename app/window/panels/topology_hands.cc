// The hands of the topology panel: what a press, a drag and a release mean, and what of it is seen before it is done.
#include <cmath>

#include "app/window/input.h"
#include "app/window/panels/topology.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kSlack = 4;              // A hand may move so far and still click.
constexpr float kStep = 5;               // Between two points of a line that is drawn.

bool is_down(int key) { return ImGui::GetIO().KeysDown[key]; }

}  // namespace

void Topology::handle(const View& view, Selection& selection, Commands& commands) {
  const ImGuiIO& io = ImGui::GetIO();
  const Point mouse = pt(io.MousePos);
  ImGui::SetCursorScreenPos(im(lens_.window.least));
  ImGui::InvisibleButton("ground", {std::max(1.0f, lens_.window.width()), std::max(1.0f, lens_.window.height())},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight | ImGuiButtonFlags_MouseButtonMiddle);
  const bool hovered = ImGui::IsItemHovered();
  if (gesture_.what == Gesture::What::none) {
    if (!menu_.is_open()) under_ = hovered ? hit(drawing_, layout_, mouse) : Hit{};
    if (!is_there(under_)) under_ = {};
    if (!hovered) return;
    if (io.MouseWheel != 0) {
      const float zoom = lens_.camera.zoom * std::pow(1.2f, io.MouseWheel);
      lens_.camera.zoom_at(mouse, std::clamp(zoom, 0.03f * lens_.scale, 12 * lens_.scale));
      fitted_ = false;
    }
    if (ImGui::IsMouseDoubleClicked(0)) {
      if (under_.what == Hit::What::ground) return fit();
      if (under_.what == Hit::What::node) return toggle_group(drawing_.nodes[under_.index].group);
    }
    for (const int button : {0, 1, 2})
      if (ImGui::IsMouseClicked(button)) return press(button);
    return;
  }
  if (!is_there(under_)) under_ = {};
  if (is_down(kEscape)) {                 // Nothing has happened.
    if (gesture_.what == Gesture::What::node) move_site(gesture_.on.index, gesture_.grabbed);
    lens_.carried_by = {};
    gesture_ = {};
    return;
  }
  if (io.MouseDown[gesture_.button]) return drag();
  release(view, selection, commands);
  gesture_ = {};
}

void Topology::press(int button) {
  gesture_ = {};
  gesture_.what = Gesture::What::press, gesture_.button = button;
  gesture_.pressed = pt(ImGui::GetIO().MousePos), gesture_.on = under_;
  gesture_.shift = ImGui::GetIO().KeyShift;
  if (under_.what == Hit::What::node) gesture_.grabbed = places_.sites[under_.index].at;
  const std::size_t i = under_.index;
  switch (under_.what) {
    case Hit::What::cut:
    case Hit::What::cut_close: gesture_.cut = drawing_.cuts[i].cut; break;
    case Hit::What::link: gesture_.from = drawing_.links[i].from, gesture_.to = drawing_.links[i].to; break;
    case Hit::What::flow: gesture_.from = drawing_.flows[i].from, gesture_.to = drawing_.flows[i].to; break;
    case Hit::What::dot: gesture_.row = drawing_.dots[i].row, gesture_.from = drawing_.dots[i].from, gesture_.to = drawing_.dots[i].to; break;
    case Hit::What::lost: gesture_.row = drawing_.crosses[i].row, gesture_.from = drawing_.crosses[i].from, gesture_.to = drawing_.crosses[i].to; break;
    case Hit::What::ground:
    case Hit::What::node:
    case Hit::What::legend: break;
  }
}

bool Topology::is_there(Hit what) const {
  using What = Hit::What;
  const auto sizes = {std::pair{What::node, drawing_.nodes.size()}, {What::dot, drawing_.dots.size()}, {What::lost, drawing_.crosses.size()},
                      {What::link, drawing_.links.size()}, {What::flow, drawing_.flows.size()}, {What::cut, drawing_.cuts.size()},
                      {What::cut_close, drawing_.cuts.size()}, {What::legend, layout_.legend.size()}};
  for (const auto& [kind, size] : sizes)
    if (kind == what.what) return what.index < size;
  return true;
}

void Topology::drag() {
  using What = Gesture::What;
  const ImGuiIO& io = ImGui::GetIO();
  const Point mouse = pt(io.MousePos), off = mouse - gesture_.pressed;
  if (gesture_.what == What::press) {
    if (length(off) < px(kSlack)) return;
    if (gesture_.button != 0) gesture_.what = What::pan;
    else if (gesture_.on.what == Hit::What::node) gesture_.what = What::node;
    else if (gesture_.on.what == Hit::What::cut) gesture_.what = What::cut;
    else if (gesture_.on.what == Hit::What::cut_close || gesture_.on.what == Hit::What::legend) return;
    else gesture_.what = gesture_.shift ? What::band : What::line, gesture_.line = {lens_.camera.plane(gesture_.pressed)};
  }
  switch (gesture_.what) {
    case What::pan:
      lens_.camera.at = lens_.camera.at + pt(io.MouseDelta);
      fitted_ = false;
      break;
    case What::node: move_site(gesture_.on.index, gesture_.grabbed + off * (1 / lens_.camera.zoom)); break;
    case What::cut: lens_.carried_by = off * (1 / lens_.camera.zoom); break;
    case What::line:
      if (distance(lens_.camera.screen(gesture_.line.back()), mouse) >= px(kStep)) gesture_.line.push_back(lens_.camera.plane(mouse));
      break;
    case What::none:
    case What::press:
    case What::band: break;
  }
}

// Of a node that is let go out of its ring, or back in it; of a line, a band, a cut that was carried.
std::vector<std::string> Topology::would_do(const View& view) const {
  using What = Gesture::What;
  const auto& nodes = view.run.header().nodes;
  switch (gesture_.what) {
    case What::line: {
      auto line = gesture_.line;
      line.push_back(lens_.camera.plane(pt(ImGui::GetIO().MousePos)));
      return cut_commands(nodes, places_, meant_links(places_, crossed_links(places_, line)));
    }
    case What::band:
      return split_commands(nodes, places_, box_around(lens_.camera.plane(gesture_.pressed), lens_.camera.plane(pt(ImGui::GetIO().MousePos))));
    case What::cut: {
      if (length(lens_.carried_by) * lens_.camera.zoom < px(12)) return {};
      const auto curve = curve_of(places_, gesture_.cut, lens_.carried_by);
      // A cut within a group stays one, also where it is carried across the links of clients.
      auto crossed = crossed_links(places_, curve);
      std::set<std::size_t> groups;
      for (const auto* side : {&gesture_.cut.a, &gesture_.cut.b})
        for (const auto id : *side) groups.insert(places_.of(id).group);
      std::erase_if(crossed, [&](const auto& pair) { return groups.count(places_.of(pair.first).group) == 0 || groups.count(places_.of(pair.second).group) == 0; });
      const auto cuts = cut_commands(nodes, places_, crossed);
      std::vector<std::string> all{heal_command(nodes, gesture_.cut)};
      all.insert(all.end(), cuts.begin(), cuts.end());
      // Moved, but still across the same links: nothing changes.
      const Cut& was = gesture_.cut;
      const std::string same = "partition " + who(nodes, std::min(was.a, was.b)) + " | " + who(nodes, std::max(was.a, was.b));
      if (cuts.size() == 1 && cuts[0] == same) return {};
      return all;
    }
    case What::node: {
      const Site& site = places_.sites[gesture_.on.index];
      if (site.node == core::kNobody) return {};
      const bool was_out = out_of_group(places_, site.node, gesture_.grabbed), is_out = out_of_group(places_, site.node, site.at);
      std::size_t cut = 0;
      Ids rest;
      for (const auto other : places_.groups[site.group].nodes)
        if (other != site.node) rest.push_back(other);
      for (const auto& link : view.moment.links)
        cut += link.from == site.node && link.faults.cut && std::find(rest.begin(), rest.end(), link.to) != rest.end() ? 1 : 0;
      if (is_out && cut < rest.size()) return {"isolate " + who(nodes, {site.node})};
      if (was_out && !is_out && cut > 0) return {"heal " + who(nodes, {site.node}) + " | " + who(nodes, rest)};
      return {};
    }
    case What::none:
    case What::press:
    case What::pan: break;
  }
  return {};
}

void Topology::release(const View& view, Selection& selection, Commands& commands) {
  if (gesture_.what == Gesture::What::press) {
    if (gesture_.button == 0) click(view, selection, commands);
    if (gesture_.button == 1) open_menu(selection);
    return;
  }
  commands.give(would_do(view));
  lens_.carried_by = {};
}

void Topology::click(const View& view, Selection& selection, Commands& commands) {
  using What = Hit::What;
  const Hit on = gesture_.on;
  switch (on.what) {
    case What::ground:
      selection.node = selection.link_from = selection.link_to = core::kNobody;
      picked_.clear();
      break;
    case What::node: click_node(on.index, gesture_.shift, selection); break;
    case What::dot:
    case What::lost: selection.row = gesture_.row; break;
    case What::link:
    case What::flow:
      selection.link_from = gesture_.from, selection.link_to = gesture_.to;
      selection.node = core::kNobody;
      break;
    case What::cut: menu_.open_cut(gesture_.cut); break;
    case What::cut_close:
      commands.give(heal_command(view.run.header().nodes, gesture_.cut));
      break;
    case What::legend:
      if (on.index < drawing_.legend.size()) {
        const auto& name = drawing_.legend[on.index].name;
        if (hidden_.erase(name) == 0) hidden_.insert(name);
      }
      break;
  }
}

void Topology::click_node(std::size_t site, bool shift, Selection& selection) {
  const core::NodeId node = places_.sites[site].node;
  if (node == core::kNobody) return;
  selection.link_from = selection.link_to = core::kNobody;
  if (!shift) {
    picked_.clear();
    selection.node = node;
    return;
  }
  if (selection.node != core::kNobody) picked_.insert(selection.node);
  if (picked_.count(node) != 0 && picked_.size() > 1) picked_.erase(node), selection.node = *picked_.begin();
  else picked_.insert(node), selection.node = node;
}

void Topology::open_menu(Selection& selection) {
  using What = Hit::What;
  const auto members = [&](core::NodeId id) {
    const GroupPlace& group = places_.group_of(id);
    return group.folded ? group.nodes : Ids{id};
  };
  const Hit on = gesture_.on;
  switch (on.what) {
    case What::node: {
      const Site& site = places_.sites[on.index];
      if (site.node == core::kNobody) return menu_.open_nodes(places_.groups[site.group].nodes);
      if (picked_.count(site.node) != 0) return menu_.open_nodes({picked_.begin(), picked_.end()});
      picked_.clear();
      selection.node = site.node, selection.link_from = selection.link_to = core::kNobody;
      return menu_.open_nodes({site.node});
    }
    case What::link:
    case What::flow:
    case What::dot:
    case What::lost: return menu_.open_link(members(gesture_.from), members(gesture_.to));
    case What::cut:
    case What::cut_close: return menu_.open_cut(gesture_.cut);
    case What::ground:
    case What::legend: return menu_.open_ground();
  }
}

// What is seen while the hand is still down: the line, what it would cut, the leash, and the command that follows.
void Topology::paint_gesture(const View& view) const {
  using What = Gesture::What;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Point mouse = pt(ImGui::GetIO().MousePos);
  const Theme& t = theme();
  const auto commands = would_do(view);
  if (gesture_.what == What::line) {
    auto line = gesture_.line;
    line.push_back(lens_.camera.plane(mouse));
    for (const auto& [a, b] : meant_links(places_, crossed_links(places_, line))) {
      const Point from = lens_.camera.screen(places_.of(a).at), to = lens_.camera.screen(places_.of(b).at), way = unit(to - from);
      paint_dashed(list, from + way * rim_of(places_.of(a), lens_, way), to - way * rim_of(places_.of(b), lens_, way * -1), t.bad, px(1.6f));
    }
    std::vector<ImVec2> points;
    for (const Point p : line) points.push_back(im(lens_.camera.screen(p)));
    list.AddPolyline(points.data(), static_cast<int>(points.size()), faded(t.bad, 0.16f), 0, px(13));
    list.AddPolyline(points.data(), static_cast<int>(points.size()), t.bad, 0, px(2.2f));
  }
  if (gesture_.what == What::band) {
    const Box band = box_around(gesture_.pressed, mouse);
    list.AddRectFilled(im(band.least), im(band.greatest), faded(t.bad, 0.1f), px(6));
    list.AddRect(im(band.least), im(band.greatest), t.bad, px(6), 0, px(1.5f));
  }
  if (gesture_.what == What::node && !places_.groups[places_.sites[gesture_.on.index].group].clients) {
    const Site& site = places_.sites[gesture_.on.index];
    const GroupPlace& group = places_.groups[site.group];
    const float far = distance(site.at, group.centre), leash = leash_of(group);
    // The leash is seen when the hand comes near it; past it, the node is about to be isolated.
    const float near = std::clamp((far - leash + 90) / 90, 0.0f, 1.0f);
    if (near > 0 && group.nodes.size() > 1 && !group.folded) {
      const bool out = !commands.empty();
      const int dashes = 72;
      for (int i = 0; i < dashes; ++i) {
        const float from = 6.2831853f * static_cast<float>(i) / dashes;
        list.PathArcTo(im(lens_.camera.screen(group.centre)), leash * lens_.camera.zoom, from, from + 0.05f, 3);
        list.PathStroke(faded(out ? t.bad : t.strong_line, near * 0.8f), 0, px(out ? 2.0f : 1.2f));
      }
      if (out) list.AddCircle(im(lens_.camera.screen(site.at)), pixel_radius(lens_) + px(9), t.bad, 0, px(2));
    }
  }
  if (gesture_.what == What::none || gesture_.what == What::press || gesture_.what == What::pan) return;
  std::string words;
  for (const auto& command : commands) words += (words.empty() ? "" : "\n") + shortened(command, px(420), look().fonts.mono);
  if (commands.size() > 6) words = std::to_string(commands.size()) + " commands: " + commands.front() + " ...";
  if (words.empty() && gesture_.what == What::line) words = "draw across links to cut them";
  if (words.empty() && gesture_.what == What::band) words = "around nodes: from the rest";
  if (words.empty() && gesture_.what == What::cut) words = "to other links";
  if (words.empty()) return;
  probe("preview:" + words, im(mouse), im(mouse));
  paint_note(list, mouse + Point{px(16), px(16)}, words, commands.empty() ? t.strong_line : t.bad, lens_.window);
}

}  // namespace window
