#include "app/crash_report.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>

#include "app/version.h"

namespace app {
namespace {

constexpr std::size_t kCommands = 8, kLongest = 240, kStack = 256 * 1024;
constexpr int kSignals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

// Words that a handler may read at any moment: they always end with a zero.
struct Words {
  std::array<char, 4096> bytes{};
  void set(std::string_view words, std::size_t at_most) {
    const std::size_t size = std::min({words.size(), at_most, bytes.size() - 1});
    bytes.fill(0);
    std::copy_n(words.data(), size, bytes.data());
  }
};

struct Prepared {
  Words path, version, run, why;
  std::array<Words, kCommands> commands;
  std::size_t next_command = 0;
  std::atomic_flag written = ATOMIC_FLAG_INIT;   // The first thread that dies writes.
};
Prepared prepared;

void put(int file, const char* words) {
  std::size_t left = std::strlen(words);
  while (left > 0) {
    const ssize_t done = ::write(file, words, left);
    if (done <= 0) return;
    words += done, left -= static_cast<std::size_t>(done);
  }
}

void put_number(int file, long long value) {
  char digits[24];
  char* at = digits + sizeof digits - 1;
  *at = 0;
  do *--at = static_cast<char>('0' + value % 10), value /= 10;
  while (value > 0 && at > digits);
  put(file, at);
}

const char* name_of(int signal) {
  switch (signal) {
    case SIGSEGV: return "SIGSEGV (it used memory that is not its own)";
    case SIGABRT: return "SIGABRT (it gave up)";
    case SIGBUS: return "SIGBUS (memory or a file that was mapped is gone)";
    case SIGFPE: return "SIGFPE (it calculated what cannot be)";
    case SIGILL: return "SIGILL (no such instruction)";
    default: return "a signal";
  }
}

void write_report(int file, int signal) {
  put(file, prepared.version.bytes.data());
  put(file, " crashed.\nsignal: "), put(file, name_of(signal));
  put(file, "\nseconds since 1970: "), put_number(file, static_cast<long long>(std::time(nullptr)));
  if (prepared.why.bytes[0] != 0) put(file, "\nexception: "), put(file, prepared.why.bytes.data());
  put(file, "\nrun: "), put(file, prepared.run.bytes[0] != 0 ? prepared.run.bytes.data() : "none was recorded");
  put(file, "\nlast commands:\n");
  for (std::size_t i = 0; i < kCommands; ++i) {
    const Words& one = prepared.commands[(prepared.next_command + i) % kCommands];
    if (one.bytes[0] != 0) put(file, "  "), put(file, one.bytes.data()), put(file, "\n");
  }
  put(file, "stack, innermost first (addr2line -Cfe faultline ADDRESS):\n");
  void* frames[64];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, 64), file);
}

void on_signal(int signal) {
  if (!prepared.written.test_and_set()) {
    const int file = ::open(prepared.path.bytes.data(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0) {
      write_report(file, signal);
      ::close(file);
      put(STDERR_FILENO, "faultline: crashed; a report is in "), put(STDERR_FILENO, prepared.path.bytes.data()), put(STDERR_FILENO, "\n");
    }
  }
  // Blocked until the handler returns, and fatal then: who started the program sees what it died of.
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void on_terminate() {
  try {
    if (std::current_exception()) std::rethrow_exception(std::current_exception());
  } catch (const std::exception& why) {
    prepared.why.set(why.what(), kLongest);
  } catch (...) {
    prepared.why.set("of an unknown kind", kLongest);
  }
  std::abort();
}

// Where the stack is full, the handler needs one of its own.
void give_stack() {
  stack_t stack{};
  stack.ss_sp = ::mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack.ss_size = kStack;
  if (stack.ss_sp != MAP_FAILED) ::sigaltstack(&stack, nullptr);
}

// By when the program began, so that the last comes last.
std::string report_name() {
  char moment[32] = "";
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  if (::gmtime_r(&now, &parts) != nullptr) std::strftime(moment, sizeof moment, "%Y%m%d-%H%M%S", &parts);
  return std::string("crash-") + moment + "-" + std::to_string(::getpid()) + ".txt";
}

}  // namespace

void report_crashes(const std::string& folder) {
  prepared.path.set(folder + "/" + report_name(), prepared.path.bytes.size());
  prepared.version.set(program_version(), kLongest);
  // The first one loads what it needs, which takes memory.
  void* frame = nullptr;
  ::backtrace(&frame, 1);
  give_stack();
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
  std::set_terminate(on_terminate);
}

void crash_would_lose(std::string_view run_path) { prepared.run.set(run_path, prepared.run.bytes.size()); }

void crash_would_follow(std::string_view command) {
  prepared.commands[prepared.next_command].set(command, kLongest);
  prepared.next_command = (prepared.next_command + 1) % kCommands;
}

std::string newest_crash_report(const std::string& folder, const std::string& seen) {
  std::string newest;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("crash-") && name.ends_with(".txt") && name > seen) newest = std::max(newest, name);
  }
  return newest.empty() ? "" : folder + "/" + newest;
}

}  // namespace app
