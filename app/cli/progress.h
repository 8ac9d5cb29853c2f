// A line that is written over and over, for who waits at a terminal.
#pragma once
#include <functional>

namespace cli {

// Told which part of 1 is done; goes on always. Empty when the standard error is no terminal.
std::function<bool(double)> progress_line();

// The same for what is ended by throwing: at Ctrl-C an Interrupted comes out. See interruptible.h.
struct Interrupted {};
std::function<void(double)> interruptible_line();

}  // namespace cli
