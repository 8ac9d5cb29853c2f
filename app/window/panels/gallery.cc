#include "app/window/panels/gallery.h"

#include "app/window/widgets.h"

namespace window {

void Gallery::draw(const std::vector<guide::Lab>& labs, const std::map<std::string, library::LabProgress>&,
                   const std::vector<library::RunEntry>&, Commands& commands) {
  for (const auto& lab : labs)
    if (button(lab.title)) commands.want(OpenLab{lab.name, {}, false, {}});
}

}  // namespace window
