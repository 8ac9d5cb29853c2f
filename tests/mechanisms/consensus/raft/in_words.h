// Raft's messages and states as a reader of the paper would put them: for the golden scripts.
#pragma once
#include <string>
#include <vector>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {

inline std::string num(std::uint64_t n) { return std::to_string(n); }

template <class Number>
std::string list(const std::vector<Number>& numbers) {
  std::string all;
  for (const auto n : numbers) all += (all.empty() ? "" : " ") + num(n);
  return all;
}

inline std::string name(core::NodeId id) { return id >= kClient ? "client" : num(id); }

// A place in a log.
inline std::string place(Index index, Term term) { return index == 0 ? "0" : num(index) + " (term " + num(term) + ")"; }

inline std::string range(Index first, Index last) { return first == last ? num(first) : num(first) + ".." + num(last); }

inline std::string in_words(const Configuration& config) {
  return "members " + list(config.voters) + (config.joint() ? " with " + list(config.next) : "");
}

inline std::string in_words(const Command& c) {
  const std::string verb(core::name_of(c.function));
  switch (c.function) {
    case Function::get:
    case Function::del: return verb + " " + c.key;
    case Function::put:
    case Function::create: return verb + " " + c.key + "=" + c.value;
    case Function::append: return verb + " " + c.key + "+=" + c.value;
    case Function::cas: return verb + " " + c.key + " from " + c.expected + " to " + c.value;
  }
  return verb;
}

// Entries from `first` on. Of which term they are is said where it is not `usual`.
inline std::string in_words(Index first, const std::vector<Entry>& entries, Term usual) {
  if (entries.size() > 3) {
    std::vector<Term> terms;
    for (const auto& entry : entries) terms.push_back(entry.term);
    return range(first, first + entries.size() - 1) + " of terms " + list(terms);
  }
  std::string all;
  for (const auto& entry : entries) {
    all += (all.empty() ? "" : ", ") + num(first++) + " ";
    if (const auto* command = std::get_if<Command>(&entry.payload))
      all += in_words(*command);
    else if (const auto* config = std::get_if<Configuration>(&entry.payload))
      all += in_words(*config);
    else
      all += "no-op";
    if (entry.term != usual) all += " (term " + num(entry.term) + ")";
  }
  return all;
}

inline std::string in_words(const Result& result) {
  if (result.status == Status::ok) return result.value ? "done, \"" + *result.value + "\"" : "done";
  return std::string(core::name_of(result.status));
}

// --- Messages.

inline std::string in_words(const RequestVote& m) {
  return std::string(m.pre ? "RequestPreVote" : "RequestVote") + " term " + num(m.term) + ", log ends at " +
         place(m.last_index, m.last_term) + (m.transfer ? ", by the leader's wish" : "");
}
inline std::string in_words(const VoteReply& m) {
  return std::string(m.pre ? "pre-vote " : "vote ") + (m.granted ? "granted" : "refused") + ", term " + num(m.term);
}
inline std::string in_words(const AppendEntries& m) {
  const std::string head = m.entries.empty() ? "heartbeat" : "AppendEntries";
  const std::string entries = m.entries.empty() ? "" : ": " + in_words(m.prev_index + 1, m.entries, m.term);
  return head + " term " + num(m.term) + ", after " + place(m.prev_index, m.prev_term) + entries + "; commit " +
         num(m.commit);
}
inline std::string in_words(const AppendReply& m) {
  if (m.success) return "agrees up to " + num(m.match) + ", term " + num(m.term);
  const std::string refused = "append refused, term " + num(m.term);
  if (m.hint == 0) return refused;
  if (m.hint_term == 0) return refused + ": nothing at " + num(m.match) + ", try from " + num(m.hint);
  return refused + ": " + num(m.match) + " is of term " + num(m.hint_term) + ", try from " + num(m.hint);
}
inline std::string in_words(const InstallSnapshot& m) {
  return "InstallSnapshot term " + num(m.term) + ", up to " + place(m.index, m.index_term) + ": bytes " +
         num(m.offset) + ".." + num(m.offset + m.data.size()) + (m.done ? ", the last" : "");
}
inline std::string in_words(const SnapshotReply& m) {
  const std::string about = " the snapshot up to " + num(m.index) + ", term " + num(m.term);
  if (m.installed) return "has" + about;
  return "wants byte " + num(m.wanted) + " of" + about;
}
inline std::string in_words(const TimeoutNow& m) { return "TimeoutNow term " + num(m.term); }
inline std::string in_words(const ClientRequest& m) {
  return "operation " + num(m.command.session) + ": " + in_words(m.command);
}
inline std::string in_words(const ClientReply& m) {
  const std::string head = "operation " + num(m.session) + ": ";
  if (m.result.status != Status::not_leader) return head + in_words(m.result);
  return head + "not the leader" + (m.leader == core::kNobody ? "" : ", ask " + num(m.leader));
}

