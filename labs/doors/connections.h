// The side of a door that people see: a socket on 127.0.0.1, and those who came in. A protocol makes a Conversation for each of
// them; it is given bytes as they come and says its answers on a Line, which sends them in the order in which they were asked for.
//
// Whoever comes is a stranger. Lengths are the protocol's to limit; what is the same for all is limited here: how many there
// are, how much each may have asked and not been told yet, and how long he may take to finish a request or to read an answer.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio {
class io_context;
}

namespace doors {

struct Limits {
  std::size_t clients = 10'000;
  std::size_t request = 8u << 20;            // Bytes of one request that is not whole yet. Who sends more is cut off.
  std::size_t unanswered = 1'024;            // Requests of one client; he is not read meanwhile.
  std::size_t unsent = 4u << 20;             // Bytes of answers that a client has not taken; he is not read meanwhile.
  std::chrono::milliseconds slow{10'000};    // A request that is not whole after that, or an answer of which nothing was taken: he is cut off.
};

// Where the answers to one client go.
class Line {
 public:
  virtual ~Line() = default;
  // A place for an answer, behind all those before. Each must be filled once; the client may have left meanwhile.
  virtual std::uint64_t place() = 0;
  virtual void fill(std::uint64_t place, std::string_view answer) = 0;
  void say(std::string_view answer) { fill(place(), answer); }
  // When all answers so far were sent. Nothing is read any more.
  virtual void hang_up() = 0;
};

// One client's. `line` outlives it; what asks for something keeps the line, not the conversation.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // What has come and was not taken yet. Returns how much is taken now: one whole request, or less of a long one; 0: more must
  // come first. Is asked again at once after it took something.
  virtual std::size_t take(std::string_view bytes) = 0;
};
using Meet = std::function<std::unique_ptr<Conversation>(std::shared_ptr<Line>)>;

class Connections {
 public:
  // Listens. 0: a port that the system chooses. Throws world::Trouble, in words.
  Connections(asio::io_context& loop, std::uint16_t port, Meet meet, const Limits& limits = {});
  ~Connections();

  std::uint16_t port() const;
  std::size_t clients() const;           // That are here now.
  std::uint64_t came() const;            // So far.
  std::uint64_t turned_away() const;     // There were too many,
  std::uint64_t cut_off() const;         // or they were too slow.

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace doors
