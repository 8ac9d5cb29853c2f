// Drift: copies that have applied the same log should be equal, and are not when somebody wrote to one of them, or when
// applying was not deterministic. Checksums travel in the log, so that every copy compares at the same position; a range
// of keys that differs is written to the log anew.
#include <algorithm>
#include <utility>

#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {

// Both kinds of entries say what the data is at their own position: for a moment nothing else may be logged before them.
void Replica::do_chores(Step& step) {
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr || (!leading->verify && leading->repairs.empty())) return;
  if (applied_ < log_.last() || commit_ < leading->begins) return;
  const bool verify = std::exchange(leading->verify, false);
  const auto repairs = std::exchange(leading->repairs, {});
  const auto held = std::exchange(leading->held, {});
  if (verify) step.note("logs checksums of " + std::to_string(store_.keys()) + " keys");
  std::vector<Entry> entries;
  for (const std::uint32_t range : repairs) entries.push_back({epoch_, Repair{range, store_.range(range)}});
  if (verify) entries.push_back({epoch_, Checksums{store_.sums(), by_hand_}});
  if (!repairs.empty()) step.count(kRepairs, static_cast<double>(repairs.size()));
  for (auto& entry : entries) propose(step, std::move(entry));
  for (const auto& [from, request] : held) write(step, from, request);
}

void Replica::compare(Step& step, const Checksums& checksums) {
  if (leads()) return;
  Differs differs{epoch_, {}};
  for (std::uint32_t range = 0; range < kRanges; ++range)
    if (checksums.sums[range] != store_.sums()[range]) differs.ranges.push_back(range);
  step.gauge(kDrift, static_cast<double>(differs.ranges.size()));
  if (differs.ranges.empty()) {
    by_hand_ = by_hand_ && checksums.by_hand;
    return;
  }
  step.note("has drifted: at " + in_words(applied_at()) + " its data differs from the primary's in " +
            std::to_string(differs.ranges.size()) + " of " + std::to_string(kRanges) + " ranges of keys");
  if (primary_ != core::kNobody) step.send(primary_, std::move(differs));
}

void Replica::on_message(Step& step, core::NodeId from, const Differs& m) {
  Leading* leading = leading_for(step, m.epoch);
  if (leading == nullptr || !settings_.repair) return;
  for (const std::uint32_t range : m.ranges)
    if (range < kRanges) leading->repairs.insert(range);
  // The checksums behind the repair show whether it helped.
  leading->verify = true;
  step.note("repairs " + std::to_string(m.ranges.size()) + " ranges of keys in which " + names_.in_words(from) + " differs");
  do_chores(step);
}

}  // namespace single_leader
