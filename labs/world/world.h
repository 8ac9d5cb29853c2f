// A world hosts the nodes of a system and lets commands break it. All that both worlds share is here: nodes, clocks,
// disks, links, faults, the order of events. SimulatedWorld adds virtual time; LoopbackWorld real time and sockets.
//
// One step of a node: something is due (a message, a timer) -> the handler runs -> its writes become durable -> its
// effects are released: sends, timers, notes. While a write takes time, or the node is slow, the node is busy; what comes
// meanwhile waits in its inbox and is then handled as one batch with one durable write. A crash while it is busy loses
// the whole batch.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "labs/record/event.h"
#include "labs/world/clock.h"
#include "labs/world/command.h"
#include "labs/world/disk.h"
#include "labs/world/hosted.h"
#include "labs/world/links.h"
#include "labs/world/names.h"
#include "labs/world/queue.h"
#include "labs/world/system.h"
#include "mechanisms/clocks/lamport.h"
#include "mechanisms/core/codec.h"

namespace world {

class World {
 public:
  World(const System& system, std::uint64_t seed);
  virtual ~World();

  // Hears all events from now on, after the names used so far. Changes nothing in the world. A copied world has no
  // listeners.
  void listen(record::Listener* listener);
  void stop_listening(record::Listener* listener);

  // Lets time pass. The first call starts the nodes.
  virtual void run_until(core::Time end) = 0;
  void run_for(core::Duration time) { run_until(now_ + time); }

  // Throws BadCommand, in words, when it cannot be done; then nothing has happened.
  void apply(const Command& command);
  void apply(std::string_view line) { apply(parse_command(line)); }

  // From now on chance goes another way: all generators begin again, from another seed. What is already under way - timers,
  // messages - stays as it is.
  void draw_anew(std::uint64_t seed);

  core::Time now() const { return now_; }
  std::uint64_t events() const { return events_; }
  const std::vector<record::NodeInfo>& nodes() const { return infos_; }
  std::vector<core::NodeId> select(const Who& who) const;
  bool violated() const { return violations_ > 0; }

  // For tests and for what asks the present (the window asks the recording instead).
  const Hosted* node(core::NodeId id) const { return slot(id).node.get(); }
  const Kind& kind(core::NodeId id) const { return *slot(id).kind; }
  // As it was set last, else as its group or its kind has it. Empty: nodes of its kind have no such setting.
  std::string setting(core::NodeId id, std::string_view name) const;
  core::Duration skew(core::NodeId id) const { return slot(id).clock.skew(now_); }
  const LinkFaults& link(core::NodeId from, core::NodeId to) const { return links_.faults(from, to); }
  const Disk& disk(core::NodeId id) const { return slot(id).disk; }

 protected:
  World(const World& other);  // Copies no listener: see Listeners.

  enum class Condition : std::uint8_t { down, up, paused };

  // What a due entry of the queue is about.
  enum class Plan : std::uint32_t { packet, timer, wake, command };

  struct Packet {
    core::NodeId from = core::kNobody, to = core::kNobody;
    bool used = false;
    bool corrupt = false;     // To be dropped on arrival: a bit flipped.
    bool reset = false;       // To be dropped on arrival: the connection broke.
    record::NameId type = 0;
    std::uint64_t send = 0;   // The send event's id,
    std::uint64_t stamp = 0;  // and its stamp.
    core::Bytes bytes;
  };
  // A timer that is set again and again, as election timers are, keeps its one entry in the queue: when that comes up
  // too early, it is planned anew.
  struct TimerSet {
    std::uint8_t kind;
    std::uint64_t key;
    bool armed = false;            // Else it was cancelled, and only its entry in the queue is left.
    core::Time due{};              // When it rings,
    core::Time planned{};          // and when its entry in the queue comes up: not later. kNoEntry: it has none.
    std::uint64_t generation = 0;  // Of that entry: an older one is void.
    bool operator<(const TimerSet& o) const { return kind != o.kind ? kind < o.kind : key < o.key; }
  };
  static constexpr core::Time kNoEntry = core::Time::max();
  struct TimerDue {
    core::NodeId node;
    std::uint8_t kind;
    std::uint64_t key;
    std::uint64_t generation;
  };
  struct Waiting {  // In an inbox: a packet, or a timer that rang.
    bool is_timer;
    std::uint32_t packet;
    TimerDue timer;
  };
  struct Tally {  // A metric of one node.
    const core::Metric* metric;
    record::NameId name;
    double value;
    bool said;
  };
  struct Slot {
    const Kind* kind = nullptr;
    std::uint32_t kind_names = 0;       // Index into kind_names_.
    std::size_t group = 0, place = 0;   // Which group, and which of its nodes.
    core::Roster roster;
    SettingValues settings;             // The group's, and those set since.
    Box<Hosted> node;                   // Null when it is down.
    Condition condition = Condition::down;
    bool busy = false;                  // In the middle of a durable write or of a slow step.
    std::uint32_t life = 0;             // Counts starts and crashes: what was planned for an earlier life is void.
    core::Duration slow{};              // Each step takes so long.
    NodeClock clock;
    core::Rng rng;
    Disk disk;
    std::vector<TimerSet> timers;       // Sorted.
    std::deque<Waiting> inbox;
    std::vector<Effects> pending;       // Effects of steps that are not released yet, in order ...
    std::size_t in_sync = 0;            // ... of which so many belong to the write under way.
    bool finish_on_resume = false;      // The write ended while the node was paused.
    std::vector<Tally> tallies;
    core::Bytes shown;                  // What it showed last.
    const char* role_word = nullptr;    // The role's characters, a constant: equal pointers are equal words.
    record::NameId role = 0;
    std::uint64_t epoch = 0;
  };
  // What is interned once for each kind in use.
  struct KindNames {
    const Kind* kind;
    std::vector<record::NameId> messages, timers, writes;
  };

