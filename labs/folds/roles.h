// Who was what: for each node of a group its spells as bars. Roles are a mechanism's own words; a role that leads is told
// from one that a node only believes to have, which others have outdone by a higher epoch. And what state something was in:
// a gauge whose values are states, such as a circuit breaker's, in the same bars.
#pragma once
#include <string>
#include <vector>

#include "labs/folds/axis.h"
#include "labs/folds/spec.h"
#include "labs/timeline/timeline.h"

namespace folds {

struct RoleBar {
  // usual: what nodes of this group begin as. other: neither that nor leading. changing: too many spells for the pixels.
  // worst: the last of a gauge's states.
  enum class Kind : std::uint8_t { usual, leading, outdated, other, worst, paused, down, changing } kind{};
  core::Time from{}, to{};
  std::string role;
  double epoch = 0;
  std::size_t row = 0;                 // The event with which it began.
};

struct RoleRow {
  core::NodeId node{};
  std::string name;
  std::vector<RoleBar> bars;
  std::string epoch_word = "epoch";    // What its kind calls that.
};

// Whether whoever of this kind has this role is followed by the others: its mechanism says so.
bool leads(std::string_view kind, std::string_view role);
// What that mechanism calls the epoch of one who leads: "term".
std::string epoch_word(std::string_view kind);
// `time`: of the run's own times. No more bars than pixels, however long the run is.
std::vector<RoleRow> fold_roles(const timeline::Timeline& line, const std::string& group, const TimeAxis& time, core::Time until);
// The same of a gauge with states, for each node that has it.
std::vector<RoleRow> fold_states(const timeline::Timeline& line, const MetricInfo& info, const TimeAxis& time, core::Time until);
std::string role_text(const RoleRow& row, const RoleBar& bar);

}  // namespace folds
