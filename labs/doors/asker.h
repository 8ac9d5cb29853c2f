// What a door asks of the cluster: operations of one of its client nodes, which become part of the run as all operations
// do - they are recorded, and judged by the checkers. Answers come back on the world's loop, after the step that gave them.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "labs/world/loopback/loopback.h"
#include "mechanisms/core/operation.h"

namespace doors {

struct Answer {
  core::Outcome outcome{};
  std::optional<std::string> value;      // What a get found; nothing: there is no such key.
  std::vector<std::string> siblings;
  std::string why;                       // Of one that failed before it was begun, in words.
};
using Then = std::function<void(const Answer&)>;

class Asker final : public record::Listener {
 public:
  static constexpr std::size_t kMostOpen = 1000;   // Further ones wait here, in their order.

  // `node`: a client, of a kind that takes asks; or nobody: then all that is asked fails.
  Asker(world::LoopbackWorld& world, core::NodeId node);
  ~Asker() override;

  // `then` is called once, from the loop: never before this has returned.
  void ask(clients::Ask what, Then then);
  bool can(clients::Function function) const;      // What is behind can do that.
  core::NodeId node() const { return node_; }
  std::size_t open() const { return open_.size() + waiting_.size(); }
  std::uint64_t asked() const { return asked_; }

  void on_name(record::NameId, std::string_view) override {}
  void on_event(const record::Event& event, core::BytesView body) override;

 private:
  struct Waiting {
    clients::Ask what;
    Then then;
  };
  void begin(Waiting one);
  void end(std::uint64_t operation, Answer answer);
  void tell_later();
  void tell();

  world::LoopbackWorld& world_;
  core::NodeId node_;
  std::string name_;                               // The node's.
  std::unordered_map<std::uint64_t, Then> open_;   // By operation.
  std::deque<Waiting> waiting_;
  std::vector<std::pair<std::uint64_t, Answer>> early_;   // Ended before begin() knew their number.
  bool beginning_ = false;
  std::vector<std::pair<Then, Answer>> ended_;     // To be told from the loop, not from within a step.
  bool telling_ = false;                           // The loop was asked to.
  std::uint64_t asked_ = 0;
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);   // For what the loop still holds when this is gone.
};

// What reads a value and then writes it needs the key for itself meanwhile. Whoever holds a turn has it; the next one comes
// when nobody holds this one any more.
class Turns {
 public:
  using Turn = std::shared_ptr<void>;
  explicit Turns(asio::io_context& loop);
  ~Turns();
  // At once, or later from the loop; in the order of the calls, for each key.
  void wait(const std::string& key, std::function<void(Turn)> then);

 private:
  struct Keys;
  std::shared_ptr<Keys> keys_;
};

}  // namespace doors
