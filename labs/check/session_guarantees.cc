#include "labs/check/session_guarantees.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace check {
namespace {

// One thing that an order of a key's writes must have: `from` before `to`, because of what some operations did.
struct Demand {
  std::uint32_t from = 0, to = 0;           // Writes; Access::kInitial.
  std::uint32_t first = 0, second = 0;      // The session did these, one after the other.
  bool given = false;                       // Not of the guarantee: the system's versions, or the session's own order.
};

// The demands of one key, and the search for a circle among them.
class Order {
 public:
  Order(const Sessions& sessions, std::uint32_t key, Promise guarantee) : all_(sessions), key_(key), guarantee_(guarantee) {}

  // What happened in each session to this key, in the order of the session.
  void add_session(const std::vector<std::uint32_t>& accesses) {
    // The last of each: what came before is demanded already, or given.
    std::optional<std::uint32_t> reader, writer, unversioned;
    std::vector<std::uint32_t> written;                             // All its writes, where no order of them is given.
    std::optional<std::uint32_t> newest;                            // Of its writes the one of the greatest version.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> unanswered;  // What it saw since it last wrote, and by which read.
    for (const std::uint32_t a : accesses) {
      const Access& access = all_.accesses[a];
      if (!access.seen.empty()) {
        if (guarantee_ == Promise::read_your_writes && writer && !appended()) demand_any({*writer}, access.seen, *writer, a);
        if (guarantee_ == Promise::read_your_writes && appended())
          for (const std::uint32_t w : written) demand_any({w}, access.seen, w, a);
        if (guarantee_ == Promise::read_your_writes && newest && newest != writer) demand_any({*newest}, access.seen, *newest, a);
        if (guarantee_ == Promise::monotonic_reads && reader) demand_any(all_.accesses[*reader].seen, access.seen, *reader, a);
        reader = a;
        for (const std::uint32_t w : access.seen)
          if (unanswered.empty() || unanswered.back().first != w) unanswered.emplace_back(w, a);
      }
      if (!access.writes) continue;
      for (const std::uint32_t w : access.seen)
        if (w != Access::kInitial && given(w, a)) demands_.push_back({w, a, a, a, true});
      if (guarantee_ == Promise::writes_follow_reads) answer(unanswered, a);
      if (guarantee_ == Promise::monotonic_writes && writer) demand(*writer, a, *writer, a);
      if (!access.version.empty() && (!newest || earlier(all_.accesses[*newest].version, access.version))) newest = a;
      if (appended()) written.push_back(a);
      if (access.version.empty() && !appended()) {
        if (unversioned) demands_.push_back({*unversioned, a, *unversioned, a, true});
        unversioned = a;
      }
      writer = a;
    }
  }

  void add_runs() {
    for (const auto& run : all_.runs) {
      if (all_.accesses[run.back()].key != key_) continue;
      for (std::size_t i = 1; i < run.size(); ++i)
        if (run[i - 1] != Access::kInitial) demands_.push_back({run[i - 1], run[i], run[i - 1], run[i], true});
    }
  }

  void add_versions() {
    std::vector<std::uint32_t> told;
    for (const std::uint32_t w : all_.writes[key_])
      if (!all_.accesses[w].version.empty()) told.push_back(w);
    const auto version = [&](std::uint32_t w) -> const Version& { return all_.accesses[w].version; };
    // Only versions of the same form can be compared.
    std::stable_sort(told.begin(), told.end(), [&](std::uint32_t a, std::uint32_t b) {
      return version(a).size() != version(b).size() ? version(a).size() < version(b).size() : version(a) < version(b);
    });
    const auto give = [&](std::uint32_t from, std::uint32_t to) {
      if (earlier(version(from), version(to))) demands_.push_back({from, to, from, to, true});
    };
    // Several may tell the same one: each is before the first that has the next, and that of the last one is before each.
    for (std::size_t i = 0, group = 0, before = 0; i < told.size(); ++i) {
      if (version(told[i]) != version(told[group])) before = group, group = i;
      if (group == 0) continue;
      give(told[before], told[i]);
      if (i == group)
        for (std::size_t j = before + 1; j < group; ++j) give(told[j], told[i]);
    }
  }

  // The accesses of a short circle; none when an order has all that is demanded.
  std::vector<std::uint32_t> circle() {
    if (impossible_) return accesses_of({*impossible_});
    for (const Demand& d : demands_)
      if (!d.given && given(d.to, d.from)) return accesses_of({d});
    std::map<std::pair<std::uint32_t, std::uint32_t>, const Demand*> known;
    for (const Demand& d : demands_) {
      if (d.given) continue;
      known.emplace(std::pair{d.from, d.to}, &d);
      if (const auto back = known.find({d.to, d.from}); back != known.end()) return accesses_of({d, *back->second});
    }
    return accesses_of(long_circle());
  }

