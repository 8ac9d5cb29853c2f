#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace program {
namespace {

using Clock = std::chrono::steady_clock;

void need(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string(what) + " failed");
}

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    need(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    read = ends[0], write = ends[1];
  }
  ~Pipe() { close_read(), close_write(); }
  void close_read() { close(read); }
  void close_write() { close(write); }
  static void close(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
};

// The master side of a new terminal; `name` becomes the other side's.
int open_terminal(std::string& name) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  need(master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0, "posix_openpt");
  name = ::ptsname(master);
  struct winsize size {
    24, 100, 0, 0
  };
  ::ioctl(master, TIOCSWINSZ, &size);
  return master;
}

std::vector<std::string> environment_of(const How& how) {
  std::vector<std::string> all = how.environment;
  for (const char* name : {"PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    bool given = false;
    for (const auto& one : how.environment) given = given || one.starts_with(std::string(name) + "=");
    if (const char* value = ::getenv(name); value != nullptr && !given)
      all.push_back(std::string(name) + "=" + value);
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& one : texts) all.push_back(one.data());
  all.push_back(nullptr);
  return all;
}

// Between fork and exec: nothing that allocates.
[[noreturn]] void become(char* const* words, char* const* environment, const How& how, int out, int err,
                         const char* terminal) {
  ::setpgid(0, 0);
  ::signal(SIGPIPE, SIG_DFL);
  if (terminal != nullptr) {
    out = err = ::open(terminal, O_RDWR | O_NOCTTY);
  } else if (!how.output_file.empty()) {
    out = ::open(how.output_file.c_str(), O_WRONLY | O_CREAT, 0600);
  }
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  if (how.close_output) ::close(1);
  if (!how.folder.empty() && ::chdir(how.folder.c_str()) != 0) ::_exit(126);
  ::execvpe(words[0], words, environment);
  ::_exit(127);
}

// Reads what there is; false at the end. A terminal ends with an error.
bool take(int file, std::string& into) {
  char buffer[65536];
  const ssize_t got = ::read(file, buffer, sizeof buffer);
  if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

// Until both outputs ended. What a killed child's own children hold open is not waited for.
void read_all(pid_t child, int out, int err, const How& how, Ran& ran) {
  const auto end = Clock::now() + how.time;
  bool signalled = how.signal == 0;
  pollfd files[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (Clock::now() > end) {
      ran.in_time = false;
      ::kill(-child, SIGKILL);
      return;
    }
    if (!signalled && how.when()) signalled = ::kill(child, how.signal) == 0;
    if (::poll(files, 2, 10) <= 0) continue;
    if (files[0].revents != 0 && !take(out, ran.out)) files[0].fd = -1;
    if (files[1].revents != 0 && !take(err, ran.err)) files[1].fd = -1;
  }
}

}  // namespace

Ran run(const Words& words, const How& how) {
  Pipe out, err;
  std::string terminal;
  int master = how.terminal ? open_terminal(terminal) : -1;
  Words copied = words;
  std::vector<std::string> environment = environment_of(how);
  const auto word_pointers = pointers(copied), environment_pointers = pointers(environment);
  if (how.nobody_reads) out.close_read();
  const pid_t child = ::fork();
  need(child >= 0, "fork");
  if (child == 0)
    become(word_pointers.data(), environment_pointers.data(), how, out.write, err.write,
           terminal.empty() ? nullptr : terminal.c_str());
  out.close_write(), err.close_write();
  Ran ran;
  // A terminal that nobody has open yet reads as ended: keep it open until the child has ended.
  if (master >= 0) {
    const int keep = ::open(terminal.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const auto end = Clock::now() + how.time;
    int status = 0;
    pollfd file{master, POLLIN, 0};
    for (bool over = false; !over || ::poll(&file, 1, 0) > 0;) {
      if (!over) over = ::waitpid(child, &status, WNOHANG) == child;
      if (!over && Clock::now() > end) {
        ran.in_time = false;
        ::kill(-child, SIGKILL);
        over = ::waitpid(child, &status, 0) == child;
      }
      if (::poll(&file, 1, 5) > 0) take(master, ran.out);
    }
    ::close(keep), ::close(master);
    ran.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return ran;
  }
  read_all(child, out.read, err.read, how, ran);
  int status = 0;
  need(::waitpid(child, &status, 0) == child, "waitpid");
  ran.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ran;
}

Ran faultline(const Words& words, const How& how) {
  Words all{FAULTLINE_BINARY};
  all.insert(all.end(), words.begin(), words.end());
  return run(all, how);
}

std::string failing_seed() {
  for (int seed = 1; seed <= 40; ++seed)
    if (faultline({"fuzz", "raft", "--seeds", std::to_string(seed), "--flaw", "no_sessions"}).code == 1)
      return std::to_string(seed);
  throw std::runtime_error("forty seeds, and nothing was found");
}

Folder::Folder() {
  const char* base = ::getenv("TMPDIR");
  path_ = std::string(base != nullptr ? base : "/tmp") + "/faultline-test-XXXXXX";
  need(::mkdtemp(path_.data()) != nullptr, "mkdtemp");
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::file(const std::string& name, const std::string& text, bool executable) const {
  const std::filesystem::path path = *this / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  if (executable) ::chmod(path.c_str(), 0755);
  return path.string();
}

std::function<bool()> larger_than(std::string path, std::uintmax_t bytes) {
  return [path = std::move(path), bytes] {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path, missing);
    return !missing && size > bytes;
  };
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Words words_of(const std::string& line) {
  Words words;
  bool within = false, begun = false;
  for (const char c : line) {
    if (c == '\'') {
      within = !within;
    } else if (c == ' ' && !within) {
      begun = false;
      continue;
    }
    if (!std::exchange(begun, true)) words.emplace_back();
    if (c != '\'') words.back() += c;
  }
  return words;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace program
