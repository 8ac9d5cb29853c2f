#include "app/window/panels/guide.h"

#include "app/window/widgets.h"

namespace window {

void Guide::draw(const View& view, const library::LabProgress&, Selection&, Commands&) {
  text(view.lab.title, theme().text, look().fonts.title);
}

}  // namespace window
