// A node of Maelstrom, the workbench of Jepsen's author for distributed systems that people write to learn
// (github.com/jepsen-io/maelstrom, doc/protocol.md): a process that reads a JSON message a line and writes as many as it
// likes. Here is what all such nodes share: lines, the first message, answers and errors. What a node does beside that is
// its work (maelstrom_raft.h, maelstrom_works.h).
//
// Lines are foreign: their length and depth are bounded, and none of them ends the process.
#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/time.h"

namespace doors {

using Json = nlohmann::json;

inline constexpr std::size_t kMaelstromLine = 1u << 20;   // Bytes. Longer lines are dropped.
inline constexpr std::size_t kMaelstromDepth = 64;        // Of brackets in brackets.
inline constexpr std::size_t kMaelstromNodes = 100;
// Of the text of a key or a value: what a client may say must fit into the messages between nodes.
inline constexpr std::size_t kMaelstromValue = 64u << 10;

// The protocol's numbers. After a timeout nobody knows whether it was done; after any other of these it was not.
enum class MaelstromError { timeout = 0, not_supported = 10, unavailable = 11, malformed = 12, no_such_key = 20, mismatch = 22 };

// Why a request is not done: its sender gets it as an error.
struct MaelstromRefusal : std::runtime_error {
  MaelstromRefusal(MaelstromError why, const std::string& text) : std::runtime_error(text), code(why) {}
  MaelstromError code;
};

struct MaelstromMessage {
  std::string src, dest, type;
  Json body;   // An object that has a type.
};

// Whom a node was told that it is, and who else there is.
struct MaelstromCluster {
  std::string self;
  std::vector<std::string> nodes;   // All, itself included, in one order everywhere.
  std::size_t position_of(const std::string& name) const;   // nodes.size(): there is none of that name.
};

// What a node says.
class MaelstromOut {
 public:
  std::string lines;                // For the standard output, whole.
  std::vector<std::string> log;     // For whoever looks after it, a line each.

  void send(const std::string& dest, Json body);
  // `type` answers the message, which may have asked for none.
  void reply(const MaelstromMessage& to, const std::string& type, Json body = Json::object());
  void refuse(const MaelstromMessage& what, MaelstromError code, const std::string& why);
  void say_from(std::string name) { self_ = std::move(name); }

 private:
  std::string self_;
};

// What a node does. Time is real, and told to it; it keeps none of what is given to it.
class MaelstromWork {
 public:
  static constexpr core::Time kNever = core::Time::max();

  virtual ~MaelstromWork() = default;
  virtual void start(core::Time, MaelstromOut&) {}
  // Throws MaelstromRefusal.
  virtual void on_message(core::Time now, const MaelstromMessage& message, MaelstromOut& out) = 0;
  virtual void on_time(core::Time, MaelstromOut&) {}
  // When on_time() wants to be called.
  virtual core::Time due() const { return kNever; }
};

// What a message must have; throws MaelstromRefusal when it has not.
const Json& maelstrom_member(const MaelstromMessage& message, const char* name);
// The text of a key or a value, which may be any JSON that is not too long. Equal values have equal texts.
std::string maelstrom_text(const MaelstromMessage& message, const char* name);
[[noreturn]] void not_supported(const MaelstromMessage& message);

// A process's node: takes the bytes of its standard input, in whatever pieces they come.
class MaelstromNode {
 public:
  using MakeWork = std::function<std::unique_ptr<MaelstromWork>(const MaelstromCluster&)>;
  explicit MaelstromNode(MakeWork make) : make_(std::move(make)) {}

  void on_bytes(core::Time now, std::string_view bytes, MaelstromOut& out);
  void on_time(core::Time now, MaelstromOut& out);
  core::Time due() const { return work_ ? work_->due() : MaelstromWork::kNever; }

 private:
  void on_line(core::Time now, std::string_view line, MaelstromOut& out);
  void init(core::Time now, const MaelstromMessage& message, MaelstromOut& out);

  MakeWork make_;
  std::unique_ptr<MaelstromWork> work_;   // Null before the first message.
  MaelstromCluster cluster_;
  std::string begun_;                     // The beginning of a line whose end has not come.
  bool too_long_ = false;                 // Of the line that has begun: what comes of it is dropped.
};

}  // namespace doors
