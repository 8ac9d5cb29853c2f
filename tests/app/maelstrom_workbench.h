// What Maelstrom does with a node's program, for the tests: starts one process a node, carries the messages among them with
// delay, loss and partitions, and lets clients ask them. Time is real. One thread: everything happens in run_until().
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "mechanisms/core/rng.h"
#include "program.h"

namespace workbench {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// Of what nodes say to each other; what clients say and hear always arrives at once.
struct Net {
  std::chrono::milliseconds delay{0};   // At most.
  double loss = 0;
};

class Workbench {
 public:
  // `words` behind `faultline maelstrom-node`. Nodes are called n1, n2 ..
  Workbench(std::size_t nodes, const program::Words& words);
  ~Workbench();
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  Net net;
  // Only nodes of one part hear each other; who is in none hears nobody. Empty: all hear all.
  void partition(std::vector<std::set<std::string>> parts) { parts_ = std::move(parts); }
  void heal() { parts_.clear(); }
  // A new process in the place of the old, which is killed.
  void restart(const std::string& node);
  // Bytes as they are into a node's standard input.
  void write_raw(const std::string& node, const std::string& bytes);

  using Heard = std::function<void(const Json& body)>;
  // A client asks. `heard` is called once, or never; the answer's number says which request it is for.
  void ask(const std::string& node, Json body, Heard heard);
  // False: it took longer.
  bool run_until(const std::function<bool()>& done, Clock::duration limit);
  void run_for(Clock::duration time) { run_until([] { return false; }, time); }
  // Asks and waits for the answer; null: there was none in time.
  Json call(const std::string& node, Json body, Clock::duration limit = 5s);

  const std::vector<std::string>& nodes() const { return names_; }
  bool runs(const std::string& node);
  std::string log(const std::string& node) const { return nodes_.at(node).err; }
  // Who last sent AppendEntries, and which nodes ever did.
  const std::string& leader() const { return leader_; }
  const std::set<std::string>& leaders() const { return leaders_; }
  std::size_t carried() const { return carried_; }
  std::size_t lost() const { return lost_; }
  // Lines on a standard output that are no message of its node: must stay empty.
  const std::vector<std::string>& bad_lines() const { return bad_lines_; }

 private:
  struct Node {
    int pid = -1, in = -1, out = -1, error = -1;
    std::string pending;      // Not yet written to it.
    std::string read, err;    // The beginning of a line; all that it has logged.
  };
  struct Delivery {
    Clock::time_point at;
    std::uint64_t number;     // In the order in which they were sent, where the times are equal.
    std::string dest, line;
    bool operator>(const Delivery& other) const { return std::tie(at, number) > std::tie(other.at, other.number); }
  };

  void start(const std::string& name);
  void stop(Node& node);
  void init(const std::string& name);
  void turn(std::chrono::milliseconds patience);
  void take_lines(const std::string& name, Node& node);
  void route(const std::string& from, const std::string& line);
  bool connected(const std::string& a, const std::string& b) const;

  program::Words words_;
  std::vector<std::string> names_;
  std::map<std::string, Node> nodes_;
  std::priority_queue<Delivery, std::vector<Delivery>, std::greater<>> under_way_;
  std::vector<std::set<std::string>> parts_;
  std::map<std::uint64_t, Heard> waiting_;
  std::uint64_t asked_ = 0, sent_ = 0;
  core::Rng chance_{7};
  std::string leader_;
  std::set<std::string> leaders_;
  std::size_t carried_ = 0, lost_ = 0;
  std::vector<std::string> bad_lines_;
};

}  // namespace workbench
