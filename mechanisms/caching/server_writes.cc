// What a write does to a cache: beside it, through it, or into it.
#include "mechanisms/caching/server.h"

namespace caching {

using serving::Alarm;
using serving::Function;
using serving::Reply;
using serving::Request;
using serving::Status;

namespace {

constexpr core::Duration kPauseAfterFailure = std::chrono::milliseconds(100);

}  // namespace

// The key has another value, which is not here.
void Server::dropped(Step& step, const std::string& key, Version version, core::NodeId by) {
  path_.invalidate(key, version, step.now);
  announcing_.changed(step, key, version, by);
  look_again(step, key);
}

// The key has another value, which is here. Whoever wrote it has it, too, and is to be told of the next.
void Server::kept(Step& step, const std::string& key, const std::string& value, Version version, core::NodeId by) {
  path_.write(key, value, version, step.now, *step.rng);
  hurry_evicted(step);
  announcing_.changed(step, key, version, by);
  announcing_.note(step, key, by);
  look_again(step, key);
}

// --- Aside: whoever wrote to the store says so, or fills.

void Server::told(Step& step, Ticket ticket, const Request& request) {
  const core::NodeId from = inlet_.find(ticket)->from;
  Reply reply;
  reply.version = request.version;
  if (request.function == Function::del && request.lease != 0) {
    // Others wait for this fetch. They may look for themselves now.
    granted_.erase(request.lease);
    path_.fail(request.key, request.lease);
    Reply nothing = reply;
    nothing.status = Status::absent;
    answer_waiting(step, request.key, request.lease, nothing);
  } else if (request.function == Function::del) {
    dropped(step, request.key, request.version, from);
  } else if (request.function == Function::append) {
    reply.status = Status::failed;   // It does not know to what.
  } else if (request.lease == 0) {
    kept(step, request.key, request.value, request.version, from);
  } else {
    const auto granted = granted_.find(request.lease);
    const core::Duration took = granted == granted_.end() ? core::Duration{} : step.now - granted->second;
    if (granted != granted_.end()) granted_.erase(granted);
    const auto fill = path_.fill(request.key, request.lease, request.value, request.version, took, step.now, *step.rng);
    if (fill == ReadPath::Fill::late || fill == ReadPath::Fill::older) {
      // Whoever fills has the old value, and so have those whom he has answered with it.
      announcing_.note(step, request.key, from);
      announcing_.changed(step, request.key, 0);
      look_again(step, request.key);
    } else {
      announcing_.note(step, request.key, from);
      Reply found = reply;
      found.value = request.value;
      answer_waiting(step, request.key, request.lease, found);
    }
  }
  inlet_.answer(step, ticket, reply);
}

// --- Through: those behind have it, or may have it.

void Server::written(Step& step, const Errand& errand, const Reply& reply) {
  const auto& open = *inlet_.find(errand.ticket);
  const Request request = open.request;
  const core::NodeId from = open.from;
  if (answered(reply.status)) {
    // Without a version nobody knows whether it is the newest: it was sent again, perhaps, and overwritten meanwhile.
    if (settings_.mode == Mode::write_through && request.function != Function::del && reply.status == Status::ok && reply.version != 0)
      kept(step, request.key, request.function == Function::append ? reply.value : request.value, reply.version, from);
    else
      dropped(step, request.key, reply.version, from);
  } else if (reply.status == Status::timed_out) {
    dropped(step, request.key, 0, core::kNobody);
  }
  inlet_.answer(step, errand.ticket, reply);
}

// --- Back: it is done when it is here.

// What is there before this write; nothing: it is not known. `base` is what was fetched to know it.
std::optional<Reply> Server::found(const Request& request, core::Time now, const Reply* base) const {
  Reply reply;
  const auto* clean = path_.cache().peek(request.key, now);
  if (const auto* dirty = back_.find(request.key)) {
    reply.value = dirty->value;
    if (dirty->deleted) reply.status = Status::absent;
  } else if (base != nullptr && !answered(base->status)) {
    return *base;
  } else if (clean != nullptr && (clean->fresh_until > now || base != nullptr)) {
    reply.value = clean->value;
  } else if (base != nullptr) {
    return *base;
  } else {
    return std::nullopt;
  }
  return reply;
}

// `base`: what was fetched for a write that needs to know what is there, as an append does, and a delete, which says so.
void Server::acknowledge(Step& step, Ticket ticket, const Reply* base) {
  const auto& open = *inlet_.find(ticket);
  const Request request = open.request;
  const core::NodeId from = open.from;
  Reply before;
  if (request.function != Function::put) {
    const auto known = found(request, step.now, base);
    if (!known) {
      const Lease lease = path_.look(request.key, step.now, *step.rng).lease;
      leads(request.key, lease);
      return fetch(step, Errand::Why::fetch, ticket, request.key, lease != 0 ? lease : path_.mark());
    }
    before = *known;
    if (!answered(before.status)) return inlet_.answer(step, ticket, before);
  }
  if (settings_.idempotent)
    if (const auto again = once_.before(step, request)) return inlet_.answer(step, ticket, *again);
  WriteBack::Value value{request.value, 0, request.function == Function::del};
  Reply reply;
  if (request.function == Function::append) reply.value = value.value = before.value + request.value;
  if (value.deleted) reply.status = before.status;
  if (!back_.write(request.key, value, step.now)) {
    if (settings_.idempotent) once_.abandoned(request);
    reply.status = Status::overloaded;
    return inlet_.answer(step, ticket, reply);
  }
  if (settings_.idempotent) once_.done(step, request, reply);
  if (value.deleted) dropped(step, request.key, 0, from);
  else kept(step, request.key, value.value, 0, from);
  arm_flush(step);
  inlet_.answer(step, ticket, reply);
}

void Server::arm_flush(Step& step) {
  const auto due = back_.next_due();
  if (!due) return step.cancel_timer({Alarm::flush});
  const core::Time at = std::max({*due, flush_again_.value_or(step.now), step.now});
  step.set_timer({Alarm::flush}, at - step.now);
}

void Server::flush(Step& step) {
  flush_again_.reset();
  for (auto& one : back_.take(step.now, *step.rng)) {
    Request request;
    request.operation = one.number;
    request.function = one.value.deleted ? Function::del : Function::put;
    request.key = one.key, request.value = one.value.value;
    Errand errand{Errand::Why::flush, kNobody, one.key};
    errand.deletes = one.value.deleted;
    send(step, std::move(errand), std::move(request));
  }
  arm_flush(step);
}

void Server::flushed(Step& step, const Errand& errand, const Reply& reply) {
  if (!answered(reply.status)) {
    reply.status == Status::timed_out ? back_.unsure(errand.key) : back_.failed(errand.key);
    flush_again_ = step.now + kPauseAfterFailure;
    return arm_flush(step);
  }
  back_.done(errand.key);
  // Those in front know it without a version until now.
  const auto* clean = path_.cache().peek(errand.key, step.now);
  if (clean != nullptr && !errand.deletes && back_.find(errand.key) == nullptr) {
    const std::string value = clean->value;
    path_.write(errand.key, value, reply.version, step.now, *step.rng);
    hurry_evicted(step);
  }
  arm_flush(step);
}

void Server::hurry_evicted(Step& step) {
  if (back_.dirty() == 0) return;
  for (const auto& key : path_.evicted()) back_.evicted(key);
  arm_flush(step);
}

}  // namespace caching
