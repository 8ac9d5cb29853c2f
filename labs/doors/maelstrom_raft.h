// The workload `lin-kv`: mechanisms/consensus/raft as a node of Maelstrom. The server is hosted as a world hosts it - told of
// messages and timers, and what it says carried - but in real time, and its disk is memory: a process that is killed has
// forgotten its vote and its log, and must not come back.
//
// Any node takes any client's request. It numbers it as Raft's clients do (section 8 of the paper): a session, and a serial
// number that stays the same however often it must be sent, so that it is done once. It goes to the leader, as far as this
// node's own server knows of one, and again until it is answered. After a while without an answer the client is told: that
// it was not done, if it never left, and else that nobody knows.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "labs/doors/maelstrom.h"
#include "mechanisms/consensus/raft/raft.h"

namespace doors {

class MaelstromRaft final : public MaelstromWork {
 public:
  MaelstromRaft(const MaelstromCluster& cluster, const raft::Settings& settings, std::uint64_t chance);
  void start(core::Time now, MaelstromOut& out) override;
  void on_message(core::Time now, const MaelstromMessage& message, MaelstromOut& out) override;
  void on_time(core::Time now, MaelstromOut& out) override;
  core::Time due() const override;

 private:
  struct Request {
    MaelstromMessage from;      // The client's.
    raft::Function function{};  // What is tried now; `key` and so on as the client has said it.
    std::string key, value, expected;
    bool creates = false;       // A cas that puts its value where there is none.
    bool sent = false;          // A server that leads was asked: it may have been done.
    core::Time again{};         // When it is asked again,
    core::Time give_up{};       // and when no more.
  };
  // A session has at most one request open.
  struct Session {
    std::uint64_t number = 0;   // 0: takes one when it is first used.
    std::uint64_t serial = 0;   // Of its last request.
    bool wrote = false;         // The store knows of it: something other than a get was begun in it.
    std::optional<Request> open;
  };

  // The server's side: one step of it, and what follows from that at this node.
  template <class Handler>
  void step(core::Time now, MaelstromOut& out, const Handler& handler);
  void carry(core::Time now, MaelstromOut& out);
  void deliver(core::Time now, core::NodeId from, const raft::Message& message, MaelstromOut& out);
  void send(core::NodeId to, raft::Message message, MaelstromOut& out);

  // The client's side.
  void begin(core::Time now, const MaelstromMessage& message, MaelstromOut& out);
  void attempt(Session& session, raft::Function function);
  void ask(core::Time now, Session& session, MaelstromOut& out);
  void on_reply(core::Time now, const raft::ClientReply& reply, MaelstromOut& out);
  void answer(core::Time now, Session& session, const raft::Result& result, MaelstromOut& out);
  void end(Session& session) { session.open.reset(); }
  void give_up(Session& session, MaelstromOut& out);

  MaelstromCluster cluster_;
  core::Rng rng_;
  raft::Server server_;
  raft::Server::Step step_;                       // Means nothing between steps; kept for its memory.
  std::map<raft::Alarm, core::Time> timers_;
  std::deque<raft::Message> to_self_;             // What this node has said to itself.
  std::uint64_t next_session_;
  std::vector<Session> sessions_;
};

}  // namespace doors
