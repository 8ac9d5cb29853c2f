#include "tests/app/window/screen.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/app/window/drop_source.h"

namespace window {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

bool on_path(const char* program) {
  std::istringstream folders(::getenv("PATH") != nullptr ? ::getenv("PATH") : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

// Starts a program of the test's own; its outputs go to a file. Dies with the test.
int start(const std::vector<std::string>& words, const std::vector<std::string>& environment, const std::string& log, int keep = -1) {
  const int pid = ::fork();
  if (pid != 0) return pid;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (keep >= 0) ::fcntl(keep, F_SETFD, 0);
  for (const auto& one : environment) ::putenv(const_cast<char*>(one.c_str()));
  std::vector<char*> raw;
  for (const auto& word : words) raw.push_back(const_cast<char*>(word.c_str()));
  raw.push_back(nullptr);
  ::execvp(raw[0], raw.data());
  ::_exit(127);
}

program::How on(const std::string& display) {
  program::How how;
  how.environment = {display};
  return how;
}

void end(int& pid, int signal) {
  if (pid < 0) return;
  ::kill(pid, signal);
  for (int i = 0; i < 400; ++i) {
    if (::waitpid(pid, nullptr, WNOHANG) == pid) return void(pid = -1);
    std::this_thread::sleep_for(10ms);
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  pid = -1;
}

}  // namespace

double Seen::number(const std::string& fact) const {
  const auto it = facts.find(fact);
  return it == facts.end() ? -1 : std::strtod(it->second.c_str(), nullptr);
}

bool Screen::available() { return on_path("Xvfb") && on_path("xdotool"); }

Screen::Screen(const std::vector<std::string>& arguments, const std::string& home)
    : home_(home.empty() ? folder_.path() : home), state_(folder_ / "state") {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  server_ = start({"Xvfb", "-displayfd", std::to_string(ends[1]), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"}, {}, folder_ / "server.log", ends[1]);
  ::close(ends[1]);
  char number[16] = {};
  for (std::size_t got = 0; got < sizeof number - 1;) {
    const auto more = ::read(ends[0], number + got, 1);
    if (more <= 0 || number[got] == '\n') break;
    ++got;
  }
  ::close(ends[0]);
  display_ = "DISPLAY=:" + std::to_string(std::atoi(number));
  std::vector<std::string> words{FAULTLINE_BINARY, "--state", state_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  program_ = start(words, {display_, "XDG_DATA_HOME=" + home_ + "/data", "XDG_CONFIG_HOME=" + home_ + "/config", "LIBGL_ALWAYS_SOFTWARE=1", "HOME=" + home_},
                   folder_ / "program.log");
  if (!wait([](const Seen& s) { return !s.boxes.empty(); })) throw std::runtime_error("no window: " + program::text_of(folder_ / "program.log"));
  const auto found = program::run({"xdotool", "search", "--name", "^Faultline$"}, on(display_));
  window_ = found.out.substr(0, found.out.find('\n'));
  EXPECT_NE(window_, "") << found.err;
  xdotool({"windowfocus", window_});
}

Screen::~Screen() {
  end(program_, SIGKILL);
  end(server_, SIGTERM);
}

Seen Screen::seen() const {
  Seen s;
  std::ifstream in(state_);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "probe") {
      Seen::Box box{};
      words >> box.left >> box.top >> box.right >> box.bottom;
      std::string name;
      std::getline(words >> std::ws, name);
      s.boxes.emplace(name, box);
    } else {
      std::string value;
      std::getline(words >> std::ws, value);
      s.facts[what] = value;
    }
  }
  return s;
}

bool Screen::wait(const std::function<bool(const Seen&)>& is_so) {
  const auto patience = Clock::now() + 60s;
  while (Clock::now() < patience) {
    if (is_so(seen())) return true;
    if (::waitpid(program_, nullptr, WNOHANG) == program_) {
      program_ = -1;
      ADD_FAILURE() << "the program has ended: " << program::text_of(folder_ / "program.log");
      return false;
    }
    std::this_thread::sleep_for(5ms);
  }
  std::string all;
  const Seen s = seen();
  for (const auto& [fact, value] : s.facts) all += fact + " " + value + "\n";
  for (const auto& [name, box] : s.boxes) all += "  " + name + "\n";
  ADD_FAILURE() << "it never came so; the window shows:\n" << all;
  return false;
}

bool Screen::wait_for(const std::string& name) {
  return wait([&](const Seen& s) { return s.has(name); });
}

int Screen::xdotool(const std::vector<std::string>& words) const {
  std::vector<std::string> all{"xdotool"};
  all.insert(all.end(), words.begin(), words.end());
  return program::run(all, on(display_)).code;
}

void Screen::move(int x, int y) {
  xdotool({"mousemove", "--window", window_, std::to_string(x), std::to_string(y)});
  const std::string at = std::to_string(x) + " " + std::to_string(y);
  wait([&](const Seen& s) { return s.facts.count("mouse") > 0 && s.facts.at("mouse") == at; });
}

void Screen::button(const char* what, int which) {
  xdotool({what, std::to_string(which)});
  const bool down = std::string(what) == "mousedown";
  const std::size_t place = which == 1 ? 0 : 1;
  wait([&](const Seen& s) { return s.facts.count("down") > 0 && (s.facts.at("down")[place] == '1') == down; });
}

void Screen::click(int x, int y, int which) {
  move(x, y);
  button("mousedown", which);
  button("mouseup", which);
}

void Screen::click(const std::string& name, int which) {
  if (!wait_for(name)) return;
  const auto box = seen().boxes.at(name);
  click(box.x(), box.y(), which);
}

void Screen::drag(const std::vector<std::pair<int, int>>& path, int which) {
  move(path.front().first, path.front().second);
  button("mousedown", which);
  for (std::size_t i = 1; i < path.size(); ++i)
    for (int part = 1; part <= 10; ++part)
      move(path[i - 1].first + (path[i].first - path[i - 1].first) * part / 10, path[i - 1].second + (path[i].second - path[i - 1].second) * part / 10);
  button("mouseup", which);
}

void Screen::key(const std::string& chord) { xdotool({"key", chord}); }
void Screen::type(const std::string& words) { xdotool({"type", "--delay", "5", words}); }

bool Screen::keyboard(const std::string& layout) { return program::run({"setxkbmap", layout}, on(display_)).code == 0; }

std::string Screen::drop(const std::string& uri) { return drop_file(display_.substr(display_.find('=') + 1), uri, 800, 500); }

void Screen::kill_it() { end(program_, SIGKILL); }

int Screen::crash_it() {
  ::kill(program_, SIGSEGV);
  for (int i = 0; i < 1000; ++i) {
    int status = 0;
    if (::waitpid(program_, &status, WNOHANG) == program_) {
      program_ = -1;
      return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
    std::this_thread::sleep_for(10ms);
  }
  return 0;
}

bool Screen::quit() {
  key("ctrl+q");
  for (int i = 0; i < 1000; ++i) {
    int status = 0;
    if (::waitpid(program_, &status, WNOHANG) == program_) {
      program_ = -1;
      return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

bool Screen::picture(const std::string& path) const {
  return program::run({"import", "-window", "root", path}, on(display_)).code == 0;
}

double Screen::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(program_) + "/stat");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::istringstream words(text.substr(text.rfind(')') + 2));
  std::string word;
  double ticks = 0;
  for (int i = 3; i <= 15 && words >> word; ++i)
    if (i >= 14) ticks += std::strtod(word.c_str(), nullptr);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace window
