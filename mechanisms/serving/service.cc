#include "mechanisms/serving/service.h"

#include "mechanisms/core/check.h"

namespace serving {

Service::Service(const core::Roster& roster, const Settings& settings, Durable) : settings_(settings), inlet_(settings.door) {
  const auto& groups = roster.upstream;
  if (!groups.empty()) store_.emplace(kStore, kUpstream, groups.back().nodes, settings.store);
  if (groups.size() > 1) cache_.emplace(kCache, kCacheUpstream, groups.front().nodes, settings.cache);
}

void Service::start(Step& step) {
  inlet_.start(step);
  if (cache_) cache_->start(step);
  if (store_) store_->start(step);
}

void Service::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  inlet_.set(step, settings_.door);
  if (cache_) cache_->set(step, settings_.cache);
  if (store_) store_->set(step, settings_.store);
  settle(step);
}

void Service::on_timer(Step& step, Timer timer) {
  if (timer.kind == Alarm::served) {
    work(step, timer.key);
  } else if (timer.kind == Alarm::turn) {
    inlet_.on_turn(step, timer.key);
  } else if (timer.kind == Alarm::measure) {
    inlet_.measure(step);
    shown_ = {static_cast<std::uint32_t>(inlet_.station().busy()), static_cast<std::uint32_t>(inlet_.station().waiting()),
              static_cast<std::uint32_t>(inlet_.open())};
  } else if (cache_ && cache_->owns(timer.key)) {
    cache_->on_timer(step, timer);
  } else if (store_ && store_->owns(timer.key)) {
    store_->on_timer(step, timer);
  }
  settle(step);
}

void Service::on_message(Step& step, core::NodeId from, const Reply& m) {
  if (cache_ && cache_->owns(m.id)) cache_->on_reply(step, from, m);
  if (store_ && store_->owns(m.id)) store_->on_reply(step, from, m);
  settle(step);
}

void Service::on_message(Step& step, core::NodeId from, const ProbeReply& m) {
  if (cache_ && cache_->owns(m.id)) cache_->on_probe_reply(step, from, m);
  if (store_ && store_->owns(m.id)) store_->on_probe_reply(step, from, m);
}

// Calls that have ended; what becomes of them may end others.
void Service::settle(Step& step) {
  for (bool more = true; more;) {
    more = false;
    for (auto* outlet : {&cache_, &store_})
      while (*outlet) {
        const auto result = (*outlet)->ended();
        if (!result) break;
        more = true;
        if (result->tag == kNobodyAsks) continue;
        CHECK(inlet_.find(result->tag) != nullptr);
        outlet == &cache_ ? from_cache(step, result->tag, result->reply) : from_store(step, result->tag, result->reply);
      }
  }
}

void Service::on_message(Step& step, core::NodeId from, const Probe& m) {
  inlet_.probe(step, from, m, !store_ || store_->reachable(step.now));
}

void Service::on_message(Step&, core::NodeId, const partitioning::Table& m) {
  if (cache_) cache_->on_table(m);
  if (store_) store_->on_table(m);
}

// Its own computing is done.
void Service::work(Step& step, Ticket ticket) {
  if (inlet_.was_probe(step, ticket)) return;
  const Request request = inlet_.find(ticket)->request;
  if (step.rng->chance(settings_.errors)) {
    Reply error;
    error.status = Status::failed;
    return inlet_.answer(step, ticket, std::move(error));
  }
  if (!store_) return inlet_.answer(step, ticket, keep(request));
  if (cache_ && request.function == Function::get) return ask(step, *cache_, ticket, request, Phase::asking_cache);
  ask(step, *store_, ticket, request, Phase::asking_store);
}

void Service::ask(Step& step, Outlet& outlet, Ticket ticket, Request request, Phase phase, Reply reply) {
  doing_[ticket] = {phase, std::move(reply)};
  outlet.call(step, ticket, std::move(request), inlet_.find(ticket)->until);
  if (!settings_.hold_workers) inlet_.let_go(step, ticket);
}

void Service::from_cache(Step& step, Ticket ticket, const Reply& reply) {
  const Doing doing = doing_.at(ticket);
  const Request request = inlet_.find(ticket)->request;
  if (doing.phase == Phase::telling_cache) {
    if (!answered(reply.status)) step.count(kInvalidationsLost);
    doing_.erase(ticket);
    return inlet_.answer(step, ticket, doing.reply);
  }
  if (reply.status == Status::ok) {
    step.count(kCacheHits);
    doing_.erase(ticket);
    return inlet_.answer(step, ticket, reply);
  }
  // It has nothing, or it is ill: the store has everything.
  step.count(kCacheMisses);
  ask(step, *store_, ticket, request, Phase::asking_store);
}

void Service::from_store(Step& step, Ticket ticket, const Reply& reply) {
  const Request request = inlet_.find(ticket)->request;
  doing_.erase(ticket);
  if (cache_ && answered(reply.status)) {
    if (request.function == Function::get && reply.status == Status::ok) fill(step, request, reply);
    if (is_write(request.function) && settings_.on_write != OnWrite::keep) {
      Request tell;
      tell.operation = request.operation, tell.key = request.key, tell.version = reply.version;
      const bool update = settings_.on_write == OnWrite::update && request.function != Function::del;
      tell.function = update ? Function::put : Function::del;
      if (update) tell.value = request.function == Function::append ? reply.value : request.value;
      return ask(step, *cache_, ticket, std::move(tell), Phase::telling_cache, reply);
    }
  }
  inlet_.answer(step, ticket, reply);
}

void Service::fill(Step& step, const Request& request, const Reply& reply) {
  Request put;
  put.operation = request.operation;
  put.function = Function::put;
  put.key = request.key, put.value = reply.value, put.version = reply.version;
  cache_->call(step, kNobodyAsks, std::move(put), {});
}

Reply Service::keep(const Request& request) {
  Reply reply;
  const auto it = kept_.find(request.key);
  switch (request.function) {
    case Function::get:
      if (it == kept_.end()) reply.status = Status::absent;
      else reply.value = it->second.first, reply.version = it->second.second;
      return reply;
    case Function::put: kept_[request.key] = {request.value, reply.version = ++versions_}; return reply;
    case Function::append: {
      auto& [value, version] = kept_[request.key];
      reply.value = value += request.value;
      reply.version = version = ++versions_;
      return reply;
    }
    case Function::del:
      if (it == kept_.end()) reply.status = Status::absent;
      else kept_.erase(it);
      reply.version = ++versions_;
      return reply;
    case Function::scan:
      for (auto at = kept_.lower_bound(request.key); at != kept_.end() && at->first < request.value; ++at)
        reply.items.emplace_back(at->first, at->second.first);
      return reply;
  }
  return reply;
}

}  // namespace serving