 private:
  bool appended() const { return all_.appended[key_]; }
  bool same_run(std::uint32_t a, std::uint32_t b) const { return all_.accesses[a].run != Access::kNoRun && all_.accesses[a].run == all_.accesses[b].run; }

  void demand(std::uint32_t from, std::uint32_t to, std::uint32_t first, std::uint32_t second) {
    if (from == to || from == Access::kInitial) return;
    // Nothing comes between two of a run: so all of the one is before all of the other.
    const std::uint32_t before = all_.accesses[from].run, after = all_.accesses[to].run;
    if (!same_run(from, to) && before != Access::kNoRun) from = all_.runs[before].back();
    if (!same_run(from, to) && after != Access::kNoRun) to = all_.runs[after].front();
    demands_.push_back({from, to, first, second, false});
    if (to == Access::kInitial && !impossible_) impossible_ = demands_.back();
  }

  // A read of a run shows all that was before its last write, back to the one that began it. What it does not show is before
  // that, or after all that it shows.
  void demand_shown(std::uint32_t w, std::uint32_t first, std::uint32_t reader) {
    const Access& read = all_.accesses[reader];
    const auto& run = all_.runs[read.seen_run];
    const bool shown = all_.accesses[w].run == read.seen_run && all_.accesses[w].rank <= read.seen_rank;
    if (shown) return;
    if (all_.accesses[w].run != read.seen_run) return demand(w, run[read.seen_rank], first, reader);
    demands_.push_back({w, run[read.seen_rank], first, reader, false});
  }

  // The write `a` is after all that its session had read. What is before its last write is, by that, before this one; but
  // the system may have put that one elsewhere, so the greatest version is kept.
  void answer(std::vector<std::pair<std::uint32_t, std::uint32_t>>& unanswered, std::uint32_t a) {
    std::optional<std::pair<std::uint32_t, std::uint32_t>> greatest;
    for (const auto& [seen, reader] : unanswered) {
      demand(seen, a, reader, a);
      if (seen == Access::kInitial || all_.accesses[seen].version.empty()) continue;
      if (!greatest || earlier(all_.accesses[greatest->first].version, all_.accesses[seen].version)) greatest = {seen, reader};
    }
    if (appended()) return keep_latest(unanswered);
    unanswered.clear();
    if (greatest) unanswered.push_back(*greatest);
  }

  // Of a run, what is shown last is after all the others.
  void keep_latest(std::vector<std::pair<std::uint32_t, std::uint32_t>>& unanswered) const {
    std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> latest;
    for (const auto& one : unanswered) {
      if (one.first == Access::kInitial) continue;
      const auto [it, fresh] = latest.emplace(all_.accesses[one.first].run, one);
      if (!fresh && all_.accesses[it->second.first].rank < all_.accesses[one.first].rank) it->second = one;
    }
    unanswered.clear();
    for (const auto& [run, one] : latest) unanswered.push_back(one);
  }

  // Each of `older` is at or before one of `seen`: with several seen, nobody knows which.
  void demand_any(const std::vector<std::uint32_t>& older, const std::vector<std::uint32_t>& seen, std::uint32_t first, std::uint32_t second) {
    for (const std::uint32_t w : older) {
      if (w == Access::kInitial || std::find(seen.begin(), seen.end(), w) != seen.end()) continue;
      if (all_.accesses[second].seen_run != Access::kNoRun) {
        demand_shown(w, first, second);
        continue;
      }
      if (seen.size() == 1) {
        demands_.push_back({w, seen[0], first, second, false});
        if (seen[0] == Access::kInitial && !impossible_) impossible_ = demands_.back();
      } else if (!impossible_ && std::all_of(seen.begin(), seen.end(), [&](std::uint32_t s) { return s == Access::kInitial || given(s, w); })) {
        impossible_ = Demand{w, seen[0], first, second, false};
      }
    }
  }

  // Whether that order is given, without any demand of the guarantee.
  bool given(std::uint32_t from, std::uint32_t to) const {
    if (from == Access::kInitial || to == Access::kInitial) return false;
    const Access &a = all_.accesses[from], &b = all_.accesses[to];
    if (same_run(from, to)) return a.rank < b.rank;
    if (!a.version.empty() && !b.version.empty()) return earlier(a.version, b.version);
    if (std::find(b.seen.begin(), b.seen.end(), from) != b.seen.end()) return true;
    return !appended() && a.version.empty() && b.version.empty() && a.session == b.session && a.place < b.place;
  }

