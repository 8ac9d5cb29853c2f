// How a world holds a node without knowing its type: what a step said, as bytes and small words (Effects), the node
// behind an interface (Hosted), and what is known of all nodes of its kind (Kind). kind_of.h makes them from any class
// that keeps to mechanisms/core/step.h.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mechanisms/core/ids.h"
#include "mechanisms/core/metric.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/step.h"
#include "mechanisms/core/time.h"
#include "mechanisms/core/truth.h"
#include "mechanisms/traffic/clients/ask.h"

namespace world {

// A value that owns something behind an interface: copying it copies the thing.
template <class T>
class Box {
 public:
  Box() = default;
  Box(std::unique_ptr<T> thing) : thing_(std::move(thing)) {}
  Box(const Box& other) : thing_(other.thing_ ? other.thing_->clone() : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box other) noexcept {
    thing_ = std::move(other.thing_);
    return *this;
  }
  T* operator->() const { return thing_.get(); }
  T& operator*() const { return *thing_; }
  T* get() const { return thing_.get(); }
  explicit operator bool() const { return thing_ != nullptr; }

 private:
  std::unique_ptr<T> thing_;
};

// What one step wants done. Bytes of messages, writes and operations lie one behind the other in `bytes`.
struct Effects {
  struct Slice {
    std::uint32_t type;  // Which alternative of the variant.
    std::uint32_t begin, end;
  };
  struct Send {
    core::NodeId to;
    Slice message;
  };
  struct TimerChange {
    std::uint8_t kind;
    bool set;
    std::uint64_t key;
    core::Duration after;
  };
  struct Note {
    std::string text;
    bool refusal;
  };
  struct Sample {
    const core::Metric* metric;
    double value;
  };
  struct Operation {
    bool completed;
    std::uint64_t id;
    std::string word;  // The function when it begins, the outcome when it ends.
    std::uint32_t begin, end;
  };

  std::uint64_t cause = 0;  // The event that began the step.
  core::Bytes bytes;
  std::vector<Send> sends;
  std::vector<TimerChange> timers;
  std::vector<Slice> writes;
  std::vector<Note> notes;
  std::vector<Sample> samples;
  std::vector<Operation> operations;

  core::BytesView view(std::uint32_t begin, std::uint32_t end) const {
    return core::BytesView(bytes).subspan(begin, end - begin);
  }
  core::BytesView view(const Slice& slice) const { return view(slice.begin, slice.end); }
  void clear() {
    cause = 0;
    bytes.clear(), sends.clear(), timers.clear(), writes.clear(), notes.clear(), samples.clear();
    operations.clear();
  }
};

// A running node. Handlers may throw core::Malformed (the message was none: dropped) and core::CheckFailed (a bug: the
// node crashes); after either, nothing of the step is applied.
class Hosted {
 public:
  virtual ~Hosted() = default;
  virtual std::unique_ptr<Hosted> clone() const = 0;
  virtual void start(core::Time now, core::Rng& rng, Effects& out) = 0;
  virtual void on_message(core::Time now, core::Rng& rng, core::NodeId from, core::BytesView message,
                          Effects& out) = 0;
  virtual void on_timer(core::Time now, core::Rng& rng, std::uint8_t kind, std::uint64_t key, Effects& out) = 0;
  // Both return why it is refused, or nothing.
  virtual std::string on_tell(core::Time now, core::Rng& rng, std::string_view words, Effects& out) = 0;
  // The operation that it began, or 0: nodes of its kind cannot do that.
  virtual std::uint64_t on_ask(core::Time now, core::Rng& rng, clients::Ask what, Effects& out) = 0;
  virtual std::string set(core::Time now, core::Rng& rng, std::string_view setting, std::string_view value,
                          Effects& out) = 0;
  virtual std::string get(std::string_view setting) const = 0;
  virtual void show(core::Bytes& out) const = 0;
  virtual core::Face face() const = 0;
};

// Watches all nodes of a group and says when a promise is broken. A value, like the nodes.
class Judge {
 public:
  virtual ~Judge() = default;
  virtual std::unique_ptr<Judge> clone() const = 0;
  // After each step of a node, and when it goes down. `all` in the order of the group; null for a node that is down or
  // in the middle of a durable write.
  virtual std::string after(std::span<const Hosted* const> all, std::size_t stepped, const core::Truth& truth) = 0;
};

using SettingValues = std::vector<std::pair<std::string, std::string>>;

// What is known of all nodes of one kind.
class Kind {
 public:
  virtual ~Kind() = default;

  std::string name, help;
  std::vector<core::SettingInfo> settings;
  std::vector<std::string> messages, timers, writes;  // Names, by the number of the alternative.
  std::vector<core::Tell> tells;
  std::vector<const core::Metric*> metrics;
  bool takes_asks = false;               // Nodes of it are clients who do what somebody outside wants: doors lead to them.
  std::string_view leading_role;         // The one that others follow; empty: nobody leads.
  std::string_view epoch_word = "epoch";  // What orders two that lead.

  // A node from what its disk holds: the bytes of its writes in order. Settings were checked before.
  virtual std::unique_ptr<Hosted> make(const core::Roster&, const SettingValues&,
                                       std::span<const core::Bytes> disk) const = 0;
  // The fewest writes that leave a disk with the same meaning.
  virtual std::vector<core::Bytes> compact(std::span<const core::Bytes> disk) const = 0;
  // Why a setting cannot have this value, or nothing. Says the nearest name when there is no such setting.
  virtual std::string check_setting(std::string_view setting, std::string_view value) const = 0;
  // Why settings that are each as they may be cannot go together, or nothing. Those that are not given have their defaults.
  virtual std::string conflict(const SettingValues&) const = 0;
  // Null when the kind has no invariants.
  virtual std::unique_ptr<Judge> judge() const = 0;

  // For people: the text of bytes that such nodes sent, wrote or showed, with these names for nodes. Says so when they are
  // malformed.
  virtual std::string message_text(core::BytesView, const core::Names&) const = 0;
  virtual std::string write_text(core::BytesView, const core::Names&) const = 0;
  virtual std::string shown_text(core::BytesView, const core::Names&) const = 0;
};

}  // namespace world
