// `?`: what every key does, made from the list of actions; and what hands can do on the topology.
#pragma once
#include "app/window/actions.h"

namespace window {

struct Help {
  bool open = false;
  void draw();
};

}  // namespace window
