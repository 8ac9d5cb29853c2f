// The program as a person runs it: a process of its own, whose output and exit code are looked at.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace program {

using Words = std::vector<std::string>;

struct Ran {
  int code = -1;  // 128 + the signal when one ended it.
  std::string out, err;
  bool in_time = true;  // False: it was still running at the end of its time, and was killed.
};

struct How {
  std::chrono::milliseconds time{20'000};
  std::string folder;                    // Where it starts; empty: here.
  std::vector<std::string> environment;  // NAME=VALUE, besides PATH, HOME and TMPDIR. Never DISPLAY.
  bool terminal = false;                 // Its outputs are one terminal; `out` is what that shows.
  bool close_output = false;             // It has no standard output at all.
  bool nobody_reads = false;             // Its standard output is a pipe whose other end is closed.
  std::string output_file;               // Its standard output goes here.
  int signal = 0;                        // Sent when `when` first says so.
  std::function<bool()> when;
};

// Any program, found by PATH.
Ran run(const Words& words, const How& how = {});
// build/faultline with these words.
Ran faultline(const Words& words, const How& how = {});

// A seed for which `faultline fuzz raft --flaw no_sessions` finds something, as text; which one changes with Raft.
std::string failing_seed();

// A folder of the test's own, removed with all that is in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  // Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& text, bool executable = false) const;

 private:
  std::string path_;
};

std::string text_of(const std::string& path);
// Says whether the file is there and has more bytes than this.
std::function<bool()> larger_than(std::string path, std::uintmax_t bytes);
std::vector<std::string> lines_of(const std::string& text);
// The words of a line that was meant for a shell; 'several words' are one.
Words words_of(const std::string& line);
bool has(const std::string& text, const std::string& part);

}  // namespace program
