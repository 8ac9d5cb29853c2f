// Everything that is known of what is picked: a node's fields at this moment, a link, an event.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "app/window/panels/inspector_tree.h"
#include "app/window/view.h"

namespace window {

// The `show` of a node next to a row, before it or after it; kNone: there is none near.
std::size_t show_before(const record::Recording& run, core::NodeId node, std::size_t row);
std::size_t show_after(const record::Recording& run, core::NodeId node, std::size_t row, std::size_t rows);
// Of an event: what it follows from, what became of it, and what follows from it.
struct Causes {
  std::size_t cause = timeline::kNone, counterpart = timeline::kNone;
  std::vector<std::size_t> effects;    // At most so many as fit a list.
};
Causes causes_of(const timeline::Timeline& line, std::size_t row);

struct Inspector {
  void draw(const View& view, Selection& selection, Commands& commands);

 private:
  void draw_node(const View& view, Selection& selection, Commands& commands);
  void draw_around(const View& view, const timeline::NodeMoment& now);
  void draw_shown(const View& view, const timeline::NodeMoment& now, Selection& selection, Commands& commands);
  void draw_event(const View& view, Selection& selection, Commands& commands);
  void draw_link(const View& view, Selection& selection, Commands& commands);
  void draw_way(const View& view, core::NodeId from, core::NodeId to, Selection& selection, Commands& commands);
  void draw_fields(const std::vector<FieldRow>& rows, Selection& selection, Commands& commands);
  void draw_field(const FieldRow& row, float names, Selection& selection, Commands& commands);
  void draw_event_line(const View& view, std::string_view what, std::size_t row, Selection& selection, Commands& commands);

  std::set<std::string> unfolded_;     // Paths of fields.
  // Of the picked node: what it shows, found once for each change.
  std::size_t shown_ = timeline::kNone, before_ = timeline::kNone, after_ = timeline::kNone;
  core::NodeId of_ = core::kNobody;
  std::uint64_t line_ = 0;
  std::size_t rows_ = 0;               // How long the run was then.
  timeline::TextTree tree_, tree_before_;
  // Of the picked event.
  std::size_t event_ = timeline::kNone, event_rows_ = 0;
  Causes causes_;
  timeline::TextTree event_tree_;
  FieldRow menu_field_;
};

}  // namespace window
