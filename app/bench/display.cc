#include "app/bench/display.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

extern char** environ;

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

// Starts a program that is silent, found by PATH. `keep`: this file is its third, too. -1: it could not be started.
pid_t start(std::vector<std::string> words, std::vector<std::string> environment, int keep = -1) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (const int out : {1, 2}) ::posix_spawn_file_actions_addopen(&files, out, "/dev/null", O_WRONLY, 0);
  if (keep >= 0) ::posix_spawn_file_actions_adddup2(&files, keep, 3);
  std::vector<char*> raw, all;
  for (auto& word : words) raw.push_back(word.data());
  for (auto& one : environment) all.push_back(one.data());   // The first of a name counts.
  for (char** one = environ; *one != nullptr; ++one) all.push_back(*one);
  raw.push_back(nullptr), all.push_back(nullptr);
  pid_t pid = -1;
  if (::posix_spawnp(&pid, raw[0], &files, nullptr, raw.data(), all.data()) != 0) pid = -1;
  ::posix_spawn_file_actions_destroy(&files);
  return pid;
}

void end(pid_t pid, int how) {
  if (pid <= 0) return;
  ::kill(pid, how);
  ::waitpid(pid, nullptr, 0);
}

}  // namespace

Display::Display() {
  if (const char* const there = ::getenv("DISPLAY"); there != nullptr && *there != 0) return;
  if (const char* const there = ::getenv("WAYLAND_DISPLAY"); there != nullptr && *there != 0) return;
  start_server();
}

void Display::start_server() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return void(missing_ = "no display, and no pipe to start one");
  // -noreset: else it forgets itself whenever the last window closes, and who opens one just then is refused.
  server_ = start({"Xvfb", "-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"}, {}, ends[1]);
  ::close(ends[1]);
  std::string number;
  struct pollfd ready {ends[0], POLLIN, 0};
  char next = 0;
  while (server_ > 0 && ::poll(&ready, 1, 10'000) == 1 && ::read(ends[0], &next, 1) == 1 && next != '\n') number += next;
  ::close(ends[0]);
  if (!number.empty()) ::setenv("DISPLAY", (":" + number).c_str(), 1);
  else missing_ = server_ > 0 ? "no display, and Xvfb says none" : "no display, and no Xvfb to make one";
}

Display::~Display() {
  if (server_ <= 0) return;
  ::unsetenv("DISPLAY");
  end(server_, SIGTERM);
}

double opening_ms() {
  // Another program that measures this would start itself, and that one itself again.
  std::error_code ignored;
  if (std::filesystem::read_symlink("/proc/self/exe", ignored).filename() != "faultline") return -1;
  std::string here = std::filesystem::temp_directory_path(ignored) / "faultline-opening-XXXXXX";
  if (::mkdtemp(here.data()) == nullptr) return -1;
  const std::string state = here + "/state";
  const auto began = Clock::now();
  // It writes the state after each frame.
  const pid_t pid = start({"/proc/self/exe", "--state", state}, {"XDG_DATA_HOME=" + here + "/data", "XDG_CONFIG_HOME=" + here + "/config"});
  bool drawn = false, runs = pid > 0;
  while (runs && !drawn && Clock::now() - began < std::chrono::seconds(20)) {
    runs = ::waitpid(pid, nullptr, WNOHANG) == 0;
    drawn = ::access(state.c_str(), F_OK) == 0;
    if (!drawn) std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  const double took = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
  if (runs) end(pid, SIGKILL);
  std::filesystem::remove_all(here, ignored);
  return drawn ? took : -1;
}

}  // namespace bench
