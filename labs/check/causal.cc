#include "labs/check/causal.h"

#include <algorithm>
#include <map>
#include <set>

namespace check {
namespace {

// `w1` must come before `w2`: it is in the causal past of this read, which returned the other.
struct Conflict {
  std::uint32_t w1 = 0, w2 = 0, reader = 0;
};

class Causality {
 public:
  Causality(const Sessions& sessions, Causal strength, const Limits& limits, Work& work) : all_(sessions), strength_(strength), work_(work) {
    const std::size_t bytes = all_.accesses.size() * all_.sessions.size() * sizeof(std::uint32_t) * (strength == Causal::memory ? 2 : 1);
    if (bytes > limits.bytes) gave_up_ = "the causal order of so many sessions needs more than " + std::to_string(limits.bytes >> 20) + " MiB";
  }

  CausalFinding run() {
    if (!all_.unwritten.empty()) {
      const auto& u = all_.unwritten.front();
      return {{u.operation}, u.failed ? "the write of that certainly failed, and nobody else wrote it" : "nobody ever wrote that", ""};
    }
    if (!gave_up_.empty()) return {{}, "", gave_up_};
    const auto order = sorted({});
    if (order.size() < counted_) return {operations_of(circle(order, {})), "an effect comes before its cause: cause and effect form a circle", ""};
    find_past(order, {});
    find_writers();
    CausalFinding finding = look_at_reads();
    if (!finding.operations.empty() || !finding.gave_up.empty() || strength_ == Causal::weak) return finding;
    return strength_ == Causal::memory ? look_at_sessions() : look_for_circle();
  }

 private:
  const Access& at(std::uint32_t a) const { return all_.accesses[a]; }
  std::uint32_t& past(std::uint32_t a, std::uint32_t session) { return past_[a * all_.sessions.size() + session]; }
  // Whether a is in the causal past of b.
  bool before(std::uint32_t a, std::uint32_t b) { return at(a).place < past(b, at(a).session); }

  template <class Visit>
  void causes(std::uint32_t a, const Visit& visit) const {
    if (at(a).place > 0) visit(all_.sessions[at(a).session][at(a).place - 1]);
    for (const std::uint32_t w : at(a).seen)
      if (w != Access::kInitial) visit(w);
  }

  // In an order that has causes before effects, and `more`, as far as that goes: what is on a circle, or behind one, is missing.
  std::vector<std::uint32_t> sorted(const std::vector<Conflict>& more) {
    const std::size_t n = all_.accesses.size();
    std::vector<std::vector<std::uint32_t>> out(n);
    std::vector<std::uint32_t> in(n), order;
    const auto edge = [&](std::uint32_t from, std::uint32_t to) { out[from].push_back(to), ++in[to]; };
    counted_ = 0;
    for (const auto& session : all_.sessions)
      for (const std::uint32_t a : session) causes(a, [&](std::uint32_t c) { edge(c, a); }), ++counted_;
    for (const Conflict& c : more) edge(c.w1, c.w2);
    for (const auto& session : all_.sessions)
      for (const std::uint32_t a : session)
        if (in[a] == 0) order.push_back(a);
    for (std::size_t i = 0; i < order.size(); ++i)
      for (const std::uint32_t to : out[order[i]])
        if (--in[to] == 0) order.push_back(to);
    return order;
  }

  // `order` has causes, and what `more` puts before others, first.
  void find_past(const std::vector<std::uint32_t>& order, const std::vector<Conflict>& more) {
    past_.assign(all_.accesses.size() * all_.sessions.size(), 0);
    std::multimap<std::uint32_t, std::uint32_t> forced;
    for (const Conflict& c : more) forced.emplace(c.w2, c.w1);
    for (const std::uint32_t a : order) {
      const auto follow = [&](std::uint32_t c) {
        for (std::uint32_t s = 0; s < all_.sessions.size(); ++s) past(a, s) = std::max(past(a, s), past(c, s));
        past(a, at(c).session) = std::max(past(a, at(c).session), at(c).place + 1);
      };
      causes(a, follow);
      for (auto [it, end] = forced.equal_range(a); it != end; ++it) follow(it->second);
    }
  }

  // By key and session, in the order of the session.
  void find_writers() {
    writers_.resize(all_.writes.size());
    for (const auto& session : all_.sessions)
      for (const std::uint32_t a : session)
        if (at(a).writes) writers_[at(a).key][at(a).session].push_back(a);
  }
  // Calls visit(w) with the last write of each session to the key that `a` accesses that is before it; false ends it.
  template <class Visit>
  void last_writes_before(std::uint32_t a, const Visit& visit) {
    for (const auto& [s, of_session] : writers_[at(a).key]) {
      const auto later = std::partition_point(of_session.begin(), of_session.end(), [&](std::uint32_t w) { return before(w, a); });
      if (later != of_session.begin() && !visit(*(later - 1))) return;
    }
  }

