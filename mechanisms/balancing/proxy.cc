#include "mechanisms/balancing/proxy.h"

#include "mechanisms/core/check.h"

namespace balancing {

using serving::Alarm;
using serving::Ticket;

Proxy::Proxy(const core::Roster& roster, const Settings& settings, Durable)
    : names_(roster.names), settings_(settings), inlet_(settings.door),
      outlet_(0, serving::kUpstream, roster.servers(), calls_of(settings)) {
  for (const auto id : outlet_.targets()) seen_.push_back({id, true, false, outlet_.pool().drained(id)});
}

// To whom connections are all that there is, a request cannot be made twice.
serving::Outlet::Settings Proxy::calls_of(const Settings& settings) {
  serving::Outlet::Settings calls = settings.call;
  if (settings.layer == Layer::connections) calls.retry.attempts = 1, calls.hedge.on = false;
  return calls;
}

void Proxy::start(Step& step) {
  inlet_.start(step);
  outlet_.start(step);
}

void Proxy::on_settings(Step& step, const Settings& settings) {
  const bool other_layer = settings.layer != settings_.layer;
  settings_ = settings;
  inlet_.set(step, settings_.door);
  outlet_.set(step, calls_of(settings_));
  if (other_layer)
    for (const auto id : outlet_.targets())
      for (std::size_t left = connections_.close_all(id); left > 0; --left) outlet_.close_connection(step.now, id);
  settle(step);
}

void Proxy::on_message(Step& step, core::NodeId from, const serving::Request& m) { inlet_.take(step, from, m); }

void Proxy::on_message(Step& step, core::NodeId from, const serving::Reply& m) {
  outlet_.on_reply(step, from, m);
  settle(step);
}

void Proxy::on_message(Step& step, core::NodeId from, const serving::Probe& m) {
  inlet_.probe(step, from, m, outlet_.reachable(step.now));
}

void Proxy::on_message(Step& step, core::NodeId from, const serving::ProbeReply& m) {
  outlet_.on_probe_reply(step, from, m);
  watch(step);
}

void Proxy::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::served: pass_on(step, timer.key); break;
    case Alarm::turn: inlet_.on_turn(step, timer.key); break;
    case Alarm::measure: measure(step); break;
    default: outlet_.on_timer(step, timer);
  }
  settle(step);
}

// Its own part of the work is done.
void Proxy::pass_on(Step& step, Ticket ticket) {
  if (inlet_.was_probe(step, ticket)) return;
  const serving::Inlet::Open one = *inlet_.find(ticket);
  const core::NodeId over = settings_.layer == Layer::connections ? connected(step, one) : core::kNobody;
  outlet_.call(step, ticket, one.request, one.until, over);
  if (outlet_.pool().balancer().eligible_count() == 0) step.count(kNoneHealthy);
  inlet_.let_go(step, ticket);
}

core::NodeId Proxy::connected(Step& step, const serving::Inlet::Open& one) {
  end_old_connections(step);
  const Connections::Key key{one.from, one.request.connection};
  if (const auto backend = connections_.find(key)) return *backend;
  const core::NodeId backend = outlet_.open_connection(step, one.request);
  if (backend == core::kNobody) return backend;
  connections_.open(step.now, key, backend);
  step.count(kConnectionsTotal);
  return backend;
}

void Proxy::end_old_connections(Step& step) {
  if (settings_.connection_life <= core::Duration{}) return;
  for (const auto backend : connections_.expire(step.now, settings_.connection_life)) outlet_.close_connection(step.now, backend);
}

void Proxy::settle(Step& step) {
  while (auto result = outlet_.ended()) {
    const serving::Inlet::Open* const one = inlet_.find(result->tag);
    CHECK(one != nullptr);
    // Whoever got no answer closes the connection, and opens another. It may be open to somebody else by now.
    if (result->reply.status == serving::Status::timed_out &&
        connections_.close({one->from, one->request.connection}, result->from))
      outlet_.close_connection(step.now, result->from);
    inlet_.answer(step, result->tag, std::move(result->reply));
  }
  watch(step);
}

// --- What it shows, and what it tells people.

void Proxy::measure(Step& step) {
  inlet_.measure(step);
  outlet_.advance(step);
  end_old_connections(step);
  const Pool& pool = outlet_.pool();
  std::uint32_t fit = 0;
  for (const auto id : outlet_.targets()) fit += pool.fit(id);
  step.gauge(kPanic, pool.panicking());
  step.gauge(kEjected, static_cast<double>(pool.outliers().ejected_count()));
  step.gauge(kActiveRequests, static_cast<double>(outlet_.open()));
  if (settings_.layer == Layer::connections) step.gauge(kConnections, static_cast<double>(connections_.size()));
  shown_ = {static_cast<std::uint32_t>(inlet_.station().waiting()), static_cast<std::uint32_t>(inlet_.open()), fit,
            static_cast<std::uint32_t>(connections_.size())};
}

// Who went down, came up, was ejected, came back, has ended his last request.
void Proxy::watch(Step& step) {
  const Pool& pool = outlet_.pool();
  if (pool.outliers().ejections() > ejections_)
    step.count(kEjections, static_cast<double>(pool.outliers().ejections() - ejections_));
  ejections_ = pool.outliers().ejections();
  for (Seen& seen : seen_) {
    const Seen now{seen.id, pool.up(seen.id), pool.outliers().ejected(seen.id), pool.drained(seen.id)};
    if (now == seen) continue;
    const std::string who = names_.in_words(seen.id);
    if (now.up != seen.up) {
      step.count(kHealthChanges);
      step.note(who + (now.up ? " is up again" : " is down: it missed its health checks"));
      if (!now.up)
        for (std::size_t left = connections_.close_all(seen.id); left > 0; --left) outlet_.close_connection(step.now, seen.id);
    }
    if (now.ejected != seen.ejected)
      step.note(who + (now.ejected ? " is ejected: too many of its requests failed" : " may come back: its ejection is over"));
    if (now.drained && !seen.drained) step.note(who + " is drained: it has nothing more to do");
    seen = now;
  }
}

std::string Proxy::on_tell(Step& step, std::string_view line) {
  serving::Outlet* const outlet = &outlet_;
  const std::string why = serving::Outlet::tell(step, line, names_, {&outlet, 1});
  watch(step);
  return why;
}

}  // namespace balancing
