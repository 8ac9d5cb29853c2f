// What the space-time diagram says of what lies under the mouse: an event and what became of it, what was done to the world,
// what a node was and for how long, and the moment that is looked at.
#include <cmath>

#include "app/window/decode.h"
#include "app/window/panels/events_menu.h"
#include "app/window/panels/space_time.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"

namespace window {
namespace {

std::string event_words(const timeline::Timeline& line, const SpaceTimeShapes& shapes, const timeline::Cone& cone, std::uint32_t row) {
  std::string words = event_card(line, row);
  for (const std::string& more : {outcome_text(line, shapes, row), order_text(cone, line.recording().at(row).event.node, row)})
    if (!more.empty()) words += "\n" + more;
  return words;
}

// What the node of a lane was at that time.
std::string role_words(const View& view, const Lane& lane, const TimeAxis& time, core::Time at) {
  for (const RoleRow& row : fold_roles(view.line, lane.group, time, view.end)) {
    if (row.node != lane.nodes.front()) continue;
    for (const RoleBar& bar : row.bars)
      if (at >= bar.from && at < bar.to) return role_text(row, bar);
  }
  return "";
}

}  // namespace

std::string SpaceTime::words_at(const View& view, ImVec2 mouse, const Places& at) const {
  if (hovered_ != kNoRow) return event_words(view.line, shapes_, cone_, hovered_);
  for (const MarkGlyph& glyph : fold_marks(view.line.marks(), time_, px(5)))
    if (std::abs(mouse.x - glyph.x) < px(4)) return glyph_text(view.line, glyph);
  const bool on_moment = std::abs(mouse.x - time_.x(view.at)) < (mouse.y < at.top ? px(40) : px(4));
  if (on_moment) return "The moment that is looked at\n" + exact_time_text(view.at) + wall_below(view.run, view.at);
  const core::Time then = time_.at(mouse.x);
  if (mouse.y > at.bottom || then < core::kStart || then > view.end) return "";
  for (const Lane& lane : lanes_.all)
    if (!lane.folded && std::abs(mouse.y - lane.y) < px(5))
      if (const std::string words = role_words(view, lane, time_, then); !words.empty()) return words;
  std::string words;
  for (const Band& band : faults_.bands(view.line, time_, view.end))
    if (band.node == core::kNobody && then >= band.from && then < band.to && mouse.y > at.top) words += (words.empty() ? "" : "\n") + band_text(band, view.end);
  return words;
}

void SpaceTime::tip(const View& view, const Places& at) {
  if (hold_ != Hold::nothing || ImGui::IsPopupOpen("space-time menu")) return;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  if (!ImGui::IsWindowHovered() || mouse.x < at.names || mouse.y < at.label_y - px(6)) return;
  if (const std::string words = words_at(view, mouse, at); !words.empty()) card_tip(words);
}

}  // namespace window
