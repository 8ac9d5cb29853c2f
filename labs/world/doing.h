// What each command does to a world: doing.cc, and composite.cc for those that unfold over time.
#pragma once
#include <string>
#include <vector>

#include "labs/world/world.h"

namespace world {

class Doing {
 public:
  // `by`: the name of the composite, or `stop`, that has it done; 0: a person or a script does it.
  explicit Doing(World& world, record::NameId by = 0) : world_(world), by_(by), followed_(world.follows_) {}
  ~Doing() { world_.follows_ = followed_; }
  Doing(const Doing&) = delete;
  Doing& operator=(const Doing&) = delete;

  // Throws BadCommand when it cannot be done; then nothing has happened, except that a node may have been asked for
  // something (`tell`) and have refused it.
  void run(const Command& command);
  // The next step of a composite under way.
  void go_on(std::uint32_t scheduled);

  void operator()(const Partition& c);
  void operator()(const Heal& c);
  void operator()(const Disturb& c);
  void operator()(const Lifecycle& c);
  void operator()(const Slow& c);
  void operator()(const Clock& c);
  void operator()(const DiskCommand& c);
  void operator()(const Load& c);
  void operator()(const Set& c);
  void operator()(const TellNode& c);
  void operator()(const Mark& c);
  void operator()(const Composite& c);
  void operator()(const Stop& c);
  void operator()(const Wait& c);

 private:
  using Ids = std::vector<core::NodeId>;

  // Everybody who is meant is known: the command enters the recording.
  void begin();
  std::vector<Ids> groups(const std::vector<Who>& who) const;
  template <class Change>
  void change_link(core::NodeId from, core::NodeId to, const Change& change);
  void unclog(core::NodeId from, core::NodeId to);
  void reset(core::NodeId a, core::NodeId b);
  void refuse_overlap(const std::vector<Ids>& sides) const;
  void live(const Lifecycle& c, core::NodeId id);
  void set_on(core::NodeId id, const std::string& setting, const std::string& value);

  // Composites.
  Ids actors(const Composite& c) const;
  Ids shuffled(Ids ids);
  void later(core::Duration after, Command command);
  void under_way(core::Duration after, Composite c);
  void majority_ring(const Composite& c);
  void bridge(const Composite& c);
  void flap(const Composite& c);
  void swizzle_clog(const Composite& c);
  void strobe_skews(const Composite& c);

  World& world_;
  record::NameId by_;
  std::uint64_t followed_;    // What the world's events followed from before.
  std::string text_;
  std::string_view pattern_;  // Of the composite that is begun.
};

}  // namespace world
