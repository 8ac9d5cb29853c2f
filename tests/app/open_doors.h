// A program that runs beside a test: build/faultline with doors open, or a client that goes on for long. Ended when the test ends.
#pragma once
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "program.h"

namespace program {

class Beside {
 public:
  Beside(Words words, How how) : folder_(std::make_unique<Folder>()), output_(*folder_ / "output") {
    how.output_file = output_, how.time = std::chrono::seconds(120);
    how.signal = SIGINT, how.when = [this] { return over_.load(); };
    thread_ = std::thread([this, words = std::move(words), how] { ran_ = run(words, how); });
  }
  explicit Beside(Words words) : Beside(std::move(words), How{}) {}
  ~Beside() { end(); }

  // What it has written so far.
  std::string output() const { return text_of(output_); }
  // Asks it to end, and waits.
  const Ran& end() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    return ran_;
  }

 private:
  std::unique_ptr<Folder> folder_;
  std::string output_;
  std::atomic<bool> over_{false};
  Ran ran_;
  std::thread thread_;
};

// Waits until it says so; false: it did not within 20 s.
template <class Says>
bool within_20_s(const Says& says) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    if (says()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

// A lab in the loopback world, with doors.
class OpenDoors {
 public:
  // `script`: commands, or nothing.
  OpenDoors(const std::string& lab, const Words& doors, const std::string& script = "") {
    Words words{FAULTLINE_BINARY, "run", folder_.file("cached.md", lab), "--world", "loopback"};
    for (const auto& door : doors) words.insert(words.end(), {"--door", door});
    if (!script.empty()) words.insert(words.end(), {"--script", folder_.file("script.txt", script)});
    program_ = std::make_unique<Beside>(words);
  }
  // "127.0.0.1:4711"; empty: no such door was opened.
  std::string address(const std::string& protocol) const {
    const std::string line = "door " + protocol + " open at ";
    std::string found;
    within_20_s([&] {
      const std::string said = program_->output();
      const auto at = said.find(line), end = at == said.npos ? at : said.find_first_of(",\n", at);
      if (end != said.npos) found = said.substr(at + line.size(), end - at - line.size());
      return !found.empty();
    });
    return found;
  }
  // What it says when it has ended.
  std::string end() {
    program_->end();
    return program_->output();
  }

 private:
  Folder folder_;
  std::unique_ptr<Beside> program_;
};

// Users before a cache, which fetches from a store what is missing; a write is done when the store has it.
inline const std::string kCachedLab = R"(# Cached

```lab
limit = "10s"
```

```system
[disk]
files = false

[[group]]
name = "store"
kind = "service"
settings = { time = "100us", workers = 32 }

[[group]]
name = "cache"
kind = "cache"
to = ["store"]
settings = { mode = "write_through", ttl = "1h", time = "10us", workers = 32 }

[[group]]
name = "users"
kind = "users"
to = ["cache"]
settings = { active = false, patience = "1s", call = { timeout = "1s" } }
```

## Watch

```until
ops ok >= 1
```
)";

// Three servers of Raft, with a client who asks only what comes in by a door.
inline const std::string kRaftLab = R"(# Raft

```lab
limit = "10s"
```

```system
[disk]
files = false

[[group]]
name = "servers"
kind = "raft"
count = 3

[[group]]
name = "clients"
kind = "raft-client"
to = ["servers"]
settings = { active = false }
```

## Watch

```until
ops ok >= 1
```
)";

}  // namespace program