  // Takes away what lies on no circle, and walks along one from what is left.
  std::vector<Demand> long_circle() const {
    std::map<std::uint32_t, std::vector<const Demand*>> out;
    std::map<std::uint32_t, std::size_t> in;
    for (const Demand& d : demands_) out[d.from].push_back(&d), ++in[d.to], in.emplace(d.from, 0);
    std::vector<std::uint32_t> free;
    for (const auto& [w, count] : in)
      if (count == 0) free.push_back(w);
    while (!free.empty()) {
      const std::uint32_t w = free.back();
      free.pop_back();
      in.erase(w);
      for (const Demand* d : out[w])
        if (--in[d->to] == 0) free.push_back(d->to);
    }
    if (in.empty()) return {};
    // Each that is left has one before it that is left: backwards, one comes around.
    std::map<std::uint32_t, const Demand*> before;
    for (const Demand& d : demands_)
      if (in.count(d.from) > 0 && in.count(d.to) > 0) before.emplace(d.to, &d);
    std::set<std::uint32_t> passed;
    std::uint32_t at = in.begin()->first;
    while (passed.insert(at).second) at = before[at]->from;
    std::vector<Demand> circle;
    const std::uint32_t begin = at;
    do {
      const Demand& d = *before[at];
      // What is given is often given from the first to the last of a chain.
      if (d.given && !circle.empty() && circle.back().given && given(d.from, circle.back().to))
        circle.back().from = circle.back().first = d.from;
      else
        circle.push_back(d);
      at = d.from;
    } while (at != begin);
    return circle;
  }

  // All that a circle rests on: what the sessions did, and the writes that they saw.
  std::vector<std::uint32_t> accesses_of(const std::vector<Demand>& circle) const {
    std::set<std::uint32_t> all;
    for (const Demand& d : circle)
      for (const std::uint32_t a : {d.from, d.to, d.first, d.second})
        if (a != Access::kInitial) all.insert(a);
    for (const std::uint32_t a : std::set<std::uint32_t>(all))
      for (const std::uint32_t w : all_.accesses[a].seen)
        if (w != Access::kInitial) all.insert(w);
    return {all.begin(), all.end()};
  }

  const Sessions& all_;
  const std::uint32_t key_;
  const Promise guarantee_;
  std::vector<Demand> demands_;
  std::optional<Demand> impossible_;   // One that no order has.
};

// Siblings that should have an order: a session wrote both, or wrote the one when it had read the other.
std::vector<std::size_t> siblings_break(const Sessions& all, Promise guarantee) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> first_read;  // Session and write -> the read.
  if (guarantee == Promise::writes_follow_reads && !all.told_apart.empty())
    for (std::uint32_t s = 0; s < all.sessions.size(); ++s)
      for (const std::uint32_t a : all.sessions[s])
        for (const std::uint32_t w : all.accesses[a].seen) first_read.emplace(std::pair{s, w}, a);
  for (const auto& apart : all.told_apart) {
    const std::uint32_t one = apart.one, other = apart.other, reader = apart.reader;
    const auto found = [&](std::vector<std::uint32_t> more) {
      std::set<std::size_t> operations;
      more.insert(more.end(), {one, other, reader});
      for (const std::uint32_t w : all.accesses[reader].seen) more.push_back(w);
      for (const std::uint32_t a : more)
        if (a != Access::kInitial) operations.insert(all.accesses[a].operation);
      return std::vector<std::size_t>(operations.begin(), operations.end());
    };
    if (one == Access::kInitial || other == Access::kInitial) continue;
    const Access &a = all.accesses[one], &b = all.accesses[other];
    if (guarantee == Promise::monotonic_writes && a.session == b.session) return found({});
    for (const auto& [written, seen] : {std::pair{one, other}, std::pair{other, one}}) {
      const Access& write = all.accesses[written];
      const auto it = first_read.find({write.session, seen});
      if (it != first_read.end() && all.accesses[it->second].place < write.place) return found({it->second});
    }
  }
  return {};
}

}  // namespace

std::vector<std::size_t> breaks_guarantee(const Sessions& all, Promise guarantee) {
  std::map<std::uint32_t, std::map<std::uint32_t, std::vector<std::uint32_t>>> keys;  // Key -> session -> what it did.
  for (std::uint32_t s = 0; s < all.sessions.size(); ++s)
    for (const std::uint32_t a : all.sessions[s]) keys[all.accesses[a].key][s].push_back(a);
  std::vector<std::size_t> best = siblings_break(all, guarantee);
  for (const auto& [key, of_key] : keys) {
    Order order(all, key, guarantee);
    for (const auto& [session, accesses] : of_key) order.add_session(accesses);
    order.add_versions();
    order.add_runs();
    const auto circle = order.circle();
    if (circle.empty() || (!best.empty() && best.size() <= circle.size())) continue;
    best.clear();
    for (const std::uint32_t a : circle) best.push_back(all.accesses[a].operation);
  }
  return best;
}

}  // namespace check
