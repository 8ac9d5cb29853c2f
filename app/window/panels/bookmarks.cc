#include "app/window/panels/bookmarks.h"

#include "app/window/folds.h"
#include "app/window/widgets.h"
#include "imgui.h"

namespace window {

std::string bookmark_text(const record::Bookmark& one) {
  return time_text(one.at) + (one.text.empty() ? "" : "  " + one.text) + (one.opens ? "\nThe run opens here." : "");
}

void paint_flag(ImDrawList& list, ImVec2 at, bool opens) {
  const Colour colour = theme().series[3];
  const float tall = px(9), wide = px(7);
  list.AddRectFilled(at, {at.x + std::max(1.0f, px(1)), at.y + px(14)}, colour);
  // Full where the run opens, and notched else: never by colour alone.
  if (opens) {
    list.AddRectFilled(at, {at.x + wide, at.y + tall}, colour);
  } else {
    const ImVec2 shape[] = {at, {at.x + wide, at.y}, {at.x + wide * 0.6f, at.y + tall / 2}, {at.x + wide, at.y + tall}, {at.x, at.y + tall}};
    list.AddTriangleFilled(shape[0], shape[1], shape[2], colour);
    list.AddTriangleFilled(shape[0], shape[2], shape[4], colour);
    list.AddTriangleFilled(shape[2], shape[3], shape[4], colour);
  }
}

// What is written here is not told with each letter, so what others have changed meanwhile is taken over as a whole.
void Bookmarks::know(const View& view) {
  const auto now = view.run.bookmarks();
  if (now == all_) return;
  all_ = now;
  notes_.clear();
  for (const auto& one : *all_) notes_.push_back(one.text);
}

void Bookmarks::draw(const View& view, Commands& commands) {
  know(view);
  const float side = px(20);
  ImGui::SetCursorPos({side, ImGui::GetCursorPosY() + px(4)});
  ImGui::BeginChild("bookmarks", {ImGui::GetContentRegionAvail().x - side, 0});
  if (button("Bookmark this moment", {}, "B: keeps " + time_text(view.at) + ", in the run's file")) commands.want(AddBookmark{});
  if (all_->empty()) {
    gap(4);
    muted("No moment was kept yet. Bookmarks and their notes stay in the run's file: whoever gets it sees them.");
  } else {
    gap(6);
  }
  for (std::size_t i = 0; i < all_->size(); ++i) draw_one(view, i, commands);
  ImGui::EndChild();
}

void Bookmarks::draw_one(const View& view, std::size_t which, Commands& commands) {
  const record::Bookmark& one = (*all_)[which];
  ImGui::PushID(static_cast<int>(which));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float line = ImGui::GetFrameHeight(), opens = px(120), remove = px(30);
  paint_flag(*ImGui::GetWindowDrawList(), {at.x + px(2), at.y + std::floor((line - px(14)) / 2)}, one.opens);
  ImGui::SetCursorScreenPos({at.x + px(16), at.y});
  ButtonLook how;
  how.width = px(110);
  how.selected = one.at == view.at;
  if (button(time_text(one.at), how, "Look at this moment" + wall_below(view.run, one.at))) commands.want(Seek{one.at});
  probe("bookmark:" + std::to_string(which), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  ImGui::SameLine(0, px(8));
  const float room = ImGui::GetContentRegionAvail().x - opens - remove - px(24);
  field("note", notes_[which], "A note", std::max(px(80), room));
  probe("note:" + std::to_string(which), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  const bool written = ImGui::IsItemDeactivatedAfterEdit();
  ImGui::SameLine(0, px(12));
  record::Bookmarks changed = *all_;
  bool first = one.opens;
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::floor((line - ImGui::GetTextLineHeight()) / 2 - px(3)));
  const bool chosen = check_box("opens here", first, "The run is looked at from here when its file is opened.");
  ImGui::SameLine(0, px(8));
  ImGui::SetCursorScreenPos({ImGui::GetCursorScreenPos().x, at.y});
  const bool removed = icon_button(Icon::close, "remove " + std::to_string(which), {}, "Remove this bookmark");
  if (chosen)
    for (auto& other : changed) other.opens = false;
  changed[which].text = notes_[which];
  changed[which].opens = first;
  if (removed) changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(which));
  if (written || chosen || removed) commands.want(SetBookmarks{std::move(changed)});
  ImGui::PopID();
}

}  // namespace window
