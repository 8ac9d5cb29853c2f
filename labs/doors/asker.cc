#include "labs/doors/asker.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "mechanisms/core/codec.h"

namespace doors {

Asker::Asker(world::LoopbackWorld& world, core::NodeId node)
    : world_(world), node_(node), name_(node == core::kNobody ? "nobody" : world.nodes()[node - 1].name) {
  world_.listen(this);
}

Asker::~Asker() {
  world_.stop_listening(this);
  *here_ = false;
}

bool Asker::can(clients::Function function) const {
  if (node_ == core::kNobody) return false;
  // Nodes say in words what they understand: `cas K FROM TO`.
  const std::string word(core::name_of(function));
  const auto& tells = world_.kind(node_).tells;
  return std::any_of(tells.begin(), tells.end(), [&](const core::Tell& one) { return one.form.substr(0, one.form.find(' ')) == word; });
}

void Asker::ask(clients::Ask what, Then then) {
  if (open_.size() >= kMostOpen) return waiting_.push_back({std::move(what), std::move(then)});
  begin({std::move(what), std::move(then)});
}

void Asker::begin(Waiting one) {
  ++asked_;
  const bool possible = can(one.what.function);
  const auto function = one.what.function;
  beginning_ = true;
  const std::uint64_t operation = possible ? world_.ask(node_, std::move(one.what)) : 0;
  beginning_ = false;
  if (operation == 0) {
    early_.clear();
    ended_.emplace_back(std::move(one.then),
                        Answer{core::Outcome::failed, {}, {}, possible ? name_ + " is not there, or has too much to do"
                                                                       : "the store behind cannot do that: " + std::string(core::name_of(function))});
    return tell_later();
  }
  open_.emplace(operation, std::move(one.then));
  for (auto& [id, answer] : std::exchange(early_, {}))
    if (id == operation) end(id, std::move(answer));
}

void Asker::on_event(const record::Event& event, core::BytesView body) {
  if (event.node != node_) return;
  if (event.kind == record::EventKind::complete) {
    auto done = core::decode<core::Completion>(body);
    Answer answer{done.outcome, std::move(done.value), std::move(done.siblings), ""};
    if (beginning_) early_.emplace_back(event.ref, std::move(answer));
    else end(event.ref, std::move(answer));
  } else if (event.kind == record::EventKind::crash) {
    // It has forgotten what it was asked: nobody will say.
    std::vector<std::uint64_t> lost;
    for (const auto& [id, then] : open_) lost.push_back(id);
    for (const std::uint64_t id : lost) end(id, {core::Outcome::unknown, {}, {}, name_ + " crashed"});
  }
}

void Asker::end(std::uint64_t operation, Answer answer) {
  const auto it = open_.find(operation);
  if (it == open_.end()) return;   // One of the node's own.
  ended_.emplace_back(std::move(it->second), std::move(answer));
  open_.erase(it);
  tell_later();
}

void Asker::tell_later() {
  if (std::exchange(telling_, true)) return;
  asio::post(world_.loop(), [this, here = here_] {
    if (*here) tell();
  });
}

void Asker::tell() {
  telling_ = false;
  for (auto& [then, answer] : std::exchange(ended_, {})) then(answer);
  while (!waiting_.empty() && open_.size() < kMostOpen) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(next));
  }
}

struct Turns::Keys {
  explicit Keys(asio::io_context& of) : loop(of) {}
  asio::io_context& loop;
  std::map<std::string, std::deque<std::function<void(Turn)>>> held;   // And who waits for it.
  bool over = false;
};

namespace {

// Gives the key to the next one when it is let go.
template <class Keys>
Turns::Turn turn_of(const std::shared_ptr<Keys>& keys, const std::string& key) {
  return Turns::Turn(nullptr, [keys, key](void*) {
    if (keys->over) return;
    const auto it = keys->held.find(key);
    if (it->second.empty()) {
      keys->held.erase(it);
      return;
    }
    // From the loop: whoever let go is in the middle of something.
    asio::post(keys->loop, [keys, key, next = std::move(it->second.front())] {
      if (!keys->over) next(turn_of(keys, key));
    });
    it->second.pop_front();
  });
}

}  // namespace

Turns::Turns(asio::io_context& loop) : keys_(std::make_shared<Keys>(loop)) {}

Turns::~Turns() {
  keys_->over = true;
  keys_->held.clear();
}

void Turns::wait(const std::string& key, std::function<void(Turn)> then) {
  const auto [it, free] = keys_->held.try_emplace(key);
  if (!free) return it->second.push_back(std::move(then));
  then(turn_of(keys_, key));
}

}  // namespace doors
