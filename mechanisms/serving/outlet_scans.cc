// Scans over many shards (outlet.h): each part is a call like any other, with its attempts, redirections and retries.
#include <algorithm>

#include "mechanisms/core/check.h"
#include "mechanisms/serving/outlet.h"

namespace serving {

using partitioning::Scatter;

void Outlet::scatter(Step& step, Tag tag, const Request& request, std::optional<core::Time> until) {
  if (table_.shards.empty()) {
    // Nobody has told it yet what there is to be asked.
    ask_for_table(step);
    Reply reply;
    reply.status = Status::unavailable;
    return ended_.push_back({tag, std::move(reply), core::kNobody, 0});
  }
  // By slot or hash, keys that are neighbours lie anywhere.
  partitioning::Range all;
  if (table_.order == partitioning::Order::key) all = {request.key, request.value};
  std::vector<Call> parts;
  std::vector<partitioning::ShardId> numbers;
  std::map<partitioning::ShardId, std::string> names;
  const core::Time deadline = std::min(step.now + settings_.scatter.deadline, until.value_or(core::Time::max()));
  const std::uint64_t id = next_id();
  for (const auto& shard : table_.shards) {
    const partitioning::Range range = partitioning::common(all, shard.range);
    if (range.empty() || request.value <= request.key) continue;
    Call part{tag, request, deadline, core::kNobody, resilience::Backoff(settings_.retry), step.now};
    part.gathering = id;
    numbers.push_back(part.part = parts.size() + 1);
    part.rest = range;
    names[part.part] = "shard " + std::to_string(shard.id);
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return ended_.push_back({tag, Reply{}, core::kNobody, 0});
  auto settings = settings_.scatter;
  settings.deadline = deadline - step.now;
  gatherings_.emplace(id, Gathering{tag, Scatter(step.now, std::move(numbers), settings), std::move(names)});
  step.set_timer({Alarm::gather, id}, deadline - step.now);
  for (Call& part : parts) begin(step, std::move(part));
}

// A shard has answered for the points that it was asked for. If it had been split, there are more.
void Outlet::part_answered(Step& step, Calls::iterator it, const Reply& reply, const partitioning::Range& within, core::NodeId from) {
  Call& call = it->second;
  for (const auto& [key, value] : reply.items) call.rows.push_back({key, value});
  if (within.until == call.rest.until) return end(step, it, reply, from);
  // The answer to a hedge has nothing new.
  while (!call.attempts.empty()) abandon(step, call.attempts.back());
  call.rest.from = within.until;
  attempt(step, it);
}

void Outlet::part_ended(Step& step, const Call& call, bool answered) {
  const auto it = gatherings_.find(call.gathering);
  if (it == gatherings_.end()) return;   // It was not waited for.
  Scatter& scatter = it->second.scatter;
  if (answered)
    scatter.answer(step.now, call.part, call.rows);
  else
    scatter.fail(step.now, call.part);
  gathered(step, call.gathering);
}

// Whether it is over, and what has come of it.
void Outlet::gathered(Step& step, std::uint64_t id) {
  const auto it = gatherings_.find(id);
  const Scatter& scatter = it->second.scatter;
  if (scatter.state() == Scatter::State::waiting) return;
  Reply reply;
  for (const auto part : scatter.missing()) reply.missing.push_back(it->second.names.at(part));
  if (scatter.state() == Scatter::State::failed) {
    reply.status = Status::failed;
  } else {
    for (auto& row : scatter.rows()) reply.items.emplace_back(row.point, row.value.value_or(""));
    step.timing(partitioning::kScatterLatency, core::in_ms(scatter.took()));
    if (scatter.state() == Scatter::State::partial) step.count(partitioning::kScatterPartial);
  }
  step.cancel_timer({Alarm::gather, id});
  ended_.push_back({it->second.tag, std::move(reply), core::kNobody, 0});
  gatherings_.erase(it);
}

}  // namespace serving
