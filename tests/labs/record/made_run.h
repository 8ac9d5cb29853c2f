// A made-up run for the tests of recordings: a few nodes that send, deliver, note and measure. The same seed gives the
// same events, so a test can say what a recording must hold without keeping a copy of it.
#pragma once
#include <stdlib.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/record/recording.h"

namespace record {

// A folder of the test's own, gone at its end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "record-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Files may not grow beyond so many bytes while this lives: a full disk that needs no mount.
class FilesEndAt {
 public:
  explicit FilesEndAt(std::size_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const struct rlimit limit {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FilesEndAt() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FilesEndAt(const FilesEndAt&) = delete;
  FilesEndAt& operator=(const FilesEndAt&) = delete;

 private:
  struct rlimit before_ {};
  void (*handler_)(int);
};

// The program puts its temporary files here while this lives.
class TemporaryFilesIn {
 public:
  explicit TemporaryFilesIn(const std::string& path) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", path.c_str(), 1);
  }
  ~TemporaryFilesIn() {
    if (before_) ::setenv("TMPDIR", before_->c_str(), 1);
    else ::unsetenv("TMPDIR");
  }
  TemporaryFilesIn(const TemporaryFilesIn&) = delete;
  TemporaryFilesIn& operator=(const TemporaryFilesIn&) = delete;

 private:
  std::optional<std::string> before_;
};

inline RunHeader made_header(Level level = Level::bodies) {
  RunHeader header;
  header.program = "faultline 0.1.0";
  header.lab = "made-up";
  header.lab_text = "# Made up\n\nFor tests.\n";
  header.world = "simulated";
  header.seed = 7;
  header.settings = {"raft.election_timeout=150ms..300ms"};
  header.level = level;
  for (core::NodeId id = 1; id <= 5; ++id) header.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
  return header;
}

inline core::BytesView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Names that the made-up events use, in order from 1.
inline const std::vector<std::string>& made_names() {
  static const std::vector<std::string> names{"RequestVote", "loss", "election", "raft_term"};
  return names;
}

inline void tell_names(Listener& listener) {
  for (std::size_t i = 0; i < made_names().size(); ++i) listener.on_name(static_cast<NameId>(i + 1), made_names()[i]);
}

struct MadeEvent {
  Event event;
  std::string body;
};

// The i-th event, i from 0: its id is i + 1.
inline MadeEvent made_event(std::uint64_t i) {
  MadeEvent made;
  made.event.at = core::Time(core::Duration(static_cast<std::int64_t>(i / 3) * 1000));
  made.event.id = i + 1;
  made.event.node = static_cast<core::NodeId>(i % 5 + 1);
  made.event.stamp = i / 2 + 3;
  switch (i % 6) {
    case 0:
      made.event.kind = EventKind::send, made.event.peer = static_cast<core::NodeId>((i + 1) % 5 + 1), made.event.type = 1;
      made.body.assign(20 + i % 40, static_cast<char>('a' + i % 26));
      break;
    case 1:
      made.event.kind = EventKind::deliver, made.event.peer = 1, made.event.type = 1, made.event.ref = i;
      break;
    case 2: made.event.kind = EventKind::timer, made.event.type = 3, made.event.value = 4; break;
    case 3: made.event.kind = EventKind::metric, made.event.type = 4, made.event.value = static_cast<double>(i) / 7; break;
    case 4:
      made.event.kind = EventKind::note, made.event.ref = i;
      made.body = "note " + std::to_string(i);
      break;
    default: made.event.kind = EventKind::persist, made.event.type = 3, made.body = "log"; break;
  }
  return made;
}

// Tells events [begin, end).
inline void tell(Listener& listener, std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t i = begin; i < end; ++i) {
    const MadeEvent made = made_event(i);
    listener.on_event(made.event, bytes_of(made.body));
  }
}

inline std::string text_of(core::BytesView body) { return {reinterpret_cast<const char*>(body.data()), body.size()}; }

// Empty when this recording (at Level::bodies) holds exactly the first `rows` made-up events; else the first difference.
inline std::string differs_from_made(const Recording& recording, std::uint64_t rows) {
  if (recording.size() != rows) return "holds " + std::to_string(recording.size()) + " rows";
  std::string difference;
  std::uint64_t i = 0;
  recording.visit(0, rows, [&](const Event& event, core::BytesView body) {
    const MadeEvent made = made_event(i);
    if (difference.empty() && !(event == made.event && text_of(body) == made.body)) difference = "row " + std::to_string(i);
    ++i;
  });
  return difference;
}

// Long trials run when FAULTLINE_LONG=1, else `usual` of them.
inline int trials(int usual, int with_patience) {
  const char* patient = std::getenv("FAULTLINE_LONG");
  return patient != nullptr && std::string_view(patient) == "1" ? with_patience : usual;
}

// An address or thread sanitizer slows things tenfold and keeps memory: measures are not taken then.
inline constexpr bool kSanitized =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#else
    false;
#endif

}  // namespace record
