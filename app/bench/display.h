// A display for what can only be measured on one: the one there is, or, where there is none, an Xvfb that is started for
// the time of the measurement.
#pragma once
#include <sys/types.h>

#include <string>

namespace bench {

class Display {
 public:
  Display();
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  // Why there is none, in words; empty: there is one, and the environment names it.
  const std::string& missing() const { return missing_; }

 private:
  void start_server();
  pid_t server_ = -1;
  std::string missing_;
};

// Milliseconds from the start of a process of this program, without arguments, to its first frame of the gallery; below 0:
// none came.
double opening_ms();

}  // namespace bench
