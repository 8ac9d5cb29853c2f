#include "labs/check/stores.h"

#include <algorithm>
#include <functional>
#include <set>

#include "mechanisms/core/check.h"

namespace check {
namespace {

struct Sent {
  std::size_t replica = 0;                    // Where it was written,
  std::size_t number = 0;                     // as the so-manieth.
  std::string key, value;
  std::uint64_t time = 0;                     // Who has the greatest wins.
  std::vector<std::size_t> known;             // So many of each replica's writes its writer knew.
  std::set<std::size_t> replaces;             // The siblings that it saw.
};

struct Replica {
  std::vector<std::size_t> known;             // So many of each replica's writes have arrived, in their order,
  std::set<std::size_t> early;                // and these before their turn.
  std::uint64_t clock = 0;
  std::map<std::string, std::set<std::size_t>> holds;  // By key: writes. One, or siblings.
};

class Replicated {
 public:
  Replicated(Store store, std::size_t replicas, core::Rng& rng) : store_(store), rng_(rng), replicas_(replicas), by_replica_(replicas) {
    for (Replica& r : replicas_) r.known.resize(replicas), r.clock = store == Store::eventual ? rng.below(40) : 0;
  }

  void write(std::size_t client, const std::string& key, const std::string& value) {
    const std::size_t at = place(client);
    Replica& r = replicas_[at];
    if (store_ == Store::sequential) catch_up(r);
    Sent w{at, by_replica_[at].size(), key, value, ++r.clock, r.known, r.holds[key]};
    if (store_ == Store::eventual) w.time += now_;
    writes_.push_back(std::move(w));
    by_replica_[at].push_back(writes_.size() - 1);
    arrive(r, writes_.size() - 1);
  }

  void read(std::size_t client, core::Completion& told) {
    for (const std::size_t w : replicas_[place(client)].holds[key_of(told)])
      if (told.value) told.siblings.push_back(writes_[w].value);
      else told.value = writes_[w].value;
  }
  // The key of the read that is told next.
  std::string asked;

  // Something may arrive somewhere.
  void pass() {
    ++now_;
    Replica& r = replicas_[rng_.below(replicas_.size())];
    if (store_ == Store::sequential) {
      if (r.clock < writes_.size()) arrive(r, r.clock);
      return;
    }
    const std::size_t from = rng_.below(replicas_.size()), to = static_cast<std::size_t>(&r - replicas_.data());
    // Some ways are long, so that what was written later may well arrive earlier by another one.
    if ((from + 2 * to) % 5 == 1 && !rng_.chance(0.05)) return;
    const auto& sent = by_replica_[from];
    const std::size_t next = r.known[from];
    if (next == sent.size()) return;
    const std::size_t w = sent[store_ == Store::eventual ? next + rng_.below(sent.size() - next) : next];
    if (r.early.count(w) > 0) return;
    if (store_ == Store::causal || store_ == Store::siblings)
      for (std::size_t i = 0; i < replicas_.size(); ++i)
        if (i != from && r.known[i] < writes_[w].known[i]) return;
    arrive(r, w);
  }

  void deliver_all() {
    const auto behind = [&](const Replica& r) {
      if (store_ == Store::sequential) return r.clock < writes_.size();
      for (std::size_t i = 0; i < replicas_.size(); ++i)
        if (r.known[i] < by_replica_[i].size()) return true;
      return false;
    };
    while (std::any_of(replicas_.begin(), replicas_.end(), behind)) pass();
  }

 private:
  std::size_t place(std::size_t client) { return store_ == Store::eventual ? rng_.below(replicas_.size()) : client; }
  const std::string& key_of(const core::Completion&) const { return asked; }

  // Of the sequential store, a replica's clock is how much of the log it has.
  void catch_up(Replica& r) {
    while (r.clock < writes_.size()) arrive(r, r.clock);
  }

  void arrive(Replica& r, std::size_t w) {
    const Sent& written = writes_[w];
    auto& holds = r.holds[written.key];
    if (store_ == Store::sequential) {
      holds = {w};
      r.clock = w + 1;
      return;
    }
    r.early.insert(w);
    std::size_t& known = r.known[written.replica];
    const auto& sent = by_replica_[written.replica];
    for (; known < sent.size() && r.early.erase(sent[known]) > 0; ++known) continue;
    if (store_ == Store::siblings) {
      for (const std::size_t old : written.replaces) holds.erase(old);
      holds.insert(w);
      return;
    }
    if (store_ != Store::eventual) r.clock = std::max(r.clock, written.time);
    const auto rank = [&](std::size_t i) { return std::pair{writes_[i].time, i}; };
    if (holds.empty() || rank(*holds.begin()) < rank(w)) holds = {w};
  }

