#include "app/window/panels/topology_menu.h"

#include <cmath>

#include "app/window/widgets.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

using core::Duration;

constexpr const char* kId = "topology menu";

std::string help_of(std::string_view command) {
  const auto verb = command.substr(0, command.find(' '));
  for (const auto& form : world::command_forms())
    if (form.verb == verb) return std::string(form.help);
  return {};
}

// A row: what it is called at the left, the command that it gives at the right. True when chosen.
bool row(const std::string& label, const std::string& command, bool enabled = true) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, tall = px(26);
  ImGui::PushID(label.data(), label.data() + label.size());
  const bool pressed = ImGui::InvisibleButton("row", {width, tall}) && enabled;
  const bool hovered = ImGui::IsItemHovered();
  ImGui::PopID();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (hovered && enabled) list.AddRectFilled(at, {at.x + width, at.y + tall}, theme().hovered, px(4));
  ImFont* const mono = look().fonts.small_mono;
  const float label_width = text_size(label).x;
  draw_text(list, {at.x + px(8), at.y + px(5)}, label, enabled ? theme().text : theme().faint);
  const std::string shown = shortened(command, width - label_width - px(36), mono);
  draw_text(list, {at.x + width - px(8), at.y + px(7)}, shown, hovered && enabled ? theme().muted : theme().faint, mono, 1);
  probe("menu:" + label, at, {at.x + width, at.y + tall});
  const std::string help = help_of(command);
  tooltip(command + (help.empty() ? "" : "\n" + help));
  return pressed;
}

// Gives its command, and closes the menu.
bool give_row(const std::string& label, const std::string& command, Commands& commands, bool enabled = true) {
  if (!row(label, command, enabled)) return false;
  commands.give(command);
  ImGui::CloseCurrentPopup();
  return true;
}

std::string number(double v) {
  std::string text;
  core::TextWriter(text).put(v);
  return text;
}

double ms_of(Duration d) { return static_cast<double>(d.count()) / 1e6; }
Duration of_ms(double ms) { return Duration(static_cast<std::int64_t>(std::llround(ms * 1e3)) * 1000); }

// Round numbers, as a person would write them.
double rounded(double v) {
  if (v == 0) return 0;
  const double size = std::pow(10, std::floor(std::log10(std::abs(v))) - 1);
  return std::round(v / size) * size;
}

std::string joined(const std::string& before, const std::string& text) { return before + " " + text; }

}  // namespace

void TopologyMenu::begin(About about) {
  about_ = about, wanted_ = true, way_ = 0;
  drafts_.clear();
  words_.clear();
}
void TopologyMenu::open_ground() { begin(About::ground); }
void TopologyMenu::open_nodes(Ids nodes) { begin(About::nodes), nodes_ = std::move(nodes), tab_ = 0; }
void TopologyMenu::open_link(Ids from, Ids to) { begin(About::link), nodes_ = std::move(from), to_ = std::move(to); }
void TopologyMenu::open_cut(Cut cut) { begin(About::cut), cut_ = std::move(cut); }

TopologyMenu::Asked TopologyMenu::draw(const View& view, const Places& places, Commands& commands) {
  Asked asked;
  if (std::exchange(wanted_, false)) ImGui::OpenPopup(kId);
  ImGui::SetNextWindowSize({px(about_ == About::ground ? 340.0f : 400.0f), 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(10, 10));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(6, 1));
  open_ = ImGui::BeginPopup(kId, ImGuiWindowFlags_NoMove);
  if (open_) {
    if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape)) && !ImGui::IsAnyItemActive()) ImGui::CloseCurrentPopup();
    switch (about_) {
      case About::ground: draw_ground(view, commands, asked); break;
      case About::nodes: draw_nodes(view, places, commands, asked); break;
      case About::link: draw_link(view, commands); break;
      case About::cut: draw_cut(view, commands); break;
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
  return asked;
}

