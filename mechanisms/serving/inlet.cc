#include "mechanisms/serving/inlet.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace serving {

void Inlet::start(Step& step) {
  measured_ = step.now;
  step.set_timer({Alarm::measure}, kMeasured);
}

void Inlet::set(Step& step, const Settings& settings) {
  if (settings.limits != settings_.limits || settings.limit != settings_.limit)
    limiter_ = resilience::KeyedLimiter(settings.limits, settings.limit);
  if (settings.adapt != settings_.adapt || settings.adapting != settings_.adapting) {
    adaptive_ = resilience::ConcurrencyLimit(settings.adapt);
    for (auto& [ticket, one] : open_) one.counted = false;
  }
  settings_ = settings;
  station_.set(settings.work);
  for (bool more = true; more;) {
    const Station::Next one = station_.begin_next(step.now);
    next(step, one);
    more = one.begins.has_value();
  }
}

const Inlet::Open* Inlet::find(Ticket ticket) const {
  const auto it = open_.find(ticket);
  return it == open_.end() ? nullptr : &it->second;
}

void Inlet::take(Step& step, core::NodeId from, const Request& request) {
  // Number 0 is of nobody who waits for an answer, and who sends it may send many.
  if (request.id != 0 && copies_.known(from, request.id)) return;
  step.count(kRequests);
  const Ticket ticket = ++last_;
  std::optional<core::Time> until;
  if (request.patience > core::Duration{}) until = step.now + request.patience;
  open_[ticket] = {from, request, step.now, until, false, false, false};
  if (settings_.limiting) {
    const std::uint64_t evicted = limiter_.evicted();
    const auto verdict = limiter_.ask(step.now, {request.user, request.connection});
    if (limiter_.evicted() > evicted) step.count(resilience::kRateLimitEvicted);
    if (!verdict.allowed) {
      step.count(resilience::kRateLimited);
      return refuse(step, ticket, Status::limited, verdict.retry_after);
    }
    if (verdict.delay > core::Duration{}) {
      step.timing(resilience::kRateLimitDelay, core::in_ms(verdict.delay));
      return step.set_timer({Alarm::turn, ticket}, verdict.delay);
    }
  }
  admit(step, ticket);
}

void Inlet::admit(Step& step, Ticket ticket) {
  Open& one = open_.at(ticket);
  if (settings_.adapting) {
    one.counted = adaptive_.begin();
    if (!one.counted) {
      step.count(resilience::kConcurrencyRejected);
      return refuse(step, ticket, Status::overloaded);
    }
  }
  line_up(step, ticket);
}

void Inlet::line_up(Step& step, Ticket ticket) {
  const Open& one = open_.at(ticket);
  const Station::Arrival arrival = station_.arrive(step.now, ticket, one.until, one.request.criticality);
  if (arrival.begins) return begin(step, ticket, {});
  if (arrival.shed) {
    step.count(resilience::kShed);
    refuse(step, *arrival.shed, Status::overloaded);
  }
}

// --- Health checks.

void Inlet::probe(Step& step, core::NodeId from, const Probe& probe, bool reachable) {
  if (settings_.health != Health::queued)
    return say_healthy(step, from, probe.id, settings_.health == Health::shallow || reachable);
  const Ticket ticket = ++last_;
  Request request;
  request.id = probe.id;
  open_[ticket] = {from, request, step.now, std::nullopt, false, false, true};
  line_up(step, ticket);
}

bool Inlet::was_probe(Step& step, Ticket ticket) {
  const auto it = open_.find(ticket);
  CHECK(it != open_.end());
  if (!it->second.probe) return false;
  say_healthy(step, it->second.from, it->second.request.id, true);
  open_.erase(it);
  next(step, station_.release(step.now));
  return true;
}

void Inlet::say_healthy(Step& step, core::NodeId to, std::uint64_t probe, bool healthy) const {
  const auto busy = 100 * station_.busy() / settings_.work.workers;
  step.send(to, ProbeReply{probe, healthy, static_cast<std::uint32_t>(busy)});
}

// --- Work.

void Inlet::begin(Step& step, Ticket ticket, core::Duration waited) {
  open_.at(ticket).working = true;
  step.timing(resilience::kQueueDelay, core::in_ms(waited));
  step.set_timer({Alarm::served, ticket}, station_.draw(*step.rng));
}

void Inlet::next(Step& step, const Station::Next& next) {
  for (const Ticket late : next.late) {
    step.count(kTooLate);
    refuse(step, late, Status::late);
  }
  for (const Ticket shed : next.shed) {
    step.count(resilience::kShed);
    refuse(step, shed, Status::overloaded);
  }
  if (next.begins) begin(step, *next.begins, next.waited);
}

void Inlet::refuse(Step& step, Ticket ticket, Status why, core::Duration retry_after) {
  const Open& one = open_.at(ticket);
  if (one.probe) {
    say_healthy(step, one.from, one.request.id, false);
    open_.erase(ticket);
    return;
  }
  if (why != Status::late) step.count(kRejected);
  uncount(step, one, true);
  Reply reply;
  reply.id = one.request.id, reply.status = why, reply.retry_after = retry_after;
  step.send(one.from, std::move(reply));
  open_.erase(ticket);
}

void Inlet::uncount(Step& step, const Open& one, bool dropped) {
  if (!one.counted || (dropped && settings_.flaws.leak_limit)) return;
  adaptive_.end(step.now, step.now - one.came, dropped);
}

Inlet::Account Inlet::account() const {
  Account all;
  for (const auto& [ticket, one] : open_) all.working += one.working, all.counted += one.counted;
  return all;
}

void Inlet::let_go(Step& step, Ticket ticket) {
  Open& one = open_.at(ticket);
  if (!one.working) return;
  one.working = false;
  next(step, station_.release(step.now));
}

void Inlet::answer(Step& step, Ticket ticket, Reply reply) {
  const auto it = open_.find(ticket);
  CHECK(it != open_.end());
  const Open& one = it->second;
  reply.id = one.request.id;
  if (one.until && step.now >= *one.until) step.count(kInVain);
  if (answered(reply.status)) {
    step.count(kAnswered);
    step.timing(kDuration, core::in_ms(step.now - one.came));
  } else {
    step.count(kErrors);
  }
  const bool working = one.working;
  uncount(step, one, false);
  step.send(one.from, std::move(reply));
  open_.erase(it);
  if (working) next(step, station_.release(step.now));
}

void Inlet::measure(Step& step) {
  step.set_timer({Alarm::measure}, kMeasured);
  const core::Duration worked = station_.worked(step.now), passed = step.now - measured_;
  if (passed > core::Duration{})
    step.gauge(kUtilisation, 100 * core::in_ms(worked - worked_) / core::in_ms(passed) / settings_.work.workers);
  worked_ = worked, measured_ = step.now;
  step.gauge(resilience::kQueueLength, static_cast<double>(station_.waiting()));
  step.gauge(kInFlight, static_cast<double>(open_.size()));
  if (settings_.limiting && settings_.limits.per != resilience::LimitPer::all)
    step.gauge(resilience::kRateLimitKeys, static_cast<double>(limiter_.size()));
  if (settings_.adapting) step.gauge(resilience::kConcurrencyLimit, adaptive_.limit());
}

}  // namespace serving