  const Store store_;
  core::Rng& rng_;
  std::uint64_t now_ = 0;
  std::vector<Sent> writes_;
  std::vector<Replica> replicas_;
  std::vector<std::vector<std::size_t>> by_replica_;
};

// Tells a history again, with what `edit` changes of what was told.
History retold(const History& history, const std::function<void(std::size_t, core::Completion&)>& edit) {
  std::map<std::uint64_t, std::pair<std::size_t, bool>> moments;
  const auto& all = history.operations();
  for (std::size_t i = 0; i < all.size(); ++i) {
    moments[all[i].call] = {i, true};
    if (all[i].end != Operation::kNever) moments[all[i].end] = {i, false};
  }
  History again;
  for (const auto& [position, moment] : moments) {
    const Operation& o = all[moment.first];
    if (history.quiet_since() && !again.quiet_since() && position > *history.quiet_since()) again.quiet();
    core::Completion told{moment.first, o.outcome, o.result, o.siblings, o.version};
    edit(moment.first, told);
    if (moment.second) again.begin({moment.first, o.process, o.function, o.key, o.value, o.expected});
    if (!moment.second || o.end == Operation::kNever) again.end(told);
  }
  return again;
}

// Two operations of one process on one key, the first of which does what is asked, and the second, too.
struct Pair {
  std::size_t first = 0, second = 0;
};
std::vector<Pair> pairs(const History& history, bool first_reads, bool second_reads) {
  std::map<std::pair<std::uint64_t, std::string>, std::size_t> last;
  std::vector<Pair> found;
  const auto& all = history.operations();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto fits = [&](bool reads) { return is_read(all[i]) == reads && all[i].outcome == core::Outcome::ok; };
    const std::pair key{all[i].process, all[i].key};
    const auto before = last.find(key);
    if (before != last.end() && fits(second_reads)) found.push_back({before->second, i});
    if (fits(first_reads) && (!first_reads || all[i].result)) last[key] = i;
  }
  return found;
}

}  // namespace

std::vector<Promise> promises_of(Store store) {
  switch (store) {
    case Store::sequential: return promises_of("sequential,causal,causal-memory,weak-causal,read-your-writes,monotonic-reads,monotonic-writes,writes-follow-reads,convergent");
    case Store::causal:
    case Store::siblings: return promises_of("causal,weak-causal,read-your-writes,monotonic-reads,monotonic-writes,writes-follow-reads,convergent");
    case Store::fifo: return promises_of("read-your-writes,monotonic-reads,monotonic-writes,writes-follow-reads,convergent");
    case Store::eventual: return promises_of("convergent");
  }
  return {};
}

History generate(Store store, const Shape& shape, core::Rng& rng) {
  History history;
  Replicated replicas(store, shape.clients, rng);
  std::vector<core::Invocation> open(shape.clients);
  std::vector<std::size_t> left(shape.clients, shape.operations);
  std::uint64_t id = 0;
  const auto finish = [&](std::size_t client) {
    core::Invocation& i = open[client];
    core::Completion told{i.id, core::Outcome::ok};
    replicas.asked = i.key;
    if (i.function == "get") replicas.read(client, told);
    else replicas.write(client, i.key, i.value);
    history.end(told);
    i.id = 0;
  };
  for (std::size_t active = shape.clients; active > 0;) {
    for (auto more = rng.below(3); more > 0; --more) replicas.pass();
    const std::size_t client = rng.below(shape.clients);
    if (open[client].id != 0) {
      finish(client);
      if (--left[client] == 0) --active;
    } else if (left[client] > 0) {
      const bool reads = rng.chance(0.6);
      const std::string key = "k" + std::to_string(rng.below(shape.keys));
      ++id;
      open[client] = {id, client, reads ? "get" : "put", key, reads ? "" : "v" + std::to_string(id), ""};
      history.begin(open[client]);
    }
  }
  replicas.deliver_all();
  history.quiet();
  for (std::size_t client = 0; client < shape.clients; ++client)
    for (std::size_t key = 0; key < shape.keys; ++key) {
      open[client] = {++id, client, "get", "k" + std::to_string(key), "", ""};
      history.begin(open[client]);
      finish(client);
    }
  return history;
}

std::optional<History> broken(const History& history, Promise promise, core::Rng& rng) {
  const bool reads = promise != Promise::monotonic_writes && promise != Promise::writes_follow_reads;
  const bool first_reads = promise == Promise::monotonic_reads || promise == Promise::writes_follow_reads || promise == Promise::convergent;
  auto all = pairs(history, first_reads, reads);
  // One who reads what it had not read at last.
  if (promise == Promise::convergent) std::erase_if(all, [&](const Pair& p) { return history.operations()[p.second].call <= history.quiet_since(); });
  if (all.empty()) return std::nullopt;
  const Pair pair = all[rng.below(all.size())];
  const auto& first = history.operations()[pair.first];
  return retold(history, [&](std::size_t i, core::Completion& told) {
    if (reads && i == pair.second) told.value.reset(), told.siblings.clear();
    if (reads) return;
    // What was written first, or read, is later by the system's own order.
    const Operation& o = history.operations()[i];
    const bool of_first = i == pair.first || (first_reads && o.value == first.result && o.key == first.key);
    if (of_first) told.version = "1.2";
    if (i == pair.second) told.version = "1.1";
  });
}

}  // namespace check