void TopologyMenu::amount(const Amount& what, double present, Commands& commands) {
  using Unit = Amount::Unit;
  const auto draft = drafts_.find(what.label);
  double value = draft != drafts_.end() ? draft->second : present;
  const auto text = [&](double v) -> std::string {
    const std::string sign = (what.unit == Unit::signed_ms || what.unit == Unit::signed_percent) && v > 0 ? "+" : "";
    if (what.can_be_off && v == 0) return "off";
    switch (what.unit) {
      case Unit::ms:
      case Unit::signed_ms: return sign + core::text(of_ms(v));
      case Unit::percent:
      case Unit::signed_percent: return sign + number(v) + "%";
      case Unit::bytes: return std::to_string(static_cast<std::uint64_t>(v)) + "KiB";
      case Unit::rate: return number(v);
    }
    return {};
  };
  ImGui::PushID(what.label.c_str());
  const float off_width = what.can_be_off ? px(52) : 0;
  bool released = false;
  if (ImGui::BeginTable("amount", 2)) {
    ImGui::TableSetupColumn("slider", ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableSetupColumn("off", ImGuiTableColumnFlags_WidthFixed, off_width);
    ImGui::TableNextColumn();
    const std::string shown = value == 0 && !what.at_zero.empty() ? what.at_zero : joined(what.before, text(rounded(value)));
    if (slider(what.label, value, what.least, what.greatest, shown, what.least > 0, released,
               joined(what.before, "...") + "\n" + help_of(what.before)))
      drafts_[what.label] = rounded(value);
    ImGui::TableNextColumn();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + px(2));
    ButtonLook off;
    off.enabled = present != 0 || value != 0 || !what.at_zero.empty(), off.width = px(48);
    if (what.can_be_off && button("off", off, joined(what.before, "off"))) {
      commands.give(joined(what.before, "off"));
      drafts_[what.label] = 0;
    }
    if (what.can_be_off) probe("off:" + what.label, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
    ImGui::EndTable();
  }
  ImGui::PopID();
  if (released) commands.give(joined(what.before, text(rounded(value))));
}

void TopologyMenu::draw_ground(const View& view, Commands& commands, Asked& asked) {
  section("The cluster");
  give_row("Majority ring", "majority-ring", commands);
  give_row("Bridge", "bridge", commands);
  give_row("Swizzle-clog", "swizzle-clog for 5s", commands);
  give_row("Strobe clocks", "strobe-skews 200ms", commands);
  give_row("Stop composites", "stop", commands);
  give_row("Heal all", "heal", commands);
  gap(6);
  if (const LoadValue load = load_value(view, settings_.at(view)); load.known) {
    amount({"Load", "load", 1, 5000, Amount::Unit::rate, true, load.own_pace && !load.off ? "own pace" : ""}, load.off ? 0 : load.rate, commands);
    gap(6);
  }
  divider();
  gap(4);
  if (row("Fit", "F, double-click")) asked.fit = true, ImGui::CloseCurrentPopup();
  gap(4);
  field("mark", words_, "Mark this moment: a few words", ImGui::GetContentRegionAvail().x - px(76));
  const bool entered = ImGui::IsItemDeactivatedAfterEdit() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter));
  ImGui::SameLine();
  ButtonLook how;
  how.enabled = !words_.empty(), how.width = px(68);
  if ((button("Mark", how, "mark TEXT\nLeaves a note in the recording.") || entered) && !words_.empty()) {
    commands.give("mark " + words_);
    ImGui::CloseCurrentPopup();
  }
}

void TopologyMenu::draw_nodes(const View& view, const Places& places, Commands& commands, Asked& asked) {
  const auto& nodes = view.run.header().nodes;
  text(shortened(who(nodes, nodes_), ImGui::GetContentRegionAvail().x), theme().text, look().fonts.strong);
  gap(8);
  choice("about", {"Life", "Clock", "Disk", "Ask"}, tab_);
  gap(8);
  if (tab_ == 0) draw_life(view, places, commands);
  if (tab_ == 1) draw_clock(view, commands);
  if (tab_ == 2) draw_disk(view, commands);
  if (tab_ == 3) draw_requests(view, places, commands);
  const GroupPlace& group = places.group_of(nodes_.front());
  if (!group.can_fold) return;
  gap(4);
  divider();
  gap(4);
  if (row(group.folded ? "Open the group" : "Fold the group", "double-click")) asked.fold = true, ImGui::CloseCurrentPopup();
}

