#include "mechanisms/replication/single_leader/invariants.h"

#include "mechanisms/core/codec.h"
#include "mechanisms/core/fingerprint.h"

namespace single_leader {
namespace {

std::string name(const Replica& node) { return node.names().in_words(node.id()); }

Fingerprint extend(Fingerprint before, const Entry& entry) {
  const core::Bytes bytes = core::encode(entry);
  return core::fingerprint(before, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

// Brings the fingerprints up to date with the log. Returns the first that is new.
Index update_prints(Facts& facts, const Log& log, Prints& s) {
  const bool known_base = s.seen && s.covers(log.base()) && s.epochs[log.base() - s.base] == log.epoch(log.base());
  s.seen = true;
  s.version = log.version();
  if (!known_base) {
    // It begins anew behind a snapshot. What the snapshot stands for was seen in some log.
    const auto it = facts.prints.find({log.epoch(log.base()), log.base()});
    s.anchored = log.base() == 0 || it != facts.prints.end();
    s.prints = {it == facts.prints.end() ? 0 : it->second};
    s.epochs = {log.epoch(log.base())};
    s.base = log.base();
  } else if (log.base() > s.base) {
    const auto gone = static_cast<std::ptrdiff_t>(log.base() - s.base);
    s.prints.erase(s.prints.begin(), s.prints.begin() + gone);
    s.epochs.erase(s.epochs.begin(), s.epochs.begin() + gone);
    s.base = log.base();
  }
  Index same = std::min(s.last(), log.last());
  while (same > s.base && s.epochs[same - s.base] != log.at(same).epoch) --same;
  s.prints.resize(same - s.base + 1);
  s.epochs.resize(same - s.base + 1);
  for (Index i = same + 1; i <= log.last(); ++i) {
    s.prints.push_back(extend(s.prints.back(), log.at(i)));
    s.epochs.push_back(log.at(i).epoch);
    if (const auto* promoted = std::get_if<Promoted>(&log.at(i).payload)) {
      facts.consulted[log.at(i).epoch] = promoted->consulted;
      facts.ended[log.at(i).epoch] = promoted->ended;
    }
  }
  return same + 1;
}

// --- Of states.

std::string one_primary_an_epoch(Facts& facts, const Replica& node) {
  if (!node.leads()) return "";
  const auto [it, fresh] = facts.primaries.emplace(node.epoch(), node.id());
  if (it->second == node.id()) return "";
  return "One primary an epoch: " + node.names().in_words(it->second) + " and " + name(node) + " both led epoch " +
         std::to_string(node.epoch());
}

std::string fencing(const Replica& node) {
  if (!node.leads() || node.heard() <= node.epoch()) return "";
  return "Fencing: " + name(node) + " goes on as the primary of epoch " + std::to_string(node.epoch()) +
         ", though it has heard of epoch " + std::to_string(node.heard());
}

std::string same_log(Facts& facts, const Replica& node, const Prints& now, Index first_new) {
  if (!now.anchored) return "";
  for (Index i = first_new; i <= now.last(); ++i) {
    const Position at{now.epochs[i - now.base], i};
    const auto [it, fresh] = facts.prints.emplace(at, now.print(i));
    if (it->second != now.print(i))
      return "Same log: entry " + in_words(at) + " of " + name(node) + " is not what another log has there";
  }
  return "";
}

std::string same_data(Facts& facts, const Replica& node) {
  if (node.by_hand() || node.applied() == 0) return "";
  const auto [it, fresh] = facts.data.emplace(node.applied_at(), node.store().digest());
  if (it->second == node.store().digest()) return "";
  return "Same data: what " + name(node) + " has after applying the log up to " + in_words(node.applied_at()) +
         " is not what another copy had";
}

// --- Of transitions.

std::string nothing_goes_back(const Replica& node, const Summary& before) {
  if (!before.known) return "";
  if (node.epoch() < before.epoch) return name(node) + " went back to epoch " + std::to_string(node.epoch());
  if (node.applied() > node.log().last()) return name(node) + " has applied what is not in its log";
  return "";
}

std::string primary_appends_only(const Replica& node, const Summary& before, Index first_new) {
  if (!before.known || !before.led || !node.leads() || before.epoch != node.epoch() || first_new > before.last) return "";
  return "Same log: " + name(node) + " changed its log while it led epoch " + std::to_string(node.epoch());
}

std::string tokens(const Replica& node, const Summary& before) {
  const auto [wanted, given] = node.last_read();
  if (given >= wanted || node.last_read() == before.last_read) return "";
  return "Tokens: " + name(node) + " answered a get from " + in_words(given) + " whose reader had seen " + in_words(wanted);
}

}  // namespace

// 4: who is told that a write is done finds it on as many disks as the mode said then.
std::string Invariants::copies(std::span<const Replica* const> all, std::size_t stepped, const Summary& before) {
  const Replica& node = *all[stepped];
  const Index from = before.known ? before.answered : 0, last = node.answered();
  const Prints& own = prints_[stepped];
  if (!node.leads() || last <= from || !own.anchored) return "";
  facts_.acknowledged.resize(std::max<std::size_t>(facts_.acknowledged.size(), last + 1));
  for (Index i = from + 1; i <= last; ++i)
    if (own.covers(i)) facts_.acknowledged[i] = {own.print(i), node.epoch(), node.copies_of(i)};
  // Of a node that is down, or in the middle of a write, it is not known what its disk holds.
  std::size_t lack = 0;
  for (const Replica* other : all)
    lack += other != nullptr && (other->log().last() < last || other->log().epoch(last) != node.log().epoch(last));
  const std::size_t promised = node.copies_of(last);
  if (lack + promised <= all.size()) return "";
  return "Acknowledged is copied: " + name(node) + " told a client that " + in_words({node.log().epoch(last), last}) +
         " is done, which should be on " + std::to_string(promised) + " disks, and " + std::to_string(lack) + " of " +
         std::to_string(all.size()) + " nodes do not have it";
}

// 5: what was answered with c copies is in the log of a primary that was chosen among more than n - c nodes, or among some of
// which one had answered it, as were those between the two.
std::string Invariants::survives(const Replica& node, const Summary& before, const Prints& now) {
  if (!node.leads() || (before.known && before.led && before.epoch == node.epoch()) || !now.anchored) return "";
  std::string broken;
  for (Index i = facts_.acknowledged.size(); i-- > now.base + 1;) {
    auto& fact = facts_.acknowledged[i];
    if (fact.copies == 0 || fact.epoch >= node.epoch()) continue;
    if (now.covers(i) && now.print(i) == fact.print) break;
    bool promised = true;
    for (const auto& start : node.log().history())
      promised = promised && (start.epoch <= fact.epoch || facts_.ended[start.epoch] >= fact.epoch ||
                              fact.copies + facts_.consulted[start.epoch] > node.nodes());
    if (promised && broken.empty())
      broken = "Nothing promised is lost: " + name(node) + " is the primary of epoch " + std::to_string(node.epoch()) +
               " without entry " + std::to_string(i) + ", which was answered with " + std::to_string(fact.copies) +
               " copies of " + std::to_string(node.nodes()) + "; " + std::to_string(facts_.consulted[node.epoch()]) +
               " nodes were consulted";
    ++facts_.lost;
    fact = {};
  }
  return broken;
}

std::string Invariants::after(std::span<const Replica* const> all, std::size_t stepped) {
  summaries_.resize(all.size());
  prints_.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == nullptr) summaries_[i].known = false;
  if (all[stepped] == nullptr) return "";
  const Replica& node = *all[stepped];
  const Summary before = summaries_[stepped];
  const Summary now{true, node.leads(), node.epoch(), node.heard(), node.answered(), node.applied(), node.log().last(), node.last_read()};
  Prints& prints = prints_[stepped];
  const bool same_log_as_before = before.known && prints.version == node.log().version() && prints.base == node.log().base();
  // Most steps change nothing that matters here.
  if (same_log_as_before && now == before) return "";
  const Index first_new = same_log_as_before ? node.log().last() + 1 : update_prints(facts_, node.log(), prints);
  std::string broken = one_primary_an_epoch(facts_, node);
  if (broken.empty()) broken = fencing(node);
  if (broken.empty()) broken = nothing_goes_back(node, before);
  if (broken.empty()) broken = primary_appends_only(node, before, first_new);
  if (broken.empty()) broken = same_log(facts_, node, prints, first_new);
  if (broken.empty()) broken = survives(node, before, prints);
  if (broken.empty()) broken = copies(all, stepped, before);
  if (broken.empty()) broken = same_data(facts_, node);
  if (broken.empty()) broken = tokens(node, before);
  summaries_[stepped] = now;
  return broken;
}

}  // namespace single_leader
