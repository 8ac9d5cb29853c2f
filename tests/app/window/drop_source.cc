#include "tests/app/window/drop_source.h"

#if __has_include(<X11/Xlib.h>)
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <dlfcn.h>

#include <chrono>
#include <thread>

namespace window {
namespace {

// What is needed of Xlib.
class Xlib {
 public:
  Xlib() : library_(::dlopen("libX11.so.6", RTLD_NOW)) {
    if (library_ == nullptr) return;
    load("XOpenDisplay", open), load("XCloseDisplay", close), load("XInternAtom", atom), load("XCreateSimpleWindow", create);
    load("XTranslateCoordinates", translate), load("XGetWindowProperty", property), load("XChangeProperty", change), load("XFree", free);
    load("XSetSelectionOwner", own), load("XSendEvent", send), load("XFlush", flush), load("XPending", pending), load("XNextEvent", next);
  }
  bool there() const { return library_ != nullptr; }

  decltype(&::XOpenDisplay) open = nullptr;
  decltype(&::XCloseDisplay) close = nullptr;
  decltype(&::XInternAtom) atom = nullptr;
  decltype(&::XCreateSimpleWindow) create = nullptr;
  decltype(&::XTranslateCoordinates) translate = nullptr;
  decltype(&::XGetWindowProperty) property = nullptr;
  decltype(&::XChangeProperty) change = nullptr;
  decltype(&::XFree) free = nullptr;
  decltype(&::XSetSelectionOwner) own = nullptr;
  decltype(&::XSendEvent) send = nullptr;
  decltype(&::XFlush) flush = nullptr;
  decltype(&::XPending) pending = nullptr;
  decltype(&::XNextEvent) next = nullptr;

 private:
  template <class F>
  void load(const char* name, F& function) {
    function = reinterpret_cast<F>(::dlsym(library_, name));
  }
  void* library_;                      // Stays open until the test ends.
};

class Source {
 public:
  Source(const Xlib& x, Display* display, std::string uri) : x_(x), display_(display), uri_(std::move(uri)) {
    me_ = x_.create(display_, root(), 0, 0, 1, 1, 0, 0, 0);
    x_.own(display_, atom("XdndSelection"), me_, CurrentTime);
  }
  std::string drop(int left, int top) {
    if (!find(left, top)) return "no window that takes drops";
    tell("XdndEnter", 5L << 24, static_cast<long>(atom("text/uri-list")), 0);
    tell("XdndPosition", 0, (static_cast<long>(left) << 16) | top, CurrentTime);
    bool dropped = false;
    for (int i = 0; i < 1000; ++i) {
      while (x_.pending(display_) > 0) {
        XEvent event;
        x_.next(display_, &event);
        if (event.type == SelectionRequest) give(event.xselectionrequest);
        if (event.type != ClientMessage) continue;
        if (event.xclient.message_type == atom("XdndFinished")) return "finished";
        if (event.xclient.message_type != atom("XdndStatus") || dropped) continue;
        if ((event.xclient.data.l[1] & 1) == 0) return "refused";
        dropped = true;
        tell("XdndDrop", 0, CurrentTime, 0);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return dropped ? "dropped, and no answer" : "no answer";
  }

 private:
  Window root() const { return DefaultRootWindow(display_); }
  Atom atom(const char* name) const { return x_.atom(display_, name, False); }
  // The first window on the way down to this place that says that it takes drops.
  bool find(int left, int top) {
    Window below = root(), child = 0;
    int ignored = 0;
    while (x_.translate(display_, root(), below, left, top, &ignored, &ignored, &child) != 0 && child != 0) {
      below = child;
      Atom type = 0;
      int format = 0;
      unsigned long count = 0, left_over = 0;
      unsigned char* data = nullptr;
      x_.property(display_, below, atom("XdndAware"), 0, 1, False, AnyPropertyType, &type, &format, &count, &left_over, &data);
      if (data != nullptr) x_.free(data);
      if (type != 0) return to_ = below, true;
    }
    return false;
  }
  void tell(const char* what, long first, long second, long third) {
    XEvent event{};
    event.xclient.type = ClientMessage, event.xclient.window = to_;
    event.xclient.message_type = atom(what), event.xclient.format = 32;
    event.xclient.data.l[0] = static_cast<long>(me_);
    event.xclient.data.l[1] = first, event.xclient.data.l[2] = second, event.xclient.data.l[3] = third;
    event.xclient.data.l[4] = static_cast<long>(atom("XdndActionCopy"));
    x_.send(display_, to_, False, NoEventMask, &event);
    x_.flush(display_);
  }
  void give(const XSelectionRequestEvent& asked) {
    x_.change(display_, asked.requestor, asked.property, asked.target, 8, PropModeReplace,
              reinterpret_cast<const unsigned char*>(uri_.data()), static_cast<int>(uri_.size()));
    XEvent event{};
    event.xselection.type = SelectionNotify, event.xselection.requestor = asked.requestor, event.xselection.selection = asked.selection;
    event.xselection.target = asked.target, event.xselection.property = asked.property, event.xselection.time = asked.time;
    x_.send(display_, asked.requestor, False, NoEventMask, &event);
    x_.flush(display_);
  }

  const Xlib& x_;
  Display* display_;
  std::string uri_;
  ::Window me_ = 0, to_ = 0;
};

const Xlib& xlib() {
  static const Xlib x;
  return x;
}

}  // namespace

bool can_drop_files() { return xlib().there(); }

std::string drop_file(const std::string& display, const std::string& uri, int x, int y) {
  Display* const opened = xlib().open(display.c_str());
  if (opened == nullptr) return "no display";
  const std::string how = Source(xlib(), opened, uri + "\r\n").drop(x, y);
  xlib().close(opened);
  return how;
}

}  // namespace window
#else
namespace window {

bool can_drop_files() { return false; }
std::string drop_file(const std::string&, const std::string&, int, int) { return "no Xlib here"; }

}  // namespace window
#endif
