// What the files of Redis' door share: the door, the conversation with one client, one request of his, and the table of commands.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/doors/doors.h"
#include "labs/doors/resp_slots.h"
#include "labs/doors/resp_store.h"
#include "labs/doors/resp_words.h"

namespace doors {

// Bytes of all requests at a door that are under way. Each client alone may have a thousand, and each of them may be large.
inline constexpr std::size_t kRespUnderWay = 64u << 20;

// One port, as most doors have; or one for each node that keeps shards, of a world that is sharded by slot.
class RespDoor final : public Door {
 public:
  RespDoor(House of, std::uint16_t port, const Limits& limits);

  std::vector<std::uint16_t> ports() const override;
  std::size_t clients() const override;
  std::uint64_t cut_off() const override;

  bool cluster() const { return slots.has_value(); }
  std::uint16_t port(core::NodeId node) const;
  bool up(core::NodeId node) const { return house.world.node(node) != nullptr; }
  std::uint64_t came() const;                       // Connections so far.

  House house;
  RespStore store;
  std::optional<RespSlots> slots;                   // Of a cluster.
  Limits limits;
  std::chrono::steady_clock::time_point opened = std::chrono::steady_clock::now();
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;                        // Who spoke HTTP, or no protocol at all,
  std::uint64_t moved = 0;                          // and keys that were asked for at another node's port.
  std::uint64_t last_client = 0;                    // Clients are numbered from 1.
  std::shared_ptr<std::size_t> under_way = std::make_shared<std::size_t>(0);   // Bytes; shared with who may outlive the door.

 private:
  struct Port {
    core::NodeId node{};                            // Nobody: the only one.
    std::unique_ptr<Connections> connections;
  };
  std::vector<Port> ports_;
};

// Where the answer to one request goes, once. It may be kept longer than the conversation lives.
class RespPlace {
 public:
  // `weighs`: held as long as the request is under way.
  RespPlace(std::shared_ptr<Line> line, std::shared_ptr<void> weighs) : line_(std::move(line)), weighs_(std::move(weighs)), place_(line_->place()) {}
  void operator()(std::string_view answer) const { line_->fill(place_, answer); }

 private:
  std::shared_ptr<Line> line_;
  std::shared_ptr<void> weighs_;
  std::uint64_t place_;
};

struct RespCall;
struct RespCommand {
  const char* name;                   // "get"; of a command with subcommands, "config|get".
  int arity;                          // How many words, with the name; -3: three or more. As Redis' COMMAND.
  void (*run)(const RespCall&);       // Null: it has subcommands, and is nothing by itself.
  const char* flags;                  // "readonly fast"
  int first_key, last_key, step;      // Which words are keys; 0: none; -1: to the last word.
  const char* group;                  // "string"
  const char* summary;
};
const std::vector<RespCommand>& resp_commands();
const RespCommand* find_resp_command(std::string_view name);   // Null: there is none.
std::string resp_lower(std::string_view word);
std::string resp_arity_error(std::string_view command);

class RespSession final : public Conversation {
 public:
  // `node`: at whose port the client came in.
  RespSession(RespDoor& door, core::NodeId node, std::shared_ptr<Line> line);

  std::size_t take(std::string_view bytes) override;

  // Commands of one client for one key are done in their order, those for different keys side by side.
  using Done = std::function<void(std::string)>;
  void read(const std::string& key, std::function<std::string(const std::optional<RespValue>&)> answer, Done done);
  void write(const std::string& key, const RespValue& value, const std::string& answer, Done done);
  void alter(const std::string& key, RespStore::Alter how, Done done);
  void remove(const std::string& key, Done done);
  void hang_up() { line_->hang_up(); }

  RespDoor& door;
  const core::NodeId node;
  const std::uint64_t id;
  std::string name;                   // CLIENT SETNAME.

 private:
  void answer(const std::vector<std::string>& words, std::size_t bytes);
  void refuse(const std::string& why);
  // Why these keys cannot be asked for here, or nothing.
  std::string elsewhere(const RespCommand& command, const std::vector<std::string>& words);

  std::shared_ptr<Line> line_;
  RespReader reader_;
  Turns order_;
};

// One request. Its parts, but for the answer, are here only while it is begun.
struct RespCall {
  RespSession& session;
  const std::vector<std::string>& words;
  RespPlace answer;

  RespDoor& door() const { return session.door; }
};

// Answers for several keys, which become one when the last is there; the first error is the answer of all.
class RespGathered {
 public:
  using Join = std::function<std::string(const std::vector<std::string>&)>;
  RespGathered(std::size_t count, RespPlace answer, Join join) : inside_(std::make_shared<Inside>(Inside{std::vector<std::string>(count), count, answer, std::move(join)})) {}
  // What takes the answer of the so-manieth.
  RespSession::Done at(std::size_t which) const;

 private:
  struct Inside {
    std::vector<std::string> answers;
    std::size_t missing;
    RespPlace answer;
    Join join;
  };
  std::shared_ptr<Inside> inside_;
};

}  // namespace doors
