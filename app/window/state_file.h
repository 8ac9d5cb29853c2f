// For tests that drive the real window from outside with real keys and a real mouse: after each frame the window says in a
// file what is on it and where, so that they wait for what is so instead of sleeping, and aim by name.
#pragma once
#include <string>
#include <vector>

#include "app/window/look.h"

namespace window {

class Shell;

class StateFile {
 public:
  // Empty: nobody wants it, and it does nothing.
  explicit StateFile(std::string path) : path_(std::move(path)) {}
  bool wanted() const { return !path_.empty(); }
  // Written beside and renamed: who reads sees one frame whole. One fact or probe a line, see the .cc.
  void write(Shell& shell, const std::vector<Probe>& probes);

 private:
  std::string path_, last_;
  std::uint64_t frames_ = 0;
};

}  // namespace window