  // Somebody who is no node wants this of a client. Returns the operation that it invoked, or 0: the client is not up, or what
  // it asks cannot do that.
  std::uint64_t ask(core::NodeId node, clients::Ask what);

  void start_once();
  bool started() const { return started_; }
  // Does the first thing in the queue.
  void do_next();
  // A packet's time on the link is over. Simulated: it arrives. Loopback: it is put on the socket now.
  virtual void carry(std::uint32_t packet_index) { arrive(packet_index); }
  void arrive(std::uint32_t packet_index);
  // The writes of a batch are to become durable; finish(node) must be called when they are. Simulated: after the disk's
  // time. Loopback with files: when the disk's thread says so.
  virtual void sync(core::NodeId node, core::Duration takes);
  // Whether a durable write that should take no time is durable at once.
  virtual bool syncs_at_once() const { return true; }
  void finish(core::NodeId node, std::string_view failure = {});
  // The writes of the batch that is in sync.
  template <class Visit>
  void visit_writes(core::NodeId node, const Visit& visit) const {
    const Slot& s = slot(node);
    for (std::size_t i = 0; i < s.in_sync; ++i)
      for (const auto& write : s.pending[i].writes) visit(s.pending[i].view(write));
  }
  // Loopback has something to do beside: files to rewrite, read or cut off, connections to break.
  virtual void on_disk_replaced(core::NodeId) {}
  virtual void before_start(core::NodeId) {}
  virtual void on_crash(core::NodeId, std::string_view /*why*/) {}
  virtual void on_reset(core::NodeId, core::NodeId) {}

  void plan(core::Time at, Plan what, std::uint32_t index) { queue_.push({at, ++planned_, static_cast<std::uint32_t>(what), index}); }
  std::uint32_t new_packet();
  void free_packet(std::uint32_t index);
  void drop(std::uint32_t packet_index, core::NodeId where, core::NodeId other, record::NameId why);
  // The message of that send, with that stamp, ends on its way.
  void lose(core::NodeId where, core::NodeId other, record::NameId why, std::uint64_t send_id, std::uint64_t stamp);
  std::uint64_t emit(record::EventKind kind, core::NodeId node, core::NodeId peer = core::kNobody,
                     record::NameId type = 0, std::uint64_t ref = 0, double value = 0, core::BytesView body = {});
  std::uint64_t emit_text(record::EventKind kind, core::NodeId node, std::string_view text, std::uint64_t ref = 0,
                          record::NameId type = 0);
  // Its body is only made when somebody listens.
  template <class Body>
  void emit_coded(record::EventKind kind, core::NodeId node, core::NodeId peer, record::NameId type, std::uint64_t ref,
                  const Body& body) {
    coded_.clear();
    if (!listeners_.all.empty()) core::encode(body, coded_);
    emit(kind, node, peer, type, ref, 0, coded_);
  }
  record::NameId name(std::string_view word);

  Slot& slot(core::NodeId id) { return slots_[id - 1]; }
  const Slot& slot(core::NodeId id) const { return slots_[id - 1]; }
  const KindNames& names_of(const Slot& s) const { return kind_names_[s.kind_names]; }