  // The one that takes the fewest operations to show, of the first so many.
  void keep(CausalFinding finding, CausalFinding& best) {
    if (best.operations.empty() || finding.operations.size() < best.operations.size()) best = std::move(finding);
    ++found_;
  }
  static constexpr std::size_t kFound = 1000;

  CausalFinding look_at_reads() {
    CausalFinding best;
    for (const auto& session : all_.sessions)
      for (const std::uint32_t a : session) {
        if (at(a).seen.empty()) continue;
        work_.done(all_.sessions.size());
        if (work_.over()) return best.operations.empty() ? CausalFinding{{}, "", "the time is over"} : best;
        last_writes_before(a, [&](std::uint32_t w) {
          CausalFinding finding = compare(a, w);
          if (!finding.operations.empty()) keep(std::move(finding), best);
          return found_ <= kFound;
        });
        if (found_ > kFound) return best;
      }
    return best;
  }

  // The last write `w` of a session that a read has in its past, with what it returned.
  CausalFinding compare(std::uint32_t reader, std::uint32_t w) {
    const auto& seen = at(reader).seen;
    if (seen.size() == 1 && seen[0] == Access::kInitial) return {with_path({}, w, reader), "it read nothing, though a write that it should know of came before it", ""};
    for (const std::uint32_t s : seen)
      if (s != Access::kInitial && s != w && before(s, w))
        return {with_path(path(s, w), w, reader), "what it read had been replaced by a write that it should know of", ""};
    if (seen.size() == 1 && seen[0] != w) conflicts_.push_back({w, seen[0], reader});
    return {};
  }

  CausalFinding look_for_circle() {
    static const char* const kWhy = "no one order of the writes fits: a write that a process knows of comes before what it reads instead";
    const auto smaller = [](const Conflict& a, const Conflict& b) { return a.w1 != b.w1 ? a.w1 < b.w1 : a.w2 < b.w2; };
    std::stable_sort(conflicts_.begin(), conflicts_.end(), smaller);
    conflicts_.erase(std::unique(conflicts_.begin(), conflicts_.end(), [&](const auto& a, const auto& b) { return !smaller(a, b); }), conflicts_.end());
    CausalFinding best;
    for (const Conflict& c : conflicts_) {
      if (found_ > kFound) break;
      const auto back = std::lower_bound(conflicts_.begin(), conflicts_.end(), Conflict{c.w2, c.w1, 0}, smaller);
      if (back != conflicts_.end() && back->w1 == c.w2 && back->w2 == c.w1) keep({operations_of(explained({c, *back})), kWhy, ""}, best);
    }
    if (!best.operations.empty()) return best;
    const auto order = sorted(conflicts_);
    if (order.size() == counted_) return {};
    return {operations_of(circle(order, conflicts_)), kWhy, ""};
  }

  // Causal memory: each session by itself, with what the reads of the others returned left out of sight. What a session's
  // last operation forces includes all that earlier ones did.
  CausalFinding look_at_sessions() {
    const std::vector<std::uint32_t> causal = past_;
    for (const auto& session : all_.sessions) {
      std::vector<Conflict> forced;
      for (bool grew = true; grew;) {
        const std::size_t known = forced.size();
        for (const std::uint32_t a : session) {
          if (at(a).seen.size() != 1) continue;
          work_.done(all_.sessions.size());
          CausalFinding finding = force(a, forced);
          if (!finding.operations.empty()) return finding;
        }
        grew = forced.size() > known;
        if (!grew) break;
        const auto order = sorted(forced);
        if (order.size() < counted_) return {all_before(session.back(), forced), kOneProcess, ""};
        work_.done(past_.size());
        if (work_.over()) return {{}, "", "the time is over"};
        find_past(order, forced);
      }
      if (!forced.empty()) past_ = causal;
    }
    return {};
  }
  static constexpr const char* kOneProcess = "even one process by itself finds no order of the writes that fits what it read";

  // What a read has before it, it forces before the write that it returned.
  CausalFinding force(std::uint32_t reader, std::vector<Conflict>& forced) {
    const std::uint32_t seen = at(reader).seen[0];
    CausalFinding found;
    last_writes_before(reader, [&](std::uint32_t w) {
      if (seen == Access::kInitial) found = {all_before(reader, forced), "it read nothing, though by all that it had read before a write was done", ""};
      else if (w != seen && !before(w, seen)) forced.push_back({w, seen, reader});
      return found.operations.empty();
    });
    return found;
  }

