// What the right mouse button offers in the space-time diagram.
#include "app/window/decode.h"
#include "app/window/panels/events_menu.h"
#include "app/window/panels/space_time.h"
#include "app/window/widgets.h"

namespace window {

void SpaceTime::draw_menu(const View& view, Selection& selection, Commands& commands) {
  const ImVec2 least = region_least(), greatest = region_greatest();   // Of the diagram: within the menu they are the menu's.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(6, 6));
  if (ImGui::BeginPopup("space-time menu")) {
    if (menu_row_ != kNoRow && menu_row_ < view.line.rows()) {
      event_menu(view, menu_row_, selection, commands);
      const auto event = view.run.at(menu_row_).event;
      const std::size_t send = event.kind == record::EventKind::send ? menu_row_ : view.line.row_of(event.ref);
      if (send != timeline::kNone && send < view.line.rows() && view.run.at(send).event.kind == record::EventKind::send) {
        const auto type = view.run.at(send).event.type;
        if (menu_item("Hide " + view.run.name(type))) hidden_.insert(type);
      }
    } else {
      if (menu_item("Look at " + time_text(menu_at_))) commands.want(Seek{std::min(menu_at_, view.end)});
      if (menu_item("Fork at " + time_text(menu_at_))) commands.want(Fork{std::min(menu_at_, view.end)});
      if (menu_item("See the whole run")) {
        const Stretch all = whole(view.end);
        selection.from = all.from, selection.to = all.to, selection.follow = false;
      }
    }
    if (const auto* const node = view.run.node(menu_node_)) {
      ImGui::Separator();
      if (menu_item("Inspect " + node->name)) selection.node = node->id, selection.row = timeline::kNone;
      if (menu_item("Only " + node->name)) selection.filter = "node:" + node->name;
      const bool folded = folded_.groups.count(node->group) > 0;
      if (!folded && menu_item((lanes_.thin(node->id) ? "Unfold " : "Fold up ") + node->name)) fold_lane(node->id);
      if (menu_item((folded ? "Unfold " : "Fold up ") + node->group)) {
        if (folded) folded_.groups.erase(node->group);
        else folded_.groups.insert(node->group);
      }
    }
    if (!hidden_.empty() && menu_item("Show all kinds of messages")) hidden_.clear();
    if (menu_item("Save as picture")) {
      commands.want(SavePicture{"space-time " + view.lab.name, least.x, least.y, greatest.x, greatest.y});
    }
    if (selection.range && menu_item("Forget the marked range")) selection.range.reset();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace window
