// Doors for real clients, of a run over sockets: a switch for each protocol, and where it stands open. All are shut until
// somebody opens one, and they lead from this machine only.
#pragma once
#include "app/window/view.h"

namespace window {

struct Doors {
  // Nothing of a simulated world, nor of a run that is over.
  void draw(const View& view, Commands& commands);
};

}  // namespace window
