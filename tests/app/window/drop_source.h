// Drops a file onto a window of an X server as a file manager does: the XDND protocol, version 5.
#pragma once
#include <string>

namespace window {

// Xlib is here, to be opened while the test runs: the program itself does not need it.
bool can_drop_files();
// At this place of the screen, and says how it went: "finished", or what did not come.
std::string drop_file(const std::string& display, const std::string& uri, int x, int y);

}  // namespace window
