// Scans over many shards, and reads of all parts of a salted key (outlet.h): each part is a call like any other, with its
// attempts, redirections and retries.
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
  gatherings_.emplace(id, Gathering{tag, false, Scatter(step.now, std::move(numbers), settings), std::move(names)});
  step.set_timer({Alarm::gather, id}, deadline - step.now);
  for (Call& part : parts) begin(step, std::move(part));
}

// A write goes to one part, with every attempt, or it might be done in two. What the parts could not be put together from
// afterwards is refused.
void Outlet::call_salted(Step& step, Tag tag, const Request& request, std::optional<core::Time> until) {
  if (request.function == Function::get) return read_salted(step, tag, request, until);
  const bool newest = settings_.salt.together == partitioning::Together::newest;
  if (newest == (request.function == Function::append)) {
    Reply reply;
    reply.status = Status::failed;
    return ended_.push_back({tag, std::move(reply), core::kNobody, 0});
  }
  Call one{tag, request, until, core::kNobody, resilience::Backoff(settings_.retry), step.now};
  one.request.key = partitioning::salted_for_write(request.key, settings_.salt.ways, *step.rng);
  if (newest) {
    stamp_ = std::max(stamp_ + 1, static_cast<std::uint64_t>(step.now.time_since_epoch().count()));
    one.stamp = stamp_;
    one.request.value = partitioning::stamped({stamp_, request.function == Function::del ? std::nullopt : std::optional(request.value)});
    one.request.function = Function::put;
  }
  begin(step, std::move(one));
}

void Outlet::read_salted(Step& step, Tag tag, const Request& request, std::optional<core::Time> until) {
  const core::Time deadline = until.value_or(step.now + settings_.scatter.deadline);
  if (deadline <= step.now) {
    Reply reply;
    reply.status = Status::late;
    return ended_.push_back({tag, std::move(reply), core::kNobody, 0});
  }
  auto keys = partitioning::salted_for_read(request.key, settings_.salt.ways);
  keys.push_back(request.key);
  const std::uint64_t id = next_id();
  std::vector<partitioning::ShardId> numbers;
  std::map<partitioning::ShardId, std::string> names;
  for (auto& key : keys) {
    numbers.push_back(numbers.size() + 1);
    names[numbers.back()] = std::move(key);
  }
  // A part that is missing may have the newest.
  auto settings = settings_.scatter;
  settings.deadline = deadline - step.now, settings.enough = 1, settings.partial = false;
  gatherings_.emplace(id, Gathering{tag, true, Scatter(step.now, numbers, settings), names});
  step.set_timer({Alarm::gather, id}, deadline - step.now);
  for (const auto& [number, key] : names) {
    Call part{tag, request, deadline, core::kNobody, resilience::Backoff(settings_.retry), step.now};
    part.request.key = key, part.gathering = id, part.part = number;
    begin(step, std::move(part));
  }
}

// A shard has answered for the points that it was asked for. If it had been split, there are more.
void Outlet::part_answered(Step& step, Calls::iterator it, const Reply& reply, const partitioning::Range& within, core::NodeId from) {
  Call& call = it->second;
  if (call.request.function == Function::get) {
    if (reply.status == Status::ok) call.rows.push_back({call.request.key, reply.value});
    return end(step, it, reply, from);
  }
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
    if (it->second.salted) {
      auto found = partitioning::put_together(scatter.rows(), settings_.salt.together);
      reply.status = found.value ? Status::ok : Status::absent;
      reply.value = std::move(found.value).value_or(""), reply.version = found.stamp;
    } else {
      for (auto& row : scatter.rows()) reply.items.emplace_back(row.point, row.value.value_or(""));
    }
    step.timing(partitioning::kScatterLatency, core::in_ms(scatter.took()));
    if (scatter.state() == Scatter::State::partial) step.count(partitioning::kScatterPartial);
  }
  step.cancel_timer({Alarm::gather, id});
  ended_.push_back({it->second.tag, std::move(reply), core::kNobody, 0});
  gatherings_.erase(it);
}

}  // namespace serving
