#include "app/window/host.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <future>
#include <string_view>
#include <utility>

#include "backends/imgui_impl_opengl3.h"
#include "imgui.h"

// The two calls of OpenGL that ImGui's backend leaves to the window.
extern "C" {
void glViewport(int x, int y, int width, int height);
void glClearColor(float red, float green, float blue, float alpha);
void glClear(unsigned int mask);
}

namespace window {

static_assert(kSpace == GLFW_KEY_SPACE && kA == GLFW_KEY_A && kZ == GLFW_KEY_Z && k9 == GLFW_KEY_9 && kEnd == GLFW_KEY_END &&
              kF12 == GLFW_KEY_F12 && kRightSuper == GLFW_KEY_RIGHT_SUPER && kSlash == GLFW_KEY_SLASH && kEqual == GLFW_KEY_EQUAL &&
              kKeypadEnter == GLFW_KEY_KP_ENTER && kShift == GLFW_KEY_LEFT_SHIFT && kMinus == GLFW_KEY_MINUS);

struct Host::Inside {
  GLFWwindow* window = nullptr;
  GLFWcursor* cursors[ImGuiMouseCursor_COUNT] = {};
  std::vector<std::string> dropped;
  int x = 0, y = 0, width = 0, height = 0;   // Before it filled the screen.
  ImFontAtlas atlas;
  Fonts letters;
};

namespace {

Host& host_of(GLFWwindow* window) { return *static_cast<Host*>(glfwGetWindowUserPointer(window)); }

std::string reason() {
  const char* words = nullptr;
  glfwGetError(&words);
  return words != nullptr ? words : "the display gives no reason";
}

// A key is what stands on it: GLFW counts keys by their place on an American keyboard, on which a German Z is a Y.
int by_layout(int key, int scancode) {
  const char* const name = key < kEscape ? glfwGetKeyName(key, scancode) : nullptr;
  if (name == nullptr || name[0] == 0 || name[1] != 0) return key;
  const char c = name[0];
  if (c >= 'a' && c <= 'z') return kA + (c - 'a');
  if (c == '+') return kEqual;
  const std::string_view known = "0123456789,-./=";
  return known.find(c) != known.npos ? c : key;
}

void listen(GLFWwindow* window) {
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double x, double y) {
    host_of(w).touched = true;
    host_of(w).input.move(static_cast<float>(x), static_cast<float>(y));
  });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    host_of(w).touched = true;
    if (entered == 0) host_of(w).input.leave();
  });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int which, int action, int) {
    // The position of now belongs to the press, wherever the mouse was at the last frame.
    double x = 0, y = 0;
    glfwGetCursorPos(w, &x, &y);
    host_of(w).touched = true;
    host_of(w).input.move(static_cast<float>(x), static_cast<float>(y));
    host_of(w).input.button(which, action != GLFW_RELEASE);
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
    host_of(w).touched = true;
    host_of(w).input.wheel(static_cast<float>(x), static_cast<float>(y));
  });
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int scancode, int action, int) {
    host_of(w).touched = true;
    if (action != GLFW_REPEAT) host_of(w).input.key(by_layout(key, scancode), action == GLFW_PRESS);
  });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned int code) {
    host_of(w).touched = true;
    host_of(w).input.character(code);
  });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int focused) {
    host_of(w).touched = true;
    if (focused == 0) host_of(w).input.release_all();
  });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { host_of(w).touched = true; });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { host_of(w).touched = true; });
}

}  // namespace

