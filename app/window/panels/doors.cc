#include "app/window/panels/doors.h"

#include <algorithm>

#include "app/window/card.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"
#include "imgui.h"
#include "labs/doors/doors.h"

namespace window {

void Doors::draw(const View& view, Commands& commands) {
  if (!view.loopback || !view.status.live) return;
  section("Doors for real clients");
  for (const auto& protocol : doors::protocols()) {
    const auto& open = view.status.doors;
    const auto it = std::find_if(open.begin(), open.end(), [&](const doors::Seen& one) { return one.protocol == protocol.name; });
    bool on = it != open.end();
    ImGui::PushID(protocol.name.c_str());
    if (toggle(protocol.name, on, protocol.help)) {
      if (on) commands.want(OpenDoor{protocol.name});
      else commands.want(CloseDoor{protocol.name});
    }
    if (it != open.end()) {
      for (const auto& address : it->addresses) {
        if (quiet_button(address, "Copy the address")) commands.want(CopyText{address});
      }
      text((it->node.empty() ? "" : "to " + it->node + " \u00b7 ") + count_text(static_cast<double>(it->clients)) + (it->clients == 1 ? " client" : " clients") + " \u00b7 " +
               count_text(static_cast<double>(it->asked)) + " asked" + (it->cut_off > 0 ? " \u00b7 " + count_text(static_cast<double>(it->cut_off)) + " cut off" : ""),
           theme().faint, look().fonts.small);
    }
    ImGui::PopID();
  }
  gap(24);
}

}  // namespace window
