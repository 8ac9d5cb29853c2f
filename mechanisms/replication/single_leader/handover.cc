// A planned switchover, seen from the primary: the monitor asks it to leave its epoch for one whose primary is already chosen.
// It takes no more writes, ships what it has until the successor has applied all of it, and only then leaves. Nothing that it
// has answered is missing in the next epoch, however asynchronous the replication is, and clients wait for little longer than
// the messages take. MySQL's manual describes it as making the source read-only and waiting for the replica's GTIDs;
// Patroni calls it a switchover.
#include <algorithm>
#include <utility>

#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {

// The monitor asks again now and then, with less patience each time.
void Replica::stand_still(Step& step, core::NodeId monitor, const Fence& m) {
  auto& leading = std::get<Leading>(role_);
  if (!leading.hand_over)
    step.note("takes no writes until " + names_.in_words(m.successor) + " has applied its log up to " + in_words(log_.end()));
  leading.hand_over = {m.successor, monitor, m.epoch};
  step.set_timer({Alarm::hand_over}, m.patience);
  leave_if_handed_over(step);
}

void Replica::leave_if_handed_over(Step& step) {
  const auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr || !leading->hand_over) return;
  const HandOver to = *leading->hand_over;
  const Progress& successor = leading->others.at(to.successor);
  if (successor.match < log_.last() || successor.applied < log_.last()) return;
  become_replica(step, "leaves epoch " + std::to_string(epoch_) + ": " + names_.in_words(to.successor) +
                           " has all of its log, up to " + in_words(log_.end()), true);
  heard_ = std::max(heard_, to.epoch);
  enter(step, to.epoch);
  step.send(to.monitor, FenceReply{heard_, true, log_.end(), led_});
}

// A successor that does not catch up is no reason to stop writing.
void Replica::go_on(Step& step) {
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr || !leading->hand_over) return;
  const HandOver to = *std::exchange(leading->hand_over, {});
  step.note("takes writes again: " + names_.in_words(to.successor) + " has not caught up in time");
  for (const auto& [from, request] : std::exchange(leading->held, {})) write(step, from, request);
}

}  // namespace single_leader
