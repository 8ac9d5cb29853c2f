// The real window: GLFW and OpenGL. The only file that knows them.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/window/input.h"
#include "app/window/look.h"

namespace window {

// There is no display, or it draws too little. One line, in words.
struct NoDisplay : std::exception {
  explicit NoDisplay(std::string reason) : why(std::move(reason)) {}
  const char* what() const noexcept override { return why.c_str(); }
  std::string why;
};

class Host {
 public:
  // Opens it, with an ImGui context. `letters`: of this scale are made meanwhile, for that takes a while, too; 0: none are.
  // Throws NoDisplay.
  Host(int width, int height, bool maximized, float letters = 0);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Waits at most so long for something to happen, and takes it in.
  void wait(double seconds);
  void wake();                                           // From any thread.
  bool closing() const;
  // Gives ImGui what hands did and the size; between them the frame is made.
  void begin_frame(double seconds);
  void end_frame(unsigned int ground);
  void fonts_changed();                                  // The texture is made anew.

  double seconds() const;                                // Since the window opened.
  float content_scale() const;
  void size(int& width, int& height) const;
  bool maximized() const;
  void full_screen(bool on);
  void copy(const std::string& text);
  std::vector<std::string> dropped();                    // Files that were dropped since the last call.
  const Fonts& letters() const;
  Input input;
  bool touched = true;                                   // Something happened that may change the picture.

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace window
