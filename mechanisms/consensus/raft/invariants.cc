#include "mechanisms/consensus/raft/invariants.h"

#include "mechanisms/core/codec.h"
#include "mechanisms/core/fingerprint.h"

namespace raft {
namespace {

std::string name(const Server& server) { return "server " + server.name_of(server.id()); }
std::string at(Index index) { return "entry " + std::to_string(index); }

Fingerprint extend(Fingerprint before, const Entry& entry) {
  const core::Bytes bytes = core::encode(entry.payload);
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return core::fingerprint(core::fingerprint(before, entry.term), view);
}

// Brings the fingerprints up to date with the server's log: recomputes those behind the last entry that is unchanged.
// Returns the first that is new.
Index update_prints(const Facts& facts, const Log& log, Prints& s) {
  const bool known_base = s.covers(log.base()) && s.terms[log.base() - s.base] == log.base_term();
  if (!known_base) {
    // It begins anew behind a snapshot. What the snapshot stands for was seen in some log.
    const auto it = facts.prints.find({log.base(), log.base_term()});
    s.anchored = log.base() == 0 || it != facts.prints.end();
    s.prints = {it == facts.prints.end() ? 0 : it->second};
    s.terms = {log.base_term()};
    s.base = log.base();
  } else if (log.base() > s.base) {
    const auto gone = static_cast<std::ptrdiff_t>(log.base() - s.base);
    s.prints.erase(s.prints.begin(), s.prints.begin() + gone);
    s.terms.erase(s.terms.begin(), s.terms.begin() + gone);
    s.base = log.base();
  }
  Index same = std::min(s.last(), log.last());
  while (same > s.base && s.terms[same - s.base] != log.term(same)) --same;
  s.prints.resize(same - s.base + 1);
  s.terms.resize(same - s.base + 1);
  for (Index i = same + 1; i <= log.last(); ++i) {
    s.prints.push_back(extend(s.prints.back(), log.at(i)));
    s.terms.push_back(log.at(i).term);
  }
  return same + 1;
}

// --- Of states.

std::string election_safety(Facts& facts, const Server& server) {
  if (!server.leads()) return "";
  const auto [it, fresh] = facts.leaders.emplace(server.term(), server.id());
  if (it->second == server.id()) return "";
  return "Election Safety: server " + server.name_of(it->second) + " and " + name(server) + " were both elected in term " +
         std::to_string(server.term());
}

std::string log_matching(Facts& facts, const Server& server, const Prints& now, Index first_new) {
  if (!now.anchored) return "";
  for (Index i = first_new; i <= now.last(); ++i) {
    const auto [it, fresh] = facts.prints.emplace(std::pair{i, now.terms[i - now.base]}, now.print(i));
    if (it->second != now.print(i))
      return "Log Matching: " + at(i) + " of " + name(server) + " has the term " +
             std::to_string(now.terms[i - now.base]) + " of another log's, but the logs differ up to it";
  }
  return "";
}

std::string committed_stays(Facts& facts, const Server& server, Index before, const Prints& now) {
  if (!now.anchored) return "";
  for (Index i = before < now.base ? now.base : before + 1; i <= server.commit(); ++i) {
    if (i == 0 || !now.covers(i)) continue;
    if (facts.committed.size() <= i) {
      // A snapshot may bring what was never seen to be committed entry by entry.
      if (facts.committed.size() < i) facts.committed.resize(i, Facts::Commit{});
      facts.committed.push_back({now.print(i), server.term()});
    } else if (facts.committed[i].print == 0) {
      facts.committed[i] = {now.print(i), server.term()};
    } else if (facts.committed[i].print != now.print(i)) {
      return "State Machine Safety: " + name(server) + " has committed another " + at(i) +
             " than was committed before";
    }
  }
  return "";
}

std::string stores_agree(Facts& facts, const Server& server) {
  const auto [it, fresh] = facts.stores.emplace(server.applied(), server.store().digest());
  if (it->second == server.store().digest()) return "";
  return "State Machine Safety: the store of " + name(server) + " after " + at(server.applied()) +
         " is not what another server had";
}

// Tells the commands that were committed since from the retries among them.
void count_commands(Facts& facts, const Server& server) {
  const Log& log = server.log();
  if (log.base() >= facts.commands.size()) {
    // It was alone, and has compacted what nobody saw. It is taken at its word.
    if (server.applied() >= facts.commands.size()) facts.commands.resize(server.applied() + 1, server.store().done());
    return;
  }
  while (facts.commands.size() <= server.applied()) {
    std::uint64_t commands = facts.commands.back();
    if (const auto* command = std::get_if<Command>(&log.at(facts.commands.size()).payload)) {
      std::uint64_t& last = facts.serials[command->session];
      if (command->serial > last) last = command->serial, ++commands;
    }
    facts.commands.push_back(commands);
  }
}

std::string nothing_is_done_twice(Facts& facts, const Server& server) {
  count_commands(facts, server);
  const std::uint64_t different = facts.commands[server.applied()];
  if (server.store().done() <= different) return "";
  return "No write is applied twice: " + name(server) + " has done " + std::to_string(server.store().done()) +
         " commands up to " + at(server.applied()) + ", and there are " + std::to_string(different);
}

// --- Of transitions.

std::string leader_append_only(const Server& server, const Summary& before, Index first_new) {
  if (!before.known || !before.led || !server.leads() || before.term != server.term()) return "";
  if (first_new > before.last) return "";
  return "Leader Append-Only: " + name(server) + " changed its log while it led term " +
         std::to_string(server.term());
}

std::string leader_completeness(const Facts& facts, const Server& server, const Summary& before, const Prints& now) {
  if (!server.leads() || (before.known && before.led && before.term == server.term())) return "";
  if (!now.anchored) return "";
  for (Index i = facts.committed.size(); i-- > 1;) {
    const auto& commit = facts.committed[i];
    if (commit.print == 0 || commit.seen_in >= server.term()) continue;
    if (now.base >= i || (now.covers(i) && now.print(i) == commit.print)) break;
    return "Leader Completeness: " + name(server) + " leads term " + std::to_string(server.term()) +
           " without " + at(i) + ", which was committed in term " + std::to_string(commit.seen_in);
  }
  return "";
}

std::string acknowledged_stays(Facts& facts, const Server& server, const Summary& before, const Prints& now) {
  if (server.acknowledged() > facts.acknowledged) {
    facts.acknowledged = server.acknowledged();
    facts.acknowledged_in = server.term();
    facts.acknowledged_print = now.anchored && now.covers(facts.acknowledged) ? now.print(facts.acknowledged) : 0;
  }
  const bool elected = server.leads() && !(before.known && before.led && before.term == server.term());
  const Index i = facts.acknowledged;
  if (!elected || !now.anchored || i == 0 || server.term() <= facts.acknowledged_in || now.base >= i) return "";
  if (now.covers(i) && (facts.acknowledged_print == 0 || facts.acknowledged_print == now.print(i))) return "";
  return "No acknowledged write is lost: " + name(server) + " leads term " + std::to_string(server.term()) +
         " without " + at(i) + ", of which a client was told that it is done";
}

std::string nothing_goes_back(const Server& server, const Summary& before) {
  if (!before.known) return "";
  if (server.term() < before.term) return name(server) + " went back to term " + std::to_string(server.term());
  if (server.commit() < before.commit) return name(server) + " went back to commit " + std::to_string(server.commit());
  if (server.applied() > server.commit()) return name(server) + " has applied what is not committed";
  return "";
}

}  // namespace

std::string Invariants::after(std::span<const Server* const> all, std::size_t stepped) {
  summaries_.resize(all.size());
  prints_.resize(all.size());
  if (facts_.committed.empty()) facts_.committed.resize(1);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == nullptr) summaries_[i].known = false;
  if (all[stepped] == nullptr) return "";
  const Server& server = *all[stepped];
  const Log& log = server.log();
  const Summary before = summaries_[stepped];
  // Most steps change neither the log nor the role: nothing of the costly part is needed then.
  const bool same_log = before.known && before.log_version == log.version() && before.base == log.base();
  if (same_log && before.term == server.term() && before.led == server.leads() && before.commit == server.commit())
    return "";

  Prints& prints = prints_[stepped];
  const Index first_new = same_log ? log.last() + 1 : update_prints(facts_, log, prints);
  std::string broken = election_safety(facts_, server);
  if (broken.empty()) broken = nothing_goes_back(server, before);
  if (broken.empty()) broken = leader_append_only(server, before, first_new);
  if (broken.empty()) broken = log_matching(facts_, server, prints, first_new);
  if (broken.empty()) broken = leader_completeness(facts_, server, before, prints);
  if (broken.empty()) broken = committed_stays(facts_, server, before.known ? before.commit : 0, prints);
  if (broken.empty()) broken = stores_agree(facts_, server);
  if (broken.empty()) broken = nothing_is_done_twice(facts_, server);
  if (broken.empty()) broken = acknowledged_stays(facts_, server, before, prints);
  summaries_[stepped] = {true, server.leads(), server.term(), log.last(), log.base(), server.commit(), log.version()};
  return broken;
}

}  // namespace raft
