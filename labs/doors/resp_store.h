// What Redis' commands do with one key, made of what the store behind can do (asker.h).
//
// What reads a value and then writes another does it by compare-and-swap, and again when somebody else was faster: nothing is
// lost between two doors or to the lab's own clients. Where the store has no compare-and-swap (Dynamo, shards, the path of
// services), only this door's own commands keep out of each other's way, by turns; INFO says so (`read_modify_write`).
//
// A write of which nobody knows whether it was done answers with an error that says so. It is not tried again.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "labs/doors/doors.h"
#include "labs/doors/resp_value.h"
#include "mechanisms/core/rng.h"

namespace doors {

// What became of it; answers are as they are written for the client.
struct RespRead {
  std::optional<RespValue> value;
  std::string error;               // Empty: it was read.
};
// What to do with a value that was read, and the answer when that is done.
struct RespChange {
  enum class Do { leave, write, remove };
  Do what = Do::leave;
  std::string answer;
  RespValue value{};               // To write.
};

class RespStore {
 public:
  using Read = std::function<void(RespRead)>;
  using Alter = std::function<RespChange(const std::optional<RespValue>&)>;   // Perhaps more than once.
  using Said = std::function<void(std::string)>;                              // The answer, or an error's.

  explicit RespStore(House house) : house_(house), swaps_(house.asker.can(clients::Function::cas) && house.asker.can(clients::Function::create)) {}
  ~RespStore() { *here_ = false; }

  // They go on as long as the store and the asker are here; whoever calls them may be gone meanwhile.
  void read(const std::string& key, Read then);
  void write(const std::string& key, const RespValue& value, const std::string& answer, Said then);
  void remove(const std::string& key, Said then);   // Answers :1, or :0 when there was nothing.
  void alter(const std::string& key, Alter how, Said then);

  bool swaps() const { return swaps_; }
  static long long now();                           // Milliseconds of Unix time.

  // Since the door was opened.
  std::uint64_t hits = 0, misses = 0;               // Reads that found something, or nothing.
  std::uint64_t siblings = 0;                       // Reads that found values of writes that did not know of each other: the
                                                    // first is answered.
  std::uint64_t expired = 0;                        // Values that were taken away because their time was over.
  std::uint64_t again = 0;                          // Compare-and-swaps that somebody else was faster than.

 private:
  struct Altering;
  using Handle = std::shared_ptr<Altering>;
  void ask(clients::Function what, const std::string& key, std::string value, Then then, std::string expected = {});
  void look(const Handle& one);
  void decide(const Handle& one, const std::optional<std::string>& stored);
  void swap(const Handle& one, const std::optional<std::string>& from, const std::string& to);   // From nothing: a create.
  void rest(const Handle& one);
  void sweep(const std::string& key);

  House house_;
  bool swaps_;
  core::Rng rng_{1};
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);   // For timers that ring when this is gone.
  std::set<std::string> sweeping_;                  // Keys whose expired value is being taken away.
};

// The words for an answer that is not ok. `writes`: whether it may have changed something.
std::string resp_trouble(const Answer& answer, bool writes);

}  // namespace doors
