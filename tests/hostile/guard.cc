#include "guard.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>

#if defined(__SANITIZE_ADDRESS__)
#define HOSTILE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOSTILE_SANITIZED
#endif
#endif

#ifdef HOSTILE_SANITIZED
extern "C" void __sanitizer_set_death_callback(void (*callback)());
// Instead of setrlimit(): the sanitizer reserves most of the address space for itself. A size that nobody can have is
// refused as anywhere else, by bad_alloc.
extern "C" const char* __asan_default_options();
const char* __asan_default_options() { return "hard_rss_limit_mb=1024:allocator_may_return_null=1:detect_leaks=1"; }
#endif

namespace hostile {
namespace {

// What is being tried, for handlers of signals: they may allocate nothing.
char path[512];
const char* bytes = nullptr;
std::size_t size = 0;

void write_bytes() {
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  for (std::size_t at = 0; file >= 0 && at < size;) {
    const ssize_t written = ::write(file, bytes + at, size - at);
    if (written <= 0) break;
    at += static_cast<std::size_t>(written);
  }
  if (file >= 0) ::close(file);
}

void say(const char* what) {
  for (const char* words : {"\nhostile: ", what, "; the input is kept as ", static_cast<const char*>(path), "\n"})
    if (::write(STDERR_FILENO, words, std::strlen(words)) < 0) return;
}

void on_death() {
  if (bytes == nullptr) return;
  write_bytes();
  say("the reader crashed");
  bytes = nullptr;
}

void on_signal(int signal) {
  if (signal == SIGPROF) {
    write_bytes();
    say("the reader took more than a second");
    ::_exit(70);
  }
  on_death();
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

void set_alarm(int seconds) {
  const itimerval timer{{0, 0}, {seconds, 0}};
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

void limit_memory() {
#ifdef HOSTILE_SANITIZED
  __sanitizer_set_death_callback(on_death);
#else
  // Beyond the address space that it has now.
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::size_t most = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (std::size_t{1} << 30);
  const struct rlimit limit {most, most};
  ::setrlimit(RLIMIT_AS, &limit);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, on_signal);
#endif
  std::signal(SIGPROF, on_signal);
}

Try::Try(const std::string& name, const std::string& input) {
  const char* folder = std::getenv("TMPDIR");
  const std::string whole = std::string(folder != nullptr ? folder : "/tmp") + "/" + name;
  std::strncpy(path, whole.c_str(), sizeof path - 1);
  bytes = input.data(), size = input.size();
  set_alarm(1);
}

Try::~Try() {
  set_alarm(0);
  bytes = nullptr;
}

std::string Try::keep() {
  write_bytes();
  return path;
}

}  // namespace hostile