  // All that `last` rests on: more than is needed, and wrong by itself.
  std::vector<std::size_t> all_before(std::uint32_t last, const std::vector<Conflict>& forced) {
    std::set<std::uint32_t> all{last};
    std::vector<std::uint32_t> left{last};
    while (!left.empty()) {
      const std::uint32_t a = left.back();
      left.pop_back();
      const auto follow = [&](std::uint32_t c) { if (all.insert(c).second) left.push_back(c); };
      causes(a, follow);
      for (const Conflict& c : forced)
        if (c.w2 == a) follow(c.w1), follow(c.reader);
    }
    return operations_of({all.begin(), all.end()});
  }

  // Walks backwards from what has no place in the order until it comes around.
  std::vector<std::uint32_t> circle(const std::vector<std::uint32_t>& order, const std::vector<Conflict>& more) {
    std::vector<bool> placed(all_.accesses.size());
    for (const std::uint32_t a : order) placed[a] = true;
    std::map<std::uint32_t, const Conflict*> forced;
    for (const Conflict& c : more)
      if (!placed[c.w1]) forced.emplace(c.w2, &c);
    std::uint32_t a = 0;
    for (const auto& session : all_.sessions)
      for (const std::uint32_t b : session)
        if (!placed[b]) a = b;
    std::vector<std::uint32_t> way;
    std::map<std::uint32_t, std::size_t> when;
    std::vector<const Conflict*> by;
    while (when.emplace(a, way.size()).second) {
      way.push_back(a);
      std::uint32_t next = Access::kInitial;
      causes(a, [&](std::uint32_t c) { if (!placed[c]) next = c; });
      by.push_back(next == Access::kInitial ? forced.at(a) : nullptr);
      a = next == Access::kInitial ? by.back()->w1 : next;
    }
    return around(way, by, when.at(a));
  }

  // Of a run within one session, only the first and the last count.
  std::vector<std::uint32_t> around(const std::vector<std::uint32_t>& way, const std::vector<const Conflict*>& by, std::size_t begin) {
    std::set<std::uint32_t> all;
    for (std::size_t i = begin; i < way.size(); ++i) {
      const auto same = [&](std::size_t j, std::size_t k) { return by[j] == nullptr && at(way[j]).session == at(way[k]).session && at(way[k]).place < at(way[j]).place; };
      const std::size_t last = i == begin ? way.size() - 1 : i - 1, next = i + 1 == way.size() ? begin : i + 1;
      if (same(last, i) && same(i, next)) continue;
      all.insert(way[i]);
      if (by[i] == nullptr) continue;
      for (const std::uint32_t a : explained({*by[i]})) all.insert(a);
    }
    return {all.begin(), all.end()};
  }

  std::vector<std::uint32_t> explained(const std::vector<Conflict>& conflicts) {
    std::set<std::uint32_t> all;
    for (const Conflict& c : conflicts) {
      all.insert(c.w2), all.insert(c.reader);
      for (const std::uint32_t a : path(c.w1, c.reader)) all.insert(a);
    }
    return {all.begin(), all.end()};
  }

  // Why `from` is in the causal past of `to`: both, and what was written and read between them.
  std::vector<std::uint32_t> path(std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> all{from, to};
    while (to != from && at(to).session != at(from).session) {
      // The first of the session that knows of it has read it, or something that did.
      const auto& session = all_.sessions[at(to).session];
      const auto first = std::partition_point(session.begin(), session.begin() + at(to).place, [&](std::uint32_t a) { return !before(from, a); });
      const std::uint32_t reader = *first;
      const auto& seen = at(reader).seen;
      const auto w = std::find_if(seen.begin(), seen.end(), [&](std::uint32_t s) { return s == from || (s != Access::kInitial && before(from, s)); });
      all.push_back(reader);
      all.push_back(*w);
      to = *w;
    }
    return all;
  }

  std::vector<std::size_t> with_path(std::vector<std::uint32_t> all, std::uint32_t from, std::uint32_t to) {
    for (const std::uint32_t a : path(from, to)) all.push_back(a);
    for (const std::uint32_t w : at(to).seen)
      if (w != Access::kInitial) all.push_back(w);
    return operations_of(all);
  }

  std::vector<std::size_t> operations_of(const std::vector<std::uint32_t>& accesses) const {
    std::set<std::size_t> operations;
    for (const std::uint32_t a : accesses) operations.insert(at(a).operation);
    return {operations.begin(), operations.end()};
  }

  const Sessions& all_;
  const Causal strength_;
  Work& work_;
  std::string gave_up_;
  std::size_t found_ = 0;                // Bad patterns so far.
  std::size_t counted_ = 0;              // Accesses that are in a session.
  std::vector<std::uint32_t> past_;      // Of each access, of each session: so many of its first are before it.
  std::vector<std::map<std::uint32_t, std::vector<std::uint32_t>>> writers_;
  std::vector<Conflict> conflicts_;
};

}  // namespace

CausalFinding bad_pattern(const Sessions& sessions, Causal strength, const Limits& limits, Work& work) {
  return Causality(sessions, strength, limits, work).run();
}

}  // namespace check
