// How a cache answers a get, and who fetches.
#include "mechanisms/caching/server.h"

namespace caching {

using serving::Alarm;
using serving::Function;
using serving::Reply;
using serving::Request;
using serving::Status;

namespace {

Reply reply_of(const ReadPath::Kept& kept, core::Time now) {
  Reply reply;
  reply.value = kept.value, reply.version = kept.version, reply.age = kept.age_at(now);
  return reply;
}

}  // namespace

// `again`: it has waited for another's fetch, and was counted when it came.
void Server::look(Step& step, Ticket ticket, bool again) {
  const auto& request = inlet_.find(ticket)->request;
  const std::string key = request.key;
  if (const auto* dirty = back_.find(key)) {
    if (!again) ++hits_, step.count(kHits);
    Reply reply;
    reply.value = dirty->value;
    if (dirty->deleted) reply.status = Status::absent;
    return inlet_.answer(step, ticket, std::move(reply));
  }
  const auto found = path_.look(key, step.now, *step.rng);
  const bool hit = found.kept != nullptr;
  if (!again) ++(hit ? hits_ : misses_), step.count(hit ? kHits : kMisses);
  leads(key, found.lease);
  if (hit || (found.lease != 0 && aside())) {
    Reply reply = hit ? reply_of(*found.kept, step.now) : Reply{};
    if (!hit) reply.status = Status::absent;
    if (aside() && found.lease != 0) granted_[reply.lease = found.lease] = step.now;
    inlet_.answer(step, ticket, std::move(reply));
  }
  if (found.lease != 0 && !aside()) fetch(step, Errand::Why::fetch, hit ? kNobody : ticket, key, found.lease);
  if (found.lease == 0 && !hit) park(step, ticket, key);
}

void Server::park(Step& step, Ticket ticket, const std::string& key) {
  inlet_.let_go(step, ticket);
  Waiting& waiting = waiting_[key];
  waiting.lease = path_.leading(key);
  waiting.tickets.push_back(ticket);
  // The lease is younger than the request's wait, so it has timed out by then.
  step.set_timer({Alarm::look, ticket}, settings_.read.lock_timeout);
}

void Server::unpark(Ticket ticket) {
  const auto it = waiting_.find(inlet_.find(ticket)->request.key);
  if (it == waiting_.end()) return;
  std::erase(it->second.tickets, ticket);
  if (it->second.tickets.empty()) waiting_.erase(it);
}

void Server::leads(const std::string& key, Lease lease) {
  const auto it = waiting_.find(key);
  if (lease != 0 && it != waiting_.end()) it->second.lease = lease;
}

void Server::fetch(Step& step, Errand::Why why, Ticket ticket, const std::string& key, Lease lease) {
  Request get;
  if (ticket != kNobody) get = inlet_.find(ticket)->request;
  get.function = Function::get, get.key = key, get.value.clear(), get.lease = 0, get.version = 0;
  send(step, {why, ticket, key, lease}, std::move(get));
}

void Server::fetched(Step& step, const Errand& errand, const Reply& reply) {
  if (errand.why == Errand::Why::warm) --warming_;
  const bool writes = errand.ticket != kNobody && inlet_.find(errand.ticket)->request.function != Function::get;
  // Somebody has written since: what was there then is not what this write finds.
  const bool overtaken = writes && path_.late(errand.key, errand.lease);
  if (reply.status == Status::ok) {
    const auto fill = path_.fill(errand.key, errand.lease, reply.value, reply.version, step.now - errand.began, step.now, *step.rng, reply.age);
    hurry_evicted(step);
    if (errand.ticket != kNobody && !writes) inlet_.answer(step, errand.ticket, reply);
    // A newer one is here, or will be fetched: those who wait came perhaps after it was written.
    if (fill == ReadPath::Fill::late || fill == ReadPath::Fill::older) look_again(step, errand.key);
    else answer_waiting(step, errand.key, errand.lease, reply);
  } else {
    not_fetched(step, errand, reply);
  }
  if (writes) acknowledge(step, errand.ticket, overtaken ? nullptr : &reply);
  warm_next(step);
}

void Server::not_fetched(Step& step, const Errand& errand, Reply reply) {
  path_.fail(errand.key, errand.lease);
  // It is gone, and whoever hears that must not find the old value here afterwards.
  if (reply.status == Status::absent && path_.cache().peek(errand.key, step.now) != nullptr) path_.invalidate(errand.key, reply.version, step.now);
  if (!answered(reply.status))
    if (const auto* old = path_.in_place_of_error(errand.key, step.now)) {
      step.count(kStale);
      reply = reply_of(*old, step.now);
    }
  if (errand.ticket != kNobody && inlet_.find(errand.ticket)->request.function == Function::get)
    inlet_.answer(step, errand.ticket, reply);
  answer_waiting(step, errand.key, errand.lease, reply);
}

void Server::answer_waiting(Step& step, const std::string& key, Lease lease, const Reply& reply) {
  const auto it = waiting_.find(key);
  if (it == waiting_.end() || it->second.lease != lease) return;
  const Waiting waiting = std::move(it->second);
  waiting_.erase(it);
  for (const Ticket ticket : waiting.tickets) {
    step.cancel_timer({Alarm::look, ticket});
    inlet_.answer(step, ticket, reply);
  }
}

void Server::look_again(Step& step, const std::string& key) {
  const auto it = waiting_.find(key);
  if (it == waiting_.end()) return;
  const Waiting waiting = std::move(it->second);
  waiting_.erase(it);
  for (const Ticket ticket : waiting.tickets) {
    step.cancel_timer({Alarm::look, ticket});
    look(step, ticket, true);
  }
}

// --- Warming.

void Server::list_for_warming(Step& step, const Errand& errand, const Reply& reply) {
  if (reply.status != Status::ok) return step.refuse("it cannot be warmed: the list of keys was " + std::string(core::name_of(reply.status)));
  for (const auto& [key, value] : reply.items) {
    if (to_warm_.size() >= errand.wanted) break;
    to_warm_.push_back(key);
  }
  step.note("warms " + std::to_string(to_warm_.size()) + " keys");
  warm_next(step);
}

void Server::warm_next(Step& step) {
  while (!to_warm_.empty() && warming_ < kWarmingAtOnce) {
    const std::string key = std::move(to_warm_.front());
    to_warm_.pop_front();
    if (back_.find(key) != nullptr) continue;
    const auto found = path_.look(key, step.now, *step.rng);
    if (found.lease == 0) continue;   // It is here, or somebody fetches it.
    leads(key, found.lease);
    ++warming_;
    fetch(step, Errand::Why::warm, kNobody, key, found.lease);
  }
}

}  // namespace caching
