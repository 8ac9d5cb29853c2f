// A small world of the nodes of a request path, whichever they are: users, proxies, services, and a scripted node that answers as the
// test says.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/balancing/proxy.h"
#include "mechanisms/caching/server.h"
#include "mechanisms/partitioning/placement_driver.h"
#include "mechanisms/partitioning/server_invariants.h"
#include "mechanisms/serving/quorum_store.h"
#include "mechanisms/serving/service.h"
#include "mechanisms/serving/users.h"
#include "tests/mechanisms/small_world.h"

namespace path_world {

using namespace std::chrono_literals;

// Answers as the test says, and remembers what it was asked.
struct Scripted {
  std::function<void(serving::Step&, core::NodeId from, const serving::Request&)> answer;
  std::vector<serving::Request> asked;
  std::vector<serving::Reply> heard;
  bool well = true;   // It answers health checks.
};

// Any of them, as small_world wants a node.
class Node {
 public:
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Step = serving::Step;
  struct Durable {
    std::vector<Write> writes;
    void apply(const Write& write) { writes.push_back(write); }
    const std::vector<Write>& image() const { return writes; }
  };
  using Any = std::variant<serving::Users, serving::Service, balancing::Proxy, caching::Server, partitioning::Server,
                           partitioning::PlacementDriver, serving::QuorumStore, Scripted>;

  explicit Node(Any any) : any_(std::move(any)) {}

  template <class Of>
  static Of made(const core::Roster& roster, const typename Of::Settings& settings, const Durable& disk) {
    typename Of::Durable found;
    for (const auto& write : disk.writes) found.apply(write);
    return Of(roster, settings, found);
  }
  template <class Of>
  Of& as() { return std::get<Of>(any_); }

  void start(Step& step) {
    std::visit([&](auto& node) { if constexpr (requires { node.start(step); }) node.start(step); }, any_);
  }
  template <class M>
  void on_message(Step& step, core::NodeId from, const M& m) {
    if (auto* scripted = std::get_if<Scripted>(&any_)) {
      if constexpr (std::is_same_v<M, serving::Request>) {
        scripted->asked.push_back(m);
        if (scripted->answer) scripted->answer(step, from, m);
      }
      if constexpr (std::is_same_v<M, serving::Reply>) scripted->heard.push_back(m);
      if constexpr (std::is_same_v<M, serving::Probe>)
        if (scripted->well) step.send(from, serving::ProbeReply{m.id, true, 0});
      return;
    }
    std::visit([&](auto& node) { if constexpr (requires { node.on_message(step, from, m); }) node.on_message(step, from, m); }, any_);
  }
  void on_timer(Step& step, Timer timer) {
    std::visit([&](auto& node) { if constexpr (requires { node.on_timer(step, timer); }) node.on_timer(step, timer); }, any_);
  }
  std::string on_tell(Step& step, std::string_view words) {
    std::string why = "takes no words";
    std::visit([&](auto& node) { if constexpr (requires { node.on_tell(step, words); }) why = node.on_tell(step, words); }, any_);
    return why;
  }

 private:
  Any any_;
};

class World : public small_world::World<Node> {
 public:
  // A node of a mechanism, with the groups that it calls.
  template <class Of>
  void put(core::NodeId id, const typename Of::Settings& settings, std::vector<std::vector<core::NodeId>> groups = {}, std::uint64_t seed = 1) {
    core::Roster roster;
    roster.self = id, roster.peers = {id};
    for (auto& nodes : groups) roster.upstream.push_back({"group", std::move(nodes)});
    add(id, [=](Node::Durable disk) { return Node(Node::made<Of>(roster, settings, disk)); }, seed);
  }
  // One that answers by a script.
  Scripted& script(core::NodeId id, decltype(Scripted::answer) answer = {}) {
    add(id, [=](Node::Durable) { return Node(Scripted{answer, {}, {}, true}); });
    return scripted(id);
  }
  Scripted& scripted(core::NodeId id) { return node(id).as<Scripted>(); }
  // `from` asks `to`.
  void ask(core::NodeId from, core::NodeId to, const serving::Request& request) {
    step(from, [&](auto&, auto& s) { s.send(to, request); });
  }
};

inline serving::Request request(std::uint64_t id, serving::Function function, std::string key, std::string value = "",
                                core::Duration patience = {}) {
  serving::Request r;
  r.id = id, r.operation = id, r.function = function, r.key = std::move(key), r.value = std::move(value), r.patience = patience;
  return r;
}

inline void reply(serving::Step& step, core::NodeId to, const serving::Request& request, serving::Status status, std::string value = "",
                  std::uint64_t version = 0) {
  serving::Reply r;
  r.id = request.id, r.status = status, r.value = std::move(value), r.version = version;
  step.send(to, r);
}

}  // namespace path_world