void TopologyMenu::draw_life(const View& view, const Places& places, Commands& commands) {
  const std::string them = who(view.run.header().nodes, nodes_);
  bool any_up = false, any_down = false, any_paused = false, any_going = false;
  double slow = 0;
  for (const auto id : nodes_) {
    const auto& moment = view.moment.nodes[id - 1];
    any_up = any_up || moment.spell.up, any_down = any_down || !moment.spell.up;
    any_paused = any_paused || (moment.spell.up && moment.spell.paused), any_going = any_going || (moment.spell.up && !moment.spell.paused);
    slow = std::max(slow, ms_of(moment.around.slow));
  }
  give_row("Crash", "crash " + them, commands, any_up);
  give_row("Restart", "restart " + them, commands, any_down);
  give_row("Restart with an empty disk", "restart " + them + " wipe", commands, any_down);
  give_row("Pause", "pause " + them, commands, any_going);
  give_row("Resume", "resume " + them, commands, any_paused);
  // `rest` means the other nodes of their groups: there must be some. A client alone in its group has its servers.
  bool rest = false;
  Ids known;
  for (const auto id : nodes_) {
    const GroupPlace& group = places.group_of(id);
    for (const auto other : group.nodes) rest = rest || (!group.clients && std::find(nodes_.begin(), nodes_.end(), other) == nodes_.end());
    for (const std::size_t to : group.to) known.insert(known.end(), places.groups[to].nodes.begin(), places.groups[to].nodes.end());
  }
  const std::string others = rest ? "rest" : who(view.run.header().nodes, known);
  give_row("Isolate", rest || known.empty() ? "isolate " + them : "partition " + them + " | " + others, commands, !others.empty());
  give_row("Heal", others.empty() ? "heal" : "heal " + them + " | " + others, commands);
  give_row("Flap", "flap " + them + " | " + others + " every 500ms for 5s", commands, !others.empty());
  gap(8);
  amount({"Slow", "slow " + them, 1, 2000, Amount::Unit::ms}, slow, commands);
}

void TopologyMenu::draw_clock(const View& view, Commands& commands) {
  const std::string them = who(view.run.header().nodes, nodes_);
  const auto& around = view.moment.nodes[nodes_.front() - 1].around;
  amount({"Skew", "skew " + them, -1000, 1000, Amount::Unit::signed_ms}, ms_of(around.skew), commands);
  amount({"Drift", "drift " + them, -20, 20, Amount::Unit::signed_percent}, static_cast<double>(around.drift_ppm) / 1e4, commands);
  amount({"Jump", "jump " + them, -5000, 5000, Amount::Unit::signed_ms, false}, 0, commands);
  gap(6);
  give_row("Strobe", "strobe-skews " + them + " 200ms every 100ms for 5s", commands);
}

void TopologyMenu::draw_disk(const View& view, Commands& commands) {
  const std::string disk = "disk " + who(view.run.header().nodes, nodes_);
  const std::string& now = view.moment.nodes[nodes_.front() - 1].around.disk;
  muted(now.empty() ? "Nothing is wrong with it." : "Now: " + now);
  gap(6);
  give_row("Full", disk + " full", commands);
  give_row("Tears writes", disk + " torn", commands);
  give_row("Loses unsynced writes", disk + " lossy", commands);
  give_row("Mend", disk + " ok", commands, !now.empty());
  gap(8);
  amount({"Slow writes", disk + " slow", 1, 1000, Amount::Unit::ms, false}, 1, commands);
  amount({"Failing writes", disk + " failing", 1, 100, Amount::Unit::percent, false}, 1, commands);
}

void TopologyMenu::draw_requests(const View& view, const Places& places, Commands& commands) {
  const auto& nodes = view.run.header().nodes;
  const std::string tell = "tell " + who(nodes, nodes_);
  const auto* kind = catalog::find_kind(nodes[nodes_.front() - 1].kind);
  if (kind == nullptr || kind->tells.empty()) return muted("This kind of node takes no requests.");
  for (const auto& one : kind->tells) {
    const std::string form(one.form);
    const std::size_t blank = form.find(' ');
    const std::string verb = form.substr(0, blank);
    if (blank == std::string::npos) {
      give_row(form, tell + " " + form, commands);
      tooltip(one.help);
      continue;
    }
    // What is still to be said goes into the field below; a node can be picked.
    if (row(form, tell + " " + form)) words_ = verb + " ";
    tooltip(one.help);
  }
  gap(6);
  field("request", words_, "a request in the node's own words", ImGui::GetContentRegionAvail().x - px(64));
  const bool entered = ImGui::IsItemDeactivatedAfterEdit() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter));
  ImGui::SameLine();
  ButtonLook how;
  how.enabled = words_.find_first_not_of(' ') != std::string::npos, how.width = px(56);
  if ((button("Tell", how, tell + " " + words_) || entered) && how.enabled) {
    commands.give(tell + " " + words_.substr(0, words_.find_last_not_of(' ') + 1));
    ImGui::CloseCurrentPopup();
  }
  const Ids& peers = places.group_of(nodes_.front()).nodes;
  if (words_.empty() || peers.size() < 2 || peers.size() > 9) return;
  gap(6);
  for (const auto id : peers) {
    if (button(who(nodes, {id}))) words_ += (words_.back() == ' ' ? "" : " ") + who(nodes, {id});
    ImGui::SameLine(0, px(4));
  }
  ImGui::NewLine();
}