  core::Time now_{};

 private:
  friend class Doing;      // The commands: doing.cc.
  class Clocks;            // What judges are told of the true time: world.cc.
  struct Listeners {       // Not copied with the world.
    std::vector<record::Listener*> all;
    Listeners() = default;
    Listeners(const Listeners&) {}
    Listeners& operator=(const Listeners&) { return *this; }
  };
  struct Scheduled {       // A command that a composite planned.
    Command command;
    std::uint32_t generation;
    record::NameId by;     // Its name.
  };

  // Steps (world.cc).
  void start_node(core::NodeId node);
  void stop_node(core::NodeId node, std::string_view why);
  template <class Handler>
  void step(core::NodeId node, std::uint64_t cause, const Handler& handler);
  void handle(core::NodeId node, const Waiting& waiting);
  void handle_timer(core::NodeId node, const TimerDue& rung);
  void handle_packet(core::NodeId node, std::uint32_t index);
  void take(core::NodeId node, const Waiting& waiting);
  void drain(core::NodeId node);
  std::string tell(core::NodeId node, std::string_view words);
  void set(core::NodeId node, std::string_view setting, std::string_view value);
  void settle(core::NodeId node);
  static void tear(Slot& s);
  Around around(core::NodeId node) const;
  // What is wrong around the node is no longer what it was `before`.
  void tell_around(core::NodeId node, const Around& before);
  void do_command(std::uint32_t scheduled);

  // Effects (release.cc).
  void release(core::NodeId node, const Effects& effects);
  void send(core::NodeId from, const Effects& effects, const Effects::Send& send);
  void put_on_link(core::NodeId from, core::NodeId to, record::NameId type, std::uint64_t send_id,
                   core::BytesView bytes);
  void change_timer(Slot& from, core::NodeId node, const Effects::TimerChange& change, std::uint64_t cause);
  void plan_timer(TimerSet& timer, core::NodeId node);
  void ring(std::uint32_t timer_index);
  static std::vector<TimerSet>::iterator find_timer(Slot& at, const TimerDue& due);  // end(): it is void.
  bool take_timer(Slot& at, const TimerDue& due);
  void sample(core::NodeId node, const Effects::Sample& sample, std::uint64_t cause);
  void show(core::NodeId node);
  void judge(core::NodeId node);
  void append_writes(core::NodeId node, const Effects& effects);
  void compact(core::NodeId node);

  System system_;
  bool started_ = false;
  std::uint64_t events_ = 0;
  std::vector<clocks::Lamport> stamps_;  // By node; [0] is the world's own, on which commands happen.
  std::uint64_t follows_ = 0;            // The stamp of the message or command from which what happens now follows; 0: of none.
  std::uint64_t planned_ = 0;
  std::uint64_t timer_generation_ = 0;
  std::uint64_t violations_ = 0;
  core::Rng faults_rng_;                 // For composites.
  Names names_;
  std::vector<KindNames> kind_names_;
  record::NameId lost_, cut_, corrupt_, reset_, down_, malformed_;  // Why a message is dropped: "loss", ...
  std::vector<record::NodeInfo> infos_;
  std::vector<Slot> slots_;
  Links links_;
  Queue queue_;
  std::vector<Packet> packets_;
  std::vector<std::uint32_t> free_packets_;
  std::vector<TimerDue> timers_due_;
  std::vector<std::uint32_t> free_timers_;
  std::vector<std::pair<core::Time, std::uint32_t>> held_;  // Packets on clogged links, and when they could arrive.
  std::vector<Scheduled> scheduled_;
  std::uint32_t composites_ = 0;         // Generation of scheduled commands: `stop` voids them.
  std::vector<Command> undo_;            // What `stop` does.
  std::vector<Box<Judge>> judges_;       // One a group, or null; null after it found a violation.
  std::vector<const Hosted*> judged_;    // Only meaningful during judge(); kept for its memory.
  Effects scratch_;                      // Empty between steps; kept for its memory.
  core::Bytes coded_;                    // The body of the event that is being told; kept for its memory.
  Listeners listeners_;

 protected:
  const Queue& queue() const { return queue_; }
  const System& system() const { return system_; }
  Packet& packet_at(std::uint32_t index) { return packets_[index]; }
  std::uint64_t stamp_of(core::NodeId node) const { return stamps_[node].time; }  // Of its last event.
};

}  // namespace world