inline std::string in_words(const Cluster::Packet& packet) {
  const auto message = core::decode<Message>(packet.bytes);
  return name(packet.from) + " -> " + name(packet.to) + "  " +
         std::visit([](const auto& m) { return in_words(m); }, message);
}

// --- Servers.

inline std::string status(const Server& s) {
  return num(s.id()) + ": " + std::string(s.face().role) + " of term " + num(s.term()) +
         (s.voted_for() == core::kNobody ? "" : ", voted for " + num(s.voted_for())) + ", log ends at " +
         place(s.log().last(), s.log().last_term()) + ", commit " + num(s.commit());
}

inline std::string log_in_words(Index snapshot, const std::vector<Term>& terms) {
  const std::string behind = snapshot == 0 ? "" : "snapshot up to " + num(snapshot) + ", then ";
  return behind + (terms.empty() ? "no entries" : "terms " + list(terms));
}

inline std::string in_words(const Durable& disk) {
  std::vector<Term> terms;
  for (const auto& entry : disk.entries) terms.push_back(entry.term);
  return "term " + num(disk.term) + ", voted for " +
         (disk.voted_for == core::kNobody ? "nobody" : num(disk.voted_for)) + ", " +
         log_in_words(disk.snapshot.index, terms);
}

// What a reader sees of a server, to say what a step changed.
struct Seen {
  std::string role;
  Term term = 0;
  core::NodeId leader = core::kNobody;
  Index commit = 0;
  std::vector<Term> terms;
  Index base = 0;

  Seen() = default;
  explicit Seen(const Server& s)
      : role(s.face().role),
        term(s.term()),
        leader(s.leader()),
        commit(s.commit()),
        terms(terms_of(s.log())),
        base(s.log().base()) {}
};

// The step's changes, in words; empty: none.
inline std::string changes(const Seen& before, const Server& s, const Server::Step& step) {
  std::string all;
  const auto add = [&](const std::string& part) { all += (all.empty() ? "" : "; ") + part; };
  const Seen now(s);
  if (now.role != before.role || now.term != before.term) add(now.role + " of term " + num(now.term));
  const bool follows = now.leader != core::kNobody && now.leader != s.id();
  if (follows && now.leader != before.leader) add("follows " + num(now.leader));
  for (const auto& note : step.notes)
    if (!note.text.starts_with("stands for election") && !note.text.starts_with("leads in term")) add(note.text);
  // The entries behind what both logs have.
  Index same = std::max(before.base, now.base);
  const Index end = std::min<Index>(before.base + before.terms.size(), s.log().last());
  while (same < end && before.terms[same - before.base] == s.log().term(same + 1)) ++same;
  std::vector<Entry> fresh;
  for (Index i = same + 1; i <= s.log().last(); ++i) fresh.push_back(s.log().at(i));
  if (!fresh.empty()) add("appends " + in_words(same + 1, fresh, s.term()));
  if (now.commit != before.commit) add("commits " + range(before.commit + 1, now.commit));
  return all;
}

}  // namespace raft