void TopologyMenu::draw_link(const View& view, Commands& commands) {
  const auto& nodes = view.run.header().nodes;
  const std::string a = who(nodes, nodes_), b = who(nodes, to_);
  text(shortened(a + " \u2194 " + b, ImGui::GetContentRegionAvail().x), theme().text, look().fonts.strong);
  gap(8);
  choice("way", {"both ways", "from " + shortened(a, px(70)), "from " + shortened(b, px(70))}, way_);
  gap(8);
  const std::string from = way_ == 2 ? b : a, to = way_ == 2 ? a : b;
  const std::string arrow = way_ == 0 ? " <-> " : " -> ", links = from + arrow + to;
  world::LinkFaults now;
  for (const auto& link : view.moment.links) {
    const bool there = link.from == nodes_.front() && link.to == to_.front(), back = link.from == to_.front() && link.to == nodes_.front();
    if ((there && way_ != 2) || (back && (way_ == 2 || (way_ == 0 && now == world::LinkFaults{})))) now = link.faults;
  }
  const std::string sides = from + (way_ == 0 ? " | " : " -> ") + to;
  give_row("Cut", "partition " + sides, commands, !now.cut);
  give_row("Cut, breaking connections", "partition " + sides + " reset", commands, !now.cut);
  give_row("Heal", "heal " + sides, commands, now.cut);
  give_row(now.clogged ? "Unclog" : "Clog", "clog " + links + (now.clogged ? " off" : ""), commands);
  gap(6);
  using Unit = Amount::Unit;
  amount({"Delay", "delay " + links, 1, 5000, Unit::ms}, ms_of(now.delay), commands);
  amount({"Jitter", "jitter " + links, 1, 2000, Unit::ms}, ms_of(now.jitter), commands);
  amount({"Loss", "loss " + links, 0, 100, Unit::percent}, now.loss * 100, commands);
  amount({"Duplicate", "duplicate " + links, 0, 100, Unit::percent}, now.duplicate * 100, commands);
  amount({"Reorder", "reorder " + links, 0, 100, Unit::percent}, now.reorder * 100, commands);
  amount({"Corrupt", "corrupt " + links, 0, 100, Unit::percent}, now.corrupt * 100, commands);
  amount({"Bandwidth", "bandwidth " + links, 1, 65536, Unit::bytes}, static_cast<double>(now.bandwidth) / 1024, commands);
}

void TopologyMenu::draw_cut(const View& view, Commands& commands) {
  const auto& nodes = view.run.header().nodes;
  const std::string a = who(nodes, cut_.a), b = who(nodes, cut_.b), heal = heal_command(nodes, cut_);
  text(shortened("Cut: " + a + " | " + b, ImGui::GetContentRegionAvail().x), theme().text, look().fonts.strong);
  gap(8);
  give_row("Heal", heal, commands);
  const auto again = [&](const std::string& label, bool a_to_b, bool b_to_a) {
    const bool already = cut_.a_to_b == a_to_b && cut_.b_to_a == b_to_a;
    const std::string command = again_command(nodes, cut_, a_to_b, b_to_a);
    if (!row(label, command, !already)) return;
    // Only what is healed first can become one-way.
    if (a_to_b && b_to_a) commands.give(command);
    else commands.give(std::vector{heal, command});
    ImGui::CloseCurrentPopup();
  };
  again("Cut both ways", true, true);
  again("Only from " + shortened(a, px(90)), true, false);
  again("Only to " + shortened(a, px(90)), false, true);
}

}  // namespace window