Host::Host(int width, int height, bool maximized, float letters) : inside_(new Inside) {
  std::future<Fonts> made;
  if (letters > 0) made = std::async(std::launch::async, [this, letters] { return build_fonts(inside_->atlas, letters); });
  if (glfwInit() == 0) throw NoDisplay(reason());
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, 1);
  glfwWindowHint(GLFW_MAXIMIZED, maximized ? 1 : 0);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "faultline");
  inside_->window = glfwCreateWindow(width, height, "Faultline", nullptr, nullptr);
  if (inside_->window == nullptr) {
    const std::string why = reason();
    glfwTerminate();
    throw NoDisplay(why);
  }
  glfwMakeContextCurrent(inside_->window);
  glfwSwapInterval(1);
  glfwSetWindowUserPointer(inside_->window, this);
  listen(inside_->window);
  glfwSetDropCallback(inside_->window, [](GLFWwindow* w, int count, const char** paths) {
    host_of(w).touched = true;
    host_of(w).inside_->dropped.assign(paths, paths + count);
  });
  const std::pair<int, int> shapes[] = {{ImGuiMouseCursor_Arrow, GLFW_ARROW_CURSOR}, {ImGuiMouseCursor_TextInput, GLFW_IBEAM_CURSOR},
                                        {ImGuiMouseCursor_ResizeNS, GLFW_VRESIZE_CURSOR}, {ImGuiMouseCursor_ResizeEW, GLFW_HRESIZE_CURSOR},
                                        {ImGuiMouseCursor_Hand, GLFW_HAND_CURSOR}};
  for (const auto& [which, shape] : shapes) inside_->cursors[which] = glfwCreateStandardCursor(shape);
  if (made.valid()) inside_->letters = made.get();
  // Only now: with no context there is nothing in ImGui that two threads would share.
  ImGui::CreateContext(&inside_->atlas);
  Input::map_keys();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
  io.SetClipboardTextFn = [](void* window, const char* text) { glfwSetClipboardString(static_cast<GLFWwindow*>(window), text); };
  io.GetClipboardTextFn = [](void* window) { return glfwGetClipboardString(static_cast<GLFWwindow*>(window)); };
  io.ClipboardUserData = inside_->window;
  ImGui_ImplOpenGL3_Init("#version 330 core");
}

Host::~Host() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(inside_->window);
  glfwTerminate();
}

void Host::wait(double seconds) {
  if (input.waiting() || seconds <= 0)
    glfwPollEvents();
  else
    glfwWaitEventsTimeout(seconds);
}
void Host::wake() { glfwPostEmptyEvent(); }
bool Host::closing() const { return glfwWindowShouldClose(inside_->window) != 0; }

void Host::begin_frame(double seconds) {
  touched = false;
  ImGuiIO& io = ImGui::GetIO();
  int width = 0, height = 0;
  glfwGetFramebufferSize(inside_->window, &width, &height);
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  io.DeltaTime = static_cast<float>(seconds > 1e-4 ? seconds : 1e-4);
  input.feed();
  ImGui_ImplOpenGL3_NewFrame();
}

void Host::end_frame(unsigned int ground) {
  const ImGuiIO& io = ImGui::GetIO();
  if (GLFWcursor* const cursor = inside_->cursors[ImGui::GetMouseCursor() < 0 ? 0 : ImGui::GetMouseCursor()])
    glfwSetCursor(inside_->window, cursor);
  glViewport(0, 0, static_cast<int>(io.DisplaySize.x), static_cast<int>(io.DisplaySize.y));
  const auto part = [&](int shift) { return static_cast<float>(ground >> shift & 255u) / 255.0f; };
  glClearColor(part(0), part(8), part(16), 1);
  glClear(0x4000);   // GL_COLOR_BUFFER_BIT
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(inside_->window);
}

void Host::fonts_changed() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

const Fonts& Host::letters() const { return inside_->letters; }
double Host::seconds() const { return glfwGetTime(); }
float Host::content_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(inside_->window, &x, &y);
  return x;
}
void Host::size(int& width, int& height) const { glfwGetWindowSize(inside_->window, &width, &height); }
bool Host::maximized() const { return glfwGetWindowAttrib(inside_->window, GLFW_MAXIMIZED) != 0; }

void Host::full_screen(bool on) {
  Inside& in = *inside_;
  if (on) {
    glfwGetWindowPos(in.window, &in.x, &in.y);
    glfwGetWindowSize(in.window, &in.width, &in.height);
    GLFWmonitor* const monitor = glfwGetPrimaryMonitor();
    if (monitor == nullptr) return;
    const GLFWvidmode* const mode = glfwGetVideoMode(monitor);
    glfwSetWindowMonitor(in.window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  } else if (in.width > 0) {
    glfwSetWindowMonitor(in.window, nullptr, in.x, in.y, in.width, in.height, 0);
  }
}

void Host::copy(const std::string& text) { glfwSetClipboardString(inside_->window, text.c_str()); }
std::vector<std::string> Host::dropped() { return std::exchange(inside_->dropped, {}); }

}  // namespace window
