// The moments of a run that somebody kept, with his notes. They lie in the run's file, so whoever gets that sees them, and it
// opens where its author wants it to be looked at first.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/window/look.h"
#include "app/window/view.h"

namespace window {

struct Bookmarks {
  void draw(const View& view, Commands& commands);

 private:
  void draw_one(const View& view, std::size_t which, Commands& commands);
  void know(const View& view);

  std::shared_ptr<const record::Bookmarks> all_;   // As they are;
  std::vector<std::string> notes_;                 // as they are being written.
};

// What a bookmark is called where there is little room: its note, or its time.
std::string bookmark_text(const record::Bookmark& one);
// Its little flag, with the staff at `at.x`.
void paint_flag(ImDrawList& list, ImVec2 at, bool opens);

}  // namespace window
