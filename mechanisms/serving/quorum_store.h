// A store whose every write goes through consensus: a Raft server (mechanisms/consensus/raft) behind the door of a path's
// node. Services find its leader as they find the owner of a shard: the whole key space is one shard, its owner is whom the
// server believes to lead, its epoch the term; who asks another one is sent on.
//
// Guarantees
//   1. What was answered with ok is what Raft says of it: writes survive whatever a majority survives, reads are
//      linearizable (mechanisms/consensus/raft/raft.h).
//   2. A request that comes again under the same operation number is done once, as long as the store remembers its session;
//      whoever asked for it is answered, be it the same caller or another through whom its user tried again.
//   3. A write that a leader took and then could not answer for ends as `timed_out`: it is in a log, and may be committed yet.
//   4. The version of what is read or written is a position of the log: of two values of a key, the newer has the greater.
//
// Left out: scans, which would have to be linearizable over many keys.
#pragma once
#include <map>

#include "mechanisms/consensus/raft/invariants.h"
#include "mechanisms/serving/inlet.h"
#include "mechanisms/serving/invariants.h"

namespace serving {

struct QuorumSettings {
  Inlet::Settings door;
  raft::Settings raft;
  FIELDS(QuorumSettings, door, raft)
  static constexpr std::array<core::Setting, 0> kDeclared{};
};

class QuorumStore {
 public:
  struct Durable {
    raft::Durable raft;
    void apply(const Write& write) { raft.apply(std::get<OfRaftLog>(write).write); }
    std::vector<Write> image() const {
      std::vector<Write> all;
      for (auto& write : raft.image()) all.push_back(OfRaftLog{std::move(write)});
      return all;
    }
  };
  // Raft's, over the servers behind the doors, and those of the doors.
  class Invariants {
   public:
    std::string after(std::span<const QuorumStore* const> all, std::size_t stepped) {
      servers_.clear();
      for (const QuorumStore* node : all) servers_.push_back(node ? &node->server_ : nullptr);
      doors_.resize(all.size());
      if (all[stepped] == nullptr) doors_[stepped] = {};
      else if (const auto why = doors_[stepped].after(all[stepped]->inlet_); !why.empty()) return why;
      return raft_.after(servers_, stepped);
    }

   private:
    raft::Invariants raft_;
    std::vector<DoorInvariants> doors_;
    std::vector<const raft::Server*> servers_;   // Only meaningful during after().
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Settings = QuorumSettings;
  using Shown = raft::Shown;
  using Step = serving::Step;
  static constexpr auto& kTells = raft::Server::kTells;
  static constexpr auto kMetrics = core::joined(kInletMetrics, raft::Server::kMetrics);
  static constexpr std::string_view kLeadingRole = raft::Server::kLeadingRole, kEpochWord = raft::Server::kEpochWord;

  QuorumStore(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Request& m) { inlet_.take(step, from, m); }
  void on_message(Step& step, core::NodeId from, const OfRaft& m);
  void on_message(Step& step, core::NodeId from, const AskTable& m);
  void on_message(Step& step, core::NodeId from, const Probe& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For others of the path.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const { return server_.show(); }
  core::Face face() const { return server_.face(); }

  const raft::Server& server() const { return server_; }
  friend bool operator==(const QuorumStore&, const QuorumStore&) = default;

 private:
  struct Asked {
    std::vector<Ticket> tickets;   // Of all who wait for it, one a caller.
    bool taken = false;            // This server led when it was asked: a write is in its log.
    friend bool operator==(const Asked&, const Asked&) = default;
  };

  // Lets the server do something, and passes on what it said.
  template <class Doing>
  void with_server(Step& step, const Doing& doing);
  void work(Step& step, Ticket ticket);
  void wait_too(Step& step, Asked& asked, Ticket ticket);
  void on_answer(Step& step, const raft::ClientReply& reply);
  // Where requests belong, as far as this server knows; nothing: it knows nobody who leads.
  std::vector<partitioning::Shard> where() const;

  core::NodeId id_;
  std::vector<core::NodeId> peers_;
  Settings settings_;
  Inlet inlet_;
  raft::Server server_;
  std::map<std::uint64_t, Asked> asked_;   // By session: by the request's operation number.
};

}  // namespace serving
