// What the machine may refuse a loopback world.
#pragma once
#include <stdexcept>

namespace world {

// In words: no socket, no file, no room.
class Trouble : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace world
